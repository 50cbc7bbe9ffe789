"""Words that light up when they are spoken."""

from __future__ import annotations

import random
import re

import pytest

from mmdemo.errors import InvalidCue
from mmdemo.subtitles import parse_subtitles
from mmdemo.subtitles.karaoke import format_karaoke, format_word_vtt
from mmdemo.types import Cue, Word


def cue(text: str, *words: tuple[str, float, float], start: float = 1.0, end: float = 3.0) -> Cue:
    return Cue(1, start, end, text, tuple(Word(word, begin, stop, 0.9) for word, begin, stop in words))


def line(made: Cue) -> str:
    return format_karaoke([made], "en").rstrip("\n").split("\n")[-1].split(",", 9)[9]


def test_every_word_gets_its_time_and_silence_one_of_its_own() -> None:
    made = cue("Hello, you", (" Hello,", 1.25, 1.6), (" you", 2.0, 2.5))
    assert line(made) == r"{\k25}{\k35}Hello, {\k40}{\k50}you"


def test_words_without_spaces_between_and_lines_in_a_cue() -> None:
    made = cue("你好，\n世界", ("你好", 1.0, 1.5), ("世", 1.5, 1.8), ("界", 1.8, 2.4))
    assert line(made) == r"{\k50}你好，\N{\k30}世{\k60}界"


def test_what_was_not_spoken_stays_beside_its_neighbour() -> None:
    made = cue("- (laughs) Well {x}", (" Well", 1.5, 2.0), (" never", 2.0, 2.2), ("{x}", 2.2, 2.5))
    assert line(made) == r"- (laughs) {\k50}{\k50}Well {\k20}{\k30}\{x\}"


def test_a_cue_without_words_is_shown_as_it_is() -> None:
    assert line(cue("Hello")) == "Hello"
    assert line(cue("Hello", ("bye", 1.0, 2.0))) == "Hello"


def test_words_stay_within_their_cue_and_in_order() -> None:
    made = cue("a b c", ("a", 0.0, 1.5), ("b", 1.2, 9.0), ("c", 8.0, 9.0))
    assert line(made) == r"{\k20}a {\k180}b {\k0}c"


def test_roundings_do_not_add_up() -> None:
    words = [(f" w{n}", 1.0 + 0.0333 * n, 1.0 + 0.0333 * (n + 1)) for n in range(60)]
    text = line(cue(" ".join(word.strip() for word, _, _ in words), *words))
    assert sum(map(int, re.findall(r"\\k(\d+)", text))) == 200


@pytest.mark.parametrize("seed", range(30))
def test_any_words_leave_the_text_whole(seed: int) -> None:
    chance = random.Random(seed)
    texts = [chance.choice(["a", "{b}", "c\\N", "你", "<d>", "e&f", "\\", "x"]) for _ in range(8)]
    words = [(text, chance.uniform(0, 4), chance.uniform(0, 4)) for text in texts if chance.random() < 0.8]
    made = cue(" ".join(texts), *((text, min(a, b), max(a, b)) for text, a, b in words))
    shown = parse_subtitles(format_karaoke([made], "").encode(), "x").cues[0]
    assert (shown.text, shown.start, shown.end) == (made.text, 1.0, 3.0)
    durations = [int(digits) for digits in re.findall(r"\\k(\d+)\}", line(made))]
    assert sum(durations) <= 200
    assert parse_subtitles(format_word_vtt([made], "").encode(), "x").cues[0].text == made.text


def test_webvtt_has_times_between_the_words_that_ascend_within_the_cue() -> None:
    made = cue("Hello <b> you", (" Hello", 1.0, 1.6), ("<b>", 1.5, 1.6), (" you", 3.5, 4.0))
    assert format_word_vtt([made], "en") == (
        "WEBVTT\nLanguage: en\n\n00:00:01.000 --> 00:00:03.000\nHello <00:00:01.500>&lt;b&gt; you\n"
    )


def test_impossible_times_are_refused() -> None:
    for write in (format_karaoke, format_word_vtt):
        with pytest.raises(InvalidCue):
            write([cue("a", start=2.0, end=1.0)], "")
