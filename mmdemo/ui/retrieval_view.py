"""What the Search tab shows at one moment, and its rendering as HTML; everything from outside is escaped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Literal

from mmdemo.text import clock
from mmdemo.types import Hit, Sentence
from mmdemo.ui.i18n import text

Phase = Literal["empty", "waiting", "loading", "indexing", "stopping", "done", "cancelled", "expired"]
RUNNING_PHASES = frozenset({"waiting", "loading", "indexing", "stopping"})
SHOWN_FAILURES = 50
WEAK = 0.3
"""Probability of the best hit below which the page says that nothing fits."""


@dataclass(frozen=True)
class Failure:
    """A file that could not be used, and why."""

    name: str
    sentence: Sentence


@dataclass(frozen=True)
class RetrievalView:
    """Everything the Search tab says about the library and the last query."""

    phase: Phase = "empty"
    done: int = 0
    total: int = 0
    name: str = ""  # of the file being read
    count: int = 0  # items in the library
    known: int = 0  # files of the last job whose content was there already
    failures: tuple[Failure, ...] = ()
    query: str = ""  # as the user knows it; "" before the first search
    hits: tuple[Hit, ...] = ()
    best_probability: float | None = None  # None when nobody can tell
    problem: Sentence | None = None


def status_html(view: RetrievalView, language: str) -> str:
    """Render what is going on with the library."""
    if view.problem is not None:
        return f'<p class="mm-problem" role="alert">{escape(view.problem.text(language))}</p>'
    phase = "empty" if view.phase in ("done", "cancelled") and not view.count else view.phase
    line = text(f"library_{phase}", language, **_values(view))
    if view.phase == "done" and view.known:
        line += " " + text("library_known", language, count=view.known)
    parts = [f'<p class="mm-status-text">{escape(line)}</p>']
    if view.phase in RUNNING_PHASES:
        known = view.phase in ("indexing", "stopping") and view.total
        value = f'value="{view.done / view.total:.3f}"' if known else 'class="mm-busy"'
        parts.append(f'<progress max="1" {value} aria-label="{escape(text("progress", language))}"></progress>')
    return f'<div class="mm-status" role="status">{"".join(parts)}</div>'


def _values(view: RetrievalView) -> dict[str, object]:
    return {"done": view.done, "total": view.total, "name": view.name, "count": view.count}


def failures_html(view: RetrievalView, language: str) -> str:
    """List the files that could not be used; empty when there are none."""
    if not view.failures:
        return ""
    items = "".join(f"<li>{escape(failure.sentence.text(language))}</li>" for failure in view.failures[:SHOWN_FAILURES])
    more = "<li>…</li>" if len(view.failures) > SHOWN_FAILURES else ""
    title = escape(text("library_failures", language, count=len(view.failures)))
    return f'<details class="mm-reasons" open><summary>{title}</summary><ul>{items}{more}</ul></details>'


def results_html(view: RetrievalView, language: str) -> str:
    """Say above the gallery what it shows, or why it is empty."""
    if not view.query:
        return f'<p class="mm-empty">{escape(text("results_empty", language))}</p>'
    if not view.hits:
        return f'<p class="mm-empty">{escape(text("results_none", language))}</p>'
    shown = view.query if len(view.query) <= 80 else view.query[:79] + "…"
    title = f'<h3 class="mm-heading">{escape(text("results_for", language, query=shown))}</h3>'
    if view.best_probability is None or view.best_probability >= WEAK:
        return title
    weak = text("results_weak", language, percent=round(100 * view.best_probability))
    return f'{title}<p class="mm-reasons">{escape(weak)}</p>'


def decimal(value: float) -> str:
    """Write a score with two digits and a true minus sign."""
    return f"{value:.2f}".replace("-", "−")


def percent(probability: float) -> str:
    """Write a probability as a whole percentage, never as certainty."""
    return f"{min(max(round(100 * probability), 1), 99)} %"


def caption(hit: Hit) -> str:
    """Write under a picture of the gallery what it is; Gradio shows it as plain text."""
    moment = "" if hit.span is None else f"{clock(hit.span.start)} · "
    return f"{percent(hit.probability)} · {moment}{Path(hit.source).name}"


def best_moment(hit: Hit | None) -> float:
    """Return the second at which an item is to be played; 0 when nothing was searched for."""
    return hit.span.start if hit is not None and hit.span is not None else 0.0


def detail_html(name: str, hit: Hit | None, language: str, note: str = "") -> str:
    """Render the chosen item: its name, score and best moment, which the page moves the player to.

    Args:
        name: of the item; "" when none is chosen.
        hit: of the last query, when the item is one.
        language: interface language tag.
        note: key of a text that says why nothing plays yet.

    Returns:
        HTML; empty when no item is chosen.
    """
    if not name:
        return ""
    facts = []
    if hit is not None:
        facts.append(text("probability", language, percent=percent(hit.probability)))
        facts.append(text("score", language, score=decimal(hit.score)))
        if hit.span is not None:
            facts.append(text("moment", language, start=clock(hit.span.start), end=clock(hit.span.end)))
    line = f'<span class="mm-facts-line">{escape(" · ".join(facts))}</span>' if facts else ""
    waiting = f'<p class="mm-empty" role="status">{escape(text(note, language))}</p>' if note else ""
    return f'<div data-cue="{best_moment(hit):.3f}"><h3 class="mm-heading">{escape(name)}</h3>{line}{waiting}</div>'


def joined_view(view: RetrievalView, before: RetrievalView, cancelled: bool) -> RetrievalView:
    """Carry the last query over to a view of the library, and say when it is about to stop."""
    phase = "stopping" if cancelled and view.phase in RUNNING_PHASES else view.phase
    return replace(view, phase=phase, query=before.query, hits=before.hits, best_probability=before.best_probability)
