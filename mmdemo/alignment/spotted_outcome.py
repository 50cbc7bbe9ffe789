"""What becomes of a mistimed file whose cues were heard one by one, where their text fits better than elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mmdemo import reasons
from mmdemo.alignment.heard_cues import SURE_SPOT, HeardCue
from mmdemo.alignment.mask_correlation import MaskFit, speech_shares
from mmdemo.alignment.onset_snapping import onset_scores, spread_of_most
from mmdemo.alignment.resync_outcome import ResyncOutcome, by_voice, onsets_near
from mmdemo.alignment.resync_plan import follow_map, is_unchanged, move_cues, retime
from mmdemo.alignment.speech_mask import SpeechMask
from mmdemo.alignment.time_map import TimeMap
from mmdemo.types import Cue, Span

AGREED_SECONDS, FAR_SPOT_SECONDS = 1.0, 1.2
"""A cue heard so far from where the map puts it was taken for another: the first while the map is in doubt, the second
once it is not. Cues, map and spots are off by 0.3 s each."""
LEAST_SPOTTED = 0.3
SURELY_SPOTTED, SURELY_AGREED = 0.7, 0.9
"""Mean confidence, over all cues, of those heard where the map puts them: the first with evidence against chance, the
others without. Of 34 pairs of cues and sound that do not belong together (two languages, 27 recordings under music or
noise) the highest reached 0.49 and 0.83, at evidence of 7.6; of 41 that do, 38 passed one of the two."""
SPOTTED_JITTER_SECONDS = 0.1
"""Spread of the cues around onsets from which a file is rough, once its place is sure: exact files stayed below 0.09,
those with errors of 0.3 s lay above 0.11 but for one."""
CERTAIN_SPOT, LEAST_CERTAIN, LEAST_CERTAIN_SHARE, WORD_JITTER_SECONDS = 0.8, 6, 0.5, 0.06
"""Confidence, number and share of cues whose words were heard, and spread of their starts around them up to which
a file is exact: 29 of 30 development files without errors of their own and without a written “um” stayed below 0.062,
72 of 73 with errors of 0.3 s lay above 0.09."""
LEAST_SURE_SPOTS = 3
MOST_EARLY_SECONDS = 0.4
"""Words are heard 0.12 s early at the median, and digits 0.4 s."""
ELSEWHERE_SECONDS, ELSEWHERE_SCORE = 0.25, 0.2
"""Of a cue that is moved though its file is exact otherwise. A map bends to errors of 0.3 s where cues are few: in
23 files with every fault it left six cues more than 0.2 s beside their place and five are moved by this; in the same
files without errors of their own two right cues, both of five digits, are moved too."""
LEAD_SECONDS = 0.8
"""By which a cue may begin before its words on purpose, as with a breath: it is moved to them from more on."""


def spotted_map(cues: Sequence[Cue], fit: MaskFit, heard: Sequence[HeardCue]) -> TimeMap | None:
    """Return the map of a fit if enough cues were heard where it puts them.

    Args:
        cues: as given.
        fit: by voice activity and by where the cues were heard.
        heard: one a cue.
    """
    time_map = fit.found if fit.decision == "undecided" else fit.time_map
    agreed = sum(spot.confidence for spot in _near(follow_map(cues, time_map), heard, AGREED_SECONDS))
    share = agreed / max(sum(spot.confidence for spot in heard), 1e-9)
    surely = agreed >= SURELY_SPOTTED * len(cues) and share >= SURELY_AGREED
    if not surely and (fit.decision == "undecided" or agreed < LEAST_SPOTTED * len(cues)):
        return None
    return time_map


def _near(followed: Sequence[Cue], heard: Sequence[HeardCue], seconds: float) -> list[HeardCue]:
    return [
        spot if abs(spot.start - cue.start) <= seconds else replace(spot, confidence=0.0)
        for spot, cue in zip(heard, followed, strict=True)
    ]


def is_exact(cues: Sequence[Cue], time_map: TimeMap, mask: SpeechMask) -> bool:
    """Tell whether cues stand on onsets of speech where a map puts them."""
    return onsets_near(follow_map(cues, time_map), mask).spread <= SPOTTED_JITTER_SECONDS


def stands_on_words(cues: Sequence[Cue], time_map: TimeMap, heard: Sequence[HeardCue]) -> bool:
    """Tell whether cues begin with their words where a map puts them, though voice activity may not see it.

    Args:
        cues: as given.
        time_map: from old to new times.
        heard: by phones, one a cue.
    """
    apart = [
        spot.start - cue.start
        for spot, cue in zip(heard, follow_map(cues, time_map), strict=True)
        if spot.confidence >= CERTAIN_SPOT
    ]
    enough = len(apart) >= max(LEAST_CERTAIN, LEAST_CERTAIN_SHARE * len(cues))
    return enough and spread_of_most(np.array(apart)) <= WORD_JITTER_SECONDS


def better_on_speech(cues: Sequence[Cue], maps: Sequence[TimeMap], mask: SpeechMask) -> TimeMap:
    """Return the map that puts cues best on speech: in an exact file that says more than what is heard.

    Args:
        cues: as given.
        maps: the first counts where two are alike.
        mask: of the media.
    """
    placed = [[Span(cue.start, cue.end) for cue in follow_map(cues, time_map)] for time_map in maps]
    return max(zip(maps, placed, strict=True), key=lambda pair: sum(onset_scores(pair[1], mask)))[0]


def by_spots(
    cues: Sequence[Cue],
    fit: MaskFit,
    time_map: TimeMap,
    mask: SpeechMask,
    heard: Sequence[HeardCue],
    on_words: bool = False,
) -> ResyncOutcome:
    """Follow a map that was decided by where the text of each cue fits better than elsewhere.

    Args:
        cues: as given.
        fit: by voice activity and by where the cues were heard.
        time_map: the one of the fit, its jumps perhaps moved.
        mask: of the media.
        heard: one a cue.
        on_words: whether the file is exact whatever voice activity says (see `stands_on_words`).
    """
    followed = follow_map(cues, time_map)
    support = speech_shares([Span(cue.start, cue.end) for cue in cues], mask, time_map)
    decision = fit.decision
    if decision == "undecided":
        decision = "unchanged" if is_unchanged(cues, followed) else "aligned"
    placed = replace(fit, time_map=time_map, decision=decision, support=support)
    near = _without_bias(followed, _near(followed, heard, FAR_SPOT_SECONDS))
    retimed = retime(cues, near, time_map)
    moves = onsets_near(retimed.cues, mask).moves
    found = move_cues(cues, retimed.cues, moves)
    exact = on_words or is_exact(cues, time_map, mask)
    if exact:
        clearly = _clearly_elsewhere(followed, found, near, mask)
        if decision == "unchanged" or not any(clearly):
            return by_voice(cues, placed)
        found = tuple(b if elsewhere else a for a, b, elsewhere in zip(followed, found, clearly, strict=True))
    moved = sum(after.start != before.start for before, after in zip(followed, found, strict=True))
    why = (reasons.misplaced_cues(moved, len(cues)) if exact else reasons.snapped_cues(moved, len(cues)),)
    confidence = tuple(max(spot.confidence, sure) for spot, sure in zip(near, support, strict=True))
    return ResyncOutcome("aligned", found, confidence, time_map, why)


def _without_bias(followed: Sequence[Cue], near: Sequence[HeardCue]) -> list[HeardCue]:
    """Take off by how much cues are heard early throughout, as most are: the map knows that better."""
    known = [spot.start - cue.start for spot, cue in zip(near, followed, strict=True) if spot.confidence >= SURE_SPOT]
    bias = float(np.clip(np.median(known), -MOST_EARLY_SECONDS, 0.0)) if len(known) >= LEAST_SURE_SPOTS else 0.0
    return [replace(spot, start=spot.start - bias, end=spot.end - bias) for spot in near]


def _clearly_elsewhere(
    followed: Sequence[Cue], found: Sequence[Cue], near: Sequence[HeardCue], mask: SpeechMask
) -> list[bool]:
    """Tell which cues of an exact file are heard beside their place, where speech begins more clearly than there."""
    before = onset_scores([Span(cue.start, cue.end) for cue in followed], mask)
    after = onset_scores([Span(cue.start, cue.end) for cue in found], mask)
    return [
        spot.confidence >= SURE_SPOT
        and abs(b.start - spot.start) <= ELSEWHERE_SECONDS
        and not -ELSEWHERE_SECONDS <= spot.start - a.start <= LEAD_SECONDS
        and there >= here + ELSEWHERE_SCORE
        for a, b, spot, here, there in zip(followed, found, near, before, after, strict=True)
    ]
