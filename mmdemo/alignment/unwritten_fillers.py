"""Hesitations before a line that nobody wrote down: “um …” and the pause behind it, taken for the line's first word.

Forced alignment must give that sound to some word, and gives it to the first of the line. Where a line begins in a
short run of its own and its first word is unlikely there, a filler is put before it: if Whisper then finds the words of
the line likelier, somebody hesitated.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmdemo.alignment.forced_plan import PlannedWord
from mmdemo.alignment.forced_words import HESITATION_WEIGHT, HESITATIONS, GivenWord
from mmdemo.alignment.pause_levels import FRAME_SECONDS
from mmdemo.alignment.pause_runs import Run
from mmdemo.alignment.pauses import PlacedWord
from mmdemo.word_times import TimedToken

FILLER_TEXT = " Um..."
"""Of eight spellings the one that gives the words behind it the probability they would have without it."""
LONGEST_FILLER_FRAMES = 100
SHORTEST_PAUSE_FRAMES = 10
UNSURE_PROBABILITY = 0.6
"""Of a line's first word, under which it may stand on a hesitation."""
STRETCHED = 1.5
"""A line's first word that stands on a hesitation has that and the pause behind it, more than it should take. Of 21
fillers that made a line likelier seven were right, six of them before words stretched by 1.66 or more; twelve were
wrong, before words such as “The cap|tain”, whose closures look like pauses, stretched by 1.41 or less."""
COMPARED_WORDS = 2
LEAST_GAIN = 0.2
"""Of log probability of a line's first words. Before 69 lines that begin with their first word (five voices) all but
two gained less than 0.1, two 0.25 and 0.44 without a pause behind the filler; before four hesitations 0.35 to 3.2."""
LEAST_LOG_PROBABILITY = -5.0


def doubtful_beginnings(
    planned: Sequence[PlannedWord],
    timed: Sequence[TimedToken],
    placed: Sequence[PlacedWord],
    given: Sequence[GivenWord],
    runs: Sequence[Run],
    rate: float,
) -> tuple[int, ...]:
    """Find lines that may begin later than they were placed.

    Args:
        planned: words of a window.
        timed: the same as cross-attention found them.
        placed: the same on the runs.
        given: all words of the text.
        runs: of the window.
        rate: seconds for each unit of weight.

    Returns:
        Positions in ``planned`` of the first words of such lines.
    """
    found = []
    for i, word in enumerate(planned):
        if word.given is None or not _begins_line(word.given, given) or timed[i].probability >= UNSURE_PROBABILITY:
            continue
        if word.given and i and planned[i - 1].given is None:
            continue  # what was heard before it stands there already
        if HESITATIONS.intersection(given[word.given].keys):
            continue  # it was written down
        stretched = (placed[i].behind - placed[i].first) * FRAME_SECONDS >= STRETCHED * rate * word.weight
        if stretched and _stands_apart(placed[i], runs):
            found.append(i)
    return tuple(found)


def with_fillers(planned: Sequence[PlannedWord], before: Sequence[int]) -> tuple[PlannedWord, ...]:
    """Put fillers before some words.

    Args:
        planned: words of a window.
        before: positions of those words, ascending.
    """
    fillers = set(before)
    words: list[PlannedWord] = []
    for i, word in enumerate(planned):
        if i in fillers:
            words.append(PlannedWord(FILLER_TEXT, None, word.window, HESITATION_WEIGHT, False))
        words.append(word)
    return tuple(words)


def believed_fillers(
    before: Sequence[int], timed: Sequence[TimedToken], with_filler: Sequence[TimedToken]
) -> tuple[int, ...]:
    """Return those positions before which a filler makes the next words likelier.

    Args:
        before: positions of words that a filler was put before, ascending.
        timed: words without fillers.
        with_filler: words and fillers (see `with_fillers`).
    """
    believed = []
    for number, i in enumerate(before):
        behind = i + number + 1  # of the same word among words and fillers
        stop = before[number + 1] if number + 1 < len(before) else len(timed)
        count = min(COMPARED_WORDS, stop - i)
        gain = _log_probability(with_filler[behind : behind + count]) - _log_probability(timed[i : i + count])
        if gain >= LEAST_GAIN:
            believed.append(i)
    return tuple(believed)


def _begins_line(word: int, given: Sequence[GivenWord]) -> bool:
    return word == 0 or given[word - 1].line != given[word].line


def _stands_apart(place: PlacedWord, runs: Sequence[Run]) -> bool:
    """Tell whether a word's run begins with it, is short and has a pause behind it."""
    for run, following in zip(runs[:-1], runs[1:], strict=True):
        if run.first <= place.first < run.behind:
            short = run.behind - place.first <= LONGEST_FILLER_FRAMES
            return short and following.first - run.behind >= SHORTEST_PAUSE_FRAMES
    return False


def _log_probability(words: Sequence[TimedToken]) -> float:
    return sum(max(float(np.log(max(word.probability, 1e-9))), LEAST_LOG_PROBABILITY) for word in words)
