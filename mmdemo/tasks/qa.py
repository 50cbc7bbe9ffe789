"""Questions about pictures, recordings, clips, or several of them: one door, one answer, every source cited."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

from mmdemo.config import Limits, settings
from mmdemo.errors import NothingToAskAbout
from mmdemo.runtime import Models
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.tasks.qa_media import Askable, AskProgress, AskStage, Medium, Steps, look, medium_of, placed, rising
from mmdemo.tasks.qa_phrases import foreign_question, nothing_to_hear, nothing_to_see
from mmdemo.tasks.qa_pictures import answer_named
from mmdemo.tasks.qa_presence import doubted, presence
from mmdemo.tasks.qa_sound import answer_sound, asks_for_hearing, asks_for_sight
from mmdemo.tasks.qa_topic import depicted, is_question
from mmdemo.tasks.qa_writing import in_own_words
from mmdemo.tasks.questions import Question, read_question
from mmdemo.tasks.several_media import SeveralQuestion, answer_several
from mmdemo.tasks.several_references import References, find_references, first_count
from mmdemo.tasks.video_answers import answer_video, unanswered
from mmdemo.tasks.visual_answers import answer_pictures
from mmdemo.types import Answer

__all__ = ["AskProgress", "AskStage", "Askable", "ask"]


def ask(
    question: str | Question, media: Sequence[Askable], models: Models, limits: Limits | None = None
) -> Generator[AskProgress, None, Answer]:
    """Answer a question about media.

    Args:
        question: as the user wrote it, in English or Chinese; the answer is in the same language.
        media: what it is about, in the order in which “the first”, “the second” count them; files, loaded media or
            encodings, of any kinds.
        models: backbone, speech recogniser and generator.
        limits: of the question; None for those of the settings.

    Yields:
        Progress at least about every second on two idle cores; closing the generator stops the work. What was encoded
        and heard by then is kept, and a later question about the same media encodes and transcribes nothing again.

    Returns:
        The answer; `Evidence.media` says by place which media each piece of evidence is from. When nothing fits, the
        text says so, ``sure`` is False and ``guesses`` hold the best there are.

    Raises:
        NothingToAskAbout: there is no media.
        EmptyText: the question has no words.
        TextTooLong: the question is over the limit.
        NoSuchMedia: the question counts further than there is media.
        InputError: media cannot be decoded.
        WeightsError: the models cannot be loaded.
    """
    limits = limits or settings().limits
    read = question if isinstance(question, Question) else read_question(question, limits)
    if not media:
        raise NothingToAskAbout()
    yield AskProgress("reading", 0.0)
    if read.foreign:
        return unanswered(read, foreign_question().text(read.language))
    every = tuple(medium_of(place, found) for place, found in enumerate(media))
    named = find_references(read.text, read.language, [medium.kind for medium in every])
    chosen = _chosen(read, named, every)
    if len(chosen) == 1:
        alone = read_question(named.text, limits) if named.places and len(every) > 1 else read
        return (yield from rising(_answered(alone, chosen[0], models), [chosen[0].place]))
    kinds = tuple(medium.kind for medium in every)
    asked = SeveralQuestion(read, _subject(read, named, limits), chosen, kinds, bool(named.places))
    return (yield from rising(answer_several(asked, models, answer_one), [medium.place for medium in chosen]))


def _chosen(question: Question, named: References, every: tuple[Medium, ...]) -> tuple[Medium, ...]:
    """Return the media that a question is about: those it names, or all."""
    if named.places:
        return tuple(every[place] for place in named.places)
    count = first_count(question.text, question.language)
    return every[:count] if count else every


def _subject(question: Question, named: References, limits: Limits) -> Question:
    """Read the question without the names of media; where nothing else is left, it stays as it is."""
    if not named.places or not any(character.isalnum() for character in named.bare):
        return question
    bare = read_question(named.bare, limits)
    return replace(bare, language=question.language)


def _answered(question: Question, medium: Medium, models: Models) -> Steps:
    """Find the answer and its evidence, and let the generator write it where it can."""
    found = yield from answer_one(question, medium, models)
    return (yield from in_own_words(question, found, medium, models))


def answer_one(question: Question, medium: Medium, models: Models) -> Steps:
    """Answer a question about one of the media.

    Args:
        question: that names no other.
        medium: a picture, a recording or a clip.
        models: all of them.

    Yields:
        Progress; shares are those of the stages.

    Returns:
        The answer; a sentence that says so where the media cannot have what is asked for.

    Raises:
        InputError: the media cannot be decoded.
    """
    if medium.kind == "video":
        return (yield from answer_video(question, medium, models))
    if medium.kind == "audio":
        if asks_for_sight(question) and not depicted(question):
            return unanswered(question, nothing_to_see().text(question.language))
        return placed((yield from answer_sound(question, medium, models)), medium.place)
    if asks_for_hearing(question):
        return unanswered(question, nothing_to_hear().text(question.language))
    encoding = yield from look(medium, models)
    yield AskProgress("answering", 0.0, medium.place)
    if not is_question(question):
        return placed(answer_named(question, encoding, models), medium.place)
    answer = answer_pictures(question, [encoding], models)
    if question.kind == "yes_no" and depicted(question):
        whole = whole_embedding(encoding)[None]  # [1, D]
        near = float(presence(depicted(question), question.language, whole, models.backbone)[0])
        answer = doubted(answer, question, near)
    return placed(answer, medium.place)
