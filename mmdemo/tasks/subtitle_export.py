"""The video with its finished subtitles: as a track that can be switched on, or drawn onto the pictures."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from mmdemo import reasons
from mmdemo.config import Limits
from mmdemo.errors import ContainerCannotHold, NoCuesToShow, OutputIsSource, WrongMediaKind
from mmdemo.media.files import check_file, display_name
from mmdemo.media.probing import probe
from mmdemo.media.subtitle_burning import BurnedText, burn_subtitles
from mmdemo.media.subtitle_fonts import fonts_for
from mmdemo.media.subtitle_muxing import TextTrack, mux_subtitles
from mmdemo.media.video_output import container_name
from mmdemo.stepwise import shown_as
from mmdemo.types import Cue, MediaInfo, Sentence

ExportKind = Literal["track", "burned"]
"""A track of its own, with pictures and sound copied as they are; or letters drawn onto the pictures."""

ENDINGS = (".mp4", ".mkv")
"""What `export_fitting` tries: MP4 plays everywhere, Matroska holds almost everything."""


@dataclass(frozen=True)
class ExportRequest:
    """What is to be made."""

    media: Path
    cues: tuple[Cue, ...]
    output: Path  # its ending names the container
    kind: ExportKind
    language: str = ""  # of the subtitles, ISO 639-1; empty when unknown
    name: str = ""  # of the video as the user knows it; that of the file when empty
    styled: str = ""  # the subtitles as a whole ASS file, whose styles a track in Matroska keeps
    font: Path | None = None  # to draw with before all others


@dataclass(frozen=True)
class ExportProgress:
    """How far the work has come."""

    seconds_done: float  # media time
    duration: float  # of the video; 0.0 when its file does not say


@dataclass(frozen=True)
class SubtitledVideo:
    """A video with its subtitles."""

    path: Path
    kind: ExportKind
    reasons: tuple[Sentence, ...] = ()  # what is not in it


def export_video(request: ExportRequest, limits: Limits) -> Generator[ExportProgress, None, SubtitledVideo]:
    """Make a video with subtitles.

    Args:
        request: what to make; cues without text or length are left out, those that begin before 0 are cut.
        limits: everything past them is refused.

    Yields:
        Progress at least every fifth of a second. Closing the generator stops the work and leaves nothing behind.

    Returns:
        The video, with what is not in it.

    Raises:
        NoCuesToShow: there is no subtitle to show.
        NoFontFor: letters that no font on the machine has (`burned` only).
        OutputIsSource: the output would take the place of the video.
        UnknownVideoFormat: the output's ending names no container that is written here.
        ContainerCannotHold: the output's container has no place for the pictures or the sound.
        WrongMediaKind: the media are no moving pictures.
        InputError: the media cannot be read, or the output cannot be written.
    """
    shown = display_name(request.media, request.name or None)
    container_name(request.output)
    info = _checked(request, limits, shown)
    cues = shown_cues(request.cues)
    if not cues:
        raise NoCuesToShow(name=shown)

    def progress(seconds: float) -> ExportProgress:
        return ExportProgress(max(0.0, seconds), info.duration)

    why = tuple(_outside(cues, info.duration))
    if request.kind == "burned":
        fonts = fonts_for((cue.text for cue in cues), request.language, request.font)
        burning = burn_subtitles(request.media, BurnedText(cues, fonts), request.output, limits, shown)
        yield from shown_as(burning, progress)
        return SubtitledVideo(request.output, request.kind, why)
    track = TextTrack(cues, request.language, request.styled)
    left_out = yield from shown_as(mux_subtitles(request.media, track, request.output, limits, shown), progress)
    if left_out:
        why += (reasons.tracks_left_out(left_out),)
    return SubtitledVideo(request.output, request.kind, why)


def export_fitting(request: ExportRequest, limits: Limits) -> Generator[ExportProgress, None, SubtitledVideo]:
    """Make a video with subtitles in the first container of `ENDINGS` that holds its pictures and sound.

    Args:
        request: the ending of its output is replaced.
        limits: as `export_video` takes them.

    Yields:
        Progress.

    Returns:
        The video.

    Raises:
        InputError: everything that `export_video` refuses.
    """
    *first, last = ENDINGS
    for ending in first:
        try:
            return (yield from export_video(replace(request, output=request.output.with_suffix(ending)), limits))
        except ContainerCannotHold:  # raised before anything is written
            continue
    return (yield from export_video(replace(request, output=request.output.with_suffix(last)), limits))


def _checked(request: ExportRequest, limits: Limits, name: str) -> MediaInfo:
    media = check_file(request.media, limits, name)
    if request.output.exists() and request.output.samefile(media):
        raise OutputIsSource(path=request.output)
    info = probe(request.media, limits, name)
    if info.kind != "video":
        raise WrongMediaKind(name=name, kind=info.kind, wanted="video")
    return info


def shown_cues(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """Return the cues that can be shown: with text and length, none before 0, by start, without blank lines."""
    kept = []
    for cue in cues:
        text = "\n".join(line.strip() for line in cue.text.splitlines() if line.strip())
        start = max(cue.start, 0.0)
        if text and cue.end > start:
            kept.append(Cue(0, start, cue.end, text))
    kept.sort(key=lambda cue: cue.start)
    return tuple(replace(cue, index=number) for number, cue in enumerate(kept, start=1))


def _outside(cues: Sequence[Cue], duration: float) -> list[Sentence]:
    late = sum(cue.start >= duration for cue in cues) if duration else 0
    return [reasons.cues_behind_the_end(late, len(cues))] if late else []
