"""Reads the sound archives: spoken captions and named sounds, and which of them are held out."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

from mmdemo.errors import FileMissing
from mmdemo.evaluation.caption_data import archive_names
from mmdemo.media import audio_from_samples
from mmdemo.types import Float32Array

HELD_OUT_FOLD = 4
"""Fold of ESC-10 that no training sees."""
HELD_OUT_CAPTIONS = 100


def members(archive: Path, suffix: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files with a suffix, sorted by name.

    Raises:
        FileMissing: there is no such archive.
    """
    names = [name for name in archive_names(archive) if name.endswith(suffix)]
    with tarfile.open(archive) as tar:
        for name in names:
            stream = tar.extractfile(name)
            if stream is None:
                raise FileMissing(name=f"{archive.name}: {name}")
            yield name, stream.read()


def decoded(content: bytes, name: str) -> Float32Array:
    """Decode a short sound file held in memory to 16 kHz mono."""
    import soundfile

    samples, rate = soundfile.read(io.BytesIO(content), dtype="float32")
    return audio_from_samples(samples, rate, name).waveform


def held_out_speech(archive: Path) -> set[str]:
    """Choose the spoken captions that no training hears: the first hundred by the hash of their name."""
    names = archive_names(archive)
    return set(sorted(names, key=lambda name: hashlib.sha256(Path(name).name.encode()).hexdigest())[:HELD_OUT_CAPTIONS])


def spoken_texts(folder: Path) -> dict[str, str]:
    """Return what each spoken caption says: a picture's first caption, by the stem of the file's name."""
    texts: dict[str, str] = {}
    for line in (folder / "captions.en.tsv").read_text("utf-8").splitlines():
        image, _, caption = line.split("\t")
        texts.setdefault(Path(image).stem, caption)
    return texts


def label_text(folder: str) -> str:
    """Return the label that a folder such as ``001 - Dog bark`` names."""
    return folder.split("-", 1)[1].strip().lower()
