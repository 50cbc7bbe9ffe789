"""What an alignment changed, as a picture: cues before and after over the sound, and how times moved; no scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from mmdemo.text import clock
from mmdemo.types import Cue
from mmdemo.ui.i18n import text
from mmdemo.ui.subtitle_view import SubtitleView

WIDTH = 1000
MARGIN = 4
BAR = 22
"""Height of a track."""
GAP = 40
"""Between the tracks before and after; the moves are drawn there."""
SOUND = 72
AXIS = 26
LEAST_GAP = 1.5
"""Bars nearer than this run together, so that 20,000 cues make no more bars than can be told apart."""
TICKS = 6
TICK_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
SHOWN_PIECES = 8
SAME_SECONDS = 0.005
STEADY = 1e-5
"""Rates nearer to 1 than this drift by less than 0.1 s in two hours and count as a plain move."""

Bars = list[tuple[float, float]]


@dataclass(frozen=True)
class Tracks:
    """What the picture shows besides the cues of the result."""

    before: tuple[Cue, ...]  # as they came in; empty for a text without times
    reference: tuple[Cue, ...]
    levels: tuple[float, ...]  # 0..1, evenly spaced over the duration; empty without sound
    time_map: tuple[tuple[float, float], ...]  # see ``SubtitleAlignment``
    duration: float


def tracks_html(view: SubtitleView, language: str) -> str:
    """Draw what changed.

    Args:
        view: of an alignment that has ended; its cues may have been corrected since.
        language: interface language tag.

    Returns:
        A figure with a text alternative; empty when there is nothing to draw.
    """
    tracks = view.tracks
    if tracks is None or not view.cues or view.outcome == "refused":
        return ""
    ends = [cue.end for cue in (*tracks.before, *view.cues, *tracks.reference)]
    scale = (WIDTH - 2 * MARGIN) / max(tracks.duration, *ends, 1e-3)
    moved = bool(tracks.before) and view.outcome == "aligned"
    shapes, y = "", 0.0
    if moved:
        shapes += _bars(tracks.before, scale, y, "mm-before") + _moves(tracks.time_map, scale, y + BAR)
        y += BAR + GAP
    unsure = [cue for row, cue in enumerate(view.cues) if view.is_unsure(row)]
    sure = [cue for row, cue in enumerate(view.cues) if not view.is_unsure(row)]
    shapes += _bars(sure, scale, y, "mm-after") + _bars(unsure, scale, y, "mm-unsure-bar")
    y += BAR + 6
    if tracks.levels:
        shapes += _sound(tracks.levels, tracks.duration * scale, y)
        y += SOUND + 6
    if tracks.reference:
        shapes += _bars(tracks.reference, scale, y, "mm-reference")
        y += BAR + 6
    shapes += _axis(WIDTH / scale, scale, y)
    return _figure(view, tracks, shapes, y + AXIS, language, moved, len(unsure))


def _figure(
    view: SubtitleView, tracks: Tracks, shapes: str, height: float, language: str, moved: bool, unsure: int
) -> str:
    title = escape(text("tracks" if moved else "tracks_placed", language))
    named = [("before", tracks.before if moved else ()), ("after", view.cues), ("reference", tracks.reference)]
    lines = [_span_line(name, cues, language) for name, cues in named if cues]
    pieces = map_lines(tracks.time_map, language) if moved else []
    alternative = escape("; ".join([*lines, *pieces]))
    shown = [name for name, cues in named[:2] if cues] + ["sound"] * bool(tracks.levels)
    shown += ["reference"] * bool(tracks.reference)
    legend = "".join(
        f'<span><i class="mm-key mm-key-{name}"></i>{escape(text(f"track_{name}", language))}</span>' for name in shown
    )
    listed = "".join(f"<li>{escape(line)}</li>" for line in pieces)
    caption = f'<ul class="mm-pieces">{listed}</ul>' if listed else ""
    if unsure:
        caption += f'<p class="mm-empty">{escape(text("tracks_unsure", language, count=unsure))}</p>'
    return (
        f'<figure class="mm-figure"><h3 class="mm-heading">{title}</h3><p class="mm-map-legend">{legend}</p>'
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{title}. {alternative}">{shapes}</svg>'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _span_line(name: str, cues: Sequence[Cue], language: str) -> str:
    start, end = min(cue.start for cue in cues), max(cue.end for cue in cues)
    track = text(f"track_{name}", language)
    return text("tracks_span", language, track=track, count=len(cues), start=clock(start), end=clock(end))


def map_lines(points: Sequence[tuple[float, float]], language: str) -> list[str]:
    """Say how the times moved, one line a piece.

    Args:
        points: (seconds before, seconds after), piecewise linear.
        language: interface language tag.

    Returns:
        Lines such as “0:00–1:20: 2.50 s earlier”; those beyond `SHOWN_PIECES` are only counted.
    """
    pieces = [(a, b) for a, b in pairwise(points) if b[0] > a[0]]
    lines = [_piece_line(a, b, language) for a, b in pieces[:SHOWN_PIECES]]
    if len(pieces) > SHOWN_PIECES:
        lines.append(text("pieces_more", language, count=len(pieces) - SHOWN_PIECES))
    return lines


def _piece_line(first: tuple[float, float], last: tuple[float, float], language: str) -> str:
    span = {"start": clock(first[0]), "end": clock(last[0])}
    moves = first[1] - first[0], last[1] - last[0]
    rate = (last[1] - first[1]) / (last[0] - first[0])
    if abs(rate - 1.0) > STEADY and abs(moves[1] - moves[0]) > SAME_SECONDS:
        values = {"first": f"{moves[0]:+.2f}", "last": f"{moves[1]:+.2f}", "rate": f"{rate:.5f}"}
        return text("piece_drift", language, **span, **values)
    if abs(moves[0]) <= SAME_SECONDS:
        return text("piece_same", language, **span)
    direction = "piece_later" if moves[0] > 0 else "piece_earlier"
    return text(direction, language, **span, seconds=f"{abs(moves[0]):.2f}")


def merged_bars(cues: Sequence[Cue], scale: float) -> Bars:
    """Return the bars of a track, those that cannot be told apart run together.

    Args:
        cues: in any order.
        scale: units of the picture a second.

    Returns:
        (left, right) in units of the picture, ordered.
    """
    bars: Bars = []
    for cue in sorted(cues, key=lambda cue: cue.start):
        left, right = MARGIN + cue.start * scale, MARGIN + cue.end * scale
        if bars and left - bars[-1][1] < min(LEAST_GAP, right - left):
            bars[-1] = bars[-1][0], max(bars[-1][1], right)
        else:
            bars.append((left, right))
    return bars


def _bars(cues: Sequence[Cue], scale: float, y: float, kind: str) -> str:
    path = "".join(
        f"M{left:.1f} {y:.0f}h{max(right - left - 0.8, 0.8):.1f}v{BAR}H{left:.1f}z"
        for left, right in merged_bars(cues, scale)
    )
    return f'<path class="{kind}" d="{path}"/>' if path else ""


def _moves(points: Sequence[tuple[float, float]], scale: float, y: float) -> str:
    """Draw every linear piece of the time map as a band from the old times above to the new ones below."""
    bands = ""
    for (before, after), (later, moved) in pairwise(points):
        if later > before:
            above = f"{MARGIN + before * scale:.1f} {y:.0f}H{MARGIN + later * scale:.1f}"
            bands += f"M{above}L{MARGIN + moved * scale:.1f} {y + GAP:.0f}H{MARGIN + after * scale:.1f}z"
    return f'<path class="mm-moves" d="{bands}"/>' if bands else ""


def _sound(levels: Sequence[float], width: float, y: float) -> str:
    step, middle = width / len(levels), y + SOUND / 2
    path = "".join(
        f"M{MARGIN + (column + 0.5) * step:.1f} {middle - height:.1f}v{2 * height:.1f}"
        for column, level in enumerate(levels)
        if (height := max(level * SOUND / 2, 0.4))
    )
    return f'<path class="mm-sound" d="{path}"/>'


def _axis(seconds: float, scale: float, y: float) -> str:
    step = next((step for step in TICK_STEPS if seconds / step <= TICKS), TICK_STEPS[-1])
    labels = "".join(
        f'<text x="{MARGIN + tick * scale:.1f}" y="{y + 18:.0f}">{clock(tick)}</text>'
        for tick in range(0, int(seconds * 0.97) + 1, step)
    )
    return f'<g class="mm-axis">{labels}</g>'
