"""Neighbouring lines whose texts stand in each other's place: suspected by their lengths, settled by what is heard.

Voice activity fits such a file as well as the right one. But a long line then stands on a short stretch of speech and a
short line on a long one; and once the texts are back in order, all their words are far likelier where they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmdemo.alignment.cue_scores import Float64Array
from mmdemo.types import Cue

PAUSE_WEIGHT = 8.0
"""Added to the weight of every text: a short line is shown for longer than it is spoken."""
SUSPECTED_GAIN = 0.8
"""By which two lengths must fit better the other way round, as logarithms, before anything is listened to."""
TRIED_GAIN = -0.8
"""Pairs that are tried once a file is suspected: lines of about the same length have gains around 0."""
LEAST_LOG_PROBABILITY = -9.2
LEAST_WORD_GAIN = 0.5
LEAST_TOTAL_GAIN = 4.0
"""Of log probability, by which the other order must be likelier: a mean over the two lines' words, and a sum."""


def exchange_gains(weights: Sequence[float], seconds: Sequence[float]) -> Float64Array:
    """Tell how much better the texts of neighbours would fit each other's times.

    Args:
        weights: how long each text takes to say, in any unit.
        seconds: for which each is shown.

    Returns:
        [N - 1] gains; positive where the exchange makes the speed of speech more even.
    """
    said = np.asarray(weights, np.float64) + PAUSE_WEIGHT  # [N]
    shown = np.maximum(np.asarray(seconds, np.float64), 1e-3)  # [N]
    if len(said) < 2:
        return np.zeros(0)
    pace = float(np.median(np.log(shown / said)))

    def misfit(shown: Float64Array, said: Float64Array) -> Float64Array:
        return np.abs(np.log(shown / said) - pace)

    before = misfit(shown[:-1], said[:-1]) + misfit(shown[1:], said[1:])
    gains: Float64Array = before - misfit(shown[:-1], said[1:]) - misfit(shown[1:], said[:-1])
    return gains


def is_suspected(gains: Float64Array) -> bool:
    """Tell whether any two neighbours look exchanged."""
    return bool(len(gains)) and float(gains.max()) >= SUSPECTED_GAIN


def text_likelihood(probabilities: Sequence[float]) -> float:
    """Return the log probability of words that were forced onto a window."""
    return float(np.log(np.maximum(probabilities, np.exp(LEAST_LOG_PROBABILITY))).sum()) if len(probabilities) else 0.0


@dataclass(frozen=True)
class Trial:
    """Two neighbours that may have to change places."""

    first: int  # position in the order of time
    words: int  # of both


def exchanged_order(trials: Sequence[Trial], likelihood: Callable[[Sequence[int]], float]) -> tuple[int, ...]:
    """Exchange neighbours, from the first on, where what is heard is far likelier then; a text changes places once.

    Args:
        trials: in the order of time, the last of which ends with the last text or before it.
        likelihood: log probability of the sound when the texts stand at the places in this order.

    Returns:
        Which text stands at each place, up to the last that was tried.
    """
    order = tuple(range(max((trial.first + 2 for trial in trials), default=0)))
    known = likelihood(order) if trials else 0.0
    settled = -1
    for trial in trials:
        i = trial.first
        if i <= settled:
            continue
        other = (*order[:i], order[i + 1], order[i], *order[i + 2 :])
        found = likelihood(other)
        if found - known >= max(LEAST_TOTAL_GAIN, LEAST_WORD_GAIN * trial.words):
            order, known, settled = other, found, i + 1
    return order


def with_exchanged_times(cues: Sequence[Cue], places: Sequence[int], order: Sequence[int]) -> tuple[Cue, ...]:
    """Give each cue the time of the place where its text belongs.

    Args:
        cues: as given.
        places: positions of the cues in the order of time.
        order: which of these texts stands at each place.

    Returns:
        The same cues in the order given; words inside a cue that moved are dropped, as their times mean nothing there.
    """
    placed = list(cues)
    for place, text in enumerate(order):
        if text != place:
            there = cues[places[place]]
            placed[places[text]] = replace(cues[places[text]], start=there.start, end=there.end, words=())
    return tuple(placed)
