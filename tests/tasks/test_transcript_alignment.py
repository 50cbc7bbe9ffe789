"""A text without times in a recording: progress, cancel, refusals, unspoken lines; with fakes and with real speech."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from mmdemo.backbone.audio_tower import AudioTower
from mmdemo.config import Limits
from mmdemo.errors import NoAudio, UnknownLanguage, WrongMediaKind
from mmdemo.evaluation.alignment_texts import GENERALISATION_TEXTS
from mmdemo.evaluation.alignment_voices import Voice, say
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
from mmdemo.media import audio_from_samples, load_audio
from mmdemo.runtime import Models
from mmdemo.speech import RecognisedWindow
from mmdemo.tasks.transcript_alignment import align, align_whole
from mmdemo.types import SAMPLE_RATE, Audio, Cue, EncodedWindow, Encoding, Float32Array, Segment, VideoFile, Word
from mmdemo.word_times import TimedToken
from tests.fakes import FakeBackbone, FakeSpeech, fake_models

SOUND = Audio(np.zeros(1, np.float32), SAMPLE_RATE, "fake.wav", "0" * 64)
LINES = [f"Window {n} is here." for n in range(4)]


class AligningSpeech(FakeSpeech):
    """Hears what `FakeSpeech` does: of a text, it gives each word that is said then one second, the others none."""

    def __init__(self, votes: Sequence[tuple[str, float]] = (("en", 0.95),), probability: float = 0.9) -> None:
        super().__init__(votes, probability)
        self.spelled: list[bool] = []
        self.aligned: list[tuple[int, list[str]]] = []

    def transcribe_window(self, encoded: EncodedWindow, language: str, spell_numbers: bool = False) -> RecognisedWindow:
        self.spelled.append(spell_numbers)
        return super().transcribe_window(encoded, language)

    def align_text(self, encoded: EncodedWindow, words: Sequence[str], language: str) -> tuple[TimedToken, ...]:
        number = int(encoded.tokens[0, 0])
        self.aligned.append((number, list(words)))
        said = ["Window", str(number), "is", "here."]
        timed: list[TimedToken] = []
        at = 1.0
        for word in words:
            spoken = word.strip() in said
            if spoken:
                said.remove(word.strip())
            timed.append(TimedToken(word, at, at + spoken, self.probability if spoken else 0.001))
            at += spoken
        return tuple(timed)


def _models(backbone: FakeBackbone | None = None, speech: AligningSpeech | None = None) -> Models:
    return fake_models(backbone, speech or AligningSpeech())


def test_progress_ascends_and_the_last_item_carries_a_cue_a_line() -> None:
    speech = AligningSpeech()
    items = list(align(SOUND, LINES, _models(speech=speech)))
    assert [item.seconds_done for item in items] == sorted(item.seconds_done for item in items)
    assert [item.alignment is not None for item in items] == [False] * (len(items) - 1) + [True]
    result = items[-1].alignment
    assert result is not None and result.cues == items[-1].cues
    assert [cue.text for cue in result.cues] == LINES and [cue.index for cue in result.cues] == [1, 2, 3, 4]
    assert [int(cue.start // 10) for cue in result.cues] == [0, 1, 2, 3], "each stands in its window"
    assert min(result.confidence) > 0.95 and items[-1].beliefs == tuple(pytest.approx(0.9) for _ in LINES)
    assert [[word.text for word in cue.words] for cue in result.cues][2] == [" Window", " 2", " is", " here."]
    assert result.reasons == ()
    assert {n for n, _ in speech.aligned} == {0, 1, 2, 3}


def test_closing_stops_the_work() -> None:
    backbone = FakeBackbone(window_count=100)
    work = align(SOUND, LINES, _models(backbone))
    next(work)
    work.close()  # type: ignore[attr-defined]
    assert backbone.closed and backbone.encoded == [0]


def test_an_encoding_serves_in_place_of_the_media_and_cues_in_place_of_lines() -> None:
    backbone = FakeBackbone()
    cues = [Cue(i, 500.0, 501.0, text) for i, text in enumerate(LINES, 1)]
    assert align_whole(backbone.encode(SOUND), cues, _models(backbone)).cues
    assert backbone.encoded == [], "nothing was encoded again"


def test_numbers_are_spelled_only_when_the_text_spells_them() -> None:
    speech = AligningSpeech()
    align_whole(SOUND, ["Other 7 words."], _models(speech=speech))
    assert speech.spelled == [False] * 4
    speech = AligningSpeech()
    align_whole(SOUND, ["Other seven words."], _models(speech=speech))
    assert speech.spelled == [True] * 4


def test_windows_without_words_of_the_text_are_not_aligned() -> None:
    speech = AligningSpeech()
    result = align_whole(SOUND, [LINES[2]], _models(speech=speech))
    assert speech.aligned[-1][0] == 2 and 3 not in [n for n, _ in speech.aligned]
    assert 20 <= result.cues[0].start < 30


def test_a_line_nobody_speaks_is_flagged_and_lies_between_its_neighbours() -> None:
    extra = "completely unrelated announcement about bananas"
    result = align_whole(SOUND, [LINES[0], extra, *LINES[1:]], _models())
    before, line, behind = result.cues[:3]
    if result.confidence[1] == 0.0:
        assert before.end <= line.start <= line.end <= behind.start
    assert result.confidence[1] < 0.6 < result.confidence[0]


def test_a_music_line_is_no_line_to_miss() -> None:
    result = align_whole(SOUND, [LINES[0], "[music]", *LINES[1:]], _models())
    assert len(result.cues) == 5
    assert not any("not heard" in reason.en for reason in result.reasons)


def test_another_text_is_refused_with_a_reason() -> None:
    text = ["It was the best of times, it was the worst of times", "a far far better thing that I do"]
    result = align_whole(SOUND, text, _models())
    assert result.cues == () and result.confidence == ()
    assert any("does not seem to be what is said" in reason.en for reason in result.reasons)


class GarblingSpeech(AligningSpeech):
    """Understands nothing of a voice that is there, but for one doubtful word a window."""

    def transcribe_window(self, encoded: EncodedWindow, language: str, spell_numbers: bool = False) -> RecognisedWindow:
        start = encoded.window.start
        word = Word(" mumble", start + 1, start + 2, 0.3)
        return RecognisedWindow((Segment(word.start, word.end, "mumble", (word,)),), imagined=0, repeated=False)


def test_a_voice_nobody_understands_still_gets_a_text_that_is_as_long_as_it() -> None:
    lines = ["Quite another sentence is spoken here by somebody"] * 8
    result = align_whole(SOUND, lines, _models(speech=GarblingSpeech()))
    assert len(result.cues) == 8 and max(result.confidence) < 0.4
    assert result.cues[0].start < 10 and result.cues[-1].start >= 25
    assert any("low confidence" in reason.en for reason in result.reasons)


def test_silence_and_empty_texts_are_refused_with_a_reason() -> None:
    silent = align_whole(SOUND, LINES, _models(FakeBackbone(silent=range(4))))
    assert silent.cues == () and silent.reasons[0].en.startswith("No speech")
    for lines in ([], ["", "[applause]", "♪"]):
        result = align_whole(SOUND, lines, _models())
        assert result.cues == () and any("no words" in reason.en for reason in result.reasons)


def test_weak_lines_and_a_guessed_language_are_reasons() -> None:
    result = align_whole(SOUND, LINES, _models(speech=AligningSpeech([("en", 0.5)], probability=0.001)))
    text = " ".join(reason.en for reason in result.reasons)
    assert "4 of 4 lines were placed with low confidence" in text and "50 %" in text
    assert all(reason.zh for reason in result.reasons)


def test_languages_and_media_are_checked() -> None:
    with pytest.raises(UnknownLanguage, match="klingon"):
        align_whole(SOUND, LINES, _models(), "klingon")
    picture = Encoding("image", np.zeros((1, 1)), np.zeros((1, 4), np.float32), "m", "0" * 64)
    with pytest.raises(WrongMediaKind):
        align_whole(picture, LINES, _models())
    with pytest.raises(NoAudio, match="silent.mp4"):
        align_whole(VideoFile(Path("silent.mp4"), 1.0, None, "silent.mp4", "0" * 64), LINES, _models())


PREAMBLE = SPEECH_FILES[0]
SPOKEN = (
    (SPEECH_FILES[1], 0.44, "If you're good at something never do it for free"),
    (SPEECH_FILES[2], 0.22, "I trust you had an historic evening"),
)
"""Sample, where in it the voice begins, and what it says."""


@pytest.mark.real
def test_real_lines_begin_where_they_are_spoken(both_profiles: Models, limits: Limits) -> None:
    """A preamble that is not in the text, two lines with long silences, and one that nobody says."""
    parts = [load_audio(sample(PREAMBLE), limits).waveform]
    starts: list[float] = []
    for name, onset, _ in SPOKEN:
        parts.append(np.zeros(round(2.5 * SAMPLE_RATE), np.float32))
        starts.append(sum(map(len, parts)) / SAMPLE_RATE + onset)
        parts.append(load_audio(sample(name), limits).waveform)
    media = audio_from_samples(np.concatenate(parts), SAMPLE_RATE, "joined")
    first, second = (text for _, _, text in SPOKEN)
    result = align_whole(media, [first, "nobody says this long line in this recording at all", second], both_profiles)
    assert result.cues[0].start == pytest.approx(starts[0], abs=0.1)
    # Silero does not take the long “I” of this one for a voice.
    assert result.cues[2].start == pytest.approx(starts[1], abs=0.7)
    assert result.confidence[1] == 0.0 and min(result.confidence[0], result.confidence[2]) > 0.4
    assert result.cues[0].end <= result.cues[1].start <= result.cues[1].end <= result.cues[2].start
    assert any("1 of 3 lines" in reason.en for reason in result.reasons)


@pytest.mark.real
def test_real_speech_is_not_forced_into_another_text(both_profiles: Models, limits: Limits) -> None:
    media = load_audio(sample(SPEECH_FILES[0]), limits)
    text = ["Regierung beschließt neues Gesetz zur Förderung", "der Windkraft an der Nordseeküste von morgen an"]
    assert align_whole(media, text, both_profiles).cues == ()


@pytest.mark.real
def test_a_cancelled_alignment_goes_on_where_it_stopped(
    real_models: Models, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every window is encoded by the first run or by the second one, none by both."""
    encoded: list[int] = []
    encode = AudioTower.encode

    def counted(tower: AudioTower, waveform: Float32Array) -> tuple[Float32Array, Float32Array]:
        encoded.append(len(waveform))
        return encode(tower, waveform)

    monkeypatch.setattr(AudioTower, "encode", counted)
    speech = [load_audio(sample(name), limits).waveform for name in SPEECH_FILES]
    waveform = np.concatenate([part for _ in range(6) for one in speech for part in (one, np.zeros(8000, np.float32))])
    media = audio_from_samples(waveform, SAMPLE_RATE, "to be cancelled")
    text = ["I trust you had an historic evening"] * 6
    work = align(media, text, real_models)
    for step in work:
        if step.seconds_done > 30.0:
            break
    work.close()
    first = len(encoded)
    result = align_whole(media, text, real_models)
    windows = len(real_models.backbone.encode_sound(media).windows)
    assert 0 < first < windows == len(encoded)
    assert result.cues


@pytest.mark.real
def test_lines_begin_with_their_words_where_only_the_encoding_is_left(real_models: Models) -> None:
    """What was kept for encoding begins before the voice, and lines began with it: half of them by over 50 ms."""
    pause = np.zeros(SAMPLE_RATE, np.float32)
    pieces, starts = [pause], []
    for text in GENERALISATION_TEXTS["en"][:10]:
        starts.append(sum(map(len, pieces)) / SAMPLE_RATE)
        pieces += [say(text, Voice("en-us")).waveform, pause]
    sound = audio_from_samples(np.concatenate(pieces), SAMPLE_RATE, "lines")
    encoding = real_models.backbone.encode_sound(sound)
    found = align_whole(encoding, GENERALISATION_TEXTS["en"][:10], real_models, "en")
    missed = np.abs(np.array([cue.start for cue in found.cues]) - starts)
    assert np.mean(missed <= 0.05) >= 0.9
