"""Deterministic stand-ins for models: small, quick, and obvious about what they return."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence

import numpy as np

from mmdemo.alignment.hidden_markov_words import hidden_markov_aligner
from mmdemo.alignment.word_refinement import WordAligner
from mmdemo.backbone.audio_windows import token_spans
from mmdemo.backbone.base import CacheStatistics, Media
from mmdemo.backbone.similarity import LOCAL_SCALE
from mmdemo.errors import UnknownLanguage
from mmdemo.generators.base import Candidate, CaptionPrompt, Material, NamedThing, Sampling, WrittenAnswer
from mmdemo.runtime import Models
from mmdemo.speech import RecognisedWindow, split_sentences
from mmdemo.types import (
    Audio,
    AudioFile,
    AudioWindow,
    CaptionLanguage,
    EncodedWindow,
    Encoding,
    Float32Array,
    Guess,
    Piece,
    Sentence,
    Word,
    WordHeatmap,
)

TOKENS_A_WINDOW = 500
WINDOW_SECONDS = 10.0
GATE_SECONDS = 120.0
"""Until work that a test steers step by step gives the test up; far longer than a page takes to show anything."""


class FakeBackbone:
    """Cuts recordings into windows of 10 s; the tokens of window n are all n.

    Args:
        window_count: of every recording.
        silent: windows in which nobody speaks.
    """

    model_id = "fake"
    device = "cpu"
    scale = LOCAL_SCALE

    def __init__(self, window_count: int = 4, silent: Sequence[int] = (), reasons: tuple[Sentence, ...] = ()) -> None:
        self.lock = threading.RLock()
        self.window_count = window_count
        self.silent = set(silent)
        self.reasons = reasons
        self.encoded: list[int] = []
        self.closed = False

    def _window(self, n: int) -> EncodedWindow:
        pieces = (Piece(0, TOKENS_A_WINDOW, n * WINDOW_SECONDS),)
        window = AudioWindow(n * WINDOW_SECONDS, (n + 1) * WINDOW_SECONDS, n * TOKENS_A_WINDOW, TOKENS_A_WINDOW, pieces)
        voice = np.full(TOKENS_A_WINDOW, 0.0 if n in self.silent else 0.9, np.float32)
        tokens = np.full((TOKENS_A_WINDOW, 4), n, np.float32)
        return EncodedWindow(window, tokens, np.zeros((2, 4), np.float32), voice)

    def encode_windows(self, audio: Audio | AudioFile) -> Generator[EncodedWindow, None, None]:
        try:
            for n in range(self.window_count):
                self.encoded.append(n)
                yield self._window(n)
        finally:
            self.closed = True

    def encode_sound(self, audio: Audio | AudioFile) -> Encoding:
        return self.encode(audio)

    def encode(self, media: Media | Encoding) -> Encoding:
        if isinstance(media, Encoding):
            return media
        windows = [self._window(n) for n in range(self.window_count)]
        return Encoding(
            modality="audio",
            tokens=np.concatenate([window.tokens for window in windows]),
            spans=token_spans([window.window for window in windows]),
            model_id=self.model_id,
            sha256="0" * 64,
            duration=self.window_count * WINDOW_SECONDS,
            windows=tuple(window.window for window in windows),
            endings=np.stack([window.ending for window in windows]),
            voice_activity=np.concatenate([window.voice_activity for window in windows]),
            reasons=self.reasons,
        )

    def statistics(self) -> CacheStatistics:
        return CacheStatistics(0, len(self.encoded), 0, 0)


class FakeSpeech:
    """Hears “Window n is here.” in window n, one word a second, and votes for the languages it was given.

    Args:
        votes: language and probability after so many windows.
        probability: of every word.
    """

    model_id = "fake-speech"
    languages = ("en", "zh", "de")

    def __init__(self, votes: Sequence[tuple[str, float]] = (("en", 0.95),), probability: float = 0.9) -> None:
        self.votes = list(votes)
        self.probability = probability
        self.asked: list[int] = []
        self.heard: list[tuple[int, str]] = []

    def check_language(self, language: str | None) -> str | None:
        if not language or language == "auto":
            return None
        if language not in self.languages:
            raise UnknownLanguage(language=language)
        return language

    def word_aligner(self, language: str) -> WordAligner | None:
        return hidden_markov_aligner(language)

    def has_speech(self, window: EncodedWindow) -> bool:
        return bool(window.voice_activity.max() > 0.5)

    def detect_language(self, windows: Sequence[EncodedWindow]) -> tuple[str, float]:
        self.asked.append(len(windows))
        return self.votes[min(len(windows), len(self.votes)) - 1]

    def transcribe_window(self, encoded: EncodedWindow, language: str) -> RecognisedWindow:
        n = int(encoded.tokens[0, 0])
        self.heard.append((n, language))
        start = encoded.window.start
        texts = [" Window", f" {n}", " is", " here."]
        words = tuple(Word(text, start + 1 + i, start + 1.8 + i, self.probability) for i, text in enumerate(texts))
        return RecognisedWindow(split_sentences(words), imagined=0, repeated=False)


def models_of(backbone: object, speech: object = None) -> Models:
    """Make models of a backbone, and of a recogniser if need be, where nothing else is asked of them."""
    return Models(backbone, speech, None, None)  # type: ignore[arg-type]


def fake_models(backbone: FakeBackbone | None = None, speech: FakeSpeech | None = None) -> Models:
    """Return models made of the fakes."""
    return Models(
        backbone or FakeBackbone(),  # type: ignore[arg-type]
        speech or FakeSpeech(),  # type: ignore[arg-type]
        FakeGenerator(),
        FakeFamiliarity(),
    )


class FakeGenerator:
    """Writes “caption n of LENGTH” or “描述n”, each less probable than the one before.

    It says “yes” to a question with a known thing in it and “no” to others that can be answered so, counts two of
    everything, and else answers “answer n” or “答案n”; it looks at the upper left third of the picture.

    Args:
        present: what pictures show, in whichever language questions name it; None = everything.
        probability: of the best guess to each question; the others halve it each time.
    """

    model_id = "fake-generator"
    beams = 5

    def __init__(self, present: Sequence[str] | None = None, probability: float = 0.6) -> None:
        self.present = present
        self.probability = probability
        self.asked: list[tuple[str, str]] = []

    def captions(
        self, encodings: Sequence[Encoding], prompts: Sequence[CaptionPrompt], sampling: Sampling
    ) -> list[list[Candidate]]:
        return [
            [
                Candidate(f"描述{n}" if prompt.language == "zh" else f"caption {n} of {prompt.length}", -1.0 - n)
                for n in range(sampling.count)
            ]
            for prompt in prompts
        ]

    def names(self, encoding: Encoding) -> tuple[NamedThing, ...]:
        return ()

    def heatmaps(self, encoding: Encoding, text: str, language: CaptionLanguage) -> tuple[WordHeatmap, ...]:
        words = list(text) if language == "zh" else text.split()
        return tuple(WordHeatmap(word, np.full((9, 9), 1 / 81, np.float32)) for word in words)

    def _best(self, question: str, language: CaptionLanguage) -> list[str]:
        asked, chinese = question.lower(), language == "zh"
        counts = "几" in asked or "多少" in asked if chinese else asked.startswith("how many")
        if counts:
            return ["2", "1", "3"]
        closed = "吗" in asked if chinese else asked.split(" ")[0] in ("is", "are", "does", "do", "can", "was", "has")
        if not closed:
            return [f"答案{n}" if chinese else f"answer {n}" for n in range(1, 6)]
        shown = self.present is None or any(thing in asked for thing in self.present)
        order = ["是", "不是"] if chinese else ["yes", "no"]
        return order if shown else order[::-1]

    def answers(
        self, encoding: Encoding, questions: Sequence[str], language: CaptionLanguage, count: int = 5
    ) -> list[tuple[Guess, ...]]:
        self.asked.extend((encoding.sha256, question) for question in questions)
        return [
            tuple(Guess(text, self.probability / 2**n) for n, text in enumerate(self._best(question, language)[:count]))
            for question in questions
        ]

    def answer_heatmap(self, encoding: Encoding, question: str, answer: str, language: CaptionLanguage) -> Float32Array:
        weights = np.zeros((9, 9), np.float32)
        weights[:3, :3] = 1 / 9
        return weights


class FakeFamiliarity:
    """Knows every picture as well as it is told to."""

    threshold = 0.5

    def __init__(self, foreign: float = 0.0) -> None:
        self.foreign = foreign

    def foreign_probability(self, encoding: Encoding) -> float:
        return self.foreign


class WritingGenerator(FakeGenerator):
    """Writes free answers and captions word by word; keeps what it was shown.

    Args:
        text: of every free answer.
        token_probability: of each of its words.
        complete: whether it comes to its end.
    """

    calibrated = False

    def __init__(
        self, text: str = "A dog runs over wet grass.", token_probability: float = 0.9, complete: bool = True
    ) -> None:
        super().__init__()
        self.text = text
        self.token_probability = token_probability
        self.complete = complete
        self.materials: list[Material] = []
        self.stopped = 0

    def _words(self, text: str) -> Generator[str, None, None]:
        words = text.split(" ")
        try:
            for count in range(1, len(words) + 1):
                yield " ".join(words[:count])
        except GeneratorExit:
            self.stopped += 1
            raise

    def caption_steps(
        self, encodings: Sequence[Encoding], prompts: Sequence[CaptionPrompt], sampling: Sampling
    ) -> Generator[str, None, list[list[Candidate]]]:
        yield from self._words(self.text)
        return self.captions(encodings, prompts, sampling)

    def answer_steps(
        self, question: str, language: CaptionLanguage, material: Material
    ) -> Generator[str, None, WrittenAnswer | None]:
        self.materials.append(material)
        yield from self._words(self.text)
        return WrittenAnswer(self.text, self.token_probability, self.complete) if self.text else None
