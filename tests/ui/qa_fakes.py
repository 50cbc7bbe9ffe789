"""Answers without a model: deterministic, drawn from the question, and steered step by step from a test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mmdemo import media as media_package
from mmdemo.config import settings
from mmdemo.errors import TruncatedMedia
from mmdemo.tasks.qa_media import AskProgress
from mmdemo.types import (
    Answer,
    AudioFile,
    CaptionLanguage,
    Evidence,
    Guess,
    ImageFile,
    MediaInfo,
    Region,
    Sentence,
    Span,
)
from mmdemo.ui import pipeline, qa_backend
from tests.fakes import GATE_SECONDS, models_of

REASON = Sentence("The picture is <b>dark</b>.", "图片<b>较暗</b>。")
REGION = Region(0.25, 0.2, 0.75, 0.8)
OTHERS = (Region(0.0, 0.1, 0.2, 0.5), Region(0.8, 0.1, 1.0, 0.5))
SAID = 'The doors open <img src=x onerror="alert(1)"> at ten.'
SUGGESTED: dict[CaptionLanguage, tuple[str, ...]] = {
    "en": ("What colour is it?", "Is there a <i>dog</i>?"),
    "zh": ("它是什么颜色？", "有没有狗？"),
}


@dataclass
class FakeAsker:
    """Replaces `mmdemo.ui.qa_backend`; a question decides by its words what becomes of it.

    “unsure” gets an answer that is not sure, “fail” an error, anything else a sure one. Every piece of media is cited.
    """

    gate: threading.Semaphore | None = None  # one release a step, when set
    step_seconds: float = 0.0
    asked: list[tuple[str, tuple[str, ...], CaptionLanguage | None]] = field(default_factory=list)
    looked: int = 0
    running: int = 0
    most_running: int = 0
    steps: int = 0
    closed: int = 0

    def ask(
        self, question: str, media: Sequence[Any], models: object, language: CaptionLanguage | None = None
    ) -> Generator[AskProgress, None, Answer]:
        self.asked.append((question, tuple(one.source for one in media), language))
        yield from self._steps(media)
        if "fail" in question:
            raise TruncatedMedia(name=media[0].source)
        chinese = language == "zh" or (language is None and any("一" <= letter <= "鿿" for letter in question))
        others = OTHERS if "how many" in question else ()
        evidence = tuple(replace(self._evidence(place, one), others=others) for place, one in enumerate(media))
        if "unsure" in question:
            guesses = (Guess("a <b>cat</b>", 0.31), Guess("a fox", 0.22))
            return Answer("Hard to say.", "en", 0.31, False, guesses, evidence, (REASON,))
        text = "是一只狮子。" if chinese else f"A lion, <script>alert(1)</script> & {len(media)} more."
        return Answer(text, "zh" if chinese else "en", 0.86, True, (Guess("lion", 0.86),), evidence)

    def suggest(
        self, media: Sequence[Any], models: object
    ) -> Generator[AskProgress, None, dict[CaptionLanguage, tuple[str, ...]]]:
        self.looked += 1
        yield from self._steps(media)
        return SUGGESTED

    def _evidence(self, place: int, media: Any) -> Evidence:
        if isinstance(media, ImageFile):
            return Evidence(place, "region", 0.9, region=REGION)
        if isinstance(media, AudioFile):
            return Evidence(place, "passage", 0.8, Span(1.5, 2.5), text=SAID)
        return Evidence(place, "frame", 0.7, Span(3.0, 3.0), REGION)

    def _steps(self, media: Sequence[Any]) -> Generator[AskProgress, None, None]:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            for place in range(len(media)):
                for stage, share in (("encoding", 0.2), ("listening", 0.6)):
                    if self.gate is not None:
                        assert self.gate.acquire(timeout=GATE_SECONDS), "the test never let the next step through"
                    time.sleep(self.step_seconds)
                    self.steps += 1
                    yield AskProgress(stage, (place + share) / len(media), place)  # type: ignore[arg-type]
        finally:
            self.running -= 1
            self.closed += 1

    @staticmethod
    def _transcode(path: Path, out_path: Path, info: MediaInfo, cancelled: Callable[[], bool]) -> Path:
        return media_package.transcode_for_player(path, out_path, info, cancelled=cancelled)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Put the fake in the place of the tasks; files are really looked at, even while the app of `served` runs."""
        part = SimpleNamespace(model_id="fake", device="cpu")
        patch.setattr(qa_backend, "ask", self.ask)
        patch.setattr(qa_backend, "suggest", self.suggest)
        patch.setattr(pipeline, "load_models", lambda: models_of(part, part))
        patch.setattr(pipeline, "models_loaded", lambda: True)
        patch.setattr(pipeline, "probe", lambda path: media_package.probe(path, settings().limits))
        patch.setattr(pipeline, "player_ready", media_package.player_ready)
        patch.setattr(pipeline, "transcode_for_player", self._transcode)
