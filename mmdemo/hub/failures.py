"""What huggingface_hub, transformers and torch raise, turned into sentences that say what to do."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmdemo.errors import (
    DownloadBrokeOff,
    HubDiskFull,
    HubFolderNotWritable,
    HubOffline,
    HubUnreachable,
    MMDemoError,
    ModelGated,
    ModelNotOffered,
    ModelTooLarge,
    ModelUnusable,
    PackageMissing,
    UnknownArchitecture,
    VisionPackageUnfit,
)
from mmdemo.hub.catalogue import HubModel
from mmdemo.hub.progress import ByteCounter
from mmdemo.verified_files import megabytes

TORCHVISION_SIGNS = ("torchvision", "nms does not exist")
"""What stands in the message when torchvision is absent, or was built for another torch."""
MEMORY_SIGNS = ("out of memory", "not enough memory", "can't allocate memory", "defaultcpuallocator")


def is_offline() -> bool:
    """Tell whether the environment forbids the network (``HF_HUB_OFFLINE``)."""
    from huggingface_hub import constants

    return bool(constants.is_offline_mode())


def hub_cache() -> Path:
    """Return the folder that huggingface_hub keeps models in (``HF_HOME``, ``HF_HUB_CACHE``)."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _refusal(error: BaseException, model: HubModel) -> MMDemoError | None:
    """Return the sentence when the hub answered that it will not give the model."""
    from huggingface_hub import errors

    for found in _chain(error):
        if isinstance(found, errors.GatedRepoError):
            return ModelGated(model=model.repository)
        if isinstance(found, errors.RepositoryNotFoundError | errors.RevisionNotFoundError | errors.HFValidationError):
            return ModelNotOffered(model=model.repository, revision=model.revision)
    return None


def _disk_failure(error: BaseException, model: HubModel, needed_bytes: int) -> MMDemoError | None:
    """Return the sentence when the disk is full or closed."""
    for found in _chain(error):
        number = getattr(found, "errno", None)
        if number in (errno.ENOSPC, errno.EDQUOT):
            return HubDiskFull(path=hub_cache(), model=model.repository, needed_mb=megabytes(needed_bytes))
        if isinstance(found, PermissionError) or number == errno.EROFS:
            return HubFolderNotWritable(path=hub_cache())
    return None


@contextmanager
def download_failures(model: HubModel, counter: ByteCounter) -> Iterator[None]:
    """Turn what goes wrong while a model is fetched into sentences.

    Args:
        model: that is fetched.
        counter: how far it came.

    Raises:
        ModelGated: its terms were not accepted.
        ModelNotOffered: the hub has no such model or commit.
        HubDiskFull: no space left.
        HubFolderNotWritable: the cache cannot be written.
        HubOffline: the network is switched off.
        HubUnreachable: no connection.
        DownloadBrokeOff: the connection was lost in the middle.
    """
    from httpx2 import HTTPError
    from huggingface_hub.errors import EntryNotFoundError, HFValidationError, XetDownloadError

    try:
        yield
    except (OSError, HTTPError, RuntimeError, EntryNotFoundError, HFValidationError, XetDownloadError) as error:
        known = _refusal(error, model) or _disk_failure(error, model, counter.total_bytes - counter.done_bytes)
        if known is not None:
            raise known from error
        if is_offline():
            raise HubOffline(model=model.repository) from error
        if counter.done_bytes == 0:
            raise HubUnreachable(model=model.repository) from error
        done, total = megabytes(counter.done_bytes), megabytes(counter.total_bytes)
        raise DownloadBrokeOff(model=model.repository, done_mb=done, total_mb=total) from error


def _model_type(folder: Path) -> str:
    try:
        return str(json.loads((folder / "config.json").read_text("utf-8")).get("model_type", "?"))
    except (OSError, ValueError, AttributeError):
        return "?"


def _says(error: BaseException, signs: tuple[str, ...]) -> bool:
    return any(sign in str(found).lower() for found in _chain(error) for sign in signs)


def _loading_failure(error: BaseException, model: HubModel, folder: Path) -> MMDemoError:
    """Choose the sentence for an exception of transformers, safetensors or torch."""
    import torch
    import transformers

    if isinstance(error, MemoryError) or _says(error, MEMORY_SIGNS):
        return ModelTooLarge(model=model.repository)
    if _says(error, TORCHVISION_SIGNS):
        return VisionPackageUnfit(model=model.repository, version=torch.__version__)
    missing = next((found for found in _chain(error) if isinstance(found, ModuleNotFoundError) and found.name), None)
    if missing is not None:
        return PackageMissing(package=missing.name, command=f"pip install {missing.name}")
    kind = _model_type(folder)
    known = kind in transformers.models.auto.configuration_auto.CONFIG_MAPPING
    if isinstance(error, ValueError | KeyError) and not known:
        return UnknownArchitecture(model=model.repository, kind=kind, version=transformers.__version__)
    return ModelUnusable(model=model.repository, kind=kind, cause=str(error).partition("\n")[0])


@contextmanager
def loading_failures(model: HubModel, folder: Path) -> Iterator[None]:
    """Turn what goes wrong while a model is loaded from the disk or run into sentences.

    Args:
        model: that is loaded.
        folder: it is loaded from.

    Raises:
        ModelTooLarge: the memory of the machine or of the GPU does not suffice.
        VisionPackageUnfit: torchvision is missing or does not fit torch.
        PackageMissing: another package is missing.
        UnknownArchitecture: transformers does not know this kind of model.
        ModelUnusable: anything else: it lacks a part, or is of another kind.
    """
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, MemoryError, SafetensorError) as error:
        raise _loading_failure(error, model, folder) from error
