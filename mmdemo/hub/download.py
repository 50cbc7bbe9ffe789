"""Getting a model onto the disk: whole, verified, with progress in bytes, or one sentence why not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mmdemo.config import Settings
from mmdemo.errors import HubDiskFull, HubOffline, ModelFolderDamaged, ModelUnusable
from mmdemo.hub.catalogue import UNWANTED_FILES, HubModel
from mmdemo.hub.failures import download_failures, hub_cache, is_offline
from mmdemo.hub.files import is_complete, verify
from mmdemo.hub.progress import ByteCounter, DownloadProgress, under_way
from mmdemo.verified_files import megabytes

SPARE_BYTES = 500_000_000
"""Left free on the disk beside a download, for everything else that runs."""
ANSWER_SECONDS = 10.0
"""After so long without an answer the hub counts as unreachable."""
WORKERS = 4
"""Files fetched at the same time."""


def _wanted(model: HubModel) -> dict[str, Any]:
    """Return what of a repository is asked for."""
    return {
        "repo_id": model.repository,
        "revision": model.revision,
        "allow_patterns": list(model.patterns),
        "ignore_patterns": list(UNWANTED_FILES),
    }


def local_copy(model: HubModel) -> Path | None:
    """Find a model that is on the disk with every file, without asking the network.

    Args:
        model: which.

    Returns:
        Its folder; None when it, or a part of it, has not been fetched.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    if model.folder is not None:
        return model.folder if is_complete(model.folder) else None
    try:
        folder = Path(snapshot_download(**_wanted(model), local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if is_complete(folder) else None


def bytes_to_fetch(model: HubModel) -> int:
    """Ask the hub how many bytes of a model are not on the disk yet.

    Args:
        model: which.

    Raises:
        HubError: the hub cannot be asked, or does not give the model.
    """
    from huggingface_hub import HfApi, snapshot_download

    with download_failures(model, ByteCounter(0, None)):
        # Asked once, without the retries of the listing, which take 23 s until they give up without a network.
        HfApi().model_info(model.repository, revision=model.revision, timeout=ANSWER_SECONDS)
        planned = snapshot_download(**_wanted(model), dry_run=True)
    return sum(file.file_size or 0 for file in planned if file.will_download)


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)


def _check_space(model: HubModel, needed_bytes: int) -> None:
    free = shutil.disk_usage(_existing(hub_cache())).free
    if free < needed_bytes + SPARE_BYTES:
        raise HubDiskFull(path=hub_cache(), model=model.repository, needed_mb=megabytes(needed_bytes + SPARE_BYTES))


def download(model: HubModel, settings: Settings, progress: Callable[[DownloadProgress], None] | None = None) -> Path:
    """Return the folder of a model, fetching what is missing.

    Files that arrived whole stay when the connection is lost and are not fetched again; one that did not is removed by
    huggingface_hub and begins anew.

    Args:
        model: which.
        settings: names the folder that remembers checksums.
        progress: called from other threads as bytes arrive; what it raises stops the download.

    Returns:
        A folder with every file, verified; load it with ``local_files_only=True``.

    Raises:
        HubError: one sentence for every way in which that fails (see `mmdemo.hub.failures`).
        HubFileDamaged: a file is not as it was published; it is removed.
        ModelFolderDamaged: a folder of the user lacks a part.
    """
    found = local_copy(model)
    if found is not None:
        return verify(found, model, settings)
    if model.folder is not None:
        raise ModelFolderDamaged(path=model.folder)
    if is_offline():
        raise HubOffline(model=model.repository)
    needed = bytes_to_fetch(model)
    _check_space(model, needed)
    with under_way(model.repository, progress) as told:
        return verify(_fetch(model, ByteCounter(needed, told)), model, settings)


def _fetch(model: HubModel, counter: ByteCounter) -> Path:
    from huggingface_hub import snapshot_download

    with download_failures(model, counter):
        folder = Path(snapshot_download(**_wanted(model), max_workers=WORKERS, tqdm_class=counter.bar_class()))
    if not is_complete(folder):
        raise ModelUnusable(model=model.repository, kind="?", cause="no config.json or no safetensors files")
    return folder
