"""A checkpoint of TensorFlow, written here byte by byte as its formats say, is read back."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from mmdemo.separation.tensorflow_checkpoint import read_checkpoint
from mmdemo.types import Float32Array

FLOAT32, INT64 = 1, 9


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >= 128:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _block(entries: list[tuple[bytes, bytes]]) -> bytes:
    """Write a block whose keys share what they have in common with the one before."""
    out, last = b"", b""
    for key, value in entries:
        shared = next((i for i, (a, b) in enumerate(zip(key, last, strict=False)) if a != b), min(len(key), len(last)))
        out += _varint(shared) + _varint(len(key) - shared) + _varint(len(value)) + key[shared:] + value
        last = key
    return out + struct.pack("<II", 0, 1)


def _entry(array: Float32Array, offset: int, kind: int = FLOAT32) -> bytes:
    shape = b"".join(_field(2, _field(1, size)) for size in array.shape)
    checksum = _varint(6 << 3 | 5) + b"\0\0\0\0"
    return _field(1, kind) + _field(2, shape) + _field(4, offset) + _field(5, array.nbytes) + checksum


def write_checkpoint(folder: Path, tensors: dict[str, Float32Array], name: str = "model", packed: int = 0) -> None:
    """Write tensors, and a counter of another type that is none of our business."""
    numbers = b"".join(tensors[key].tobytes() for key in sorted(tensors))
    entries, offset = [(b"", _field(1, 1))], 0
    for key in sorted(tensors):
        entries.append((key.encode(), _entry(tensors[key], offset)))
        offset += tensors[key].nbytes
    entries.append((b"zz_step", _entry(np.zeros(1, np.float32), 0, INT64)))
    data = _block(entries)
    table = data + bytes([packed]) + b"crc!"
    index = _block([(b"zzz", _varint(0) + _varint(len(data)))])
    index_handle = _varint(len(table)) + _varint(len(index))
    table += index + b"\0crc!"
    footer = (_varint(0) + _varint(0) + index_handle).ljust(40, b"\0") + b"magicnum"
    (folder / f"{name}.index").write_bytes(table + footer)
    (folder / f"{name}.data-00000-of-00001").write_bytes(numbers)


def test_tensors_come_back_by_name_and_shape(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    tensors = {
        "conv2d/bias": random.normal(size=300).astype(np.float32),
        "conv2d/kernel": random.normal(size=(5, 5, 2, 16)).astype(np.float32),
        "conv2d_1/bias": random.normal(size=(1,)).astype(np.float32),
        "scalar": np.float32(3.5).reshape(()),
    }
    write_checkpoint(tmp_path, tensors)
    found = read_checkpoint(tmp_path, "model")
    assert found.keys() == tensors.keys()
    for name, array in tensors.items():
        assert found[name].shape == array.shape
        np.testing.assert_array_equal(found[name], array)


def test_a_compressed_or_broken_index_is_refused(tmp_path: Path) -> None:
    tensors = {"a": np.ones(4, np.float32)}
    write_checkpoint(tmp_path, tensors, packed=1)
    with pytest.raises(ValueError, match="compressed"):
        read_checkpoint(tmp_path, "model")
    (tmp_path / "model.index").write_bytes(b"\x80" * 60)
    with pytest.raises(ValueError, match="not an index"):
        read_checkpoint(tmp_path, "model")


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        read_checkpoint(tmp_path, "model")
