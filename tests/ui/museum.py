"""The clip among the examples and what is said in it."""

from __future__ import annotations

from mmdemo.subtitles import format_subtitles
from mmdemo.types import Cue
from tests.test_app import ROOT

MUSEUM = ROOT / "assets" / "examples" / "museum-message.mp4"
LINES = (
    (0.03, 3.51, "Good morning everybody and welcome to the museum."),
    (4.82, 7.55, "This is a short message about the opening hours."),
    (8.86, 11.42, "The doors open at 10 o'clock in the morning"),
    (11.62, 13.68, "and close at 6 in the evening."),
    (15.05, 18.16, "Please leave your bags and umbrella at the entrance."),
    (18.58, 19.92, "Thank you very much."),
)
"""Start and end in seconds and text; the voice is synthetic, and there is digital silence between the lines."""


def museum_srt(shift: float = 0.0) -> str:
    """Return the subtitles of the clip, all times later by some seconds."""
    cues = [Cue(n, start + shift, end + shift, line) for n, (start, end, line) in enumerate(LINES, start=1)]
    return format_subtitles(cues, "srt")
