"""The sound of media as the router needs it: heard in steps, and which questions are about it."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.runtime import Models
from mmdemo.stepwise import shown_as
from mmdemo.tasks.heard import Heard, HearingProgress, heard
from mmdemo.tasks.passage_ranking import pair_of_languages, probability, ranked
from mmdemo.tasks.passages import match_passages, passage_index
from mmdemo.tasks.qa_media import AskProgress, Medium, Steps
from mmdemo.tasks.questions import Question
from mmdemo.tasks.recording_answers import answer_recording
from mmdemo.types import Span

_SPEECH = re.compile(
    r"\b(?:say|says|said|saying|spoken|speaks?|spoke|speaking|talk(?:s|ed|ing)?|mention(?:s|ed|ing)?|told|tells|telling|"
    r"discuss\w*|explain\w*|announce\w*|narrat\w*|speech|transcri\w+|quotes?|call(?:s|ed)? out)\b"
    r"|[说讲谈念喊]|提到|提及|台词|转写",
    re.IGNORECASE,
)
_SIGHT = re.compile(
    r"\b(?:sees?|seen|visible|look(?:s|ing)? like|shown?|shows|appears?|on (?:the )?screen|wear(?:s|ing)?|"
    r"picture|image|photo|frame|colou?rs?)\b"
    r"|看到|看见|看得到|画面|颜色|出现|穿着|戴着|图|照片|镜头",
    re.IGNORECASE,
)


def asks_for_speech(question: Question) -> bool:
    """Tell whether a question is about what somebody says."""
    return question.kind == "transcript" or question.asks_media_time or _SPEECH.search(question.text) is not None


def asks_for_sound(question: Question) -> bool:
    """Tell whether a question is about what is to be heard, said or not."""
    return asks_for_speech(question) or question.kind == "sound" or question.about_sound


def asks_for_hearing(question: Question) -> bool:
    """Tell whether a question makes no sense about a picture: “what does the sign say?” and “is he singing?” do."""
    if question.kind in ("yes_no", "who", "where", "how_many", "colour"):
        return False
    return question.kind == "sound" or question.about_sound or (asks_for_speech(question) and not question.topic)


def asks_for_sight(question: Question) -> bool:
    """Tell whether a question can only be about what is to be seen."""
    return question.kind == "colour" or (_SIGHT.search(question.text) is not None and not asks_for_sound(question))


def listen(medium: Medium, models: Models) -> Generator[AskProgress, None, Heard]:
    """Hear a recording or the sound of a clip, or remember what was heard.

    Args:
        medium: with sound.
        models: backbone and speech recogniser.

    Yields:
        Progress, nothing when it was heard before.

    Returns:
        Its transcript and what is to be heard besides speech.

    Raises:
        InputError: the sound cannot be decoded.
    """
    assert medium.sound is not None, "the caller looks if there is sound"

    def shown(step: HearingProgress) -> AskProgress:
        share = step.seconds_done / step.duration if step.duration else 0.0
        return AskProgress("listening", min(share, 1.0), medium.place)

    return (yield from shown_as(heard(medium.sound, models), shown))


def words_between(found: Heard, span: Span) -> str:
    """Return what is said in a stretch of time, "" when nothing is.

    Args:
        found: the recording.
        span: seconds; a word belongs to it by its middle.
    """
    words = [word for segment in found.transcript.segments for word in segment.words]
    inside = [word.text for word in words if span.start <= (word.start + word.end) / 2 < span.end]
    return "".join(inside).strip()


@dataclass(frozen=True)
class SpokenMoment:
    """A passage that is about what was asked."""

    span: Span  # seconds
    text: str
    probability: float  # that it is the passage meant


MOST_MOMENTS = 3


def moments(
    topic: Sequence[str], question: Question, found: Heard, models: Models, place: int
) -> Generator[AskProgress, None, tuple[SpokenMoment, ...]]:
    """Find the passages of a recording that are about some words.

    Args:
        topic: the words, of the question.
        question: gives their language and the wording.
        found: the recording.
        models: of them the backbone.
        place: of the recording among the media.

    Yields:
        Progress, nothing when the passages were embedded before.

    Returns:
        The best passages, most probable first; nothing where nobody speaks or there are no words.
    """
    if not topic or not found.has_speech:
        return ()
    steps = passage_index(found, models)
    index = yield from shown_as(steps, lambda share: AskProgress("reading", share, place))
    best = ranked(question, topic, match_passages(question, topic, index, models.backbone), index)[:MOST_MOMENTS]
    if not best:
        return ()
    certain = probability(best, pair_of_languages(question, index))
    return tuple(
        SpokenMoment(
            index.passages[item.place].span,
            index.passages[item.place].text,
            certain * float(np.exp(item.score - best[0].score)),  # the first has all of it
        )
        for item in best
    )


def answer_sound(question: Question, medium: Medium, models: Models) -> Steps:
    """Answer a question from the sound of a recording or a clip: from what is said, or from what it sounds like.

    Args:
        question: of any kind.
        medium: with sound.
        models: all of them.

    Yields:
        Progress.

    Returns:
        The answer.

    Raises:
        InputError: the sound cannot be decoded.
    """
    found = yield from listen(medium, models)
    if found.has_speech:
        yield from shown_as(passage_index(found, models), lambda share: AskProgress("reading", share, medium.place))
    yield AskProgress("answering", 0.0, medium.place)
    return answer_recording(question, found, models, medium.place)
