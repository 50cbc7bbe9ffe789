"""The sound of whatever a task was given."""

from __future__ import annotations

from mmdemo.errors import NoAudio, WrongMediaKind
from mmdemo.types import Audio, AudioFile, Encoding, Video, VideoFile

Listenable = AudioFile | Audio | Video | VideoFile | Encoding


def sound_of(media: Listenable) -> AudioFile | Audio | Encoding:
    """Return the sound of a recording or a clip, encoded if the media was.

    Args:
        media: what to listen to, or its encoding.

    Raises:
        NoAudio: the clip has no sound.
        WrongMediaKind: the encoding is of a picture or a text.
    """
    if isinstance(media, Video | VideoFile):
        if media.audio is None:
            raise NoAudio(name=media.source)
        return media.audio
    if isinstance(media, Encoding) and media.modality == "video":
        if media.soundtrack is None:
            raise NoAudio(name=media.sha256[:8])
        return media.soundtrack
    if isinstance(media, Encoding) and media.modality != "audio":
        raise WrongMediaKind(name=media.sha256[:8], kind=media.modality, wanted="audio / video")
    return media
