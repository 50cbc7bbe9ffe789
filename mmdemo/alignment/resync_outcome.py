"""What becomes of a mistimed file: aligned, unchanged or refused, from when somebody speaks and what is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmdemo import reasons
from mmdemo.alignment.heard_cues import HeardCue
from mmdemo.alignment.mask_correlation import MaskFit
from mmdemo.alignment.onset_snapping import JITTER_SECONDS, Snapping, find_onsets
from mmdemo.alignment.resync_plan import fit_heard, follow_map, is_unchanged, move_cues, retime
from mmdemo.alignment.speech_mask import SpeechMask
from mmdemo.alignment.time_map import TimeMap
from mmdemo.types import Cue, Outcome, Sentence, Span, SubtitleAlignment

CLEAR_EVIDENCE = 12.0
CLEAR_MARGIN = 0.2
LEAST_CLEAR_CUES = 8
"""Fewer cues find a place by chance now and then, so their words are listened to."""
SPOKEN_CUE = 0.5
LEAST_SPOKEN_CUES = 0.9
SURE_EVIDENCE, LEAST_SURE_CUES = 24.0, 0.5
"""Voice activity alone is trusted when its evidence is clear and nine of ten cues stand on speech; hesitant speech has
pauses inside its lines, and Silero misses some speakers, so that twice the evidence is enough with half of the cues."""

SHARP_SECONDS = 0.05
"""Spread of the errors around onsets. Of 203 clear fits of shifted, drifting and right files 199 lay below 0.03, of 88
with errors of 0.3 s none below 0.07 (own cases, no music); from here to `JITTER_SECONDS` the words are listened to."""


@dataclass(frozen=True)
class ResyncOutcome:
    """What became of the file."""

    outcome: Outcome
    cues: tuple[Cue, ...]
    confidence: tuple[float, ...]
    time_map: TimeMap
    why: tuple[Sentence, ...] = ()


def is_clear(fit: MaskFit) -> bool:
    """Tell whether voice activity alone decides."""
    if not is_strong(fit) or len(fit.support) < LEAST_CLEAR_CUES:
        return False
    spoken = float(np.mean(np.array(fit.support) >= SPOKEN_CUE))
    return spoken >= (LEAST_SURE_CUES if fit.evidence >= SURE_EVIDENCE else LEAST_SPOKEN_CUES)


def is_strong(fit: MaskFit) -> bool:
    """Tell whether the evidence is beyond what files of other films reach."""
    return fit.decision != "undecided" and fit.evidence >= CLEAR_EVIDENCE and fit.margin >= CLEAR_MARGIN


def onsets_of(cues: Sequence[Cue], fit: MaskFit, mask: SpeechMask) -> Snapping:
    """Find the onsets that cues were meant for, once they follow the map of a fit."""
    return onsets_near(follow_map(cues, fit.time_map), mask)


def onsets_near(cues: Sequence[Cue], mask: SpeechMask) -> Snapping:
    """Find the onsets that cues were meant for, where their file fits already."""
    return find_onsets([Span(cue.start, cue.end) for cue in cues], mask)


def is_sharp(snapping: Snapping) -> bool:
    """Tell whether a file's own times are exact beyond doubt."""
    return snapping.spread <= SHARP_SECONDS


def is_rough(snapping: Snapping) -> bool:
    """Tell whether a file's own times are worth less than the onsets of speech."""
    return snapping.spread > JITTER_SECONDS


def by_voice(
    cues: Sequence[Cue], fit: MaskFit, snapping: Snapping | None = None, why: Sequence[Sentence] = ()
) -> ResyncOutcome:
    """Follow the map of a fit, and the onsets of speech where the file's own times are rough.

    Args:
        cues: as given.
        fit: decided.
        snapping: of the cues on that map; None: they are not moved one by one.
        why: reasons that go with the result.
    """
    if snapping is None or not is_rough(snapping):
        if fit.decision == "unchanged":
            why = (reasons.already_right(),)
            return ResyncOutcome("unchanged", tuple(cues), fit.support, TimeMap.identity(), why)
        return ResyncOutcome("aligned", follow_map(cues, fit.time_map), fit.support, fit.time_map, tuple(why))
    placed = move_cues(cues, follow_map(cues, fit.time_map), snapping.moves)
    moved = sum(move != 0.0 for move in snapping.moves)
    told = (*why, reasons.snapped_cues(moved, len(cues)))
    return ResyncOutcome("aligned", placed, fit.support, fit.time_map, told)


