"""Puts mistimed subtitles right by hearing each of them by itself: where is its text likelier than elsewhere?"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

from mmdemo.alignment.cue_places import (
    CuePlace,
    PlacedCue,
    is_confirmed,
    other_places,
    places_of,
    settled_map,
    spots_at,
)
from mmdemo.alignment.heard_cues import HeardCue
from mmdemo.alignment.lost_cues import found_again, lost_runs, search_places
from mmdemo.alignment.mask_correlation import correlate_mask
from mmdemo.alignment.resync_outcome import ResyncOutcome
from mmdemo.alignment.speech_mask import SpeechMask
from mmdemo.alignment.spotted_outcome import by_spots, spotted_map
from mmdemo.runtime import Models
from mmdemo.stepwise import shown_as
from mmdemo.tasks.cue_hearing import are_few_enough, hear_places, spot_cues
from mmdemo.types import Audio, AudioFile, Cue, Encoding, Span


def resync_by_hearing(
    sound: AudioFile | Audio | Encoding, cues: Sequence[Cue], mask: SpeechMask, models: Models, language: str
) -> Generator[float, None, ResyncOutcome | None]:
    """Find where cues belong by voice activity and by where each of them is heard.

    Args:
        sound: the recording.
        cues: with times that may be wrong, in the language of the speech.
        mask: of the sound.
        models: backbone and speech recogniser.
        language: ISO 639-1 code of the cues.

    Yields:
        Media seconds that were heard.

    Returns:
        What becomes of the file; None when the recording is too long or too few cues were heard where that puts them.
    """
    if not are_few_enough(sound, cues, language):
        return None
    heard = yield from spot_cues(sound, cues, models, language)
    fit = correlate_mask([Span(cue.start, cue.end) for cue in cues], mask, heard=heard)
    heard = heard or (HeardCue(0.0, 0.0, 0.0),) * len(cues)

    def hear(places: Iterable[CuePlace]) -> Generator[float, None, tuple[PlacedCue, ...]]:
        hearing = hear_places(sound, cues, tuple(places), models, language)
        return shown_as(hearing, lambda _: mask.duration)

    time_map = spotted_map(cues, fit, heard)
    placed = yield from hear(places_of(cues, time_map or fit.found))
    if time_map is None:
        others = yield from hear(other_places(cues, fit.found))
        if not is_confirmed(cues, fit.found, placed, others):
            return None
        time_map = fit.found
    settled = settled_map(cues, time_map, placed)
    runs = lost_runs(cues, settled, placed, mask.duration)
    if runs:
        placed += yield from hear(search_places(cues, settled, runs))
        settled = found_again(cues, settled, runs, placed)
    return by_spots(cues, fit, settled, mask, spots_at(cues, settled, placed, heard))
