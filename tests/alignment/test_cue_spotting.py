"""Cues found by where their text fits better than elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.alignment.cue_scores import CueScorer, cue_times
from mmdemo.alignment.cue_spotting import MOST_BYTES, ForcedWord, spotted_cues, text_parts
from mmdemo.alignment.forced_words import GivenWord, given_words
from mmdemo.alignment.heard_cues import HeardCue
from mmdemo.alignment.mask_correlation import correlate_mask
from mmdemo.alignment.spot_scores import SpotScorer
from mmdemo.types import Cue, Span
from tests.alignment.spoken_scenes import mask_of, moved, scene

TEXTS = ("one two three four", "five six seven eight")
CUES = tuple(Cue(i, 100.0 * i, 100.0 * i + 4.0, text) for i, text in enumerate(TEXTS))
WORDS = given_words(TEXTS, "en")
LINES = scene(24, seed=4)
MASK = mask_of(LINES)


def _window(begin: float, spoken: int, likely: float = 0.5, early: float = 0.0) -> list[ForcedWord]:
    """All words as a window places them in which one line is said, its first word too early."""
    at = {spoken: begin}
    placed = []
    for i, word in enumerate(WORDS):
        start = at.get(word.line, begin) + (i % 4) * (1.0 if word.line == spoken else 0.0)
        start -= early if i % 4 == 0 else 0.0
        placed.append(ForcedWord(word, Span(start, start + 0.5), likely if word.line == spoken else 0.02))
    return placed


def test_a_cue_is_said_where_its_words_are_likelier_than_elsewhere() -> None:
    heard = spotted_cues(CUES, [_window(10.0, 1, early=5.0), _window(40.0, 0, early=5.0)])
    assert [spot.start for spot in heard] == pytest.approx([40.0, 10.0], abs=0.2)
    assert all(spot.confidence > 0.9 and spot.end - spot.start == pytest.approx(4.0) for spot in heard)


def test_what_fits_all_windows_alike_or_nowhere_evenly_is_not_heard() -> None:
    alike = [_window(10.0, 0, likely=0.02), _window(40.0, 0, likely=0.02)]
    assert all(spot.confidence == 0.0 for spot in spotted_cues(CUES, alike))
    astray = [ForcedWord(f.word, Span(10.0 + 9.0 * (i % 2), 20.0), 0.9) for i, f in enumerate(_window(0.0, 0))]
    assert spotted_cues(CUES, [astray, _window(40.0, 1, 0.02)])[0].confidence == 0.0
    assert spotted_cues(CUES, [_window(10.0, 0)])[0].confidence == 0.0  # nothing to compare with


def test_a_text_is_parted_between_lines_and_nothing_is_lost() -> None:
    words = [GivenWord(line, " word", 4.0, ("word",)) for line in range(60) for _ in range(7)]
    parts = list(text_parts(words))
    assert [word for part in parts for word in part] == words and len(parts) == 3
    assert all(sum(len(word.text) for word in part) <= MOST_BYTES for part in parts)
    assert all(a[-1].line < b[0].line for a, b in zip(parts, parts[1:], strict=False))
    long = [GivenWord(0, " word", 4.0, ("word",))] * 400
    assert [len(part) for part in text_parts(long)] == [400] and list(text_parts([])) == []


def test_a_heard_cue_scores_where_it_was_heard() -> None:
    times = cue_times(np.array([2.0, 5.0]), np.array([4.0, 6.0]))
    base = CueScorer(MASK.speech, 2_000)
    scorer = SpotScorer(base, [HeardCue(9.0, 11.0, 0.5), HeardCue(0.0, 0.0, 0.0)], 3.0)
    own = scorer.scores(times, 0, 0, 1_000, 1) - base.scores(times, 0, 0, 1_000, 1)
    assert own.argmax() == 700 and own.max() == pytest.approx(1.5, abs=0.01)
    assert np.array_equal(scorer.scores(times, 1, 0, 9, 1), base.scores(times, 1, 0, 9, 1))
    assert np.array_equal(scorer.permuted([1, 0]).scores(times, 0, 0, 9, 1), base.scores(times, 0, 0, 9, 1))


def test_a_few_heard_cues_show_a_cut_that_voice_activity_alone_does_not() -> None:
    errors = np.random.default_rng(2).uniform(-0.6, 0.6, 12).tolist()
    cut = moved(LINES[:4], offset=2.0) + moved(LINES[4:12], offset=12.0)
    cues = [Span(cue.start + e, cue.end + e) for cue, e in zip(cut, errors, strict=True)]
    heard = [HeardCue(line.start, line.end, 0.9 if i % 2 else 0.0) for i, line in enumerate(LINES[:12])]
    fit = correlate_mask(cues, MASK, heard=heard)
    assert fit.decision == "aligned" and len(fit.time_map.pieces) >= 2
    at = fit.time_map.apply(np.array([cue.start for cue in cues]))
    assert np.abs(at - [line.start for line in LINES[:12]]).max() < 0.9


def test_cues_heard_in_any_order_do_not_persuade() -> None:
    random = np.random.default_rng(3)
    strangers = [Span(4.0 * i, 4.0 * i + float(random.uniform(1.0, 3.0))) for i in range(12)]
    places = random.permutation(12)
    heard = [HeardCue(LINES[i].start, LINES[i].end, 0.5 if i < 5 else 0.0) for i in places]
    assert correlate_mask(strangers, MASK, heard=heard).decision == "undecided"
