"""Speech with known times: espeak-ng through its library, which reports every word, and recordings of digits."""

from __future__ import annotations

import ctypes
import functools
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mmdemo.errors import FileMissing
from mmdemo.evaluation.alignment_cases import TrueWord
from mmdemo.evaluation.alignment_sounds import trimmed
from mmdemo.evaluation.sound_data import decoded, members
from mmdemo.media import audio_from_samples
from mmdemo.types import SAMPLE_RATE, Float32Array, Span

ESPEAK_LIBRARY = "libespeak-ng.so.1"
RETRIEVAL, UTF8, WORD_EVENT, RATE, PITCH = 1, 1, 1, 1, 3
"""Constants of speak_lib.h: samples to a callback, text encoding, the event at a word's start, two parameters."""
QUIET = 0.003
"""Share of full scale under which a synthetic voice has not begun or is over."""
LONGEST_DIGIT_SAMPLES = round(1.2 * SAMPLE_RATE)
QUIET_SHARE = 0.02
"""Of its loudest sample, under which a recorded word has not begun or is over (34 dB)."""
FIRST_CJK = 0x2E80
"""Where Unicode's scripts without blanks begin, of those spoken here."""
PINYIN_VOICE = "cmn-latn-pinyin"
"""Reads Mandarin as it sounds. Debian's espeak-ng lacks the dictionary of characters: its other voice, “cmn”, spells
“船” as “chu-a-n-two” in English."""
DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True, eq=False)
class Spoken:
    """A piece of speech without silence at its ends."""

    waveform: Float32Array  # [N] at 16 kHz
    text: str
    words: tuple[TrueWord, ...]  # times from the piece's own start

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.waveform) / SAMPLE_RATE


@dataclass(frozen=True)
class Voice:
    """A way of speaking."""

    name: str  # of espeak-ng, with a variant: ``en-us+f3``
    words_a_minute: int = 165
    pitch: int = 50  # 0..100


