"""Files → pictures, sound and video; every limit is enforced here, before any heavy work starts."""

from mmdemo.media.audio import audio_blocks, load_audio, missing_seconds, open_audio
from mmdemo.media.files import check_file
from mmdemo.media.images import load_image
from mmdemo.media.opening import open_media
from mmdemo.media.player import player_ready
from mmdemo.media.probing import probe
from mmdemo.media.samples import audio_from_samples
from mmdemo.media.stills import still_at
from mmdemo.media.transcode import transcode_for_player
from mmdemo.media.video import load_video, sample_video
from mmdemo.verified_files import file_sha256

__all__ = [
    "audio_blocks",
    "audio_from_samples",
    "check_file",
    "file_sha256",
    "load_audio",
    "load_image",
    "load_video",
    "missing_seconds",
    "open_audio",
    "open_media",
    "player_ready",
    "probe",
    "sample_video",
    "still_at",
    "transcode_for_player",
]
