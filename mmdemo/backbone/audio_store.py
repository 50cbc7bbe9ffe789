"""Tokens of recordings on disk: float16, memory-mapped, bounded in bytes, resumable after a stop."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from mmdemo.backbone.audio_windows import token_spans
from mmdemo.types import AudioWindow, EncodedWindow, Encoding, Float32Array, Piece, Sentence
from mmdemo.verified_files import disk_errors, ensure_folder

TOKENS_FILE = "tokens.f16"
ENDINGS_FILE = "endings.f16"
VOICE_FILE = "voice.f16"
WINDOWS_FILE = "windows.jsonl"
SUMMARY_FILE = "summary.json"


FLOAT16_BYTES = 2


def _window_line(window: AudioWindow) -> str:
    return json.dumps(asdict(window)) + "\n"


def _window_from_json(line: str) -> AudioWindow:
    fields = json.loads(line)
    pieces = tuple(Piece(**piece) for piece in fields.pop("pieces"))
    return AudioWindow(pieces=pieces, **fields)


class PartialRecording:
    """A recording on its way into the store: windows are appended, then it is finished or left for the next try.

    Args:
        folder: its folder; windows that an earlier try left there are kept.
        width: of a token.
        ending_count: tokens of silence stored with each window.
    """

    def __init__(self, folder: Path, width: int, ending_count: int) -> None:
        self.folder = ensure_folder(folder)
        self._width = width
        self._ending_count = ending_count
        self.windows: list[AudioWindow] = []
        self._adopt_earlier_windows()

    @property
    def token_count(self) -> int:
        """Tokens written so far."""
        return sum(window.token_count for window in self.windows)

    def _sizes(self, windows: int, tokens: int) -> dict[str, int]:
        """Return how many bytes each file holds after so many windows."""
        return {
            TOKENS_FILE: tokens * self._width * FLOAT16_BYTES,
            VOICE_FILE: tokens * FLOAT16_BYTES,
            ENDINGS_FILE: windows * self._ending_count * self._width * FLOAT16_BYTES,
        }

    def _adopt_earlier_windows(self) -> None:
        path = self.folder / WINDOWS_FILE
        for line in path.read_text("utf-8").splitlines() if path.is_file() else []:
            try:
                window = _window_from_json(line)
            except (ValueError, TypeError, KeyError):
                break
            needed = self._sizes(len(self.windows) + 1, self.token_count + window.token_count)
            if any(_size(self.folder / name) < size for name, size in needed.items()):
                break
            self.windows.append(window)
        path.write_text("".join(_window_line(window) for window in self.windows), "utf-8")
        for name, size in self._sizes(len(self.windows), self.token_count).items():
            with (self.folder / name).open("ab") as stream:
                stream.truncate(size)

    def read(self) -> Iterator[EncodedWindow]:
        """Yield the windows that an earlier try left."""
        for i, window in enumerate(list(self.windows)):
            offsets = self._sizes(i, window.first_token)
            yield EncodedWindow(
                window,
                self._read(TOKENS_FILE, offsets, window.token_count, self._width),
                self._read(ENDINGS_FILE, offsets, self._ending_count, self._width),
                self._read(VOICE_FILE, offsets, window.token_count, 1)[:, 0],
            )

    def _read(self, name: str, offsets: dict[str, int], rows: int, columns: int) -> Float32Array:
        values = np.fromfile(self.folder / name, np.float16, rows * columns, offset=offsets[name])
        return values.reshape(rows, columns).astype(np.float32)

    def append(self, encoded: EncodedWindow) -> None:
        """Write one more window; the line that names it comes last, so that a torn write is noticed.

        Raises:
            DiskFull: no space left.
        """
        arrays = {TOKENS_FILE: encoded.tokens, ENDINGS_FILE: encoded.ending, VOICE_FILE: encoded.voice_activity}
        with disk_errors(self.folder, encoded.tokens.nbytes):
            for name, array in arrays.items():
                with (self.folder / name).open("ab") as stream:
                    stream.write(array.astype(np.float16).tobytes())
            with (self.folder / WINDOWS_FILE).open("a", encoding="utf-8") as stream:
                stream.write(_window_line(encoded.window))
        self.windows.append(encoded.window)


class AudioTokenStore:
    """Folder of encoded recordings, the least recently used of which go when it grows over its bound.

    Args:
        root: the folder.
        model_id: whose tokens these are; another model gets another folder.
        width: of a token.
        ending_count: tokens of silence stored with each window.
        max_bytes: bound of the whole folder.
    """

    def __init__(self, root: Path, model_id: str, width: int, ending_count: int, max_bytes: int) -> None:
        self._root = root / model_id.replace("/", "-")
        self._model_id = model_id
        self._width = width
        self._ending_count = ending_count
        self._max_bytes = max_bytes

    def _folder(self, sha256: str) -> Path:
        return self._root / sha256

    def open(self, sha256: str) -> Encoding | None:
        """Return a finished recording with its tokens memory-mapped, or None."""
        folder = self._folder(sha256)
        try:
            summary = json.loads((folder / SUMMARY_FILE).read_text("utf-8"))
            lines = (folder / WINDOWS_FILE).read_text("utf-8").splitlines()
            windows = tuple(_window_from_json(line) for line in lines)
            shape = (sum(window.token_count for window in windows), self._width)
            tokens = _mapped(folder / TOKENS_FILE, shape)
            endings = _mapped(folder / ENDINGS_FILE, (len(windows), self._ending_count, self._width))
            voice = np.fromfile(folder / VOICE_FILE, np.float16).astype(np.float32)
            os.utime(folder)
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return Encoding(
            modality="audio",
            tokens=tokens,
            spans=token_spans(windows),
            model_id=self._model_id,
            sha256=sha256,
            duration=summary["duration"],
            windows=windows,
            endings=endings,
            voice_activity=voice,
            reasons=tuple(Sentence(**reason) for reason in summary["reasons"]),
        )

    @contextmanager
    def partial(self, sha256: str) -> Iterator[PartialRecording]:
        """Open a recording for writing; two writers of the same one get folders of their own.

        Raises:
            FolderNotWritable: the folder cannot be created.
            DiskFull: no space left.
        """
        ensure_folder(self._root)
        lock = FileLock(self._root / f"{sha256}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            private = self._root / f"{sha256}.partial-{os.getpid()}-{id(lock)}"
            try:
                yield PartialRecording(private, self._width, self._ending_count)
            finally:
                shutil.rmtree(private, ignore_errors=True)
            return
        try:
            yield PartialRecording(self._root / f"{sha256}.partial", self._width, self._ending_count)
        finally:
            lock.release()

    def finish(self, partial: PartialRecording, sha256: str, duration: float, reasons: tuple[Sentence, ...]) -> None:
        """Move a complete recording into its place and sweep old ones away.

        Args:
            partial: holds every window.
            sha256: of the media file.
            duration: seconds that were decoded.
            reasons: to distrust the recording.
        """
        folder = partial.folder
        summary = {"duration": duration, "reasons": [asdict(reason) for reason in reasons]}
        with disk_errors(folder):
            (folder / SUMMARY_FILE).write_text(json.dumps(summary), "utf-8")
            target = self._folder(sha256)
            if self.open(sha256) is not None:  # another writer was faster
                shutil.rmtree(folder, ignore_errors=True)
                return
            shutil.rmtree(target, ignore_errors=True)
            folder.replace(target)
        self.sweep(keep=sha256)

    def total_bytes(self) -> int:
        """Return the size of everything stored, unfinished recordings too."""
        return sum(_folder_bytes(folder) for folder in self._folders())

    def _folders(self) -> list[Path]:
        return [path for path in self._root.iterdir() if path.is_dir()] if self._root.is_dir() else []

    def sweep(self, keep: str = "") -> None:
        """Delete the least recently used recordings until the store fits its bound.

        Args:
            keep: a recording that stays in any case.
        """
        folders = sorted(self._folders(), key=_last_used)
        total = sum(_folder_bytes(folder) for folder in folders)
        for folder in folders:
            if total <= self._max_bytes:
                return
            if folder.name != keep:
                total -= _folder_bytes(folder)
                shutil.rmtree(folder, ignore_errors=True)


def _mapped(path: Path, shape: tuple[int, ...]) -> NDArray[np.float16]:
    """Map a file of float16; one without a byte cannot be mapped."""
    return np.memmap(path, np.float16, "r", shape=shape) if all(shape) else np.zeros(shape, np.float16)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _last_used(folder: Path) -> float:
    """Return when a folder was used last; another job may have finished or deleted it since it was listed."""
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0


def _folder_bytes(folder: Path) -> int:
    try:
        return sum(_size(path) for path in folder.iterdir())
    except OSError:  # no folder any more
        return 0
