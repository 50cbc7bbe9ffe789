"""Jobs with known right answers, for measuring the app under load."""

from __future__ import annotations

import io
import random
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mmdemo.config import Limits
from mmdemo.evaluation.app_client import AppClient
from mmdemo.evaluation.app_process import ROOT
from mmdemo.evaluation.sample_media import sample
from mmdemo.media import load_audio
from mmdemo.types import SAMPLE_RATE

MESSAGE = ROOT / "assets" / "examples" / "museum-message.mp4"
LION, TOWER, BUS = (sample(f"images/{name}") for name in ("lion.jpg", "tower.jpg", "bus.png"))
RECORDINGS = {"audio/heath_ledger.mp3": "never do it for free", "audio/cate_blanch_2.mp3": "historic evening"}
"""Real speech, and words that are said in it."""
LONGEST_LEAD = 1.0
"""Seconds of silence before a recording, at most: each is another file, which no cache knows."""


@dataclass(frozen=True)
class LoadJob:
    """A call, and how to tell that what it returned is right."""

    endpoint: str
    data: list[Any]
    is_right: Callable[[Any], bool]


class JobMaker:
    """Uploads what jobs need, and makes jobs.

    Args:
        client: of the app.
        seed: of what is chosen.
    """

    def __init__(self, client: AppClient, seed: int) -> None:
        self._client = client
        self._random = random.Random(seed)
        self.kinds: dict[str, Callable[[], Awaitable[LoadJob]]] = {
            "caption": self.caption,
            "ask": self.ask,
            "transcribe": self.transcribe,
            "search": self.search,
        }

    async def any(self) -> LoadJob:
        """Make a job of a random kind."""
        return await self.kinds[self._random.choice(sorted(self.kinds))]()

    async def caption(self) -> LoadJob:
        """Caption a picture of a lion."""
        picture = await self._client.upload(LION)
        return LoadJob("caption", [picture, "en", "short", 1, False], lambda out: "lion" in _text(out))

    async def ask(self) -> LoadJob:
        """Ask when the doors open, which somebody says in a video."""
        video = await self._client.upload(MESSAGE)
        question = ["When do the doors open?", "auto"]
        return LoadJob("ask", [[video], *question], lambda out: "10 o'clock" in str(out[0]["answer"]))

    async def transcribe(self) -> LoadJob:
        """Transcribe speech behind a silence of its own length."""
        name, words = self._random.choice(sorted(RECORDINGS.items()))
        lead = self._random.uniform(0.0, LONGEST_LEAD)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "speech.wav"
            path.write_bytes(delayed(sample(name), lead))
            recording = await self._client.upload(path)
        return LoadJob("transcribe", [recording, "en"], lambda out: words in str(out[1]).lower())

    async def search(self) -> LoadJob:
        """Search three pictures for the lion."""
        pictures = [await self._client.upload(path) for path in (TOWER, LION, BUS)]
        data = [pictures, "a lion", None, "all", 3]
        return LoadJob("search", data, lambda out: out[0]["hits"][0]["name"] == LION.name and len(out[0]["hits"]) == 3)


def _text(out: Any) -> str:
    return str(out[0]["captions"][0]["text"]).lower()


def delayed(path: Path, seconds: float) -> bytes:
    """Return a recording as WAV, begun by so many seconds of silence."""
    import soundfile

    waveform = load_audio(path, Limits()).waveform  # [T]
    file = io.BytesIO()
    soundfile.write(file, np.concatenate([np.zeros(round(seconds * SAMPLE_RATE), np.float32), waveform]), SAMPLE_RATE,
                    "PCM_16", format="WAV")  # fmt: skip
    return file.getvalue()
