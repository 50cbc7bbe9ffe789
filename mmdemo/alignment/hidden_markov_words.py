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

from mmdemo.alignment.letter_sounds import LANGUAGES as SPELLED_LANGUAGES
from mmdemo.alignment.letter_sounds import phones
from mmdemo.types import Float32Array, Span

ENGLISH = "en"
LANGUAGES = frozenset({ENGLISH, *SPELLED_LANGUAGES})
"""ISO 639-1 codes of the languages whose words can be aligned."""
FRAME_SECONDS = 0.01
LOUDEST = 32767
BEAMS = MappingProxyType({"beam": 1e-80, "pbeam": 1e-80, "wbeam": 1e-60})
SEARCH = MappingProxyType({"bestpath": False, "lw": 3.0, "silprob": 0.1, **BEAMS})
"""No search of the lattice behind the Viterbi pass, which loses alignments; pauses between words are not rare; beams
that lose 6 of 318 lines where PocketSphinx's own lose 21, in the same time (retries included)."""
WIDE = MappingProxyType({"beam": 1e-300, "pbeam": 1e-300, "wbeam": 1e-300})
"""Beams for the lines that those lose; with all of PocketSphinx's own settings 61 of 221 lines in 22 synthetic voices,
rooms and noises were lost, with these none."""
SHORTEST_PART = 3
"""Letters of a known word inside an unknown one; shorter ones are read letter by letter."""
LETTER_PHONES = {
    **{"a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IH", "j": "JH"},
    **{"k": "K", "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P", "q": "K", "r": "R", "s": "S", "t": "T"},
    **{"u": "AH", "v": "V", "w": "W", "x": "K S", "y": "IY", "z": "Z"},
    **{"th": "TH", "sh": "SH", "ch": "CH", "ph": "F", "ng": "NG", "ck": "K", "qu": "K W", "wh": "W", "kh": "K"},
    **{"ee": "IY", "ea": "IY", "ii": "IY", "oo": "UW", "ou": "AW", "ow": "OW", "oa": "OW", "ai": "EY", "ay": "EY"},
    **{"ei": "EY", "ie": "IY", "au": "AO", "aw": "AO", "oi": "OY", "oy": "OY", "er": "ER", "ir": "ER", "ur": "ER"},
    **{"ar": "AA R", "or": "AO R", "ing": "IH NG", "tion": "SH AH N", "igh": "AY"},
}
"""Of the phones of CMUdict; enough to find a name that no dictionary has."""
_LETTERS = regex.compile("|".join(sorted(LETTER_PHONES, key=len, reverse=True)))
_REPEATED = regex.compile(r"([b-df-hj-np-tv-z])\1")


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
        if self._language != ENGLISH:
            sound = phones(word, self._language)
            return self._decoders.add("_" + sound.replace(" ", ""), sound)
        if self._decoders.phones(word) is not None:
            return word
        sound = self._read(regex.sub("[^a-z]", "", word.lower()))
        return self._decoders.add(str(regex.sub(r"[\s()<>\[\]]", "", word)), sound)

    def _read(self, letters: str) -> str:
        """Guess an English pronunciation: known words inside an unknown one, the rest letter by letter."""
        sounds: list[str] = []
        while letters:
            for end in range(len(letters), SHORTEST_PART - 1, -1):
                part = self._decoders.phones(letters[:end])
                if part is not None:
                    sounds.append(part)
                    letters = letters[end:]
                    break
            else:
                plain = _REPEATED.sub(r"\1", letters)
                found = _LETTERS.match(plain)
                assert found is not None, "every letter has a phone"
                sounds.append(LETTER_PHONES[found[0]])
                letters = plain[found.end() :]
        return " ".join(sounds)


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
