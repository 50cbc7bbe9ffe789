"""The timeline on which cues are dragged: what the script of the page draws it from, escaped and small."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from html import escape

import numpy as np

from mmdemo.ui.common import ASSETS
from mmdemo.ui.i18n import text
from mmdemo.ui.subtitle_view import SubtitleView
from mmdemo.ui.texts import TEXTS

LEVEL_RATE = 20
"""Peaks a second: at the width of a second on the page, one every few pixels."""
LABEL_LENGTH = 80
"""Characters of a cue that its bar may show."""


def timeline_script() -> str:
    """Return the script that draws the timeline; it runs once, when the component is loaded."""
    return (ASSETS / "ui" / "subtitle.js").read_text(encoding="utf-8")


def timeline_html(view: SubtitleView, language: str) -> str:
    """Describe the cues for the script.

    Args:
        view: its cues are drawn.
        language: interface language tag.

    Returns:
        An empty figure that holds the data; nothing when there are no cues.
    """
    if not view.cues:
        return ""
    rows = [
        [
            round(cue.start, 3),
            round(cue.end, 3),
            " ".join(cue.text.split())[:LABEL_LENGTH],
            int(view.is_unsure(row)),
            int(row in view.corrected),
        ]
        for row, cue in enumerate(view.cues)
    ]
    end = max(view.duration, *(cue.end for cue in view.cues))
    # The script fills in the row and the count.
    words = {name: TEXTS[f"timeline_{name}"].text(language) for name in ("cue", "unsure", "corrected")}
    title = escape(text("timeline", language))
    return (
        f'<figure class="mm-figure mm-timeline" data-end="{end:.3f}" '
        f'data-cues="{escape(json.dumps(rows, ensure_ascii=False))}" '
        f'data-words="{escape(json.dumps(words, ensure_ascii=False))}">'
        f'<h3 class="mm-heading">{title}</h3><div class="mm-timeline-place" aria-label="{title}" role="group"></div>'
        f'<figcaption class="mm-empty">{escape(text("timeline_help", language))}</figcaption></figure>'
    )


def sound_html(view: SubtitleView) -> str:
    """Describe the sound below the cues for the script.

    It has no words and a component of its own: it is measured behind the work, and would bring back the language
    before when it arrives after another was chosen.

    Args:
        view: its waveform is drawn.

    Returns:
        Data that nobody sees; without a waveform there are no peaks in it.
    """
    return f'<div class="mm-sound" data-rate="{LEVEL_RATE}" data-peaks="{b64encode(view.waveform).decode()}"></div>'


def level_count(duration: float) -> int:
    """Return how many peaks a recording of so many seconds has."""
    return max(1, int(np.ceil(duration * LEVEL_RATE)))


def packed(levels: Sequence[float]) -> bytes:
    """Write peaks 0..1 with a byte each."""
    return np.round(255 * np.asarray(levels)).astype(np.uint8).tobytes()


def coarser(levels: Sequence[float], columns: int) -> tuple[float, ...]:
    """Take the highest of neighbouring peaks.

    Args:
        levels: evenly spaced.
        columns: how many to return, evenly spaced over the same time.

    Returns:
        Peaks; fewer levels than columns are repeated.
    """
    values = np.asarray(levels, np.float64)
    starts = np.arange(columns) * len(values) // columns
    ends = np.maximum((np.arange(1, columns + 1) * len(values)) // columns, starts + 1)
    return tuple(float(values[start:end].max()) for start, end in zip(starts, ends, strict=True))
