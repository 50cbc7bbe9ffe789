"""Masks of speech from sound, from encoded windows and from subtitles."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from mmdemo.alignment.mask_correlation import correlate_mask
from mmdemo.alignment.speech_mask import (
    FRAME_SECONDS,
    SpeechMask,
    combine,
    mask_of_cues,
    mask_of_sound,
    mask_of_windows,
)
from mmdemo.config import Limits
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
from mmdemo.media import audio_blocks, open_audio
from mmdemo.types import SAMPLE_RATE, AudioWindow, EncodedWindow, Piece, Span


def test_cues_become_speech_with_a_dip_between_those_that_touch() -> None:
    mask = mask_of_cues([Span(1.0, 2.0), Span(2.0, 2.5), Span(-3.0, 0.2)])
    assert mask.speech[:20].min() == 1.0 and mask.speech[20:94].max() == 0.0
    assert mask.speech[100:194].min() == 1.0 and mask.speech[194:200].max() == 0.0 and mask.speech[200] == 1.0
    assert mask.duration == pytest.approx(2.5, abs=0.02)
    assert mask_of_cues([]).speech_seconds == 0.0


def test_windows_are_laid_where_their_tokens_were() -> None:
    pieces = (Piece(0, 50, 10.0), Piece(50, 50, 15.0))
    voice = np.repeat(np.array([1.0, 0.5], np.float32), 50)
    encoded = EncodedWindow(
        AudioWindow(10.0, 16.0, 0, 100, pieces), np.zeros((100, 2), np.float32), voice[:1, None], voice
    )
    mask = mask_of_windows([encoded], 15.5)
    assert mask.duration == pytest.approx(15.5)
    assert np.flatnonzero(mask.speech)[0] * FRAME_SECONDS == pytest.approx(9.98), "Silero is 20 ms late"
    assert mask.speech[1100:1490].max() == 0.0
    assert mask.speech[1500] == 0.5
    assert mask.speech_seconds == pytest.approx(1.0 + 0.5 * 0.52, abs=0.02)


def test_the_level_sharpens_edges_and_steady_noise_takes_nothing_away() -> None:
    voice = np.zeros(1000, np.float32)
    voice[405:605] = 0.95  # heard 50 ms late at the start
    level = np.full(1000, -60.0, np.float32)
    level[400:600] = -20.0
    mask = combine(voice, level)
    above = np.flatnonzero(mask > 0.5)
    assert abs(int(above[0]) - 400) <= 1 and abs(int(above[-1]) - 599) <= 3
    loud = np.full(1000, -20.0, np.float32)
    assert combine(voice, loud)[410:590].min() > 0.3
    assert combine(np.zeros(1000, np.float32), level).max() == 0.0


def test_no_sound_has_an_empty_mask() -> None:
    assert len(mask_of_sound([]).speech) == 0
    assert mask_of_sound([np.zeros(5 * SAMPLE_RATE, np.float32)]).speech_seconds < 0.05
    assert len(combine(np.ones(1, np.float32), np.zeros(1, np.float32))) == 1


def test_blocks_of_any_length_give_the_same_mask() -> None:
    generator = np.random.default_rng(0)
    waveform = generator.normal(0.0, 0.05, 3 * SAMPLE_RATE).astype(np.float32)
    whole = mask_of_sound([waveform])
    parts = mask_of_sound(np.array_split(waveform, 7))
    assert isinstance(whole, SpeechMask)
    assert np.array_equal(whole.speech, parts.speech)
    assert len(whole.speech) == 300


@pytest.fixture(scope="module")
def talk() -> tuple[SpeechMask, list[Span]]:
    folder = Path(__file__).parents[3] / "shared" / "data" / "alignment"
    if not folder.is_dir():
        pytest.skip("the development cases are not here")
    audio = open_audio(folder / "talk.wav", Limits())
    lines = json.loads((folder / "talk.json").read_text("utf-8"))["lines"]
    return mask_of_sound(audio_blocks(audio)), [Span(line["start"], line["end"]) for line in lines]


@pytest.mark.real
def test_people_speak_where_the_truth_says(talk: tuple[SpeechMask, list[Span]]) -> None:
    mask, lines = talk
    inside = np.zeros(len(mask.speech), np.bool_)
    for line in lines:
        inside[round(line.start / FRAME_SECONDS) : round(line.end / FRAME_SECONDS)] = True
    told = slice(round(lines[0].start / FRAME_SECONDS), None)  # what is spoken before is not in the text
    speech, inside = mask.speech[told], inside[told]
    assert speech[inside].mean() > 3 * speech[~inside].mean()


@pytest.mark.real
def test_six_lines_are_too_few_to_move_anything(talk: tuple[SpeechMask, list[Span]]) -> None:
    mask, lines = talk
    fit = correlate_mask(lines, mask)
    assert fit.time_map.is_identity(0.0, 0.0, 60.0)
    assert fit.found.is_identity(0.1, 0.0, 60.0), "but they point the right way"


@pytest.mark.real
def test_listening_is_fast(tmp_path: Path) -> None:
    audio = open_audio(sample(SPEECH_FILES[0]), Limits())
    list(audio_blocks(audio))
    begin = time.process_time()
    mask = mask_of_sound(audio_blocks(audio))
    assert time.process_time() - begin < 0.03 * mask.duration + 0.5, "a few times what it takes on an idle core"
