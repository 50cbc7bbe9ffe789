"""What a clip is about: the captions of its scenes, and what is said in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mmdemo.runtime import Models
from mmdemo.tasks.qa_media import Medium, Steps, placed
from mmdemo.tasks.qa_phrases import clock_span, summary
from mmdemo.tasks.qa_sound import answer_sound, listen
from mmdemo.tasks.questions import Question
from mmdemo.tasks.video_answer_captions import caption_scenes
from mmdemo.tasks.video_answer_frames import SeenClip
from mmdemo.tasks.video_captioning import SceneCaption
from mmdemo.types import Answer, Evidence

MOST_SCENES = 6
"""Scenes in a summary: the longest ones, told in order."""
SURE = 0.5


def summarise(question: Question, clip: SeenClip, medium: Medium, models: Models) -> Steps:
    """Say what a clip is about.

    Args:
        question: that asks for it.
        clip: encoded.
        medium: the clip with its sound.
        models: all of them.

    Yields:
        Progress.

    Returns:
        Captions of the longest scenes in order, then what is said, each cited with its time.
    """
    longest = sorted(range(len(clip.scenes)), key=lambda number: -clip.scenes[number].span.duration)[:MOST_SCENES]
    scenes = yield from caption_scenes(clip, sorted(longest), question.language, models, medium.place)
    said: Answer | None = None
    if medium.sound is not None and (yield from listen(medium, models)).has_speech:
        said = placed((yield from answer_sound(question, medium, models)), medium.place)
    return _told(question, scenes, said, medium.place)


def _told(question: Question, scenes: Sequence[SceneCaption], said: Answer | None, place: int) -> Answer:
    frames = tuple(Evidence(place, "frame", scene.captions[0].score, scene.span) for scene in scenes)
    shown = [f"{scene.captions[0].text.rstrip('.。')} ({clock_span(scene.span)})" for scene in scenes]
    text = summary(shown, said.text if said is not None else "", question.language)
    total = sum(scene.span.duration for scene in scenes) or 1.0
    seen = sum(scene.captions[0].score * scene.span.duration for scene in scenes) / total
    probability = max(seen, said.probability) if said is not None else seen
    reasons = tuple(dict.fromkeys(reason for scene in scenes for reason in scene.reasons))
    answer = Answer(text, question.language, probability, probability >= SURE, (), frames, reasons)
    if said is None:
        return answer
    return replace(answer, evidence=(*frames, *said.evidence), reasons=(*reasons, *said.reasons))
