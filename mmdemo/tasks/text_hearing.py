"""Finds out window by window which words of a text are said: the text itself is tried before recognition."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmdemo.alignment.forced_hearing import TRIED_SHARES, VOICE_PROBABILITY, judge_text, words_to_try
from mmdemo.alignment.forced_plan import speaking_rate
from mmdemo.alignment.forced_words import GivenWord, HeardWord, given_words, heard_given, heard_words, pair_words
from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.speech import SpeechRecognizer
from mmdemo.types import EncodedWindow, Word
from mmdemo.word_times import TimedToken, media_words

SEARCHED_WORDS = 3000
"""Of the text, from the last word found on: recognised words are looked for among so many, half an hour's worth."""
BACKWARD_WORDS = 30
"""And so many before it, as the last word may have been found too far on."""
CLOSE_WORDS = 8
"""Two words of the text that were heard one behind the other are hardly further apart."""
HEARD_PROBABILITY = 0.1
"""A less likely word of the text is not taken for heard: it may stand on the other side of the window's edge."""
FEWEST_FOUND = 3
LEAST_FOUND_SHARE = 0.3
"""Of the words that were recognised: fewer of them in the text tell nothing about where in it the speaker is."""


class TextHearer:
    """Listens to a recording with its text in hand.

    Args:
        speech: the recogniser.
        texts: lines of the text.
        language: ISO 639-1 code.
    """

    def __init__(self, speech: SpeechRecognizer, texts: Sequence[str], language: str) -> None:
        self._speech = speech
        self._language = language
        self._spell = not any(sign.isdigit() for text in texts for sign in text)
        self.given: tuple[GivenWord, ...] = given_words(texts, language)
        self.heard: list[HeardWord] = []
        self._tokens: dict[int, tuple[TimedToken, ...]] = {}
        self._next = 0  # position in the text behind what was heard last
        self._rate = speaking_rate((), (), ())

    def hear(self, number: int, window: EncodedWindow) -> None:
        """Hear one more window; windows come in order."""
        words = self._tried(number, window) or self._recognised(number, window)
        self.heard += words
        if words:
            self._rate = speaking_rate((), self.heard[-SEARCHED_WORDS:], ())

    def align(self, number: int, window: EncodedWindow, words: Sequence[str]) -> tuple[TimedToken, ...]:
        """Find where in a window words are spoken, without listening again where they were tried and found.

        Args:
            number: of the window.
            window: with its tokens.
            words: all that is said in it, in order.
        """
        known = self._tokens.get(number, ())
        if [token.text for token in known] == list(words):
            return known
        return self._speech.align_text(window, words, self._language)

    def _tried(self, number: int, window: EncodedWindow) -> list[HeardWord]:
        """Return the next words of the text if they are what is said, and none otherwise."""
        voiced = float(np.count_nonzero(window.voice_activity > VOICE_PROBABILITY)) * TOKEN_SECONDS
        following = self.given[self._next : self._next + SEARCHED_WORDS]
        for share in TRIED_SHARES if following else ():
            words = following[: words_to_try(following, voiced, self._rate, share)]
            tokens = self._speech.align_text(window, [word.text for word in words], self._language)
            verdict = judge_text(words, tokens, window.voice_activity, self._rate, len(words) < len(following))
            if verdict.sure:
                return self._found(number, window, words[: verdict.count], tokens[: verdict.count])
            if not verdict.exhausted:
                break
        return []

    def _found(
        self, number: int, window: EncodedWindow, words: Sequence[GivenWord], tokens: Sequence[TimedToken]
    ) -> list[HeardWord]:
        self._next += len(words)
        self._tokens[number] = tuple(tokens)
        placed = media_words(tokens, window.voice_activity, window.window)
        return [
            part
            for word, at in zip(words, placed, strict=True)
            if at.probability >= HEARD_PROBABILITY
            for part in heard_given(word, at, number)
        ]

    def _recognised(self, number: int, window: EncodedWindow) -> list[HeardWord]:
        """Return what is said, whatever it is, and see where in the text that leads."""
        recognised = self._speech.transcribe_window(window, self._language, spell_numbers=self._spell)
        if recognised.repeated:
            return []  # “la la la la”: nothing was understood
        words: list[tuple[int, Word]] = [(number, word) for segment in recognised.segments for word in segment.words]
        heard = list(heard_words(words, self._language))
        first = max(self._next - BACKWARD_WORDS, 0)
        pairs = pair_words(self.given[first : self._next + SEARCHED_WORDS], heard)
        if len(pairs) >= max(FEWEST_FOUND, LEAST_FOUND_SHARE * len(heard)):
            close = [b.given for a, b in zip(pairs[:-1], pairs[1:], strict=True) if b.given - a.given <= CLOSE_WORDS]
            self._next = max(self._next, first + (close or [pairs[0].given])[-1] + 1)
        return heard