class _Event(ctypes.Structure):
    """``espeak_EVENT``."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("identifier", ctypes.c_int64),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class _Espeak:
    """The library, which has one state for the whole process."""

    def __init__(self) -> None:
        try:
            self.library: Any = ctypes.CDLL(ESPEAK_LIBRARY)
        except OSError as error:
            raise FileMissing(name=ESPEAK_LIBRARY) from error
        self.rate = int(self.library.espeak_Initialize(2, 0, None, 0))  # 2: synchronous, samples are handed over
        self.lock = threading.Lock()
        self.samples: list[np.ndarray[Any, np.dtype[np.int16]]] = []
        self.words: list[tuple[int, int, int]] = []  # (first character from 1, length, sample)
        self.callback = _Callback(self._take)  # kept: the library holds no reference
        self.library.espeak_SetSynthCallback(self.callback)

    def _take(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self.samples.append(np.ctypeslib.as_array(samples, (count,)).copy())
        i = 0
        while events[i].type:
            if events[i].type == WORD_EVENT:
                self.words.append((events[i].text_position, events[i].length, events[i].sample))
            i += 1
        return 0

    def say(self, text: str, voice: Voice) -> tuple[np.ndarray[Any, np.dtype[np.int16]], list[tuple[int, int, int]]]:
        """Return the samples and the words of a text."""
        with self.lock:
            self.samples, self.words = [], []
            if self.library.espeak_SetVoiceByName(voice.name.encode()) != 0:
                raise FileMissing(name=f"espeak-ng: {voice.name}")
            self.library.espeak_SetParameter(RATE, voice.words_a_minute, 0)
            self.library.espeak_SetParameter(PITCH, voice.pitch, 0)
            content = text.encode()
            self.library.espeak_Synth(content, len(content) + 1, 0, 1, 0, UTF8, None, None)
            self.library.espeak_Synchronize()
            return np.concatenate([*self.samples, np.zeros(1, np.int16)]), list(self.words)


@functools.lru_cache(maxsize=1)
def _espeak() -> _Espeak:
    return _Espeak()


def say(text: str, voice: Voice) -> Spoken:
    """Let espeak-ng say something.

    Args:
        text: in the language of the voice.
        voice: who speaks, how fast, how high.

    Returns:
        The speech, trimmed, with the start of each word as the synthesiser reports it.

    Raises:
        FileMissing: espeak-ng or the voice is not installed.
    """
    engine = _espeak()
    spoken, characters = text, list(range(len(text)))
    if voice.name.startswith(PINYIN_VOICE):
        spoken, characters = in_pinyin(text)
    samples, events = engine.say(spoken, voice)
    waveform = audio_from_samples(samples, engine.rate, "voice").waveform
    loud = np.flatnonzero(np.abs(waveform) > QUIET)
    first, last = (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, len(waveform))
    waveform = waveform[first:last]
    offset, end = first / SAMPLE_RATE, len(waveform) / SAMPLE_RATE
    events = [event for event in events if event[0] > 0]  # a sentence may be reported as a word at 0
    starts = [min(max(sample / engine.rate - offset, 0.0), end) for _, _, sample in events]
    places = [(characters[position - 1], length if spoken == text else 1) for position, length, _ in events]
    return Spoken(waveform, text, tuple(_words(text, places, [*starts, end])))


def in_pinyin(text: str) -> tuple[str, list[int]]:
    """Write Mandarin as it sounds, a syllable for each character with its tone as a figure behind it.

    Args:
        text: in characters; everything else stays as it is.

    Returns:
        The syllables, and for each of their signs the position of the character that it stands for.
    """
    from pypinyin import Style, lazy_pinyin

    written: list[str] = []
    characters: list[int] = []
    one_by_one: Any = list
    for at, syllable in enumerate(lazy_pinyin(text, Style.TONE3, neutral_tone_with_five=True, errors=one_by_one)):
        blank = " " if syllable[-1:].isdigit() else ""
        written.append(syllable + blank)
        characters += [at] * len(written[-1])
    return "".join(written), characters


def _words(text: str, places: Sequence[tuple[int, int]], times: Sequence[float]) -> list[TrueWord]:
    """Name what was reported: what stands between blanks is one word, as "1984" is reported in several parts."""
    blanks = max(map(ord, text)) < FIRST_CJK
    words: list[TrueWord] = []
    last = -1
    for i, (first, length) in enumerate(places):
        begin = text.rfind(" ", 0, first + 1) + 1 if blanks else first
        stop = (text.find(" ", first) if blanks else first + length) % (len(text) + 1)  # -1: the last word
        if begin == last:
            words[-1] = replace(words[-1], span=Span(words[-1].span.start, times[i + 1]))
        elif text[begin:stop].strip():
            words.append(TrueWord(text[begin:stop], Span(times[i], times[i + 1])))
            last = begin
    return words


def joined(pieces: Sequence[Spoken], pauses: Sequence[float]) -> Spoken:
    """Join pieces into one, with a pause after each but the last.

    Args:
        pieces: in order.
        pauses: seconds, one less than pieces.

    Returns:
        The whole.
    """
    waveforms: list[Float32Array] = []
    words: list[TrueWord] = []
    at = 0
    for piece, pause in zip(pieces, [*pauses, 0.0], strict=True):
        shift = at / SAMPLE_RATE
        words += [replace(word, span=Span(word.span.start + shift, word.span.end + shift)) for word in piece.words]
        gap = np.zeros(round(pause * SAMPLE_RATE), np.float32)
        waveforms += [piece.waveform, gap]
        at += len(piece.waveform) + len(gap)
    return Spoken(np.concatenate(waveforms), " ".join(piece.text for piece in pieces), tuple(words))


def digit_recordings(archive: Path, count: int, random: np.random.Generator) -> list[Spoken]:
    """Choose recordings of single digits by several people; each is one word from its first to its last loud sample.

    Those of one person hold three seconds of a room each, with the digit somewhere in it, and are left out.

    Args:
        archive: ``spoken_digits.tar``.
        count: how many.
        random: chooses.

    Raises:
        FileMissing: there is no such archive.
    """
    recordings = [(Path(name).name, content) for name, content in members(archive, ".wav")]
    spoken: list[Spoken] = []
    for name, content in (recordings[int(i)] for i in random.permutation(len(recordings))):
        waveform, word = decoded(content, name), DIGIT_WORDS[int(name[0])]
        waveform = trimmed(waveform, QUIET_SHARE * float(np.abs(waveform).max(initial=0.0)))
        if len(spoken) == count or len(waveform) > LONGEST_DIGIT_SAMPLES:
            continue
        spoken.append(Spoken(waveform, word, (TrueWord(word, Span(0.0, len(waveform) / SAMPLE_RATE)),)))
    return spoken
