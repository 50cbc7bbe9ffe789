"""Cues are told by their phones: said at a place or not, and where in a whole recording."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmdemo.alignment.cue_places import CuePlace, confidence_of
from mmdemo.alignment.forced_words import GivenWord, given_words, words_by_line
from mmdemo.alignment.phone_places import phones_anywhere, phones_at, phones_exchanged
from mmdemo.types import Cue, Span
from tests.alignment.phone_tracks import clear_track

SAID = (("seven", 30.0), ("dogs", 30.6), ("run", 31.4), ("black", 41.0), ("cats", 41.6), ("sleep", 42.2))
TRACK = clear_track(60.0, *SAID)
CUES = (Cue(1, 5.0, 7.0, "Seven dogs run."), Cue(2, 16.0, 17.8, "Black cats sleep."), Cue(3, 20.0, 22.0, "Cold rain"))


def _lines(cues: tuple[Cue, ...] = CUES) -> dict[int, list[GivenWord]]:
    return words_by_line([cue.text for cue in cues], "en")


def test_a_cue_is_certain_where_it_is_said_and_nowhere_else() -> None:
    places = [CuePlace(0, 0, Span(29.5, 31.5)), CuePlace(0, 1, Span(40.5, 42.5)), CuePlace(1, 0, Span(41.3, 43.1))]
    heard = {one.place: one for one in phones_at(TRACK, CUES, places, _lines())}
    assert confidence_of(heard[places[0]]) > 0.95 and confidence_of(heard[places[2]]) > 0.95
    assert confidence_of(heard[places[1]]) < 0.05
    assert heard[places[0]].start == pytest.approx(30.0, abs=0.03) and heard[places[0]].words == 3
    assert heard[places[2]].start == pytest.approx(41.0, abs=0.03)
    assert heard[places[0]].likelihood > heard[places[1]].likelihood + 1.5


def test_where_nothing_was_encoded_nothing_is_heard() -> None:
    known = np.ones(6000, np.bool_)
    known[2700:3500] = False
    places = [CuePlace(0, 0, Span(29.5, 31.5)), CuePlace(0, 1, Span(40.5, 42.5)), CuePlace(0, 2, Span(90.0, 92.0))]
    assert [one.place for one in phones_at(replace(TRACK, known=known), CUES, places, _lines())] == [places[1]]
    assert phones_at(TRACK, CUES, [CuePlace(2, 0, Span(1.0, 3.0))], {}) == (), "no words"


def test_cues_are_found_anywhere_and_doubted_where_nobody_says_them() -> None:
    first, second, third = phones_anywhere(TRACK, CUES, _lines())
    assert first.start == pytest.approx(30.0, abs=0.03) and first.end == pytest.approx(32.0, abs=0.03)
    assert second.start == pytest.approx(41.0, abs=0.03)
    assert min(first.confidence, second.confidence) > 0.9 and third.confidence < 0.2
    assert phones_anywhere(TRACK, CUES[:1], {})[0].confidence == 0.0


def test_what_is_said_twice_is_not_sure() -> None:
    twice = clear_track(60.0, *SAID, ("seven", 50.0), ("dogs", 50.6), ("run", 51.4))
    (once,), (found,) = (phones_anywhere(track, CUES[:1], _lines()) for track in (TRACK, twice))
    assert found.confidence < once.confidence - 0.05


def test_neighbours_gain_in_each_others_place_only_where_they_were_exchanged() -> None:
    track = clear_track(
        20.0, ("seven", 3.0), ("dogs", 3.6), ("cold", 6.0), ("rain", 6.5), ("black", 9.0), ("cats", 9.6)
    )
    spans = [Span(2.9, 4.2), Span(5.9, 7.0), Span(8.9, 10.2)]
    right = [given_words([text], "en") for text in ("Seven dogs", "Cold rain", "Black cats")]
    assert max(phones_exchanged(track, right, spans, [0, 1])) < -4.0
    exchanged = [right[1], right[0], right[2]]
    first, second = phones_exchanged(track, exchanged, spans, [0, 1])
    assert first > 4.0 > second
    assert phones_exchanged(track, right, spans, []) == []
