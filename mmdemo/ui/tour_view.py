"""The tour as HTML: where one is, what came out, and what the backbone did; everything is escaped."""

from __future__ import annotations

import time
from collections.abc import Sequence
from html import escape

from mmdemo.text import clock
from mmdemo.types import Hit
from mmdemo.ui.activity import Event, Ledger, SeenItem
from mmdemo.ui.activity_view import contents_html, encoded_text, seconds_text, totals_html
from mmdemo.ui.captioning_cards import picture_html
from mmdemo.ui.i18n import for_reader, text
from mmdemo.ui.retrieval_view import percent
from mmdemo.ui.tour_steps import CLIP, STEPS, StepName, StepResult

SHOWN_HITS = 3


def steps_html(place: int, done: frozenset[StepName], language: str) -> str:
    """Render the four steps with the one that is shown marked.

    Args:
        place: of the step that is shown; -1 before the first, 4 behind the last.
        done: steps with a result.
        language: interface language tag.
    """
    items = ""
    for number, step in enumerate(STEPS):
        kind = "mm-tour-here" if number == place else "mm-tour-done" if step in done else ""
        here = ' aria-current="step"' if number == place else ""
        items += f'<li class="{kind}"{here}>{escape(text(f"tour_step_{step}", language))}</li>'
    return f'<ol class="mm-tour-steps">{items}</ol>'


def intro_html(language: str) -> str:
    """Render what the tour is, before it begins."""
    lines = "".join(f"<p>{escape(text(key, language))}</p>" for key in ("tour_intro", "tour_keys"))
    return f'<h3 class="mm-heading">{escape(text("tour_title", language))}</h3>{lines}'


def heading_html(step: StepName, language: str) -> str:
    """Render which step it is and what it shows."""
    values = {"number": STEPS.index(step) + 1, "count": len(STEPS), "name": text(f"tour_step_{step}", language)}
    title = escape(text("tour_position", language, **values))
    return f'<h3 class="mm-heading">{title}</h3><p>{escape(text(f"tour_about_{step}", language))}</p>'


def status_html(key: str, language: str) -> str:
    """Render what is going on, with a bar that moves."""
    line = escape(text(key, language))
    return (
        f'<div class="mm-status" role="status"><p class="mm-status-text">{line}</p>'
        f'<progress class="mm-busy" aria-label="{line}"></progress></div>'
    )


def result_html(result: StepResult, language: str) -> str:
    """Render what came out of a step, and the one sentence on the backbone."""
    shown = {"caption": _caption, "subtitles": _subtitles, "ask": _answer, "search": _found}[result.step]
    return shown(result, language) + work_html(result, language)


def work_html(result: StepResult, language: str) -> str:
    """Say in one sentence what was encoded for a step and what was not encoded again."""
    encoded = [event for event in result.events if not event.reused]
    reused = [event for event in result.events if event.reused]
    said = []
    if encoded:
        seconds = seconds_text(sum(event.seconds for event in encoded), language)
        said.append(text("tour_encoded", language, parts=_parts(encoded, language), seconds=seconds))
    if reused:
        said.append(text("tour_reused", language, parts=_parts(reused, language)))
        saved = [event.saved for event in reused if event.saved is not None]
        if saved:
            said.append(text("tour_saved", language, saved=seconds_text(sum(saved), language)))
    if not said:
        said.append(text("tour_nothing", language))
    did, took = text("tour_did", language), text("tour_took", language, seconds=seconds_text(result.seconds, language))
    return f'<p class="mm-tour-work"><strong>{escape(did)}</strong> {escape("; ".join(said))}. {escape(took)}</p>'


def _parts(events: Sequence[Event], language: str) -> str:
    names = [
        text("tour_part", language, part=text(f"part_{event.part}", language), name=event.name) for event in events
    ]
    return ", ".join(dict.fromkeys(names))


def _caption(result: StepResult, language: str) -> str:
    return picture_html(result.captioned, language) if result.captioned is not None else ""


def _subtitles(result: StepResult, language: str) -> str:
    keys = ("tour_line", "tour_before", "tour_after")
    head = "".join(f'<th scope="col">{escape(text(key, language))}</th>' for key in keys)
    rows = "".join(
        f'<tr><th scope="row">{escape(after.text)}</th><td>{_times(before.start, before.end)}</td>'
        f"<td>{_times(after.start, after.end)}</td></tr>"
        for before, after in zip(result.before, result.after, strict=False)
    )
    moved = [after.start - before.start for before, after in zip(result.before, result.after, strict=False)]
    line = ""
    if moved:
        seconds = f"{sum(moved) / len(moved):+.1f} s".replace("-", "−")
        line = f"<p>{escape(text('tour_moved', language, seconds=seconds))}</p>"
    return f'<table class="mm-contents"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{line}'


def _times(start: float, end: float) -> str:
    return f"{start:.1f} – {end:.1f} s"


def _answer(result: StepResult, language: str) -> str:
    answer = result.answer
    assert answer is not None, "the step asks"
    said = for_reader(answer.text, language) if answer.language == "zh" else answer.text
    quotes = "".join(
        f"<blockquote>{escape(piece.text)} <small>{clock(piece.span.start)}</small></blockquote>"
        for piece in answer.evidence[:1]
        if piece.text and piece.span is not None
    )
    question = escape(text("tour_answered", language, question=result.question))
    return (
        f'<p class="mm-tour-question">{question}</p><p class="mm-caption">{escape(said)} '
        f"<small>{percent(answer.probability)}</small></p>{quotes}"
    )


def _found(result: StepResult, language: str) -> str:
    shown = ""
    for query, hits in result.found:
        lines = "".join(f"<li>{escape(_hit(hit, language))}</li>" for hit in hits[:SHOWN_HITS])
        shown += f'<h4 class="mm-pair-name">{escape(text("tour_found", language, query=query))}</h4><ol>{lines}</ol>'
    return f'<div class="mm-tour-found">{shown}</div>'


def _hit(hit: Hit, language: str) -> str:
    name = hit.source.rsplit("/", 1)[-1]
    if hit.span is None:
        return text("tour_rank", language, name=name, percent=percent(hit.probability))
    return text("tour_moment", language, name=name, time=clock(hit.span.start), percent=percent(hit.probability))


def end_html(ledger: Ledger, language: str) -> str:
    """Render the record at the end, led by what it says of the clip that several steps used."""
    items = ledger.items()
    clip = next((item for item in items if item.name == CLIP.name), None)
    line = f'<p class="mm-tour-work">{escape(clip_text(clip, language))}</p>' if clip is not None else ""
    title = f'<h3 class="mm-heading">{escape(text("tour_end", language))}</h3>'
    return title + line + totals_html(ledger.totals, language) + contents_html(items, time.time(), language)


def clip_text(clip: SeenItem, language: str) -> str:
    """Say how often a clip was encoded in this session and which tasks used it; nothing but what was recorded."""
    records = clip.records
    counts = [record.encoded for record in records.values()]
    tasks = list(dict.fromkeys(task for record in records.values() for task in record.tasks if task != "backbone"))
    key = "tour_end_other"
    if counts and max(counts) == 0:
        key = "tour_end_before"
    elif counts and max(counts) == 1:
        key = "tour_end_once"
    parts = [f"{text(f'part_{part}', language)} {encoded_text(record, language)}" for part, record in records.items()]
    names = ", ".join(text(f"task_{task}", language) for task in tasks)
    return text(key, language, name=clip.name, parts=", ".join(parts), count=len(tasks), tasks=names)
