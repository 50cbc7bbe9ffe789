"""Subtitles with wrong times become subtitles that fit: by voice activity where that suffices, else by their words."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

from mmdemo import reasons
from mmdemo.alignment.mask_correlation import MaskFit, correlate_mask
from mmdemo.alignment.resync_plan import HeardCue, RetimedCues, fit_heard, follow_map, is_unchanged, retime
from mmdemo.alignment.speech_mask import SpeechMask, listen, mask_of_encoding
from mmdemo.alignment.time_map import TimeMap
from mmdemo.media import audio_blocks
from mmdemo.runtime import Models
from mmdemo.stepwise import shown_as
from mmdemo.tasks.recorded_sound import Listenable, sound_of
from mmdemo.tasks.transcript_alignment import align
from mmdemo.types import (
    Audio,
    AudioFile,
    Cue,
    Encoding,
    Outcome,
    Sentence,
    Span,
    SubtitleAlignment,
)

VOICE_SHARE = 0.1
"""Of the work, for finding when somebody speaks."""
CLEAR_EVIDENCE = 12.0
CLEAR_MARGIN = 0.2
LEAST_CLEAR_CUES = 8
"""Fewer cues find a place by chance now and then, so their words are listened to."""
SPOKEN_CUE = 0.5
LEAST_SPOKEN_CUES = 0.9
"""Voice activity alone is trusted when its evidence is clear and nine of ten cues stand on speech."""


@dataclass(frozen=True)
class ResyncProgress:
    """How far the work has come."""

    seconds_done: float  # media time
    duration: float  # of the recording, 0.0 while unknown
    language: str  # "" until detected
    cues: tuple[Cue, ...]  # in the last item only
    alignment: SubtitleAlignment | None = None  # in the last item only
    outcome: Outcome | None = None  # in the last item only


@dataclass(frozen=True)
class _Decision:
    """What became of the file."""

    outcome: Outcome
    cues: tuple[Cue, ...]
    confidence: tuple[float, ...]
    time_map: TimeMap
    why: tuple[Sentence, ...] = ()


def resync(
    media: Listenable,
    subtitles: Sequence[Cue],
    models: Models,
    language: str | None = None,
) -> Generator[ResyncProgress, None, None]:
    """Put the times of subtitles right.

    Args:
        media: what they belong to, or its encoding.
        subtitles: with times that may be shifted, drifting, cut, or wrong one by one.
        models: backbone and speech recogniser; not used when voice activity alone suffices.
        language: ISO 639-1 code of the speech; None or ``auto`` detects it.

    Yields:
        Progress; the last item carries the outcome. ``aligned``: cues with new times in the order given;
        ``unchanged``: they were right and are returned as they came; ``refused``: they cannot be placed with any
        confidence, are returned as they came, and the reasons say why. Closing the iterator stops the work.

    Raises:
        UnknownLanguage: the speech model does not know the language.
        NoAudio: the clip has no sound.
        WrongMediaKind: the encoding is of a picture or a text.
        InputError: the sound cannot be decoded.
    """
    models.speech.check_language(language)
    sound = sound_of(media)
    mask = yield from _listen(sound)
    fit = correlate_mask([Span(cue.start, cue.end) for cue in subtitles], mask)
    if is_clear(fit):
        yield _result(_by_voice(subtitles, fit), subtitles, mask.duration, "")
        return
    found: SubtitleAlignment | None = None
    with closing(align(sound, subtitles, models, language)) as steps:
        for step in steps:
            done = VOICE_SHARE * mask.duration + (1 - VOICE_SHARE) * step.seconds_done
            yield ResyncProgress(done, step.duration or mask.duration, step.language, ())
            found = step.alignment
    assert found is not None
    yield _result(_by_words(subtitles, fit, found), subtitles, mask.duration, found.language)


def is_clear(fit: MaskFit) -> bool:
    """Tell whether voice activity alone decides."""
    if fit.decision == "undecided" or fit.evidence < CLEAR_EVIDENCE or fit.margin < CLEAR_MARGIN:
        return False
    if len(fit.support) < LEAST_CLEAR_CUES:
        return False
    return float(np.mean(np.array(fit.support) >= SPOKEN_CUE)) >= LEAST_SPOKEN_CUES


def _listen(sound: AudioFile | Audio | Encoding) -> Generator[ResyncProgress, None, SpeechMask]:
    """Find when somebody speaks, in steps."""
    if isinstance(sound, Encoding):
        return mask_of_encoding(sound)
    blocks = iter([sound.waveform]) if isinstance(sound, Audio) else audio_blocks(sound)
    return (
        yield from shown_as(
            listen(blocks), lambda seconds: ResyncProgress(VOICE_SHARE * seconds, sound.duration, "", ())
        )
    )


def _by_voice(cues: Sequence[Cue], fit: MaskFit) -> _Decision:
    if fit.decision == "unchanged":
        return _Decision("unchanged", tuple(cues), fit.support, TimeMap.identity(), (reasons.already_right(),))
    return _Decision("aligned", follow_map(cues, fit.time_map), fit.support, fit.time_map)


def _by_words(cues: Sequence[Cue], fit: MaskFit, found: SubtitleAlignment) -> _Decision:
    """Decide by where the words were heard; by voice activity when hardly any were, as with another language."""
    heard = [HeardCue(0.0, 0.0, 0.0)] * len(cues)
    if found.cues:
        heard = [HeardCue(c.start, c.end, sure) for c, sure in zip(found.cues, found.confidence, strict=True)]
    anchored = fit_heard(cues, heard)
    if anchored is None:
        if fit.decision == "undecided":
            return _refused(cues, found.reasons)
        return _by_voice(cues, fit)
    retimed: RetimedCues = retime(cues, heard, anchored.time_map)
    if is_unchanged(cues, retimed.cues):
        return _Decision("unchanged", tuple(cues), retimed.confidence, TimeMap.identity(), (reasons.already_right(),))
    unheard = sum(one.confidence == 0.0 for one in heard)
    why = (reasons.unheard_cues(unheard, len(cues)),) if unheard else ()
    return _Decision("aligned", retimed.cues, retimed.confidence, retimed.time_map, why)


def _refused(cues: Sequence[Cue], why: tuple[Sentence, ...]) -> _Decision:
    return _Decision("refused", tuple(cues), (0.0,) * len(cues), TimeMap.identity(), (reasons.left_alone(), *why))


def _result(decision: _Decision, cues: Sequence[Cue], duration: float, language: str) -> ResyncProgress:
    points: tuple[tuple[float, float], ...] = ()
    if decision.outcome == "aligned":
        begin = min(cue.start for cue in cues)
        points = decision.time_map.points(begin, max(max(cue.end for cue in cues), begin))
    alignment = SubtitleAlignment(decision.cues, decision.confidence, language, duration, points, decision.why)
    return replace(
        ResyncProgress(duration, duration, language, decision.cues), alignment=alignment, outcome=decision.outcome
    )
