"""What a visitor wants, found by what was given: a recording, a text, subtitles; knows nothing of Gradio."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mmdemo.config import MEGABYTE, settings
from mmdemo.errors import EmptyFile, FileMissing, UnreadableSubtitles
from mmdemo.subtitles.files import SUBTITLE_EXTENSIONS, load_subtitles, parse_subtitles
from mmdemo.subtitles.text_encoding import BYTE_ORDER_MARKS
from mmdemo.types import Cue, Sentence
from mmdemo.ui.texts import TEXTS

Mode = Literal["transcribe", "align", "resync", "reference"]

TEXT_EXTENSIONS = frozenset({".txt", ".md"})
"""A file of words without times under another name is left to the media modules to refuse."""

HEAD_BYTES = 4096
"""Media without a zero byte among so many do not occur; text has one only in UTF-16 and UTF-32."""


@dataclass(frozen=True)
class GivenText:
    """A text or subtitles as they came in."""

    name: Sentence  # the same in both languages, but for a pasted text
    data: bytes
    cues: tuple[Cue, ...]
    format: str  # as `load_subtitles` names it
    pasted: bool = False

    @property
    def timed(self) -> bool:
        """Tell subtitles from a text without times."""
        return any(cue.end > 0.0 for cue in self.cues)

    @property
    def file_name(self) -> str:
        """What to call a file made of it."""
        return f"subtitles.{self.format}" if self.pasted else self.name.en


@dataclass(frozen=True)
class Inputs:
    """What will be done, or why nothing can be."""

    mode: Mode | None  # None = something is missing
    sentence: Sentence  # about the mode, or about what is missing
    text: GivenText | None = None
    reference: GivenText | None = None


def understand(path: Path | None, text_path: Path | None, pasted: str, language: str) -> Inputs:
    """Find out what is to be done.

    Args:
        path: a video or a recording, or in its place subtitles whose times are right.
        text_path: a text without times, or subtitles whose times are to be put right.
        pasted: the same as text.
        language: interface language of errors about the pasted text.

    Returns:
        The mode with everything that was read; recordings are not opened.

    Raises:
        InputError: the text cannot be read, or is over a limit.
    """
    if text_path is not None and pasted.strip():
        return Inputs(None, TEXTS["two_texts"])
    text = _text(text_path, pasted, language)
    reference = None if path is None else _subtitles_in_place_of_media(path)
    if path is None:
        missing = TEXTS["mode_open"] if text is None else _filled("recording_missing", name=text.name)
        return Inputs(None, missing)
    if reference is not None:
        return _without_media(reference, text)
    if text is None:
        return Inputs("transcribe", TEXTS["mode_transcribe"])
    if text.timed:
        return Inputs("resync", _filled("mode_resync", name=text.name), text)
    return Inputs("align", _filled("mode_align", name=text.name), text)


def _without_media(reference: GivenText, text: GivenText | None) -> Inputs:
    if not reference.timed:
        return Inputs(None, _filled("text_alone", name=reference.name))
    if text is None:
        return Inputs(None, _filled("subtitles_alone", name=reference.name))
    names = {"name": text.name, "reference": reference.name}
    if not text.timed:
        return Inputs(None, _filled("text_without_times", **names))
    return Inputs("reference", _filled("mode_reference", **names), text, reference)


def _text(path: Path | None, pasted: str, language: str) -> GivenText | None:
    limits = settings().limits
    if path is not None:
        read = load_subtitles(path, path.name, limits)
        name = Sentence("{name}", "{name}").filled(name=path.name)  # no character of it is changed
        return GivenText(name, path.read_bytes(), read.cues, read.format)
    if not pasted.strip():
        return None
    name = TEXTS["pasted_name"]
    data = pasted.encode("utf-8", "replace")
    read = parse_subtitles(data, name.text(language), limits)
    return GivenText(name, data, read.cues, read.format, pasted=True)


def _subtitles_in_place_of_media(path: Path) -> GivenText | None:
    """Read what may be a subtitle file; None for everything else, which the media modules name better."""
    try:
        if path.stat().st_size > settings().limits.subtitle_megabytes * MEGABYTE or _is_binary(path):
            return None
        given = _text(path, "", "")
    except (OSError, EmptyFile, FileMissing, UnreadableSubtitles):
        return None
    return given if given and (given.timed or path.suffix.lower() in TEXT_EXTENSIONS) else None


def _is_binary(path: Path) -> bool:
    """Tell recordings apart at once; guessing the encoding of one would take a second."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    named = path.suffix.lower() in {extension.lower() for extension in SUBTITLE_EXTENSIONS.values()}
    return b"\0" in head and not named and not head.startswith(tuple(mark for mark, _ in BYTE_ORDER_MARKS))


def _filled(key: str, **values: Sentence) -> Sentence:
    return TEXTS[key].filled(**values)
