"""Neighbouring lines whose texts stand in each other's place: suspected by their lengths, settled by what is heard.

Voice activity fits such a file as well as the right one. But a long line then stands on a short stretch of speech and a
short line on a long one; and once the texts are back in order, all their words are far likelier where they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmdemo.alignment.cue_scores import Float64Array
from mmdemo.types import Cue

PAUSE_WEIGHT = 8.0
"""Added to the weight of every text: a short line is shown for longer than it is spoken."""
SUSPECTED_GAIN = 0.8
"""By which two lengths must fit better the other way round, as logarithms, before anything is listened to."""
SUSPECTED_SHARE = 0.02
"""Of all neighbours that must look exchanged, one at least: among twelve hundred lines of many speakers one pair does
though it is right, and listening to two hours of them takes ten minutes."""
TRIED_GAIN = -0.8
"""Pairs that are listened to once a file is suspected: lines of about the same length have gains around 0."""
LEAST_LOG_PROBABILITY = -9.2
LENGTH_WEIGHT = 4.0
LEAST_SCORE = 6.0
LEAST_LENGTH_GAIN, LEAST_WORD_GAIN = 0.5, 0.5
"""Log probability that the other order gains, and its lengths' gain times the weight, must reach the score together,
and one of the two must speak for it alone. On four tuning files with 12 exchanged pairs ten pass and no other does."""


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
    """Tell whether enough neighbours look exchanged to be worth listening."""
    return int(np.count_nonzero(gains >= SUSPECTED_GAIN)) >= max(1.0, SUSPECTED_SHARE * len(gains))


def text_likelihood(probabilities: Sequence[float]) -> float:
    """Return the log probability of words that were forced onto a window."""
    return float(np.log(np.maximum(probabilities, np.exp(LEAST_LOG_PROBABILITY))).sum()) if len(probabilities) else 0.0


@dataclass(frozen=True)
class Trial:
    """Two neighbours that may have to change places, and what speaks for it."""

    first: int  # position in the order of time
    words: int  # of both
    length_gain: float
    sound_gain: float  # log probability that their words gain in each other's place

    @property
    def score(self) -> float:
        """How much speaks for the exchange; 0.0 when too little does."""
        score = self.sound_gain + LENGTH_WEIGHT * self.length_gain
        alone = self.length_gain >= LEAST_LENGTH_GAIN or self.sound_gain >= LEAST_WORD_GAIN * self.words
        return score if alone and score >= LEAST_SCORE else 0.0


def exchanged_order(trials: Sequence[Trial], count: int) -> tuple[int, ...]:
    """Choose exchanges for which the most speaks; a text changes places once.

    Args:
        trials: in the order of time.
        count: of texts.

    Returns:
        Which text stands at each place.
    """
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())] * (count + 1)  # of the first so many texts
    scores = {trial.first: trial.score for trial in trials}
    for behind in range(1, count + 1):
        best[behind] = best[behind - 1]
        first = behind - 2
        score = scores.get(first, 0.0)
        if score > 0.0 and best[first][0] + score > best[behind][0]:
            best[behind] = (best[first][0] + score, (*best[first][1], first))
    order = list(range(count))
    for first in best[count][1]:
        order[first], order[first + 1] = first + 1, first
    return tuple(order)


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
