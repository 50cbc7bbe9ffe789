"""Cuts a recording into windows for the audio tower: long silences left out, ends at pauses, never over 28 s.

Cross-attention gives a silence to the word behind it, so silences are shortened before encoding and the windows keep a
piecewise-linear map back to media time (measured in ``../shared/reference/subtitle-alignment.md``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.backbone.marked_runs import runs_of
from mmdemo.backbone.sound_activity import TOKEN_SAMPLES, TOKEN_SECONDS, ActivityBlock
from mmdemo.types import AudioWindow, Float32Array, Piece

MAX_WINDOW_TOKENS = 1400
"""28 s: Whisper's 30 s less the silence that tells it where the sound ends."""
MIN_WINDOW_TOKENS = 600
"""A window that must be cut is cut no earlier than this (12 s): recognition needs context."""
LONG_PAUSE_SECONDS = 0.3
"""A silence this long is shortened; under it lie the closures of plosives and the breath inside a sentence."""
KEPT_PAUSE_TOKENS = 5
"""Tokens (0.1 s) kept on each side of a shortened silence."""
GAP_ENDS_WINDOW_SECONDS = 5.0
GAP_ALWAYS_ENDS_WINDOW_SECONDS = 30.0
LATENESS_WEIGHT = 0.5
"""How much longer a pause must be (seconds) to be preferred over one at the far end of the window."""
LONGEST_USEFUL_PAUSE_SECONDS = 2.0


@dataclass(frozen=True, eq=False)
class PackedWindow:
    """What the audio tower hears at once."""

    waveform: Float32Array  # [T * TOKEN_SAMPLES]
    voice: Float32Array  # [T]
    pieces: tuple[Piece, ...]

    @property
    def start(self) -> float:
        """Media time of its beginning in seconds."""
        return self.pieces[0].start

    @property
    def end(self) -> float:
        """Media time of its end in seconds."""
        last = self.pieces[-1]
        return last.start + last.token_count * TOKEN_SECONDS


def kept_tokens(silent: np.ndarray) -> np.ndarray:
    """Mark the tokens to encode: all but the inside of long silences.

    Args:
        silent: [T] bool.

    Returns:
        [T] bool.
    """
    kept = np.ones(len(silent), np.bool_)
    for first, behind in runs_of(silent):
        if (behind - first) * TOKEN_SECONDS >= LONG_PAUSE_SECONDS:
            kept[first + KEPT_PAUSE_TOKENS : behind - KEPT_PAUSE_TOKENS] = False
    return kept


def pieces_of(positions: np.ndarray) -> tuple[Piece, ...]:
    """Describe which media times a window's tokens cover.

    Args:
        positions: [T] ascending token positions in the recording.

    Returns:
        One piece for each run of consecutive positions.
    """
    starts = np.concatenate([[0], np.flatnonzero(np.diff(positions) != 1) + 1, [len(positions)]])
    return tuple(
        Piece(int(first), int(behind - first), float(positions[first]) * TOKEN_SECONDS)
        for first, behind in zip(starts[:-1], starts[1:], strict=True)
    )


@dataclass(frozen=True, eq=False)
class _Tokens:
    """Kept tokens that wait for their window."""

    positions: np.ndarray  # [T] int64, in the recording
    frames: Float32Array  # [T, TOKEN_SAMPLES]
    level_db: Float32Array  # [T]
    voice: Float32Array  # [T]

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, part: slice) -> _Tokens:
        return _Tokens(self.positions[part], self.frames[part], self.level_db[part], self.voice[part])

    def joined(self, other: _Tokens) -> _Tokens:
        return _Tokens(
            np.concatenate([self.positions, other.positions]),
            np.concatenate([self.frames, other.frames]),
            np.concatenate([self.level_db, other.level_db]),
            np.concatenate([self.voice, other.voice]),
        )

    def packed(self) -> PackedWindow:
        return PackedWindow(self.frames.reshape(-1), self.voice, pieces_of(self.positions))


_NONE = _Tokens(
    np.zeros(0, np.int64), np.zeros((0, TOKEN_SAMPLES), np.float32), np.zeros(0, np.float32), np.zeros(0, np.float32)
)


def _kept(block: ActivityBlock) -> _Tokens:
    kept = kept_tokens(block.silent)
    positions = block.first_token + np.flatnonzero(kept)
    frames = block.waveform.reshape(-1, TOKEN_SAMPLES)[kept]
    return _Tokens(positions, frames, block.level_db[kept], block.voice[kept])


def _gap_cut(tokens: _Tokens) -> int | None:
    """Find the first silence long enough to end a window on its own."""
    gaps = (np.diff(tokens.positions) - 1) * TOKEN_SECONDS  # [T - 1]
    long_enough = gaps >= GAP_ALWAYS_ENDS_WINDOW_SECONDS
    long_enough[MIN_WINDOW_TOKENS - 1 :] |= gaps[MIN_WINDOW_TOKENS - 1 :] >= GAP_ENDS_WINDOW_SECONDS
    found = np.flatnonzero(long_enough[:MAX_WINDOW_TOKENS])
    return int(found[0]) + 1 if len(found) else None


def _best_cut(tokens: _Tokens) -> int:
    """Choose where a full window ends: the longest late pause, else the quietest moment."""
    candidates = np.arange(MIN_WINDOW_TOKENS, MAX_WINDOW_TOKENS + 1)
    lateness = (candidates - MIN_WINDOW_TOKENS) / (MAX_WINDOW_TOKENS - MIN_WINDOW_TOKENS)
    left_out = (np.diff(tokens.positions)[candidates - 1] - 1) * TOKEN_SECONDS
    score = np.minimum(left_out, LONGEST_USEFUL_PAUSE_SECONDS) + LATENESS_WEIGHT * lateness
    if left_out.max() > 0:
        return int(candidates[np.argmax(np.where(left_out > 0, score, -1.0))])
    smooth = np.convolve(tokens.voice * 20.0 + tokens.level_db, np.ones(11) / 11, mode="same")
    return int(candidates[np.argmin(smooth[candidates] - 6.0 * lateness)])


def pack_windows(blocks: Iterable[ActivityBlock], after_token: int = -1) -> Iterator[PackedWindow]:
    """Pack a recording into windows.

    Args:
        blocks: the analysed recording.
        after_token: tokens up to this position are left out (they were encoded before a stop).

    Yields:
        Windows in order. Of a silence some edge is always kept, so that no recording is without a window.
    """
    waiting = _NONE
    for block in blocks:
        fresh = _kept(block)
        waiting = waiting.joined(fresh[int(np.searchsorted(fresh.positions, after_token, side="right")) :])
        while len(waiting) > 1:
            cut = _gap_cut(waiting)
            if cut is None:
                if len(waiting) <= MAX_WINDOW_TOKENS:
                    break
                cut = _best_cut(waiting)
            yield waiting[:cut].packed()
            waiting = waiting[cut:]
    if len(waiting):
        yield waiting.packed()


def token_spans(windows: Sequence[AudioWindow]) -> Float32Array:
    """Return the seconds that each token of a recording covers.

    Args:
        windows: of the encoding, in order.

    Returns:
        [T, 2] start and end of each token.
    """
    starts = [
        piece.start + TOKEN_SECONDS * np.arange(piece.token_count) for window in windows for piece in window.pieces
    ]
    joined = np.concatenate(starts) if starts else np.zeros(0)
    return np.stack([joined, joined + TOKEN_SECONDS], axis=1).astype(np.float32)
