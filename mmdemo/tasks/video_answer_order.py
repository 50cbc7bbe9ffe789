"""What comes before, after or during something in a clip: the anchor is located, then the scene beside it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mmdemo.runtime import Models
from mmdemo.tasks.heard import Heard
from mmdemo.tasks.qa_media import AskProgress, Steps
from mmdemo.tasks.qa_phrases import clock_span, never_found, nothing_beyond, told_at
from mmdemo.tasks.qa_presence import NOT_SEEN, SEEN
from mmdemo.tasks.qa_sound import SpokenMoment, asks_for_speech, words_between
from mmdemo.tasks.questions import Question
from mmdemo.tasks.video_answer_captions import scene_caption
from mmdemo.tasks.video_answer_frames import SeenClip, Sighting, find_sightings
from mmdemo.text import clock
from mmdemo.types import Answer, Evidence, Span

SAID_SECONDS = 10.0
"""Stretch of speech that is quoted for what is said before or after something."""
SURE_CAPTION = 0.5
LONGEST_QUOTE = 200
"""Characters."""


@dataclass(frozen=True)
class Anchor:
    """Where the something stands that the question counts from."""

    span: Span  # seconds
    probability: float  # that it was found there
    evidence: Evidence


def answer_order(
    question: Question, clip: SeenClip, found: Heard | None, spoken: Sequence[SpokenMoment], models: Models, place: int
) -> Steps:
    """Tell what comes before, after or during something, at the start or at the end.

    Args:
        question: with a relation; its anchor words say what is counted from.
        clip: encoded.
        found: its sound, if it has any and the answer may need it.
        spoken: passages about the anchor, most probable first.
        models: backbone and generator.
        place: of the clip among the media.

    Yields:
        Progress.

    Returns:
        The answer: the caption of the scene, or what is said there where the question is about speech.
    """
    yield AskProgress("reading", 0.0, place)
    anchor = _anchor(question, clip, spoken, models, place)
    if anchor is None or anchor.probability < NOT_SEEN:
        cited = (anchor.evidence,) if anchor is not None else ()
        return Answer(never_found().text(question.language), question.language, 0.0, False, (), cited)
    yield AskProgress("answering", 0.0, place)
    if found is not None and asks_for_speech(question):
        return _said(question, anchor, found, place)
    number = _scene_beside(question, anchor, clip)
    if number is None:
        text = nothing_beyond(question.relation == "before").text(question.language)
        return Answer(text, question.language, anchor.probability, anchor.probability >= SEEN, (), (anchor.evidence,))
    return _shown(question, anchor, clip, number, models, place)


def _anchor(
    question: Question, clip: SeenClip, spoken: Sequence[SpokenMoment], models: Models, place: int
) -> Anchor | None:
    """Locate what the question counts from."""
    if question.relation in ("start", "end") and not question.anchor:
        frame = 0 if question.relation == "start" else len(clip.spans) - 1
        return _given(clip, frame, place)
    if question.anchor_seconds is not None:
        return _given(clip, clip.frame_at(question.anchor_seconds), place)
    phrase = ("" if question.language == "zh" else " ").join(question.anchor)
    if not phrase:
        return None
    seen = find_sightings(phrase, question.language, clip, models)
    if spoken and (not seen or spoken[0].probability > seen[0].probability):
        best = spoken[0]
        return Anchor(
            best.span, best.probability, Evidence(place, "passage", best.probability, best.span, text=best.text)
        )
    return _sighted(seen[0], place) if seen else None


def _given(clip: SeenClip, frame: int, place: int) -> Anchor:
    return Anchor(clip.spans[frame], 1.0, Evidence(place, "frame", 1.0, clip.spans[frame]))


def _sighted(seen: Sighting, place: int) -> Anchor:
    return Anchor(seen.span, seen.probability, Evidence(place, "frame", seen.probability, seen.span))


def _scene_beside(question: Question, anchor: Anchor, clip: SeenClip) -> int | None:
    """Return the number of the scene that is asked for, None where the clip has none."""
    if question.relation == "after":
        # The anchor's last frame may reach a little into the next scene, so its middle decides where it ends.
        last = clip.frame_at(max(anchor.span.end - 1e-3, anchor.span.start))
        number = clip.scene_at(last) + 1
        return number if number < len(clip.scenes) else None
    first = clip.scene_at(clip.frame_at(anchor.span.start))
    if question.relation == "before":
        return first - 1 if first else None
    return first


def _shown(
    question: Question, anchor: Anchor, clip: SeenClip, number: int, models: Models, place: int
) -> Answer:  # fmt: skip
    written = scene_caption(clip, number, question.language, models)
    if not written.captions:
        return Answer(never_found().text(question.language), question.language, 0.0, False, (), (anchor.evidence,))
    caption = written.captions[0]
    probability = anchor.probability * caption.score
    sure = anchor.probability >= SEEN and caption.score >= SURE_CAPTION
    text = told_at(caption.text, clock_span(clip.scenes[number].span), sure, question.language)
    frame = Evidence(place, "frame", caption.score, clip.scenes[number].span)
    cited = (frame,) if _same_place(frame, anchor.evidence) else (frame, anchor.evidence)
    return Answer(text, question.language, probability, sure, (), cited, written.reasons)


def _same_place(first: Evidence, second: Evidence) -> bool:
    return first.kind == second.kind and first.span == second.span


def _said(question: Question, anchor: Anchor, found: Heard, place: int) -> Answer:
    """Quote what is said beside the anchor."""
    start, end = anchor.span.start, anchor.span.end
    spans = {"before": Span(max(start - SAID_SECONDS, 0.0), start), "after": Span(end, end + SAID_SECONDS)}
    span = spans.get(question.relation, Span(start, max(end, start + SAID_SECONDS / 2)))
    said = words_between(found, span)
    if not said:
        text = never_found().text(question.language)
        return Answer(text, question.language, 0.0, False, (), (anchor.evidence,))
    quoted = said if len(said) <= LONGEST_QUOTE else said[:LONGEST_QUOTE].rsplit(" ", 1)[0] + "…"
    text = told_at(f"“{quoted}”", clock(span.start), anchor.probability >= SEEN, question.language)
    passage = Evidence(place, "passage", anchor.probability, span, text=quoted)
    sure = anchor.probability >= SEEN
    return Answer(text, question.language, anchor.probability, sure, (), (passage, anchor.evidence))
