"""What a model file of CTranslate2 says about itself, read without loading it: names and shapes, and if it is whole.

The format is that of ``ctranslate2.specs.model_spec`` (binary version 6): a header, then each variable with its name,
shape, type and bytes, then aliases.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

MODEL_FILE = "model.bin"
MOST_VARIABLES = 100_000
MOST_DIMENSIONS = 16
MOST_NAME_BYTES = 1_000
"""Beyond these bounds a file is no model."""
FIRST_CONVOLUTION = "encoder/conv1/weight"
"""[width, mel bins, 3]"""


def variable_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Read the shapes of all variables, skipping their values.

    Args:
        path: of the file.

    Returns:
        Name → shape.

    Raises:
        ValueError: it is not a model of CTranslate2, or it is cut off.
        OSError: it cannot be read.
    """
    size = path.stat().st_size
    shapes: dict[str, tuple[int, ...]] = {}
    with path.open("rb") as file:
        _number(file, "I")  # binary version
        _text(file)  # name of the specification
        _number(file, "I")  # its revision
        count = _number(file, "I")
        if count > MOST_VARIABLES:
            raise ValueError("too many variables")
        for _ in range(count):
            name = _text(file)
            rank = _number(file, "B")
            if rank > MOST_DIMENSIONS:
                raise ValueError("too many dimensions")
            shapes[name] = tuple(_number(file, "I") for _ in range(rank))
            _number(file, "B")  # type
            values = _number(file, "I")
            if file.tell() + values > size:
                raise ValueError("cut off inside a variable")
            file.seek(values, 1)
        for _ in range(2 * _number(file, "I")):
            _text(file)
    return shapes


def is_whole(path: Path) -> bool:
    """Tell whether a file is a model of CTranslate2 with all its variables."""
    try:
        return bool(variable_shapes(path))
    except (OSError, ValueError):
        return False


def whisper_width(path: Path) -> int:
    """Return the width of a Whisper encoder's tokens.

    Args:
        path: of the model file.

    Raises:
        ValueError: it is not a Whisper of CTranslate2, or it is cut off.
        OSError: it cannot be read.
    """
    shape = variable_shapes(path).get(FIRST_CONVOLUTION, ())
    if len(shape) != 3:
        raise ValueError("no encoder")
    return shape[0]


def _number(file: BinaryIO, kind: str) -> int:
    data = file.read(struct.calcsize(kind))
    if len(data) < struct.calcsize(kind):
        raise ValueError("cut off")
    return int(struct.unpack("<" + kind, data)[0])


def _text(file: BinaryIO) -> str:
    length = _number(file, "H")
    data = file.read(length)
    if length > MOST_NAME_BYTES or len(data) < length:
        raise ValueError("cut off, or not a name")
    return data.rstrip(b"\0").decode("utf-8", "replace")
