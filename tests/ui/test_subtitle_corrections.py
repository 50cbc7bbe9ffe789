"""Corrections on the tab: typed or moved, with neighbours that follow, and taken back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from mmdemo.errors import InvalidCue
from mmdemo.types import Cue, Word
from mmdemo.ui.cue_table import rows_of, typed_cues
from mmdemo.ui.i18n import CHINESE
from mmdemo.ui.subtitle_alignment import SubtitlesTab
from mmdemo.ui.subtitle_corrections import corrected_view, heard_words, moved_row, moved_view, undone_view
from mmdemo.ui.subtitle_view import SubtitleView, start_text, transcript_html
from tests.ui.fakes import CUES, FakePipeline
from tests.ui.test_alignment_inputs import SRT
from tests.ui.test_subtitle_alignment import Page

ALIGNED = tuple(Cue(n + 1, 10.0 * n, 10.0 * n + 4.0004, f"line {n}") for n in range(4))
VIEW = SubtitleView("done", mode="resync", outcome="aligned", cues=ALIGNED, confidence=(0.9, 0.1, 0.1, 0.9))


@pytest.fixture
def page(tab: SubtitlesTab) -> Page:
    return Page(tab)


def typed(view: SubtitleView, row: int, column: int, value: str) -> tuple[Cue, ...]:
    rows = rows_of(view.cues)
    rows[row][column] = value
    return typed_cues(rows, view.cues)


def starts(view: SubtitleView) -> list[float]:
    return [round(cue.start, 3) for cue in view.cues]


def test_a_moved_cue_takes_unsure_neighbours_along() -> None:
    view = moved_view(VIEW, 1, 8.0, 12.0, realign=True)
    assert starts(view)[0] == 0.0 and starts(view)[1] == 8.0 and starts(view)[3] == 30.0
    assert 18.0 < starts(view)[2] < 20.0, "it follows by its share of the way to the next sure one"
    assert view.corrected == {1} and view.confidence == (0.9, 1.0, 0.1, 0.9)
    assert starts(moved_view(VIEW, 1, 8.0, 12.0, realign=False)) == [0.0, 8.0, 20.0, 30.0]


def test_a_time_that_was_not_typed_keeps_what_the_table_does_not_show() -> None:
    view = corrected_view(VIEW, typed(VIEW, 1, 0, "0:08"), realign=True)
    assert (view.cues[1].start, view.cues[1].end) == (8.0, ALIGNED[1].end)
    assert starts(view) == [0.0, 8.0, 20.0, 30.0], "behind the cue its end counts, which did not move"


def test_a_typed_text_moves_nothing() -> None:
    view = corrected_view(VIEW, typed(VIEW, 1, 2, "other"), realign=True)
    assert starts(view) == starts(VIEW) and view.corrected == frozenset() and view.confidence[1] == 1.0


def test_corrected_cues_hold_when_others_are_corrected() -> None:
    first = corrected_view(VIEW, typed(VIEW, 2, 0, "0:19"), realign=True)
    second = moved_view(first, 1, 15.0, 18.5, realign=True)
    assert starts(second)[1:3] == [15.0, 19.0] and second.corrected == {1, 2}


def test_rows_that_change_places_or_number_are_followed() -> None:
    moved = moved_view(replace(VIEW, confidence=(0.9,) * 4), 0, 50.0, 54.0, realign=False)
    assert [cue.text for cue in moved.cues] == ["line 1", "line 2", "line 3", "line 0"]
    assert moved.corrected == {3} and [cue.index for cue in moved.cues] == [1, 2, 3, 4]
    shorter = corrected_view(moved, moved.cues[1:], realign=True)
    assert shorter.corrected == {2} and len(shorter.confidence) == 3
    longer = corrected_view(shorter, (*shorter.cues, Cue(9, 1.0, 2.0, "new")), realign=True)
    assert longer.corrected == {0, 3} and longer.confidence[0] == 1.0


def test_words_stay_where_they_are_heard_when_an_edge_is_moved() -> None:
    words = (Word("a", 10.0, 11.0, 0.9), Word(" b", 12.0, 14.0, 0.9))
    view = replace(VIEW, cues=(replace(ALIGNED[1], start=10.0, end=14.0, words=words),), confidence=(0.9,))
    edge = moved_view(view, 0, 10.5, 14.0, realign=True).cues[0].words
    assert [(word.start, word.end) for word in edge] == [(10.5, 11.0), (12.0, 14.0)]
    whole = moved_view(view, 0, 11.0, 15.0, realign=True).cues[0].words
    assert [(word.start, word.end) for word in whole] == [(11.0, 12.0), (13.0, 15.0)]
    assert heard_words(view) == words and heard_words(replace(view, confidence=(0.1,))) == ()


def test_the_times_of_a_transcription_are_sure_whatever_its_words() -> None:
    view = replace(VIEW, mode="transcribe", outcome=None)
    assert starts(moved_view(view, 0, 1.0, 5.0, realign=True)) == [1.0, 10.0, 20.0, 30.0]
    assert "? check the words" in transcript_html(view, "en") and "请核对文字" in transcript_html(view, CHINESE)


@pytest.mark.parametrize("times", [(3.0, 2.0), (-1.0, 2.0), (1.0, float("nan")), (1.0, float("inf"))])
def test_times_that_make_no_sense_are_refused(times: tuple[float, float]) -> None:
    with pytest.raises(InvalidCue):
        moved_view(VIEW, 0, *times, realign=True)


@pytest.mark.parametrize(
    ("index", "value"),
    [(0, [1.0, 2.0, 5.0, 9.0]), (7, [1, 2, 0, 4]), (-1, [1, 2, 30, 34.0004]), ("x", []), (0, None), (0, "abcd")],
)
def test_a_page_that_shows_other_cues_changes_nothing(index: object, value: object) -> None:
    assert moved_row(SimpleNamespace(index=index, value=value), VIEW) is None  # type: ignore[arg-type]


def test_undoing_keeps_what_changed_otherwise() -> None:
    changed = replace(moved_view(VIEW, 0, 1.0, 5.0, realign=True), player_path=Path("copy.mp4"))
    back = undone_view(changed, VIEW)
    assert back == replace(VIEW, player_path=Path("copy.mp4"))


def drag(page: Page, row: int, *times: float) -> None:
    event: Any = SimpleNamespace(index=row, value=list(times))
    page.play(page.tab.move(page.session, page.state, True, event))


def begin(page: Page, clip: Path, pasted: str) -> None:
    page.apply(page.tab.look(page.session, page.state, str(clip), None, pasted))
    page.apply(page.tab.start(page.session, page.state, str(clip), "auto", None, pasted))
    page.run()


def test_a_drag_reaches_everything_and_is_undone(page: Page, clip: Path) -> None:
    begin(page, clip, SRT)
    parts = page.tab.parts
    assert page.of(parts.start) == "Put the times right" and page.of(parts.undo, "interactive") is False
    drag(page, 0, 2.0, 3.5, 1.0, 3.0)
    assert page.rows()[0][:2] == ["00:00:02.000", "00:00:03.500"]
    assert "00:00:02,000 --> 00:00:03,500" in page.files["srt"]
    assert page.of(parts.video, "subtitles")[0]["timestamp"] == [2.0, 3.5]
    assert "[2.0, 3.5, &quot;Hello out there&quot;, 0, 1]" in page.of(parts.timeline)
    assert page.of(parts.undo, "interactive") is True
    page.session.language = CHINESE
    page.play(page.tab.undo(page.session, page.state))
    assert page.rows()[0][:2] == ["00:00:01.000", "00:00:03.000"] and "00:00:01,000" in page.files["srt"]
    assert page.of(parts.undo, "interactive") is False and "已撤销" in page.of(parts.note)
    page.play(page.tab.undo(page.session, page.state))
    assert page.rows()[0][0] == "00:00:01.000"


def test_a_neighbour_that_followed_is_counted_and_shown_in_the_table(page: Page, clip: Path) -> None:
    begin(page, clip, SRT)
    rows = page.rows()
    rows[0][:2] = ["0:02", "0:04.5"]
    page.play(page.tab.edit(page.session, page.state, rows, True))
    assert page.rows()[1][0] != "00:00:04.000" and "Neighbours that followed: 1." in page.of(page.tab.parts.note)


def test_a_strange_drag_is_a_sentence_or_nothing(page: Page, clip: Path) -> None:
    begin(page, clip, SRT)
    with pytest.raises(gr.Error, match="ends before it starts"):
        drag(page, 0, 5.0, 4.0, 1.0, 3.0)
    drag(page, 0, 5.0, 7.0, 99.0, 100.0)
    assert page.rows()[0][0] == "00:00:01.000"


def test_the_sound_is_drawn_behind_the_work(page: Page, fake: FakePipeline, clip: Path) -> None:
    page.start(str(clip))
    page.run()
    assert 'data-peaks=""' in page.of(page.tab.parts.sound)
    page.play(page.tab.draw_sound(page.session, page.state))
    waveform = page.state.view.waveform
    assert len(waveform) == 1600 and (waveform[0], waveform[-1]) == (64, 255)
    assert 'data-peaks="QEBA' in page.of(page.tab.parts.sound)
    assert page.state.view.cues == CUES


@pytest.mark.parametrize(("language", "said"), [("en", "Make subtitles"), (CHINESE, "生成字幕")])
def test_the_button_says_what_it_would_do(language: str, said: str) -> None:
    assert start_text(None, language) == said
