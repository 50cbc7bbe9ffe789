from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from mmdemo.types import Cue
from mmdemo.ui.i18n import CHINESE, ENGLISH
from mmdemo.ui.subtitle_timeline import coarser, level_count, packed, sound_html, timeline_html
from mmdemo.ui.subtitle_view import SubtitleView
from tests.ui.test_subtitle_view import EVIL, Tags

VIEW = SubtitleView(
    "done",
    outcome="aligned",
    mode="align",
    duration=8.0,
    cues=(Cue(1, 1.0, 2.0, EVIL), Cue(2, 3.0, 9.5, "two\nlines")),
    confidence=(0.9, 0.1),
    corrected=frozenset({0}),
    waveform=bytes([0, 255]),
)


def test_the_script_gets_everything_and_nothing_can_run() -> None:
    html = timeline_html(VIEW, ENGLISH)
    data = {name: unescape(value) for name, value in re.findall(r'data-(\w+)="([^"]*)"', html)}
    assert json.loads(data["cues"]) == [[1.0, 2.0, " ".join(EVIL.split())[:80], 0, 1], [3.0, 9.5, "two lines", 1, 0]]
    assert data["end"] == "9.500"
    assert json.loads(data["words"])["cue"] == "Subtitle {row} of {count}"
    assert not any(tag in ("script", "img") or "onclick" in attributes for tag, attributes in Tags(html).found)
    assert "第 {row} 条" in timeline_html(VIEW, CHINESE)


def test_the_sound_has_no_words() -> None:
    assert sound_html(VIEW) == '<div class="mm-sound" data-rate="20" data-peaks="AP8="></div>'
    assert 'data-peaks=""' in sound_html(replace(VIEW, waveform=b""))


def test_without_cues_there_is_no_timeline() -> None:
    assert timeline_html(replace(VIEW, cues=()), ENGLISH) == ""


def test_many_cues_stay_small() -> None:
    cues = tuple(Cue(n, n * 0.3, n * 0.3 + 0.25, "x" * 200) for n in range(20_000))
    assert len(timeline_html(replace(VIEW, cues=cues, confidence=()), ENGLISH)) < 3_500_000


@pytest.mark.parametrize("count", [1, 7, 480, 1000, 1601])
def test_coarser_levels_are_the_peaks_of_a_brute_force(count: int) -> None:
    levels = np.random.default_rng(count).uniform(0, 1, count).tolist()
    found = coarser(levels, 480)
    assert len(found) == 480 and max(found) == max(levels)
    for column, value in enumerate(found):
        first = column * count // 480
        assert value == max(levels[first : max((column + 1) * count // 480, first + 1)])


def test_levels_take_a_byte_each() -> None:
    assert packed((0.0, 0.5, 1.0)) == bytes([0, 128, 255]) and level_count(2.01) == 41 and level_count(0.0) == 1
