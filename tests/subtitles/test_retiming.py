"""Files whose times change and nothing else."""

from __future__ import annotations

import math
import random
import re
import time
from dataclasses import replace
from textwrap import dedent

import pytest

from mmdemo.errors import EmptyFile, InvalidCue, UnknownFormat, UnreadableSubtitles
from mmdemo.subtitles import format_subtitles, parse_subtitles
from mmdemo.subtitles.retiming import can_retime, retimed_file
from mmdemo.types import Cue
from tests.subtitles.timed_files import FORMATS, random_file

SRT = dedent("""\
    3
    00:00:01,000 --> 00:00:02,500 X1:40 X2:600
    {\\an8}<i>Hello</i>, <font color="red">you</font>

    9
    0:00:03.50-->00:00:04

    \t7
    00 : 00 : 05 , 25 -> 00:00:06,123456  \n    At 00:00:05,000 we  part
    """)
VTT = dedent("""\
    WEBVTT - a title
    X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000

    STYLE
    ::cue { color: red }

    NOTE at 00:59.000 it ends

    intro
    00:01.000 --> 00:03.000 line:0 position:20% align:start
    <v Roger>Never <00:00:02.000>gonna

    59:59.000 --> 01:00:01.000
    &amp; more
    """)
ASS = dedent("""\
    [Script Info]
    ; Comment: 0,0:00:01.00
    Title: 0:00:01.00
    [V4+ Styles]
    Format: Name, Fontname
    Style: Default,Arial
    [Events]
    Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
    Comment: 0,0:00:00.50,0:00:09.00,Default,,0,0,0,,a note
    Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\\k20}Se{\\k30}cond, 0:00:01.00
    Dialogue: 0, 0:00:01.00 ,0:00:02.000,Sign,,0,0,0,,First\\Nline
    Dialogue: 0,0:00:05.20,0:00:05.80,Sign,,0,0,0,,{\\p1}m 0 0 l 9 9{\\p0}
    Dialogue: 0,damaged,0:00:05.80,Sign,,0,0,0,,lost
    """)
LRC = dedent("""\
    [ti:Song]
    [offset:+500]
    [00:10.50][01:00.500]Refrain <00:11.00>here
    [00:15.50]
    [00:20.5]One
    [00:20.5]Two
    """)
SAMPLES = {"srt": SRT, "vtt": VTT, "ass": ASS, "lrc": LRC}


def moved(text: str, *times: tuple[float, float]) -> str:
    data = text.encode()
    cues = parse_subtitles(data, "sample").cues
    new = [replace(cue, start=start, end=end) for cue, (start, end) in zip(cues, times, strict=True)]
    return retimed_file(data, "sample", new).decode()


def changed_lines(before: str, after: str) -> list[str]:
    pairs = zip(before.split("\n"), after.split("\n"), strict=True)
    return [new for old, new in pairs if old != new]


def test_srt_keeps_numbers_signs_and_positions() -> None:
    assert changed_lines(SRT, moved(SRT, (11.0, 12.5), (3605.2504, 3606.5))) == [
        "00:00:11,000 --> 00:00:12,500 X1:40 X2:600",
        # The empty entry stands nearer to the second cue; it has no cue of its own and moves with the first.
        *[line for line in moved(SRT, (11.0, 12.5), (3605.2504, 3606.5)).split("\n") if "-->" in line][1:2],
        "01:00:05,250 -> 01:00:06,500000  ",
    ]


def test_empty_entries_move_with_the_nearest_cue() -> None:
    near_second = SRT.replace("0:00:03.50-->00:00:04", "0:00:03.50-->00:00:04")
    lines = changed_lines(near_second, moved(near_second, (1.0, 2.5), (15.25, 16.123456)))
    assert lines == ["0:00:13.500-->00:00:14,000", "00:00:15,250 -> 00:00:16,123456  "]


def test_webvtt_keeps_settings_and_moves_word_times() -> None:
    assert changed_lines(VTT, moved(VTT, (3601.0, 3603.0), (3599.0, 3601.5))) == [
        "01:00:01.000 --> 01:00:03.000 line:0 position:20% align:start",
        "<v Roger>Never <01:00:02.000>gonna",
        "59:59.000 --> 01:00:01.500",
    ]
    assert changed_lines(VTT, moved(VTT, (1.0, 5.0), (3599.0, 3601.0))) == [
        "00:01.000 --> 00:05.000 line:0 position:20% align:start",
        "<v Roger>Never <00:00:03.000>gonna",
    ]


