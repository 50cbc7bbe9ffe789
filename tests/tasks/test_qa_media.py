"""Media behind one door: kinds, places, progress, and results that are kept."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest

from mmdemo.errors import WrongMediaKind
from mmdemo.stepwise import run_through
from mmdemo.tasks.qa_kept import Kept
from mmdemo.tasks.qa_media import Askable, AskProgress, AskStage, medium_of, placed, rising
from mmdemo.types import Answer, Audio, AudioFile, Encoding, Evidence, Image, VideoFile

ANSWER = Answer("it", "en", 0.5, True, (), (Evidence(0, "whole", 0.5), Evidence(0, "frame", 0.4)))
SOUND = AudioFile(Path("a.wav"), 1.0, "a.wav", "1" * 64)


def encoding(modality: str, soundtrack: Encoding | None = None) -> Encoding:
    empty = np.zeros((1, 2), np.float32)
    return Encoding(modality, empty, empty, "m", "0" * 64, soundtrack=soundtrack)  # type: ignore[arg-type]


def test_kinds_and_sounds() -> None:
    picture = Image(np.zeros((2, 2, 3), np.uint8), "p.png", "0" * 64)
    audio = Audio(np.zeros(10, np.float32), 16_000, "s.wav", "0" * 64)
    clip, silent = (VideoFile(Path("v.mp4"), 1.0, sound, "v.mp4", "0" * 64) for sound in (SOUND, None))
    every: list[Askable] = [picture, audio, clip, silent]
    found = [medium_of(place, media) for place, media in enumerate(every)]
    assert [medium.kind for medium in found] == ["image", "audio", "video", "video"]
    assert [medium.sound for medium in found] == [None, audio, SOUND, None]
    track = encoding("audio")
    assert medium_of(0, encoding("video", track)).sound is track and medium_of(0, track).sound is track
    with pytest.raises(WrongMediaKind):
        medium_of(0, encoding("text"))


def test_evidence_is_placed() -> None:
    assert [piece.media for piece in placed(ANSWER, 3).evidence] == [3, 3]


def test_shares_rise_over_stages_and_media() -> None:
    stages: tuple[AskStage, ...] = ("encoding", "listening", "reading", "answering")

    def work() -> Generator[AskProgress, None, Answer]:
        for place in (4, 7):
            for stage in stages:
                for share in (0.0, 0.5, 1.5):
                    yield AskProgress(stage, share, place)
        yield AskProgress("encoding", 0.0, 4)  # looked at again
        return ANSWER

    steps = list(rising(work(), [4, 7]))
    shares = [step.share for step in steps]
    assert shares == sorted(shares) and shares[0] == 0.0 and shares[-1] == 1.0
    assert shares[11] == pytest.approx(0.5), "half of it when the first of two is done"
    assert run_through(rising(work(), [4, 7])) is ANSWER


class Model:
    """Anything results may come from."""


def test_results_are_kept_for_each_model_and_the_oldest_go() -> None:
    made: list[str] = []

    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    kept: Kept[str, str] = Kept(2)
    first, second = Model(), Model()
    for key in ("a", "b", "a", "c", "a", "b"):
        assert kept.get_or(first, key, lambda key=key: make(key)) == key.upper()  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"], "b was used least recently when c came"
    kept.get_or(second, "a", lambda: make("a"))
    assert made[-1] == "a" and len(made) == 5
