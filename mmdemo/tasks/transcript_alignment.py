"""A text without times becomes subtitles: every line and word of it is placed where it is spoken."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from mmdemo import reasons
from mmdemo.alignment.forced import Refinement, place_window
from mmdemo.alignment.forced_plan import PlannedWord, merge_words, speaking_rate
from mmdemo.alignment.forced_voice_time import VoiceTime
from mmdemo.alignment.forced_words import GivenWord, HeardWord, given_words, pair_words
from mmdemo.alignment.sample_stream import SampleStream
from mmdemo.alignment.timed_lines import AlignedWord, TimedLine, cues_of, timed_lines
from mmdemo.alignment.unintelligible_voices import evenly_paced, is_garbled, leads_astray
from mmdemo.backbone.base import read_windows
from mmdemo.backbone.filled_pauses import find_filled_pauses
from mmdemo.backbone.recordings import sound_blocks
from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.runtime import Models
from mmdemo.stepwise import shown_as
from mmdemo.tasks.recorded_sound import Listenable, sound_of
from mmdemo.tasks.subtitle_alignment import MOST_VOTING_WINDOWS, SURE_LANGUAGE_PROBABILITY
from mmdemo.tasks.text_hearing import TextHearer
from mmdemo.tasks.voices_over_music import LOOKING_SHARE, voices_of
from mmdemo.types import (
    Audio,
    AudioFile,
    Cue,
    EncodedWindow,
    Encoding,
    Sentence,
    SubtitleAlignment,
)

SEPARATION_SHARE = 0.3
"""Of the work, where music has to be taken away first."""
HEARING_SHARE = 0.7
"""Of the work, up to the end of recognition; the rest is the alignment."""
UNSURE_LINE_CONFIDENCE = 0.5
LEAST_MATCHED_SHARE = 0.1
LEAST_MATCHED_WORDS = 8
"""Under this share of its words heard, a text of so many words or more is taken for another recording's."""
SURE_VOICE_PROBABILITY = 0.7
SURE_VOICE_SHARE = 0.5
MOST_VOICE_SHARE = 2.5
"""Of the time that a text should take: with so much sure voice and no more voice in all it is placed, if doubtfully,
though Whisper understood none of it."""


@dataclass(frozen=True)
class AlignmentProgress:
    """How far an alignment has come."""

    seconds_done: float  # media time, the two passes weighed against each other
    duration: float  # of the recording, 0.0 while unknown
    language: str  # "" until detected
    cues: tuple[Cue, ...]  # in the last item only
    alignment: SubtitleAlignment | None = None  # in the last item only
    beliefs: tuple[float, ...] = ()  # in the last item only: mean probability of the words of each cue


def align(
    media: Listenable,
    cues_or_lines: Sequence[Cue] | Sequence[str],
    models: Models,
    language: str | None = None,
) -> Generator[AlignmentProgress, None, None]:
    """Place a text in a recording or a clip.

    Args:
        media: what is spoken, or its encoding; lines begin more precisely when the sound itself is there.
        cues_or_lines: the text, line by line; times of cues are not looked at.
        models: backbone and speech recogniser.
        language: ISO 639-1 code of the speech; None or ``auto`` detects it.

    Yields:
        Progress; the last item carries the result, one cue a line in the order given. When nobody speaks, or the text
        is not what is said, it has no cues and says why. Closing the iterator stops the work; windows that were
        encoded stay in the cache.

    Raises:
        UnknownLanguage: the speech model does not know the language.
        NoAudio: the clip has no sound.
        WrongMediaKind: the encoding is of a picture or a text.
        InputError: the sound cannot be decoded.
    """
    sound = sound_of(media)
    models.speech.check_language(language)
    if isinstance(sound, Encoding):
        yield from align_sound(sound, cues_or_lines, models, language)
        return
    with TemporaryDirectory() as folder:
        voices = yield from shown_as(
            voices_of(sound, models.separator, Path(folder)),
            lambda share: AlignmentProgress(SEPARATION_SHARE * share * sound.duration, sound.duration, "", ()),
        )
        begun = SEPARATION_SHARE * (LOOKING_SHARE if voices is None else 1.0)
        with closing(align_sound(voices or sound, cues_or_lines, models, language)) as steps:
            for step in steps:
                yield replace(step, seconds_done=begun * step.duration + (1.0 - begun) * step.seconds_done)


