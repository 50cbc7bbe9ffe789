"""Levels, runs, the speech clock, and pauses given to word boundaries."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mmdemo.alignment import pauses
from mmdemo.alignment.pause_levels import BANDS, FRAME_SECONDS, NOTHING_DB, frame_levels, window_presence, window_voice
from mmdemo.alignment.pause_runs import Run, SpeechClock, find_runs, loud_frames
from mmdemo.alignment.pauses import RoughWord, assign_pauses
from mmdemo.types import SAMPLE_RATE, AudioWindow, EncodedWindow, Float32Array, Piece


def _tone(seconds: float, hertz: float, level: float = 0.3) -> Float32Array:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def test_levels_do_not_depend_on_how_the_sound_arrives() -> None:
    sound = np.random.default_rng(0).normal(size=int(61.237 * SAMPLE_RATE)).astype(np.float32) * 0.1
    whole = frame_levels([sound])
    assert whole.shape == (6124, BANDS)
    parts = frame_levels(np.array_split(sound, [7, 100, 30 * SAMPLE_RATE + 1, 50 * SAMPLE_RATE]))
    np.testing.assert_allclose(parts, whole, atol=1e-3)


@pytest.mark.parametrize(("hertz", "band"), [(200, 0), (1000, 1), (2500, 2), (6000, 3)])
def test_a_tone_stands_in_its_band_and_silence_in_none(hertz: float, band: int) -> None:
    sound = np.concatenate([np.zeros(SAMPLE_RATE, np.float32), _tone(1.0, hertz)])
    levels = frame_levels([sound])
    assert np.all(levels[:95] == NOTHING_DB)
    assert np.all(levels[105:195].argmax(axis=1) == band)
    assert levels[150, band] == pytest.approx(20 * np.log10(0.3 / np.sqrt(2)), abs=1.5)


def test_no_sound_has_no_levels() -> None:
    assert frame_levels([]).shape == (0, BANDS)


def test_voice_is_spread_over_the_media_and_left_out_silence_has_none() -> None:
    window = AudioWindow(1.0, 4.0, 0, 50, (Piece(0, 25, 1.0), Piece(25, 25, 3.5)))
    encoded = EncodedWindow(
        window, np.zeros((50, 4), np.float32), np.zeros((1, 4), np.float32), np.full(50, 0.9, np.float32)
    )
    first, voice = window_voice(encoded)
    assert first == 100 and len(voice) == 300
    np.testing.assert_array_equal(voice > 0.5, window_presence(encoded))
    np.testing.assert_array_equal(np.flatnonzero(voice < 0.5), np.arange(50, 250))


def _levels(pattern: str, loud: float = -20.0, quiet: float = -60.0) -> Float32Array:
    """Write “#” for 100 ms of sound, “.” for quiet, “+” for something faint."""
    values = {"#": loud, ".": quiet, "+": quiet + 5.0}
    return np.repeat([[values[sign]] * BANDS for sign in pattern], 10, axis=0).astype(np.float32)


def _spans(runs: tuple[Run, ...]) -> list[tuple[int, int]]:
    return [(run.first, run.behind) for run in runs]


def test_runs_lie_between_pauses_and_short_gaps_are_closed() -> None:
    levels = _levels("..###..##.##...")  # the gap of 100 ms is the closure of a plosive
    runs, clock = find_runs(levels, np.ones(len(levels), np.float32))
    assert _spans(runs) == [(20, 50), (70, 120)]
    assert clock.total == pytest.approx(0.8)
    np.testing.assert_allclose(clock.at(np.array([20.0, 55.0, 70.0])), [0.0, 0.3, 0.3], atol=1e-6)


def test_quiet_at_the_edge_of_a_window_is_no_gap() -> None:
    levels = _levels(".####.")
    runs, _ = find_runs(levels, np.ones(len(levels), np.float32))
    assert _spans(runs) == [(10, 50)]


def test_a_faint_beginning_belongs_to_its_word() -> None:
    levels = _levels("....+###......+....", quiet=-40.0)
    runs, _ = find_runs(levels, np.ones(len(levels), np.float32))
    assert runs[0].first == pytest.approx(40, abs=1)
    assert len(runs) == 1, "faint sound by itself is no word"


def test_in_steady_sound_the_voice_makes_the_runs() -> None:
    levels = np.full((300, BANDS), -20.0, np.float32)
    voice = np.zeros(300, np.float32)
    voice[100:200] = 0.9
    runs, clock = find_runs(levels, voice)
    assert _spans(runs) == [(0, 97), (97, 200), (200, 300)]
    assert [run.voice > 0.5 for run in runs] == [False, True, False]
    assert clock.total == pytest.approx(1.03 + 0.08 * 1.97)


def test_all_quiet_is_one_run_and_nothing_is_none() -> None:
    runs, clock = find_runs(_levels("....") - 30.0, np.zeros(40, np.float32))
    assert _spans(runs) == [(0, 40)]
    assert clock.total == pytest.approx(0.4) or clock.total == pytest.approx(0.4 * 0.08)
    assert loud_frames(np.zeros((0, BANDS), np.float32)).shape == (0,)


def _clock(runs: list[Run], frames: int) -> SpeechClock:
    spoken = np.zeros(frames)
    for run in runs:
        spoken[run.first : run.behind] = FRAME_SECONDS
    return SpeechClock(np.concatenate([[0.0], np.cumsum(spoken)]).astype(np.float32))


def _word(start: float, end: float, expected: float = 0.4, line: bool = False, sentence: bool = False) -> RoughWord:
    return RoughWord(start, end, expected, line, sentence)


