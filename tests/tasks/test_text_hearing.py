"""The text is tried on each window, and recognition comes in where it does not fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmdemo.speech import RecognisedWindow, split_sentences
from mmdemo.tasks.text_hearing import TextHearer
from mmdemo.types import AudioWindow, EncodedWindow, Piece, Word
from mmdemo.word_times import TimedToken

LINES = ["The old lighthouse stands", "fishermen repair their nets", "the sun comes up again"]
SECONDS = 2.0
TOKENS = 100


def _window(number: int) -> EncodedWindow:
    start = SECONDS * number
    window = AudioWindow(start, start + SECONDS, number * TOKENS, TOKENS, (Piece(0, TOKENS, start),))
    tokens = np.full((TOKENS, 4), number, np.float32)
    return EncodedWindow(window, tokens, np.zeros((1, 4), np.float32), np.full(TOKENS, 0.9, np.float32))


class _Speech:
    """Says one sentence a window, evenly; knows which words of a text belong to it."""

    def __init__(self, said: Sequence[str], repeated: bool = False) -> None:
        self.said = [sentence.split() for sentence in said]
        self.repeated = repeated
        self.tried: list[tuple[int, int]] = []
        self.recognised: list[int] = []

    def align_text(self, encoded: EncodedWindow, words: Sequence[str], language: str) -> tuple[TimedToken, ...]:
        number = int(encoded.tokens[0, 0])
        self.tried.append((number, len(words)))
        left = [word.lower() for word in self.said[number]]
        each, at = SECONDS / len(left), 0.0
        timed = []
        for word in words:
            spoken = word.strip().lower() in left
            if spoken:
                left.remove(word.strip().lower())
            timed.append(TimedToken(word, at, at + each * spoken, 0.9 if spoken else 0.001))
            at += each * spoken
        return tuple(timed)

    def transcribe_window(self, encoded: EncodedWindow, language: str, spell_numbers: bool = False) -> RecognisedWindow:
        number = int(encoded.tokens[0, 0])
        self.recognised.append(number)
        each = SECONDS / len(self.said[number])
        words = tuple(
            Word(" " + word, encoded.window.start + i * each, encoded.window.start + (i + 1) * each, 0.9)
            for i, word in enumerate(self.said[number])
        )
        return RecognisedWindow(split_sentences(words), imagined=0, repeated=self.repeated)


def _heard(speech: _Speech, lines: Sequence[str] = LINES) -> TextHearer:
    hearer = TextHearer(speech, lines, "en")  # type: ignore[arg-type]
    for number in range(len(speech.said)):
        hearer.hear(number, _window(number))
    return hearer


def test_a_text_that_is_said_needs_no_recognition() -> None:
    speech = _Speech(LINES)
    hearer = _heard(speech)
    assert speech.recognised == []
    assert [word.key for word in hearer.heard] == " ".join(LINES).lower().split()
    assert [word.window for word in hearer.heard] == [0] * 4 + [1] * 4 + [2] * 5
    assert hearer.heard[4].start == SECONDS


def test_windows_that_were_tried_are_not_aligned_again() -> None:
    speech = _Speech(LINES)
    hearer = _heard(speech)
    tried = len(speech.tried)
    words = [word.text for word in hearer.given if word.line == 1]
    assert [token.text for token in hearer.align(1, _window(1), words)] == words
    assert len(speech.tried) == tried
    hearer.align(1, _window(1), words[:2])
    assert len(speech.tried) == tried + 1


def test_speech_that_the_text_lacks_is_recognised_and_the_text_goes_on_behind_it() -> None:
    speech = _Speech(["welcome to this long broadcast", *LINES])
    hearer = _heard(speech)
    assert speech.recognised == [0]
    assert [word.key for word in hearer.heard[5:]] == " ".join(LINES).lower().split()


def test_a_line_nobody_says_costs_one_recognition() -> None:
    speech = _Speech([LINES[0], LINES[2], "thanks for listening"])
    hearer = _heard(speech, [*LINES, "thanks for listening"])
    assert speech.recognised == [1], "the text goes on behind what was recognised"
    assert [word.key for word in hearer.heard][-3:] == ["thanks", "for", "listening"]


def test_a_decoder_that_repeats_itself_understood_nothing() -> None:
    assert _heard(_Speech(["la la la la la"], repeated=True)).heard == []
