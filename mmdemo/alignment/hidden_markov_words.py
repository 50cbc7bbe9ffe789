"""Where in a short stretch of speech each known word is said, by a hidden Markov model: PocketSphinx.

Its boundaries lie within 15 ms of hand labels in the median, those of cross-attention within 37
(``../shared/reference/subtitle-alignment.md``). The model is of English; words of other languages are read in its
phones (`letter_sounds`). The package is optional: without it words stay where cross-attention and pauses put them.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

import numpy as np
import regex

from mmdemo.alignment.pronunciations import ENGLISH, LANGUAGES, pronunciations
from mmdemo.types import Float32Array, Span

FRAME_SECONDS = 0.01
LOUDEST = 32767
BEAMS = MappingProxyType({"beam": 1e-80, "pbeam": 1e-80, "wbeam": 1e-60})
SEARCH = MappingProxyType({"bestpath": False, "lw": 3.0, "silprob": 0.1, **BEAMS})
"""No search of the lattice behind the Viterbi pass, which loses alignments; pauses between words are not rare; beams
that lose 6 of 318 lines where PocketSphinx's own lose 21, in the same time (retries included)."""
WIDE = MappingProxyType({"beam": 1e-300, "pbeam": 1e-300, "wbeam": 1e-300})
"""Beams for the lines that those lose; with all of PocketSphinx's own settings 61 of 221 lines in 22 synthetic voices,
rooms and noises were lost, with these none."""


class HiddenMarkovAligner:
    """Aligns words of one language, one stretch of speech at a time.

    Args:
        language: ISO 639-1 code, one of `LANGUAGES`.
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._decoders = _decoders()

    def align(self, samples: Float32Array, words: Sequence[str]) -> tuple[Span, ...]:
        """Find words in speech that holds nothing but them.

        Args:
            samples: [N] mono at 16 kHz.
            words: lower-case, without punctuation.

        Returns:
            One span a word, in seconds from the first sample, in order; nothing when they do not fit.
        """
        with self._decoders.lock:
            known = [self._known(word) for word in words]
            if not known or not all(known) or not len(samples):
                return ()
            sound = _pcm(samples)
            return _spans(self._decoders.usual, sound, known) or _spans(self._decoders.wide(known), sound, known)

    def _known(self, word: str) -> str:
        """Return a word that the dictionary has, after adding it where need be; "" when it cannot be read."""
        if self._language == ENGLISH and self._decoders.phones(word) is not None:
            return word
        sound = "".join(pronunciations(word, self._language)[:1])
        name = word if self._language == ENGLISH else "_" + sound
        return self._decoders.add(str(regex.sub(r"[\s()<>\[\]]", "", name)), sound)


class _Decoders:
    """The decoders of this process, one with the usual beams and one with wide ones, which loads when it is needed."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.usual = _decoder()
        self._wide: Any = None

    def phones(self, word: str) -> str | None:
        """Return the pronunciation of a word that the dictionary has."""
        found: str | None = self.usual.lookup_word(word)
        return found

    def add(self, name: str, sound: str) -> str:
        """Add a word unless the dictionary has it; returns its name, "" when it has no sound or none."""
        if not name or not sound:
            return ""
        if self.phones(name) is None:
            self.usual.add_word(name, sound, False)
        return name

    def wide(self, words: Sequence[str]) -> Any:
        """Return the decoder with wide beams, which then knows these words as the other one does."""
        if self._wide is None:
            self._wide = _decoder(**WIDE)
        for word in words:
            if self._wide.lookup_word(word) is None:
                self._wide.add_word(word, self.phones(word), False)
        return self._wide


@lru_cache(maxsize=1)
def _decoders() -> _Decoders:
    return _Decoders()


def _decoder(**more: Any) -> Any:
    from pocketsphinx import Decoder

    return Decoder(lm=None, loglevel="FATAL", **{**SEARCH, **more})


def _spans(decoder: Any, sound: bytes, words: Sequence[str]) -> tuple[Span, ...]:
    """Return where a decoder finds words that it knows, nothing where it loses them."""
    decoder.set_align_text(" ".join(words))
    decoder.start_utt()
    decoder.process_raw(sound, full_utt=True)
    decoder.end_utt()
    if decoder.hyp() is None:
        return ()
    found = [part for part in decoder.seg() if part.word[0] not in "<["]
    if [part.word.split("(")[0] for part in found] != list(words):
        return ()
    return tuple(Span(part.start_frame * FRAME_SECONDS, (part.end_frame + 1) * FRAME_SECONDS) for part in found)


def _pcm(samples: Float32Array) -> bytes:
    loud = np.clip(samples, -1.0, 1.0) * LOUDEST
    return loud.astype(np.int16).tobytes()


@lru_cache(maxsize=len(LANGUAGES))
def hidden_markov_aligner(language: str) -> HiddenMarkovAligner | None:
    """Return the aligner of this process for a language.

    Args:
        language: ISO 639-1 code.

    Returns:
        None where the package is not installed, or nobody wrote down how the language sounds.
    """
    return HiddenMarkovAligner(language) if language in LANGUAGES and find_spec("pocketsphinx") is not None else None
