"""How Whisper's decoder is run: options, bounds, and what comes back as words; on faster-whisper."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.types import EncodedWindow
from mmdemo.word_times import TimedToken

RETRY_BEAMS = 3
RETRY_UNREPEATED_TOKENS = 4
"""How a decode that looks wrong is tried again. Whisper's authors draw at random then (Radford et al. 2022, section
4.5); a wider search that may not repeat itself answers the same every time."""
COMPRESSION_RATIO_THRESHOLD = 2.4
LOG_PROBABILITY_THRESHOLD = -1.0
NO_SPEECH_THRESHOLD = 0.6
"""What looks wrong, from the same section."""

CHINESE_PROMPT = "以下是普通话的句子。"
"""Leads Whisper to write punctuation: without it, it stopped after the first of five utterances."""
MOST_TOKENS_PER_SECOND = 14
FREE_TOKENS = 24
MOST_NEW_TOKENS = 400
"""Bound of a decode by the sound's length: fast speech has about 8 tokens a second, and a decoder that starts over
would otherwise run to Whisper's own limit of 448."""
PREPENDED_PUNCTUATION = "\"'“¿([{-"
INNER_PUNCTUATION = "'’-"
APPENDED_PUNCTUATION = "\"'.。,，!！?？:：”)]}、"


@dataclass(frozen=True)
class Decoded:
    """What the decoder wrote for one window."""

    tokens: tuple[int, ...]  # of text
    log_probability: float  # mean a token
    no_speech_probability: float
    compression: float  # of the text, high where it repeats itself

    @property
    def is_repeated(self) -> bool:
        """Whether the text says the same again and again."""
        return self.compression > COMPRESSION_RATIO_THRESHOLD

    @property
    def is_silence(self) -> bool:
        """Whether the window holds no speech by the decoder's own judgement."""
        return self.no_speech_probability > NO_SPEECH_THRESHOLD and self.log_probability < LOG_PROBABILITY_THRESHOLD

    @property
    def looks_wrong(self) -> bool:
        """Whether another search may find something better."""
        return not self.is_silence and (self.is_repeated or self.log_probability < LOG_PROBABILITY_THRESHOLD)


def decode_window(whisper: Any, storage: Any, prompt: Sequence[int], tokenizer: Any, options: Any) -> Decoded:
    """Write down what is said in a window: greedily, then by a wider search where that looks wrong.

    Args:
        whisper: from `shared_whisper`; the caller holds its lock.
        storage: from `window_storage`.
        prompt: tokens before the text.
        tokenizer: faster-whisper's, of the language.
        options: from `decoding_options`.
    """
    first = decode_once(whisper, storage, prompt, tokenizer, options)
    if not first.looks_wrong:
        return first
    wider = replace(options, beam_size=RETRY_BEAMS, no_repeat_ngram_size=RETRY_UNREPEATED_TOKENS)
    second = decode_once(whisper, storage, prompt, tokenizer, wider)
    return min((first, second), key=lambda one: (one.is_repeated, -one.log_probability))


def decode_once(whisper: Any, storage: Any, prompt: Sequence[int], tokenizer: Any, options: Any) -> Decoded:
    """Write down what is said in a window by one search (arguments as of `decode_window`)."""
    result, log_probability, _, compression = whisper.generate_with_fallback(storage, list(prompt), tokenizer, options)
    tokens = tuple(token for token in result.sequences_ids[0] if token < tokenizer.eot)
    return Decoded(tokens, log_probability, result.no_speech_prob, compression)


def timed_words(aligned: list[list[dict[str, Any]]]) -> list[TimedToken]:
    """Turn faster-whisper's alignment into words with their punctuation.

    Args:
        aligned: what ``WhisperModel.find_alignment`` returned for one text.

    Returns:
        Words in packed seconds, in order.
    """
    from faster_whisper.transcribe import merge_punctuations

    words = aligned[0] if aligned else []
    merge_punctuations(words, PREPENDED_PUNCTUATION, APPENDED_PUNCTUATION)
    timed: list[TimedToken] = []
    for word in words:
        text = word["word"].replace("\ufffd", "")  # a decode that was cut at its bound can end inside a character
        if not text.strip():
            continue
        token = TimedToken(text, float(word["start"]), float(word["end"]), _probability(word["probability"]))
        if timed and text[0] in INNER_PUNCTUATION:
            timed[-1] = _joined(timed[-1], token)
        else:
            timed.append(token)
    return timed


def _joined(first: TimedToken, second: TimedToken) -> TimedToken:
    """Join the halves of a word such as “o'clock”, which Whisper's tokens part at the apostrophe."""
    probability = min(first.probability, second.probability)
    return TimedToken(first.text + second.text, first.start, second.end, probability)


def _probability(value: float) -> float:
    return 0.0 if math.isnan(value) else min(max(float(value), 0.0), 1.0)


def most_new_tokens(seconds: float) -> int:
    """Return how many tokens a decode of so much sound may take."""
    return min(FREE_TOKENS + round(MOST_TOKENS_PER_SECOND * seconds), MOST_NEW_TOKENS)


def window_storage(encoded: EncodedWindow) -> Any:
    """Return a window's tokens and ending as the CTranslate2 array that the decoder reads."""
    import ctranslate2

    tokens = np.concatenate([encoded.tokens, encoded.ending])[None]  # [1, T + P, D]
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(tokens, np.float32))


def decoding_options(tokenizer: Any, encoded: EncodedWindow) -> Any:
    """Return faster-whisper's options: greedy first, as a wider beam was slower and not better on our cases."""
    from faster_whisper.transcribe import TranscriptionOptions, get_suppressed_tokens

    return TranscriptionOptions(
        beam_size=1,
        best_of=1,
        patience=1.0,
        length_penalty=1.0,
        repetition_penalty=1.0,
        no_repeat_ngram_size=0,
        log_prob_threshold=LOG_PROBABILITY_THRESHOLD,
        no_speech_threshold=NO_SPEECH_THRESHOLD,
        compression_ratio_threshold=COMPRESSION_RATIO_THRESHOLD,
        condition_on_previous_text=False,
        prompt_reset_on_temperature=0.5,
        temperatures=[0.0],
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


def shared_whisper(whisper: Any, folder: Path) -> Any:
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
