"""Puts mistimed cues right by when somebody speaks, without a word recognised, or says that this cannot be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from mmdemo.alignment.cue_scores import CueScorer, CueTimes, cue_times
from mmdemo.alignment.fine_offsets import refine
from mmdemo.alignment.heard_cues import HeardCue
from mmdemo.alignment.meaning_scores import MEANING_WEIGHT, Meanings, MeaningScorer, agreement
from mmdemo.alignment.offset_search import KNOWN_RATES, CoarsePath, margin_for, score_deviation, search_offsets
from mmdemo.alignment.speech_mask import FRAME_SECONDS, SpeechMask
from mmdemo.alignment.spot_scores import SPOT_WEIGHT, SpotScorer
from mmdemo.alignment.time_map import TimeMap
from mmdemo.types import Span

Decision = Literal["unchanged", "aligned", "undecided"]
Trouble = Literal["", "no_cues", "no_speech", "chance", "ambiguous"]

LEAST_CUES = 3
LEAST_SPEECH_SECONDS = 1.0
EARLIEST_SECONDS = -3600.0
LATEST_SECONDS = 4 * 3600.0
"""Cues outside belong to no media that is accepted here (two hours at most) and are left out of the search."""
UNCHANGED_SECONDS = 0.2
"""A map that moves nothing by more than this is left out: subtitlers let a line appear a little before it is spoken,
and a correct file made worse is what users of such tools complain about most."""
LEAST_EVIDENCE = 8.0
"""Chosen on 60 pairs of cues and sound that do not belong together, of which the highest reached 6.4. Of 100 others one
(10 cues, 29 s) was still believed at 8.4, so about one in a hundred is: whoever must refuse needs more than this."""
LEAST_MEANT_EVIDENCE = 6.0
LEAST_AGREEMENT = 0.75
LEAST_FEW_AGREEMENT = 2.8
"""Where what is said also agrees so well with the cues (see `agreement`; few cues need more, this over the square root
of their number), less evidence is enough. Of 360 pairs of cues and sound that do not belong together three reached an
evidence of 7.2 to 7.7 by voice and meaning, with an agreement of 0.55."""
LEAST_MARGIN = 0.1
SHUFFLES = 8
FIRST_SHUFFLES = 3
CLEAR_EVIDENCE = 12.0
"""Beyond this the first shuffles are enough."""
SHUFFLED_TOGETHER = 6
"""Cues that stay together when a file is shuffled: scenes of much speech are part of what chance may find."""
CHANCE_SPREAD = 0.1
"""The least relative spread of the totals found by chance that is believed; a few shuffles may agree too well."""
RIVAL_SECONDS = 30.0
RIVAL_DISTANCE_SECONDS = 0.6


@dataclass(frozen=True)
class MaskFit:
    """Where the cues belong as far as voice activity tells."""

    time_map: TimeMap  # the identity unless `decision` is "aligned"
    found: TimeMap  # the best map even where it is not to be used
    decision: Decision
    trouble: Trouble  # why it is undecided
    evidence: float  # standard deviations by which the fit beats the best fits of shuffled cues
    margin: float  # 0..1, by how much the main offset beats the next best one near it
    support: tuple[float, ...]  # 0..1, share of speech under each cue where it now stands, in the order given


def correlate_mask(
    cues: Sequence[Span],
    mask: SpeechMask,
    unchanged_seconds: float = UNCHANGED_SECONDS,
    meanings: Meanings | None = None,
    heard: Sequence[HeardCue] = (),
) -> MaskFit:
    """Find the clock rate and the piecewise-constant offsets at which cues meet speech.

    Args:
        cues: with times that may be wrong throughout, in any order; those without usable times are ignored.
        mask: of the media.
        unchanged_seconds: a map that moves no cue by more than this counts as none.
        meanings: how like each cue, in the order given, is to what is said where; None: when somebody speaks is all
            that is known.
        heard: where each cue was heard by itself, in the order given; empty: that is not known.

    Returns:
        The fit. It is "undecided" when shuffled cues fit nearly as well: another film's subtitles, music, silence, or
        too few cues to tell.
    """
    starts = np.array([cue.start for cue in cues])
    ends = np.array([cue.end for cue in cues])
    usable = np.isfinite(ends) & (starts >= EARLIEST_SECONDS) & (starts <= LATEST_SECONDS)
    if np.count_nonzero(usable) < LEAST_CUES:
        return _undecided(cues, mask, "no_cues")
    if mask.speech_seconds < LEAST_SPEECH_SECONDS:
        return _undecided(cues, mask, "no_speech")
    times = cue_times(starts[usable], ends[usable])
    scorer = CueScorer(mask.speech, margin_for(times))
    deviation = score_deviation(times, mask, scorer)
    searched: CueScorer = scorer
    if meanings is not None and meanings.passages:
        order = np.flatnonzero(usable)[np.argsort(starts[usable], kind="stable")]
        searched = MeaningScorer(scorer, meanings.of(order.tolist()), MEANING_WEIGHT * deviation)
    elif heard:
        order = np.flatnonzero(usable)[np.argsort(starts[usable], kind="stable")]
        searched = SpotScorer(scorer, [heard[i] for i in order.tolist()], SPOT_WEIGHT * deviation)
    best = max(
        (search_offsets(times, mask, searched, deviation, rate) for rate in KNOWN_RATES), key=lambda path: path.total
    )
    found = refine(times, scorer, best)
    evidence = evidence_against_chance(best, times, mask, searched, deviation)
    margin = rival_margin(times, searched, best)
    needed = LEAST_EVIDENCE
    if meanings is not None and meanings.passages:
        used = np.flatnonzero(usable).tolist()
        meant = agreement(meanings.of(used), [cues[i] for i in used], found)
        agreed = meant >= max(LEAST_AGREEMENT, LEAST_FEW_AGREEMENT / len(used) ** 0.5)
        needed = LEAST_MEANT_EVIDENCE if agreed else needed
    if evidence < needed or margin < LEAST_MARGIN:
        trouble: Trouble = "chance" if evidence < needed else "ambiguous"
        return replace(_undecided(cues, mask, trouble), found=found, evidence=evidence, margin=margin)
    moved = max(float(np.max(np.abs(found.apply(t) - t))) for t in (times.starts, times.ends))
    kept = moved <= unchanged_seconds
    time_map = TimeMap.identity() if kept else found
    decision: Decision = "unchanged" if kept else "aligned"
    return MaskFit(time_map, found, decision, "", evidence, margin, speech_shares(cues, mask, time_map))


def evidence_against_chance(
    path: CoarsePath, times: CueTimes, mask: SpeechMask, scorer: CueScorer, deviation: float
) -> float:
    """Return by how many standard deviations a path beats those of cues that cannot belong to the media.

    The cues are turned round in time and shuffled, each with the meaning of another, and the search at the same clock
    rate is as free to jump as with the real ones, so that what freedom gains by chance is counted.
    """
    generator = np.random.default_rng(0)
    chance: list[float] = []
    evidence = 0.0
    while len(chance) < SHUFFLES:
        cues = _shuffled(times, generator)
        stranger = scorer
        if isinstance(scorer, MeaningScorer | SpotScorer):
            stranger = scorer.permuted(generator.permutation(len(times)).tolist())
        chance.append(search_offsets(cues, mask, stranger, deviation, path.rate).total)
        mean = float(np.mean(chance))
        evidence = (path.total - mean) / max(float(np.std(chance)), CHANCE_SPREAD * mean, 0.5)
        if len(chance) >= FIRST_SHUFFLES and not 0.0 < evidence < CLEAR_EVIDENCE:
            break
    return evidence


def rival_margin(times: CueTimes, scorer: CueScorer, path: CoarsePath) -> float:
    """Return by how much the offset that most cues share beats the next best one within half a minute, 0..1."""
    values, counts = np.unique(path.offsets, return_counts=True)
    main = float(values[counts.argmax()])
    members = np.flatnonzero(path.offsets == main)
    reach = int(RIVAL_SECONDS / FRAME_SECONDS)
    scaled = times.scaled(path.rate)
    first = round(main / FRAME_SECONDS) - reach
    total = sum((scorer.scores(scaled, int(i), first, 2 * reach + 1, 1) for i in members), np.zeros(2 * reach + 1))
    near = int(RIVAL_DISTANCE_SECONDS / FRAME_SECONDS)
    peak = float(total[reach - near : reach + near + 1].max())
    rival = float(np.delete(total, np.arange(reach - near, reach + near + 1)).max())
    return float(np.clip(1.0 - rival / peak, 0.0, 1.0)) if peak > 0.0 else 0.0


def speech_shares(cues: Sequence[Span], mask: SpeechMask, time_map: TimeMap) -> tuple[float, ...]:
    """Return the share of speech (0..1) under each cue where a map puts it; 0 for empty cues and outside the media."""
    sums = np.concatenate([[0.0], np.cumsum(mask.speech, dtype=np.float64)])  # [T + 1]
    shares = []
    for cue in cues:
        if not (np.isfinite(cue.start) and np.isfinite(cue.end)):
            shares.append(0.0)
            continue
        start, end = (round(t / FRAME_SECONDS) for t in time_map.apply_span(cue.start, cue.end))
        heard = sums[min(max(end, 0), len(sums) - 1)] - sums[min(max(start, 0), len(sums) - 1)]
        shares.append(float(np.clip(heard / max(end - start, 1), 0.0, 1.0)))
    return tuple(shares)


def _undecided(cues: Sequence[Span], mask: SpeechMask, trouble: Trouble) -> MaskFit:
    identity = TimeMap.identity()
    return MaskFit(identity, identity, "undecided", trouble, 0.0, 0.0, speech_shares(cues, mask, identity))


def _shuffled(times: CueTimes, generator: np.random.Generator) -> CueTimes:
    """Turn runs of a few cues round in time and put them in another order."""
    lengths = (times.ends - times.starts)[::-1]
    gaps = np.append(np.diff(times.starts) - (times.ends - times.starts)[:-1], 0.0)[::-1]
    runs = np.array_split(np.arange(len(times)), -(-len(times) // SHUFFLED_TOGETHER))
    order = np.concatenate([runs[i] for i in generator.permutation(len(runs))])
    if len(runs) <= 2:
        order = generator.permutation(len(times))
    steps = lengths[order] + gaps[order]
    starts = float(times.starts[0]) + np.concatenate([[0.0], np.cumsum(steps)[:-1]])
    return cue_times(starts, starts + lengths[order])
