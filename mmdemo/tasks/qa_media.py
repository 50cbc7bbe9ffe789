"""Media that questions are asked about: encoded in steps, and only what the question needs."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mmdemo.errors import WrongMediaKind
from mmdemo.runtime import Models
from mmdemo.stepwise import shown_as
from mmdemo.types import Answer, Audio, AudioFile, Encoding, Image, ImageFile, MediaKind, Video, VideoFile

Askable = ImageFile | AudioFile | VideoFile | Image | Audio | Video | Encoding
AskStage = Literal["encoding", "listening", "reading", "answering"]
"""Media goes through its tower, speech is recognised, scenes and passages are compared, the answer is found."""

_STAGE_SHARES: dict[AskStage, tuple[float, float]] = {
    "encoding": (0.0, 0.4),
    "listening": (0.4, 0.8),
    "reading": (0.8, 0.9),
    "answering": (0.9, 1.0),
}
"""Where each stage begins and ends in all the work on one of the media, roughly as long clips take it."""


@dataclass(frozen=True)
class AskProgress:
    """How far an answer has come."""

    stage: AskStage
    share: float  # of all the work, 0..1, never falling
    media: int = 0  # 0-based place of the media that is worked on
    text: str = ""  # of the answer as far as it is written, where the generator shows it as it comes


Steps = Generator[AskProgress, None, Answer]
"""An answer in the making; here the share of a step is that of its stage."""


@dataclass(frozen=True, eq=False)
class Medium:
    """One of the media that a question is about."""

    place: int  # 0-based, among all of them
    kind: MediaKind
    media: Askable
    sound: AudioFile | Audio | Encoding | None  # of a recording or a clip; None where there is none


def medium_of(place: int, media: Askable) -> Medium:
    """Tell what kind of media this is.

    Args:
        place: 0-based, among all the media.
        media: a file, loaded media or an encoding.

    Raises:
        WrongMediaKind: the encoding of a text.
    """
    if isinstance(media, Encoding):
        if media.modality == "text":
            raise WrongMediaKind(name=media.sha256[:8], kind="text", wanted="image / video")
        sounds = {"image": None, "audio": media, "video": media.soundtrack}
        return Medium(place, media.modality, media, sounds[media.modality])
    if isinstance(media, Image | ImageFile):
        return Medium(place, "image", media, None)
    if isinstance(media, Audio | AudioFile):
        return Medium(place, "audio", media, media)
    return Medium(place, "video", media, media.audio)


def look(medium: Medium, models: Models) -> Generator[AskProgress, None, Encoding]:
    """Encode what there is to see, unless it is encoded.

    Args:
        medium: a picture or a clip, whose sound plays no part.
        models: of them the backbone.

    Yields:
        Progress.

    Returns:
        The encoding, from the cache when it is there.

    Raises:
        InputError: the media cannot be decoded.
    """
    media = medium.media
    if isinstance(media, Encoding):
        return media
    assert isinstance(media, Image | ImageFile | Video | VideoFile), "recordings show nothing"
    if isinstance(media, Image | ImageFile):
        yield AskProgress("encoding", 0.0, medium.place)
        encoding = models.backbone.encode(media)
        yield AskProgress("encoding", 0.5, medium.place)
        return with_things(media, encoding, models)
    steps = models.backbone.encode_frames(media)
    return (yield from shown_as(steps, lambda share: AskProgress("encoding", share, medium.place)))


def with_things(image: Image | ImageFile, encoding: Encoding, models: Models) -> Encoding:
    """Add what the detector finds in a picture, which it looks at once.

    Args:
        image: the picture.
        encoding: of it.
        models: of them the detector; without one nothing is added.

    Raises:
        InputError: the picture cannot be decoded.
        WeightsError: the detector cannot be loaded.
    """
    return encoding if models.detector is None else replace(encoding, things=models.detector.things([image])[0])


def placed(answer: Answer, place: int) -> Answer:
    """Say of every piece of evidence which media it is from.

    Args:
        answer: about one of the media.
        place: of that.
    """
    return replace(answer, evidence=tuple(replace(piece, media=place) for piece in answer.evidence))


def rising(steps: Steps, places: Sequence[int]) -> Steps:
    """Turn shares of stages into shares of all the work, which never fall.

    Args:
        steps: see `Steps`.
        places: of the media that are worked on, in that order.

    Yields:
        The same steps with their share of the whole.

    Returns:
        The answer.
    """
    highest = 0.0
    order = {place: number for number, place in enumerate(places)}

    def shown(step: AskProgress) -> AskProgress:
        nonlocal highest
        begin, end = _STAGE_SHARES[step.stage]
        own = begin + (end - begin) * min(max(step.share, 0.0), 1.0)
        highest = max(highest, (order.get(step.media, 0) + own) / max(len(places), 1))
        return replace(step, share=highest)

    return (yield from shown_as(steps, shown))
