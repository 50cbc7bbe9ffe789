from __future__ import annotations

import copy
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mmdemo.backbone.observed import Observation
from mmdemo.text import text_of
from mmdemo.types import AudioFile, Encoding, Image, ImageFile, VideoFile
from mmdemo.ui import activity
from mmdemo.ui.activity import MOST_EVENTS, MOST_ITEMS, Ledger, Ledgers, Totals, Witness
from mmdemo.ui.activity_costs import FirstCosts
from mmdemo.ui.activity_view import (
    ago_text,
    contents_html,
    events_html,
    reuse_line_html,
    seconds_text,
    totals_html,
)
from mmdemo.ui.common import Session

SOUND = AudioFile(Path("clip.mp4"), 3.0, "/tmp/x/clip.mp4", "c" * 64)
CLIP = VideoFile(Path("clip.mp4"), 3.0, SOUND, "clip.mp4", "c" * 64)
HOSTILE = '<img src=x onerror="alert(1)">.jpg'


@pytest.fixture(autouse=True)
def own_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "first_costs", FirstCosts())


def encoding(modality: Any, sha256: str) -> Encoding:
    vector = np.eye(4, dtype=np.float32)[len(sha256) % 4]
    return Encoding(modality, np.zeros((1, 4), np.float32), np.zeros((1, 4), np.float32), "fake", sha256, vector)


def test_only_measured_time_counts_as_saved() -> None:
    ledger = Ledger()
    ledger.observe("subtitles", Observation("sound", SOUND, 2.0, reused=False))
    ledger.observe("ask", Observation("sound", SOUND, 0.5, reused=True))
    ledger.observe("search", Observation("frames", CLIP, 0.1, reused=True))  # of an earlier process
    assert [event.saved for event in ledger.events()] == [None, 1.5, None]
    assert ledger.totals == Totals(1, 0, 2.0, 2, 0.6, 1.5, 1)
    record = ledger.items()[0].records["sound"]
    assert (record.encoded, record.reused, record.saved, record.tasks) == (1, 1, 1.5, ("subtitles", "ask"))


def test_the_loading_of_a_model_and_stopped_work_are_not_counted_as_an_encoding() -> None:
    costs = FirstCosts()
    costs.settle("picture", "a", 9.0, reused=False, complete=True, loading=True)
    assert costs.settle("picture", "a", 0.1, reused=True, complete=True) is None
    costs.settle("sound", "b", 2.0, reused=False, complete=False)
    assert costs.settle("sound", "b", 0.1, reused=True, complete=True) is None
    costs.settle("sound", "b", 3.0, reused=False, complete=True)
    assert costs.settle("sound", "b", 0.1, reused=True, complete=True) == 5.0, "both halves"
    costs.settle("sound", "b", 4.0, reused=False, complete=True)
    assert costs.settle("sound", "b", 0.1, reused=True, complete=True) == 4.0, "encoded anew, not added up"


def test_pages_do_not_see_each_other() -> None:
    template = Session()
    pages = [copy.deepcopy(template) for _ in range(2)]  # as Gradio does for every page
    pages[0].ledger.observe("caption", Observation("picture", ImageFile(Path("a"), "a.jpg", "a"), 1.0, False))
    pages[0].ledger.add_text(text_of("a secret"))
    assert pages[1].ledger.items() == () and pages[1].ledger.events() == () and pages[1].ledger.totals == Totals()
    assert template.ledger.items() == ()
    pages[1].ledger.observe("ask", Observation("picture", ImageFile(Path("b"), "mine.jpg", "a"), 0.1, True))
    assert [item.name for item in pages[1].ledger.items()] == ["mine.jpg"], "the name that this page gave it"


def test_nothing_is_kept_when_the_page_is_closed_and_nothing_is_added_later() -> None:
    ledgers, ledger = Ledgers(), Ledger()
    ledgers.add("visitor", ledger)
    witness = Witness(ledger, "caption")
    witness(Observation("picture", ImageFile(Path("a"), "a.jpg", "a"), 1.0, False))
    ledgers.close("somebody else")
    assert len(ledger.items()) == 1
    ledgers.close("visitor")
    witness(Observation("picture", ImageFile(Path("b"), "b.jpg", "b"), 1.0, False))
    ledger.add_text(text_of("later"))
    assert (ledger.items(), ledger.events(), ledger.totals) == ((), (), Totals())


