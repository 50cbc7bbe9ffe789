"""Aligned, unchanged or refused: what decides."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo import reasons
from mmdemo.alignment.mask_correlation import Decision, MaskFit
from mmdemo.alignment.onset_snapping import Snapping
from mmdemo.alignment.resync_outcome import (
    alignment_of,
    by_meaning,
    by_voice,
    by_words,
    is_clear,
    is_strong,
    with_moves,
)
from mmdemo.alignment.speech_mask import SpeechMask
from mmdemo.alignment.time_map import TimeMap
from mmdemo.types import Cue, SubtitleAlignment, Word

CUES = tuple(
    Cue(i, 4.0 * i, 4.0 * i + 2.0, f"line {i}", (Word("line", 4.0 * i, 4.0 * i + 1.0, 0.9),)) for i in range(1, 13)
)
EXACT = Snapping((0.0,) * len(CUES), 0.02)
ROUGH = Snapping(tuple(0.2 if i % 2 else -0.2 for i in range(len(CUES))), 0.25)


def _fit(
    decision: Decision = "aligned", evidence: float = 20.0, margin: float = 0.5, offset: float = 3.0, share: float = 0.9
) -> MaskFit:
    found = TimeMap.linear(1.0, offset)
    time_map = found if decision == "aligned" else TimeMap.identity()
    return MaskFit(time_map, found, decision, "", evidence, margin, (share,) * len(CUES))


def _heard(offset: float, sure: float = 0.9) -> SubtitleAlignment:
    cues = tuple(Cue(c.index, c.start + offset, c.end + offset - 0.2, c.text) for c in CUES)
    return SubtitleAlignment(cues, (sure,) * len(CUES), "en", 60.0)


SILENT = SpeechMask(np.zeros(6_000, np.float32))
NOT_SAID = SubtitleAlignment((), (), "en", 60.0, reasons=(reasons.another_text(1, 30),))


def test_voice_activity_alone_decides_only_when_everything_speaks_for_it() -> None:
    assert is_clear(_fit())
    assert not is_clear(_fit(evidence=9.0))
    assert not is_clear(_fit(margin=0.1))
    assert not is_clear(_fit(share=0.1)) and is_strong(_fit(share=0.1))
    assert not is_strong(_fit("undecided"))


def test_exact_files_follow_the_map_and_rough_ones_the_onsets() -> None:
    exact, rough = by_voice(CUES, _fit(), EXACT), by_voice(CUES, _fit(), ROUGH)
    assert [cue.start for cue in exact.cues] == [cue.start + 3.0 for cue in CUES] and not exact.why
    moves = [after.start - before.start for before, after in zip(CUES, rough.cues, strict=True)]
    assert moves == pytest.approx([3.0 + move for move in ROUGH.moves])
    assert rough.why == (reasons.snapped_cues(12, 12),)


def test_what_is_right_is_returned_as_it_came_unless_it_is_rough() -> None:
    assert by_voice(CUES, _fit("unchanged", offset=0.1), EXACT).cues == CUES
    rough = by_voice(CUES, _fit("unchanged", offset=0.1), ROUGH)
    assert rough.outcome == "aligned" and rough.cues != CUES


def test_words_overrule_voice_activity() -> None:
    decided = by_words(CUES, _fit(offset=9.0), SILENT, EXACT, _heard(3.0))
    assert decided.outcome == "aligned"
    assert [cue.start for cue in decided.cues] == pytest.approx([cue.start + 3.0 for cue in CUES], abs=0.05)
    assert by_words(CUES, _fit(), SILENT, EXACT, _heard(0.0)).outcome == "unchanged"


@pytest.mark.parametrize("evidence", [8.4, 11.0])
def test_another_film_is_refused_although_voice_activity_would_find_a_place(evidence: float) -> None:
    decided = by_words(CUES, _fit(evidence=evidence), SILENT, EXACT, NOT_SAID)
    assert decided.outcome == "refused" and decided.cues == CUES and set(decided.confidence) == {0.0}
    assert decided.why[:2] == (reasons.left_alone(), reasons.too_little_agreement())
    scattered = SubtitleAlignment(
        tuple(
            Cue(c.index, s, s + 1.0, c.text)
            for c, s in zip(CUES, np.random.default_rng(1).uniform(0, 60, 12), strict=True)
        ),
        (0.6,) * len(CUES),
        "en",
        60.0,
    )
    assert by_words(CUES, _fit(evidence=evidence), SILENT, EXACT, scattered).outcome == "refused"


def test_in_a_rough_file_onsets_sharpen_what_words_place() -> None:
    speech = np.zeros(6_000, np.float32)
    for cue in CUES:
        speech[round(100 * (cue.start + 3.0)) : round(100 * (cue.end + 3.0))] = 0.9
    errors = np.random.default_rng(0).uniform(-0.5, 0.5, len(CUES)).tolist()
    given = [Cue(c.index, c.start + e, c.end + e, c.text) for c, e in zip(CUES, errors, strict=True)]
    late = np.random.default_rng(1).uniform(-0.25, 0.25, len(CUES)).tolist()
    heard = SubtitleAlignment(
        tuple(Cue(c.index, c.start + 3.0 + e, c.end + 2.8 + e, c.text) for c, e in zip(CUES, late, strict=True)),
        (0.9,) * len(CUES),
        "en",
        60.0,
    )
    decided = by_words(given, _fit("undecided"), SpeechMask(speech), EXACT, heard)
    assert decided.outcome == "aligned"
    assert [cue.start for cue in decided.cues] == pytest.approx([cue.start + 3.0 for cue in CUES], abs=0.08)


def test_strong_voice_activity_stands_where_words_cannot_be_recognised() -> None:
    assert by_words(CUES, _fit(evidence=15.0), SILENT, EXACT, NOT_SAID).outcome == "aligned"


def test_subtitles_in_another_language_say_so() -> None:
    decided = by_meaning(CUES, _fit(), ROUGH, "de", "en")
    assert decided.outcome == "aligned"
    assert decided.why == (reasons.other_language("de", "en"), reasons.snapped_cues(12, 12))
    assert by_meaning(CUES, _fit("undecided"), EXACT, "de", "en").outcome == "refused"


def test_words_of_a_cue_move_with_it() -> None:
    for decided in (by_voice(CUES, _fit(), EXACT), by_words(CUES, _fit(), SILENT, EXACT, _heard(3.0))):
        words = [cue.words[0] for cue in decided.cues]
        assert [w.start for w in words] == pytest.approx([cue.start for cue in decided.cues])
        assert [w.end - w.start for w in words] == pytest.approx([1.0] * len(CUES), abs=0.01)
        assert {w.text for w in words} == {"line"}


def test_the_map_is_told_for_what_moved_only() -> None:
    moved = alignment_of(by_voice(CUES, _fit()), CUES, 60.0, "")
    assert moved.time_map == ((4.0, 7.0), (50.0, 53.0))
    assert alignment_of(by_voice(CUES, _fit("unchanged")), CUES, 60.0, "").time_map == ()


def test_single_cues_move_and_what_does_not_move_is_the_same() -> None:
    rough = by_voice(CUES, _fit(), ROUGH)
    assert with_moves(CUES, rough, (0.0,) * len(CUES)) is rough
    moved = with_moves(CUES, rough, (0.0, 0.5, *(0.0,) * 10))
    shifts = [after.start - before.start for before, after in zip(rough.cues, moved.cues, strict=True)]
    assert shifts == pytest.approx([0.0, 0.5, *(0.0,) * 10])
    assert moved.why == rough.why and moved.cues[1].words[0].start == pytest.approx(rough.cues[1].words[0].start + 0.5)
