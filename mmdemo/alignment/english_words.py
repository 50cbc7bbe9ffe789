"""Where in a short stretch of English speech each known word is said, by a hidden Markov model: PocketSphinx.

Its boundaries lie within 15 ms of hand labels in the median, those of cross-attention within 37
(``../shared/reference/subtitle-alignment.md``). The package is optional: without it words stay where cross-attention
and pauses put them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

import numpy as np
import regex

from mmdemo.types import Float32Array, Span

FRAME_SECONDS = 0.01
LOUDEST = 32767
SEARCH = MappingProxyType({"bestpath": False, "lw": 3.0, "silprob": 0.1})
"""No search of the lattice behind the Viterbi pass, which loses alignments; pauses between words are not rare."""
WIDE = MappingProxyType({"beam": 1e-200, "pbeam": 1e-200, "wbeam": 1e-150})
"""Beams for lines that the usual ones lose: of 221 lines in 22 synthetic voices, rooms and noises 61 were lost with
PocketSphinx's own settings, 20 with `SEARCH` and one with these beams, and the words found lay as near."""
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
        self._decoder = _decoder()
        self._wide: Any = None

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
        sound = _pcm(samples)
        return _spans(self._decoder, sound, known) or _spans(self._wide_decoder(known), sound, known)

    def _wide_decoder(self, words: Sequence[str]) -> Any:
        """Return the decoder with wide beams, which then knows the words that the other one learnt."""
        if self._wide is None:
            self._wide = _decoder(**WIDE)
        for word in words:
            if self._wide.lookup_word(word) is None:
                self._wide.add_word(word, self._decoder.lookup_word(word), True)
        return self._wide

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


def _decoder(**more: Any) -> Any:
    from pocketsphinx import Decoder

    return Decoder(lm=None, loglevel="FATAL", **SEARCH, **more)


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


@lru_cache(maxsize=1)
def english_aligner() -> EnglishAligner | None:
    """Return the aligner of this process; None where its package is not installed."""
    return EnglishAligner() if find_spec("pocketsphinx") is not None else None
