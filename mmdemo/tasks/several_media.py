"""Questions about several media at once: one answer from whichever of them has the evidence, every source cited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mmdemo.runtime import Models
from mmdemo.tasks.qa_media import AskProgress, Medium, Steps
from mmdemo.tasks.qa_phrases import nothing_to_hear, nothing_to_see
from mmdemo.tasks.qa_presence import SEEN
from mmdemo.tasks.qa_sound import asks_for_sound
from mmdemo.tasks.qa_topic import depicted
from mmdemo.tasks.questions import Question
from mmdemo.tasks.several_choice import Chosen, answer_both, answer_how_many, answer_which
from mmdemo.tasks.several_common import answer_common, answer_each
from mmdemo.tasks.several_evidence import able, gather
from mmdemo.tasks.several_fit import answer_fit
from mmdemo.tasks.several_forms import asks_for_identity, form_of
from mmdemo.tasks.several_parts import compare_parts
from mmdemo.types import Answer, MediaKind

AnswerOne = Callable[[Question, Medium, Models], Steps]


@dataclass(frozen=True)
class SeveralQuestion:
    """A question about several media."""

    question: Question
    subject: Question  # the same without the names of media, for what it is about
    media: tuple[Medium, ...]  # those it is about, at least two
    kinds: tuple[MediaKind, ...]  # of all the media, for their names
    named: bool  # whether the question names the media


def answer_several(asked: SeveralQuestion, models: Models, answer_one: AnswerOne) -> Steps:
    """Answer a question about several media.

    Args:
        asked: the question and the media.
        models: all of them.
        answer_one: answers a question about one of the media.

    Yields:
        Progress.

    Returns:
        The answer.

    Raises:
        InputError: media cannot be decoded.
    """
    question, media = asked.question, asked.media
    form = form_of(question, [medium.kind for medium in media], asked.named)
    if form == "fit":
        return (yield from answer_fit(question, media[0], media[1], models))
    if form in ("same", "different"):
        return (yield from answer_common(question, media, asked.kinds, models, form == "different"))
    if form == "each":
        return (yield from answer_each(question, media, asked.kinds, models))
    if not able(question, media):
        sentence = nothing_to_hear() if asks_for_sound(question) else nothing_to_see()
        return Answer(sentence.text(question.language), question.language, 0.0, sure=False)
    if not depicted(asked.subject):
        return (yield from answer_each(question, media, asked.kinds, models))
    found = yield from gather(asked.subject, media, models)
    yield AskProgress("answering", 0.0, media[-1].place)
    chosen = Chosen(question, found, asked.kinds)
    if form == "how_many":
        return answer_how_many(chosen)
    if form == "which" or (question.kind == "yes_no" and form == "best"):
        return answer_which(chosen)
    if form == "both":
        return _both(asked, chosen, models)
    return (yield from _best(asked, chosen, models, answer_one))


def _both(asked: SeveralQuestion, chosen: Chosen, models: Models) -> Answer:
    """Tell whether a thing is in all of the media, and how alike it looks where it is to be the same one."""
    same = asks_for_identity(asked.question)
    if not same or min(piece.probability for piece in chosen.found) < SEEN:
        return answer_both(chosen, same, None)
    found, alike = compare_parts(depicted(asked.subject), asked.question.language, chosen.found, models)
    return answer_both(Chosen(asked.question, found, asked.kinds), same, alike)


def _best(asked: SeveralQuestion, chosen: Chosen, models: Models, answer_one: AnswerOne) -> Steps:
    """Ask the one that has the most evidence for what the question is about."""
    place = chosen.ranked[0].place
    medium = next(medium for medium in asked.media if medium.place == place)
    return (yield from answer_one(asked.question, medium, models))
