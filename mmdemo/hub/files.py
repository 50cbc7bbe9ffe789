"""Is a model on the disk whole? Shards counted, lengths read from headers, bytes compared with their checksum."""

from __future__ import annotations

import hashlib
import json
import math
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from mmdemo.config import Settings
from mmdemo.errors import HubFileDamaged, ModelFolderDamaged, WeightsCorrupt
from mmdemo.hub import ctranslate2_files
from mmdemo.hub.catalogue import HubModel
from mmdemo.verified_files import VerifiedFiles, file_sha256

CONFIG = "config.json"
INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"
CTRANSLATE2 = ctranslate2_files.MODEL_FILE
HEADER_LENGTH_BYTES = 8
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class TensorHeader:
    """What a safetensors file says about itself."""

    file_bytes: int  # that it must have
    elements: int  # numbers in it


def weight_files(folder: Path) -> tuple[str, ...]:
    """Name the weight files that a model's folder must hold.

    Args:
        folder: of the model.

    Returns:
        Names of shards as its index lists them, or the one file there is without an index; a Whisper of CTranslate2
        has its own.
    """
    try:
        index = json.loads((folder / INDEX).read_text("utf-8"))
        return tuple(sorted(set(index["weight_map"].values())))
    except FileNotFoundError:
        only_ctranslate2 = (folder / CTRANSLATE2).is_file() and not (folder / SINGLE).is_file()
        return (CTRANSLATE2,) if only_ctranslate2 else (SINGLE,)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return (INDEX,)


def read_header(path: Path) -> TensorHeader:
    """Read how long a safetensors file must be and how many numbers it holds.

    Raises:
        ValueError: it is not a safetensors file.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        prefix = file.read(HEADER_LENGTH_BYTES)
        if len(prefix) < HEADER_LENGTH_BYTES:
            raise ValueError("too short for a header")
        (length,) = struct.unpack("<Q", prefix)
        if length > path.stat().st_size:
            raise ValueError("the header is longer than the file")
        described = json.loads(file.read(length))
    tensors = [entry for name, entry in described.items() if name != "__metadata__"]
    end = max((entry["data_offsets"][1] for entry in tensors), default=0)
    return TensorHeader(HEADER_LENGTH_BYTES + length + end, sum(math.prod(entry["shape"]) for entry in tensors))


def _is_whole(path: Path) -> bool:
    if path.name == CTRANSLATE2:
        return ctranslate2_files.is_whole(path)
    try:
        return path.stat().st_size == read_header(path).file_bytes
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def is_complete(folder: Path) -> bool:
    """Tell whether config and every weight file stand in a folder, without reading the weights."""
    return (folder / CONFIG).is_file() and all((folder / name).is_file() for name in weight_files(folder))


def parameter_count(folder: Path) -> int:
    """Count a model's parameters from what its weight files say about themselves.

    Raises:
        ValueError: a file is neither safetensors nor a model of CTranslate2.
        OSError: a file cannot be read.
    """
    files = weight_files(folder)
    if files == (CTRANSLATE2,):
        return sum(math.prod(shape) for shape in ctranslate2_files.variable_shapes(folder / CTRANSLATE2).values())
    return sum(read_header(folder / name).elements for name in files)


def identity(model: HubModel, folder: Path) -> str:
    """Name the very weights that lie in a folder, so that vectors of others are never mixed with theirs.

    Args:
        model: which.
        folder: as it was found or fetched.

    Returns:
        The repository with the commit it is at; of a folder of the user its name with a hash of the content.
    """
    if model.folder is None:
        return f"{model.repository}@{folder.name[:12]}"  # the commit, also where only a branch was named
    digests = [file_sha256(folder / name) for name in (CONFIG, *weight_files(folder))]
    return f"{folder.name}@{hashlib.sha256(''.join(digests).encode()).hexdigest()[:12]}"


def _expected_checksum(path: Path, model: HubModel) -> str:
    """Return the published SHA-256: as we know it, or as the hub's cache names large files; empty when neither."""
    blob = path.resolve().name
    return model.checksums.get(path.name, blob if path.is_symlink() and _SHA256.fullmatch(blob) else "")


def _damaged(path: Path, model: HubModel) -> HubFileDamaged | ModelFolderDamaged:
    """Remove a damaged file of the hub's cache, so that nothing takes it for whole; leave users' folders alone."""
    if model.folder is not None:
        return ModelFolderDamaged(path=path)
    if path.is_symlink():
        path.resolve().unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    return HubFileDamaged(name=path.name, model=model.repository)


def verify(folder: Path, model: HubModel, settings: Settings) -> Path:
    """Check that a model on the disk is the published one, whole; a checksum is computed once and remembered.

    Args:
        folder: of the model; complete.
        model: what it should be.
        settings: names the folder that remembers checksums.

    Returns:
        The folder.

    Raises:
        HubFileDamaged: a file is cut off or has other bytes; it is removed.
        ModelFolderDamaged: likewise in a folder of the user, where nothing is removed.
    """
    verified = VerifiedFiles(settings.cache_dir)
    for name in weight_files(folder):
        path = folder / name
        if not _is_whole(path):
            raise _damaged(path, model)
    for path in sorted(folder.iterdir()):
        expected = _expected_checksum(path, model)
        if expected and path.is_file():
            try:
                verified.check(path, expected, "")
            except WeightsCorrupt as error:
                raise _damaged(path, model) from error
    return folder
