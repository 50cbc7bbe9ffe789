"""Words ↔ Whisper's tokens, for the forced alignment of known text by cross-attention."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.word_times import TimedToken

MOST_ALIGNED_TOKENS = 440
"""Whisper's decoder has 448 positions, of which its prompt and the end take five."""
LEADING_FILLER = " ..."
"""Before the first word: Whisper's first token always begins with the window, whatever is heard there before it."""


def first_tokens(words: Sequence[str], offsets: Sequence[tuple[int, int]]) -> list[int]:
    """Find the token with which each word begins.

    Args:
        words: as they were put together for the tokeniser.
        offsets: characters that each token covers.

    Returns:
        [words + 1] positions of tokens; the last is their number. Words that share a token begin with the same one.
    """
    ends = np.array([end for _, end in offsets], np.int64)  # [T]
    first: list[int] = []
    begin = 0
    for word in words:
        sounding = begin + len(word) - len(word.lstrip())
        first.append(min(int(np.searchsorted(ends, sounding, side="right")), len(ends)))
        begin += len(word)
    return [*first, len(ends)]


def aligned_words(
    words: Sequence[str], first: Sequence[int], path: Sequence[tuple[int, int]], probabilities: Sequence[float]
) -> tuple[TimedToken, ...]:
    """Read words' times off the path that dynamic time warping took through the cross-attention.

    Args:
        words: in order.
        first: their first tokens (see `first_tokens`).
        path: (token, position in the sound) pairs in order; the token behind the last one is the end of the text.
        probabilities: of each token.

    Returns:
        One a word, in packed seconds.
    """
    tokens = np.array([pair[0] for pair in path])  # [P]
    positions = np.array([pair[1] for pair in path])
    jumps = np.flatnonzero(np.diff(tokens, prepend=-1))
    starts = np.interp(np.arange(len(probabilities) + 1), tokens[jumps], positions[jumps]) * TOKEN_SECONDS  # [T + 1]
    known = len(probabilities)
    edges = [min(token, known) for token in first]
    timed: list[TimedToken] = []
    for i, word in enumerate(words):
        begin, behind = edges[i], max(edges[i + 1], edges[i])
        share = _share_of_token(edges, i)
        until = float(starts[max(behind, min(begin + 1, known))])
        start = float(starts[begin]) + share[0] * (until - float(starts[begin]))
        end = float(starts[begin]) + share[1] * (until - float(starts[begin]))
        probability = float(np.mean(probabilities[begin : max(behind, begin + 1)])) if begin < known else 0.0
        timed.append(TimedToken(word, start, end, min(max(probability, 0.0), 1.0)))
    return tuple(timed)


def _share_of_token(edges: Sequence[int], i: int) -> tuple[float, float]:
    """Return which part of its tokens a word has: words that share their first token divide it evenly."""
    count = len(edges) - 1
    low, high = i, i
    while low > 0 and edges[low - 1] == edges[i]:
        low -= 1
    while high + 1 < count and edges[high + 1] == edges[i]:
        high += 1
    sharing = high - low + 1
    return (i - low) / sharing, (i - low + 1) / sharing
