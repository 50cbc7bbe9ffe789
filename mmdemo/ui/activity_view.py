"""The record of a page as HTML: sums, contents, events, and one line for the other tabs; everything is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from mmdemo.ui.activity import Event, Ledger, PartRecord, SeenItem, Totals
from mmdemo.ui.i18n import text

SHOWN_EVENTS = 40
LINE_NAMES = 2
"""Names on the line under the tabs."""


def seconds_text(seconds: float, language: str) -> str:
    """Write how long something took, with two digits that count.

    >>> seconds_text(2.345, "en"), seconds_text(0.0124, "en"), seconds_text(95, "en")
    ('2.3 s', '12 ms', '1.6 min')
    """
    if seconds < 0.9995:
        milliseconds = 1000 * seconds
        value = f"{milliseconds:.0f}" if milliseconds >= 1 or not milliseconds else "<1"
        return text("milliseconds", language, value=value)
    if seconds < 60:
        return text("seconds", language, value=f"{seconds:.1f}")
    return text("minutes", language, value=f"{seconds / 60:.1f}")


def ago_text(seconds: float, language: str) -> str:
    """Write how long ago something was."""
    if seconds < 2:
        return text("ago_now", language)
    for key, length in (("ago_hours", 3600), ("ago_minutes", 60)):
        if seconds >= length:
            return text(key, language, count=int(seconds // length))
    return text("ago_seconds", language, count=int(seconds))


def totals_html(totals: Totals, language: str) -> str:
    """Render the sums of the session; empty before anything was encoded."""
    if totals == Totals():
        return f'<p class="mm-empty">{escape(text("backbone_empty", language))}</p>'
    encoded, reused = seconds_text(totals.encoded_seconds, language), seconds_text(totals.reused_seconds, language)
    facts = (
        (
            "total_encoded",
            text("total_encoded_value", language, count=totals.encoded, texts=totals.texts, seconds=encoded),
        ),
        ("total_reused", text("total_reused_value", language, count=totals.reused, seconds=reused)),
        ("total_saved", seconds_text(totals.saved, language)),
    )
    shown = "".join(
        f"<div><dt>{escape(text(key, language))}</dt><dd>{escape(value)}</dd></div>" for key, value in facts
    )
    notes = text("saved_meaning", language)
    if totals.unmeasured:
        notes += " " + text("total_unmeasured", language, count=totals.unmeasured)
    return f'<dl class="mm-totals">{shown}</dl><p class="mm-empty">{escape(notes)}</p>'


def contents_html(items: Sequence[SeenItem], now: float, language: str) -> str:
    """Render what the page has worked with, the newest first, a row for each part of it.

    Args:
        items: in the order they came.
        now: seconds of the system's clock.
        language: interface language tag.
    """
    rows = "".join(_rows(item, now, language) for item in reversed(items) if item.records)
    if not rows:
        return ""
    keys = ("column_content", "column_encoded", "column_reused", "column_tasks")
    head = "".join(f'<th scope="col">{escape(text(key, language))}</th>' for key in keys)
    title = escape(text("contents", language))
    return (
        f'<h3 class="mm-heading">{title}</h3><div class="mm-scroll" role="region" tabindex="0" aria-label="{title}">'
        f'<table class="mm-contents"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _rows(item: SeenItem, now: float, language: str) -> str:
    rows = []
    for part, record in item.records.items():
        name = f"{escape(item.name)} <small>{escape(text(f'part_{part}', language))}</small>"
        tasks = ", ".join(text(f"task_{task}", language) for task in record.tasks)
        when = f"<small>{escape(ago_text(now - record.when, language))}</small>"
        rows.append(
            f'<tr><th scope="row">{name}</th><td>{escape(encoded_text(record, language))} {when}</td>'
            f"<td>{escape(_reused_text(record, language))}</td><td>{escape(tasks)}</td></tr>"
        )
    return "".join(rows)


def encoded_text(record: PartRecord, language: str) -> str:
    """Say how often something went through its tower in this session, and how long that took."""
    seconds = seconds_text(record.seconds, language)
    if record.encoded:
        key = "encoded_once" if record.encoded == 1 else "encoded_times"
        line = text(key, language, count=record.encoded, seconds=seconds)
        return f"{line} {text('with_loading', language)}" if record.loading else line
    return text("encoded_partly" if record.seconds else "encoded_before", language, seconds=seconds)


def _reused_text(record: PartRecord, language: str) -> str:
    if not record.reused:
        return text("reused_never", language)
    key = "reused_times" if record.saved else "reused_unmeasured"
    return text(key, language, count=record.reused, saved=seconds_text(record.saved, language))


def events_html(events: Sequence[Event], now: float, language: str) -> str:
    """Render the last events, the newest first, behind a heading that opens."""
    if not events:
        return ""
    lines = []
    for event in events[:SHOWN_EVENTS]:
        side = f"{text(f'task_{event.task}', language)} · {ago_text(now - event.when, language)}"
        lines.append(f"<li><span>{escape(_event_text(event, language))}</span><small>{escape(side)}</small></li>")
    title = escape(text("events", language))
    return f'<details class="mm-events"><summary>{title}</summary><ol>{"".join(lines)}</ol></details>'


def _event_text(event: Event, language: str) -> str:
    seconds = seconds_text(event.seconds, language)
    if event.count > 1:
        key = "event_texts_reused" if event.reused else "event_texts_encoded"
    else:
        key = "event_reused" if event.reused else "event_encoded" if event.complete else "event_stopped"
    part = text(f"part_{event.part}", language)
    part = part[:1].upper() + part[1:]
    line = text(key, language, part=part, name=f"“{event.name}”", seconds=seconds, count=event.count)
    if event.saved is None:
        return line
    return f"{line} · {text('event_saved', language, saved=seconds_text(event.saved, language))}"


def reuse_line_html(ledger: Ledger, language: str) -> str:
    """Render one line about the last work of any tab: what the cache served and spared, or what was encoded.

    Args:
        ledger: of the page.
        language: interface language tag.

    Returns:
        HTML; empty before anything but texts was asked of the backbone.
    """
    events = [event for event in ledger.events() if event.part != "text" and event.task != "backbone"]
    if not events:
        return ""
    last = [event for event in events if event.task == events[0].task and event.reused == events[0].reused]
    names = list(dict.fromkeys(f"{event.name} ({text(f'part_{event.part}', language)})" for event in last[:LINE_NAMES]))
    last = last[:LINE_NAMES]
    if not events[0].reused:
        seconds = seconds_text(sum(event.seconds for event in last), language)
        line = text("encode_line", language, names=", ".join(names), seconds=seconds)
    else:
        measured = [event.saved for event in last if event.saved is not None]
        key = "reuse_line" if measured else "reuse_line_unmeasured"
        line = text(key, language, names=", ".join(names), saved=seconds_text(sum(measured), language))
    return f'<p class="mm-reuse" role="status">{escape(line)}</p>'
