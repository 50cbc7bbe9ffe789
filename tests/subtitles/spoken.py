"""Recognised speech made up for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mmdemo.types import Segment, Word

ENGLISH = (
    "the a to and but because of in with I you he she it was is were had have not very old young man woman house "
    "morning, evening. yesterday, tomorrow? never! Mr. harbour remember extraordinary 42 don't well, so that which "
    "when river characteristically"
).split()
CHINESE = list("的一是不了在人有我他这个们中来上大为和国，。？！地到以说时要就出会可也你对生能") + [
    "GPT",
    "2024",
    "因为",
    "但是",
]


def speak(
    text: str | Sequence[str], start: float = 0.0, rate: float = 12.0, pauses: Mapping[int, float] = {}
) -> Segment:
    """Say words one after the other.

    Args:
        text: words as a recogniser gives them; a string is split at its spaces, or into characters where it has none.
        start: seconds.
        rate: characters a second.
        pauses: seconds of silence after a word, by its number.

    Returns:
        A segment whose words have probability 0.9.
    """
    if isinstance(text, str):
        text = [f" {word}" for word in text.split()] if " " in text else list(text)
    words = []
    at = start
    for number, word in enumerate(text):
        end = at + len(word.strip()) / rate
        words.append(Word(word, at, end, 0.9))
        at = end + pauses.get(number, 0.0)
    return Segment(start, words[-1].end, "".join(text).strip(), tuple(words))


def random_speech(seed: int, count: int, chinese: bool) -> list[Segment]:
    """Babble: words, pauses of all lengths, speeds from slow to far too fast, and the mistakes recognisers make."""
    rng = np.random.default_rng(seed)
    vocabulary = CHINESE if chinese else [f" {word}" for word in ENGLISH]
    segments, at = [], float(rng.uniform(0, 2))
    while count > 0:
        size = min(int(rng.integers(1, 30)), count)
        count -= size
        rate = rng.uniform(3, 12) if chinese else rng.uniform(8, 35)
        picked = [vocabulary[int(i)] for i in rng.integers(0, len(vocabulary), size)]
        pauses = {i: float(rng.choice([0.1, 0.3, 0.6, 1.2, 5.0])) for i in range(size) if rng.random() < 0.1}
        segment = speak(picked, at, float(rate), pauses)
        at = segment.end + float(rng.choice([-0.2, 0.0, 0.0, 0.3, 2.0, 20.0]))
        segments.append(segment)
    return segments
