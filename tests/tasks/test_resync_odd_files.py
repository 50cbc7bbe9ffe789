"""Files as people have them: whatever is in them, resync gives a result or a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mmdemo.config import Limits
from mmdemo.errors import InputError
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample, write_long_recording
from mmdemo.media import audio_from_samples, open_audio
from mmdemo.runtime import Models
from mmdemo.subtitles import format_subtitles, load_subtitles
from mmdemo.tasks.subtitle_alignment import transcribe_whole
from mmdemo.tasks.subtitle_resync import ResyncProgress, resync
from mmdemo.types import SAMPLE_RATE, AudioFile, Cue, Word

Cues = tuple[Cue, ...]
SHIFT = 4.5


@pytest.fixture(scope="module")
def recording(real_models: Models, tmp_path_factory: pytest.TempPathFactory) -> tuple[AudioFile, Cues]:
    """A minute of real speech with the cues that transcription gave it."""
    path = tmp_path_factory.mktemp("odd") / "speech.wav"
    write_long_recording(path, 60.0, seed=3)
    sound = open_audio(path, Limits())
    cues = transcribe_whole(sound, real_models).cues
    assert len(cues) >= 6
    return sound, tuple(replace(cue, words=()) for cue in cues)


def _resync(sound: AudioFile, cues: Cues, models: Models, language: str | None = None) -> ResyncProgress:
    """Run to the end and check what holds for every result."""
    *_, last = resync(sound, cues, models, language)
    assert last.alignment is not None and last.outcome in ("aligned", "unchanged", "refused")
    assert [cue.text for cue in last.cues] == [cue.text for cue in cues]
    assert len(last.alignment.confidence) == len(cues) and np.isfinite(last.alignment.confidence).all()
    if last.outcome == "aligned":
        assert all(0.0 <= cue.start <= cue.end for cue in last.cues)
    else:
        assert last.cues == cues and last.alignment.reasons
    return last


def _late(cues: Cues) -> Cues:
    return tuple(replace(cue, start=cue.start + SHIFT, end=cue.end + SHIFT) for cue in cues)


def _back(cues: Cues) -> Cues:
    """Begin with cues before 0:00, as a shift by another program leaves them."""
    return tuple(replace(cue, start=cue.start - SHIFT, end=cue.end - SHIFT) for cue in cues)


def _in_html(cues: Cues) -> Cues:
    return _late(
        tuple(replace(cue, text=f'<font color="#fff"><b>{cue.text}</b></font><br/>&nbsp;{{\\an8}}') for cue in cues)
    )


def _overlapping(cues: Cues) -> Cues:
    return tuple(replace(cue, end=cue.end + 2.5) for cue in _late(cues))


def _unsorted(cues: Cues) -> Cues:
    return _late(cues)[::-1]


def _with_empty(cues: Cues) -> Cues:
    blank = [
        Cue(0, cue.start + SHIFT, cue.start + SHIFT, text) for cue, text in zip(cues, ["", " ", "\n"], strict=False)
    ]
    return (*_late(cues), *blank)


@pytest.mark.real
@pytest.mark.parametrize("spoil", [_back, _in_html, _overlapping, _unsorted, _with_empty])
def test_odd_files_are_put_right(
    both_profiles: Models, recording: tuple[AudioFile, Cues], spoil: Callable[[Cues], Cues]
) -> None:
    sound, right = recording
    given = spoil(right)
    last = _resync(sound, given, both_profiles)
    assert last.outcome == "aligned"
    starts = {cue.index: cue.start for cue in last.cues if cue.index}
    errors = [abs(starts[cue.index] - cue.start) for cue in right]
    assert np.mean(np.array(errors) <= 0.3) >= 0.85


def _one_word(cues: Cues) -> Cues:
    words = [(cue, k, word) for cue in cues for k, word in enumerate(cue.text.split())]
    return tuple(
        Cue(i, SHIFT + cue.start + 0.3 * k, SHIFT + cue.start + 0.3 * k + 0.25, word)
        for i, (cue, k, word) in enumerate(words, start=1)
    )


def _right_to_left(cues: Cues) -> Cues:
    return tuple(replace(cue, text="\u202bأين ذهبت كل هذه الزهور الجميلة؟\u202c") for cue in cues)


def _past_the_end(cues: Cues) -> Cues:
    return tuple(replace(cue, start=cue.start + 9_000.0, end=cue.end + 9_000.0) for cue in cues)


def _backwards(cues: Cues) -> Cues:
    return tuple(replace(cue, start=cue.end, end=cue.start) for cue in cues)


def _all_at_once(cues: Cues) -> Cues:
    return tuple(replace(cue, start=0.0, end=0.0) for cue in cues)


def _none(cues: Cues) -> Cues:
    return ()


def _one(cues: Cues) -> Cues:
    return cues[:1]


@pytest.mark.real
@pytest.mark.parametrize("spoil", [_one_word, _right_to_left, _past_the_end, _backwards, _all_at_once, _none, _one])
def test_odder_files_get_a_result_or_a_reason(
    both_profiles: Models, recording: tuple[AudioFile, Cues], spoil: Callable[[Cues], Cues]
) -> None:
    _resync(recording[0], spoil(recording[1]), both_profiles)


@pytest.mark.real
def test_twenty_thousand_cues_for_a_short_recording(both_profiles: Models) -> None:
    many = tuple(Cue(i, 0.7 * i, 0.7 * i + 0.6, f"line {i}") for i in range(1, 20_001))
    sound = open_audio(sample(SPEECH_FILES[0]), Limits())
    assert _resync(sound, many, both_profiles).outcome == "refused"


@pytest.mark.real
def test_the_wrong_language_is_no_obstacle_to_voice_activity_and_an_error_to_nobody(
    both_profiles: Models, recording: tuple[AudioFile, Cues]
) -> None:
    _resync(recording[0], _late(recording[1])[:5], both_profiles, "ja")


@pytest.mark.real
def test_no_speech(both_profiles: Models, recording: tuple[AudioFile, Cues]) -> None:
    hum = 0.1 * np.sin(np.arange(20 * SAMPLE_RATE) * 0.05).astype(np.float32)
    *_, last = resync(audio_from_samples(hum, SAMPLE_RATE, "hum"), recording[1], both_profiles)
    assert last.outcome == "refused" and last.cues == recording[1]


@pytest.mark.real
@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_any_encoding_is_read(
    both_profiles: Models, recording: tuple[AudioFile, Cues], tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "late.srt"
    path.write_bytes(format_subtitles(_late(recording[1]), "srt").encode(encoding, "replace"))
    last = _resync(recording[0], load_subtitles(path).cues, both_profiles)
    assert last.outcome == "aligned"


def test_what_is_no_text_at_all_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "noise.srt"
    path.write_bytes(np.random.default_rng(0).integers(0, 256, 4_000, np.uint8).tobytes())
    with pytest.raises(InputError) as error:
        load_subtitles(path)
    assert error.value.sentence.en and error.value.sentence.zh


@pytest.mark.real
def test_words_of_the_input_come_back_with_their_cues(both_profiles: Models, recording: tuple[AudioFile, Cues]) -> None:
    given = tuple(replace(cue, words=(Word(cue.text, cue.start, cue.end, 1.0),)) for cue in _late(recording[1]))
    last = _resync(recording[0], given, both_profiles)
    assert last.outcome == "aligned"
    assert all(cue.words[0].start == pytest.approx(cue.start, abs=0.01) for cue in last.cues)
