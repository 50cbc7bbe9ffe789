"""The frozen dataclasses that cross modules; times are float seconds everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from mmdemo.traditional import is_traditional_interface, traditional

Float32Array = NDArray[np.float32]
UInt8Array = NDArray[np.uint8]

Modality = Literal["image", "audio", "video", "text"]
MediaKind = Literal["image", "audio", "video"]
Outcome = Literal["aligned", "unchanged", "refused"]
"""Of putting subtitles right: with new times, right already, or left alone."""
CaptionLanguage = Literal["en", "zh"]
TextRole = Literal["query", "document"]
"""What looks for something, or what is looked through: some models read the two differently."""

SAMPLE_RATE = 16_000
"""Samples per second of every waveform inside the program (the rate Whisper was trained on)."""


def is_chinese_interface(language: str) -> bool:
    """Tell whether an interface language tag asks for Chinese sentences.

    Args:
        language: a BCP 47 tag such as ``en`` or ``zh-CN``.

    Returns:
        True for every Chinese tag.
    """
    return language.lower().startswith("zh")


@dataclass(frozen=True)
class Sentence:
    """One message for the user, in the languages the interface speaks; Traditional Chinese is derived."""

    en: str
    zh: str
    filled_from: ClassVar[tuple[str, Mapping[str, object]] | None] = None
    """The Chinese template and what stands in it; no field, as JSON and comparisons need not know it."""

    def text(self, language: str = "en") -> str:
        """Return the sentence in an interface language (``en``, ``zh-CN``, ``zh-TW``, …)."""
        if not is_chinese_interface(language):
            return self.en
        if not is_traditional_interface(language):
            return self.zh
        if self.filled_from is None:
            return traditional(self.zh)
        template, values = self.filled_from
        return _filled(traditional(template), values, language)

    def filled(self, **values: object) -> Sentence:
        """Fill the placeholders of a template.

        Args:
            **values: what it names in braces. A `Sentence` is put in by language; everything else, such as the name
                of a file, stands as it is in every language.

        Raises:
            KeyError: when a value is missing (a mistake of ours).
        """
        sentence = Sentence(_filled(self.en, values, "en"), _filled(self.zh, values, "zh"))
        object.__setattr__(sentence, "filled_from", (self.zh, values))
        return sentence


def _filled(template: str, values: Mapping[str, object], language: str) -> str:
    shown = {name: value.text(language) if isinstance(value, Sentence) else value for name, value in values.items()}
    return template.format_map(shown)


@dataclass(frozen=True)
class Span:
    """A bare interval in seconds."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start


@dataclass(frozen=True)
class MediaInfo:
    """What a file really is, found by opening it and not by its name."""

    kind: MediaKind
    duration: float  # seconds as the container declares them; 0.0 for images and when undeclared
    has_audio: bool
    width: int  # pixels, 0 for audio
    height: int
    container: str
    video_codec: str
    audio_codec: str


@dataclass(frozen=True, eq=False)
class Image:
    """A decoded picture, upright, without alpha."""

    pixels: UInt8Array  # [H, W, 3] RGB
    source: str
    sha256: str


@dataclass(frozen=True, eq=False)
class Audio:
    """A short recording held in memory."""

    waveform: Float32Array  # [N] mono, -1..1
    sample_rate: int
    source: str
    sha256: str

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.waveform) / self.sample_rate


@dataclass(frozen=True)
class AudioFile:
    """The sound of a file on disk, decoded as a stream so that memory stays flat (see ``media.audio_blocks``)."""

    path: Path
    duration: float  # seconds as declared; 0.0 when the container does not say
    source: str
    sha256: str


@dataclass(frozen=True)
class ImageFile:
    """A picture on disk that passed the checks and is decoded only when its encoding is not known yet."""

    path: Path
    source: str
    sha256: str


@dataclass(frozen=True)
class VideoFile:
    """A clip on disk, likewise decoded only when need be."""

    path: Path
    duration: float  # seconds as declared; 0.0 when the container does not say
    audio: AudioFile | None
    source: str
    sha256: str


@dataclass(frozen=True, eq=False)
class Video:
    """Sampled frames of a clip and a handle on its sound."""

    frames: tuple[UInt8Array, ...]  # each [H, W, 3] RGB
    frame_times: tuple[float, ...]  # seconds, ascending, one a frame
    scene_starts: tuple[float, ...]  # seconds; always begins with 0.0 when there are frames
    duration: float
    audio: AudioFile | None
    source: str
    sha256: str


@dataclass(frozen=True, eq=False)
class Text:
    """A sentence or a short passage to encode."""

    text: str
    sha256: str
    role: TextRole = "query"


@dataclass(frozen=True)
class Piece:
    """Tokens that follow each other without a cut: they cover the media evenly from ``start`` on."""

    first_token: int  # counted within the window
    token_count: int
    start: float  # seconds into the recording


@dataclass(frozen=True)
class AudioWindow:
    """A stretch of a recording that went through the audio tower in one pass, its long silences left out."""

    start: float  # seconds into the recording
    end: float
    first_token: int  # position of its first token in ``Encoding.tokens``
    token_count: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, eq=False)