def align_sound(
    sound: AudioFile | Audio | Encoding,
    cues_or_lines: Sequence[Cue] | Sequence[str],
    models: Models,
    language: str | None = None,
) -> Generator[AlignmentProgress, None, None]:
    """Place a text in a recording as it is, with whatever music is in it (see `align`)."""
    texts = [line.text if isinstance(line, Cue) else line for line in cues_or_lines]
    work = _Alignment(models, texts, models.speech.check_language(language) or "")
    windows = read_windows(sound) if isinstance(sound, Encoding) else models.backbone.encode_windows(sound)
    with closing(windows):
        for window in windows:
            yield AlignmentProgress(HEARING_SHARE * window.window.start, sound.duration, work.language, ())
            work.hear(window)
    encoding = sound if isinstance(sound, Encoding) else models.backbone.encode_sound(sound)
    yield AlignmentProgress(HEARING_SHARE * encoding.duration, encoding.duration, work.language, ())
    work.plan()
    if not work.refused():
        yield from work.place(encoding, None if isinstance(sound, Encoding) else _samples(sound))
    yield work.finish(encoding)


def align_whole(
    media: Listenable,
    cues_or_lines: Sequence[Cue] | Sequence[str],
    models: Models,
    language: str | None = None,
) -> SubtitleAlignment:
    """Place a text without showing progress: `align` run to its last item, whose result is returned."""
    *_, last = align(media, cues_or_lines, models, language)
    assert last.alignment is not None
    return last.alignment


def _samples(sound: AudioFile | Audio) -> SampleStream:
    return SampleStream(sound_blocks(sound))


