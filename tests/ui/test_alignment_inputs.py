from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from mmdemo.config import MEGABYTE, settings
from mmdemo.errors import EmptyFile, FileTooLarge, UnreadableSubtitles
from mmdemo.ui.alignment_inputs import understand
from mmdemo.ui.i18n import CHINESE, ENGLISH
from mmdemo.ui.texts import TEXTS
from tests.ui.fakes import CLIP, SPEECH

SRT = dedent("""\
    1
    00:00:06,000 --> 00:00:08,000
    Hello out there

    2
    00:00:09,000 --> 00:00:11,000
    The end
    """)
PLAIN = "Hello out there\nThe end\n"


@pytest.fixture
def srt(tmp_path: Path) -> Path:
    path = tmp_path / "talk.srt"
    path.write_text(SRT)
    return path


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "talk.txt"
    path.write_text(PLAIN)
    return path


@pytest.mark.parametrize("media", [CLIP, SPEECH])
def test_the_mode_is_found_by_what_was_dropped(media: Path, srt: Path, plain: Path) -> None:
    assert understand(media, None, "", ENGLISH).mode == "transcribe"
    assert understand(media, plain, "", ENGLISH).mode == "align"
    assert understand(media, None, PLAIN, ENGLISH).mode == "align"
    assert understand(media, srt, "", ENGLISH).mode == "resync"
    assert understand(media, None, SRT, ENGLISH).mode == "resync"


def test_subtitles_in_the_place_of_the_recording_are_the_reference(srt: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.vtt"
    wrong.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nHallo\n")
    inputs = understand(srt, wrong, "", ENGLISH)
    assert inputs.mode == "reference" and inputs.text and inputs.reference
    assert (inputs.text.cues[0].text, inputs.reference.cues[0].text) == ("Hallo", "Hello out there")
    assert "“wrong.vtt” are put right by those of “talk.srt”" in inputs.sentence.en
    assert "按照“talk.srt”校正“wrong.vtt”" in inputs.sentence.zh


def test_what_is_missing_is_named_in_both_languages(srt: Path, plain: Path) -> None:
    alone = understand(srt, None, "", ENGLISH)
    assert (
        alone.mode is None and "“talk.srt” is a subtitle file" in alone.sentence.en and "字幕文件" in alone.sentence.zh
    )
    assert "“talk.txt” is a text and has no sound" in understand(plain, None, "", ENGLISH).sentence.en
    assert "add the video or the recording that “talk.srt”" in understand(None, srt, "", ENGLISH).sentence.en
    assert "“talk.txt” has no times" in understand(srt, plain, "", ENGLISH).sentence.en
    both = understand(CLIP, srt, PLAIN, ENGLISH)
    assert both.mode is None and both.sentence == TEXTS["two_texts"]
    nothing = understand(None, None, " \n", ENGLISH)
    assert nothing.mode is None and nothing.sentence == TEXTS["mode_open"]


def test_a_pasted_text_has_a_name_in_both_languages() -> None:
    inputs = understand(CLIP, None, PLAIN, CHINESE)
    assert "“the pasted text”" in inputs.sentence.en and "“粘贴的文字”" in inputs.sentence.zh
    assert inputs.text and inputs.text.pasted and inputs.text.file_name == "subtitles.txt"


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"", EmptyFile), (b"\x00\x01\x02\xff" * 99, UnreadableSubtitles), (b"%PDF-1.7 x", UnreadableSubtitles)],
)
def test_a_text_that_is_none_is_an_error(tmp_path: Path, content: bytes, error: type[Exception]) -> None:
    path = tmp_path / "notes.srt"
    path.write_bytes(content)
    with pytest.raises(error):
        understand(CLIP, path, "", ENGLISH)


def test_a_recording_in_the_place_of_the_text_is_not_read_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with path.open("wb") as file:
        file.truncate(int(settings().limits.subtitle_megabytes * MEGABYTE) + 1)
    with pytest.raises(FileTooLarge, match=r"film\.mp4"):
        understand(CLIP, path, "", ENGLISH)
    assert understand(path, None, "", ENGLISH).mode == "transcribe"


def test_words_under_the_name_of_a_recording_are_left_to_the_media_modules(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp3"
    path.write_text(PLAIN)
    assert understand(path, None, "", ENGLISH).mode == "transcribe"


@pytest.mark.parametrize(("name", "encoding"), [("talk.sub", "utf-16"), ("talk.srt", "utf-16-le"), ("talk", "gb18030")])
def test_subtitles_are_found_in_any_encoding(tmp_path: Path, name: str, encoding: str) -> None:
    path = tmp_path / name
    path.write_bytes(SRT.replace("Hello", "你好，欢迎").encode(encoding))
    assert "is a subtitle file" in understand(path, None, "", ENGLISH).sentence.en
