"""Which words of a caption the heatmaps belong to, and the heatmaps as numbers for the page."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np

from mmdemo.types import Caption, Float32Array, WordHeatmap

FLAT = 0.35
"""Level of a heatmap without a maximum."""


def word_pieces(caption: Caption) -> list[tuple[str, WordHeatmap | None]]:
    """Cut a caption into words with a heatmap and the text between them.

    The heatmaps belong to what the generator wrote; styles put capitals, full stops and openings to that, so the two
    are laid side by side letter by letter.

    Args:
        caption: with or without heatmaps.

    Returns:
        Pieces that join to the caption's text.
    """
    shown = [i for i, letter in enumerate(caption.text) if letter.isalnum()]
    written = [
        (letter.lower(), number)
        for number, heatmap in enumerate(caption.heatmaps)
        for letter in heatmap.word
        if letter.isalnum()
    ]
    matcher = SequenceMatcher(
        None, [caption.text[i].lower() for i in shown], [letter for letter, _ in written], autojunk=False
    )
    positions: dict[int, list[int]] = {}
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            positions.setdefault(written[block.b + step][1], []).append(shown[block.a + step])
    return _cut(caption, positions)


def _cut(caption: Caption, positions: dict[int, list[int]]) -> list[tuple[str, WordHeatmap | None]]:
    pieces: list[tuple[str, WordHeatmap | None]] = []
    reached = 0
    for number, places in sorted(positions.items()):
        heatmap = caption.heatmaps[number]
        start, end = places[0], places[-1] + 1
        whole = len(places) == sum(letter.isalnum() for letter in heatmap.word) and end - start <= len(heatmap.word)
        if not whole or start < reached:  # parts of a word that stand there by chance
            continue
        if start > reached:
            pieces.append((caption.text[reached:start], None))
        pieces.append((caption.text[start:end], heatmap))
        reached = end
    if reached < len(caption.text):
        pieces.append((caption.text[reached:], None))
    return pieces


def heat_levels(weights: Float32Array) -> list[int]:
    """Scale a heatmap for showing: what lies below its median is dark, its maximum is bright.

    Args:
        weights: [9, 9].

    Returns:
        81 whole numbers from 0 to 100, row by row.
    """
    flat = np.nan_to_num(np.asarray(weights, np.float64)).ravel()  # [81]
    low, high = float(np.median(flat)), float(flat.max(initial=0.0))
    if high - low <= 1e-3 * max(high, 1e-9):
        return [round(100 * FLAT)] * len(flat)
    return [round(100 * level) for level in np.clip((flat - low) / (high - low), 0, 1)]


def heat_text(weights: Float32Array) -> str:
    """Write the levels for a data attribute."""
    return ",".join(map(str, heat_levels(weights)))


def joined(pieces: Sequence[tuple[str, WordHeatmap | None]]) -> str:
    """Put pieces together again."""
    return "".join(piece for piece, _ in pieces)