def test_a_pause_goes_between_words_though_attention_gave_it_to_the_second() -> None:
    runs = [Run(0, 40, 1.0), Run(200, 240, 1.0)]
    placed = assign_pauses([_word(0.0, 0.4), _word(0.4, 2.4)], runs, _clock(runs, 250))
    assert [(word.first, word.behind) for word in placed] == [(0, 40), (200, 240)]


def test_the_end_of_a_line_draws_the_pause() -> None:
    runs = [Run(0, 80, 1.0), Run(180, 300, 1.0)]
    clock = _clock(runs, 300)

    def split(line: bool) -> int:
        words = [_word(0, 0.6, 0.3), _word(0.6, 0.95, 0.5, line=line), _word(0.95, 2.2, 0.4), _word(2.2, 3.0, 0.4)]
        words[2:2] = [_word(0.75, 0.95, 0.15)]
        words[1] = _word(0.6, 0.75, 0.3, line=line)
        return sum(word.first < 80 for word in assign_pauses(words, runs, clock))

    assert split(line=True) == 2
    assert split(line=False) == 3


def test_a_cough_takes_no_word() -> None:
    runs = [Run(0, 100, 1.0), Run(150, 170, 0.05), Run(220, 300, 1.0)]
    words = [_word(0, 0.5, 0.5), _word(0.5, 1.0, 0.5, line=True), _word(1.0, 2.6, 0.4), _word(2.6, 3.0, 0.4)]
    placed = assign_pauses(words, runs, _clock(runs, 300))
    assert [word.first for word in placed[:3]] == [0, pytest.approx(50, abs=15), 220]
    assert all(not 100 < word.first < 220 for word in placed)


def test_what_the_pauses_show_moves_the_boundaries_between_them() -> None:
    """Attention is 0.15 s early at every pause, so it is early in the last run too, where two words touch."""
    runs = [Run(100 * i, 100 * i + 40, 1.0) for i in range(5)] + [Run(500, 580, 1.0)]
    words = [_word(100 * i / 100 - 0.75 if i else 0.0, i + 0.25, 0.4) for i in range(5)]
    words += [_word(4.25, 5.25, 0.4), _word(5.25, 5.8, 0.4)]
    placed = assign_pauses(words, runs, _clock(runs, 600))
    assert [word.first for word in placed[:6]] == [0, 100, 200, 300, 400, 500]
    assert placed[6].first == pytest.approx(540, abs=8)


def test_the_split_is_the_cheapest_of_all() -> None:
    """Brute force: no other monotone split of the words over the runs costs less."""
    generator = np.random.default_rng(1)
    for _ in range(20):
        edges = np.sort(generator.choice(400, 6, replace=False))
        runs = [Run(int(a), int(b), float(generator.uniform(0.05, 1.0))) for a, b in edges.reshape(3, 2)]
        times = np.sort(generator.uniform(0, 4, 5))
        words = [_word(float(a), float(b), 0.3, bool(generator.integers(2))) for a, b in itertools.pairwise(times)]
        clock = _clock(runs, 400)
        boundaries = pauses._boundaries(words, clock)
        found = pauses._words_before_runs(words, runs, clock, boundaries)
        costs = {
            split: _cost(words, runs, clock, boundaries, split)
            for split in itertools.product(range(5), repeat=2)
            if split[0] <= split[1]
        }
        best = min(costs.values())
        assert costs[found[1], found[2]] == pytest.approx(best)


def _cost(
    words: list[RoughWord], runs: list[Run], clock: SpeechClock, boundaries: np.ndarray, split: tuple[int, ...]
) -> float:
    expected = np.concatenate([[0.0], np.cumsum([word.expected for word in words])])
    total = 0.0
    for number, (run, first, last) in enumerate(zip(runs, (0, *split), (*split, len(words)), strict=True)):
        if first == last:
            empty = (pauses.EMPTY_COST + pauses.EMPTY_COST_A_SECOND * run.seconds) * run.voice
            total += min(empty, pauses.MOST_EMPTY_COST)
            continue
        silence = pauses._silence_behind(runs, number)
        total += pauses._start_costs(boundaries, float(clock.elapsed[run.first]))[first]
        total += pauses._end_costs(words, boundaries, float(clock.elapsed[run.behind]), silence)[last]
        total += pauses._length_costs(run, expected)[first, last]
        total += pauses.UNPAUSED_LINE_COST * sum(word.ends_line for word in words[first : last - 1])
        total += pauses._misplaced(words, run)[first, last]
    return float(total)


def test_words_never_overlap_and_never_leave_their_runs() -> None:
    generator = np.random.default_rng(2)
    for _ in range(30):
        edges = np.sort(generator.choice(1000, 8, replace=False))
        runs = [Run(int(a), int(b), float(generator.uniform(0.05, 1.0))) for a, b in edges.reshape(4, 2)]
        times = np.sort(generator.uniform(0, 10, 13))
        words = [_word(float(a), float(b), float(generator.uniform(0.1, 0.6))) for a, b in itertools.pairwise(times)]
        placed = assign_pauses(words, runs, _clock(runs, 1000))
        assert len(placed) == len(words)
        for word, following in itertools.pairwise(placed):
            assert word.first < word.behind <= following.first + 1e-9
        for word in placed:
            assert any(run.first - 1e-9 <= word.first and word.behind <= run.behind + 1e-9 for run in runs)


def test_no_words_have_no_places() -> None:
    assert assign_pauses([], [Run(0, 10, 1.0)], _clock([Run(0, 10, 1.0)], 10)) == ()
