"""When something happens in a clip: by what its frames show or by what is said, whichever speaks louder."""

from __future__ import annotations

from collections.abc import Sequence

from mmdemo.tasks.qa_phrases import clock_span, never_found, perhaps_at, seen_at
from mmdemo.tasks.qa_presence import NOT_SEEN, SEEN
from mmdemo.tasks.qa_sound import SpokenMoment
from mmdemo.tasks.video_answer_frames import Sighting
from mmdemo.types import Answer, CaptionLanguage, Evidence, Guess

MOST_SPANS = 3
"""Spans in one answer; more would be a list of scenes."""


def answer_time(
    seen: Sequence[Sighting], spoken: Sequence[SpokenMoment], language: CaptionLanguage, place: int
) -> Answer:
    """Tell when something happens.

    Args:
        seen: stretches in which it shows, most probable first.
        spoken: passages about it, likewise.
        language: to answer in.
        place: of the clip among the media.

    Returns:
        The answer, with the spans of the stronger kind of evidence; the other kind is cited after it.
    """
    best_seen = seen[0].probability if seen else 0.0
    best_spoken = spoken[0].probability if spoken else 0.0
    pictures = [Evidence(place, "frame", found.probability, found.span) for found in seen[:MOST_SPANS]]
    words = [Evidence(place, "passage", found.probability, found.span, text=found.text) for found in spoken[:1]]
    evidence = [*words, *pictures] if best_spoken > best_seen else [*pictures, *words]
    probability = max(best_seen, best_spoken)
    if probability < NOT_SEEN or not evidence:
        return Answer(never_found().text(language), language, probability, False, (), tuple(evidence[:1]))
    chosen = words if best_spoken > best_seen else _certain(pictures)
    times = [clock_span(piece.span) for piece in sorted(chosen, key=_start) if piece.span is not None]
    guesses = tuple(Guess(clock_span(piece.span), piece.score) for piece in evidence if piece.span is not None)
    sure = probability >= SEEN
    text = (seen_at if sure else perhaps_at)(list(dict.fromkeys(times)), language)
    return Answer(text, language, probability, sure, guesses, tuple(evidence))


def _start(evidence: Evidence) -> float:
    return evidence.span.start if evidence.span is not None else 0.0


def _certain(pictures: Sequence[Evidence]) -> list[Evidence]:
    """Return the stretches that are certain enough to be named, at least the best."""
    return [piece for number, piece in enumerate(pictures) if number == 0 or piece.score >= SEEN]
