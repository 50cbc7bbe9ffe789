"""A model arrives whole or not at all, whatever happens to the cable, the disk or the bytes."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from mmdemo.config import Settings
from mmdemo.errors import (
    DownloadBrokeOff,
    HubDiskFull,
    HubError,
    HubFileDamaged,
    HubFolderNotWritable,
    HubOffline,
    HubUnreachable,
    ModelFolderDamaged,
    ModelGated,
    ModelNotOffered,
)
from mmdemo.hub.catalogue import EMBEDDING_GEMMA_2, LATEST, HubModel, named_model
from mmdemo.hub.download import download, local_copy
from mmdemo.hub.progress import DownloadProgress, downloads
from tests.hub.fake_hub import REVISION, FakeHub

MODEL = HubModel("someone/tiny", REVISION)
SHARDS = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
Online = Callable[[FakeHub], FakeHub]


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A model of two shards, as its authors have it."""
    folder = tmp_path / "published"
    folder.mkdir()
    for i, name in enumerate(SHARDS):
        save_file({f"layer.{i}": np.full((300, 100), i, np.float32)}, folder / name)
    index = {"weight_map": {f"layer.{i}": name for i, name in enumerate(SHARDS)}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
    (folder / "config.json").write_text('{"model_type": "tiny"}', "utf-8")
    (folder / "pytorch_model.bin").write_bytes(b"code could hide here")
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a cache folder of their own."""
    return Settings(cache_dir=tmp_path / "cache")


def _blobs(hub_cache: Path) -> list[Path]:
    return sorted(path for path in hub_cache.rglob("*") if path.is_file() and path.parent.name == "blobs")


def test_a_model_is_fetched_once_without_pickles_and_tells_how_far_it_is(
    put_online: Online, published: Path, settings: Settings
) -> None:
    hub = put_online(FakeHub.offering(published))
    seen: list[DownloadProgress] = []
    shown: list[DownloadProgress] = []

    def told(progress: DownloadProgress) -> None:
        seen.append(progress)
        shown.append(downloads()[MODEL.repository])

    folder = download(MODEL, settings, told)
    assert shown == seen and downloads() == {}
    assert {path.name for path in folder.iterdir()} == {*SHARDS, "config.json", "model.safetensors.index.json"}
    assert seen[-1].done_bytes == seen[-1].total_bytes == sum(path.stat().st_size for path in folder.iterdir())
    assert [step.done_bytes for step in seen] == sorted(step.done_bytes for step in seen)
    hub.asked.clear()
    assert download(MODEL, settings) == folder
    assert hub.asked == []


def test_a_branch_stays_at_the_commit_that_is_on_the_disk(
    put_online: Online, published: Path, settings: Settings
) -> None:
    put_online(FakeHub.offering(published))
    folder = download(MODEL, settings)
    refs = folder.parent.parent / "refs"
    refs.mkdir(exist_ok=True)
    (refs / LATEST).write_text(REVISION, "ascii")
    assert local_copy(HubModel("someone/tiny")) == folder


def test_no_cable_before_the_download(hub_cache: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(HubUnreachable, match="someone/tiny.*connection"):
        download(MODEL, settings)
    assert local_copy(MODEL) is None


def test_a_cable_pulled_during_the_download_keeps_only_whole_files(
    put_online: Online, published: Path, settings: Settings, hub_cache: Path
) -> None:
    hub = put_online(FakeHub.offering(published))
    hub.cut_after[SHARDS[1]] = 70_000
    with pytest.raises(DownloadBrokeOff, match="someone/tiny.*try again"):
        download(MODEL, settings)
    assert local_copy(MODEL) is None
    assert not list(hub_cache.rglob("*.incomplete"))
    hub.cut_after.clear()
    hub.asked.clear()
    assert local_copy(MODEL) is None
    download(MODEL, settings)
    fetched = [line for line in hub.asked if line.startswith("GET") and ".safetensors" in line and "index" not in line]
    assert SHARDS[1] in fetched[-1]


def test_a_cable_pulled_after_the_download_does_not_matter(
    put_online: Online, published: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    put_online(FakeHub.offering(published))
    folder = download(MODEL, settings)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    assert download(MODEL, settings) == folder


@pytest.mark.parametrize("after", [False, True], ids=["on its way", "on the disk"])
def test_other_bytes_are_noticed_removed_and_fetched_anew(
    after: bool, put_online: Online, published: Path, settings: Settings
) -> None:
    hub = put_online(FakeHub.offering(published))
    if after:
        shard = download(MODEL, settings) / SHARDS[0]
        data = shard.read_bytes()
        shard.resolve().write_bytes(data[:-4] + b"\x55\x55\x55\x55")
    else:
        hub.damaged.add(SHARDS[0])
    with pytest.raises(HubFileDamaged, match=f"{SHARDS[0]}.*removed"):
        download(MODEL, settings)
    assert local_copy(MODEL) is None
    hub.damaged.clear()
    assert (download(MODEL, settings) / SHARDS[0]).read_bytes() == (published / SHARDS[0]).read_bytes()


def test_a_truncated_shard_is_noticed_and_removed(put_online: Online, published: Path, settings: Settings) -> None:
    put_online(FakeHub.offering(published))
    shard = download(MODEL, settings) / SHARDS[1]
    shard.resolve().write_bytes(shard.read_bytes()[:5000])
    with pytest.raises(HubFileDamaged, match=SHARDS[1]):
        download(MODEL, settings)
    assert local_copy(MODEL) is None


def test_too_little_disk_is_noticed_before_the_download(
    put_online: Online, published: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, hub_cache: Path
) -> None:
    hub = put_online(FakeHub.offering(published))
    usage = shutil.disk_usage(published)
    monkeypatch.setattr("mmdemo.hub.download.shutil.disk_usage", lambda path: usage._replace(free=1000))
    with pytest.raises(HubDiskFull, match="MB are needed.*HF_HOME"):
        download(MODEL, settings)
    assert not any(line.startswith("GET") and "safetensors" in line for line in hub.asked)


@pytest.mark.parametrize(
    ("number", "expected"), [(errno.ENOSPC, HubDiskFull), (errno.EACCES, HubFolderNotWritable)], ids=["full", "closed"]
)
def test_a_disk_that_takes_no_more_in_the_middle(
    number: int,
    expected: type[HubError],
    put_online: Online,
    published: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    hub_cache: Path,
) -> None:
    from huggingface_hub import file_download

    def refuse(*arguments: object, **options: object) -> None:
        raise OSError(number, "the disk says no")

    put_online(FakeHub.offering(published))
    with monkeypatch.context() as closed, pytest.raises(expected):
        closed.setattr(file_download, "http_get", refuse)
        download(MODEL, settings)
    assert local_copy(MODEL) is None
    assert _blobs(hub_cache) == []
    assert download(MODEL, settings)


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        ((404, "RepoNotFound"), ModelNotOffered),
        ((404, "RevisionNotFound"), ModelNotOffered),
        ((403, "GatedRepo"), ModelGated),
        ((503, ""), HubUnreachable),
    ],
)
def test_what_the_hub_refuses(
    refusal: tuple[int, str],
    expected: type[HubError],
    put_online: Online,
    settings: Settings,
) -> None:
    put_online(FakeHub(refusal=refusal))
    with pytest.raises(expected, match="someone/tiny"):
        download(MODEL, settings)


def test_a_name_that_no_repository_can_have(hub_cache: Path, settings: Settings) -> None:
    with pytest.raises(ModelNotOffered):
        download(HubModel("not a name//"), settings)


def test_offline_asks_nobody(put_online: Online, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    hub = put_online(FakeHub())
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubOffline, match="HF_HUB_OFFLINE"):
        download(MODEL, settings)
    assert hub.asked == []


def test_stopping_in_the_middle_leaves_nothing_half(put_online: Online, published: Path, settings: Settings) -> None:
    class Stopped(Exception):
        """Raised by whoever watches."""

    def stop(progress: DownloadProgress) -> None:
        raise Stopped

    put_online(FakeHub.offering(published))
    with pytest.raises(Stopped):
        download(MODEL, settings, stop)
    assert local_copy(MODEL) is None and downloads() == {}


def test_a_folder_is_used_as_it_is_and_never_touched(published: Path, settings: Settings) -> None:
    model = named_model(str(published))
    assert download(model, settings) == published
    shard = published / SHARDS[0]
    shard.write_bytes(shard.read_bytes()[:100])
    with pytest.raises(ModelFolderDamaged, match="published"):
        download(model, settings)
    assert shard.exists()
    shard.unlink()
    with pytest.raises(ModelFolderDamaged):
        download(model, settings)


def test_names_are_read_as_people_write_them() -> None:
    assert named_model("google/embeddinggemma-2") == EMBEDDING_GEMMA_2
    assert named_model("google/embeddinggemma-2@abc").revision == "abc"
    assert named_model("owner/other") == HubModel("owner/other", LATEST)
