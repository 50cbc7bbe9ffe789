"""Times in a clip, by its pictures or by what is said, whichever is surer."""

from __future__ import annotations

from mmdemo.tasks.qa_sound import SpokenMoment
from mmdemo.tasks.video_answer_frames import Sighting
from mmdemo.tasks.video_answer_times import answer_time
from mmdemo.types import Span

SEEN = (Sighting(Span(12.0, 18.0), 3, 0.8), Sighting(Span(40.0, 44.5), 9, 0.6))
SAID = SpokenMoment(Span(65.2, 68.0), "Here comes the dog.", 0.9)


def test_pictures_win_when_they_are_surer() -> None:
    answer = answer_time(SEEN, [SpokenMoment(SAID.span, SAID.text, 0.3)], "en", 2)
    assert answer.text == "At 0:12–0:18 and 0:40–0:44." and answer.sure and answer.probability == 0.8
    assert [piece.kind for piece in answer.evidence] == ["frame", "frame", "passage"]
    assert {piece.media for piece in answer.evidence} == {2}


def test_speech_wins_when_it_is_surer() -> None:
    answer = answer_time(SEEN, [SAID], "zh", 0)
    assert answer.text == "在 1:05–1:08。" and answer.evidence[0].kind == "passage"
    assert answer.evidence[0].text == "Here comes the dog."


def test_weak_evidence_is_called_so() -> None:
    weak = [Sighting(Span(3.0, 4.0), 1, 0.3)]
    answer = answer_time(weak, [], "en", 0)
    assert not answer.sure and answer.text == "Not sure; perhaps at 0:03–0:04." and answer.guesses
    answer = answer_time([Sighting(Span(3.0, 4.0), 1, 0.05)], [], "en", 0)
    assert not answer.sure and "nothing like that" in answer.text and not answer.guesses
    assert not answer_time([], [], "zh", 0).sure


def test_only_sure_stretches_are_named_and_in_order() -> None:
    seen = [Sighting(Span(40.0, 44.0), 9, 0.9), Sighting(Span(12.0, 18.0), 3, 0.7), Sighting(Span(60.0, 61.0), 20, 0.2)]
    assert answer_time(seen, [], "en", 0).text == "At 0:12–0:18 and 0:40–0:44."
