"""Subtitles that fit the sound: transcription of a recording into timed cues."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace

from mmdemo import reasons
from mmdemo.backbone.base import read_windows
from mmdemo.runtime import Models
from mmdemo.subtitles import confidence, shape_cues
from mmdemo.tasks.recognised_words import WordPlacer
from mmdemo.tasks.recorded_sound import Listenable, sound_of
from mmdemo.types import (
    Cue,
    EncodedWindow,
    Encoding,
    Segment,
    Sentence,
    SubtitleAlignment,
    Transcript,
)

SURE_LANGUAGE_PROBABILITY = 0.6
"""Under this, the next windows vote on the language too, and the result says that it was uncertain."""
MOST_VOTING_WINDOWS = 3
UNSURE_WORD_PROBABILITY = 0.5
MANY_UNSURE_WORDS = 0.2
OPEN_CUES = 2
"""Cues at the end of what was heard that the next words may still change."""


@dataclass(frozen=True)
class TranscriptionProgress:
    """How far a transcription has come."""

    seconds_done: float  # media time reached
    duration: float  # of the recording, 0.0 while unknown
    language: str  # "" until detected
    cues: tuple[Cue, ...]  # final but for the last few seconds
    alignment: SubtitleAlignment | None = None  # in the last item only
    transcript: Transcript | None = None  # in the last item only


def transcribe(media: Listenable, models: Models, language: str | None = None) -> Iterator[TranscriptionProgress]:
    """Write subtitles for a recording or a clip.

    Args:
        media: what to listen to, or its encoding.
        models: backbone and speech recogniser.
        language: ISO 639-1 code of the speech; None or ``auto`` detects it.

    Yields:
        Progress about twice a window; the last item carries the result. Closing the iterator stops the work; windows
        that were encoded stay in the cache.

    Raises:
        UnknownLanguage: the speech model does not know the language.
        NoAudio: the clip has no sound.
        WrongMediaKind: the encoding is of a picture or a text.
        InputError: the sound cannot be decoded.
        WeightsMissing: weights that this needs are not there.
        WeightsCorrupt: they are damaged.
    """
    chosen = models.speech.check_language(language)
    sound = sound_of(media)
    duration = sound.duration
    work = _Transcription(models, chosen)
    windows = read_windows(sound) if isinstance(sound, Encoding) else models.backbone.encode_windows(sound)
    with closing(windows):
        for window in windows:
            yield TranscriptionProgress(window.window.start, duration, work.language, work.cues())
            work.hear(window)
            yield TranscriptionProgress(window.window.end, duration, work.language, work.cues())
    yield work.finish(sound if isinstance(sound, Encoding) else models.backbone.encode_sound(sound))


def transcribe_whole(media: Listenable, models: Models, language: str | None = None) -> TranscriptionProgress:
    """Write subtitles without showing progress: `transcribe` run to its last item, which is returned."""
    *_, last = transcribe(media, models, language)
    return last


@dataclass
class _Transcription:
    """What was heard so far; cues settle as the words behind them arrive."""

    models: Models
    chosen: str | None
    language: str = ""
    probability: float = 0.0
    waiting: list[EncodedWindow] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    open_segments: list[Segment] = field(default_factory=list)
    settled: list[Cue] = field(default_factory=list)
    open_cues: list[Cue] = field(default_factory=list)
    imagined: int = 0
    repeated: int = 0
    placer: WordPlacer | None = None  # once the language is known

    def __post_init__(self) -> None:
        if self.chosen is not None:
            self.language, self.probability = self.chosen, 1.0

    def hear(self, window: EncodedWindow) -> None:
        """Take in one more window."""
        if not self.models.speech.has_speech(window):
            return
        if self.language:
            self._recognise(window)
            return
        self.waiting.append(window)
        language, probability = self.models.speech.detect_language(self.waiting)
        if probability >= SURE_LANGUAGE_PROBABILITY or len(self.waiting) >= MOST_VOTING_WINDOWS:
            self._decide(language, probability)

    def _decide(self, language: str, probability: float) -> None:
        self.language, self.probability = language, probability
        waiting, self.waiting = self.waiting, []
        for window in waiting:
            self._recognise(window)

    def _recognise(self, window: EncodedWindow) -> None:
        heard = self.models.speech.transcribe_window(window, self.language)
        self.imagined += heard.imagined
        self.repeated += heard.repeated
        if self.placer is None:
            self.placer = WordPlacer(self.models.speech, self.language)
        sentences = self.placer.place(window, heard.segments)
        self.segments.extend(sentences)
        self.open_segments.extend(sentences)
        self.open_cues = list(shape_cues(self.open_segments, self.language))
        if len(self.open_cues) > OPEN_CUES:
            self.settled.extend(self.open_cues[:-OPEN_CUES])
            self.open_cues = self.open_cues[-OPEN_CUES:]
            self.open_segments = _from_word(self.open_segments, self.open_cues[0].words[0].start)

    def cues(self) -> tuple[Cue, ...]:
        """Return the cues so far, numbered."""
        return tuple(replace(cue, index=i) for i, cue in enumerate([*self.settled, *self.open_cues], start=1))

    def finish(self, encoding: Encoding) -> TranscriptionProgress:
        """Decide what is still open and return the result."""
        if self.waiting:
            self._decide(*self.models.speech.detect_language(self.waiting))
        distrust = (*encoding.reasons, *self._reasons())
        cues = self.cues()
        alignment = SubtitleAlignment(
            cues=cues,
            confidence=tuple(confidence(cue) for cue in cues),
            language=self.language,
            duration=encoding.duration,
            reasons=distrust,
        )
        transcript = Transcript(tuple(self.segments), self.language, self.probability, encoding.duration, distrust)
        return TranscriptionProgress(
            encoding.duration, encoding.duration, self.language, cues, alignment=alignment, transcript=transcript
        )

    def _reasons(self) -> Iterator[Sentence]:
        words = [word for segment in self.segments for word in segment.words]
        if not words:
            yield reasons.no_speech()
        elif self.probability < SURE_LANGUAGE_PROBABILITY:
            yield reasons.uncertain_language(self.language, self.probability)
        unsure = sum(word.probability < UNSURE_WORD_PROBABILITY for word in words)
        if words and unsure / len(words) >= MANY_UNSURE_WORDS:
            yield reasons.uncertain_words(unsure / len(words))
        if self.imagined:
            yield reasons.dropped_text(self.imagined)
        if self.repeated:
            yield reasons.repetition(self.repeated)


def _from_word(segments: list[Segment], start: float) -> list[Segment]:
    """Return the segments from the word on that starts at this time."""
    kept = []
    for segment in segments:
        words = tuple(word for word in segment.words if word.start >= start)
        if words:
            text = "".join(word.text for word in words).strip()
            kept.append(Segment(words[0].start, words[-1].end, text, words))
    return kept
