"""Where cues are said, heard without recognition; with fakes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from mmdemo.alignment.cue_places import CuePlace
from mmdemo.alignment.mask_correlation import correlate_mask
from mmdemo.alignment.speech_mask import SpeechMask
from mmdemo.evaluation.alignment_development import DEVELOPMENT_TEXTS
from mmdemo.evaluation.alignment_voices import Voice, say
from mmdemo.media import audio_from_samples
from mmdemo.runtime import Models
from mmdemo.stepwise import Result, run_through
from mmdemo.tasks.cue_hearing import are_few_enough, hear_places, spot_cues
from mmdemo.tasks.hearing_resync import resync_by_hearing
from mmdemo.tasks.subtitle_resync import resync
from mmdemo.types import SAMPLE_RATE, Audio, Cue, EncodedWindow, Span
from mmdemo.word_times import TimedToken
from tests.fakes import WINDOW_SECONDS, FakeBackbone, FakeSpeech, fake_models

WINDOWS = 8
PLACES = (1.0, 11.5, 23.0, 31.0, 42.5, 54.0, 61.2, 72.0)  # one line a window
SILENCE = SpeechMask(np.zeros(8_000, np.float32))
NAMES = "zero one two three four five six seven".split()
LINES = tuple(f"This is line {name} of our story" for name in NAMES)


class _Speech(FakeSpeech):
    """Finds the line of a window likely there and no other; is never sure of the language."""

    def __init__(self) -> None:
        super().__init__(votes=(("de", 0.4),))
        self.languages_tried: set[str] = set()

    def align_text(self, encoded: EncodedWindow, words: Sequence[str], language: str) -> tuple[TimedToken, ...]:
        self.languages_tried.add(language)
        number = int(encoded.tokens[0, 0])
        begin = PLACES[number] - encoded.window.start
        per_line = len(LINES[0].split())
        return tuple(
            TimedToken(word, begin + 0.3 * (i % per_line), begin + 0.3 * (i % per_line) + 0.3, likely)
            for i, word in enumerate(words)
            for likely in [0.6 if i // per_line == number else 0.01]
        )


class _PartSpeech(_Speech):
    """Hears parts of windows: a line is likely in its own, whichever words it has."""

    def align_text(self, encoded: EncodedWindow, words: Sequence[str], language: str) -> tuple[TimedToken, ...]:
        number = int(np.median(encoded.tokens))  # its margin may reach into the neighbour
        begin = PLACES[number] - encoded.window.start
        likely = 0.6 if NAMES[number] in "".join(words) else 0.01
        return tuple(TimedToken(w, begin + 0.3 * i, begin + 0.3 * i + 0.3, likely) for i, w in enumerate(words))


def _sound() -> Audio:
    random = np.random.default_rng(0)
    return audio_from_samples(
        (1e-3 * random.normal(size=round(WINDOWS * WINDOW_SECONDS * SAMPLE_RATE))).astype(np.float32),
        SAMPLE_RATE,
        "sound",
    )


def _cues(offset: float) -> tuple[Cue, ...]:
    return tuple(
        Cue(i, at + offset, at + offset + 2.1, text) for i, (at, text) in enumerate(zip(PLACES, LINES, strict=True))
    )


def test_each_cue_is_heard_in_its_own_window() -> None:
    speech, backbone = _Speech(), FakeBackbone(WINDOWS)
    heard = run_through(spot_cues(_sound(), _cues(70.0), fake_models(backbone, speech), "en"))
    assert [spot.start for spot in heard] == pytest.approx(PLACES, abs=0.2)
    assert min(spot.confidence for spot in heard) > 0.9 and backbone.closed


def test_too_long_or_too_short_a_recording_is_not_tried_everywhere() -> None:
    long = replace(_sound(), waveform=np.zeros(40 * 60 * SAMPLE_RATE, np.float32))
    assert not are_few_enough(long, _cues(0.0), "en") and are_few_enough(_sound(), _cues(0.0), "en")
    backbone = FakeBackbone(WINDOWS)
    fit = correlate_mask([], SILENCE)
    hearing = resync_by_hearing(long, _cues(0.0), SILENCE, fit, fake_models(backbone, _Speech()), "en")
    assert run_through(hearing) is None
    assert backbone.encoded == []
    assert run_through(spot_cues(_sound(), _cues(0.0), fake_models(FakeBackbone(1), _Speech()), "en")) == ()


SPOKEN_AT = (0.5, 3.1, 5.2, 8.0)


class _OneWindowSpeech(_Speech):
    """Hears four lines in the only window: each is likely in parts that begin shortly before it."""

    def __init__(self, knows: bool) -> None:
        super().__init__()
        self.knows = knows

    def align_text(self, encoded: EncodedWindow, words: Sequence[str], language: str) -> tuple[TimedToken, ...]:
        number = next(i for i, name in enumerate(NAMES) if name in "".join(words))
        begin = SPOKEN_AT[number] - encoded.window.start
        likely = 0.6 if self.knows and 0.0 <= begin <= 2.0 else 0.02
        return tuple(TimedToken(w, begin + 0.2 * i, begin + 0.2 * i + 0.2, likely) for i, w in enumerate(words))


@pytest.mark.parametrize("knows", [True, False])
def test_a_recording_of_one_window_is_confirmed_by_hearing_or_left_alone(knows: bool) -> None:
    speech = np.full(1_000, 0.02, np.float32)
    for at in SPOKEN_AT:
        speech[round(100 * at) : round(100 * at) + 140] = 0.95
    sound = replace(_sound(), waveform=np.zeros(10 * SAMPLE_RATE, np.float32))
    cues = tuple(Cue(i, at + 7.0, at + 8.4, LINES[i]) for i, at in enumerate(SPOKEN_AT))
    models = fake_models(FakeBackbone(1), _OneWindowSpeech(knows))
    mask = SpeechMask(speech)
    fit = correlate_mask([Span(cue.start, cue.end) for cue in cues], mask)
    reached, found = _run(resync_by_hearing(sound, cues, mask, fit, models, "en"))
    assert (found is not None) == knows and reached == sorted(reached)
    if found is not None:
        assert found.outcome == "aligned"
        assert [cue.start for cue in found.cues] == pytest.approx(SPOKEN_AT, abs=0.1)


def _run(steps: Generator[float, None, Result]) -> tuple[list[float], Result]:
    """Run work in steps; returns its progress and its result."""
    reached: list[float] = []
    while True:
        try:
            reached.append(next(steps))
        except StopIteration as ended:
            return reached, ended.value


def test_the_text_tells_the_language_where_the_sound_does_not() -> None:
    speech = _Speech()
    *_, last = resync(_sound(), _cues(6.0), fake_models(FakeBackbone(WINDOWS), speech))
    assert speech.languages_tried == {"en"} and last.language == "en" and last.outcome == "aligned"
    assert [cue.start for cue in last.cues] == pytest.approx(PLACES, abs=0.5)


def test_a_cue_is_likelier_at_its_own_place_than_at_another_one() -> None:
    cues, backbone = _cues(0.0), FakeBackbone(WINDOWS)
    own = [CuePlace(i, 0, Span(cue.start, cue.end)) for i, cue in enumerate(cues)]
    other = [CuePlace(i, 1, Span(PLACES[i - 1], PLACES[i - 1] + 2.1)) for i in (1, 2)]
    nowhere = CuePlace(3, 1, Span(500.0, 502.0))
    models = fake_models(backbone, _PartSpeech())
    heard = {one.place: one for one in run_through(hear_places(_sound(), cues, [*own, *other, nowhere], models, "en"))}
    assert set(heard) == {*own, *other} and backbone.closed
    for place in own:
        assert heard[place].start == pytest.approx(PLACES[place.cue], abs=0.05)
        assert heard[place].spread < 0.1 and heard[place].words == len(LINES[0].split())
    assert all(heard[place].likelihood < heard[own[place.cue]].likelihood - 2.0 for place in other)


def test_a_cue_without_words_is_heard_nowhere() -> None:
    cues = (Cue(0, 1.0, 3.0, "[door]"), Cue(1, 1.0, 3.0, LINES[0]))
    places = [CuePlace(i, 0, Span(1.0, 3.0)) for i in range(2)]
    heard = run_through(hear_places(_sound(), cues, places, fake_models(FakeBackbone(WINDOWS), _PartSpeech()), "en"))
    assert [one.place.cue for one in heard] == [1]


@pytest.mark.real
def test_real_speech_is_likelier_where_it_is_said_than_beside_it(real_models: Models) -> None:
    """Also for a line of one word; and most lines begin where their words are heard."""
    pause = np.zeros(SAMPLE_RATE // 2, np.float32)
    pieces, cues = [pause], []
    texts = DEVELOPMENT_TEXTS["en"]
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as fresh:  # espeak-ng carries a state
        spoken = [one.waveform for one in fresh.map(say, texts, [Voice("en-us")] * len(texts))]
    for number, (text, waveform) in enumerate(zip(texts, spoken, strict=True)):
        start = sum(map(len, pieces)) / SAMPLE_RATE
        cues.append(Cue(number, start, start + len(waveform) / SAMPLE_RATE, text))
        pieces += [waveform, pause]
    sound = audio_from_samples(np.concatenate(pieces), SAMPLE_RATE, "lines")
    own = [CuePlace(i, 0, Span(cue.start, cue.end)) for i, cue in enumerate(cues)]
    astray = [CuePlace(i, 1, cue_place.span) for i, cue_place in enumerate([*own[4:], *own[:4]])]
    heard = {one.place: one for one in run_through(hear_places(sound, cues, [*own, *astray], real_models, "en"))}
    gains = [heard[here].likelihood - heard[there].likelihood for here, there in zip(own, astray, strict=True)]
    assert np.mean(np.array(gains) > 0.5) >= 0.9 and np.median(gains) > 2.0
    starts = [abs(heard[here].start - here.span.start) for here in own if heard[here].words >= 5]
    assert np.mean(np.array(starts) < 0.4) >= 0.9
