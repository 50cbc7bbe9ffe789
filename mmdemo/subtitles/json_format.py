"""Our own JSON: the only format here that keeps the words and their probabilities.

``{"format": "mmdemo-subtitles", "language": "en", "cues": [{"index": 1, "start": 0.5, "end": 2.0, "text": "Hello",
"words": [{"text": " Hello", "start": 0.5, "end": 0.9, "probability": 0.98}]}]}``, times in seconds. The JSON that
Whisper and its relatives write (``segments`` with ``words`` of ``word``) is read as well.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from mmdemo.subtitles.timestamps import MILLISECOND, rounded_times, timed_words
from mmdemo.types import Cue, Word

FORMAT_NAME = "mmdemo-subtitles"
LIST_KEYS = ("cues", "segments", "lines")
"""Where a file keeps its entries: ours, Whisper's, and what forced aligners often write."""


def is_json(text: str) -> bool:
    """Tell JSON by how it begins; LRC and MicroDVD begin with a bracket too, but not with these two signs."""
    begin = "".join(text[:200].split())
    return begin.startswith(('{"', "[{", "[]", "{}"))


def parse_json(text: str) -> list[Cue]:
    """Read subtitles from JSON.

    Args:
        text: an object with a list under one of `LIST_KEYS`, or that list alone.

    Returns:
        Cues in the order of the file, not yet numbered; entries without text or times are left out.

    Raises:
        ValueError: this is not JSON, or holds no list of entries.
        RecursionError: it is nested beyond all reason.
    """
    content = json.loads(text)
    if isinstance(content, Mapping):
        content = next((content[key] for key in LIST_KEYS if key in content), None)
    if not isinstance(content, list):
        raise ValueError("no list of cues")
    return [cue for entry in content if isinstance(entry, Mapping) and (cue := _cue(entry))]


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        seconds = float(value)
    except OverflowError:
        return None
    return seconds if math.isfinite(seconds) else None


def _cue(entry: Mapping[str, Any]) -> Cue | None:
    text, start, end = entry.get("text"), _number(entry.get("start")), _number(entry.get("end"))
    if not isinstance(text, str) or start is None or end is None:
        return None
    words = entry.get("words")
    read = [_word(word) for word in words if isinstance(word, Mapping)] if isinstance(words, list) else []
    return Cue(0, start, end, text, tuple(word for word in read if word))


def _word(entry: Mapping[str, Any]) -> Word | None:
    text, start, end = entry.get("text", entry.get("word")), _number(entry.get("start")), _number(entry.get("end"))
    if not isinstance(text, str) or start is None or end is None:
        return None
    # A word without a probability was set by hand or by a tool that vouches for it.
    probability = _number(entry.get("probability", entry.get("score", 1.0)))
    return Word(text, start, end, 1.0 if probability is None else min(max(probability, 0.0), 1.0))


def format_json(cues: Sequence[Cue], language: str) -> str:
    """Write cues with their words.

    Args:
        cues: in playing order.
        language: of the text; may be empty.

    Returns:
        JSON, times in seconds with three decimals.

    Raises:
        InvalidCue: a time is not finite or runs backwards.
    """
    entries = [
        {"index": number, "start": start / 1000, "end": end / 1000, "text": cue.text, "words": _word_entries(cue)}
        for number, (cue, (start, end)) in enumerate(zip(cues, rounded_times(cues, MILLISECOND), strict=True), start=1)
    ]
    content = {"format": FORMAT_NAME, "language": language, "cues": entries}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _word_entries(cue: Cue) -> list[dict[str, str | float]]:
    return [
        {
            "text": word.text,
            "start": round(float(word.start), 3),
            "end": round(float(word.end), 3),
            "probability": round(float(word.probability), 4),
        }
        for word in timed_words(cue)
    ]