class EncodedWindow:
    """An audio window with its tokens in memory: what speech recognition reads."""

    window: AudioWindow
    tokens: Float32Array  # [token_count, W]
    ending: Float32Array  # [P, W] tokens of the silence padded behind it; the decoder hears the end by them
    voice_activity: Float32Array  # [token_count] probability that somebody speaks


@dataclass(frozen=True)
class Region:
    """A rectangle of a picture, in parts of its width and height, from the upper left corner."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class Thing:
    """Something that a detector found in a picture."""

    class_id: int  # of COCO's eighty classes, see `mmdemo.detection.thing_names`
    score: float  # of the detector, 0..1, not calibrated
    region: Region


@dataclass(frozen=True, eq=False)
class Encoding:
    """Media after one pass of the backbone; every task takes it in place of the media."""

    modality: Modality
    tokens: NDArray[Any]  # [T, W] float32 in memory, float16 memory-mapped for long media
    spans: Float32Array  # [T, 2] seconds (audio, video) or characters (text); [T, 4] x0 y0 x1 y1 in 0..1 (image)
    model_id: str
    sha256: str
    embedding: Float32Array | None = None  # [D] unit norm in the joint space
    duration: float = 0.0  # seconds of audio and video
    windows: tuple[AudioWindow, ...] = ()
    endings: NDArray[Any] | None = None  # [windows, P, W], audio only (see ``EncodedWindow.ending``)
    voice_activity: Float32Array | None = None  # [T], audio only
    soundtrack: Encoding | None = None  # video only
    pictures: tuple[UInt8Array, ...] = ()  # each [H, W, 3] RGB, small: of an image one, of a clip one a frame; for
    # generators that look at pixels, empty where the backbone's own look at tokens
    things: tuple[Thing, ...] | None = None  # of an image, surest first; None where no detector looked
    reasons: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class Word:
    """A spoken word; its text keeps the leading space where the language writes one."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True)
class Segment:
    """A stretch of recognised speech."""

    start: float
    end: float
    text: str
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Transcript:
    """Everything heard in a recording."""

    segments: tuple[Segment, ...]
    language: str  # ISO 639-1 code as Whisper names it
    language_probability: float
    duration: float
    reasons: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class Cue:
    """A subtitle entry; ``text`` may hold line breaks (``\\n``)."""

    index: int  # 1-based
    start: float
    end: float
    text: str
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class SubtitleAlignment:
    """Timed subtitles with the reasons to trust or distrust them."""

    cues: tuple[Cue, ...]
    confidence: tuple[float, ...]  # 0..1, one a cue
    language: str
    duration: float
    time_map: tuple[
        tuple[float, float], ...
    ] = ()  # (seconds before, seconds after), piecewise linear; empty = identity
    reasons: tuple[Sentence, ...] = field(default=())


@dataclass(frozen=True)
class Hit:
    """An item of an index that answers a query."""

    item_id: str  # SHA-256 of the content
    modality: Modality
    score: float  # cosine similarity, -1..1
    source: str  # path it was indexed from
    span: Span | None = None  # where in long media the answer stands
    probability: float = (
        0.0  # that it is what was asked for; hits are ordered by it, as pictures and sounds score apart
    )


@dataclass(frozen=True, eq=False)
class WordHeatmap:
    """Where in a picture the generator looked when it wrote a word."""

    word: str
    weights: Float32Array  # [9, 9] rows from the top, adds up to 1


@dataclass(frozen=True, eq=False)
class Caption:
    """A sentence about a picture or a scene, as it is shown."""

    text: str
    language: CaptionLanguage
    score: float  # calibrated probability that the text belongs to the picture, 0..1
    heatmaps: tuple[WordHeatmap, ...] = ()  # one a word, when asked for


EvidenceKind = Literal["region", "frame", "passage", "sound", "whole"]
"""Part of a picture, picture of a clip, words that are said, stretch of sound, or all of the media."""


@dataclass(frozen=True)
class Evidence:
    """What an answer rests on, so that the user can check it."""

    media: int  # 0-based place among the media that were asked about
    kind: EvidenceKind
    score: float  # 0..1, how much speaks for it
    span: Span | None = None  # seconds, of a frame, a passage or a sound
    region: Region | None = None  # of a picture or frame
    text: str = ""  # what is said there, or what was found
    others: tuple[Region, ...] = ()  # of the same picture, when more than one thing speaks for the answer


@dataclass(frozen=True)
class Guess:
    """A possible answer."""

    text: str
    probability: float  # calibrated, 0..1


@dataclass(frozen=True)
class Answer:
    """An answer to a question, with how far to trust it and what it rests on."""

    text: str
    language: CaptionLanguage
    probability: float  # calibrated, 0..1
    sure: bool  # False: the text says so, and `guesses` are the best there are
    guesses: tuple[Guess, ...] = ()  # best first
    evidence: tuple[Evidence, ...] = ()  # strongest first
    reasons: tuple[Sentence, ...] = ()
