"""Speech recognition on the backbone's encoded audio: language, words and their times from one encoder pass."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from mmdemo.backbone.audio_windows import token_spans
from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.errors import UnknownLanguage
from mmdemo.types import EncodedWindow, Segment, Word
from mmdemo.word_times import TimedToken, media_words

VOICE_PROBABILITY = 0.5
LEAST_VOICE_SECONDS = 0.2
"""A window with less speech than this is not decoded: Whisper writes something even for silence."""
AUDIBLE_VOICE_PROBABILITY = 0.25
LEAST_WORD_PROBABILITY = 0.35
UNVOICED_WORD_PROBABILITY = 0.7
UNVOICED_WORDS = 4
"""A sentence is believed when Silero hears a voice in it and its words are likely, or, as Silero misses some speakers
altogether, when it is long and its words are very likely. The rest was imagined over music, barking or noise."""
SENTENCE_PAUSE_SECONDS = 1.2
"""A pause this long ends a sentence even without a full stop."""
SENTENCE_ENDS = ".?!。？！…"

TEMPERATURES = (0.0, 0.4, 0.8)
"""Tried in turn when a decode looks wrong (Radford et al. 2022, section 4.5, with fewer steps)."""
COMPRESSION_RATIO_THRESHOLD = 2.4
LOG_PROBABILITY_THRESHOLD = -1.0
NO_SPEECH_THRESHOLD = 0.6
"""Thresholds of the same section."""

CHINESE_PROMPT = "以下是普通话的句子。"
"""Leads Whisper to write punctuation: without it, it stopped after the first of five utterances."""
MOST_TOKENS_PER_SECOND = 14
FREE_TOKENS = 24
MOST_NEW_TOKENS = 400
"""Bound of a decode by the sound's length: fast speech has about 8 tokens a second, and a decoder that starts over
would otherwise run to Whisper's own limit of 448."""
PREPENDED_PUNCTUATION = "\"'“¿([{-"
APPENDED_PUNCTUATION = "\"'.。,，!！?？:：”)]}、"


@dataclass(frozen=True)
class RecognisedWindow:
    """What was heard in one window."""

    segments: tuple[Segment, ...]
    imagined: int  # sentences left out because nobody speaks there
    repeated: bool  # the text repeats itself even after every retry


class SpeechRecognizer:
    """Whisper's decoder over encoded windows.

    Args:
        whisper: the CTranslate2 model that the audio tower loaded.
        folder: holds its ``tokenizer.json``.
        lock: the backbone's, as both share the model.
    """

    model_id = "whisper-base"

    def __init__(self, whisper: Any, folder: Path, lock: threading.RLock) -> None:
        self._lock = lock
        self._whisper = _shared_whisper(whisper, folder)
        self.languages: tuple[str, ...] = tuple(self._whisper.supported_languages)

    def check_language(self, language: str | None) -> str | None:
        """Return a language code that the model knows, or None for “detect it”.

        Raises:
            UnknownLanguage: the model was not trained on it.
        """
        if not language or language == "auto":
            return None
        code = language.strip().lower().replace("_", "-").split("-")[0]
        if code not in self.languages:
            raise UnknownLanguage(language=language)
        return code

    def has_speech(self, window: EncodedWindow) -> bool:
        """Tell whether enough of a window is speech to be worth decoding."""
        voiced = np.count_nonzero(window.voice_activity > VOICE_PROBABILITY)
        return bool(voiced * TOKEN_SECONDS >= LEAST_VOICE_SECONDS)

    def detect_language(self, windows: Sequence[EncodedWindow]) -> tuple[str, float]:
        """Guess the spoken language.

        Args:
            windows: with speech in them; each votes with its length.

        Returns:
            ISO 639-1 code and probability.
        """
        votes: dict[str, float] = {}
        for window in windows:
            with self._lock:
                scores = self._whisper.model.detect_language(_storage(window))[0]
            for token, probability in scores:
                code = token[2:-2]
                votes[code] = votes.get(code, 0.0) + probability * window.window.token_count
        language = max(votes, key=lambda code: votes[code])
        return language, votes[language] / sum(votes.values())

    def transcribe_window(self, encoded: EncodedWindow, language: str) -> RecognisedWindow:
        """Recognise the words of one window and place them in media time.

        Args:
            encoded: the window.
            language: ISO 639-1 code.

        Returns:
            Sentences in order.
        """
        from faster_whisper.tokenizer import Tokenizer

        tokenizer = Tokenizer(self._whisper.hf_tokenizer, True, task="transcribe", language=language)
        storage = _storage(encoded)
        with self._lock:
            result, average_log_probability, _, compression = self._whisper.generate_with_fallback(
                storage, self._prompt(tokenizer, language), tokenizer, _options(tokenizer, encoded)
            )
            if result.no_speech_prob > NO_SPEECH_THRESHOLD and average_log_probability < LOG_PROBABILITY_THRESHOLD:
                return RecognisedWindow((), 1, False)
            text_tokens = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
            aligned = self._whisper.find_alignment(tokenizer, [text_tokens], storage, 2 * len(encoded.tokens))
        words = media_words(_timed(aligned), encoded.voice_activity, encoded.window)
        words = _simplified(words) if language == "zh" else words
        sentences = split_sentences(words)
        real = tuple(sentence for sentence in sentences if is_believable(sentence, encoded))
        return RecognisedWindow(real, len(sentences) - len(real), compression > COMPRESSION_RATIO_THRESHOLD)

    def _prompt(self, tokenizer: Any, language: str) -> list[int]:
        before = [tokenizer.sot_prev, *tokenizer.encode(" " + CHINESE_PROMPT)] if language == "zh" else []
        return [*before, *tokenizer.sot_sequence, tokenizer.no_timestamps]


