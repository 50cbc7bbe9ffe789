"""What goes wrong around a search index, as sentences: reading, writing, and running out of memory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from mmdemo.errors import IndexDamaged, IndexUnreachable, MMDemoError, OutOfMemory, OutputNotWritable


def is_remote(uri: str) -> bool:
    """Tell whether an index lies in an object store and not in a folder."""
    return "://" in uri


@contextlib.contextmanager
def reading(uri: str) -> Iterator[None]:
    """Turn whatever LanceDB raises about files that it cannot read into a sentence.

    Args:
        uri: of the index.

    Raises:
        IndexUnreachable: it may not be read, or lies behind a network that does not answer.
        IndexDamaged: the files are there, but make no sense.
        OutOfMemory: it does not fit into memory.
    """
    try:
        yield
    except MMDemoError:
        raise
    except MemoryError as error:
        raise OutOfMemory(name=uri) from error
    except Exception as error:  # a flipped bit makes Rust panic, which arrives as a bare Exception
        if is_remote(uri) or isinstance(error, PermissionError) or "permission denied" in str(error).lower():
            raise IndexUnreachable(path=uri) from error
        raise IndexDamaged(path=uri) from error


@contextlib.contextmanager
def writing(uri: str) -> Iterator[None]:
    """Turn whatever LanceDB raises while it writes, such as a full disk, into a sentence.

    Args:
        uri: of the index.

    Raises:
        OutputNotWritable: it cannot be written.
    """
    try:
        yield
    except MMDemoError:
        raise
    except Exception as error:
        raise OutputNotWritable(path=uri) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error means that memory ran out; torch says so in errors of several kinds."""
    if isinstance(error, MemoryError | OutOfMemory) or type(error).__name__ == "OutOfMemoryError":
        return True
    message = str(error).lower()
    return isinstance(error, RuntimeError) and ("out of memory" in message or "can't allocate memory" in message)
