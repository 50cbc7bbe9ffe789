"""Speech recognition on the backbone's encoded audio: language, words and their times from one encoder pass."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from mmdemo.alignment.hidden_markov_words import hidden_markov_aligner
from mmdemo.alignment.pronunciations import can_be_read
from mmdemo.alignment.word_refinement import ManyLanguageAligner, WordAligner
from mmdemo.backbone.audio_windows import token_spans
from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.backbone.spoken_phones import TOWER_ID, PhoneReader, load_phone_reader
from mmdemo.errors import UnknownLanguage
from mmdemo.kept_recognition import KeptRecognition, window_key
from mmdemo.types import EncodedWindow, Segment, Word
from mmdemo.whisper_decoding import (
    CHINESE_PROMPT,
    decode_once,
    decode_window,
    decoding_options,
    shared_whisper,
    timed_words,
    window_storage,
)
from mmdemo.whisper_text_alignment import LEADING_FILLER, MOST_ALIGNED_TOKENS, aligned_words, first_tokens
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


@dataclass(frozen=True)
class RecognisedWindow:
    """What was heard in one window."""

    segments: tuple[Segment, ...]
    imagined: int  # sentences left out because nobody speaks there
    repeated: bool  # the text repeats itself even after every retry

    @property
    def has_digits(self) -> bool:
        """Whether a number was written in figures."""
        return any(sign.isdigit() for segment in self.segments for sign in segment.text)


class SpeechRecognizer:
    """Whisper's decoder over encoded windows.

    Args:
        whisper: the CTranslate2 model that the audio tower loaded.
        folder: holds its ``tokenizer.json``.
        lock: the backbone's, as both share the model.
        model_id: name of the model, as stored transcripts carry it.
        aligner: hears where words are said, in the languages it knows; several have one without it.
    """

    def __init__(
        self,
        whisper: Any,
        folder: Path,
        lock: threading.RLock,
        model_id: str = "whisper-base",
        aligner: ManyLanguageAligner | None = None,
    ) -> None:
        self.model_id = model_id
        self._aligner = aligner
        self._lock = lock
        self._whisper = shared_whisper(whisper, folder)
        self.languages: tuple[str, ...] = tuple(self._whisper.supported_languages)
        self._digits: tuple[int, ...] | None = None
        self._kept: KeptRecognition[RecognisedWindow] = KeptRecognition()

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

    def word_aligner(self, language: str) -> WordAligner | PhoneReader | None:
        """Return what refines the times of words in a language, if there is something.

        Args:
            language: ISO 639-1 code.

        Raises:
            WeightsMissing: the weights of the reader of phones are not there.
            WeightsCorrupt: they are damaged.
        """
        if self._aligner is not None and language in self._aligner.languages:
            return self._aligner
        if self.model_id == TOWER_ID and can_be_read(language):
            return load_phone_reader()
        return hidden_markov_aligner(language)

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
                scores = self._whisper.model.detect_language(window_storage(window))[0]
            for token, probability in scores:
                code = token[2:-2]
                votes[code] = votes.get(code, 0.0) + probability * window.window.token_count
        language = max(votes, key=lambda code: votes[code])
        return language, votes[language] / sum(votes.values())

    def transcribe_window(self, encoded: EncodedWindow, language: str, spell_numbers: bool = False) -> RecognisedWindow:
        """Recognise the words of one window and place them in media time, or remember what was recognised there.

        Args:
            encoded: the window.
            language: ISO 639-1 code.
            spell_numbers: write numbers in letters, as a text does that this is to be compared with.

        Returns:
            Sentences in order.
        """
        key = window_key(encoded)
        found = self._kept.find(key, language, False)
        if spell_numbers and (found is None or found.has_digits):
            # What was written as people write it goes first, or results would hang on which task came before.
            found = self._kept.find(key, language, True)
        if found is None:
            found = self._recognised(encoded, language, spell_numbers)
            self._kept.keep(key, language, spell_numbers, found)
        return found

    def _recognised(self, encoded: EncodedWindow, language: str, spell_numbers: bool) -> RecognisedWindow:
        tokenizer = self._tokenizer(language)
        storage = window_storage(encoded)
        options = decoding_options(tokenizer, encoded)
        if spell_numbers:
            suppressed = sorted({*options.suppress_tokens, *self._digit_tokens()})
            options = replace(options, suppress_tokens=suppressed)
        with self._lock:
            decoded = decode_window(self._whisper, storage, self._prompt(tokenizer, language), tokenizer, options)
            if decoded.is_silence:
                return RecognisedWindow((), 1, False)
            tokens = list(decoded.tokens)
            aligned = self._whisper.find_alignment(tokenizer, [tokens], storage, 2 * len(encoded.tokens))
        words = media_words(timed_words(aligned), encoded.voice_activity, encoded.window)
        words = _simplified(words) if language == "zh" else words
        sentences = split_sentences(words)
        real = tuple(sentence for sentence in sentences if is_believable(sentence, encoded))
        return RecognisedWindow(real, len(sentences) - len(real), decoded.is_repeated)

    def translate_window(self, encoded: EncodedWindow, language: str) -> tuple[Segment, ...]:
        """Recognise one window in English, whatever is spoken.

        It is decoded once, greedily: a translation is never as probable as a transcript, so that the usual retries
        would follow for nothing. Whisper-base translates poorly, but what it makes of a sentence is nearer to it than
        to others.

        Args:
            encoded: the window, with speech in it.
            language: ISO 639-1 code of the speech.

        Returns:
            Sentences with the times of the words that they come from; none when the decoder repeats itself.
        """
        tokenizer = self._tokenizer(language)
        tokenizer.task = tokenizer.translate
        storage = window_storage(encoded)
        prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        with self._lock:
            decoded = decode_once(self._whisper, storage, prompt, tokenizer, decoding_options(tokenizer, encoded))
            if decoded.is_repeated:
                return ()
            tokens = list(decoded.tokens)
            aligned = self._whisper.find_alignment(tokenizer, [tokens], storage, 2 * len(encoded.tokens))
        return split_sentences(media_words(timed_words(aligned), encoded.voice_activity, encoded.window))

    def align_text(self, encoded: EncodedWindow, words: Sequence[str], language: str) -> tuple[TimedToken, ...]:
        """Find where in a window known words are spoken, by Whisper's cross-attention.

        Args:
            encoded: the window.
            words: all that is said in it, in order, each with the space before it where the language writes one.
            language: ISO 639-1 code.

        Returns:
            One a word, in packed seconds, with the probability that the decoder gives it. Words past the decoder's
            limit stand at the end of the window with probability 0.
        """
        tokenizer = self._tokenizer(language)
        texts = [LEADING_FILLER, *words]
        encoded_text = tokenizer.tokenizer.encode("".join(texts), add_special_tokens=False)
        first = first_tokens(texts, encoded_text.offsets)  # [words + 2]
        tokens = encoded_text.ids[:MOST_ALIGNED_TOKENS]
        if not tokens:
            return ()
        with self._lock:
            aligned = self._whisper.model.align(
                window_storage(encoded), tokenizer.sot_sequence, [tokens], 2 * len(encoded.tokens)
            )[0]
        return aligned_words(texts, first, aligned.alignments, aligned.text_token_probs)[1:]

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        return Tokenizer(self._whisper.hf_tokenizer, True, task="transcribe", language=language)

    def _digit_tokens(self) -> tuple[int, ...]:
        if self._digits is None:
            # Not `isdigit`: the vocabulary writes some bytes of other scripts as “²”, “³” and “¹”.
            vocabulary = self._whisper.hf_tokenizer.get_vocab(with_added_tokens=False)
            self._digits = tuple(i for text, i in vocabulary.items() if any(sign in "0123456789" for sign in text))
        return self._digits

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
