"""Puts one subtitle file on the times of another, without any media: other language and other line breaks allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mmdemo.alignment.mask_correlation import MaskFit, correlate_mask, speech_shares
from mmdemo.alignment.speech_mask import mask_of_cues
from mmdemo.alignment.time_map import MapPiece, TimeMap
from mmdemo.types import Span

UNCHANGED_SECONDS = 0.05
"""The reference is exact, so less is left alone than against speech: a frame of film and a half."""
SAME_START_SECONDS = 0.15
"""Starts this near are the same moment, set by different people or rounded to another frame rate."""
SAME_START_SHARE = 0.5
"""Where so many starts agree, their median difference is believed instead of the correlation."""


def sync_to_reference(cues: Sequence[Span], reference: Sequence[Span]) -> MaskFit:
    """Find the map from the times of one file to those of another.

    Args:
        cues: with times that may be wrong throughout.
        reference: whose times are right; its text, language and segmentation do not matter.

    Returns:
        The fit as `correlate_mask` gives it; "undecided" when the files do not belong together.
    """
    mask = mask_of_cues(reference)
    fit = correlate_mask(cues, mask, UNCHANGED_SECONDS)
    if fit.decision == "undecided":
        return fit
    found = _exact(cues, reference, fit.found)
    starts = np.array([cue.start for cue in cues if np.isfinite(cue.start)])
    kept = float(np.max(np.abs(found.apply(starts) - starts))) <= UNCHANGED_SECONDS
    time_map = TimeMap.identity() if kept else found
    return replace(
        fit,
        time_map=time_map,
        found=found,
        decision="unchanged" if kept else "aligned",
        support=speech_shares(cues, mask, time_map),
    )


def _exact(cues: Sequence[Span], reference: Sequence[Span], time_map: TimeMap) -> TimeMap:
    """Move each piece by the median difference of the starts that both files share."""
    targets = np.sort([span.start for span in reference if np.isfinite(span.start)])
    pieces: list[MapPiece] = []
    for i, piece in enumerate(time_map.pieces):
        begin = -np.inf if i == 0 else piece.start
        behind = time_map.pieces[i + 1].start if i + 1 < len(time_map.pieces) else np.inf
        starts = np.array([cue.start for cue in cues if begin <= cue.start < behind and np.isfinite(cue.start)])
        shift = _common_difference(piece.rate * starts + piece.offset, targets)
        pieces.append(replace(piece, offset=piece.offset + shift))
    return TimeMap(tuple(pieces)).simplified()


def _common_difference(starts: np.ndarray, targets: np.ndarray) -> float:
    """Return the median distance (seconds) from starts to the nearest targets, 0 when too few have one near."""
    if not len(starts) or not len(targets):
        return 0.0
    behind = np.minimum(np.searchsorted(targets, starts), len(targets) - 1)
    before = np.maximum(behind - 1, 0)
    to_before, to_behind = targets[before] - starts, targets[behind] - starts
    distance = np.where(np.abs(to_before) <= np.abs(to_behind), to_before, to_behind)
    near = distance[np.abs(distance) <= SAME_START_SECONDS]
    return float(np.median(near)) if len(near) >= SAME_START_SHARE * len(starts) else 0.0
