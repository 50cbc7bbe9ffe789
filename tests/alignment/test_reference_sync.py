"""One subtitle file put on the times of another."""

from __future__ import annotations

import numpy as np

from mmdemo.alignment.reference_sync import sync_to_reference
from mmdemo.alignment.time_map import TimeMap
from mmdemo.types import Span
from tests.alignment.spoken_scenes import moved, scene

REFERENCE = scene(80, seed=2)


def test_the_same_lines_meet_to_the_millisecond() -> None:
    given = moved(REFERENCE, 25 / 23.976, -6.5)
    fit = sync_to_reference(given, REFERENCE)
    assert fit.decision == "aligned"
    starts = [fit.time_map.apply_span(cue.start, cue.end)[0] for cue in given]
    assert np.abs(np.array(starts) - [line.start for line in REFERENCE]).max() < 0.003


def test_other_line_breaks_and_lengths_are_allowed() -> None:
    generator = np.random.default_rng(1)
    others: list[Span] = []
    for line in REFERENCE:
        if line.duration > 3.0:
            middle = line.start + line.duration * float(generator.uniform(0.35, 0.65))
            others += [Span(line.start, middle), Span(middle, line.end + 0.5)]
        elif generator.random() > 0.15:
            others.append(Span(line.start + float(generator.normal(0.0, 0.08)), line.end + 0.3))
    given = moved(others, offset=11.0)
    fit = sync_to_reference(given, REFERENCE)
    assert fit.decision == "aligned"
    moves = np.array([fit.time_map.apply(cue.start) - cue.start for cue in given])
    assert np.abs(moves + 11.0).max() < 0.05


def test_an_advertisement_in_one_of_them() -> None:
    given = [*REFERENCE[:40], *moved(REFERENCE[40:], offset=-31.0)]
    fit = sync_to_reference(given, REFERENCE)
    assert [round(piece.offset, 2) for piece in fit.time_map.pieces] == [0.0, 31.0]


def test_a_file_that_fits_is_unchanged_and_another_is_refused() -> None:
    assert sync_to_reference(REFERENCE, REFERENCE).decision == "unchanged"
    other = sync_to_reference(scene(70, seed=33), REFERENCE)
    assert other.decision == "undecided" and other.time_map == TimeMap.identity()
    assert sync_to_reference(REFERENCE, []).trouble == "no_speech"
    assert sync_to_reference([], REFERENCE).trouble == "no_cues"
