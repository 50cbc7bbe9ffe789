from __future__ import annotations

from dataclasses import replace

import pytest

from mmdemo.errors import InvalidCue, TooManyCues, UnreadableSubtitles
from mmdemo.types import Cue
from mmdemo.ui import cue_table
from mmdemo.ui.cue_table import cues_of, player_subtitles, rows_of, transcript_text
from tests.ui.fakes import CUES, FIRST, SECOND


def test_a_table_that_nobody_touched_gives_the_same_cues() -> None:
    assert cues_of(rows_of(CUES), CUES) == CUES


def test_a_new_text_drops_the_words_and_keeps_the_times() -> None:
    rows = rows_of(CUES)
    rows[0][2] = "Hello in there"
    changed = cues_of(rows, CUES)
    assert changed[0] == replace(FIRST, text="Hello in there", words=())
    assert changed[1:] == CUES[1:]


def test_new_times_move_the_words_along() -> None:
    rows = rows_of(CUES)
    rows[0][:2] = ["10", "0:14"]
    moved = next(cue for cue in cues_of(rows, CUES) if cue.words and cue.words[0].text == "Hello")
    assert (moved.start, moved.end) == (10.0, 14.0)
    assert moved.words[0].start == pytest.approx(10.0)
    assert moved.words[1].start == pytest.approx(11.0)  # 0.5 s after a start of 0.5 s, stretched from 2 s to 4 s
    assert moved.words[-1].end == pytest.approx(14.0)
    assert [word.probability for word in moved.words] == [word.probability for word in FIRST.words]


def test_rows_come_in_the_order_of_time_and_are_numbered() -> None:
    cues = cues_of([["5", "6", "b"], ["1", "2", "a"], ["", "", ""], ["x", "", "  "]])
    assert [(cue.index, cue.text) for cue in cues] == [(1, "a"), (2, "b")]


@pytest.mark.parametrize(
    ("row", "value"),
    [
        (["abc", "2", "text"], "abc"),
        (["1", "", "text"], ""),
        (["3", "2", "text"], "3 – 2"),
        (["2", "2", "text"], "2 – 2"),
        ([None, 5, "text"], ""),
        (["-1", "2", "text"], "-1"),
        (["nan", "2", "text"], "nan"),
    ],
)
def test_a_bad_time_names_its_row(row: list[object], value: str) -> None:
    with pytest.raises(InvalidCue) as caught:
        cues_of([["0", "1", "fine"], row])
    assert caught.value.values["row"] == 2
    assert caught.value.values["value"] == value


@pytest.mark.parametrize("table", [None, "text", {"data": []}, [1, 2], [["1", "2", "a"], "b"]])
def test_what_is_no_table_is_refused(table: object) -> None:
    with pytest.raises(UnreadableSubtitles):
        cues_of(table)


def test_odd_cells_do_no_harm() -> None:
    assert cues_of([[1, 2.5, 7], ["1"], []]) == (Cue(1, 1.0, 2.5, "7"),)


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = cue_table.settings()
    small = replace(settings, limits=replace(settings.limits, subtitle_cues=2))
    monkeypatch.setattr(cue_table, "settings", lambda: small)
    with pytest.raises(TooManyCues):
        cues_of(rows_of(CUES))


def test_the_player_gets_nothing_that_breaks_webvtt() -> None:
    cue = Cue(1, 1.0, 2.0, "one\n\n  \ntwo --> three <b>bold</b> & R&D")
    entries = player_subtitles([cue, Cue(2, 3.0, 3.0, "no length"), Cue(3, 4.0, 5.0, " \n ")])
    assert entries == [{"text": "one\ntwo → three ‹b>bold‹/b> & R&D", "timestamp": [1.0, 2.0]}]


def test_transcript_is_one_line_a_cue() -> None:
    assert transcript_text((FIRST, SECOND)) == "Hello out there\nAT&T <b>bold</b> second line"
