"""The heavy modules behind the interface, imported at first use so that the first page comes fast."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmdemo.config import settings
from mmdemo.errors import UnknownFormat
from mmdemo.types import AudioFile, Cue, Encoding, Float32Array, Image, MediaInfo, Outcome, SubtitleAlignment, Word

if TYPE_CHECKING:
    from mmdemo.hub.plan import HubPlan
    from mmdemo.hub.progress import DownloadProgress
    from mmdemo.runtime import Models
    from mmdemo.tasks.caption_batch import CaptionRow
    from mmdemo.tasks.captioning import CaptionRequest, PictureCaptions
    from mmdemo.tasks.subtitle_alignment import TranscriptionProgress
    from mmdemo.tasks.subtitle_correction import Corrected
    from mmdemo.tasks.subtitle_export import ExportKind, ExportProgress, SubtitledVideo
    from mmdemo.tasks.subtitle_resync import ResyncProgress
    from mmdemo.tasks.transcript_alignment import AlignmentProgress
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


def switch_profile(profile: str, progress: Callable[[DownloadProgress], None]) -> Models:
    """Change to the models of another profile (see ``runtime.switch_profile``)."""
    from mmdemo import runtime

    return runtime.switch_profile(profile, progress)


def active_profile() -> str:
    """Return the name of the profile that is in use now."""
    from mmdemo import runtime

    return runtime.active_settings().profile


def downloads() -> dict[str, DownloadProgress]:
    """Return the models that are being fetched (see ``runtime.downloads``)."""
    from mmdemo import runtime

    return runtime.downloads()


def fetches_when_used() -> bool:
    """Tell whether models may be fetched later than at the start (see ``runtime.fetches_when_used``)."""
    from mmdemo import runtime

    return runtime.fetches_when_used()


def hub_plan() -> HubPlan:
    """Tell what the hub profile would cost (see ``hub.plan``)."""
    from mmdemo.device import choose_device, network_device
    from mmdemo.generators.hub_costs import plan_of

    return plan_of(settings(), network_device(settings()), choose_device(settings()))


def models_loaded() -> bool:
    """Tell whether the models are in memory, without loading them."""
    from mmdemo import runtime

    return runtime.models_loaded()


def transcribe(audio: AudioFile, models: Models, language: str | None) -> Generator[TranscriptionProgress, None, None]:
    """Recognise speech and shape subtitles (see ``tasks.subtitle_alignment.transcribe``)."""
    from mmdemo.tasks import subtitle_alignment

    yield from subtitle_alignment.transcribe(audio, models, language=language)


def align(
    audio: AudioFile, text: Sequence[Cue], models: Models, language: str | None
) -> Generator[AlignmentProgress, None, None]:
    """Place a text where it is spoken (see ``tasks.transcript_alignment.align``)."""
    from mmdemo.tasks import transcript_alignment

    yield from transcript_alignment.align(audio, text, models, language)


def resync(
    audio: AudioFile, subtitles: Sequence[Cue], models: Models, language: str | None
) -> Generator[ResyncProgress, None, None]:
    """Put the times of subtitles right (see ``tasks.subtitle_resync.resync``)."""
    from mmdemo.tasks import subtitle_resync

    yield from subtitle_resync.resync(audio, subtitles, models, language)


def sync_to_reference(subtitles: Sequence[Cue], reference: Sequence[Cue]) -> tuple[Outcome, SubtitleAlignment]:
    """Put subtitles on the times of others, without media (see ``tasks.reference_resync``)."""
    from mmdemo.tasks import reference_resync

    return reference_resync.resync_to_reference(subtitles, reference)


def retimed_file(data: bytes, name: str, cues: Sequence[Cue]) -> bytes | None:
    """Change only the times in a subtitle file (see ``subtitles.retiming``); None for formats where that cannot be."""
    from mmdemo.subtitles import retiming

    try:
        return retiming.retimed_file(data, name, cues, settings().limits)
    except UnknownFormat:
        return None


def sound_blocks(audio: AudioFile) -> Generator[Float32Array, None, None]:
    """Decode sound block by block (see ``media.audio_blocks``)."""
    from mmdemo import media

    yield from media.audio_blocks(audio)


def realign_around(
    before: Sequence[Cue],
    cues: Sequence[Cue],
    fixed: Collection[int],
    confidence: Sequence[float],
    heard: Sequence[Word],
    language: str,
) -> Corrected:
    """Time the cues around corrected ones anew (see ``tasks.subtitle_correction``)."""
    from mmdemo.tasks import subtitle_correction

    return subtitle_correction.realign_around(before, cues, fixed, confidence, heard, language)


def export_video(
    path: Path, name: str, cues: Sequence[Cue], output: Path, kind: ExportKind, language: str
) -> Generator[ExportProgress, None, SubtitledVideo]:
    """Make a video with its subtitles (see ``tasks.subtitle_export.export_fitting``)."""
    from mmdemo.tasks import subtitle_export

    request = subtitle_export.ExportRequest(path, tuple(cues), output, kind, language, name)
    return (yield from subtitle_export.export_fitting(request, settings().limits))


def load_image(path: Path) -> Image:
    """Decode a picture (see ``media.load_image``)."""
    from mmdemo import media

    return media.load_image(path, settings().limits)


def caption(encoding: Encoding, models: Models, request: CaptionRequest) -> PictureCaptions:
    """Caption an encoded picture (see ``tasks.captioning.caption``)."""
    from mmdemo.tasks import captioning

    return captioning.caption(encoding, models, request)


def caption_in_steps(
    encoding: Encoding, models: Models, request: CaptionRequest
) -> Generator[str, None, PictureCaptions]:
    """Caption an encoded picture, text as it comes (see ``tasks.captioning.caption_in_steps``)."""
    from mmdemo.tasks import captioning

    return (yield from captioning.caption_in_steps(encoding, models, request))


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
