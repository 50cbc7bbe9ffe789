"""Subtitle files as they come, good and damaged."""

from pathlib import Path
from textwrap import dedent

import pytest

from mmdemo.config import Limits
from mmdemo.errors import EmptyFile, FileMissing, FileTooLarge, TooManyCues, UnreadableSubtitles
from mmdemo.subtitles import load_subtitles, parse_subtitles
from mmdemo.types import Cue, Word


def read(text: str) -> list[tuple[float, float, str]]:
    return [(cue.start, cue.end, cue.text) for cue in parse_subtitles(dedent(text).encode(), "sample").cues]


def test_srt_with_tags_and_two_lines() -> None:
    file = parse_subtitles(
        dedent("""\
            1
            00:00:01,000 --> 00:00:02,500 X1:40 X2:600
            {\\an8}<i>Hello</i>, <font color="red">you</font>
            two < three > one

            2
            00:00:03,000 --> 00:00:04,000
            你好<br/>世界
            """)
        .replace("\n", "\r\n")
        .encode("utf-8-sig"),
        "sample",
    )
    assert file.cues == (
        Cue(1, 1.0, 2.5, "Hello, you\ntwo < three > one"),
        Cue(2, 3.0, 4.0, "你好\n世界"),
    )
    assert (file.format, file.encoding, file.newline) == ("srt", "utf-8-sig", "\r\n")


def test_srt_keeps_numbers_that_are_text() -> None:
    assert read("""\
        1
        00:00:01,000 --> 00:00:02,000
        I was born in
        1984

        2
        00:00:03,000 --> 00:00:04,000
        42

        3
        00:00:05,000 --> 00:00:06,000
        007
        """) == [(1.0, 2.0, "I was born in\n1984"), (3.0, 4.0, "42"), (5.0, 6.0, "007")]


def test_srt_without_numbers_or_blank_lines_or_with_too_many() -> None:
    assert read("""\
        00:00:01,000 --> 00:00:02,000
        no number
        00:00:03,000 --> 00:00:04,000
        blank

        line inside
        8

        9
        00:00:05,000 --> 00:00:06,000
        counted
        10
        00:00:07,000 --> 00:00:08,000
        without a blank line
        """) == [
        (1.0, 2.0, "no number"),
        (3.0, 4.0, "blank\nline inside\n8"),
        (5.0, 6.0, "counted"),
        (7.0, 8.0, "without a blank line"),
    ]


@pytest.mark.parametrize(
    ("line", "start", "end"),
    [
        ("00:00:01.5 -> 0:0:2", 1.5, 2.0),
        ("00 : 00 : 01 , 500 --> 00 : 00 : 02 , 000", 1.5, 2.0),
        ("100:00:00,000-->100:00:01,000", 360_000.0, 360_001.0),
        ("00:01,500 --> 00:02,000", 1.5, 2.0),
        ("-00:00:01,000 --> 00:00:02,000", 0.0, 2.0),
        ("00:00:02,000 --> 00:00:01,500", 1.5, 2.0),
        ("00:00:01,500 —> 00:00:02,000 align:left", 1.5, 2.0),
    ],
)
def test_srt_times_written_by_hand(line: str, start: float, end: float) -> None:
    assert read(f"1\n{line}\nHello\n") == [(start, end, "Hello")]


def test_cues_are_sorted_and_numbered_and_the_empty_left_out() -> None:
    file = parse_subtitles(
        b"7\n00:00:05,000 --> 00:00:06,000\nlater\n\n8\n00:00:03,000 --> 00:00:04,000\n\n\n"
        b"9\n00:00:01,000 --> 00:00:05,500\nearlier\n",
        "sample",
    )
    assert file.cues == (Cue(1, 1.0, 5.5, "earlier"), Cue(2, 5.0, 6.0, "later"))