@dataclass
class _Alignment:
    """What was heard and planned so far."""

    models: Models
    texts: Sequence[str]
    language: str
    probability: float = 1.0
    time: VoiceTime = field(default_factory=VoiceTime)
    sure_voice: float = 0.0  # seconds
    waiting: list[tuple[int, EncodedWindow]] = field(default_factory=list)
    windows: int = 0
    hearer: TextHearer | None = None
    given: tuple[GivenWord, ...] = ()
    heard: tuple[HeardWord, ...] = ()
    matched: int = 0
    garbled: bool = False  # a voice that Whisper does not understand
    rate: float = 0.0
    planned: dict[int, list[PlannedWord]] = field(default_factory=dict)
    aligned: dict[int, AlignedWord] = field(default_factory=dict)

    def hear(self, window: EncodedWindow) -> None:
        """Recognise one more window."""
        self.time.add(window)
        self.sure_voice += float(np.count_nonzero(window.voice_activity > SURE_VOICE_PROBABILITY)) * TOKEN_SECONDS
        number, self.windows = self.windows, self.windows + 1
        if not self.models.speech.has_speech(window):
            return
        self.waiting.append((number, window))
        if not self.language:
            language, probability = self.models.speech.detect_language([one for _, one in self.waiting])
            if probability < SURE_LANGUAGE_PROBABILITY and len(self.waiting) < MOST_VOTING_WINDOWS:
                return
            self.language, self.probability = language, probability
        self._recognise()

    def _recognise(self) -> None:
        if self.hearer is None:
            self.hearer = TextHearer(self.models.speech, self.texts, self.language)
        for number, window in self.waiting:
            self.hearer.hear(number, window)
        self.waiting = []

    def plan(self) -> None:
        """Match the text with what was heard and split it over the windows."""
        if self.waiting:
            self.language, self.probability = self.models.speech.detect_language([one for _, one in self.waiting])
            self._recognise()
        self.given = self.hearer.given if self.hearer else given_words(self.texts, self.language)
        self.heard = tuple(self.hearer.heard) if self.hearer else ()
        pairs = pair_words(self.given, self.heard)
        if self._is_garbled(len({pair.given for pair in pairs})):
            self.heard, pairs = (), ()
        self.garbled = bool(self.given) and not self.heard
        self.matched = len({pair.given for pair in pairs})
        self.rate = speaking_rate(self.given, self.heard, pairs)
        for word in merge_words(self.given, self.heard, pairs, self.rate, self.time):
            self.planned.setdefault(word.window, []).append(word)

    def refused(self) -> bool:
        """Tell whether the text is not what is said, or nothing is."""
        return self._is_another_text() or not (self.heard or self._may_be_spoken()) or not self.given

    def _may_be_spoken(self) -> bool:
        """Tell whether a text nobody was heard to say fits the voice: some voices are not understood at all."""
        needed = speaking_rate((), (), ()) * sum(word.weight for word in self.given)
        return (
            self.hearer is not None
            and self.sure_voice >= SURE_VOICE_SHARE * needed
            and self.time.total <= MOST_VOICE_SHARE * needed
        )

    def _is_garbled(self, matched: int) -> bool:
        """Tell whether what was heard is so little, or so doubtful, that it says nothing about the text."""
        return self._may_be_spoken() and is_garbled(self.given, self.heard, matched, self.sure_voice)

    def _is_another_text(self) -> bool:
        enough = min(len(self.given), len(self.heard)) >= LEAST_MATCHED_WORDS
        return enough and self.matched < LEAST_MATCHED_SHARE * min(len(self.given), len(self.heard))

    def place(self, encoding: Encoding, samples: SampleStream | None) -> Generator[AlignmentProgress, None, None]:
        """Align every window that holds words of the text."""
        assert self.hearer is not None, "something was heard"
        aligner = self.models.speech.word_aligner(self.language)
        refinement = None if aligner is None else Refinement(aligner, self.language)
        for number, window in enumerate(read_windows(encoding)):
            done = HEARING_SHARE + (1.0 - HEARING_SHARE) * window.window.start / max(encoding.duration, 1e-9)
            planned = self.planned.get(number, [])
            if not any(word.given is not None for word in planned):
                continue
            yield AlignmentProgress(done * encoding.duration, encoding.duration, self.language, ())
            force = partial(self.hearer.align, number, window)
            timed = force([word.text for word in planned])
            strange = self.garbled and leads_astray(timed)
            if strange:
                timed = evenly_paced(planned, timed, window.voice_activity)
            filled = find_filled_pauses(window, self.models.speech.model_id)
            self.aligned |= place_window(
                planned, timed, self.given, window, samples, self.rate, refinement, None if strange else force, filled
            )

    def finish(self, encoding: Encoding) -> AlignmentProgress:
        """Return the result."""
        lines: tuple[TimedLine, ...] = ()
        if not self.refused():
            lines = timed_lines(len(self.texts), self.given, self.aligned, self.rate, encoding.duration)
        cues = cues_of(self.texts, lines) if lines else ()
        alignment = SubtitleAlignment(
            cues=cues,
            confidence=self._confidence(lines),
            language=self.language,
            duration=encoding.duration,
            reasons=(*encoding.reasons, *self._reasons(lines)),
        )
        beliefs = tuple(line.belief for line in lines)
        return AlignmentProgress(encoding.duration, encoding.duration, self.language, cues, alignment, beliefs)

    def _confidence(self, lines: Sequence[TimedLine]) -> tuple[float, ...]:
        """Return how sure each line is; of a voice that nothing understands the words say all there is."""
        return tuple(min(line.confidence, line.belief) if self.garbled else line.confidence for line in lines)

    def _reasons(self, lines: Sequence[TimedLine]) -> Iterator[Sentence]:
        if not self.heard and not self._may_be_spoken():
            yield reasons.no_speech()
            return
        if self.probability < SURE_LANGUAGE_PROBABILITY:
            yield reasons.uncertain_language(self.language, self.probability)
        if not self.given:
            yield reasons.nothing_to_align()
        elif self._is_another_text():
            yield reasons.another_text(self.matched, len(self.given))
        written = {word.line for word in self.given}
        unspoken = sum(not line.spoken for i, line in enumerate(lines) if i in written)
        if unspoken:
            yield reasons.unspoken_lines(unspoken, len(lines))
        sure = self._confidence(lines)
        unsure = sum(line.spoken and sure[i] < UNSURE_LINE_CONFIDENCE for i, line in enumerate(lines))
        if unsure:
            yield reasons.unsure_lines(unsure, len(lines))
