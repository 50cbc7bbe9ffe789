"""Recognised words → atoms: the smallest pieces of text that a line or a cue may begin or end with."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from mmdemo.subtitles.reading_rules import ReadingRules, text_width
from mmdemo.types import Segment, Word

NEVER_FIRST = frozenset(
    ",.!?;:%)]}’”»…、。，．！？；：）］｝」』】》〉〕％·・ー〜～ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮゝゞ々ฯๆ"
)
"""Signs that no line may begin with."""

NEVER_LAST = frozenset("([{‘“«¿¡$£¥€（［｛「『【《〈〔＄￥")
"""Signs that no line may end with."""

UNSPACED_SCRIPTS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x312F),  # radicals, CJK punctuation, kana, bopomofo
    (0x31A0, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),
    (0x20000, 0x3FFFF),
)
"""Where lines may break without a space."""


@dataclass(frozen=True)
class Atom:
    """Text that stays together, with the words it is made of."""

    text: str  # without spaces at its ends
    spaced: bool  # a space stands before it inside a line
    start: float  # seconds, never before the start of the atom before
    end: float
    segment: int  # which segment it came from, counted from 0
    words: tuple[Word, ...]  # empty where the recogniser gave none


def make_atoms(segments: Sequence[Segment], rules: ReadingRules) -> list[Atom]:
    """Cut recognised speech into atoms.

    Punctuation stays with its word, Latin words inside Chinese stay whole, and so do words that the recogniser split
    into several. A word wider than a line is cut hard.

    Args:
        segments: in order; one without words gets its text spread evenly over its time.
        rules: for the width of a line.

    Returns:
        Atoms in order; together they carry every word of the segments, and their times never run backwards.
    """
    joined: list[Atom] = []
    for atom in _in_order(_word_atoms(segments)):
        if not joined:
            joined.append(atom)
            continue
        left = joined[-1]
        if atom.segment != left.segment and not (_unspaced(left.text[-1:]) or _unspaced(atom.text[:1])):
            atom = replace(atom, spaced=True)
        if atom.text and left.text and _may_break(left, atom):
            joined.append(atom)
        else:
            joined[-1] = _glued(left, atom)
    return [piece for atom in joined if atom.text for piece in _cut_to_width(atom, rules)]


def _word_atoms(segments: Sequence[Segment]) -> Iterator[Atom]:
    for number, segment in enumerate(segments):
        if not any(word.text.strip() for word in segment.words):
            yield from _spread_evenly(segment, number)
            continue
        space_due = False
        for word in segment.words:
            text = " ".join(word.text.split())
            spaced = space_due or word.text[:1].isspace()
            yield Atom(text, spaced, word.start, word.end, number, (word,))
            # A word that is nothing but blanks stands for the space before the next one.
            space_due = word.text[-1:].isspace() or (spaced and not text)


def _spread_evenly(segment: Segment, number: int) -> Iterator[Atom]:
    """Yield one atom a character; those of a word are glued again afterwards."""
    text = " ".join(segment.text.split())
    seconds = (segment.end - segment.start) / max(len(text), 1)
    for place, character in enumerate(text):
        if character != " ":
            start = segment.start + place * seconds
            yield Atom(character, text[place - 1 : place] == " ", start, start + seconds, number, ())


def _in_order(atoms: Iterator[Atom]) -> Iterator[Atom]:
    """Mend times that are not finite or run backwards, which recognisers and hands both produce."""
    start = end = 0.0
    for atom in atoms:
        start = max(float(atom.start), start) if math.isfinite(atom.start) else end
        end = max(float(atom.end), start) if math.isfinite(atom.end) else start
        yield replace(atom, start=start, end=end)


def _may_break(left: Atom, right: Atom) -> bool:
    """Tell whether a line may end between two atoms that both have text."""
    first, last = right.text[0], left.text[-1]
    if first in NEVER_FIRST and not (right.spaced and any(sign not in NEVER_FIRST for sign in right.text)):
        return False
    if last in NEVER_LAST or unicodedata.category(first) in ("Mn", "Mc", "Me"):
        return False
    return right.spaced or _unspaced(last) or _unspaced(first)


@lru_cache(maxsize=8192)
def _unspaced(character: str) -> bool:
    return bool(character) and any(first <= ord(character) <= last for first, last in UNSPACED_SCRIPTS)


def _glued(left: Atom, right: Atom) -> Atom:
    words = left.words + right.words
    if not left.text:
        return replace(right, spaced=left.spaced or right.spaced, words=words)
    space = " " if right.spaced and right.text else ""
    return replace(left, text=left.text + space + right.text, end=max(left.end, right.end), words=words)


def _cut_to_width(atom: Atom, rules: ReadingRules) -> list[Atom]:
    """Cut an atom that is wider than a line: between its words where it has several, else anywhere."""
    if text_width(atom.text, rules.full_width) <= rules.line_width:
        return [atom]
    if len(atom.words) > 1:
        parts = _in_order(_word_atoms([Segment(atom.start, atom.end, "", atom.words)]))
        cut = [piece for part in parts if part.text for piece in _cut_to_width(part, rules)]
        return [replace(piece, segment=atom.segment) for piece in cut]
    texts = _hard_wrapped(atom.text, rules)
    seconds = (atom.end - atom.start) / len(atom.text)
    pieces, place = [], 0
    for text in texts:
        start, end = atom.start + place * seconds, atom.start + (place + len(text)) * seconds
        spaced = atom.spaced and place == 0
        words = tuple(replace(word, text=" " * spaced + text, start=start, end=end) for word in atom.words)
        pieces.append(Atom(text, spaced, start, end, atom.segment, words))
        place += len(text)
    return pieces


def _hard_wrapped(text: str, rules: ReadingRules) -> list[str]:
    lines, width = [""], 0.0
    for character in text:
        width += text_width(character, rules.full_width)
        if width > rules.line_width:
            lines.append("")
            width = text_width(character, rules.full_width)
        lines[-1] += character
    return lines


def running_text(atoms: Sequence[Atom]) -> str:
    """Write atoms as one line, with spaces where their language has them.

    Args:
        atoms: in order.

    Returns:
        The line, without a space at its beginning.
    """
    return "".join(f" {atom.text}" if atom.spaced else atom.text for atom in atoms).lstrip(" ")
