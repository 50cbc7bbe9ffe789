"""First words of lines that attention stretched over somebody else's speech."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.alignment.line_beginnings import compact_beginnings
from mmdemo.word_times import TimedToken

WORDS = [
    TimedToken("end", 0.0, 0.5, 0.9),
    TimedToken("a", 0.5, 4.0, 0.1),
    TimedToken("girl", 4.0, 8.0, 0.9),
    TimedToken("sits", 8.0, 8.5, 0.9),
    TimedToken("down", 8.5, 9.0, 0.9),
]
ENDS = [True, False, False, False, True]
EXPECTED = [0.3] * 5


def test_they_join_the_rest_of_their_line() -> None:
    compact = compact_beginnings(WORDS, np.ones(450, np.float32), EXPECTED, ENDS)
    assert [word.start for word in compact] == pytest.approx([0.0, 7.4, 7.7, 8.0, 8.5])
    assert compact[1].end == compact[2].start and compact[2].end == 8.0


def test_a_stretch_without_voice_is_left_to_the_pauses() -> None:
    assert compact_beginnings(WORDS, np.zeros(450, np.float32), EXPECTED, ENDS) == WORDS


def test_a_word_drawled_inside_a_line_stays() -> None:
    drawled = [TimedToken(str(i), 0.5 * i, 0.5 * i + 0.5, 0.9) for i in range(5)]
    drawled[4] = TimedToken("4", 2.0, 6.0, 0.9)
    assert compact_beginnings(drawled, np.ones(450, np.float32), EXPECTED, [False] * 4 + [True]) == drawled
