"""Words put on frames of phones: the likeliest path against every other one, ways to say a word, silence, misfits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mmdemo.alignment.phone_words import LEAST_FRAMES, PhoneAligner, best_path, chain_of
from mmdemo.backbone.spoken_phones import PHONES, SILENCE

FRAMES, UNLIKELY = 60, -7.0


def _said(*stretches: tuple[str, int, int]) -> np.ndarray:
    """Return likelihoods of frames in which these phones are sure, and silence elsewhere."""
    found = np.full((FRAMES, len(PHONES)), UNLIKELY, np.float32)
    found[:, SILENCE] = 0.0
    for phone, first, behind in stretches:
        found[first:behind] = UNLIKELY
        found[first:behind, PHONES.index(phone)] = 0.0
    return found


def test_words_lie_where_their_phones_are() -> None:
    heard = _said(("K", 10, 14), ("AE", 14, 22), ("T", 22, 27), ("D", 40, 44), ("AO", 44, 50), ("G", 50, 55))
    spans = PhoneAligner(heard, "en").align(0, FRAMES, ["cat", "dog"])
    assert [(round(100 * span.start), round(100 * span.end)) for span in spans] == [(10, 27), (40, 55)]
    later = PhoneAligner(heard, "en").align(5, FRAMES, ["cat", "dog"])
    assert [span.start for span in later] == pytest.approx([0.05, 0.35]), "counted from the first frame of the stretch"


def test_the_way_that_a_word_is_said_is_found() -> None:
    for vowel in ("EH", "IY"):
        heard = _said(("R", 10, 15), (vowel, 15, 25), ("D", 25, 30))
        (span,) = PhoneAligner(heard, "en").align(0, FRAMES, ["read"])
        assert (round(100 * span.start), round(100 * span.end)) == (10, 30)


def test_what_cannot_be_read_or_does_not_fit_gives_nothing() -> None:
    aligner = PhoneAligner(_said(), "en")
    assert aligner.align(0, FRAMES, []) == ()
    assert aligner.align(0, FRAMES, ["cat", "你"]) == ()
    assert aligner.align(0, 3 * LEAST_FRAMES - 1, ["cat"]) == ()
    assert len(aligner.align(0, 3 * LEAST_FRAMES, ["cat"])) == 1
    assert aligner.align(7, 7, ["cat"]) == ()


def test_frames_that_are_not_encoded_are_silent() -> None:
    heard = _said(("K", 10, 14), ("AE", 14, 22), ("T", 22, 27))
    heard[30:] = -np.inf
    heard[30:, SILENCE] = 0.0
    (span,) = PhoneAligner(heard, "en").align(0, FRAMES, ["cat"])
    assert round(100 * span.end) == 27


def test_the_path_is_the_likeliest_of_all() -> None:
    random = np.random.default_rng(0)
    spoken = [[["B", "AA"], ["D"]], [["K"]]]
    for _ in range(20):
        heard = random.normal(size=(6, len(PHONES))).astype(np.float32)
        chain = chain_of(spoken, 1)
        path = best_path(heard[:, chain.phones], chain)
        assert path is not None
        found = float(heard[np.arange(6), chain.phones[path]].sum())
        assert found == pytest.approx(max(_scores(heard)), abs=1e-4)


def _scores(heard: np.ndarray) -> list[float]:
    """Score every way to fill six frames with (B AA | D) K and silence around."""
    scores = []
    for way in (["B", "AA"], ["D"]):
        for gaps in itertools.product((False, True), repeat=3):
            names = [*["SIL"][: gaps[0]], *way, *["SIL"][: gaps[1]], "K", *["SIL"][: gaps[2]]]
            for cuts in itertools.combinations(range(1, 6), len(names) - 1):
                edges = [0, *cuts, 6]
                scores.append(
                    sum(
                        float(heard[a:b, PHONES.index(name)].sum())
                        for name, a, b in zip(names, edges[:-1], edges[1:], strict=True)
                    )
                )
    return scores


def test_words_are_spotted_among_others_and_gain_by_that_what_they_lose_where_they_were_expected() -> None:
    heard = _said(
        ("M", 2, 6), ("AA", 6, 10), ("K", 10, 14), ("AE", 14, 22), ("T", 22, 27), ("S", 27, 33), ("IY", 33, 40)
    )
    aligner = PhoneAligner(heard, "en")
    near, far = aligner.spot(["cat"], (8, 13)), aligner.spot(["cat"], (40, 45))
    assert near is not None and far is not None
    assert near.start == far.start == pytest.approx(0.1)
    assert near.gain == pytest.approx(0.0, abs=1e-3) and far.gain > 30.0
    assert near.fit == 0.0
    assert aligner.spot(["你"], (0, 1)) is None and aligner.spot([], (0, 1)) is None
    assert PhoneAligner(heard[:5], "en").spot(["cat"], (0, 1)) is None
