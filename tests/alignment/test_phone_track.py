"""Words are found in many stretches of a recording at once, each as if it were the only one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmdemo.alignment.forced_words import given_words
from mmdemo.alignment.phone_track import best_paths
from mmdemo.alignment.phone_words import best_path, chain_of_words
from mmdemo.types import Span
from tests.alignment.phone_tracks import clear_track

TRACK = clear_track(12.0, ("seven", 3.0), ("dogs", 3.6), ("run", 4.4), ("cat", 8.0))
WORDS = given_words(["Seven dogs run."], "en")


def test_many_paths_at_once_are_those_of_one_after_the_other() -> None:
    chain = chain_of_words(["either", "a", "tomato", "or"], "en", 2)  # two ways to say three of them
    assert chain is not None and chain.before.shape[1] > 2
    emitted = np.random.default_rng(0).normal(size=(7, 90, len(chain.phones))).astype(np.float32)
    together = best_paths(emitted, chain)
    for found, alone in zip(together, emitted, strict=True):
        path = best_path(alone, chain)
        assert found is not None and path is not None
        assert found.tolist() == path.tolist()
    assert best_paths(emitted[:, :5], chain) == [None] * 7, "too few frames for so many phones"
    assert best_paths(emitted[:, :0], chain) == [None] * 7
    assert best_paths(emitted[:0], chain) == []


def test_words_are_found_where_they_are_said_and_fit_nowhere_else() -> None:
    there, astray, beyond = TRACK.find(WORDS, [Span(2.0, 7.0), Span(6.0, 11.0), Span(-4.0, 1.0)])
    assert there is not None and astray is not None and beyond is not None
    assert [span.start for span in there.spans] == pytest.approx([3.0, 3.6, 4.4], abs=0.03)
    assert there.spans[-1].end == pytest.approx(4.64, abs=0.03)
    assert there.fit == pytest.approx(0.0, abs=1e-3)
    assert max(astray.fit, beyond.fit) < -1.5


def test_a_stretch_may_reach_beyond_the_recording() -> None:
    (found,) = clear_track(2.0, ("cat", 1.7)).find(given_words(["cat"], "en"), [Span(1.0, 6.0)])
    assert found is not None and found.spans[0].start == pytest.approx(1.7, abs=0.03) and found.fit > -0.1


def test_what_cannot_be_read_or_does_not_fit_in_is_not_found() -> None:
    assert TRACK.find(given_words(["ที่นี่"], "en"), [Span(0.0, 5.0)]) == [None]
    assert TRACK.find(WORDS, [Span(0.0, 0.2)]) == [None]
    assert TRACK.find((), [Span(0.0, 5.0)]) == [None]
    assert TRACK.find(WORDS, []) == []


def test_only_what_was_encoded_is_known() -> None:
    known = np.ones(1200, np.bool_)
    known[300:400] = False
    track = replace(TRACK, known=known)
    assert track.known_share(Span(3.0, 4.0)) == 0.0 and track.known_share(Span(2.0, 4.0)) == 0.5
    assert track.known_share(Span(11.0, 13.0)) == 0.5, "behind the end nothing is"
    assert track.duration == 12.0
