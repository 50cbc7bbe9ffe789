"""Searches clock rates and an offset for every cue at a resolution of 80 ms: what the fine fit starts from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmdemo.alignment.cue_scores import CueScorer, CueTimes
from mmdemo.alignment.offset_paths import ChangeCosts, best_path
from mmdemo.alignment.speech_mask import FRAME_SECONDS, SpeechMask
from mmdemo.types import Float32Array

KNOWN_RATES = (1.0, 24 / 23.976, 23.976 / 24, 25 / 23.976, 23.976 / 25, 25 / 24, 24 / 25)
"""Ratios of the frame rates that films are converted between; 24 here stands for 24.000 and 23.976 for 24000/1001."""
RATE_COST = 1.5
COSTS = ChangeCosts(jump=6.0, forward=0.05, backward=0.25, drift=2.0)
"""Costs of a clock rate other than 1 and of changes, in standard deviations of a cue's score at a wrong offset. A cue
at its right offset brings one to two, so a cut must explain half a dozen cues and more the more it takes away."""
STEP = 8
"""Frames between the offsets that are searched; the edges of a cue are smooth over 0.25 s."""
MOST_LAGS = 15_000
"""Every offset is searched where there are no more than these (1,200 s); else windows around likely ones."""
LEAST_OVERLAP = 0.25
WINDOW_SECONDS = 120.0
LIKELY_OFFSETS = 2
LIKELY_FRAMES = 10
"""Frames averaged for the correlation over all offsets of long media."""
MOST_BLOCKS = 1500
"""Cues are scored together with their neighbours when there are more, which keeps two hours within seconds."""
MOST_SCORED = 4
"""Cues of a block that are scored: 20,000 cues are so dense that a third of them tells as much."""
SAMPLED_BLOCKS = 24
LEAST_DEVIATION = 1e-3


@dataclass(frozen=True)
class LagRange:
    """Offsets that are searched, `STEP` frames apart."""

    first: int  # frames
    count: int

    def values(self) -> NDArray[np.int64]:
        """Return the offsets in frames."""
        return self.first + STEP * np.arange(self.count)


@dataclass(frozen=True, eq=False)
class CoarsePath:
    """The best offsets found at one clock rate."""

    rate: float
    offsets: NDArray[np.float64]  # [C] seconds, one a cue
    total: float  # scores less costs, in standard deviations of one cue's score at a wrong offset


def margin_for(cues: CueTimes) -> int:
    """Return how many frames beyond the media the search looks up at the most."""
    extent = (float(cues.ends.max()) - float(cues.starts[0])) * max(KNOWN_RATES)
    return int((extent + 2.0 * WINDOW_SECONDS) / FRAME_SECONDS)


def score_deviation(cues: CueTimes, mask: SpeechMask, scorer: CueScorer) -> float:
    """Return the standard deviation of the score of a cue, or block of cues, over the offsets inside the media."""
    ranges, size = lag_ranges(cues, mask), _block_size(cues)
    lags = np.concatenate([lag_range.values() for lag_range in ranges])
    firsts = np.unique(np.linspace(0, max(len(cues) - size, 0), SAMPLED_BLOCKS).astype(np.int64))
    squares: list[float] = []
    for first in firsts.tolist():
        behind = min(first + size, len(cues))
        row = _block_row(cues, scorer, ranges, first, size)
        begin, end = cues.starts[first] / FRAME_SECONDS, cues.ends[behind - 1] / FRAME_SECONDS
        inside = row[(lags + begin >= 0) & (lags + end <= scorer.frames)]
        if len(inside):
            squares.append(float(np.mean(np.square(inside))))
    return max(float(np.sqrt(np.mean(squares))) if squares else 0.0, LEAST_DEVIATION)


def search_offsets(
    cues: CueTimes, mask: SpeechMask, scorer: CueScorer, deviation: float, rate: float = 1.0
) -> CoarsePath:
    """Find the best offset of each cue at one clock rate.

    Args:
        cues: at least one, as given.
        mask: of the media.
        scorer: over the same mask.
        deviation: from `score_deviation`, the unit of all costs.
        rate: new seconds to an old one.

    Returns:
        The path of offsets.
    """
    scaled = cues.scaled(rate)
    ranges = lag_ranges(scaled, mask)
    size = _block_size(cues)
    lags = np.concatenate([lag_range.values() for lag_range in ranges]) * FRAME_SECONDS  # [L] seconds
    costs = COSTS.scaled(deviation)
    total, path = best_path(_rows(scaled, scorer, ranges, size), lags.astype(np.float32), costs)
    offsets = np.repeat(lags[path], size)[: len(cues)]
    return CoarsePath(rate, offsets, total / deviation - (RATE_COST if rate != 1.0 else 0.0))


def lag_ranges(cues: CueTimes, mask: SpeechMask) -> tuple[LagRange, ...]:
    """Choose which offsets to search.

    Args:
        cues: at the clock rate in question.
        mask: of the media.

    Returns:
        One range over all offsets at which enough of the shorter side overlaps, or a few around 0 and the peaks of the
        correlation over all of them.
    """
    first, last = float(cues.starts[0]), float(cues.ends.max())
    overlap = LEAST_OVERLAP * min(last - first, mask.duration)
    low = int((overlap - last) / FRAME_SECONDS)
    high = int((mask.duration - overlap - first) / FRAME_SECONDS)
    if (high - low) // STEP <= MOST_LAGS:
        return (_range(low, high),)
    reach = int(WINDOW_SECONDS / FRAME_SECONDS)
    centres = sorted(min(max(centre, low), high) for centre in {0, *likely_offsets(cues, mask)})
    ranges: list[tuple[int, int]] = []
    for centre in centres:
        begin, end = max(centre - reach, low), min(centre + reach, high)
        if ranges and begin <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(end, ranges[-1][1]))
        elif begin < end:
            ranges.append((begin, end))
    return tuple(_range(begin, end) for begin, end in ranges)


def likely_offsets(cues: CueTimes, mask: SpeechMask) -> tuple[int, ...]:
    """Find the highest peaks of the correlation of cues and speech over all offsets, by FFT.

    Args:
        cues: at the clock rate in question.
        mask: of the media.

    Returns:
        Offsets in frames, the best first, at least `WINDOW_SECONDS` apart.
    """
    seconds = FRAME_SECONDS * LIKELY_FRAMES
    origin = float(cues.starts[0])
    covered = np.zeros(int((float(cues.ends.max()) - origin) / seconds) + 2)  # [S]
    np.add.at(covered, ((cues.starts - origin) / seconds).astype(np.int64), 1.0)
    np.add.at(covered, ((cues.ends - origin) / seconds).astype(np.int64), -1.0)
    covered = np.minimum(np.cumsum(covered), 1.0)
    whole = len(mask.speech) // LIKELY_FRAMES * LIKELY_FRAMES
    speech = mask.speech[:whole].reshape(-1, LIKELY_FRAMES).mean(axis=1, dtype=np.float64)  # [T / 10]
    size = 1 << int(len(covered) + len(speech)).bit_length()
    spectrum = np.fft.rfft(speech - speech.mean(), size) * np.conj(np.fft.rfft(covered - covered.mean(), size))
    correlation = np.fft.irfft(spectrum, size)  # [size], circular: negative offsets at its end
    found: list[int] = []
    reach = int(WINDOW_SECONDS / seconds)
    for _ in range(LIKELY_OFFSETS):
        peak = int(correlation.argmax())
        shift = peak if peak < len(speech) else peak - size
        found.append(round((shift * seconds - origin) / FRAME_SECONDS))
        correlation[np.arange(peak - reach, peak + reach) % size] = -np.inf
    return tuple(found)


def _range(low: int, high: int) -> LagRange:
    first = low // STEP * STEP  # 0 is always among the offsets, so that a correct file is met exactly
    return LagRange(first, max((high - first) // STEP + 1, 1))


def _row(cues: CueTimes, scorer: CueScorer, ranges: tuple[LagRange, ...], i: int) -> Float32Array:
    parts = [scorer.scores(cues, i, lag_range.first, lag_range.count, STEP) for lag_range in ranges]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _rows(cues: CueTimes, scorer: CueScorer, ranges: tuple[LagRange, ...], size: int) -> Iterator[Float32Array]:
    for first in range(0, len(cues), size):
        yield _block_row(cues, scorer, ranges, first, size)


def _block_row(cues: CueTimes, scorer: CueScorer, ranges: tuple[LagRange, ...], first: int, size: int) -> Float32Array:
    """Return the summed scores of neighbouring cues, or of some of them where there are many."""
    behind = min(first + size, len(cues))
    chosen = range(first, behind, -(-size // MOST_SCORED))
    row = _row(cues, scorer, ranges, chosen[0])
    for i in chosen[1:]:
        row = row + _row(cues, scorer, ranges, i)
    return row


def _block_size(cues: CueTimes) -> int:
    return -(-len(cues) // MOST_BLOCKS)