def test_vtt_with_everything_around_the_cues() -> None:
    file = parse_subtitles(
        dedent("""\
            WEBVTT - a title
            Kind: captions

            STYLE
            ::cue { color: red }

            NOTE this is
            not text

            intro
            00:01.000 --> 00:02.000 position:10% align:left
            <v Ann>Hello &amp; <c.loud>good</c> <00:01.500>day&nbsp;&lt;3</v>

            second-name
            01:00:03.000 --> 01:00:04.000
            Line one
            Line two

            NOTE 00:05 is not a cue

            """).encode(),
        "sample",
    )
    assert [(cue.start, cue.end, cue.text) for cue in file.cues] == [
        (1.0, 2.0, "Hello & good day <3"),
        (3603.0, 3604.0, "Line one\nLine two"),
    ]
    assert file.format == "vtt"


def test_ass_with_its_own_field_order_and_a_damaged_line() -> None:
    file = parse_subtitles(
        dedent("""\
            [Script Info]
            ScriptType: v4.00+

            [V4+ Styles]
            Format: Name, PrimaryColour
            Style: Default,not a colour

            [Events]
            Format: Start, End, Style, Text
            Comment: 0:00:00.00,0:00:01.00,Default,a comment
            Dialogue: 0:00:01.00,0:00:02.50,Default,{\\i1}Hello{\\i0}, you\\Nthere\\hnow
            Dialogue: whenever,0:00:02.50,Default,damaged
            Dialogue: 0:00:03.00,0:00:04.00,Default,{\\p1}m 0 0 l 10 10{\\p0}
            Dialogue: 0:00:05.00,0:00:06.00,Default,你好
            """).encode("utf-16"),
        "sample",
    )
    assert file.cues == (Cue(1, 1.0, 2.5, "Hello, you\nthere now"), Cue(2, 5.0, 6.0, "你好"))
    assert (file.format, file.encoding) == ("ass", "utf-16")


def test_ssa_is_told_from_ass() -> None:
    text = (
        "[Script Info]\nScriptType: v4.00\n[V4 Styles]\nStyle: Default\n[Events]\n"
        "Format: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: Marked=0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Hello, you\n"
    )
    file = parse_subtitles(text.encode(), "sample")
    assert (file.format, file.cues) == ("ssa", (Cue(1, 1.0, 2.0, "Hello, you"),))


def test_lrc_with_refrain_offset_and_second_language() -> None:
    assert read("""\
        [ti:A song]
        [offset:+500]
        [00:10.50][01:00.50]Refrain
        [00:20.50]<00:20.50> Line <00:21.00> two
        [00:20.50]第二行
        [00:30.50]
        """) == [(10.0, 20.0, "Refrain"), (20.0, 30.0, "Line two\n第二行"), (60.0, 65.0, "Refrain")]


LONG_TEXTGRID = """\
    File type = "ooTextFile"
    Object class = "TextGrid"

    xmin = 0
    xmax = 3
    tiers? <exists>
    size = 2
    item []:
        item [1]:
            class = "IntervalTier"
            name = "words"
            xmin = 0
            xmax = 3
            intervals: size = 1
            intervals [1]:
                xmin = 0
                xmax = 3
                text = "all words"
        item [2]:
            class = "IntervalTier"
            name = "Sentences"
            xmin = 0
            xmax = 3
            intervals: size = 3
            intervals [1]:
                xmin = 0
                xmax = 0.5
                text = ""
            intervals [2]:
                xmin = 0.5
                xmax = 1.25
                text = "He said ""yes"" 2 times"
            intervals [3]:
                xmin = 1.25
                xmax = 3
                text = "你好"
    """
SHORT_TEXTGRID = """\
    File type = "ooTextFile"
    Object class = "TextGrid"

    0
    3
    <exists>
    2
    "TextTier"
    "points"
    0
    3
    1
    1.5
    "a point"
    "IntervalTier"
    "anything"
    0
    3
    2
    0.5
    1.25
    "He said ""yes"" 2 times"
    1.25
    3
    "你好"
    """


@pytest.mark.parametrize("text", [LONG_TEXTGRID, SHORT_TEXTGRID])
def test_textgrid_long_and_short(text: str) -> None:
    assert read(text) == [(0.5, 1.25, 'He said "yes" 2 times'), (1.25, 3.0, "你好")]


