"""Subtitles with wrong times become subtitles that fit by other subtitles of the same media, which is not needed."""

from __future__ import annotations

from collections.abc import Sequence

from mmdemo import reasons
from mmdemo.alignment.reference_sync import sync_to_reference
from mmdemo.alignment.resync_plan import follow_map
from mmdemo.types import Cue, Outcome, Span, SubtitleAlignment


def resync_to_reference(
    subtitles: Sequence[Cue], reference: Sequence[Cue], language: str = ""
) -> tuple[Outcome, SubtitleAlignment]:
    """Put subtitles on the times of others.

    Args:
        subtitles: with times that may be wrong throughout.
        reference: whose times are right; text, language and segmentation do not matter. Not empty.
        language: of the subtitles, where it is known.

    Returns:
        What became of them, as `mmdemo.tasks.subtitle_resync.resync` says it, and the cues in the order given.
    """
    cues = tuple(subtitles)
    fit = sync_to_reference([Span(cue.start, cue.end) for cue in cues], [Span(cue.start, cue.end) for cue in reference])
    duration = max(cue.end for cue in reference)
    if fit.decision == "undecided":
        return "refused", SubtitleAlignment(
            cues, (0.0,) * len(cues), language, duration, reasons=(reasons.not_together(),)
        )
    if fit.decision == "unchanged":
        why = (reasons.already_right(),)
        return "unchanged", SubtitleAlignment(cues, fit.support, language, duration, reasons=why)
    points = fit.time_map.points(min(cue.start for cue in cues), max(cue.end for cue in cues))
    return "aligned", SubtitleAlignment(follow_map(cues, fit.time_map), fit.support, language, duration, points)
