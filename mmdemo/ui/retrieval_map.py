"""The map of the library as SVG: every mark has a title, can be clicked and reached by keyboard; all text escaped."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from mmdemo.tasks.space_map import map_positions, query_position
from mmdemo.types import Float32Array, Hit, Modality
from mmdemo.ui.i18n import text

WIDTH, HEIGHT = 640, 400
DRAWN_ITEMS = 1_000
NEIGHBOURS = 5
MARKS: Mapping[str, str] = {
    "image": '<circle r="7"/>',
    "audio": '<path d="M0 -8.5 L8 6 L-8 6 Z"/>',
    "video": '<rect x="-6.5" y="-6.5" width="13" height="13" rx="2"/>',
    "text": '<path d="M-7 -7 L7 -7 L7 -2.5 L2.5 -2.5 L2.5 8 L-2.5 8 L-2.5 -2.5 L-7 -2.5 Z"/>',
}
"""One shape a kind, so that they are told apart without their colours."""
QUERY_MARK = '<path d="M0 -10 L10 0 L0 10 L-10 0 Z"/>'

MAP_SCRIPT = """
const choose = (event) => {
  const mark = event.target.closest?.("[data-item]");
  if (!mark) return;
  if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  trigger("select", { index: mark.dataset.item, value: mark.dataset.item });
};
element.addEventListener("click", choose);
element.addEventListener("keydown", choose);
"""
"""Runs when the component is loaded; the listeners stay while its content changes."""


@dataclass(frozen=True)
class MapWords:
    """Keys of the texts around a map."""

    title: str = "map"
    help: str = "map_help"
    empty: str = "map_empty"


LIBRARY_WORDS = MapWords()


@dataclass(frozen=True, eq=False)
class MapItem:
    """An item to draw."""

    item_id: str
    modality: Modality
    name: str
    embedding: Float32Array  # [D] unit norm


def map_html(
    items: Sequence[MapItem],
    hits: Sequence[Hit],
    query: str,
    chosen: str | Collection[str],
    language: str,
    words: MapWords = LIBRARY_WORDS,
) -> str:
    """Draw the items, the query and lines to its neighbours.

    Args:
        items: of the library.
        hits: of the last query, best first.
        query: as the user knows it; empty before the first search.
        chosen: id of the item on the player, or ids of several that are chosen.
        language: interface language tag.
        words: around the map.

    Returns:
        HTML without anything executable in it.
    """
    chosen = {chosen} if isinstance(chosen, str) else chosen
    title = escape(text(words.title, language))
    heading = f'<h3 class="mm-heading">{title}</h3>'
    if not items:
        return f'{heading}<p class="mm-empty">{escape(text(words.empty, language))}</p>'
    drawn = items[:DRAWN_ITEMS]
    places = map_positions(np.stack([item.embedding for item in drawn])) * np.array([WIDTH, HEIGHT], np.float32)
    neighbours = {hit.item_id for hit in hits[:NEIGHBOURS]}
    marks = "".join(
        _mark(item, place, item.item_id in neighbours, item.item_id in chosen)
        for item, place in zip(drawn, places, strict=True)
    )
    notes = text(words.help, language)
    if len(drawn) < len(items):
        notes += " " + text("map_many", language, shown=len(drawn), count=len(items))
    lines, query_mark = _query(drawn, places, hits[:NEIGHBOURS], query, language)
    picture = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="group" aria-label="{title}">{lines}{marks}{query_mark}</svg>'
    return f'{heading}{_legend(drawn, language)}{picture}<p class="mm-empty">{escape(notes)}</p>'


def _mark(item: MapItem, place: Float32Array, neighbour: bool, chosen: bool) -> str:
    name = escape(item.name)
    classes = f"mm-mark mm-{item.modality}" + " mm-neighbour" * neighbour + " mm-chosen" * chosen
    # Labels that would leave the picture on the right stand on the left of their mark.
    anchor, shift = ("end", -14) if place[0] > WIDTH * 0.7 else ("start", 14)
    short = escape(item.name if len(item.name) <= 28 else item.name[:27] + "…")
    label = f'<text class="mm-mark-name" x="{shift}" y="4.5" text-anchor="{anchor}">{short}</text>'
    return (
        f'<g class="{classes}" role="button" tabindex="0" aria-label="{name}" aria-pressed="{str(chosen).lower()}" '
        f'data-item="{escape(item.item_id)}" transform="translate({place[0]:.1f} {place[1]:.1f})">'
        f"<title>{name}</title>{MARKS[item.modality]}{label}</g>"
    )


def _query(
    items: Sequence[MapItem], places: Float32Array, hits: Sequence[Hit], query: str, language: str
) -> tuple[str, str]:
    """Return the lines to the neighbours, and the mark of the query."""
    rows = {item.item_id: row for row, item in enumerate(items)}
    near = [hit for hit in hits if hit.item_id in rows]
    if not query or not near:
        return "", ""
    ends = places[[rows[hit.item_id] for hit in near]]  # [K, 2]
    place = query_position(ends, np.array([hit.score for hit in near], np.float32))
    lines = "".join(
        f'<line x1="{place[0]:.1f}" y1="{place[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"/>' for end in ends
    )
    name = escape(text("map_query", language, query=query[:80]))
    mark = (
        f'<g class="mm-query-mark" role="img" aria-label="{name}" '
        f'transform="translate({place[0]:.1f} {place[1]:.1f})"><title>{name}</title>{QUERY_MARK}</g>'
    )
    return f'<g class="mm-map-lines" aria-hidden="true">{lines}</g>', mark


def _legend(items: Sequence[MapItem], language: str) -> str:
    kinds = [kind for kind in MARKS if any(item.modality == kind for item in items)]
    entries = "".join(
        f'<span><svg viewBox="-10 -10 20 20" aria-hidden="true"><g class="mm-mark mm-{kind}">{MARKS[kind]}</g></svg>'
        f"{escape(text(f'kind_{kind}', language))}</span>"
        for kind in kinds
    )
    return f'<p class="mm-map-legend">{entries}</p>'