def test_textgrid_without_a_named_tier_gives_the_longest_intervals() -> None:
    phones = '"IntervalTier" "b" 0 1 2 0 0.5 "a" 0.5 1 "b" '
    phrases = '"IntervalTier" "a" 0 1 1 0 1 "ab"'
    assert read(f'"ooTextFile" "TextGrid" 0 1 <exists> 2 {phones} {phrases}') == [(0.0, 1.0, "ab")]


def test_json_of_whisper_is_read() -> None:
    file = parse_subtitles(
        b'{"text": " Hi you", "segments": [{"id": 0, "start": 0.5, "end": 1.5, "text": " Hi you", '
        b'"words": [{"word": " Hi", "start": 0.5, "end": 0.8, "probability": 0.9}, {"word": " you"}]}]}',
        "sample",
    )
    assert file.cues == (Cue(1, 0.5, 1.5, "Hi you", (Word(" Hi", 0.5, 0.8, 0.9),)),)
    assert file.format == "json"


def test_json_with_values_that_are_no_times() -> None:
    assert read(
        '{"cues": [{"start": NaN, "end": 1, "text": "a"}, {"start": 1e999, "end": 2, "text": "b"}, 7, '
        '{"start": "1", "end": 2, "text": "c"}, {"start": 1, "end": 2, "text": "\\ud800d"}]}'
    ) == [(1.0, 2.0, "d")]


def test_plain_text_is_one_cue_a_line_and_long_paragraphs_are_cut() -> None:
    file = parse_subtitles(
        "The first line. It has two sentences.\n\n第二行\n"
        "A paragraph goes on and on until nobody can read it at once. Then it goes on! “Really?” Yes.\n".encode(),
        "sample",
    )
    assert [cue.text for cue in file.cues] == [
        "The first line. It has two sentences.",
        "第二行",
        "A paragraph goes on and on until nobody can read it at once.",
        "Then it goes on!",
        "“Really?”",
        "Yes.",
    ]
    assert file.format == "txt"
    assert {(cue.start, cue.end) for cue in file.cues} == {(0.0, 0.0)}


@pytest.mark.parametrize(
    ("format", "text", "first"),
    [
        ("microdvd", "{1}{1}25\n{25}{50}{y:i}Hello|you\n{75}{100}there\n", (1.0, 2.0, "Hello\nyou")),
        ("microdvd", "{24}{48}Hello\n{72}{96}there\n", (1.001, 2.002, "Hello")),
        ("mpl2", "[10][20]Hello|you\n[30][40]/there\n", (1.0, 2.0, "Hello\nyou")),
        ("tmp", "00:00:01:Hello|you\n00:00:02:there\n", (1.0, 2.0, "Hello\nyou")),
        (
            "sami",
            "<SAMI><BODY><SYNC Start=1000><P>Hello<br>you<SYNC Start=2000><P>there</BODY></SAMI>",
            (1.0, 2.0, "Hello\nyou"),
        ),
        (
            "ttml",
            '<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" end="00:00:02.000">Hello<br/>you</p>'
            "</div></body></tt>",
            (1.0, 2.0, "Hello\nyou"),
        ),
    ],
)
def test_rare_formats(format: str, text: str, first: tuple[float, float, str]) -> None:
    file = parse_subtitles(text.encode(), "sample")
    cue = file.cues[0]
    assert file.format == format
    assert (cue.start, cue.end, cue.text) == first


def test_loads_a_file_by_content_and_not_by_extension(tmp_path: Path) -> None:
    path = tmp_path / "wrong.ass"
    path.write_bytes("1\r\n00:00:01,000 --> 00:00:02,000\r\n今天天气很好\r\n".encode("gb18030"))
    file = load_subtitles(path)
    assert (file.format, file.encoding, file.cues[0].text) == ("srt", "gb18030", "今天天气很好")


def test_errors_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="none.srt"):
        load_subtitles(tmp_path / "none.srt")
    with pytest.raises(FileMissing):
        load_subtitles(tmp_path)
    (tmp_path / "blank.srt").write_bytes(b"\xef\xbb\xbf \r\n\0\n")
    with pytest.raises(EmptyFile, match="my upload"):
        load_subtitles(tmp_path / "blank.srt", "my upload")
    with pytest.raises(EmptyFile):
        parse_subtitles(b"", "sample")


