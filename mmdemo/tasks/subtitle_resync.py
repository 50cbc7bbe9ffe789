"""Subtitles with wrong times become subtitles that fit: by voice activity where that suffices, else by what is said."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from mmdemo import reasons
from mmdemo.alignment.mask_correlation import MaskFit, correlate_mask
from mmdemo.alignment.onset_snapping import Snapping
from mmdemo.alignment.resync_outcome import (
    ResyncOutcome,
    alignment_of,
    by_meaning,
    by_voice,
    by_words,
    is_clear,
    is_rough,
    is_sharp,
    is_strong,
    onsets_of,
    refused,
    with_exchanges,
)
from mmdemo.alignment.speech_mask import SpeechMask, listen, mask_of_encoding
from mmdemo.alignment.text_language import other_language, text_language
from mmdemo.backbone.recordings import sound_blocks
from mmdemo.runtime import Models
from mmdemo.stepwise import shown_as
from mmdemo.tasks.cross_lingual_hearing import find_language, hear_meanings
from mmdemo.tasks.cue_phones import can_hear_phones
from mmdemo.tasks.hearing_resync import resync_by_hearing
from mmdemo.tasks.line_order import are_lines_suspected, order_lines
from mmdemo.tasks.recorded_sound import Listenable, sound_of
from mmdemo.tasks.transcript_alignment import align_sound
from mmdemo.tasks.voices_over_music import LOOKING_SHARE, voices_of
from mmdemo.types import Audio, AudioFile, Cue, Encoding, Outcome, Span, SubtitleAlignment

VOICE_SHARE = 0.1
"""Of the work, for finding when somebody speaks."""
SEPARATION_SHARE = 0.2
"""Of the rest of it, where music has to be taken away first."""
UNDOUBTED_LANGUAGE_PROBABILITY = 0.95
"""Under music whatever is spoken is taken for English or Latin with up to 0.8; the text then says what it should be."""


@dataclass(frozen=True)
class ResyncProgress:
    """How far the work has come."""

    seconds_done: float  # media time
    duration: float  # of the recording, 0.0 while unknown
    language: str  # "" until detected
    cues: tuple[Cue, ...]  # in the last item only
    alignment: SubtitleAlignment | None = None  # in the last item only
    outcome: Outcome | None = None  # in the last item only


Steps = Generator[ResyncProgress, None, tuple[ResyncOutcome, str]]
"""Progress, and at its end what became of the file and the language of the speech."""


def resync(
    media: Listenable,
    subtitles: Sequence[Cue],
    models: Models,
    language: str | None = None,
) -> Generator[ResyncProgress, None, None]:
    """Put the times of subtitles right.

    Args:
        media: what they belong to, or its encoding.
        subtitles: with times that may be shifted, drifting, cut, or wrong one by one, in the language of the speech or
            in another one.
        models: backbone and speech recogniser; not used when voice activity alone suffices.
        language: ISO 639-1 code of the speech; None or ``auto`` detects it.

    Yields:
        Progress; the last item carries the outcome. ``aligned``: cues with new times in the order given;
        ``unchanged``: they were right and are returned as they came; ``refused``: they cannot be placed with any
        confidence, are returned as they came, and the reasons say why. Closing the iterator stops the work; windows
        that were encoded stay in the cache, so that a later call goes on from there.

    Raises:
        UnknownLanguage: the speech model does not know the language.
        NoAudio: the clip has no sound.
        WrongMediaKind: the encoding is of a picture or a text.
        InputError: the sound cannot be decoded.
    """
    spoken = models.speech.check_language(language) or ""
    sound = sound_of(media)
    mask = yield from _listen(sound)
    with TemporaryDirectory() as folder:
        work = _Resync(sound, tuple(subtitles), models, mask, spoken, Path(folder))
        decision, heard = yield from work.steps()
    found = alignment_of(decision, work.cues, mask.duration, heard)
    yield ResyncProgress(mask.duration, mask.duration, heard, decision.cues, found, decision.outcome)


def _listen(sound: AudioFile | Audio | Encoding) -> Generator[ResyncProgress, None, SpeechMask]:
    """Find when somebody speaks, in steps."""
    if isinstance(sound, Encoding):
        return mask_of_encoding(sound)
    return (
        yield from shown_as(
            listen(sound_blocks(sound)), lambda seconds: ResyncProgress(VOICE_SHARE * seconds, sound.duration, "", ())
        )
    )


@dataclass(frozen=True, eq=False)
class _Resync:
    """One file with the sound that it belongs to."""

    sound: AudioFile | Audio | Encoding
    cues: tuple[Cue, ...]
    models: Models
    mask: SpeechMask
    language: str  # of the speech; "" = find it
    folder: Path  # for the voices without their music
    without_music: bool = False  # whether the sound is what was left when music was taken away
    begun: float = 0.0  # share of the work after listening that was done before

    def steps(self) -> Steps:
        """Decide by voice activity, or by what is said where that leaves a doubt, once music is taken away."""
        if not self.cues:
            return refused(self.cues, (reasons.nothing_to_align(),)), ""
        fit, snapping = self._fitted()
        work = self
        if not self._suffices(fit, snapping):
            work = yield from self._without_music()
            if work.sound is not self.sound:
                fit, snapping = work._fitted()
        return (yield from work._decided(fit, snapping))

    def _without_music(self) -> Generator[ResyncProgress, None, _Resync]:
        """Return the same work on the voices alone, where there is music under them."""
        if isinstance(self.sound, Encoding):
            return self
        separating = voices_of(self.sound, self.models.separator, self.folder)
        share = SEPARATION_SHARE * self.mask.duration
        voices = yield from shown_as(separating, lambda done: self._progress(share * done, ""))
        if voices is None:
            return replace(self, begun=SEPARATION_SHARE * LOOKING_SHARE)
        work = replace(self, sound=voices, without_music=True, begun=SEPARATION_SHARE)
        mask = yield from shown_as(listen(sound_blocks(voices)), lambda _: work._progress(0.0, ""))
        return replace(work, mask=mask)

    def _fitted(self) -> tuple[MaskFit, Snapping]:
        fit = correlate_mask(self._spans(), self.mask)
        return fit, onsets_of(self.cues, fit, self.mask)

    @staticmethod
    def _suffices(fit: MaskFit, snapping: Snapping) -> bool:
        """Tell whether voice activity alone decides."""
        return is_clear(fit) and is_sharp(snapping)

    def _decided(self, fit: MaskFit, snapping: Snapping) -> Steps:
        if self._suffices(fit, snapping):
            return (yield from self._in_order(by_voice(self.cues, fit)))
        almost = is_clear(fit) and not is_rough(snapping)
        texts = [cue.text for cue in self.cues]
        spoken, probability = yield from self._spoken()
        written = other_language(texts, spoken) if spoken else ""
        own = self._language_to_hear(texts, written, spoken, probability)
        if own and (not almost or can_hear_phones(self.models, own)):
            found = yield from self._by_spots(fit, own)
            if found is not None:
                return found, own
        if almost:
            return (yield from self._in_order(by_voice(self.cues, fit)))
        if written:
            return (yield from self._by_meaning(fit, snapping, written, spoken))
        return (yield from self._by_words(fit, snapping, spoken))

    def _in_order(self, decided: ResyncOutcome) -> Steps:
        """Exchange neighbours that stand in each other's place, in a file that fits and whose lengths look like it."""
        if not are_lines_suspected(decided.cues):
            return decided, ""
        texts = [cue.text for cue in self.cues]
        spoken, probability = yield from self._spoken()
        own = self._own_language(texts, spoken, probability)
        if not own or other_language(texts, own):
            return decided, spoken
        ordering = order_lines(self.sound, decided.cues, self.models, own)
        ordered = yield from shown_as(ordering, lambda seconds: self._progress(seconds, own))
        return with_exchanges(self.cues, decided, ordered), own

    def _spoken(self) -> Generator[ResyncProgress, None, tuple[str, float]]:
        """Return the language of the speech, found where nobody named it, and its probability."""
        if self.language:
            return self.language, 1.0
        finding = find_language(self.sound, self.models)
        return (yield from shown_as(finding, lambda _: self._progress(0.0, "")))

    def _language_to_hear(self, texts: Sequence[str], written: str, spoken: str, probability: float) -> str:
        """Return the language to hear the cues in, "" where it is not worth trying.

        Noise and music make Whisper sure of a language that nobody speaks (of Czech by telephone under music it is
        Latin, at 0.97), so the language of the text is tried where its phones can be heard, unless the user named one.
        """
        if not written or probability < UNDOUBTED_LANGUAGE_PROBABILITY:
            return self._own_language(texts, spoken, probability)
        known = not self.language and written in self.models.speech.languages
        return written if known and can_hear_phones(self.models, written) else ""

    def _own_language(self, texts: Sequence[str], spoken: str, probability: float) -> str:
        """Return the language to hear the cues in: that of the text, where that of the speech is in doubt."""
        if spoken and probability >= UNDOUBTED_LANGUAGE_PROBABILITY:
            return spoken
        own = text_language(texts)
        return own if own in self.models.speech.languages else spoken

    def _by_spots(self, fit: MaskFit, language: str) -> Generator[ResyncProgress, None, ResyncOutcome | None]:
        hearing = resync_by_hearing(
            self.sound, self.cues, self.mask, fit, self.models, language, not self.without_music
        )
        return (yield from shown_as(hearing, lambda seconds: self._progress(seconds, language)))

    def _by_words(self, fit: MaskFit, snapping: Snapping, spoken: str) -> Steps:
        found: SubtitleAlignment | None = None
        with closing(align_sound(self.sound, self.cues, self.models, spoken or None)) as steps:
            for step in steps:
                yield self._progress(step.seconds_done, step.language)
                found = step.alignment and replace(step.alignment, confidence=step.beliefs)
        assert found is not None, "the last item carries the result"
        return by_words(self.cues, fit, self.mask, snapping, found), found.language

    def _by_meaning(self, fit: MaskFit, snapping: Snapping, written: str, spoken: str) -> Steps:
        if not is_clear(fit):
            hearing = hear_meanings(self.sound, [cue.text for cue in self.cues], self.models, spoken)
            meanings = yield from shown_as(hearing, lambda seconds: self._progress(seconds, spoken))
            meant = correlate_mask(self._spans(), self.mask, meanings=meanings)
            if meant.decision != "undecided" or not is_strong(fit):  # what was heard may be worth nothing
                fit, snapping = meant, onsets_of(self.cues, meant, self.mask)
        return by_meaning(self.cues, fit, snapping, written, spoken), spoken

    def _spans(self) -> list[Span]:
        return [Span(cue.start, cue.end) for cue in self.cues]

    def _progress(self, seconds: float, language: str) -> ResyncProgress:
        since = self.begun * self.mask.duration + (1 - self.begun) * seconds
        done = VOICE_SHARE * self.mask.duration + (1 - VOICE_SHARE) * since
        return ResyncProgress(done, self.mask.duration, language, ())
