"""The phones of a whole recording, and where in it words are said: tried in many stretches at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mmdemo.alignment.forced_words import GivenWord
from mmdemo.alignment.pause_levels import FRAME_SECONDS
from mmdemo.alignment.phone_words import (
    LEAST_LOG_LIKELIHOOD,
    Chain,
    IntArray,
    among_others,
    chain_of_words,
)
from mmdemo.backbone.spoken_phones import SILENCE
from mmdemo.types import Float32Array, Span

COARSE_FRAMES = 2
"""Frames that are taken together where many stretches are tried: 20 ms."""
LEAST_COARSE_FRAMES = 2
"""Of a phone. With one, or with three frames of 10 ms, right and wrong places of development cues are told less well
apart (area under the curve 0.994, 0.997 and 0.9985; by Whisper's decoder 0.925)."""


@dataclass(frozen=True)
class WordsInStretch:
    """How words fit a stretch in which others may speak too."""

    spans: tuple[Span, ...]  # media seconds of each
    fit: float  # mean over the words of the log likelihood of their frames against the likeliest phones; 0.0 at best


@dataclass(frozen=True, eq=False)
class PhoneTrack:
    """Which phone is likely when, from the beginning of a recording on."""

    likelihoods: Float32Array  # [F, P] every 10 ms, silence where nothing was encoded
    known: NDArray[np.bool_]  # [F] encoded
    language: str  # ISO 639-1 code of the words, one that can be read
    pauses: tuple[Span, ...] = ()  # filled by an “um …” that is not written; no phone of it is known

    @cached_property
    def _coarse(self) -> Float32Array:
        """Every 20 ms [F / 2, P]."""
        bounded = np.maximum(self.likelihoods, LEAST_LOG_LIKELIHOOD)
        padded = np.pad(bounded, ((0, -len(bounded) % COARSE_FRAMES), (0, 0)), mode="edge")
        found: Float32Array = padded.reshape(-1, COARSE_FRAMES, padded.shape[1]).mean(axis=1)
        return found

    @property
    def duration(self) -> float:
        """Its seconds."""
        return len(self.likelihoods) * FRAME_SECONDS

    def known_share(self, span: Span) -> float:
        """Return how much of a span was encoded, 0..1."""
        first, behind = (max(round(seconds / FRAME_SECONDS), 0) for seconds in (span.start, span.end))
        return float(np.count_nonzero(self.known[first:behind])) / max(behind - first, 1)

    def find(self, words: Sequence[GivenWord], stretches: Sequence[Span]) -> list[WordsInStretch | None]:
        """Find words in stretches of one length, each by itself.

        Args:
            words: of one cue, in order.
            stretches: media seconds; they may reach beyond the recording, where it is silent.

        Returns:
            One a stretch; None where the words do not fit in or cannot be read.
        """
        keys = [key for word in words for key in word.keys]
        chain = chain_of_words(keys, self.language, LEAST_COARSE_FRAMES)
        if chain is None or not stretches:
            return [None] * len(stretches)
        step = COARSE_FRAMES * FRAME_SECONDS
        frames = np.arange(round(max(one.duration for one in stretches) / step))
        at = np.array([round(one.start / step) for one in stretches])[:, None] + frames  # [B, F]
        heard = self._coarse[np.clip(at, 0, len(self._coarse) - 1)]  # [B, F, P]
        outside = (at < 0) | (at >= len(self._coarse))
        heard[outside] = LEAST_LOG_LIKELIHOOD
        heard[outside, SILENCE] = 0.0
        emitted = among_others(heard, chain)  # [B, F, S]
        paths = best_paths(emitted, chain)
        likeliest = heard.max(axis=2)
        return [
            None if path is None else _words_on(path, one - best, chain, words, int(first[0]))
            for path, one, best, first in zip(paths, emitted, likeliest[:, :, None], at, strict=True)
        ]


def _words_on(
    path: IntArray, deviations: Float32Array, chain: Chain, words: Sequence[GivenWord], first: int
) -> WordsInStretch:
    """Read the words off a path through a chain.

    Args:
        path: [F] states.
        deviations: [F, S] of each state from the likeliest phone.
        chain: of all keys of the words.
        words: of the chain.
        first: coarse frame of the recording at which the path begins.
    """
    said = chain.words[path]  # [F]
    own = deviations[np.arange(len(path)), path]
    edges = [np.flatnonzero(said == key)[[0, -1]] for key in range(said.max() + 1)]
    step = COARSE_FRAMES * FRAME_SECONDS
    spans, at = [], 0
    for word in words:
        begin, last = edges[at][0], edges[at + len(word.keys) - 1][1]
        spans.append(Span((first + int(begin)) * step, (first + int(last) + 1) * step))
        at += len(word.keys)
    return WordsInStretch(tuple(spans), float(np.mean([own[said == key].mean() for key in range(len(edges))])))


def best_paths(emitted: Float32Array, chain: Chain) -> list[IntArray | None]:
    """Find the likeliest states of many stretches at once (see `best_path`, which is faster for one or two).

    Args:
        emitted: [B, F, S] log likelihoods of the states.
        chain: its states.

    Returns:
        [F] states of each stretch; None when there are too few frames.
    """
    count, frames, states = emitted.shape
    if frames == 0:
        return [None] * count
    by_frame = np.ascontiguousarray(emitted.transpose(1, 2, 0))  # [F, S, B]
    scores = np.full((states + 1, count), -np.inf, np.float32)
    scores[list(chain.first)] = by_frame[0, list(chain.first)]
    came = np.zeros((frames, states, count), np.int8)
    # Nearly all states have one before them; the few beginnings of words that have more are looked at by themselves.
    several = [(k, np.flatnonzero(chain.before[:, k] < states)) for k in range(2, chain.before.shape[1])]
    found = np.empty((states, count), np.float32)
    for frame in range(1, frames):
        np.take(scores, chain.before[:, 1], axis=0, out=found, mode="clip")
        came[frame] = found > scores[:states]
        np.maximum(found, scores[:states], out=found)
        for k, rows in several:
            other = scores[chain.before[rows, k]]
            better = other > found[rows]
            came[frame, rows] = np.where(better, k, came[frame, rows])
            found[rows] = np.where(better, other, found[rows])
        np.add(found, by_frame[frame], out=scores[:states])
    return _traced(came, scores, chain)


def _traced(came: NDArray[np.int8], scores: Float32Array, chain: Chain) -> list[IntArray | None]:
    """Follow the best ends back to their beginnings.

    Args:
        came: [F, S, B] which of the states before each was the best.
        scores: [S + 1, B] of the last frame.
        chain: its states.
    """
    frames, states, count = came.shape
    ends = np.array(chain.last)
    at, each = ends[scores[ends].argmax(axis=0)], np.arange(count)  # [B] each
    reached = np.isfinite(scores[at, each])
    paths = np.empty((count, frames), np.int64)
    for frame in range(frames - 1, -1, -1):
        paths[:, frame] = at
        at = np.minimum(chain.before[at, came[frame, at, each]], states - 1)  # what was not reached leads nowhere
    return [path if is_reached else None for path, is_reached in zip(paths, reached, strict=True)]