def test_limits() -> None:
    data = b"".join(b"%d\n00:00:01,000 --> 00:00:02,000\nx\n\n" % n for n in range(1, 12))
    assert len(parse_subtitles(data, "sample", Limits(subtitle_cues=11)).cues) == 11
    with pytest.raises(TooManyCues, match="11 entries; the limit is 10"):
        parse_subtitles(data, "sample", Limits(subtitle_cues=10))
    with pytest.raises(FileTooLarge, match="0.0 MB large; the limit is 0.0001 MB"):
        parse_subtitles(data, "sample", Limits(subtitle_megabytes=0.0001))


def test_a_file_past_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.srt"
    path.write_bytes(b"x" * 2000)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("read in spite of its size"))
    with pytest.raises(FileTooLarge):
        load_subtitles(path, limits=Limits(subtitle_megabytes=0.001))


def test_twenty_thousand_cues_are_read() -> None:
    lines = (
        f"{n}\n{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d},000 --> 09:00:00,000\n第{n}句" for n in range(20_000)
    )
    file = parse_subtitles("\n\n".join(lines).encode("gb18030"), "sample")
    assert len(file.cues) == 20_000
    assert file.cues[-1] == Cue(20_000, 19_999.0, 32_400.0, "第19999句")


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 text of a document",
        b"<!DOCTYPE html><html><body>hello</body></html>",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
        b"PK\x03\x04" + bytes(range(255, -1, -1)) * 20,
        b'{"cues": ',
        b'{"neither": "list"}',
        b'[{"a":' * 50_000,
        b'[{"start":' + b"9" * 5000 + b', "end": 1, "text": "a"}]',
        b"WEBVTT\n\nNOTE nothing else\n",
        b"[Script Info]\n[Events]\nDialogue: 1\nDialogue: ,,\n",
        b'"ooTextFile" "TextGrid" "IntervalTier" "a" 0 1',
        b'<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="soon">a</p></div></body></tt>',
        b'<tt xmlns="http://www.w3.org/ns/ttml"><body>',
        b"{1}{1}0\n{1}{2}a\n",
        b"[00:01.00]\n[00:02.00]\n",
        b"1\n00:00:01,000 --> 00:00:02,000\n\0\0\n",
    ],
)
def test_what_is_no_subtitle_file_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSubtitles, match="sample"):
        parse_subtitles(data, "sample")


SRT_HEAD = b"1\n00:00:01,000 --> 00:00:02,000\n"
ASS_HEAD = b"[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,,"


@pytest.mark.parametrize(
    "data",
    [
        SRT_HEAD + b"<a" * 200_000,
        SRT_HEAD + b"{\\" * 200_000,
        SRT_HEAD + b"\n" * 400_000 + b"x",
        b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<a" * 200_000,
        ASS_HEAD + b"{\\p" * 100_000 + b"x",
        ASS_HEAD + b"{}" * 100_000 + b"x",
        b'"ooTextFile" "TextGrid" "IntervalTier" "a" 0 1 1 0 1 "b" ' + b'"' * 200_001,
        b"{1}{2}" + b"{y:" * 100_000,
        b"00:00:01:" + b"<a" * 100_000,
        b"<SAMI><BODY><SYNC START=1>x<SYNC START=2>" + b"<a" * 100_000,
        b"1:" * 100_000 + b">",
    ],
)
def test_text_made_to_exhaust_the_parser_is_read_in_linear_time(data: bytes) -> None:
    # Each of these ran for minutes or hours through patterns that look for a closing sign from every opening one.
    assert len(parse_subtitles(data, "sample").cues) == 1


def test_json_of_nothing_but_brackets_ends() -> None:
    assert parse_subtitles(b"[" * 100_000, "sample").format == "txt"


def test_control_characters_go_and_direction_marks_stay() -> None:
    assert read("1\n00:00:01,000 --> 00:00:02,000\nשלום\0 \u200f\x07world\ufeff\n") == [(1.0, 2.0, "שלום \u200fworld")]
