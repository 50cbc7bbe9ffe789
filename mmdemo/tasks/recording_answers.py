"""Answers about a recording: from its words, from its sounds, or from both."""

from __future__ import annotations

from dataclasses import replace

from mmdemo import reasons
from mmdemo.runtime import Models
from mmdemo.tasks.answer_texts import nobody_speaks
from mmdemo.tasks.heard import Heard
from mmdemo.tasks.questions import Question
from mmdemo.tasks.sound_answers import answer_sound
from mmdemo.tasks.spoken_answers import answer_speech
from mmdemo.types import Answer

SOUND_KINDS = frozenset({"sound", "describe", "yes_no"})
"""Kinds of questions that sounds can answer where nobody speaks."""


def answer_recording(question: Question, heard: Heard, models: Models, media: int = 0) -> Answer:
    """Answer a question about a recording that was heard.

    Args:
        question: see `questions.read_question`.
        heard: see `heard.heard`.
        models: backbone and the rest.
        media: place of the recording among the media that were asked about.

    Returns:
        The answer with the passages or sounds it rests on, first the one it is taken from.
    """
    if question.kind == "sound":
        return answer_sound(question, heard, models, media)
    if not heard.has_speech:
        return _unspoken(question, heard, models, media)
    spoken = answer_speech(question, heard, models, media)
    if question.kind == "yes_no" and not spoken.sure and question.about_sound:
        sounding = answer_sound(question, heard, models, media)
        return sounding if sounding.sure else spoken
    return spoken


def _unspoken(question: Question, heard: Heard, models: Models, media: int) -> Answer:
    """Answer about a recording without words by its sounds; a question about words is told that there are none."""
    sounding = answer_sound(question, heard, models, media)
    if question.kind in SOUND_KINDS or question.about_sound:
        return sounding
    text = nobody_speaks(question.language, sounding.guesses[0].text if sounding.guesses else "")
    asked_for_words = question.kind == "transcript"
    return replace(
        sounding,
        text=text,
        probability=sounding.probability if asked_for_words else 0.0,
        sure=asked_for_words and sounding.sure,
        reasons=(*sounding.reasons, reasons.no_speech()),
    )