def split_sentences(words: Sequence[Word]) -> tuple[Segment, ...]:
    """Group words into sentences at full stops and long pauses.

    Args:
        words: in order.

    Returns:
        One segment a sentence.
    """
    groups: list[list[Word]] = []
    for word in words:
        previous = groups[-1][-1] if groups else None
        if previous is None or previous.text[-1] in SENTENCE_ENDS or word.start - previous.end > SENTENCE_PAUSE_SECONDS:
            groups.append([])
        groups[-1].append(word)
    return tuple(
        Segment(group[0].start, group[-1].end, "".join(word.text for word in group).strip(), tuple(group))
        for group in groups
    )


def is_believable(sentence: Segment, encoded: EncodedWindow) -> bool:
    """Tell whether a sentence was heard and not imagined.

    Args:
        sentence: in media time.
        encoded: the window it comes from.
    """
    spans = token_spans([encoded.window])  # [T, 2]
    inside = (spans[:, 1] > sentence.start) & (spans[:, 0] < sentence.end)  # [T]
    voice = float(encoded.voice_activity[inside].max(initial=0.0))
    probability = float(np.mean([word.probability for word in sentence.words]))
    if voice > AUDIBLE_VOICE_PROBABILITY:
        return probability >= LEAST_WORD_PROBABILITY
    return probability >= UNVOICED_WORD_PROBABILITY and len(sentence.words) >= UNVOICED_WORDS


@lru_cache(maxsize=1)
def _traditional_to_simplified() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def _simplified(words: Sequence[Word]) -> tuple[Word, ...]:
    """Write Mandarin in one script: Whisper mixes simplified and traditional characters within a sentence."""
    convert = _traditional_to_simplified().convert
    return tuple(replace(word, text=convert(word.text)) for word in words)


def _timed(aligned: list[list[dict[str, Any]]]) -> list[TimedToken]:
    from faster_whisper.transcribe import merge_punctuations

    words = aligned[0] if aligned else []
    merge_punctuations(words, PREPENDED_PUNCTUATION, APPENDED_PUNCTUATION)
    for word in words:  # a decode that was cut at its bound can end inside a character
        word["word"] = word["word"].replace("\ufffd", "")
    return [
        TimedToken(word["word"], float(word["start"]), float(word["end"]), _probability(word["probability"]))
        for word in words
        if word["word"].strip()
    ]


def _probability(value: float) -> float:
    return 0.0 if math.isnan(value) else min(max(float(value), 0.0), 1.0)


def most_new_tokens(seconds: float) -> int:
    """Return how many tokens a decode of so much sound may take."""
    return min(FREE_TOKENS + round(MOST_TOKENS_PER_SECOND * seconds), MOST_NEW_TOKENS)


def _storage(encoded: EncodedWindow) -> Any:
    import ctranslate2

    tokens = np.concatenate([encoded.tokens, encoded.ending])[None]  # [1, T + P, D]
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(tokens, np.float32))


def _options(tokenizer: Any, encoded: EncodedWindow) -> Any:
    from faster_whisper.transcribe import TranscriptionOptions, get_suppressed_tokens

    return TranscriptionOptions(
        beam_size=1,
        best_of=3,
        patience=1.0,
        length_penalty=1.0,
        repetition_penalty=1.0,
        no_repeat_ngram_size=0,
        log_prob_threshold=LOG_PROBABILITY_THRESHOLD,
        no_speech_threshold=NO_SPEECH_THRESHOLD,
        compression_ratio_threshold=COMPRESSION_RATIO_THRESHOLD,
        condition_on_previous_text=False,
        prompt_reset_on_temperature=0.5,
        temperatures=list(TEMPERATURES),
        initial_prompt=None,
        prefix=None,
        suppress_blank=True,
        suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        without_timestamps=True,
        max_initial_timestamp=1.0,
        word_timestamps=True,
        prepend_punctuations=PREPENDED_PUNCTUATION,
        append_punctuations=APPENDED_PUNCTUATION,
        multilingual=True,
        max_new_tokens=most_new_tokens(len(encoded.tokens) * TOKEN_SECONDS),
        clip_timestamps="0",
        hallucination_silence_threshold=None,
        hotwords=None,
    )


def _shared_whisper(whisper: Any, folder: Path) -> Any:
    """Wrap a loaded CTranslate2 model as a faster-whisper model.

    faster-whisper's constructor always loads the weights itself; sharing the audio tower's copy saves 80 MB and a
    second of start-up, so the object is made without it and given the attributes its decoding methods read.
    """
    import tokenizers
    from faster_whisper import WhisperModel
    from faster_whisper.utils import get_logger

    shared = WhisperModel.__new__(WhisperModel)
    shared.logger = get_logger()
    shared.model = whisper
    shared.hf_tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    shared.input_stride = 2
    shared.frames_per_second = 100
    shared.tokens_per_second = 50
    shared.time_precision = 0.02
    shared.max_length = 448
    return shared
