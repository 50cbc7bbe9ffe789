"""Every benchmark runs, prints its headline as JSON, and measures what it says."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mmdemo.evaluation import encode_once, memory, transcription
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample, write_long_recording
from mmdemo.media import load_audio
from mmdemo.types import SAMPLE_RATE

pytestmark = pytest.mark.real


def _headline(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    found: dict[str, float] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_encode_once_counts_no_second_encoding(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encode_once, "RECORDING_SECONDS", 12.0)
    encode_once.main(["--json", str(tmp_path / "result.json")])
    assert _headline(capsys)["another_task_misses"] == 0
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert {row["file"] for row in result["files"]} >= {"cheetah.jpg", "world.mp4", "recording.wav"}


def test_memory_reports_both_runs(capsys: pytest.CaptureFixture[str]) -> None:
    memory.main(["--minutes", "0.1", "0.2"])
    headline = _headline(capsys)
    assert 100 < headline["peak_mb"] < 1500
    assert 0.5 < headline["memory_growth"] < 2


def test_a_long_recording_has_its_length_and_never_repeats(tmp_path: Path) -> None:
    write_long_recording(tmp_path / "a.wav", 30.0)
    write_long_recording(tmp_path / "b.wav", 30.0, seed=1)
    first, second = (soundfile.read(tmp_path / name)[0] for name in ("a.wav", "b.wav"))
    assert len(first) == len(second) == 30 * SAMPLE_RATE
    assert not np.array_equal(first, second)


def _write_data(folder: Path) -> None:
    """Write a folder laid out like the shared data: one alignment case, digits, one caption."""
    for name in ("alignment", "sounds", "flickr8k"):
        (folder / name).mkdir()
    waveform = load_audio(sample(SPEECH_FILES[2]), transcription.settings().limits).waveform
    soundfile.write(folder / "alignment" / "case.wav", waveform, SAMPLE_RATE)
    line = {"text": "I trust you had an historic evening", "start": 0.67, "end": 3.3, "words": None}
    case = {"name": "case", "lang": "en", "duration": len(waveform) / SAMPLE_RATE, "lines": [line]}
    (folder / "alignment" / "case.json").write_text(json.dumps(case), "utf-8")
    digits = folder / "digits"
    digits.mkdir()
    for i in range(3):
        soundfile.write(digits / f"{i}_someone_0.wav", waveform[:8000], 8000)
    with tarfile.open(folder / "sounds" / "spoken_digits.tar", "w") as tar:
        tar.add(digits, arcname=".")
    with tarfile.open(folder / "sounds" / "spoken_captions.tar", "w") as tar:
        tar.add(sample(SPEECH_FILES[2]), arcname="picture.mp3")
    caption = "picture.jpg\tval\tI trust you had an historic evening ."
    (folder / "flickr8k" / "captions.en.tsv").write_text(f"image\tsplit\tcaption\n{caption}\n", "utf-8")


def test_transcription_measures_errors_and_times(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write_data(tmp_path)
    monkeypatch.setattr(transcription, "DIGIT_COUNT", 3)
    target = tmp_path / "result.json"
    assert transcription.main(["--data", str(tmp_path), "--captions", "1", "--json", str(target)]) == 0
    rows = {row["name"]: row for row in json.loads(target.read_text("utf-8"))["cases"]}
    assert rows["case"]["error_rate"] <= 0.3
    assert rows["case"]["start_mean_ms"] < 50  # her voice begins behind music without a pitch
    assert rows["captions"]["reference_length"] == 7
    assert rows["digits"]["reference_length"] == 3
