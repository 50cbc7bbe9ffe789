"""Reads a TensorFlow checkpoint without TensorFlow: an index of tensors and one file of numbers.

The index is a table of LevelDB (its ``doc/table_format.md``) that holds a ``BundleEntryProto`` for each tensor
(TensorFlow, ``core/protobuf/tensor_bundle.proto``); both are read as far as a checkpoint of one shard needs.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from mmdemo.types import Float32Array

INDEX_SUFFIX, DATA_SUFFIX = ".index", ".data-00000-of-00001"
FOOTER_BYTES = 48
FLOAT32 = 1  # of TensorFlow's DataType
DTYPE_FIELD, SHAPE_FIELD, OFFSET_FIELD, SIZE_FIELD = 1, 2, 4, 5  # of BundleEntryProto
DIMENSION_FIELD, DIMENSION_SIZE_FIELD = 2, 1  # of TensorShapeProto and its Dim
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # wire types of protocol buffers

Message = Mapping[int, list[int | bytes]]
"""Fields of a protocol buffer by number; each may stand there several times."""


def read_checkpoint(folder: Path, name: str) -> dict[str, Float32Array]:
    """Read the tensors of single precision.

    Args:
        folder: of the checkpoint.
        name: of its files, without what follows the first full stop.

    Returns:
        Arrays by name.

    Raises:
        OSError: a file cannot be read.
        ValueError: the files are not such a checkpoint.
    """
    index = (folder / (name + INDEX_SUFFIX)).read_bytes()
    numbers = np.memmap(folder / (name + DATA_SUFFIX), np.uint8, mode="r")
    try:
        return dict(_tensors(index, numbers))
    except (IndexError, KeyError, struct.error) as error:
        raise ValueError(f"{name}{INDEX_SUFFIX} is not an index of tensors") from error


def _tensors(index: bytes, numbers: np.memmap) -> Iterator[tuple[str, Float32Array]]:
    footer = index[-FOOTER_BYTES:]
    position = 0
    for _ in range(2):  # the handle of the meta index, of no use here
        _, position = _varint(footer, position)
    for _, handle in _entries(index, footer[position:]):
        for key, value in _entries(index, handle):
            entry = _message(value)
            if key and entry.get(DTYPE_FIELD) == [FLOAT32]:
                yield key.decode("utf-8"), _tensor(entry, numbers)


def _tensor(entry: Message, numbers: np.memmap) -> Float32Array:
    offset, size = _number(entry, OFFSET_FIELD), _number(entry, SIZE_FIELD)
    dimensions = [part for shape in _parts(entry, SHAPE_FIELD) for part in _parts(_message(shape), DIMENSION_FIELD)]
    sizes = [_number(_message(dimension), DIMENSION_SIZE_FIELD) for dimension in dimensions]
    values: Float32Array = np.frombuffer(numbers[offset : offset + size].tobytes(), "<f4").reshape(sizes)
    return values


def _number(message: Message, field: int) -> int:
    """Return a number, which is not written when it is 0."""
    return next((value for value in message.get(field, ()) if isinstance(value, int)), 0)


def _parts(message: Message, field: int) -> list[bytes]:
    return [value for value in message.get(field, ()) if isinstance(value, bytes)]


def _entries(table: bytes, handle: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield keys and values of the block that a handle (offset, size) points to; keys share their beginnings."""
    offset, position = _varint(handle, 0)
    size, _ = _varint(handle, position)
    block = table[offset : offset + size]
    if table[offset + size] != 0:
        raise ValueError("the index is compressed")
    (restarts,) = struct.unpack("<I", block[-4:])
    behind, position, key = len(block) - 4 * (restarts + 1), 0, b""
    while position < behind:
        shared, position = _varint(block, position)
        unshared, position = _varint(block, position)
        length, position = _varint(block, position)
        key = key[:shared] + block[position : position + unshared]
        position += unshared
        yield key, block[position : position + length]
        position += length


def _message(value: bytes) -> Message:
    """Read the fields of a protocol buffer by number."""
    fields: dict[int, list[int | bytes]] = {}
    position = 0
    while position < len(value):
        tag, position = _varint(value, position)
        kind = tag & 7
        found: int | bytes
        if kind == VARINT:
            found, position = _varint(value, position)
        else:
            if kind == BYTES:
                length, position = _varint(value, position)
            else:
                length = {FIXED64: 8, FIXED32: 4}[kind]
            found, position = value[position : position + length], position + length
        fields.setdefault(tag >> 3, []).append(found)
    return fields


def _varint(source: bytes, position: int) -> tuple[int, int]:
    """Read a number of seven bits a byte; returns it and the position behind it."""
    number = shift = 0
    while True:
        byte = source[position]
        position += 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, position
