"""A pipeline without models: deterministic, and steered step by step from a test."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import gradio
import numpy as np

from mmdemo.errors import EmptyFile, NoAudio, UnreadableMedia
from mmdemo.runtime import Models
from mmdemo.types import (
    SAMPLE_RATE,
    AudioFile,
    Cue,
    Float32Array,
    MediaInfo,
    Sentence,
    SubtitleAlignment,
    Transcript,
    Word,
)
from tests.fakes import GATE_SECONDS, models_of

GRADIO_MEDIA = Path(gradio.__file__).parent / "media_assets"
CLIP = GRADIO_MEDIA / "videos" / "world.mp4"
SPEECH = GRADIO_MEDIA / "audio" / "cate_blanch.mp3"

DURATION = 80.0
WINDOWS = 4
SHIFT = 5.0
"""Seconds by which the fake brings subtitles forward."""
REASON = Sentence("The last minute is music.", "最后一分钟是音乐。")


def word(text: str, start: float, end: float, probability: float) -> Word:
    return Word(text, start, end, probability)


FIRST = Cue(
    1,
    0.5,
    2.5,
    "Hello out there",
    (word("Hello", 0.5, 1.0, 0.97), word(" out", 1.0, 1.6, 0.66), word(" there", 1.6, 2.5, 0.31)),
)
SECOND = Cue(2, 3.0, 5.25, "AT&T <b>bold</b>\nsecond line", ())
THIRD = Cue(3, 70.0, 72.0, "The end", (word("The", 70.0, 71.0, 0.9), word(" end", 71.0, 72.0, 0.85)))
CUES = (FIRST, SECOND, THIRD)


@dataclass(frozen=True)
class Progress:
    """Stands in for ``TranscriptionProgress``."""

    seconds_done: float
    duration: float
    language: str
    cues: tuple[Cue, ...]
    alignment: SubtitleAlignment | None = None
    transcript: Transcript | None = None


@dataclass(frozen=True)
class AlignmentStep:
    """Stands in for ``AlignmentProgress`` and ``ResyncProgress``."""

    seconds_done: float
    duration: float
    language: str
    alignment: SubtitleAlignment | None = None
    outcome: str | None = None


@dataclass
class FakePipeline:
    """Replaces `mmdemo.ui.pipeline`; counts what happened."""

    step_seconds: float = 0.0
    gate: threading.Semaphore | None = None  # one release a window, when set
    loaded: bool = True
    fail_after: int = -1
    failure: Exception | None = None
    closed: int = 0
    windows: int = 0
    running: int = 0
    most_running: int = 0
    transcode_stopped: threading.Event = field(default_factory=threading.Event)
    transcode_waits: bool = False
    languages: list[str | None] = field(default_factory=list)

    def probe(self, path: Path) -> MediaInfo:
        if path.stat().st_size == 0:
            raise EmptyFile(name=path.name)
        if path.suffix == ".txt":
            raise UnreadableMedia(name=path.name)
        if path.suffix in (".mp4", ".avi"):
            return MediaInfo("video", DURATION, True, 1280, 720, path.suffix, "h264", "aac")
        return MediaInfo("audio", DURATION, True, 0, 0, path.suffix, "", "mp3")

    def open_audio(self, path: Path, name: str) -> AudioFile:
        if "silent" in name:
            raise NoAudio(name=name)
        return AudioFile(path, DURATION, name, "0" * 64)

    def player_ready(self, path: Path, info: MediaInfo) -> bool:
        return path.suffix != ".avi"

    def transcode_for_player(self, path: Path, out_path: Path, info: MediaInfo, cancelled: Callable[[], bool]) -> Path:
        while self.transcode_waits:
            if cancelled():
                self.transcode_stopped.set()
                raise CancelledError
            time.sleep(0.02)
        shutil.copy(CLIP, out_path)
        return out_path

    def load_models(self) -> Models:
        part = SimpleNamespace(model_id="fake-whisper", device="cpu")
        return models_of(part, part)

    def models_loaded(self) -> bool:
        return self.loaded

    def transcribe(self, audio: AudioFile, models: object, language: str | None) -> Iterator[Progress]:
        self.languages.append(language)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            for number in range(1, WINDOWS + 1):
                if self.gate:
                    assert self.gate.acquire(timeout=GATE_SECONDS), "the test never let the next window through"
                time.sleep(self.step_seconds)
                if self.failure and number > self.fail_after:
                    raise self.failure
                self.windows += 1
                yield Progress(number * DURATION / WINDOWS, DURATION, language or "en", CUES[: number - 1])
            alignment = SubtitleAlignment(CUES, (0.6, 1.0, 0.9), language or "en", DURATION, reasons=(REASON,))
            transcript = Transcript((), language or "en", 0.93, DURATION, (REASON,))
            yield Progress(DURATION, DURATION, language or "en", CUES, alignment, transcript)
        finally:
            self.running -= 1
            self.closed += 1

    def align(
        self, audio: AudioFile, text: Sequence[Cue], models: object, language: str | None
    ) -> Iterator[AlignmentStep]:
        """Place line n at 10 n seconds; the third is a guess. A text that begins with “Another” is refused."""
        placed = tuple(
            Cue(n + 1, 10.0 * n + 1.0, 10.0 * n + 4.0, cue.text, (word(cue.text, 10.0 * n + 1.0, 10.0 * n + 4.0, 0.9),))
            for n, cue in enumerate(text)
        )
        confidence = tuple(0.2 if n == 2 else 0.9 for n in range(len(placed)))
        if text[0].text.startswith("Another"):
            placed, confidence = (), ()
        alignment = SubtitleAlignment(placed, confidence, language or "en", DURATION, reasons=(REASON,))
        yield from self._steps(AlignmentStep(DURATION, DURATION, language or "en", alignment))

    def resync(
        self, audio: AudioFile, subtitles: Sequence[Cue], models: object, language: str | None
    ) -> Iterator[AlignmentStep]:
        """Bring every cue forward by `SHIFT`; those that begin before it are right as they are."""
        outcome = "aligned" if subtitles[0].start >= SHIFT else "unchanged"
        shift = SHIFT if outcome == "aligned" else 0.0
        cues = tuple(replace(cue, start=cue.start - shift, end=cue.end - shift) for cue in subtitles)
        confidence = tuple(0.3 if n == 1 else 0.9 for n in range(len(cues)))
        time_map = ((cues[0].start + shift, cues[0].start), (cues[-1].end + shift, cues[-1].end)) if shift else ()
        alignment = SubtitleAlignment(cues, confidence, "en", DURATION, time_map, (REASON,))
        yield from self._steps(AlignmentStep(DURATION, DURATION, "en", alignment, outcome))

    def sound_blocks(self, audio: AudioFile) -> Iterator[Float32Array]:
        for loudness in (0.1, 0.4):
            yield np.full(int(DURATION / 2 * SAMPLE_RATE), loudness, np.float32)

    def _steps(self, last: AlignmentStep) -> Iterator[AlignmentStep]:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            for number in range(1, WINDOWS + 1):
                if self.gate:
                    assert self.gate.acquire(timeout=GATE_SECONDS), "the test never let the next window through"
                if self.failure and number > self.fail_after:
                    raise self.failure
                self.windows += 1
                yield AlignmentStep(number * DURATION / WINDOWS, DURATION, last.language)
            yield last
        finally:
            self.running -= 1
            self.closed += 1

    def install(self, monkeypatch: object) -> None:
        """Put the fake in the place of the real functions."""
        from mmdemo.ui import pipeline

        names = (
            "probe",
            "open_audio",
            "player_ready",
            "transcode_for_player",
            "load_models",
            "models_loaded",
            "transcribe",
            "align",
            "resync",
            "sound_blocks",
        )
        for name in names:
            monkeypatch.setattr(pipeline, name, getattr(self, name))  # type: ignore[attr-defined]
