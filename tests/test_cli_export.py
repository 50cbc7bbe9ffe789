"""The command ``subtitle-export``."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest

from mmdemo.cli import main
from tests.media.test_subtitle_muxing import STYLED, clip, texts

SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello <i>you</i>\n\n2\n00:00:03,000 --> 00:00:04,000\n你好\n"


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return clip(tmp_path / "talk.mp4")


@pytest.fixture
def srt(tmp_path: Path) -> Path:
    path = tmp_path / "talk.srt"
    path.write_bytes(SRT.encode("utf-16"))
    return path


def test_a_track_is_the_default(video: Path, srt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "talk.mp4"
    assert main(["subtitle-export", str(video), str(srt), "--output", str(out), "--language", "zh", "--json"]) == 0
    assert texts(out) == [(1.0, 2.0, "Hello you"), (3.0, 4.0, "你好")]
    assert json.loads(capsys.readouterr().out) == {"output": str(out), "kind": "track", "reasons": []}
    assert list(out.parent.iterdir()) == [out]


def test_burning_leaves_no_track(video: Path, srt: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    assert main(["subtitle-export", str(video), str(srt), "--burn", "--output", str(out)]) == 0
    with av.open(str(out)) as container:
        assert not container.streams.subtitles
        bright = [bool((frame.to_ndarray(format="gray") > 200).any()) for frame in container.decode(video=0)]
    assert bright == [10 <= n < 20 or 30 <= n < 40 for n in range(50)]


def test_styles_of_an_ass_file_are_kept(video: Path, tmp_path: Path) -> None:
    (tmp_path / "talk.ass").write_text(STYLED, "utf-8-sig")
    out = tmp_path / "out.mkv"
    assert main(["subtitle-export", str(video), str(tmp_path / "talk.ass"), "--soft", "--output", str(out)]) == 0
    assert texts(out) == [(1.0, 2.5, r"0,0,Loud,,0,0,0,,{\i1}Hello")]


def test_failures_are_one_line(
    video: Path, srt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MMDEMO_LANGUAGE", "zh")
    plain = tmp_path / "talk.txt"
    plain.write_text("no times\n")
    for media, subtitles, output, said in (
        (video, srt, video, "正在读取的文件"),
        (video, plain, tmp_path / "out.mp4", "没有可校正的时间"),
        (srt, srt, tmp_path / "out.mp4", "无法将“talk.srt”识别为"),
        (video, srt, tmp_path / "out.webm", "不支持写入"),
    ):
        assert main(["subtitle-export", str(media), str(subtitles), "--output", str(output)]) == 2
        error = capsys.readouterr().err
        assert said in error and error.count("\n") == 1