def test_substation_keeps_order_styles_and_commas_and_moves_comments_and_drawings() -> None:
    assert changed_lines(ASS, moved(ASS, (2.0, 3.25), (36_005.006, 36_007.0))) == [
        "Comment: 0,0:00:01.50,0:00:10.00,Default,,0,0,0,,a note",
        "Dialogue: 0,10:00:05.01,10:00:07.00,Default,,0,0,0,,{\\k20}Se{\\k30}cond, 0:00:01.00",
        "Dialogue: 0, 0:00:02.00 ,0:00:03.250,Sign,,0,0,0,,First\\Nline",
        "Dialogue: 0,10:00:05.21,10:00:05.81,Sign,,0,0,0,,{\\p1}m 0 0 l 9 9{\\p0}",
    ]


def test_substation_times_stand_where_the_file_says() -> None:
    text = "[Events]\nFormat: End, Layer, Start, Text\nDialogue: 0:00:02.00,0,0:00:01.00,a, b\n"
    assert moved(text, (4.0, 6.0)) == text.replace("0:00:02", "0:00:06").replace("0:00:01", "0:00:04")


def test_lyrics_move_every_tag_of_a_refrain_and_end_lines_where_the_cue_ends() -> None:
    cues = parse_subtitles(LRC.encode(), "sample").cues
    assert [(cue.start, cue.end) for cue in cues] == [(10.0, 15.0), (20.0, 60.0), (60.0, 65.0)]
    assert changed_lines(LRC, moved(LRC, (12.0, 14.0), (21.0, 30.0), (61.0, 62.0))) == [
        "[00:12.50][01:01.500]Refrain <00:13.00>here",
        "[00:14.50]",
        "[00:21.50]One",
        "[00:21.50]Two",
    ]


def test_an_end_of_lyrics_stays_between_its_neighbours() -> None:
    assert "[00:25.50]\n[00:25.50]One" in moved(LRC, (12.0, 99.0), (25.0, 30.0), (61.0, 62.0))


def test_swapped_and_negative_times_stay_until_they_move() -> None:
    text = "00:00:05,000 --> 00:00:03,000\na\n\n-00:00:01,000 --> 00:00:01,000\nb\n"
    assert moved(text, (0.0, 1.0), (3.0, 5.0)) == text
    assert moved(text, (0.5, 1.0), (4.0, 5.0)) == (
        "00:00:04,000 --> 00:00:05,000\na\n\n00:00:00,500 --> 00:00:01,000\nb\n"
    )


def test_less_than_the_format_can_write_changes_nothing() -> None:
    assert moved(ASS, (1.004, 1.996), (4.9951, 6.0049)) != ASS  # one end of the file has thousandths
    assert moved(ASS, (1.004, 2.0), (4.9951, 6.0049)) == ASS
    assert moved(SRT, (1.0004, 2.5), (5.25, 6.123456)) == SRT


@pytest.mark.parametrize("format", SAMPLES)
def test_the_same_cues_give_the_same_bytes(format: str) -> None:
    for newline in ("\n", "\r\n", "\r"):
        data = SAMPLES[format].replace("\n", newline).encode("utf-8-sig") + b"\xff\x00 \n"
        assert retimed_file(data, "sample", parse_subtitles(data, "sample").cues) == data