def with_exchanges(cues: Sequence[Cue], decided: ResyncOutcome, ordered: Sequence[Cue]) -> ResyncOutcome:
    """Let an outcome have the times that its cues got when neighbours changed places.

    Args:
        cues: as given.
        decided: before that.
        ordered: its cues with the times of their own places.
    """
    moved = [after.start != before.start for before, after in zip(decided.cues, ordered, strict=True)]
    if not any(moved):
        return decided
    why = tuple(reason for reason in decided.why if reason != reasons.already_right())
    told = (*why, reasons.exchanged_lines((sum(moved) + 1) // 2))
    return replace(decided, outcome="aligned", cues=tuple(ordered), why=told)


def with_moves(cues: Sequence[Cue], decided: ResyncOutcome, moves: Sequence[float]) -> ResyncOutcome:
    """Let single cues of an outcome move to where their words are heard.

    Args:
        cues: as given.
        decided: before that.
        moves: seconds, one a cue, 0.0 for those that stay.
    """
    if not any(moves):
        return decided
    return replace(decided, cues=move_cues(cues, decided.cues, moves))


def by_words(
    cues: Sequence[Cue], fit: MaskFit, mask: SpeechMask, snapping: Snapping, found: SubtitleAlignment
) -> ResyncOutcome:
    """Decide by where the words were heard; by voice activity where that is strong and hardly any word was heard.

    In a rough file words tell which onset of speech a cue belongs to, and the onset when it begins.

    Args:
        cues: as given.
        fit: by voice activity.
        mask: of the media.
        snapping: of the cues on the map of that fit.
        found: where their words were heard; no cues: they are not what is said.
    """
    heard = [HeardCue(0.0, 0.0, 0.0)] * len(cues)
    if found.cues:
        heard = [HeardCue(c.start, c.end, sure) for c, sure in zip(found.cues, found.confidence, strict=True)]
    anchored = fit_heard(cues, heard)
    if anchored is None:
        if is_strong(fit):
            return by_voice(cues, fit, snapping)
        doubt = () if fit.decision == "undecided" else (reasons.too_little_agreement(),)
        return refused(cues, (*doubt, *found.reasons))
    retimed = retime(cues, heard, anchored.time_map)
    if is_rough(onsets_near(follow_map(cues, anchored.time_map), mask)):
        moves = onsets_near(retimed.cues, mask).moves
        retimed = replace(retimed, cues=move_cues(cues, retimed.cues, moves))
    if is_unchanged(cues, retimed.cues):
        why: tuple[Sentence, ...] = (reasons.already_right(),)
        return ResyncOutcome("unchanged", tuple(cues), retimed.confidence, TimeMap.identity(), why)
    unheard = sum(one.confidence == 0.0 for one in heard)
    why = (reasons.unheard_cues(unheard, len(cues)),) if unheard else ()
    return ResyncOutcome("aligned", retimed.cues, retimed.confidence, retimed.time_map, why)


def by_meaning(cues: Sequence[Cue], fit: MaskFit, snapping: Snapping, written: str, spoken: str) -> ResyncOutcome:
    """Decide about subtitles in another language than the speech.

    Args:
        cues: as given.
        fit: by voice activity and by meaning.
        snapping: of the cues on the map of that fit.
        written: language of the subtitles.
        spoken: language of the speech.
    """
    if fit.decision == "undecided":
        return refused(cues, (reasons.too_little_agreement(),))
    return by_voice(cues, fit, snapping, (reasons.other_language(written, spoken),))


def refused(cues: Sequence[Cue], why: Sequence[Sentence]) -> ResyncOutcome:
    """Leave a file as it is."""
    return ResyncOutcome("refused", tuple(cues), (0.0,) * len(cues), TimeMap.identity(), (reasons.left_alone(), *why))


def alignment_of(decision: ResyncOutcome, cues: Sequence[Cue], duration: float, language: str) -> SubtitleAlignment:
    """Put a decision into the form that callers know.

    Args:
        decision: about the cues.
        cues: as given.
        duration: of the media, seconds.
        language: of the speech; "" when it was not looked for.
    """
    points: tuple[tuple[float, float], ...] = ()
    if decision.outcome == "aligned":
        begin = min(cue.start for cue in cues)
        points = decision.time_map.points(begin, max(max(cue.end for cue in cues), begin))
    return SubtitleAlignment(decision.cues, decision.confidence, language, duration, points, decision.why)
