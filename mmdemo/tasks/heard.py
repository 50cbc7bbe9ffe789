"""What a recording says and where it only sounds, heard once: follow-up questions transcribe nothing again."""

from __future__ import annotations

import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Generator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np

from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.runtime import Models
from mmdemo.tasks.recorded_sound import Listenable, sound_of
from mmdemo.tasks.subtitle_alignment import transcribe
from mmdemo.types import Audio, AudioFile, Encoding, Segment, Sentence, Span, Transcript, Word

HELD_RECORDINGS = 64
"""Transcripts kept in memory; one of two hours takes about 6 MB."""
HEARING_VERSION = 2
"""Part of the name of stored transcripts: raise it when recognition changes."""
LEAST_STRETCH_SECONDS = 1.5
"""A shorter pause between words is a breath and not a stretch of its own."""
SILENT_SHARE = 0.2
"""A stretch with sound in less of it than this is silent."""

StretchKind = Literal["speech", "sound", "silence"]


@dataclass(frozen=True)
class Stretch:
    """A part of a recording in which one thing is to be heard."""

    kind: StretchKind
    span: Span


@dataclass(frozen=True)
class HearingProgress:
    """How far hearing has come."""

    stage: Literal["encoding", "listening"]
    seconds_done: float
    duration: float  # 0.0 while unknown


@dataclass(frozen=True, eq=False)
class Heard:
    """A recording after it was heard once."""

    encoding: Encoding  # of the sound; its embedding may be missing
    transcript: Transcript
    stretches: tuple[Stretch, ...]  # cover the recording in order

    @property
    def has_speech(self) -> bool:
        """Whether any words were heard."""
        return any(segment.words for segment in self.transcript.segments)

    def seconds(self, kind: StretchKind) -> float:
        """Return for how long one thing is to be heard."""
        return sum(stretch.span.duration for stretch in self.stretches if stretch.kind == kind)


_lock = threading.Lock()
_held: WeakKeyDictionary[Any, OrderedDict[str, Heard]] = WeakKeyDictionary()


def heard(recording: Listenable, models: Models) -> Generator[HearingProgress, None, Heard]:
    """Hear a recording, or remember what was heard in it.

    A transcript is kept in memory, and on disk beside the tokens of its recording, where it is swept away with them.

    Args:
        recording: a recording, a clip with sound, or the encoding of one.
        models: backbone and speech recogniser.

    Yields:
        Progress, nothing when the recording was heard before. Closing the generator stops the work; windows that were
        encoded stay in the cache.

    Returns:
        Its transcript and what is to be heard besides speech.

    Raises:
        NoAudio: the clip has no sound.
        WrongMediaKind: the encoding is of a picture or a text.
        InputError: the sound cannot be decoded.
    """
    sound = sound_of(recording)
    found = _remembered(sound.sha256, models)
    if found is None:
        encoding = sound if isinstance(sound, Encoding) else (yield from _encoded(sound, models))
        transcript = _read_stored(encoding, models)
        if transcript is None:
            transcript = yield from _transcribed(encoding, models)
            _store(transcript, encoding, models)
        found = Heard(encoding, transcript, stretches(encoding, transcript))
        _remember(sound.sha256, found, models)
    return found


def _encoded(sound: Audio | AudioFile, models: Models) -> Generator[HearingProgress, None, Encoding]:
    """Encode window by window, so that it can stop; the first half of the work."""
    with closing(models.backbone.encode_windows(sound)) as windows:
        for window in windows:
            yield HearingProgress("encoding", window.window.end, sound.duration)
    return models.backbone.encode_sound(sound)


def _transcribed(encoding: Encoding, models: Models) -> Generator[HearingProgress, None, Transcript]:
    transcript: Transcript | None = None
    for step in transcribe(encoding, models):
        yield HearingProgress("listening", step.seconds_done, step.duration)
        transcript = step.transcript
    assert transcript is not None, "the last item carries the transcript"
    return transcript


def _remembered(sha256: str, models: Models) -> Heard | None:
    with _lock:
        kept = _held.get(models.speech)
        if kept is None or sha256 not in kept:
            return None
        kept.move_to_end(sha256)
        return kept[sha256]


def _remember(sha256: str, found: Heard, models: Models) -> None:
    with _lock:
        kept = _held.setdefault(models.speech, OrderedDict())
        kept[sha256] = found
        while len(kept) > HELD_RECORDINGS:
            kept.popitem(last=False)


def _stored_path(encoding: Encoding, models: Models) -> Path | None:
    """Return where the transcript of a recording lies: beside its tokens, if those are on disk."""
    if not isinstance(encoding.tokens, np.memmap) or encoding.tokens.filename is None:
        return None
    return Path(encoding.tokens.filename).with_name(f"transcript-{models.speech.model_id}-{HEARING_VERSION}.json")


def _read_stored(encoding: Encoding, models: Models) -> Transcript | None:
    path = _stored_path(encoding, models)
    if path is None:
        return None
    try:
        found = json.loads(path.read_text("utf-8"))
        segments = tuple(
            Segment(part["start"], part["end"], part["text"], tuple(Word(**word) for word in part["words"]))
            for part in found["segments"]
        )
        distrust = tuple(Sentence(**reason) for reason in found["reasons"])
        return Transcript(segments, found["language"], found["language_probability"], found["duration"], distrust)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _store(transcript: Transcript, encoding: Encoding, models: Models) -> None:
    path = _stored_path(encoding, models)
    if path is None:
        return
    try:
        partial = path.with_suffix(f".{threading.get_ident()}.partial")
        partial.write_text(json.dumps(asdict(transcript), ensure_ascii=False), "utf-8")
        partial.replace(path)
    except OSError as error:  # the answer does not depend on it
        logging.getLogger(__name__).warning("transcript not kept: %s", error)


def stretches(encoding: Encoding, transcript: Transcript) -> tuple[Stretch, ...]:
    """Cut a recording into speech, other sound and silence.

    Args:
        encoding: of the sound.
        transcript: of the same.

    Returns:
        Stretches in order that cover it; neighbours differ.
    """
    duration = max(encoding.duration, transcript.duration)
    pieces: list[Stretch] = []
    at = 0.0
    for start, end in [*_spoken(transcript), (duration, duration)]:
        if start - at >= LEAST_STRETCH_SECONDS or (not pieces and start >= duration > at):
            pieces += _unspoken(encoding, Span(at, start))
        elif pieces and start > at:
            pieces[-1] = Stretch(pieces[-1].kind, Span(pieces[-1].span.start, start))
        if end > start:
            pieces.append(Stretch("speech", Span(start if start - at >= LEAST_STRETCH_SECONDS else at, end)))
        at = max(at, end)
    return tuple(_merged(pieces))


def _spoken(transcript: Transcript) -> list[tuple[float, float]]:
    return [(word.start, word.end) for segment in transcript.segments for word in segment.words]


def _unspoken(encoding: Encoding, span: Span) -> list[Stretch]:
    """Tell sound from silence where no words were heard: silent parts have no tokens."""
    starts = encoding.spans[:, 0]  # [T]
    first, behind = np.searchsorted(starts, [span.start, span.end])
    sounding = (behind - first) * TOKEN_SECONDS
    if sounding < SILENT_SHARE * span.duration:
        return [Stretch("silence", span)]
    return [Stretch("sound", span)]


def _merged(pieces: list[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for piece in pieces:
        if merged and merged[-1].kind == piece.kind:
            piece = Stretch(piece.kind, Span(merged.pop().span.start, piece.span.end))
        merged.append(piece)
    return merged
