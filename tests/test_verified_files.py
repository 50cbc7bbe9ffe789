"""Checksums are remembered; refusals of the system become sentences."""

from __future__ import annotations

import errno
import hashlib
from pathlib import Path

import pytest

from mmdemo import verified_files
from mmdemo.errors import DiskFull, FolderNotWritable, WeightsCorrupt
from mmdemo.verified_files import VerifiedFiles, disk_errors, ensure_folder


def test_a_file_is_read_through_only_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = tmp_path / "model.bin"
    weights.write_bytes(b"weights")
    expected = hashlib.sha256(b"weights").hexdigest()
    VerifiedFiles(tmp_path / "cache").check(weights, expected, "mend")
    monkeypatch.setattr(verified_files, "file_sha256", lambda path: pytest.fail("read again"))
    VerifiedFiles(tmp_path / "cache").check(weights, expected, "mend")


def test_a_changed_file_is_read_again_and_refused(tmp_path: Path) -> None:
    weights = tmp_path / "model.bin"
    weights.write_bytes(b"weights")
    expected = hashlib.sha256(b"weights").hexdigest()
    VerifiedFiles(tmp_path / "cache").check(weights, expected, "mend")
    weights.write_bytes(b"weights!")
    with pytest.raises(WeightsCorrupt, match="pip install x"):
        VerifiedFiles(tmp_path / "cache").check(weights, expected, "pip install x")


def test_a_corrupt_memory_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "verified.json").write_text("[not json", "utf-8")
    weights = tmp_path / "model.bin"
    weights.write_bytes(b"weights")
    VerifiedFiles(tmp_path).check(weights, hashlib.sha256(b"weights").hexdigest(), "mend")


def test_a_file_in_the_place_of_a_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file", "utf-8")
    with pytest.raises(FolderNotWritable, match="MMDEMO_CACHE_DIR"):
        ensure_folder(tmp_path / "home" / "cache")


@pytest.mark.parametrize(
    ("number", "expected"),
    [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EROFS, FolderNotWritable)],
)
def test_what_the_system_says_becomes_a_sentence(tmp_path: Path, number: int, expected: type[Exception]) -> None:
    with pytest.raises(expected) as caught, disk_errors(tmp_path, 145_000_001):
        raise OSError(number, "system")
    assert expected is not DiskFull or "146 MB" in str(caught.value)


def test_other_failures_are_not_hidden(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="odd"), disk_errors(tmp_path):
        raise OSError(errno.EIO, "odd")
