"""What is said, as far as subtitles in another language can be compared with it: passages in the joint space."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mmdemo.alignment.meaning_scores import Meanings, standard_likeness
from mmdemo.alignment.spoken_tokens import spoken_tokens
from mmdemo.backbone.base import read_windows
from mmdemo.runtime import Models
from mmdemo.speech import SpeechRecognizer
from mmdemo.tasks.subtitle_alignment import SURE_LANGUAGE_PROBABILITY
from mmdemo.text import text_of
from mmdemo.types import Audio, AudioFile, EncodedWindow, Encoding, Segment, Span, Word

READ_LANGUAGES = ("en", "zh")
"""What the text encoders were trained on; all other speech is translated into English while it is recognised."""
CERTAIN_LANGUAGE_PROBABILITY = 0.85
MOST_VOTING_WINDOWS = 4
"""The language decides how everything is compared, and a voice under music is easily taken for English: windows vote
until it is certain, one more than for a transcript."""
LONGEST_PASSAGE_SECONDS = 8.0
"""A translation may run on without a full stop; passages longer than a cue would blur what stands where."""
BLANK = "…"
"""Stands for a cue without words, such as [door slams]; nothing is like it."""
MOST_CHARACTERS = 1_000
"""Read of a cue; a longer one is a mistake."""
TEXTS_AT_ONCE = 256
"""Their tokens are dropped at once: those of 20,000 cues would take a gigabyte."""

Windows = Generator[EncodedWindow, None, None]


def windows_of(sound: AudioFile | Audio | Encoding, models: Models) -> Windows:
    """Walk through the encoded windows of a recording, from the cache as far as they are there."""
    return read_windows(sound) if isinstance(sound, Encoding) else models.backbone.encode_windows(sound)


def find_language(sound: AudioFile | Audio | Encoding, models: Models) -> Generator[float, None, tuple[str, float]]:
    """Find the spoken language from the first windows in which somebody speaks.

    Args:
        sound: the recording.
        models: backbone and speech recogniser.

    Yields:
        Media seconds that were heard.

    Returns:
        ISO 639-1 code, "" when nobody speaks or it stays uncertain, and its probability.
    """
    voiced: list[EncodedWindow] = []
    language, probability = "", 0.0
    with closing(windows_of(sound, models)) as windows:
        for window in windows:
            yield window.window.end
            if not models.speech.has_speech(window):
                continue
            voiced.append(window)
            language, probability = models.speech.detect_language(voiced)
            if probability >= CERTAIN_LANGUAGE_PROBABILITY or len(voiced) >= MOST_VOTING_WINDOWS:
                break
    return language if probability >= SURE_LANGUAGE_PROBABILITY else "", probability


def hear_meanings(
    sound: AudioFile | Audio | Encoding, texts: Sequence[str], models: Models, spoken: str
) -> Generator[float, None, Meanings]:
    """Compare cues with what is said where, across languages.

    Args:
        sound: the recording.
        texts: of the cues.
        models: backbone and speech recogniser.
        spoken: ISO 639-1 code of the speech.

    Yields:
        Media seconds that were heard.

    Returns:
        How like each cue is to each passage.
    """
    passages: list[Segment] = []
    with closing(windows_of(sound, models)) as windows:
        for window in windows:
            yield window.window.start
            if models.speech.has_speech(window):
                passages += short_passages(_said(models.speech, window, spoken))
    ordered = _without_overlap(passages)
    return Meanings(
        _likeness(texts, [passage.text for passage in ordered], models),
        tuple(Span(passage.start, passage.end) for passage in ordered),
    )


def _said(speech: SpeechRecognizer, window: EncodedWindow, spoken: str) -> tuple[Segment, ...]:
    if spoken in READ_LANGUAGES:
        return speech.transcribe_window(window, spoken).segments
    return speech.translate_window(window, spoken)


def short_passages(sentences: Sequence[Segment]) -> tuple[Segment, ...]:
    """Cut sentences that run on at their longest pause, again and again.

    Args:
        sentences: in order.

    Returns:
        Passages of `LONGEST_PASSAGE_SECONDS` at most, single words aside.
    """
    passages: list[Segment] = []
    waiting = list(sentences[::-1])
    while waiting:
        sentence = waiting.pop()
        words = sentence.words
        if sentence.end - sentence.start <= LONGEST_PASSAGE_SECONDS or len(words) < 2:
            passages.append(sentence)
            continue
        gaps = [after.start - before.end for before, after in zip(words, words[1:], strict=False)]
        middle = 0.5 * (sentence.start + sentence.end)
        cut = max(range(len(gaps)), key=lambda i: (round(gaps[i], 1), -abs(words[i].end - middle))) + 1
        waiting += [_segment(words[cut:]), _segment(words[:cut])]
    return tuple(passages)


def _segment(words: Sequence[Word]) -> Segment:
    return Segment(words[0].start, words[-1].end, "".join(word.text for word in words).strip(), tuple(words))


def _without_overlap(passages: Sequence[Segment]) -> list[Segment]:
    """Order passages and end each where the next one begins."""
    ordered = sorted(passages, key=lambda passage: passage.start)
    return [
        replace(passage, end=min(passage.end, following.start))
        for passage, following in zip(ordered, ordered[1:], strict=False)
    ] + ordered[-1:]


def _likeness(texts: Sequence[str], passages: Sequence[str], models: Models) -> NDArray[np.float64]:
    """Return [C, P]: by the joint space, which reads Chinese too, and by the text tower alone, which knows more."""
    if not passages:
        return np.zeros((len(texts), 0))
    spoken = [" ".join(token.key for token in spoken_tokens([text], ""))[:MOST_CHARACTERS] or BLANK for text in texts]
    cues, heard = _vectors(spoken, models), _vectors(passages, models)
    return standard_likeness(
        sum((standard_likeness(ours @ theirs.T) for ours, theirs in zip(cues, heard, strict=True)), np.zeros((1, 1)))
    )


def _vectors(texts: Sequence[str], models: Models) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return [N, D] embeddings in the joint space and [N, W] means of the text tower's tokens, of unit norm."""
    joint, means = [], []
    for first in range(0, len(texts), TEXTS_AT_ONCE):
        for encoding in models.backbone.encode_texts([text_of(text) for text in texts[first : first + TEXTS_AT_ONCE]]):
            assert encoding.embedding is not None, "texts stand in the joint space"
            joint.append(encoding.embedding)
            mean = encoding.tokens.mean(axis=0) if len(encoding.tokens) else np.zeros(encoding.tokens.shape[1])
            means.append(mean / max(float(np.linalg.norm(mean)), 1e-9))
    return np.stack(joint).astype(np.float64), np.stack(means).astype(np.float64)
