"""Where in a stretch of speech each known word is said, by how probable each phone is in each frame.

A hidden Markov model over the phones of the words, with silence between any two of them, and the Viterbi path through
it (Rabiner 1989, section III). Where others may speak too, anything may be said before and behind the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmdemo.alignment.pause_levels import FRAME_SECONDS
from mmdemo.alignment.pronunciations import pronunciations
from mmdemo.backbone.spoken_phones import SILENCE, phone_number
from mmdemo.types import Float32Array, Span

LEAST_FRAMES = 3
"""Of a phone, as in most recognisers: 30 ms. With one, 90.4 % of the words of 48 development recordings came within
50 ms of where they are said, with three 91.5 % (a draft of the network, at the bounds of `BY_SOUND`)."""
LEAST_LOG_LIKELIHOOD = -8.0
"""Of any phone: no single frame may say more against a word."""

ANYTHING_NATS, BETWEEN_NATS, PAUSE_NATS = 0.5, 1.5, 0.1
"""A frame, by which anything is less likely than its likeliest phone, around words and between two of them, and what a
pause between two costs beside that; around them silence costs nothing. Where pauses cost nothing too, the first word of
2.0 % of 758 development cues is found more than 0.3 s beside its place, as the “A” of a caption; so it is 1.1 %."""
UNLIKELY = -1e6

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class SpottedWords:
    """Where words are said among others."""

    start: float  # seconds from the first frame
    gain: float  # nats by which that is likelier than where they were expected
    fit: float  # mean log likelihood of their frames against the likeliest phone of each, 0.0 at best


class PhoneAligner:
    """Aligns words of one language in one window.

    Args:
        likelihoods: [F, P] of each phone in each frame, as `mmdemo.backbone.spoken_phones` gives them.
        language: ISO 639-1 code, one that `pronunciations` can read.
    """

    def __init__(self, likelihoods: Float32Array, language: str) -> None:
        self._likelihoods = np.maximum(likelihoods, LEAST_LOG_LIKELIHOOD)
        self._language = language

    def align(self, first: int, behind: int, words: Sequence[str]) -> tuple[Span, ...]:
        """Find words in a stretch that holds nothing but them and silence.

        Args:
            first: frame of the window.
            behind: the same.
            words: lower-case, without punctuation.

        Returns:
            One span a word, in seconds from the first frame, in order; nothing when they do not fit.
        """
        chain = chain_of_words(words, self._language)
        path = None if chain is None else best_path(self._likelihoods[max(first, 0) : behind, chain.phones], chain)
        if chain is None or path is None:
            return ()
        said = chain.words[path]  # [F]
        edges = [np.flatnonzero(said == i)[[0, -1]] for i in range(len(words))]
        return tuple(Span(int(a) * FRAME_SECONDS, (int(b) + 1) * FRAME_SECONDS) for a, b in edges)

    def spot(self, words: Sequence[str], expected: tuple[int, int]) -> SpottedWords | None:
        """Find words in the whole window, in which others may be said too.

        Args:
            words: lower-case, without punctuation.
            expected: frames between which they should begin.

        Returns:
            Where they fit best; None when they cannot be read or do not fit in.
        """
        chain = chain_of_words(words, self._language)
        if chain is None:
            return None
        emitted = among_others(self._likelihoods, chain)
        path = best_path(emitted, chain)
        if path is None:
            return None
        start = int(np.argmax(chain.words[path] == 0))
        said = np.flatnonzero(chain.words[path] >= 0)
        fit = float(np.mean(emitted[said, path[said]] - self._likelihoods[said].max(axis=1)))
        gain = 0.0
        if not expected[0] <= start <= expected[1]:
            emitted_there = emitted.copy()
            emitted_there[: max(expected[0], 0), 1:] = UNLIKELY
            emitted_there[max(expected[1], 0) :, 0] = UNLIKELY
            there = best_path(emitted_there, chain)
            assert there is not None, "as long as the other path"
            gain = _total(emitted, path) - _total(emitted_there, there)
        return SpottedWords(start * FRAME_SECONDS, gain, fit)


def among_others(likelihoods: Float32Array, chain: Chain) -> Float32Array:
    """Let anything be said around words.

    Args:
        likelihoods: [..., F, P] of each phone in each frame.
        chain: of the words.

    Returns:
        [..., F, S] the log likelihood of each state.
    """
    likeliest = likelihoods.max(axis=-1)  # [..., F]
    emitted = likelihoods[..., chain.phones]
    between = np.maximum(likelihoods[..., SILENCE], likeliest - BETWEEN_NATS)
    emitted[..., chain.words < 0] = between[..., None] - PAUSE_NATS
    around = np.maximum(likelihoods[..., SILENCE], likeliest - ANYTHING_NATS)
    emitted[..., [0, -1]] = around[..., None]
    return emitted


def _total(emitted: Float32Array, path: IntArray) -> float:
    return float(emitted[np.arange(len(path)), path].sum())


@dataclass(frozen=True, eq=False)
class Chain:
    """States of a hidden Markov model; each is one phone for at least one frame."""

    phones: IntArray  # [S] of `PHONES`
    words: IntArray  # [S] position of the word, -1: silence
    before: IntArray  # [S, K] the states that may come before each, itself first; S: none
    first: tuple[int, ...]  # states that may begin
    last: tuple[int, ...]  # states that may end


def chain_of_words(words: Sequence[str], language: str, least_frames: int = LEAST_FRAMES) -> Chain | None:
    """Chain words of a language; None where there are none or one cannot be read.

    Args:
        words: lower-case, without punctuation.
        language: ISO 639-1 code.
        least_frames: of a phone.
    """
    spoken = [[way.split() for way in pronunciations(word, language)] for word in words]
    return chain_of(spoken, least_frames) if spoken and all(spoken) else None


def chain_of(spoken: Sequence[Sequence[Sequence[str]]], least_frames: int = LEAST_FRAMES) -> Chain:
    """Chain words, each with every way to say it, and with silence before, between and behind them.

    Args:
        spoken: for each word its pronunciations, each a list of phones.
        least_frames: of a phone.

    Returns:
        The states in an order in which each comes behind those before it.
    """
    states: list[tuple[int, int, list[int]]] = [(SILENCE, -1, [])]  # phone, word, which may come before
    ends, first = [0], [0]
    for word, ways in enumerate(spoken):
        reached: list[int] = []
        for way in ways:
            before = ends
            if word == 0:
                first.append(len(states))
            for phone in [phone_number(name) for name in way for _ in range(least_frames)]:
                states.append((phone, word, before))
                before = [len(states) - 1]
            reached += before
        states.append((SILENCE, -1, reached))
        ends = [*reached, len(states) - 1]
    table = np.full((len(states), 1 + max(len(earlier) for _, _, earlier in states)), len(states))
    for state, (_, _, earlier) in enumerate(states):
        table[state, : len(earlier) + 1] = [state, *earlier]
    phones, words = (np.array([one[i] for one in states], np.int64) for i in (0, 1))
    return Chain(phones, words, table, tuple(first), tuple(ends))


def best_path(emitted: Float32Array, chain: Chain) -> IntArray | None:
    """Find the likeliest state of each frame.

    Args:
        emitted: [F, S] log likelihoods of the states.
        chain: of F or fewer states from one end to the other.

    Returns:
        [F] states; None when there are too few frames.
    """
    frames, states = emitted.shape
    if frames == 0:
        return None
    scores = np.full(states + 1, -np.inf, np.float32)
    scores[list(chain.first)] = emitted[0, list(chain.first)]
    came = np.zeros((frames, states), np.int8)
    own = np.arange(states)
    for frame in range(1, frames):
        options = scores[chain.before]  # [S, K]
        came[frame] = options.argmax(axis=1)
        scores[:states] = options[own, came[frame]] + emitted[frame]
    state = max(chain.last, key=lambda one: float(scores[one]))
    if not np.isfinite(scores[state]):
        return None
    path = np.empty(frames, np.int64)
    for frame in range(frames - 1, -1, -1):
        path[frame] = state
        state = int(chain.before[state, came[frame, state]])
    return path
