"""The commands ``align`` and ``resync`` for files, with fakes in the place of the engine."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mmdemo import runtime
from mmdemo.cli import main
from mmdemo.config import Limits
from mmdemo.evaluation.sample_media import MUSIC_FILE, PICTURE_FILE, SPEECH_FILES, sample
from mmdemo.media import load_audio
from mmdemo.runtime import Models
from mmdemo.subtitles import load_subtitles, parse_subtitles
from mmdemo.subtitles.retiming import retimed_file
from mmdemo.types import SAMPLE_RATE
from tests.alignment_engine import ASS, SRT, Engine, install_engine

SPEECH, MUSIC = str(sample(SPEECH_FILES[0])), str(sample(MUSIC_FILE))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    return install_engine(monkeypatch)


@pytest.fixture
def srt(tmp_path: Path) -> Path:
    path = tmp_path / "talk.srt"
    path.write_bytes(SRT.encode("utf-8-sig"))
    return path


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "talk.txt"
    path.write_text("Hello you\nthere\n")
    return path


def test_resync_changes_nothing_but_times(engine: Engine, srt: Path, tmp_path: Path) -> None:
    output = tmp_path / "new" / "talk.srt"
    assert main(["resync", SPEECH, str(srt), "--output", str(output), "--language", "de"]) == 0
    wanted = SRT.replace("01,000 --> 00:00:02,000", "03,500 --> 00:00:04,500")
    wanted = wanted.replace("03,000 --> 00:00:04,500", "05,500 --> 00:00:07,000")
    assert output.read_bytes() == wanted.encode("utf-8-sig")
    assert engine.asked == [(Path(SPEECH).name, "de")]
    assert list(output.parent.iterdir()) == [output]


def test_resync_prints_the_bytes_of_the_file(
    engine: Engine, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "a.srt"
    data = (SRT + "\r\n1\r\n00:00:05,000 --> 00:00:06,000\r\n你好\r\n").encode("gb18030")
    path.write_bytes(data)
    engine.outcome = "unchanged"
    assert main(["resync", SPEECH, str(path)]) == 3
    captured = capfdbinary.readouterr()
    assert captured.out == data and b"For a reason." in captured.err


def test_resync_keeps_styles_or_writes_what_was_asked_for(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.ass"
    path.write_text(ASS)
    same, other = tmp_path / "b.ass", tmp_path / "b.vtt"
    assert main(["resync", SPEECH, str(path), "--output", str(same)]) == 0
    assert same.read_text() == ASS.replace("0:00:02.00", "0:00:04.50").replace("0:00:01.00", "0:00:03.50")
    assert main(["resync", SPEECH, str(path), "--output", str(other)]) == 0
    assert other.read_text().startswith("WEBVTT\nLanguage: en\n\n00:00:03.500 --> 00:00:04.500\nHello\n")
    assert main(["resync", SPEECH, str(path), "--format", "json", "--output", str(same)]) == 0
    assert json.loads(same.read_text())["cues"][0]["start"] == 3.5


def test_what_is_refused_is_not_written(
    engine: Engine, srt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.outcome = "refused"
    output = tmp_path / "out.srt"
    assert main(["resync", SPEECH, str(srt), "--output", str(output)]) == 4
    assert main(["resync", SPEECH, str(srt)]) == 4
    captured = capsys.readouterr()
    assert not output.exists() and captured.out == "" and captured.err == "mmdemo: For a reason.\n" * 2


def test_resync_as_json(engine: Engine, srt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resync", SPEECH, str(srt), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["outcome"], found["language"], found["confidence"]) == ("aligned", "en", [0.75, 0.75])
    assert found["time_map"] == [[0.0, 2.5], [4.5, 7.0]] and found["reasons"] == []
    assert [cue["start"] for cue in found["cues"]] == [3.5, 5.5]
    engine.outcome = "refused"
    assert main(["resync", SPEECH, str(srt), "--json"]) == 4
    found = json.loads(capsys.readouterr().out)
    assert found["outcome"] == "refused" and found["reasons"] == [{"en": "For a reason.", "zh": "有原因。"}]


def test_resync_by_other_subtitles_listens_to_nothing(engine: Engine, tmp_path: Path) -> None:
    def srt_file(name: str, shift: float, words: str) -> Path:
        starts = [2.0 * n + (n * n * 0.37) % 1.3 for n in range(60)]
        blocks = [f"{_clock(start + shift)} --> {_clock(start + shift + 1.1)}\n{words} {start}" for start in starts]
        path = tmp_path / name
        path.write_text("\n\n".join(blocks) + "\n")
        return path

    reference, late = srt_file("right.srt", 0.0, "Hello"), srt_file("late.srt", 7.0, "Hallo")
    output = tmp_path / "fixed.srt"
    assert main(["resync", str(reference), str(late), "--output", str(output)]) == 0
    starts = [cue.start for cue in load_subtitles(output).cues]
    assert starts == pytest.approx([cue.start for cue in load_subtitles(reference).cues], abs=0.05)
    assert main(["resync", str(reference), str(output), "--output", str(tmp_path / "again.srt")]) == 3
    assert (tmp_path / "again.srt").read_bytes() == output.read_bytes()
    assert engine.asked == []


def _clock(seconds: float) -> str:
    return f"00:{int(seconds) // 60:02d}:{seconds % 60:06.3f}"


def test_align_writes_subtitles_of_a_text(engine: Engine, text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["align", SPEECH, str(text)]) == 0
    assert capsys.readouterr().out == (
        "1\n00:00:00,000 --> 00:00:00,500\nHello you\n\n2\n00:00:01,000 --> 00:00:01,500\nthere\n"
    )
    assert engine.asked == [(Path(SPEECH).name, "auto")]


def test_align_takes_subtitles_too_and_keeps_their_styles(engine: Engine, tmp_path: Path) -> None:
    path, output = tmp_path / "a.ass", tmp_path / "b.ass"
    path.write_text(ASS)
    assert main(["align", SPEECH, str(path), "--output", str(output)]) == 0
    assert output.read_text() == ASS.replace("0:00:01.00", "0:00:00.00").replace("0:00:02.00", "0:00:00.50").replace(
        "0:00:00.00,0:00:00.50,Default", "0:00:00.00,0:00:01.00,Default"
    )


def test_align_as_json_carries_words(engine: Engine, text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["align", SPEECH, str(text), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["outcome"] == "aligned"
    assert [word["text"] for word in found["cues"][0]["words"]] == [" Hello", " you"]


def test_align_for_karaoke(engine: Engine, text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["align", SPEECH, str(text), "--karaoke"]) == 0
    assert r"{\k50}there" in capsys.readouterr().out
    output = tmp_path / "words.vtt"
    assert main(["align", SPEECH, str(text), "--karaoke", "--output", str(output)]) == 0
    assert output.read_text().startswith("WEBVTT\nLanguage: en\n\n00:00:00.000 --> 00:00:00.500\nHello you\n")
    assert main(["align", SPEECH, str(text), "--karaoke", "--format", "srt"]) == 2
    assert "choose one of ass, vtt" in capsys.readouterr().err


def test_a_text_that_is_not_spoken_is_refused(
    engine: Engine, text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.outcome = "refused"
    assert main(["align", MUSIC, str(text), "--output", str(tmp_path / "x.srt")]) == 4
    assert "For a reason." in capsys.readouterr().err and not (tmp_path / "x.srt").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["align", "nowhere.mp4", "{text}"], "There is no file “nowhere.mp4”"),
        (["align", SPEECH, "nowhere.txt"], "There is no file “nowhere.txt”"),
        (["align", str(sample(PICTURE_FILE)), "{text}"], "kind “image”"),
        (["align", SPEECH, str(sample(PICTURE_FILE))], "cannot be read as subtitles"),
        (["align", SPEECH, "{text}", "--format", "doc"], "not a subtitle format"),
        (["align", SPEECH, "{text}", "--output", "/proc/none/x.srt"], "cannot be written"),
        (["resync", SPEECH, "{text}"], "mmdemo align"),
        (["resync", SPEECH, "{srt}", "--output", "out.doc"], "not a subtitle format"),
        (["resync", SPEECH, "{srt}", "--output", "{folder}/empty.srt"], "cannot be written"),
        (["resync", "{text}", "{srt}"], "cannot be read as a picture, sound or video"),
        (["resync", "{folder}", "{srt}", "--output", "out"], "either two files, or two folders"),
        (["resync", "{folder}", "{folder}"], "either two files, or two folders"),
        (["resync", "{folder}", "{folder}/empty.srt", "--output", "{folder}/out"], "no subtitle files"),
        (["resync", "{folder}", "{folder}", "--output", "{folder}"], "choose another folder"),
        (["resync", "{folder}", "{folder}", "--output", "{srt}"], "cannot be written"),
        (["resync", "{folder}", "{folder}", "--output", "{folder}/o", "--format", "doc"], "not a subtitle format"),
    ],
)
def test_failures_are_one_line_and_exit_2(
    engine: Engine,
    srt: Path,
    text: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    (tmp_path / "empty.srt").mkdir()
    places = {"srt": srt, "text": text, "folder": tmp_path}
    assert main([argument.format(**places) for argument in arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1 and captured.out == "" and engine.asked == []


def test_failures_speak_chinese_too(
    engine: Engine, text: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MMDEMO_LANGUAGE", "zh_CN.UTF-8")
    assert main(["resync", SPEECH, str(text)]) == 2
    assert "没有可校正的时间" in capsys.readouterr().err


def test_help_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("align", "resync"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        told = " ".join(capsys.readouterr().out.split())
        assert "0 aligned, 3 unchanged" in told and "4 refused" in told


@pytest.mark.real
def test_a_real_recording_moves_subtitles_back_and_leaves_right_ones_alone(
    monkeypatch: pytest.MonkeyPatch, real_models: Models, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runtime, "models", lambda: real_models)
    recording, right, late, fixed = (tmp_path / name for name in ("talk.wav", "right.ass", "late.ass", "fixed.ass"))
    # Without music: over that, what is heard differs from processor to processor, and it is the truth here.
    pause = np.zeros(SAMPLE_RATE, np.float32)
    pieces = [part for name in SPEECH_FILES * 2 for part in (load_audio(sample(name), Limits()).waveform, pause)]
    soundfile.write(recording, np.concatenate(pieces), SAMPLE_RATE)
    assert main(["transcribe", str(recording), "--output", str(right)]) == 0
    data = right.read_bytes()
    cues = parse_subtitles(data, "right").cues
    late.write_bytes(retimed_file(data, "r", [replace(cue, start=cue.start + 4, end=cue.end + 4) for cue in cues]))
    assert main(["resync", str(recording), str(late), "--output", str(fixed)]) == 0
    assert [cue.start for cue in load_subtitles(fixed).cues] == pytest.approx([c.start for c in cues], abs=0.3)
    assert main(["resync", str(recording), str(right), "--output", str(fixed)]) == 3
    assert fixed.read_bytes() == data
    text = tmp_path / "talk.txt"
    text.write_text("\n".join(cue.text.replace("\n", " ") for cue in cues))
    capsys.readouterr()
    assert main(["align", str(recording), str(text), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["cues"]) == len(cues) and all(cue["words"] for cue in found["cues"])
