"""Real media that is there on every installation: the samples that the gradio package carries."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from mmdemo.config import Limits
from mmdemo.media import load_audio
from mmdemo.types import SAMPLE_RATE

SPEECH_FILES = ("audio/cate_blanch.mp3", "audio/heath_ledger.mp3", "audio/cate_blanch_2.mp3")
MUSIC_FILE = "audio/sax.wav"
PICTURE_FILE = "images/cheetah.jpg"
VIDEO_FILE = "videos/world.mp4"


def sample(name: str) -> Path:
    """Return the path of a sample.

    Args:
        name: relative to gradio's ``media_assets``.
    """
    spec = find_spec("gradio")
    assert spec is not None and spec.origin is not None, "gradio is installed"
    return Path(spec.origin).parent / "media_assets" / name


def write_long_recording(path: Path, seconds: float, seed: int = 0) -> None:
    """Write a WAV of speech, music and silence in random order, no two minutes alike.

    Args:
        path: of the file.
        seconds: its length.
        seed: of order and pauses.
    """
    import soundfile

    generator = np.random.default_rng(seed)
    pieces = [load_audio(sample(name), Limits()).waveform for name in (*SPEECH_FILES, *SPEECH_FILES, MUSIC_FILE)]
    left = round(seconds * SAMPLE_RATE)
    with soundfile.SoundFile(path, "w", SAMPLE_RATE, 1, "PCM_16") as file:
        while left > 0:
            piece = pieces[int(generator.integers(len(pieces)))]
            gain = float(generator.uniform(0.5, 1.0))
            pause = np.zeros(round(float(generator.uniform(0.2, 3.0)) * SAMPLE_RATE), np.float32)
            part = np.concatenate([piece * gain, pause])[:left]
            file.write(part)
            left -= len(part)
