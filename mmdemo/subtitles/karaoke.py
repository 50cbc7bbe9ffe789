"""Subtitles that show each word when it is spoken: ASS with ``\\k`` tags, WebVTT with times between the words."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pysubs2

from mmdemo.subtitles.arrow_formats import ARROW
from mmdemo.subtitles.substation import LAST_TIME_MS, NOTICE, escaped_text
from mmdemo.subtitles.timestamps import CENTISECOND, MILLISECOND, format_clock, rounded_times, timed_words
from mmdemo.types import Cue

UNSUNG = pysubs2.Color(170, 170, 170)
"""Players fill a word from the secondary to the primary colour; grey words wait, white ones have been said."""


@dataclass(frozen=True)
class _Syllable:
    """A stretch of a cue's text that begins with a word."""

    text: str
    start_ms: int  # media time, within the cue, never before the syllable in front
    end_ms: int  # at most the start of the one behind


def format_karaoke(cues: Sequence[Cue], language: str) -> str:
    r"""Write an ASS file whose words light up one by one.

    ``\k`` counts hundredths of a second from the end of the tag before it, so silence gets an empty tag of its own and
    the tags of a cue add up without drift. Words that the text of the cue does not hold are left out; a cue without
    words is shown as it is.

    Args:
        cues: in playing order, with their words.
        language: noted in the head of the file when not empty.

    Returns:
        The file; braces and backslashes of the text are escaped, times past 10 hours stop there.

    Raises:
        InvalidCue: a time is not finite or runs backwards.
    """
    script = pysubs2.SSAFile()
    script.styles["Default"].secondarycolor = UNSUNG
    if language:
        script.info["Language"] = language
    for cue, times_ms in zip(cues, rounded_times(cues, CENTISECOND), strict=True):
        start, end = (min(time_ms, LAST_TIME_MS) for time_ms in times_ms)
        opening, syllables = _syllables(cue, start, end, CENTISECOND)
        script.append(pysubs2.SSAEvent(start=start, end=end, text=escaped_text(opening) + _tagged(syllables, start)))
    return script.to_string("ass", header_notice=NOTICE)


def _tagged(syllables: Sequence[_Syllable], start_ms: int) -> str:
    parts = []
    reached = start_ms
    for syllable in syllables:
        if syllable.start_ms > reached:
            parts.append(rf"{{\k{(syllable.start_ms - reached) // CENTISECOND}}}")
        parts.append(rf"{{\k{(syllable.end_ms - syllable.start_ms) // CENTISECOND}}}{escaped_text(syllable.text)}")
        reached = syllable.end_ms
    return "".join(parts)


def format_word_vtt(cues: Sequence[Cue], language: str) -> str:
    """Write WebVTT with a time before each word, as players show it word by word.

    Args:
        cues: in playing order, with their words.
        language: noted in the head of the file when not empty.

    Returns:
        The file; a word that begins with its cue has no time of its own, as the standard wants it.

    Raises:
        InvalidCue: a time is not finite or runs backwards.
    """
    blocks = ["WEBVTT\n" + (f"Language: {language}\n" if language else "")]
    for cue, (start, end) in zip(cues, rounded_times(cues, MILLISECOND), strict=True):
        opening, syllables = _syllables(cue, start, end, MILLISECOND)
        text = html.escape(opening, quote=False)
        reached = start
        for syllable in syllables:
            # Times inside a cue must ascend and lie within it.
            if reached < syllable.start_ms < end:
                text += f"<{format_clock(syllable.start_ms, '.')}>"
                reached = syllable.start_ms
            text += html.escape(syllable.text, quote=False)
        blocks.append(f"{format_clock(start, '.')} {ARROW} {format_clock(end, '.')}\n{text}\n")
    return "\n".join(blocks)


def _syllables(cue: Cue, start_ms: int, end_ms: int, step_ms: int) -> tuple[str, list[_Syllable]]:
    """Cut the text of a cue at its words.

    Args:
        cue: with its words.
        start_ms: of the cue, as it is written.
        end_ms: likewise.
        step_ms: what times are rounded to.

    Returns:
        What stands before the first word, and the syllables in order; together they are the text without blank lines.
    """
    text = "\n".join(line for line in cue.text.split("\n") if line.strip())
    found = list(_found_words(cue, text))
    if not found:
        return text, []
    behind = [*(at for at, _, _ in found[1:]), len(text)]

    def rounded(seconds: float, least: int) -> int:
        return min(max(round(seconds * 1000 / step_ms) * step_ms, least), end_ms)

    syllables: list[_Syllable] = []
    reached = start_ms
    for (at, start, end), stop in zip(found, behind, strict=True):
        if syllables and start < syllables[-1].end_ms / 1000:
            # Two words at once: the first one ends where the second begins.
            before = syllables.pop()
            reached = rounded(start, before.start_ms)
            syllables.append(_Syllable(before.text, before.start_ms, reached))
        begin = rounded(start, reached)
        reached = rounded(end, begin)
        syllables.append(_Syllable(text[at:stop], begin, reached))
    return text[: found[0][0]], syllables


def _found_words(cue: Cue, text: str) -> Iterator[tuple[int, float, float]]:
    """Yield (offset in the text, start, end) of every word that the text holds, in the order of both."""
    at = 0
    for word in timed_words(cue):
        spoken = word.text.strip()
        place = text.find(spoken, at) if spoken else -1
        if place >= 0:
            yield place, word.start, word.end
            at = place + len(spoken)


KARAOKE_FORMATS: dict[str, Callable[[Sequence[Cue], str], str]] = {"ass": format_karaoke, "vtt": format_word_vtt}
"""Formats whose players show words one by one."""
