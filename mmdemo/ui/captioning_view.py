"""What the Caption tab shows at one moment: its state, the status line, and which part renders the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mmdemo.types import CaptionLanguage, Sentence
from mmdemo.ui.i18n import text
from mmdemo.ui.writing import writing_html

if TYPE_CHECKING:
    from mmdemo.tasks.caption_batch import CaptionRow
    from mmdemo.tasks.captioning import PictureCaptions
    from mmdemo.tasks.video_captioning import SceneCaption

Phase = Literal["idle", "waiting", "reading", "loading", "writing", "stopping", "done", "cancelled"]
Subject = Literal["", "picture", "video", "files"]
RUNNING_PHASES = frozenset({"waiting", "reading", "loading", "writing", "stopping"})
FINAL_PHASES = frozenset({"done", "cancelled"})

SURE = 0.8
UNSURE = 0.5
"""Scores at which the words for them change."""
LANGUAGE_NAMES: dict[str, str] = {"en": "English", "zh": "中文"}
"""Languages of captions, each in its own words."""


@dataclass(frozen=True, eq=False)
class CaptionView:
    """Everything the Caption tab shows."""

    phase: Phase = "idle"
    subject: Subject = ""
    name: str = ""  # of the file, as the user knows it
    done: int = 0
    total: int = 0  # 0 while nobody knows
    share: float = 0.0  # of all the work
    languages: tuple[CaptionLanguage, ...] = ()  # that were asked for
    picture: PictureCaptions | None = None
    preview: str = ""  # data URI of the picture, made small
    chosen: Mapping[str, int] = field(default_factory=dict)  # language → which caption; the best when it is not named
    scenes: tuple[SceneCaption, ...] = ()
    player_path: Path | None = None  # None when the browser cannot play the video
    rows: tuple[CaptionRow, ...] = ()
    problem: Sentence | None = None
    writing: str = ""  # of a caption, as far as it has come

    @property
    def count(self) -> int:
        """How many results there are."""
        return len(self.scenes) + len(self.rows) + (self.picture is not None)


def level(score: float) -> str:
    """Return the word for a score: high, medium or low."""
    if score >= SURE:
        return "high"
    return "medium" if score >= UNSURE else "low"


def status_text(view: CaptionView, language: str) -> str:
    """Say in one line what is going on."""
    key = f"caption_{view.phase}"
    if view.phase == "writing" and view.total:  # one picture has no total
        key = "caption_scenes" if view.subject == "video" else "caption_pictures"
    elif view.phase == "done" and view.subject in ("video", "files"):
        key = f"caption_done_{view.subject}"
    elif view.phase == "cancelled" and not view.count:
        key = "caption_cancelled_early"
    failed = sum(row.problem is not None for row in view.rows)
    return text(key, language, name=view.name, done=view.done, total=view.total, count=view.count, failed=failed)


def status_html(view: CaptionView, language: str) -> str:
    """Render the status line, the progress bar and the problem, if there is one."""
    if view.problem is not None:
        problem = f'<p class="mm-problem" role="alert">{escape(view.problem.text(language))}</p>'
        return f'<div class="mm-status">{problem}</div>'
    parts = [f'<p class="mm-status-text">{escape(status_text(view, language))}</p>']
    if view.phase in RUNNING_PHASES:
        value = f'value="{min(view.share, 1.0):.3f}"' if view.share > 0 else 'class="mm-busy"'
        parts.append(f'<progress max="1" {value} aria-label="{escape(text("progress", language))}"></progress>')
        parts.append(writing_html(view.writing))
    return f'<div class="mm-status" role="status">{"".join(parts)}</div>'


def badge_html(score: float, language: str, unsure: bool = False) -> str:
    """Render a score as a percentage and in words.

    Args:
        score: 0..1.
        language: interface language tag.
        unsure: whether there are reasons beyond the score to doubt.
    """
    shown = "low" if unsure else level(score)
    percent = f"{min(max(round(100 * score), 1), 99)} %"
    return f'<span class="mm-badge mm-badge-{shown}">{percent} · {escape(text(f"level_{shown}", language))}</span>'


def copy_html(caption: str, language: str) -> str:
    """Render the button that copies a caption (see ``assets/ui/caption.js``)."""
    label = escape(text("copy_caption", language, caption=caption))
    done = escape(text("copied", language))
    shown = escape(text("copy", language))
    return (
        f'<button type="button" class="mm-copy" data-copy="{escape(caption)}" data-done="{done}" '
        f'aria-label="{label}">{shown}</button>'
    )
