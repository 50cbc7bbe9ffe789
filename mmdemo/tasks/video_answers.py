"""Answers about one clip: its frames and its soundtrack together, whichever says more."""

from __future__ import annotations

import re
from dataclasses import replace

from mmdemo.runtime import Models
from mmdemo.tasks.heard import Heard
from mmdemo.tasks.qa_media import AskProgress, Medium, Steps, look, placed
from mmdemo.tasks.qa_phrases import silent_video
from mmdemo.tasks.qa_presence import doubted
from mmdemo.tasks.qa_sound import answer_sound, asks_for_sight, asks_for_sound, listen, moments
from mmdemo.tasks.qa_topic import depicted, is_question
from mmdemo.tasks.questions import Question
from mmdemo.tasks.video_answer_frames import SeenClip, find_sightings, frame_presence, seen_clip
from mmdemo.tasks.video_answer_order import answer_order
from mmdemo.tasks.video_answer_summary import summarise
from mmdemo.tasks.video_answer_times import answer_time
from mmdemo.tasks.video_stills import still_of
from mmdemo.tasks.visual_answers import answer_pictures
from mmdemo.types import Answer, Evidence

MAIN_FRAMES = 4
"""Frames of the longest scenes that are asked where a question names nothing to look for."""
SPEECH_KINDS = frozenset({"why", "who", "how_much", "how_long"})
"""Questions that speech answers more often than pictures do: it wins where both are as sure."""


def answer_video(question: Question, medium: Medium, models: Models) -> Steps:
    """Answer a question about a clip.

    Args:
        question: of any kind.
        medium: the clip.
        models: all of them.

    Yields:
        Progress; shares are those of the stages.

    Returns:
        The answer.

    Raises:
        InputError: the clip cannot be decoded.
    """
    overview = _asks_for_all(question)
    if asks_for_sound(question) and medium.sound is None and not overview:
        return unanswered(question, silent_video().text(question.language))
    if asks_for_sound(question) and question.kind != "before_after" and not overview:
        return placed((yield from answer_sound(question, medium, models)), medium.place)
    clip = seen_clip((yield from look(medium, models)), models.backbone)
    if overview:
        return (yield from summarise(question, clip, medium, models))
    needs_sound = medium.sound is not None and not asks_for_sight(question)
    found = (yield from listen(medium, models)) if needs_sound else None
    yield AskProgress("reading", 0.5, medium.place)
    if question.kind == "before_after":
        anchored = moments(question.anchor, question, found, models, medium.place) if found is not None else None
        spoken = (yield from anchored) if anchored is not None else ()
        return (yield from answer_order(question, clip, found, spoken, models, medium.place))
    if question.kind == "when" or not is_question(question):
        return (yield from _when(question, clip, found, medium, models))
    yield AskProgress("answering", 0.0, medium.place)
    seen = answer_frames(question, clip, models, medium)
    if found is None or not found.has_speech:
        return seen
    said = placed((yield from answer_sound(question, medium, models)), medium.place)
    return stronger(question, seen, said)


def _asks_for_all(question: Question) -> bool:
    """Tell whether a question is what the clip is about, and not only what is said in it."""
    if question.language == "zh":
        told = question.kind == "transcript" and re.search("讲的|讲了|讲什么", question.text) is not None
        return question.kind == "describe" or told
    return question.kind == "describe" and not asks_for_sound(question)


def unanswered(question: Question, text: str) -> Answer:
    """Return a sentence that says why there is no answer."""
    return Answer(text, question.language, 0.0, sure=False)


def _when(question: Question, clip: SeenClip, found: Heard | None, medium: Medium, models: Models) -> Steps:
    """Find when something shows or is spoken of, or the date that is told."""
    yield AskProgress("answering", 0.0, medium.place)
    seen = find_sightings(depicted(question), question.language, clip, models)
    about = moments(question.topic, question, found, models, medium.place) if found is not None else None
    spoken = (yield from about) if about is not None else ()
    by_time = answer_time(seen, spoken, question.language, medium.place)
    by_words = not by_time.evidence or by_time.evidence[0].kind == "passage"
    if found is None or not found.has_speech or (by_time.sure and (question.asks_media_time or not by_words)):
        return by_time
    # What is said may tell the hour or the date, which is more than where in the clip it is said.
    told = placed((yield from answer_sound(question, medium, models)), medium.place)
    return told if told.sure else by_time


def answer_frames(question: Question, clip: SeenClip, models: Models, medium: Medium) -> Answer:
    """Ask the frame that the joint space picks for what a question is about.

    Args:
        question: about something to be seen.
        clip: encoded.
        models: backbone, generator and detector.
        medium: the clip.

    Returns:
        The answer; its evidence are frames, with the region where one was found.
    """
    phrase = depicted(question)
    frames, near = clip.main_frames(MAIN_FRAMES), 1.0
    if phrase:
        likely = frame_presence(phrase, question.language, clip, models.backbone)
        frames, near = [int(likely.argmax())], float(likely.max())
    answer = answer_pictures(question, [still_of(medium, clip, frame, models) for frame in frames], models)
    answer = doubted(answer, question, near)
    return replace(answer, evidence=_as_frames(answer, clip, frames, medium.place))


def _as_frames(answer: Answer, clip: SeenClip, frames: list[int], place: int) -> tuple[Evidence, ...]:
    """Turn evidence about pictures into evidence about the frames of a clip."""
    pieces = answer.evidence or (Evidence(0, "frame", answer.probability),)
    return tuple(
        replace(piece, media=place, kind="frame", span=clip.spans[frames[min(piece.media, len(frames) - 1)]])
        for piece in pieces
    )


def stronger(question: Question, seen: Answer, said: Answer) -> Answer:
    """Choose between what the pictures and what the soundtrack answer.

    Args:
        question: both answer it.
        seen: from frames.
        said: from speech.

    Returns:
        The one that is sure, or more probable; where neither is sure, with the best guesses of both.
    """
    if seen.sure != said.sure:
        return seen if seen.sure else said
    first, second = (said, seen) if said.probability > seen.probability else (seen, said)
    if seen.sure and question.kind in SPEECH_KINDS:
        first, second = said, seen
    if first.sure:
        return first
    guesses = sorted((*first.guesses, *second.guesses), key=lambda guess: -guess.probability)
    distinct = {guess.text.lower(): guess for guess in reversed(guesses)}
    merged = sorted(distinct.values(), key=lambda guess: -guess.probability)[:5]
    return replace(first, guesses=tuple(merged), evidence=(*first.evidence, *second.evidence[:1]))