ENCODINGS = {
    "utf-8": "Grüße 你好 😀",
    "utf-8-sig": "Grüße 你好 😀",
    "utf-16": "Grüße 你好 😀 ਊ㨊",
    "utf-16-le": "Grüße 你好 😀 hello hello",
    "utf-16-be": "Grüße 你好 😀 hello hello",
    "utf-32": "Grüße 你好 😀",
    "gb18030": "你好，我们一起去吧。今天的天气很好，是不是？",
    "big5": "你好，我們一起去吧。今天的天氣很好，是不是？",
    "cp932": "こんにちは、元気ですか。今日はいい天気ですね。",
    "iso2022_jp": "こんにちは、元気ですか。",
    "cp949": "안녕하세요, 오늘 날씨가 좋네요.",
    "cp1251": "Привет, как дела? Сегодня хорошая погода.",
    "cp1252": "Müller, schöne Grüße für alle Gäste.",
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("format", SAMPLES)
def test_every_encoding_keeps_its_bytes(format: str, encoding: str) -> None:
    text = SAMPLES[format]
    for plain in ("Hello", "gonna", "more", "part", "First", "line", "cond", "One", "Two", "here"):
        text = text.replace(plain, plain + " " + ENCODINGS[encoding])
    data = text.replace("\n", "\r\n").encode(encoding)
    file = parse_subtitles(data, "sample")
    later = retimed_file(data, "sample", [replace(cue, start=cue.start + 7, end=cue.end + 7) for cue in file.cues])
    again = parse_subtitles(later, "sample")
    assert (again.encoding, again.newline, again.format) == (file.encoding, file.newline, file.format)
    assert [cue.text for cue in again.cues] == [cue.text for cue in file.cues]
    assert [cue.start for cue in again.cues] == pytest.approx([cue.start + 7 for cue in file.cues], abs=0.0051)
    assert _without_clocks(later) == _without_clocks(data) and later != data


def _without_clocks(data: bytes) -> bytes:
    return re.sub(rb"[0-9.,: ]", b"", data.replace(b"\0", b""))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("seed", range(40))
def test_random_files_read_back_with_their_new_times(format: str, seed: int) -> None:
    chance = random.Random(f"{format} {seed}")
    data = random_file(chance, format)
    file = parse_subtitles(data, "sample")
    assert file.format == format
    assert retimed_file(data, "sample", file.cues) == data
    shift, rate = chance.uniform(0.5, 4000.0), chance.choice([1.0, 24 / 23.976, 25 / 24])
    new = [replace(cue, start=cue.start * rate + shift, end=cue.end * rate + shift) for cue in file.cues]
    again = parse_subtitles(retimed_file(data, "sample", new), "sample")
    step = 0.01 if format in ("ass", "ssa", "lrc") else 0.001
    assert [cue.text for cue in again.cues] == [cue.text for cue in file.cues]
    assert again.encoding == file.encoding and again.newline == file.newline
    for cue, wanted in zip(again.cues, new, strict=True):
        assert abs(cue.start - wanted.start) <= 0.5 * step + 1e-9
        assert abs(cue.end - wanted.end) <= 0.5 * step + 1e-9 or format == "lrc"


def test_cues_may_change_places() -> None:
    assert moved(ASS, (50.0, 51.0), (10.0, 11.0)).count("0:00:50.00") == 1
    assert [cue.text for cue in parse_subtitles(moved(ASS, (50.0, 51.0), (10.0, 11.0)).encode(), "x").cues] == [
        "Second, 0:00:01.00",
        "First\nline",
    ]


def test_what_cannot_be_done_is_said() -> None:
    cues = parse_subtitles(SRT.encode(), "sample").cues
    with pytest.raises(InvalidCue):
        retimed_file(SRT.encode(), "sample", [cues[0], replace(cues[1], end=math.nan)])
    with pytest.raises(InvalidCue):
        retimed_file(SRT.encode(), "sample", [cues[0], replace(cues[1], start=5.0, end=4.0)])
    with pytest.raises(ValueError, match="1 cues for the 2"):
        retimed_file(SRT.encode(), "sample", cues[:1])
    with pytest.raises(EmptyFile):
        retimed_file(b"", "sample", [])
    with pytest.raises(UnknownFormat):
        retimed_file(format_subtitles(cues, "json").encode(), "sample", cues)
    assert can_retime("ssa") and can_retime("vtt") and not can_retime("textgrid") and not can_retime("txt")


def test_many_cues_take_linear_time() -> None:
    cues = [Cue(n, 0.3 * n, 0.3 * n + 0.2, f"第 {n} 行: 你好" * 3) for n in range(5_000)]
    data = format_subtitles(cues, "ass").encode("utf-16")
    read = parse_subtitles(data, "sample").cues
    started = time.process_time()
    retimed_file(data, "sample", [replace(cue, start=cue.start + 1, end=cue.end + 1) for cue in read])
    assert time.process_time() - started < 4.0


@pytest.mark.parametrize("seed", range(60))
def test_damaged_bytes_stay_where_they_are(seed: int) -> None:
    chance = random.Random(seed)
    encoding = chance.choice(["gb18030", "cp932", "iso2022_jp", "utf-16-le", "utf-8", "utf-32"])
    data = bytearray(SAMPLES[chance.choice(list(SAMPLES))].replace("o", "ö你").encode(encoding, "replace"))
    for _ in range(chance.randint(1, 12)):
        data.insert(chance.randrange(len(data)), chance.choice([0x81, 0xE4, 0xFF, 0x1B, 0x24, 0x30, 0x0A, 0x0D]))
    try:
        file = parse_subtitles(bytes(data), "sample")
    except UnreadableSubtitles:
        return
    if can_retime(file.format):
        assert retimed_file(bytes(data), "sample", file.cues) == data
        retimed_file(bytes(data), "sample", [replace(cue, start=cue.start + 1, end=cue.end + 1) for cue in file.cues])
