"""The conversation of the Ask tab as HTML: questions and answers; everything from outside is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from mmdemo.types import Answer
from mmdemo.ui.i18n import for_reader, text, written_tag
from mmdemo.ui.qa_evidence import evidence_html
from mmdemo.ui.qa_media import MediaItem
from mmdemo.ui.qa_view import SURE, Turn, percent

CHAT_SCRIPT = """
const toLast = () => {
  const log = element.querySelector(".mm-ask-log");
  const last = log?.querySelector(".mm-ask-turn:last-child");
  if (last) log.scrollTop += last.getBoundingClientRect().top - log.getBoundingClientRect().top;
};
const changed = () => {
  toLast();
  setTimeout(toLast, 200);
};
new MutationObserver(changed).observe(element, { childList: true, subtree: true });
changed();
"""
"""Keeps the last turn in view, from its question on, also when its pictures take their place a moment later."""
LIVE_SCRIPT = """
element.setAttribute("role", "status");
element.setAttribute("aria-live", "polite");
"""
"""Screen readers announce what changes inside a region only when the region itself stays; its content is replaced."""


def chat_html(turns: Sequence[Turn], items: Sequence[MediaItem], language: str) -> str:
    """Render the conversation.

    Args:
        turns: in order.
        items: the media that are still there, for links into them.
        language: interface language tag.

    Returns:
        HTML without anything executable in it; texts of users and of answers are plain text.
    """
    if not turns:
        return f'<p class="mm-empty">{escape(text("ask_log_empty", language))}</p>'
    present = {item.key: item for item in items}
    shown = "".join(_turn_html(turn, present, language) for turn in turns)
    title = escape(text("ask_log", language))
    return f'<div class="mm-ask-log" role="region" tabindex="0" aria-label="{title}">{shown}</div>'


def announcement_html(turns: Sequence[Turn], language: str) -> str:
    """Render what a screen reader says when an answer has come."""
    if not turns or turns[-1].is_open:
        return ""
    turn = turns[-1]
    if turn.answer is None:
        return escape(turn.problem.text(language) if turn.problem else text("ask_stopped", language))
    sure = text("ask_confidence", language, percent=percent(turn.answer.probability))
    doubt = "" if turn.answer.sure else f"{text('ask_not_sure', language)}. "
    return escape(f"{doubt}{for_reader(turn.answer.text, language)} {sure}")


def _turn_html(turn: Turn, present: Mapping[str, MediaItem], language: str) -> str:
    you, own = escape(text("ask_you", language)), escape(text("ask_answer", language))
    if turn.answer is not None:
        kind, reply = ("" if turn.answer.sure else " mm-ask-unsure"), _answer_html(turn, turn.answer, present, language)
    elif turn.problem is not None:
        kind, reply = " mm-ask-failed", f"<p>{escape(turn.problem.text(language))}</p>"
    else:
        key = "ask_stopped" if turn.stopped else "ask_pending"
        kind, reply = " mm-ask-waiting", f"<p>{escape(text(key, language))}</p>"
    return (
        f'<section class="mm-ask-turn"><h4 class="mm-ask-who">{you}</h4>'
        f'<p class="mm-ask-question" dir="auto">{escape(turn.question)}</p>'
        f'<h4 class="mm-ask-who">{own}</h4><div class="mm-ask-reply{kind}">{reply}</div></section>'
    )


def _answer_html(turn: Turn, answer: Answer, present: Mapping[str, MediaItem], language: str) -> str:
    tag, shown = written_tag(answer.language, language), for_reader(answer.text, language)
    return (
        f'<div class="mm-ask-answer"><p class="mm-ask-text" lang="{tag}" dir="auto">{escape(shown)}</p>'
        f"{_copy_html(shown, language)}</div>{_confidence_html(answer, language)}"
        f"{_guesses_html(answer, language)}{evidence_html(turn, answer, present, language)}"
        f"{_reasons_html(answer, language)}"
    )


def _confidence_html(answer: Answer, language: str) -> str:
    """Say how sure the answer is: in words, as a number and as a bar."""
    shown = "low" if not answer.sure else "high" if answer.probability >= SURE else "medium"
    word = text("ask_not_sure" if shown == "low" else f"level_{shown}", language)
    sign = "?" if shown == "low" else "✓"
    line = text("ask_confidence", language, percent=percent(answer.probability))
    return (
        f'<div class="mm-ask-confidence"><span class="mm-badge mm-badge-{shown}">'
        f'<span aria-hidden="true">{sign}</span> {escape(word)}</span>'
        f"{_bar_html(answer.probability, shown)}<span>{escape(line)}</span></div>"
    )


def _bar_html(probability: float, shown: str) -> str:
    width = 100 * min(max(probability, 0.0), 1.0)
    filled = f'<span style="width: {width:.0f}%"></span>'
    return f'<span class="mm-ask-bar mm-ask-bar-{shown}" aria-hidden="true">{filled}</span>'


def _guesses_html(answer: Answer, language: str) -> str:
    if answer.sure or not answer.guesses:
        return ""
    tag = written_tag(answer.language, language)
    items = "".join(
        f'<li><span lang="{tag}">{escape(for_reader(guess.text, language))}</span>{_bar_html(guess.probability, "low")}'
        f"<span>{percent(guess.probability)}</span></li>"
        for guess in answer.guesses
    )
    return f'<h5>{escape(text("ask_guesses", language))}</h5><ul class="mm-ask-guesses">{items}</ul>'


def _reasons_html(answer: Answer, language: str) -> str:
    if not answer.reasons:
        return ""
    items = "".join(f"<li>{escape(reason.text(language))}</li>" for reason in dict.fromkeys(answer.reasons))
    title = escape(text("ask_reasons", language))
    return f'<div class="mm-reasons" role="note"><strong>{title}</strong><ul>{items}</ul></div>'


def _copy_html(answer: str, language: str) -> str:
    """Render the button that copies an answer (see ``assets/ui/caption.js``)."""
    label = escape(text("ask_copy", language, answer=answer))
    return (
        f'<button type="button" class="mm-copy" data-copy="{escape(answer)}" '
        f'data-done="{escape(text("copied", language))}" aria-label="{label}">{escape(text("copy", language))}</button>'
    )
