"""What an answer rests on as HTML: links that play a moment or mark a place; everything from outside is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from mmdemo.text import clock
from mmdemo.types import Answer, Evidence, Region
from mmdemo.ui.i18n import text
from mmdemo.ui.qa_media import MediaItem
from mmdemo.ui.qa_strip import file_address
from mmdemo.ui.qa_view import Cited, Turn

MOST_SHOWN = 6
"""Pieces of evidence shown, strongest first; the download holds them all."""


def evidence_html(turn: Turn, answer: Answer, present: Mapping[str, MediaItem], language: str) -> str:
    """Render what an answer rests on.

    Args:
        turn: whose media the evidence counts.
        answer: with its evidence, strongest first.
        present: key → media that are still there.
        language: interface language tag.

    Returns:
        HTML; empty when there is none.
    """
    shown = [found for found in answer.evidence if 0 <= found.media < len(turn.media)][:MOST_SHOWN]
    if not shown:
        return ""
    items = "".join(_item_html(found, turn.media[found.media], present, language) for found in shown)
    return f'<h5>{escape(text("ask_evidence", language))}</h5><ul class="mm-ask-evidence">{items}</ul>'


def _item_html(found: Evidence, cited: Cited, present: Mapping[str, MediaItem], language: str) -> str:
    item = present.get(cited.key)
    picture = _picture_html(found, item) if item is not None and found.kind in ("region", "frame", "whole") else ""
    number = f'<span class="mm-ask-number">{found.media + 1}</span>'
    label = f'<span class="mm-ask-source">{number} {escape(cited.name)}</span>'
    times = f'<span class="mm-ask-times">{_times(found)}</span>' if found.span is not None else ""
    link = _link_html(found, cited, item, picture + label + times, language)
    return f"<li>{link}{_said_html(found)}</li>"


def _times(found: Evidence) -> str:
    assert found.span is not None
    start, end = clock(found.span.start), clock(found.span.end)
    return start if start == end or found.kind == "frame" else f"{start} – {end}"


def _said_html(found: Evidence) -> str:
    """Quote what is said there, or name what is heard or seen."""
    if not found.text:
        return ""
    said = escape(found.text)
    return f"<blockquote>{said}</blockquote>" if found.kind == "passage" else f'<span class="mm-ask-seen">{said}</span>'


def _link_html(found: Evidence, cited: Cited, item: MediaItem | None, inside: str, language: str) -> str:
    """Make evidence a button that shows it; what was removed, or cannot be played, stays as a note."""
    if item is None:
        gone = escape(text("ask_removed", language))
        return f'<span class="mm-ask-cite">{inside} <span class="mm-ask-kind">({gone})</span></span>'
    if item.shown is None:
        return f'<span class="mm-ask-cite">{inside}</span>'
    place = f'data-cite="{cited.key}"'
    if found.span is not None:
        place += f' data-start="{found.span.start:.3f}" data-end="{found.span.end:.3f}"'
        label = text("ask_play", language, name=cited.name, time=clock(found.span.start))
    elif found.region is not None:
        label = text("ask_show_region", language, name=cited.name)
    else:
        label = text("ask_show", language, name=cited.name)
    if found.region is not None:
        regions = (found.region, *found.others)
        sides = ";".join(f"{one.x0:.4f},{one.y0:.4f},{one.x1:.4f},{one.y1:.4f}" for one in regions)
        place += f' data-region="{sides}"'
    shown = escape(label)
    return f'<button type="button" class="mm-ask-cite" {place} aria-label="{shown}" title="{shown}">{inside}</button>'


def _picture_html(found: Evidence, item: MediaItem) -> str:
    """Render the picture, or the frame of the clip, with the place marked in it."""
    if item.shown is None or item.kind == "audio":
        return ""
    regions = () if found.region is None else (found.region, *found.others)
    mark = "".join(f'<span class="mm-ask-mark" style="{region_style(region)}"></span>' for region in regions)
    address = file_address(item.shown)
    if item.kind == "image":
        inside = f'<img src="{address}" alt="">'
    elif found.span is not None:
        # A browser shows the frame at the time behind the address without playing.
        address = f"{address}#t={found.span.start:.3f}"
        inside = f'<video src="{address}" preload="metadata" muted playsinline tabindex="-1"></video>'
    else:
        return ""
    return f'<span class="mm-ask-still" aria-hidden="true">{inside}{mark}</span>'


def region_style(region: Region) -> str:
    """Place a mark over a picture.

    Args:
        region: in parts of the picture.

    Returns:
        CSS in percent of the picture's box.
    """
    left, right = sorted(min(max(x, 0.0), 1.0) for x in (region.x0, region.x1))
    top, bottom = sorted(min(max(y, 0.0), 1.0) for y in (region.y0, region.y1))
    sides = {"left": left, "top": top, "width": right - left, "height": bottom - top}
    return "; ".join(f"{name}: {100 * value:.2f}%" for name, value in sides.items())
