"""Cues ↔ subtitle files, and recognised speech → cues that read well.

========================= ==================================================================
reading and writing files `files` (SRT, VTT, ASS, LRC, JSON, TextGrid, plain text, and others)
times that people type    `timestamps`
limits of reading         `reading_rules`
cutting and wrapping      `shaping`, on `atoms`, `break_costs` and `segmentation`
========================= ==================================================================
"""

from mmdemo.subtitles.files import (
    SUBTITLE_EXTENSIONS,
    SUBTITLE_FORMATS,
    SubtitleFile,
    format_subtitles,
    load_subtitles,
    parse_subtitles,
    save_subtitles,
)
from mmdemo.subtitles.reading_rules import ReadingRules, Violation, reading_violations, rules_for
from mmdemo.subtitles.shaping import confidence, shape_cues
from mmdemo.subtitles.timestamps import format_timestamp, parse_timestamp

__all__ = [
    "SUBTITLE_EXTENSIONS",
    "SUBTITLE_FORMATS",
    "ReadingRules",
    "SubtitleFile",
    "Violation",
    "confidence",
    "format_subtitles",
    "format_timestamp",
    "load_subtitles",
    "parse_subtitles",
    "parse_timestamp",
    "reading_violations",
    "rules_for",
    "save_subtitles",
    "shape_cues",
]
