"""Answers in a generator's own words, from the evidence that was found; without such a generator, as found."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace

import numpy as np

from mmdemo import reasons
from mmdemo.alignment.sample_stream import SampleStream
from mmdemo.errors import InputError
from mmdemo.generators.base import HeardSound, Material, Quoted, WrittenAnswer, answer_steps, writes_freely
from mmdemo.media.audio import audio_blocks
from mmdemo.runtime import Models
from mmdemo.tasks.qa_media import AskProgress, Medium, Steps, look
from mmdemo.tasks.qa_presence import SEEN
from mmdemo.tasks.qa_topic import is_question
from mmdemo.tasks.questions import Question
from mmdemo.tasks.seen_things import Seen, confirmed_least_seen
from mmdemo.tasks.video_answer_frames import seen_clip
from mmdemo.tasks.visual_answers import ABSENT, rests_on_presence
from mmdemo.types import SAMPLE_RATE, Answer, Audio, AudioFile, Encoding, Evidence, Float32Array, Sentence, Span

KEPT_KINDS = frozenset({"yes_no", "transcript", "when", "before_after"})
"""Answers that are better as they were found: a yes that the joint space doubts, words as they were said, times."""
SURE = 0.4
"""Mean probability of a token from which a written answer is given without “not sure”; not calibrated."""
MOST_FRAMES = 4
MOST_SOUND_SECONDS = 30.0
LATEST_SOUND_SECONDS = 600.0
"""Sound further behind is only named: a recording is decoded from its beginning."""
_DECLINES = re.compile(
    r"\b(?:not sure|unsure|cannot (?:tell|say|see|answer)|can't (?:tell|say|see|answer))\b|不确定|无法"
)


def in_own_words(question: Question, answer: Answer, medium: Medium, models: Models) -> Steps:
    """Let the generator write an answer from the evidence that one was found with, where it writes at all.

    Args:
        question: that was asked.
        answer: that was found, about one of the media.
        medium: that the evidence is from.
        models: of them the generator, and the backbone for frames.

    Yields:
        Progress with the text so far. Closing the generator stops the writing within one token.

    Returns:
        The written answer with the same evidence; the answer as it was found where nothing is to be written.
    """
    if not writes_freely(models.generator) or not _is_worth_writing(question, answer):
        return answer
    material = yield from _material(answer.evidence, medium, models)
    doubtful = _doubtful(question, material, models)
    if doubtful is not None and doubtful.probability < ABSENT:
        return answer  # which says already that it is not to be seen
    steps = answer_steps(models.generator, question.text, question.language, material)
    with closing(steps):
        while True:
            try:
                text = next(steps)
            except StopIteration as ended:
                written: WrittenAnswer | None = ended.value
                break
            yield AskProgress("answering", 1.0, medium.place, text)
    return answer if written is None else _joined(answer, written, doubtful)


def _is_worth_writing(question: Question, answer: Answer) -> bool:
    """Tell whether there is evidence to write from, and the answer is not better as it was found."""
    if not answer.evidence or question.kind in KEPT_KINDS or not is_question(question):
        return False
    return question.kind != "describe" or any(piece.kind == "passage" for piece in answer.evidence)


def _doubtful(question: Question, material: Material, models: Models) -> Seen | None:
    """Return what a question takes for granted and pictures hardly show; None where speech answers, or it shows."""
    if not material.pictures or material.passages or not rests_on_presence(question):
        return None
    seen = confirmed_least_seen(question, material.pictures, models)
    return seen if seen is not None and seen.probability < SEEN else None


def _joined(answer: Answer, written: WrittenAnswer, doubtful: Seen | None) -> Answer:
    """Put a written text in the place of one that was found; what was doubtful to be there stays doubtful."""
    quoted = any(piece.kind == "passage" for piece in answer.evidence)
    probability = min(written.probability, answer.probability) if quoted else written.probability
    if doubtful is not None:
        probability = min(probability, doubtful.probability)
    sure = doubtful is None and probability >= SURE and _DECLINES.search(written.text.lower()) is None
    unsure = Sentence(f"I am not sure: {written.text}", f"不确定：{written.text}").text(answer.language)
    doubts = [reasons.uncalibrated_answer()]
    if doubtful is not None:
        doubts.append(reasons.hardly_seen(doubtful.thing))
    if not written.complete:
        doubts.append(reasons.answer_cut_short())
    text = written.text if sure else unsure
    distrust = tuple(dict.fromkeys((*answer.reasons, *doubts)))
    return replace(answer, text=text, probability=probability, sure=sure, reasons=distrust)


def _material(evidence: tuple[Evidence, ...], medium: Medium, models: Models) -> Generator[AskProgress, None, Material]:
    """Gather what the evidence points to: pictures and frames, passages, and sounds."""
    seen = [piece for piece in evidence if piece.kind in ("region", "whole", "frame")]
    pictures: tuple[Encoding, ...] = ()
    if seen and medium.kind != "audio":
        found = yield from look(medium, models)
        pictures = (found,) if medium.kind == "image" else _frames(seen, found, models)
    passages = tuple(Quoted(piece.text, piece.span) for piece in evidence if piece.kind == "passage")
    heard = [piece for piece in evidence if piece.kind == "sound"]
    sounds = tuple(HeardSound(piece.text, piece.span, _waveform(piece.span, medium)) for piece in heard)
    return Material(pictures, passages, sounds)


def _frames(seen: list[Evidence], encoding: Encoding, models: Models) -> tuple[Encoding, ...]:
    clip = seen_clip(encoding, models.backbone)
    places = [clip.frame_at(piece.span.start) for piece in seen if piece.span is not None]
    return tuple(clip.frame(place) for place in list(dict.fromkeys(places))[:MOST_FRAMES])


def _waveform(span: Span | None, medium: Medium) -> Float32Array | None:
    """Return the sound of a stretch, [N] at 16 kHz; None where it is not at hand."""
    sound = medium.sound
    if span is None or not isinstance(sound, Audio | AudioFile) or span.start > LATEST_SOUND_SECONDS:
        return None
    first = round(span.start * SAMPLE_RATE)
    behind = first + round(min(span.duration, MOST_SOUND_SECONDS) * SAMPLE_RATE)
    if isinstance(sound, Audio):
        return np.asarray(sound.waveform[first:behind], np.float32)
    try:
        with closing(audio_blocks(sound)) as blocks:  # type: ignore[type-var]
            return SampleStream(blocks).read(first, behind)
    except InputError:  # it was encoded before; its name will do
        return None
