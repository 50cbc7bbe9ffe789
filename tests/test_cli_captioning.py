"""The command ``caption`` for pictures, videos and folders, with fakes in the place of the models."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from mmdemo import runtime
from mmdemo.cli import main
from mmdemo.evaluation.sample_media import sample
from mmdemo.runtime import Models
from mmdemo.subtitles import load_subtitles
from tests.fakes import FakeFamiliarity, fake_models
from tests.media_factory import write_scenes
from tests.tasks.index_media import picture
from tests.tasks.picture_backbone import PictureBackbone
from tests.tasks.test_video_captioning import BLUE, RED, colour_models, plain

LION, SAX = str(sample("images/lion.jpg")), str(sample("audio/sax.wav"))


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> Models:
    models = fake_models(PictureBackbone())  # type: ignore[arg-type]
    monkeypatch.setattr(runtime, "models", lambda: models)
    monkeypatch.setenv("MMDEMO_LANGUAGE", "en")
    return models


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("clips") / "colours.mp4"
    return str(write_scenes(path, [plain(RED), plain(BLUE)], seconds=3.0))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    album = tmp_path / "album"
    album.mkdir()
    for seed in range(3):
        picture(album / f"{seed}.png", seed)
    (album / "notes.txt").write_text("x")
    return album


def test_a_picture_prints_its_captions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["caption", LION]) == 0
    assert capsys.readouterr().out == "Caption 0 of None.\n"
    assert main(["caption", LION, "--language", "both", "--alternatives", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4 and lines[0].endswith(" %  Caption 0 of None.") and lines[2].endswith("描述0。")


def test_reasons_and_nearest_labels_go_to_standard_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, fakes: Models
) -> None:
    models = replace(fakes, familiarity=FakeFamiliarity(0.9))
    monkeypatch.setattr(runtime, "models", lambda: models)
    assert main(["caption", LION, "--style", "alt"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("Possibly ") and captured.err.count("\n") == 2


def test_a_picture_as_json_with_what_the_model_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["caption", LION, "--json", "--explain"]) == 0
    found = json.loads(capsys.readouterr().out)
    maps = found["captions"][0]["heatmaps"]
    assert [one["word"] for one in maps] == ["caption", "0", "of", "None"] and len(maps[0]["weights"]) == 9
    assert found["source"] == LION and found["foreign"] == 0.0
    assert main(["caption", LION, "--explain"]) == 0
    assert "    caption: 50 % from the left, 50 % from the top" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("ending", ["txt", "json", "csv", "jsonl"])
def test_a_picture_writes_the_format_its_file_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    output = tmp_path / "new" / f"out.{ending}"
    for _ in range(2):
        assert main(["caption", LION, "--output", str(output)]) == 0
    assert output.read_text("utf-8").count("Caption 0 of None.") == 1
    assert "Caption" not in capsys.readouterr().out


def test_a_video_prints_scenes_with_times(
    clip: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "models", colour_models)
    assert main(["caption", clip, "--language", "both"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("00:00:00.000 – 00:00:03.") and lines[0].endswith("Nothing but red.  只有红色。")
    assert len(lines) == 2 and lines[1].endswith("Nothing but blue.  只有蓝色。")
    assert main(["caption", clip, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [scene["captions"][0]["text"] for scene in found["scenes"]] == ["Nothing but red.", "Nothing but blue."]


def test_a_video_writes_subtitles(clip: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "models", colour_models)
    for ending in ("srt", "vtt", "txt"):
        assert main(["caption", clip, "--output", str(tmp_path / f"out.{ending}")]) == 0
        cues = load_subtitles(tmp_path / f"out.{ending}").cues
        assert [cue.text for cue in cues] == ["Nothing but red.", "Nothing but blue."]
    assert main(["caption", clip, "--output", str(tmp_path / "two.srt"), "--language", "both"]) == 0
    assert load_subtitles(tmp_path / "two.zh.srt").cues[1].text == "只有蓝色。"
    assert load_subtitles(tmp_path / "two.en.srt").cues[1].end <= 6.2
    assert main(["caption", clip, "--output", str(tmp_path / "out.json")]) == 0
    assert len(json.loads((tmp_path / "out.json").read_text("utf-8"))["scenes"]) == 2


def test_a_folder_is_taken_up_again(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "captions.csv"
    (folder / "broken.jpg").write_text("x")
    arguments = ["caption", str(folder), "--output", str(output)]
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert captured.out == "captioned=3  known=0  failed=1  skipped=1\n" and "“broken.jpg”" in captured.err
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["captioned"], found["known"], found["failed"]) == (0, 3, 1) and len(found["rows"]) == 4
    with output.open(encoding="utf-8-sig", newline="") as stream:
        assert [row["name"] for row in csv.DictReader(stream)] == ["0.png", "1.png", "2.png", "broken.jpg"]


def test_several_files_are_printed(folder: Path, clip: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["caption", str(folder / "0.png"), clip, "--language", "zh"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{folder / '0.png'}\t描述0。\n" and "needs image" in captured.err


def test_nothing_captioned_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.jpg").write_text("x")
    assert main(["caption", str(tmp_path)]) == 1
    assert "broken.jpg" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.png"], "There is no file"),
        (["nowhere", LION], "There is no file"),
        ([SAX], "needs image / video"),
        ([LION, "--output", "x.srt"], "cannot be written as “srt”"),
        ([LION, "--output", "/proc/none/x.txt"], "cannot be written"),
        ([LION, "--output", "/proc/none/x.csv"], "cannot be written"),
        ([LION, LION, "--output", "x.txt"], "choose one of csv, jsonl"),
        ([LION, LION, "--output", "/proc/none/x.csv"], "cannot be written"),
    ],
)
def test_failures_are_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["caption", *arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err and captured.err.count("\n") == 1 and captured.out == ""


def test_outputs_are_judged_before_the_models_load(
    folder: Path, clip: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "models", lambda: pytest.fail("the models were loaded"))
    for media in (str(folder), clip, LION):
        assert main(["caption", media, "--output", "x.docx"]) == 2
    assert main(["caption", str(folder), "--output", "/proc/none/x.csv"]) == 2
    empty = folder / "empty"
    empty.mkdir()
    assert main(["caption", str(empty)]) == 2
    (empty / "notes.txt").write_text("x")
    assert main(["caption", str(empty)]) == 2
    assert "There are no pictures" in capsys.readouterr().err


def test_failures_speak_chinese_too(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MMDEMO_LANGUAGE", "zh")
    assert main(["caption", SAX]) == 2
    assert "图片或视频" in capsys.readouterr().err


def test_more_alternatives_than_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["caption", LION, "--alternatives", "6"])
    assert ended.value.code == 2


def _rows(output: Path) -> int:
    """Count the rows of a table, which is not there before, nor for the moment in which its place is tried."""
    try:
        return output.read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0


def test_an_interrupt_keeps_what_was_written(folder: Path, tmp_path: Path) -> None:
    for seed in range(3, 40):
        picture(folder / f"{seed:02d}.png", seed)
    output = tmp_path / "captions.jsonl"
    code = """
import sys, time
from mmdemo import runtime
from mmdemo.cli import main
from tests.fakes import FakeGenerator, fake_models
from tests.tasks.picture_backbone import PictureBackbone

class Slow(FakeGenerator):
    def captions(self, *arguments):
        time.sleep(0.1)
        return super().captions(*arguments)

models = fake_models(PictureBackbone())
object.__setattr__(models, "generator", Slow())
runtime.models = lambda: models
sys.exit(main(sys.argv[1:]))
"""
    command = [sys.executable, "-c", code, "caption", str(folder), "--output", str(output)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while _rows(output) < 3:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and b"Traceback" not in errors and out == b""
    written = output.read_bytes()
    assert written.endswith(b"\n") and 3 <= written.count(b"\n") < 40
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
