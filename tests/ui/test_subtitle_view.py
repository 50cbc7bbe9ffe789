from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from mmdemo.text import clock
from mmdemo.types import Cue, Sentence
from mmdemo.ui.i18n import CHINESE, ENGLISH
from mmdemo.ui.subtitle_view import LIVE_LINES, SubtitleView, status_html, status_text, summary_html, transcript_html
from tests.ui.fakes import CUES, REASON, word

EVIL = "</span><script>alert(1)</script><img src=x onerror=alert(2)>"


class Tags(HTMLParser):
    """Collects the elements of a piece of HTML and checks that they nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (80.9, "1:20"), (3723, "1:02:03"), (-3, "0:00")])
def test_clock(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


def test_progress_names_the_media_time() -> None:
    view = SubtitleView("transcribing", seconds_done=80.0, duration=600.0)
    assert status_text(view, ENGLISH) == "Listening: 1:20 of 10:00"
    assert status_text(view, CHINESE) == "正在识别：1:20 / 10:00"
    bars = [attributes for tag, attributes in Tags(status_html(view, ENGLISH)).found if tag == "progress"]
    assert bars == [{"max": "1", "value": "0.133", "aria-label": "Progress"}]
    unknown = replace(view, duration=0.0)
    assert status_text(unknown, ENGLISH) == "Listening: 1:20"
    assert 'value="' not in status_html(unknown, ENGLISH)


@pytest.mark.parametrize(
    "phase", ["idle", "waiting", "reading", "loading", "transcribing", "stopping", "player", "done", "cancelled"]
)
@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_every_phase_has_its_line(phase: str, language: str) -> None:
    view = SubtitleView(phase, name=EVIL)  # type: ignore[arg-type]
    assert status_text(view, language)
    assert not any(tag in ("script", "img") for tag, _ in Tags(status_html(view, language)).found)


def test_a_cancelled_job_says_what_is_kept() -> None:
    view = SubtitleView("cancelled", seconds_done=60.0, duration=80.0, cues=CUES[:2])
    assert status_text(view, ENGLISH) == "Cancelled at 1:00. What was found so far is kept; subtitles: 2."
    assert "before any" in status_text(replace(view, cues=()), ENGLISH)
    assert "copy for the player was cancelled" in status_text(replace(view, phase="player_cancelled"), ENGLISH)


def test_a_problem_replaces_the_status_and_the_bar() -> None:
    html = status_html(SubtitleView(problem=Sentence(f"It {EVIL} broke.", "坏了。")), ENGLISH)
    assert [tag for tag, _ in Tags(html).found] == ["div", "p"]
    assert 'role="alert"' in html
    assert "坏了。" in status_html(SubtitleView(problem=Sentence("It broke.", "坏了。")), CHINESE)


def test_words_are_shaded_by_more_than_colour() -> None:
    cue = Cue(1, 65.0, 68.0, "a b c", (word("a", 65, 66, 0.8), word(" b", 66, 67, 0.5), word(" c", 67, 68, 0.4999)))
    html = transcript_html(SubtitleView("done", cues=(cue,), language="en"), ENGLISH)
    words = [attributes for tag, attributes in Tags(html).found if tag == "span" and "title" in attributes]
    assert [(w["class"], w["title"]) for w in words] == [
        ("mm-high", "80 % sure"),
        ("mm-medium", "50 % sure"),
        ("mm-low", "50 % sure"),
    ]
    assert ("button", "65.000") in [(tag, a.get("data-seek")) for tag, a in Tags(html).found]
    assert "doubtful" in html and "较低" in transcript_html(SubtitleView("done", cues=(cue,)), CHINESE)
    assert ">a</span> <span" in html  # the space between words stays outside the shading


def test_chinese_words_get_no_spaces() -> None:
    cue = Cue(1, 0.0, 2.0, "你好", (word("你", 0, 1, 0.9), word("好", 1, 2, 0.9)))
    assert "你</span><span" in transcript_html(SubtitleView("done", cues=(cue,)), ENGLISH)


def test_nothing_from_outside_is_executable() -> None:
    cues = (Cue(1, 0.0, 1.0, EVIL), Cue(2, 1.0, 2.0, "w", (word(EVIL, 1.0, 2.0, 0.4),)))
    view = SubtitleView("done", cues=cues, language='"><script>', reasons=(Sentence(EVIL, EVIL),))
    for html in (transcript_html(view, ENGLISH), summary_html(view, ENGLISH)):
        assert not any(tag in ("script", "img") for tag, _ in Tags(html).found)


def test_the_live_transcript_stays_short() -> None:
    cues = tuple(Cue(i, i, i + 0.5, f"line {i}") for i in range(1, LIVE_LINES + 11))
    live = transcript_html(SubtitleView("transcribing", cues=cues), ENGLISH)
    assert live.count("<li>") == LIVE_LINES
    assert "when the work is done: 10." in live and "line 40" in live and "line 10<" not in live
    assert transcript_html(SubtitleView("done", cues=cues), ENGLISH).count("<li>") == len(cues)


def test_summary_names_language_and_reasons() -> None:
    view = SubtitleView("done", language="de", language_probability=0.934, reasons=(REASON,))
    assert "Detected language: German (93 %)" in summary_html(view, ENGLISH)
    assert "检测到的语言：德语（93 %）" in summary_html(view, CHINESE) and REASON.zh in summary_html(view, CHINESE)
    chosen = summary_html(replace(view, language_chosen=True, reasons=()), ENGLISH)
    assert "Language: German" in chosen and "%" not in chosen and "mm-reasons" not in chosen
    assert summary_html(SubtitleView(), ENGLISH) == ""
