"""Where in a short stretch of English speech each known word is said, by a hidden Markov model: PocketSphinx.

Its boundaries lie within 15 ms of hand labels in the median, those of cross-attention within 37
(``../shared/reference/subtitle-alignment.md``). The package is optional: without it words stay where cross-attention
and pauses put them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np
import regex

from mmdemo.types import Float32Array, Span

FRAME_SECONDS = 0.01
LOUDEST = 32767
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


class EnglishAligner:
    """Aligns English words, one stretch of speech at a time."""

    def __init__(self) -> None:
        from pocketsphinx import Decoder

        self._decoder: Any = Decoder(lm=None, loglevel="FATAL")

    def align(self, samples: Float32Array, words: Sequence[str]) -> tuple[Span, ...]:
        """Find words in speech that holds nothing but them.

        Args:
            samples: [N] mono at 16 kHz.
            words: lower-case, without punctuation.

        Returns:
            One span a word, in seconds from the first sample, in order; nothing when they do not fit.
        """
        known = [self._known(word) for word in words]
        if not known or not all(known) or not len(samples):
            return ()
        self._decoder.set_align_text(" ".join(known))
        self._decoder.start_utt()
        self._decoder.process_raw(_pcm(samples), full_utt=True)
        self._decoder.end_utt()
        if self._decoder.hyp() is None:
            return ()
        found = [part for part in self._decoder.seg() if part.word[0] not in "<["]
        if [part.word.split("(")[0] for part in found] != known:
            return ()
        return tuple(Span(part.start_frame * FRAME_SECONDS, (part.end_frame + 1) * FRAME_SECONDS) for part in found)

    def _known(self, word: str) -> str:
        """Return a word that the dictionary has, after adding it where need be; "" when it cannot be read."""
        if self._decoder.lookup_word(word) is not None:
            return word
        phones = self._read(regex.sub("[^a-z]", "", word.lower()))
        name = str(regex.sub(r"[\s()<>\[\]]", "", word))
        if not phones or not name:
            return ""
        if self._decoder.lookup_word(name) is None:
            self._decoder.add_word(name, phones, True)
        return name

    def _read(self, letters: str) -> str:
        """Guess a pronunciation: known words inside an unknown one, the rest letter by letter."""
        phones: list[str] = []
        while letters:
            for end in range(len(letters), SHORTEST_PART - 1, -1):
                part = self._decoder.lookup_word(letters[:end])
                if part is not None:
                    phones.append(part)
                    letters = letters[end:]
                    break
            else:
                plain = _REPEATED.sub(r"\1", letters)
                found = _LETTERS.match(plain)
                assert found is not None, "every letter has a phone"
                phones.append(LETTER_PHONES[found[0]])
                letters = plain[found.end() :]
        return " ".join(phones)


def _pcm(samples: Float32Array) -> bytes:
    loud = np.clip(samples, -1.0, 1.0) * LOUDEST
    return loud.astype(np.int16).tobytes()


@lru_cache(maxsize=1)
def english_aligner() -> EnglishAligner | None:
    """Return the aligner of this process; None where its package is not installed."""
    return EnglishAligner() if find_spec("pocketsphinx") is not None else None
