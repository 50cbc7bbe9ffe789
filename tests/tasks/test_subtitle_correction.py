"""Corrected cues stay, the others follow: order, no overlap, words heard, moves shared between anchors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmdemo.tasks.subtitle_correction import LEAST_SECONDS, moved_cue, realign_around
from mmdemo.types import Cue, Word

SURE, UNSURE = 0.9, 0.1
LINES = (
    "the doors open at ten",
    "please leave your bags",
    "thank you very much",
    "have a pleasant day",
    "good bye now",
)
CUES = tuple(Cue(n + 1, 10.0 * n, 10.0 * n + 4.0, line) for n, line in enumerate(LINES))


def moved(place: int, start: float, end: float, cues: tuple[Cue, ...] = CUES) -> tuple[Cue, ...]:
    return (*cues[:place], moved_cue(cues[place], start, end), *cues[place + 1 :])


def times(cues: tuple[Cue, ...]) -> list[tuple[float, float]]:
    return [(round(cue.start, 3), round(cue.end, 3)) for cue in cues]


def spoken(line: str, start: float, seconds: float = 3.0) -> list[Word]:
    words = line.split()
    step = seconds / len(words)
    return [Word(f" {word}", start + i * step, start + (i + 1) * step, 0.8) for i, word in enumerate(words)]


def test_sure_cues_stay_and_the_corrected_one_is_certain() -> None:
    found = realign_around(CUES, moved(2, 21.0, 25.0), {2}, [SURE] * 5)
    assert times(found.cues) == [(0, 4), (10, 14), (21, 25), (30, 34), (40, 44)]
    assert found.confidence == (SURE, SURE, 1.0, SURE, SURE)


def test_unsure_cues_follow_the_only_correction() -> None:
    found = realign_around(CUES, moved(2, 16.0, 20.0), {2}, [UNSURE] * 5)
    # The first cue would begin before the media and is cut there.
    assert times(found.cues) == [(0, LEAST_SECONDS), (6, 10), (16, 20), (26, 30), (36, 40)]


def test_between_two_anchors_the_moves_are_shared() -> None:
    cues = moved(4, 50.0, 54.0)
    found = realign_around(CUES, cues, {0, 4}, [SURE, UNSURE, UNSURE, UNSURE, SURE])
    for cue, old in zip(found.cues[1:4], CUES[1:4], strict=True):
        share = (old.start - CUES[0].end) / (CUES[4].start - CUES[0].end)
        assert cue.start == pytest.approx(old.start + 10.0 * share) and cue.end - cue.start == pytest.approx(4.0)


def test_sure_cues_stop_a_move() -> None:
    found = realign_around(CUES, moved(0, 3.0, 7.0), {0}, [SURE, UNSURE, SURE, UNSURE, UNSURE])
    assert times(found.cues)[2:] == times(CUES)[2:] and 10.0 < found.cues[1].start < 13.0


def test_heard_words_decide_where_unsure_cues_stand() -> None:
    heard = [*spoken(LINES[1], 5.0), *spoken("something else entirely", 8.5), *spoken(LINES[2], 12.5)]
    # What was heard behind the second anchor is not looked at, though it is the very same line.
    heard += spoken(LINES[1], 60.0)
    found = realign_around(CUES, moved(3, 20.0, 24.0), {0, 3}, [SURE, UNSURE, UNSURE, SURE, SURE], heard, "en")
    assert times(found.cues)[1:3] == [(5.0, 8.0), (12.5, 15.5)]
    assert found.confidence[1] == pytest.approx(0.8)
    assert times(found.cues)[4] == (40, 44)


def test_a_neighbour_gives_way_by_its_edge_or_as_a_whole() -> None:
    trimmed = realign_around(CUES, moved(2, 13.0, 17.0), {2}, [SURE] * 5)
    assert times(trimmed.cues)[1] == (10, 13)
    pushed = realign_around(CUES, moved(2, 11.0, 15.0), {2}, [SURE] * 5)
    assert times(pushed.cues)[:3] == [(0, 4), (7, 11), (11, 15)]
    behind = realign_around(CUES, moved(2, 20.0, 33.0), {2}, [SURE] * 5)
    assert times(behind.cues)[3] == (33, 37)


def test_cues_without_room_share_what_there_is() -> None:
    found = realign_around(CUES, moved(3, 4.5, 8.0), {0, 3}, [SURE] * 5)
    assert times(found.cues) == [(0, 4), (4, 4.25), (4.25, 4.5), (4.5, 8), (40, 44)]
    none = realign_around(CUES, moved(3, 4.0, 8.0), {0, 3}, [SURE] * 5)
    assert all(cue.end - cue.start == pytest.approx(LEAST_SECONDS) for cue in none.cues[1:3])


def test_order_and_distance_hold_whatever_is_corrected() -> None:
    generator = np.random.default_rng(7)
    for _ in range(300):
        count = int(generator.integers(2, 12))
        starts = np.cumsum(generator.uniform(0.2, 5.0, count))
        lengths = np.minimum(generator.uniform(0.2, 6.0, count), np.append(np.diff(starts), 9.0))
        before = tuple(
            Cue(i + 1, float(s), float(s + n), "x") for i, (s, n) in enumerate(zip(starts, lengths, strict=True))
        )
        place = int(generator.integers(count))
        start = max(0.0, before[place].start + float(generator.uniform(-6, 6)))
        cues = moved(place, start, start + float(generator.uniform(0.2, 5.0)), before)
        fixed = {place, *(int(i) for i in generator.integers(0, count, 2) if (before[i].start < start) == (i < place))}
        fixed = {i for i in fixed if i == place or cues[i].end <= start or cues[i].start >= cues[place].end}
        found = realign_around(before, cues, fixed, generator.uniform(0, 1, count).tolist()).cues
        assert all(found[i] == cues[i] for i in fixed)
        for i in range(count - 1):
            assert found[i].start <= found[i + 1].start + 1e-9
        for i in set(range(count)) - fixed:
            assert found[i].end > found[i].start >= 0.0
            for anchor in fixed:
                room = cues[anchor]
                apart = found[i].end <= room.start + 1e-6 if i < anchor else found[i].start >= room.end - 1e-6
                assert apart or found[i].end - found[i].start <= LEAST_SECONDS + 1e-6


def test_two_voices_at_once_may_stay_so() -> None:
    cues = (Cue(1, 0.0, 5.0, "a"), Cue(2, 3.0, 8.0, "b"), Cue(3, 20.0, 22.0, "c"))
    found = realign_around(cues, moved(2, 19.0, 21.0, cues), {2}, [SURE] * 3)
    assert times(found.cues)[:2] == [(0, 5), (3, 8)]


def test_words_move_with_their_cue() -> None:
    cue = replace(CUES[0], words=(Word("the", 0.0, 1.0, 0.9), Word(" doors", 1.0, 4.0, 0.9)))
    there = moved_cue(cue, 10.0, 12.0)
    assert [(word.start, word.end) for word in there.words] == [(10.0, 10.5), (10.5, 12.0)]
    assert moved_cue(cue, cue.start, cue.end) is cue


def test_nothing_corrected_changes_nothing() -> None:
    assert realign_around(CUES, CUES, (), [UNSURE] * 5).cues == CUES
    assert realign_around((), (), (), ()).cues == ()
    with pytest.raises(ValueError, match="2 confidences"):
        realign_around(CUES, CUES, (), [1.0, 1.0])
