"""The scenes of a video and the pictures of a batch as HTML; everything from outside is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, TypeVar

from mmdemo.text import clock
from mmdemo.types import Caption
from mmdemo.ui.captioning_view import FINAL_PHASES, LANGUAGE_NAMES, RUNNING_PHASES, CaptionView, badge_html, copy_html
from mmdemo.ui.i18n import for_reader, text, written_tag

if TYPE_CHECKING:
    from mmdemo.tasks.caption_batch import CaptionRow
    from mmdemo.tasks.video_captioning import SceneCaption

Item = TypeVar("Item")

LIVE_ROWS = 30
"""Rows sent while the work runs; the whole of a long table would be sent with every step."""


def scenes_html(view: CaptionView, language: str) -> str:
    """Render the scenes of a video; their times move the player.

    Args:
        view: of a video.
        language: interface language tag.
    """
    title = escape(text("scenes_title", language))
    if not view.scenes:
        empty = escape(text("scenes_none" if view.phase in FINAL_PHASES else "scenes_empty", language))
        return f'<p class="mm-empty">{empty}</p>'
    shown, earlier = _recent(view.scenes, view, language)
    items = "".join(_scene_html(scene, view, language) for scene in shown)
    return (
        f'<h3 class="mm-heading">{title}</h3>{earlier}'
        f'<div class="mm-scenes" role="region" tabindex="0" aria-label="{title}"><ol>{items}</ol></div>'
    )


def _scene_html(scene: SceneCaption, view: CaptionView, language: str) -> str:
    start, end = clock(scene.span.start), clock(scene.span.end)
    times = f"{start} – {end}"
    if view.player_path is not None:
        label = escape(text("scene_play", language, time=start))
        place = f'data-scene="{scene.span.start:.3f}" title="{label}"'
        times = f'<button type="button" class="mm-time" {place}>{times}</button>'
    else:
        times = f'<span class="mm-time">{times}</span>'
    lines = "".join(_scene_line_html(caption, language) for caption in scene.captions)
    reasons = "".join(f'<p class="mm-scene-reason">{escape(reason.text(language))}</p>' for reason in scene.reasons)
    return f'<li>{times}<div class="mm-scene">{lines}{reasons}</div></li>'


def _scene_line_html(caption: Caption, language: str) -> str:
    shown, tag = escape(for_reader(caption.text, language)), written_tag(caption.language, language)
    return f'<p><span lang="{tag}">{shown}</span> {badge_html(caption.score, language)}</p>'


def files_html(view: CaptionView, language: str) -> str:
    """Render the pictures of a batch: file, a caption a language, score, note.

    Args:
        view: of several files.
        language: interface language tag.
    """
    names = [text("column_file", language), *(LANGUAGE_NAMES[own] for own in view.languages)]
    heads = [*names, text("column_score", language), text("column_note", language)]
    header = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    shown, earlier = _recent(view.rows, view, language)
    rows = "".join(_row_html(row, view, language) for row in shown)
    title = escape(text("files_title", language))
    return (
        f'<h3 class="mm-heading">{title}</h3>{earlier}<div class="mm-files" role="region" tabindex="0" '
        f'aria-label="{title}"><table><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row_html(row: CaptionRow, view: CaptionView, language: str) -> str:
    cells = []
    best = {caption.language: caption for caption in reversed(row.captions)}
    for own in view.languages:
        caption: Caption | None = best.get(own)
        shown = for_reader(caption.text, language) if caption else ""
        inside = f"<span>{escape(shown)}</span> {copy_html(shown, language)}" if caption else ""
        cells.append(f'<td lang="{written_tag(own, language)}">{inside}</td>')
    score = badge_html(row.captions[0].score, language) if row.captions else ""
    notes = ([row.problem] if row.problem is not None else []) + list(row.reasons)
    note = " ".join(escape(sentence.text(language)) for sentence in notes)
    kind = ' class="mm-row-problem"' if row.problem is not None else ""
    return f'<tr{kind}><th scope="row">{escape(row.name)}</th>{"".join(cells)}<td>{score}</td><td>{note}</td></tr>'


def _recent(items: Sequence[Item], view: CaptionView, language: str) -> tuple[Sequence[Item], str]:
    """Return what to show now, and a line about what is left out."""
    shown = items[-LIVE_ROWS:] if view.phase in RUNNING_PHASES else items
    hidden = len(items) - len(shown)
    line = escape(text("files_earlier", language, count=hidden))
    return shown, f'<p class="mm-empty">{line}</p>' if hidden else ""
