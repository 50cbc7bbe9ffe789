from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mmdemo.types import Cue
from mmdemo.ui.i18n import CHINESE, ENGLISH
from mmdemo.ui.subtitle_tracks import MARGIN, WIDTH, Tracks, map_lines, merged_bars, tracks_html
from mmdemo.ui.subtitle_view import SubtitleView, transcript_html
from tests.ui.test_subtitle_view import EVIL, Tags

BEFORE = tuple(Cue(n + 1, 10.0 * n + 5, 10.0 * n + 9, EVIL) for n in range(4))
AFTER = tuple(replace(cue, start=cue.start - 5, end=cue.end - 5) for cue in BEFORE)
VIEW = SubtitleView(
    "done",
    mode="resync",
    outcome="aligned",
    cues=AFTER,
    confidence=(0.9, 0.2, 0.9, 0.5),
    tracks=Tracks(BEFORE, (), (0.0, 0.5, 1.0, 0.2), ((5.0, 0.0), (39.0, 34.0)), 40.0),
)


def paths(html: str) -> dict[str, str]:
    return {kind: data for kind, data in re.findall(r'<path class="([\w-]+)" d="([^"]+)"', html)}


def test_the_picture_shows_both_tracks_the_sound_and_the_moves() -> None:
    html = tracks_html(VIEW, ENGLISH)
    drawn = paths(html)
    assert set(drawn) == {"mm-before", "mm-after", "mm-unsure-bar", "mm-sound", "mm-moves"}
    assert [drawn[kind].count("M") for kind in ("mm-before", "mm-after", "mm-unsure-bar")] == [4, 3, 1]
    scale = (WIDTH - 2 * MARGIN) / 40.0
    assert drawn["mm-before"].startswith(f"M{MARGIN + 5 * scale:.1f} 0h")
    assert drawn["mm-after"].startswith(f"M{MARGIN:.1f} ")
    assert not any(tag in ("script", "img") or "onclick" in attributes for tag, attributes in Tags(html).found)


@pytest.mark.parametrize(("language", "moved"), [(ENGLISH, "5.00 s earlier"), (CHINESE, "提前 5.00 秒")])
def test_the_text_alternative_says_what_the_picture_shows(language: str, moved: str) -> None:
    html = tracks_html(VIEW, language)
    (picture,) = [attributes for tag, attributes in Tags(html).found if tag == "svg"]
    alternative = str(picture["aria-label"])
    assert picture["role"] == "img" and moved in alternative and "0:05" in alternative and "0:39" in alternative
    assert re.search(f"<li>0:05–0:39.*{moved}</li>", html), "the moves can be read below the picture as well"


def test_lines_whose_time_is_a_guess_are_marked_in_words() -> None:
    html = transcript_html(VIEW, ENGLISH)
    assert html.count("? check the time") == 1 and 'title="The time of this line is sure by 20 % only."' in html
    assert "请核对时间" in transcript_html(VIEW, CHINESE)
    assert "check the time" not in transcript_html(replace(VIEW, outcome="unchanged"), ENGLISH)


def test_without_old_times_only_the_lines_and_the_sound_are_drawn() -> None:
    placed = replace(VIEW, mode="align", tracks=replace(VIEW.tracks, before=(), time_map=()))
    html = tracks_html(placed, ENGLISH)
    assert set(paths(html)) == {"mm-after", "mm-unsure-bar", "mm-sound"} and "Where the lines are spoken" in html


def test_a_reference_is_drawn_below() -> None:
    html = tracks_html(replace(VIEW, tracks=replace(VIEW.tracks, reference=AFTER, levels=())), ENGLISH)
    assert set(paths(html)) == {"mm-before", "mm-after", "mm-unsure-bar", "mm-reference", "mm-moves"}
    assert "mm-key-reference" in html and "mm-key-sound" not in html


def test_nothing_is_drawn_without_a_change_to_show() -> None:
    assert tracks_html(SubtitleView("done", cues=AFTER), ENGLISH) == ""
    assert tracks_html(replace(VIEW, outcome="refused"), ENGLISH) == ""
    assert tracks_html(replace(VIEW, cues=()), ENGLISH) == ""
    unchanged = tracks_html(replace(VIEW, outcome="unchanged"), ENGLISH)
    assert set(paths(unchanged)) == {"mm-after", "mm-sound"}


def test_many_cues_make_a_small_picture() -> None:
    cues = tuple(Cue(n, n * 0.3, n * 0.3 + 0.25, "x") for n in range(20_000))
    html = tracks_html(
        replace(VIEW, cues=cues, confidence=(0.9,) * len(cues), tracks=Tracks(cues, cues, (), (), 6000.0)), ENGLISH
    )
    assert len(html) < 100_000


def test_bars_that_cannot_be_told_apart_run_together() -> None:
    cues = [Cue(1, 5.0, 6.0, "b"), Cue(2, 0.0, 1.0, "a"), Cue(3, 6.1, 7.0, "c"), Cue(4, 20.0, 21.0, "d")]
    assert merged_bars(cues, 1.0) == [(MARGIN, MARGIN + 1.0), (MARGIN + 5.0, MARGIN + 7.0), (MARGIN + 20, MARGIN + 21)]
    assert len(merged_bars(cues, 100.0)) == 4


def test_every_kind_of_move_has_its_line() -> None:
    points = ((0.0, 0.0), (60.0, 60.0), (60.0, 62.5), (120.0, 122.5), (120.0, 119.0), (180.0, 179.0))
    assert map_lines(points, ENGLISH) == [
        "0:00–1:00: not moved",
        "1:00–2:00: 2.50 s later",
        "2:00–3:00: 1.00 s earlier",
    ]
    drift = map_lines(((0.0, 1.0), (1000.0, 960.0)), ENGLISH)
    assert drift == ["0:00–16:40: +1.00 s at the start, -40.00 s at the end (speed × 0.95900)"]
    many = tuple((float(n // 2), float(n // 2 + n)) for n in range(1, 41))
    assert map_lines(many, ENGLISH)[-1].startswith("and ") and len(map_lines(many, CHINESE)) == 9
    assert map_lines((), ENGLISH) == []
