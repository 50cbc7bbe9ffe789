"""The video with its subtitles: what is checked before, what is said about the result, and which container is taken."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from mmdemo.config import Limits
from mmdemo.errors import EmptyFile, NoCuesToShow, NoFontFor, OutputIsSource, UnknownVideoFormat, WrongMediaKind
from mmdemo.stepwise import run_through
from mmdemo.tasks.subtitle_export import (
    ExportKind,
    ExportProgress,
    ExportRequest,
    export_fitting,
    export_video,
    shown_cues,
)
from mmdemo.types import Cue
from tests.media.test_subtitle_muxing import clip, texts
from tests.media_factory import tone, write_png_bomb, write_sound

LIMITS = Limits()
CUES = (Cue(1, 1.0, 2.0, "Hello"), Cue(2, 8.0, 9.0, "too late"))


@pytest.mark.parametrize("kind", ["track", "burned"])
def test_progress_ends_with_the_video_and_says_what_is_not_seen(tmp_path: Path, kind: ExportKind) -> None:
    source = clip(tmp_path / "a.mp4")
    steps = export_video(ExportRequest(source, CUES, tmp_path / "out.mp4", kind, "en"), LIMITS)
    first = next(steps)
    assert isinstance(first, ExportProgress) and first.duration == pytest.approx(5.0, abs=0.2)
    made = run_through(steps)
    assert made.path == tmp_path / "out.mp4" and made.path.exists() and made.kind == kind
    assert [reason.en for reason in made.reasons] == [
        "1 of 2 subtitles begin after the end of the video and will not be seen."
    ]


def test_the_first_container_that_fits_is_taken(tmp_path: Path) -> None:
    plain, old = clip(tmp_path / "a.mp4"), clip(tmp_path / "b.avi", codec="mpeg4", sound_codec="pcm_u8")
    for source, ending in ((plain, ".mp4"), (old, ".mkv")):
        made = run_through(export_fitting(ExportRequest(source, CUES[:1], tmp_path / "out.any", "track"), LIMITS))
        assert made.path == tmp_path / f"out{ending}" and [text for *_, text in texts(made.path)] == ["Hello"]


def test_cues_are_tidied_before_they_are_shown() -> None:
    cues = [Cue(1, 5.0, 6.0, "b"), Cue(2, -1.0, 1.0, " a \n\n c "), Cue(3, 2.0, 2.0, "x"), Cue(4, 2.0, 3.0, " \n")]
    assert shown_cues(cues) == (Cue(1, 0.0, 1.0, "a\nc"), Cue(2, 5.0, 6.0, "b"))


def test_what_cannot_be_done_is_said_before_any_work(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4")
    sound = write_sound(tmp_path / "a.m4a", tone(1.0))
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "link.mp4").symlink_to(source)
    picture = write_png_bomb(tmp_path / "a.png", 10, 10)
    out = tmp_path / "out.mp4"
    for media, cues, output, kind, error in (
        (sound, CUES, out, "track", WrongMediaKind),
        (picture, CUES, out, "burned", WrongMediaKind),
        (tmp_path / "empty.mp4", CUES, out, "track", EmptyFile),
        (source, CUES, source, "track", OutputIsSource),
        (source, CUES, tmp_path / "link.mp4", "burned", OutputIsSource),
        (source, (), out, "track", NoCuesToShow),
        (source, (Cue(1, 0.0, 1.0, "𒀀"),), out, "burned", NoFontFor),
        (source, CUES, tmp_path / "out.txt", "track", UnknownVideoFormat),
    ):
        with pytest.raises(error):
            next(export_video(ExportRequest(media, cues, output, kind), LIMITS))  # type: ignore[arg-type]
    assert not out.exists() and source.stat().st_size > 0


@pytest.mark.parametrize("kind", ["track", "burned"])
def test_memory_does_not_grow_with_the_video(tmp_path: Path, kind: ExportKind) -> None:
    """Python's own memory only; sixteen seconds must take no more than four do, but for a cue or two."""
    peaks = []
    for seconds in (4.0, 16.0):
        source = clip(tmp_path / f"{seconds}.mp4", seconds)
        cues = tuple(Cue(n, float(n), n + 0.9, f"cue {n}") for n in range(int(seconds)))
        request = ExportRequest(source, cues, tmp_path / "out.mp4", kind)
        tracemalloc.start()
        run_through(export_video(request, LIMITS))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 1_000_000
