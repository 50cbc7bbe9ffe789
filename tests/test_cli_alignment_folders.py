"""``resync`` for folders, with a fake in the place of the engine."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from mmdemo.cli import main
from mmdemo.evaluation.sample_media import PICTURE_FILE, SPEECH_FILES, sample
from mmdemo.subtitles import load_subtitles
from tests.alignment_engine import ASS, SRT, Engine, install_engine

SPEECH = str(sample(SPEECH_FILES[0]))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    return install_engine(monkeypatch)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Two films, one in a subfolder with a poster beside it, and subtitles under their names."""
    media, subtitles = tmp_path / "media", tmp_path / "subs"
    for place in (media / "Series", subtitles / "Series"):
        place.mkdir(parents=True)
    shutil.copy(SPEECH, media / "Film.mp3")
    shutil.copy(SPEECH, media / "Series" / "Part 1.mp3")
    shutil.copy(sample(PICTURE_FILE), media / "Series" / "Part 1.jpg")
    (subtitles / "film.en.forced.srt").write_bytes(SRT.encode("utf-16"))
    (subtitles / "Series" / "Part 1.ass").write_text(ASS)
    (subtitles / "readme.txt").write_text("Hello")
    (subtitles / ".hidden.srt").write_text(SRT)
    return tmp_path


def folders(library: Path, *more: str) -> list[str]:
    return ["resync", str(library / "media"), str(library / "subs"), "--output", str(library / "out"), *more]


def test_folders_are_paired_by_name(engine: Engine, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(folders(library)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "aligned=2  unchanged=0  refused=0  failed=0  known=0"
    assert len(lines) == 3 and all(line.startswith("aligned ") and line.endswith("+2.50 s") for line in lines[:-1])
    moved = load_subtitles(library / "out" / "film.en.forced.srt")
    assert moved.encoding == "utf-16" and moved.cues[0].start == 3.5
    assert "0:00:03.50,0:00:04.50,Sign" in (library / "out" / "Series" / "Part 1.ass").read_text()
    assert sorted(source for source, _ in engine.asked) == ["Film.mp3", "Part 1.mp3"]


def test_folders_are_taken_up_again(engine: Engine, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(folders(library)) == 0
    assert main(folders(library)) == 0
    assert "known=2" in capsys.readouterr().out and len(engine.asked) == 2
    later = (library / "out" / "film.en.forced.srt").stat().st_mtime + 10
    os.utime(library / "subs" / "film.en.forced.srt", (later, later))
    assert main(folders(library)) == 0
    assert len(engine.asked) == 3
    assert main(folders(library, "--again")) == 0
    assert len(engine.asked) == 5


def test_folders_go_on_after_a_failure(engine: Engine, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (library / "subs" / "alone.srt").write_text(SRT)
    (library / "subs" / "broken.vtt").write_bytes(b"\x00\x01\x02\xff" * 99)
    assert main(folders(library)) == 2
    captured = capsys.readouterr()
    assert "aligned=2  unchanged=0  refused=0  failed=2  known=0" in captured.out
    assert "same name as “alone.srt”" in captured.err and "“broken.vtt” cannot be read" in captured.err
    assert main(folders(library, "--json")) == 2
    found = json.loads(capsys.readouterr().out)
    assert (found["failed"], found["known"]) == (2, 2)
    assert [row["outcome"] for row in found["rows"]] == ["failed", "failed", "known", "known"]


@pytest.mark.parametrize(("outcome", "code"), [("unchanged", 3), ("refused", 4)])
def test_folders_tell_the_outcome(engine: Engine, library: Path, outcome: str, code: int) -> None:
    engine.outcome = outcome
    assert main(folders(library, "--json")) == code
    written = [path for path in (library / "out").rglob("*") if path.is_file()]
    assert len(written) == (2 if outcome == "unchanged" else 0)
    if outcome == "unchanged":
        assert (library / "out" / "film.en.forced.srt").read_bytes() == SRT.encode("utf-16")


def test_folders_in_another_format_lose_no_file(engine: Engine, library: Path) -> None:
    (library / "subs" / "film.en.forced.ass").write_text(ASS)
    assert main(folders(library, "--format", "vtt")) == 0
    written = {str(path.relative_to(library / "out")) for path in (library / "out").rglob("*.vtt")}
    assert written == {"film.en.forced.srt.vtt", "film.en.forced.ass.vtt", "Series/Part 1.vtt"}


def test_media_and_subtitles_in_one_folder(engine: Engine, library: Path) -> None:
    media = library / "media"
    (media / "Film.srt").write_text(SRT)
    (media / "Gone.en.srt").write_text(SRT)
    (media / "Gone.srt").write_text(SRT)  # no reference: it lies beside, and may be as wrong
    assert main(["resync", str(media), str(media), "--output", str(media / "out"), "--json"]) == 2
    assert [path.name for path in (media / "out").iterdir()] == ["Film.srt"]
