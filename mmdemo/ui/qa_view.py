"""What the Ask tab shows at one moment: how far the work is, the turns of the conversation; and the status line."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Literal

from mmdemo.types import Answer, MediaKind, Sentence
from mmdemo.ui.i18n import text
from mmdemo.ui.writing import writing_html

Phase = Literal[
    "idle",
    "waiting",
    "loading",
    "encoding",
    "listening",
    "reading",
    "answering",
    "stopping",
    "done",
    "cancelled",
    "cleared",
]
RUNNING_PHASES = frozenset({"waiting", "loading", "encoding", "listening", "reading", "answering", "stopping"})

SURE = 0.8
"""Probability from which an answer is called sure and not only fairly sure."""


@dataclass(frozen=True)
class Cited:
    """What stays known of media that was asked about, even when it was removed."""

    key: str  # of the item
    name: str
    kind: MediaKind


@dataclass(frozen=True)
class Turn:
    """A question and what became of it."""

    question: str
    media: tuple[Cited, ...]  # in the order in which the answer counts them
    answer: Answer | None = None
    problem: Sentence | None = None
    stopped: bool = False

    @property
    def is_open(self) -> bool:
        """Whether there is still an answer to come."""
        return self.answer is None and self.problem is None and not self.stopped


@dataclass(frozen=True)
class AskView:
    """How far the Ask tab is."""

    phase: Phase = "idle"
    share: float = 0.0  # of all the work
    number: int = 0  # of the media that is being worked on, from 1
    total: int = 0
    name: str = ""
    problems: tuple[Sentence, ...] = field(default=())
    writing: str = ""  # of the answer, as far as it has come


def percent(probability: float) -> str:
    """Write a probability as a whole percentage, never as certainty."""
    return f"{min(max(round(100 * probability), 1), 99)} %"


def status_text(view: AskView, has_media: bool, language: str) -> str:
    """Say in one line what is going on."""
    key = "ready" if view.phase == "idle" and has_media else view.phase
    return text(f"ask_{key}", language, number=view.number, total=view.total, name=view.name)


def status_html(view: AskView, has_media: bool, language: str) -> str:
    """Render the status line, the progress bar and the problems, if there are any.

    Args:
        view: how far it is.
        has_media: whether there is something to ask about.
        language: interface language tag.
    """
    problems = "".join(
        f'<p class="mm-problem" role="alert">{escape(problem.text(language))}</p>' for problem in view.problems
    )
    parts = [f'<p class="mm-status-text">{escape(status_text(view, has_media, language))}</p>']
    if view.phase in RUNNING_PHASES:
        value = f'value="{min(view.share, 1.0):.3f}"' if view.share > 0 else 'class="mm-busy"'
        parts.append(f'<progress max="1" {value} aria-label="{escape(text("progress", language))}"></progress>')
        parts.append(writing_html(view.writing))
    return f'<div class="mm-status" role="status">{"".join(parts)}</div>{problems}'
