"""The heavy modules behind the interface, imported at first use so that the first page comes fast."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmdemo.config import settings
from mmdemo.types import AudioFile, Encoding, Image, MediaInfo

if TYPE_CHECKING:
    from mmdemo.runtime import Models
    from mmdemo.tasks.caption_batch import CaptionRow
    from mmdemo.tasks.captioning import CaptionRequest, PictureCaptions
    from mmdemo.tasks.subtitle_alignment import TranscriptionProgress
    from mmdemo.tasks.video_captioning import VideoCaptionStep


def probe(path: Path) -> MediaInfo:
    """Find out what a file really is (see ``media.probe``)."""
    from mmdemo import media

    return media.probe(path, settings().limits)


def open_audio(path: Path, name: str) -> AudioFile:
    """Open the sound of a file (see ``media.open_audio``)."""
    from mmdemo import media

    return media.open_audio(path, settings().limits, name=name)


def player_ready(path: Path, info: MediaInfo) -> bool:
    """Tell whether browsers play the file as it is (see ``media.player_ready``)."""
    from mmdemo import media

    return media.player_ready(path, info)


def transcode_for_player(path: Path, out_path: Path, info: MediaInfo, cancelled: Callable[[], bool]) -> Path:
    """Make a copy that browsers play (see ``media.transcode_for_player``)."""
    from mmdemo import media

    return media.transcode_for_player(path, out_path, info, cancelled=cancelled)


def load_models() -> Models:
    """Load the models once (see ``runtime.models``)."""
    from mmdemo import runtime

    return runtime.models()


def models_loaded() -> bool:
    """Tell whether the models are in memory, without loading them."""
    from mmdemo import runtime

    return runtime.models_loaded()


def transcribe(audio: AudioFile, models: Models, language: str | None) -> Generator[TranscriptionProgress, None, None]:
    """Recognise speech and shape subtitles (see ``tasks.subtitle_alignment.transcribe``)."""
    from mmdemo.tasks import subtitle_alignment

    yield from subtitle_alignment.transcribe(audio, models, language=language)


def load_image(path: Path) -> Image:
    """Decode a picture (see ``media.load_image``)."""
    from mmdemo import media

    return media.load_image(path, settings().limits)


def caption(encoding: Encoding, models: Models, request: CaptionRequest) -> PictureCaptions:
    """Caption an encoded picture (see ``tasks.captioning.caption``)."""
    from mmdemo.tasks import captioning

    return captioning.caption(encoding, models, request)


def caption_video(path: Path, models: Models, request: CaptionRequest) -> Generator[VideoCaptionStep, None, None]:
    """Caption the scenes of a clip (see ``tasks.video_captioning.caption_video``)."""
    from mmdemo import media
    from mmdemo.tasks.video_captioning import caption_video as task

    clip = media.open_media(path, settings().limits)
    yield from task(clip, models, request)  # type: ignore[arg-type]


def caption_files(paths: Sequence[Path], models: Models, request: CaptionRequest) -> Iterator[CaptionRow]:
    """Caption pictures one after the other (see ``tasks.caption_batch.caption_files``)."""
    from mmdemo.tasks.caption_batch import caption_files as task

    yield from task(paths, models, request, settings().limits)
