"""Two items held against each other as HTML: similarity, probability, the parts that match; everything is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from mmdemo.text import clock
from mmdemo.types import Float32Array
from mmdemo.ui.activity import SeenItem
from mmdemo.ui.captioning_words import heat_levels
from mmdemo.ui.i18n import text
from mmdemo.ui.previews import data_uri
from mmdemo.ui.retrieval_view import decimal, percent

if TYPE_CHECKING:
    from mmdemo.tasks.matching_parts import Comparison, Moment, Parts

DARKEST = 0.72
"""Opacity of the shade over the regions that fit least."""
LEAST_SPREAD = 0.06
"""Between best and worst region, below which none is said to stand out. On 40 mosaics of four training photographs it
lets 59 % of the captions draw, 91 % of them in the right quarter, and 19 % of captions of something else
(`mmdemo.evaluation.matching_regions`)."""
MOST_BARS = 120
SHORT_NAME = 40


def pair_html(first: SeenItem, second: SeenItem, found: Comparison, language: str) -> str:
    """Render a comparison.

    Args:
        first: an item.
        second: another.
        found: what became of comparing them.
        language: interface language tag.

    Returns:
        HTML without anything executable in it.
    """
    facts = [text("score", language, score=decimal(found.similarity))]
    if found.probability is None:
        facts.append(text("pair_no_probability", language))
    else:
        facts.append(text("pair_probability", language, percent=percent(found.probability)))
    title = f'<h3 class="mm-heading">{escape(text("pair_title", language))}</h3>'
    line = f'<p class="mm-facts-line">{escape(" · ".join(facts))}</p>'
    sides = _side(first, second, found.first, language) + _side(second, first, found.second, language)
    return f'{title}{line}<div class="mm-pair">{sides}</div>'


def _side(item: SeenItem, other: SeenItem, parts: Parts, language: str) -> str:
    name = f'<h4 class="mm-pair-name">{escape(item.name)}</h4>'
    if parts.reason is not None:
        return f'<section>{name}<p class="mm-empty">{escape(parts.reason.text(language))}</p></section>'
    if parts.grid is not None:
        return f"<section>{name}{_grid(item, other, parts.grid, language)}</section>"
    bars = ""
    if parts.moments:
        key = "pair_frames" if item.kind == "video" else "pair_seconds"
        bars += _bars(parts.moments, text(key, language, name=_short(other.name)), language)
    if parts.heard:
        bars += _bars(parts.heard, text("pair_heard", language, name=_short(other.name)), language)
    return f"<section>{name}{bars}</section>"


def _grid(item: SeenItem, other: SeenItem, grid: Float32Array, language: str) -> str:
    """Lay a shade over a picture that leaves the best regions bright."""
    height, width = grid.shape
    levels = heat_levels(grid - grid.min())
    distinct = float(np.ptp(grid)) >= LEAST_SPREAD
    shade = np.zeros((height, width, 4), np.uint8)  # black, and as opaque as the region fits badly
    shade[..., 3] = np.round(255 * DARKEST * (1 - np.reshape(levels, grid.shape) / 100))
    alt = escape(text("pair_region_alt" if distinct else "picture_named", language, name=item.name, other=other.name))
    picture = f'<img src="{escape(item.preview)}" alt="{alt}">' if item.preview else ""
    values = {"low": decimal(float(grid.min())), "high": decimal(float(grid.max()))}
    note = text("pair_regions" if distinct else "pair_regions_flat", language, name=_short(other.name), **values)
    if not item.preview:
        note += " " + text("pair_no_picture", language)
    kind = "" if item.preview else " mm-pair-blank"
    if distinct:
        picture += f'<img class="mm-shade" src="{data_uri(shade)}" alt="">'
    return f'<div class="mm-pair-picture{kind}">{picture}</div><p class="mm-empty">{escape(note)}</p>'


def _bars(moments: Sequence[Moment], title: str, language: str) -> str:
    """Draw a bar for each moment, the higher the more alike, and name the best."""
    drawn = _thinned(moments)
    values = np.array([moment.similarity for moment in drawn])
    low, high = float(values.min()), float(values.max())
    heights = 8 + 92 * (values - low) / max(high - low, 1e-6) if high > low else np.full(len(values), 60.0)
    best = max(moments, key=lambda moment: moment.similarity)
    end = max(moment.span.end for moment in drawn)
    bars = "".join(
        f'<rect class="{"mm-bar-best" if moment is best else "mm-bar"}" x="{100 * moment.span.start / end:.2f}" '
        f'y="{100 - height:.1f}" width="{max(100 * _width(drawn, place) / end - 0.4, 0.3):.2f}" height="{height:.1f}">'
        f"<title>{clock(moment.span.start)}: {decimal(moment.similarity)}</title></rect>"
        for place, (moment, height) in enumerate(zip(drawn, heights, strict=True))
    )
    values_of_best = {"start": clock(best.span.start), "end": clock(best.span.end), "score": decimal(best.similarity)}
    line = text("pair_best", language, **values_of_best)
    label = escape(f"{title}: {line}")
    return (
        f'<figure class="mm-pair-bars"><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 100 100" '
        f'preserveAspectRatio="none" role="img" aria-label="{label}">{bars}</svg>'
        f'<p class="mm-empty">{escape(line)}</p></figure>'
    )


def _width(moments: Sequence[Moment], place: int) -> float:
    """Return the seconds to the next moment, as spans of sound overlap."""
    span = moments[place].span
    following = moments[place + 1].span.start if place + 1 < len(moments) else span.end
    return max(min(span.end, following) - span.start, 0.0)


def _thinned(moments: Sequence[Moment]) -> list[Moment]:
    """Return at most `MOST_BARS`, of each group the best."""
    size = -(-len(moments) // MOST_BARS)
    groups = (moments[start : start + size] for start in range(0, len(moments), size))
    return [max(group, key=lambda moment: moment.similarity) for group in groups]


def _short(name: str) -> str:
    return name if len(name) <= SHORT_NAME else name[: SHORT_NAME - 1] + "…"