def test_it_is_bounded_and_takes_many_threads() -> None:
    ledger = Ledger()

    def work(number: int) -> None:
        for place in range(MOST_EVENTS):
            name = f"{number}-{place}.jpg"
            ledger.observe("search", Observation("picture", ImageFile(Path(name), name, name), 0.001, False))
            ledger.items()
            ledger.events()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ledger.items()) == MOST_ITEMS and len(ledger.events()) == MOST_EVENTS
    assert ledger.totals.encoded == 4 * MOST_EVENTS, "the sums know what the lists dropped"


def test_texts_of_one_task_are_one_event_and_only_those_that_were_written_are_items() -> None:
    ledger = Ledger()
    ledger.add_text(text_of("when do the doors open?"))
    for written in ("a candidate", "another", "when do the doors open?"):
        one = text_of(written)
        ledger.observe("ask", Observation("text", one, 0.25, False, encoding=encoding("text", one.sha256)))
    assert [(event.count, event.seconds) for event in ledger.events()] == [(3, 0.75)]
    assert [item.name for item in ledger.items()] == ["when do the doors open?"]
    assert ledger.items()[0].embedding is not None and ledger.totals.texts == 3


def test_the_frames_of_a_clip_join_its_sound() -> None:
    ledger = Ledger()
    ledger.observe("subtitles", Observation("sound", SOUND, 1.0, False))
    assert ledger.items()[0].kind == "audio" and ledger.items()[0].name == "clip.mp4"
    found = encoding("video", CLIP.sha256)
    ledger.observe("ask", Observation("frames", CLIP, 1.0, False, encoding=found))
    (item,) = ledger.items()
    assert (item.kind, item.media, item.embedding is found.embedding) == ("video", CLIP, True)
    assert list(item.records) == ["sound", "frames"]


def test_a_picture_in_memory_leaves_a_small_copy_and_no_pixels() -> None:
    ledger = Ledger()
    pixels = np.zeros((2000, 3000, 3), np.uint8)
    ledger.observe("caption", Observation("picture", Image(pixels, "x.png", "x"), 1.0, False))
    (item,) = ledger.items()
    assert item.media is None and 0 < len(item.preview) < 50_000


def test_the_panels_own_looks_save_nothing() -> None:
    ledger = Ledger()
    ledger.observe("subtitles", Observation("sound", SOUND, 1.0, False))
    ledger.observe("backbone", Observation("sound", SOUND, 0.1, True, encoding=encoding("audio", SOUND.sha256)))
    assert ledger.totals.reused == 0 and len(ledger.events()) == 1
    assert ledger.items()[0].embedding is not None
    assert ledger.items()[0].records["sound"].tasks == ("subtitles",)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_everything_is_escaped_and_nothing_is_missing(language: str) -> None:
    ledger = Ledger()
    assert reuse_line_html(ledger, language) == contents_html((), 0.0, language) == events_html((), 0.0, language) == ""
    assert "mm-totals" not in totals_html(ledger.totals, language)
    hostile = ImageFile(Path("a"), HOSTILE, "a")
    ledger.observe("caption", Observation("picture", hostile, 61.0, False, loading=True))
    assert "1.0" in reuse_line_html(ledger, language)
    ledger.observe("search", Observation("picture", hostile, 0.002, True))
    line = reuse_line_html(ledger, language)
    now = ledger.events()[0].when + 3700
    shown = contents_html(ledger.items(), now, language) + events_html(ledger.events(), now, language) + line
    assert "<img" not in shown and "&lt;img" in shown
    assert "saved" not in line and "节省" not in line, "nothing is claimed: the model was loaded meanwhile"
    assert {"en": "1 h ago", "zh-CN": "1 小时前"}[language] in shown
    assert "1.0" in totals_html(ledger.totals, language)


def test_times_are_written_as_people_say_them() -> None:
    assert [seconds_text(one, "en") for one in (0.0, 0.0002, 0.5, 1.0, 59.9, 90)] == [
        "0 ms",
        "<1 ms",
        "500 ms",
        "1.0 s",
        "59.9 s",
        "1.5 min",
    ]
    assert [ago_text(one, "zh") for one in (-1, 5, 65, 7300)] == ["刚刚", "5 秒前", "1 分钟前", "2 小时前"]
