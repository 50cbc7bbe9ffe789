"""Puts mistimed subtitles right by hearing each of them by itself: where is its text likelier than elsewhere?"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass

from mmdemo.alignment.clock_rates import with_heard_rate
from mmdemo.alignment.cue_moves import find_moves
from mmdemo.alignment.cue_places import (
    CuePlace,
    PlacedCue,
    has_jump,
    is_confirmed,
    other_places,
    places_of,
    settled_map,
    spots_at,
)
from mmdemo.alignment.filled_pauses import mask_without, writes_hesitations
from mmdemo.alignment.heard_cues import HeardCue
from mmdemo.alignment.lost_cues import found_again, lost_runs, search_places
from mmdemo.alignment.mask_correlation import MaskFit, correlate_mask
from mmdemo.alignment.phone_track import PhoneTrack
from mmdemo.alignment.resync_outcome import ResyncOutcome, with_moves
from mmdemo.alignment.speech_mask import SpeechMask
from mmdemo.alignment.spotted_outcome import better_on_speech, by_spots, is_exact, spotted_map, stands_on_words
from mmdemo.runtime import Models
from mmdemo.stepwise import shown_as
from mmdemo.tasks.cue_hearing import are_few_enough, hear_filled_pauses, hear_places, spot_cues
from mmdemo.tasks.cue_phones import can_hear_phones, hear_phones
from mmdemo.types import Audio, AudioFile, Cue, Encoding, Span

THROUGHOUT_NATS, LEAST_NATS = 1.8, 1.0
"""Mean gain (see `is_confirmed`) with which a map of voice activity needs nothing else, and which any map needs."""


def resync_by_hearing(
    sound: AudioFile | Audio | Encoding,
    cues: Sequence[Cue],
    mask: SpeechMask,
    fit: MaskFit,
    models: Models,
    language: str,
    recognisable: bool = True,
) -> Generator[float, None, ResyncOutcome | None]:
    """Find where cues belong by voice activity and by where each of them is heard; an unwritten “um” is no speech.

    Args:
        sound: the recording.
        cues: with times that may be wrong, in the language of the speech.
        mask: of the sound.
        fit: of the cues to that mask.
        models: backbone and speech recogniser.
        language: ISO 639-1 code of the cues.
        recognisable: whether recognition may do better where the cues leave a doubt, as it does without music.

    Yields:
        Media seconds that were heard.

    Returns:
        What becomes of the file; None when too few cues were heard where that puts them, or when the recording is too
        long to try every cue everywhere and nothing else would tell.
    """
    everywhere = are_few_enough(sound, cues, language)
    if not everywhere and not (_needs_confirming(cues, fit) and can_hear_phones(models, language)):
        return None
    furthest = _Furthest()
    track = yield from shown_as(hear_phones(sound, cues, models, language), furthest)
    pauses = () if track is None else track.pauses
    if track is None and not writes_hesitations([cue.text for cue in cues], language):
        pauses = yield from shown_as(hear_filled_pauses(sound, models), furthest)
    if pauses:
        mask = mask_without(mask, pauses)
        fit = correlate_mask([Span(cue.start, cue.end) for cue in cues], mask)
    work = _Hearing(sound, cues, mask, models, language, recognisable, everywhere, furthest, track)
    return (yield from work.steps(fit))


def _needs_confirming(cues: Sequence[Cue], fit: MaskFit) -> bool:
    """Tell whether hearing cues where voice activity puts them may suffice."""
    return fit.decision != "undecided" and not has_jump(cues, fit.found)


class _Furthest:
    """Lets progress ascend though a recording is heard more than once."""

    def __init__(self) -> None:
        self._reached = 0.0

    def __call__(self, seconds: float) -> float:
        """Return the farthest that was reached."""
        self._reached = max(self._reached, seconds)
        return self._reached


@dataclass(frozen=True, eq=False)
class _Hearing:
    """One file with the recording that it may belong to."""

    sound: AudioFile | Audio | Encoding
    cues: Sequence[Cue]
    mask: SpeechMask
    models: Models
    language: str
    recognisable: bool
    everywhere: bool  # whether every cue can be tried everywhere
    furthest: _Furthest
    track: PhoneTrack | None  # None: Whisper's decoder tells how likely words are

    def steps(self, fit: MaskFit) -> Generator[float, None, ResyncOutcome | None]:
        """Decide by voice activity where its map is confirmed throughout, else try every cue everywhere first.

        How far a cut or an inserted piece moves the cues behind it, few of them tell only together with their words.
        """
        nothing = (HeardCue(0.0, 0.0, 0.0),) * len(self.cues)
        if _needs_confirming(self.cues, fit):
            decided = yield from self._decided(fit, nothing, THROUGHOUT_NATS)
            if decided is not None:
                return decided
        if not self.everywhere:
            return None
        spotting = spot_cues(self.sound, self.cues, self.models, self.language, self.track)
        heard = yield from shown_as(spotting, self.furthest)
        if heard:
            spans = [Span(cue.start, cue.end) for cue in self.cues]
            fit = correlate_mask(spans, self.mask, heard=heard)
        return (yield from self._decided(fit, heard or nothing, LEAST_NATS))

    def _decided(
        self, fit: MaskFit, heard: Sequence[HeardCue], least_nats: float
    ) -> Generator[float, None, ResyncOutcome | None]:
        """Hear the cues where a fit puts them, and follow it if they are there."""
        time_map = spotted_map(self.cues, fit, heard)
        if time_map is None and self.recognisable and has_jump(self.cues, fit.found):
            return None
        placed = yield from self._hear(places_of(self.cues, time_map or fit.found))
        if time_map is None:
            others = yield from self._hear(other_places(self.cues, fit.found))
            if not is_confirmed(self.cues, fit.found, placed, others, least_nats):
                return None
            time_map = fit.found
        settled = settled_map(self.cues, time_map, placed)
        on_words = self.track is not None and stands_on_words(
            self.cues, time_map, spots_at(self.cues, time_map, placed, heard)
        )
        exact = on_words or is_exact(self.cues, time_map, self.mask)
        if exact:
            settled = better_on_speech(self.cues, (time_map, settled), self.mask)
        if fit.decision == "undecided" or not exact:
            runs = lost_runs(self.cues, settled, placed, self.mask.duration)
            if runs:
                placed += yield from self._hear(search_places(self.cues, settled, runs))
                settled = found_again(self.cues, settled, runs, placed)
            settled = with_heard_rate(self.cues, settled, spots_at(self.cues, settled, placed, heard))
        spots = spots_at(self.cues, settled, placed, heard)
        outcome = by_spots(self.cues, fit, settled, self.mask, spots, on_words)
        if exact or outcome.outcome != "aligned" or self.track is None:
            return outcome  # an exact file's own times say more than the phones of one cue
        return with_moves(self.cues, outcome, find_moves(self.track, outcome.cues))

    def _hear(self, places: Iterable[CuePlace]) -> Generator[float, None, tuple[PlacedCue, ...]]:
        hearing = hear_places(self.sound, self.cues, tuple(places), self.models, self.language, self.track)
        return shown_as(hearing, self.furthest)
