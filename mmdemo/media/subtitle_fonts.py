"""Find fonts on the machine that have every letter of a text."""

from __future__ import annotations

import contextlib
import os
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from mmdemo.errors import NoFontFor, UnusableFont
from mmdemo.subtitles.reading_rules import primary_language

FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    os.path.join(os.environ.get("WINDIR", r"C:\Windows"), "Fonts"),
)
FONT_ENDINGS = frozenset({".ttf", ".otf", ".ttc", ".otc"})
PREFERRED = (
    "notosans-regular",
    "dejavusans",
    "liberationsans-regular",
    "arial",
    "notosanscjk-regular",
    "msyh",
    "pingfang",
    "hiragino",
    "wqy-microhei",
    "simhei",
    "notosansarabic-regular",
    "notosanshebrew-regular",
    "notosansthai-regular",
    "notosansdevanagari-regular",
)
"""Beginnings of file names in small letters, plain sans-serif fonts; all others come behind them."""
STYLE_WORDS = ("bold", "italic", "oblique", "light", "thin", "black", "mono", "serif", "condensed", "narrow", "medium")
"""Fonts named so are tried last."""
FACE_ENDINGS = {"ja": "JP", "ko": "KR"}
"""Ending of the family name in a collection that draws shared characters as a language writes them; else ``SC``."""
INSTALL_FONTS = "sudo apt-get install fonts-noto-core fonts-noto-cjk"
UNDRAWN = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})
"""Categories of characters that need no glyph."""
NEEDED = frozenset({"L", "M", "N"})
"""First letters of the categories without which a text cannot be read; a sign or pictograph may be left out."""


@dataclass(frozen=True)
class Font:
    """A face in a font file."""

    path: Path
    number: int  # within a collection
    letters: frozenset[int]  # code points that it can draw


def fonts_for(texts: Iterable[str], language: str = "", named: Path | None = None) -> tuple[Font, ...]:
    """Choose the fewest fonts that have all letters.

    Args:
        texts: that will be drawn.
        language: ISO 639-1 code; Chinese characters are drawn as it writes them.
        named: a font file to use before all others.

    Returns:
        Fonts, the one to prefer first; never none.

    Raises:
        NoFontFor: letters or digits that no font has.
        UnusableFont: ``named`` is no font.
    """
    wanted = {ord(sign) for text in texts for sign in text if unicodedata.category(sign) not in UNDRAWN}
    found: list[Font] = [] if named is None else [_opened(named, language)]
    for path in font_files():
        missing = wanted.difference(*(font.letters for font in found))
        if any(wanted <= font.letters for font in found) or (
            _rank(path)[0] == len(PREFERRED) and not _letters(missing)
        ):
            break
        with contextlib.suppress(UnusableFont):
            found.append(_opened(path, language))
    unreadable = _letters(wanted.difference(*(font.letters for font in found)))
    if unreadable or not found:
        raise NoFontFor(letters="".join(map(chr, unreadable[:10])) or "a", command=INSTALL_FONTS)
    return _fewest(found, wanted, named is not None)


def _letters(codes: Iterable[int]) -> list[int]:
    """Return the code points without which a text cannot be read."""
    return sorted(code for code in codes if unicodedata.category(chr(code))[0] in NEEDED)


def _fewest(fonts: Sequence[Font], wanted: set[int], keep_first: bool) -> tuple[Font, ...]:
    """Take the font that has the most, then the one that has the most of the rest; the earlier of equals."""
    chosen = [fonts[0]] if keep_first else []
    missing = wanted.difference(*(font.letters for font in chosen))
    while missing or not chosen:
        best = max(fonts, key=lambda font: len(missing & font.letters))
        if chosen and not missing & best.letters:
            break
        chosen.append(best)
        missing -= best.letters
    return tuple(chosen)


def font_files() -> tuple[Path, ...]:
    """List the font files of the machine, those to prefer first."""
    return _listed(tuple(str(Path(folder).expanduser()) for folder in FONT_FOLDERS))


@lru_cache(maxsize=4)
def _listed(folders: tuple[str, ...]) -> tuple[Path, ...]:
    found = [
        Path(place, name)
        for folder in folders
        for place, _, names in os.walk(folder)
        for name in names
        if os.path.splitext(name)[1].lower() in FONT_ENDINGS
    ]
    return tuple(sorted(found, key=_rank))


def _rank(path: Path) -> tuple[int, bool, str]:
    name = path.stem.lower()
    styled = any(word in name for word in STYLE_WORDS)
    place = next((i for i, beginning in enumerate(PREFERRED) if name.startswith(beginning)), len(PREFERRED))
    return len(PREFERRED) if styled else place, styled, name


@lru_cache(maxsize=64)
def _opened(path: Path, language: str) -> Font:
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    try:
        with path.open("rb") as file:  # fontTools would leave a file open that is no font
            number = 0
            if path.suffix.lower() in (".ttc", ".otc"):
                number = _face(TTCollection(file, lazy=True).fonts, language)
            font = TTFont(file, fontNumber=number, lazy=True)
            return Font(path, number, frozenset(font.getBestCmap() or ()))
    except (TTLibError, OSError, ValueError, KeyError, AssertionError) as error:
        raise UnusableFont(path=path) from error


def _face(faces: Sequence[Any], language: str) -> int:
    """Choose from a collection the face that is made for the language, the first one where none is."""
    ending = FACE_ENDINGS.get(primary_language(language), "SC")
    names = [face["name"].getDebugName(1) or "" for face in faces]
    return next((number for number, name in enumerate(names) if name.split()[-1:] == [ending]), 0)
