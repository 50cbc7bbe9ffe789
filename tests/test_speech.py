"""The recogniser: sentences, belief, and real words at real times."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mmdemo.config import Limits
from mmdemo.errors import UnknownLanguage
from mmdemo.evaluation.sample_media import write_long_recording
from mmdemo.media import load_audio, open_audio
from mmdemo.runtime import Models
from mmdemo.speech import is_believable, split_sentences
from mmdemo.tasks.subtitle_alignment import transcribe_whole
from mmdemo.types import SAMPLE_RATE, AudioWindow, EncodedWindow, Piece, Segment, Word
from mmdemo.whisper_decoding import decode_window, decoding_options, most_new_tokens, timed_words

SPECIAL_TOKENS = ("transcribe", "translate", "sot", "sot_prev", "sot_lm", "no_speech", "no_timestamps")


def _word(text: str, start: float, end: float, probability: float = 0.9) -> Word:
    return Word(text, start, end, probability)


def _window(voice: float) -> EncodedWindow:
    window = AudioWindow(0.0, 10.0, 0, 500, (Piece(0, 500, 0.0),))
    return EncodedWindow(window, np.zeros((500, 4)), np.zeros((1, 4)), np.full(500, voice, np.float32))


def test_sentences_end_at_full_stops_and_long_pauses() -> None:
    words = [_word(" One", 0, 1), _word(" two.", 1, 2), _word(" Three", 2, 3), _word(" four", 5, 6)]
    found = split_sentences(words)
    assert [(s.text, s.start, s.end) for s in found] == [("One two.", 0, 2), ("Three", 2, 3), ("four", 5, 6)]
    assert [word for sentence in found for word in sentence.words] == words


def _sentence(count: int, probability: float) -> Segment:
    words = tuple(_word(" w", i * 0.5, i * 0.5 + 0.4, probability) for i in range(count))
    return split_sentences(words)[0]


@pytest.mark.parametrize(
    ("count", "probability", "voice", "believed"),
    [
        (1, 0.9, 0.9, True),
        (1, 0.2, 0.9, False),
        (1, 0.95, 0.0, False),
        (6, 0.8, 0.05, True),
        (6, 0.5, 0.05, False),
    ],
)
def test_belief_needs_a_voice_or_many_likely_words(
    count: int, probability: float, voice: float, believed: bool
) -> None:
    assert is_believable(_sentence(count, probability), _window(voice)) is believed


def test_words_parted_at_an_apostrophe_are_joined() -> None:
    aligned = [
        {"word": text, "tokens": [i], "start": float(i), "end": i + 1.0, "probability": 0.5 + 0.1 * i}
        for i, text in enumerate([" ten", " o", "'clock", ".", " \ufffd"])
    ]
    found = timed_words([aligned])
    assert [(word.text, word.start, word.end) for word in found] == [(" ten", 0, 1), (" o'clock.", 1, 3)]
    assert found[1].probability == pytest.approx(0.6)


def test_a_decode_is_bounded_by_the_length_of_the_sound() -> None:
    assert most_new_tokens(0.5) < 40
    assert most_new_tokens(28.0) <= 400


class _ScriptedWhisper:
    """Writes for each width of the search what the test says: (text token, mean log-probability, compression)."""

    def __init__(self, written: dict[int, tuple[int, float, float]]) -> None:
        self._written = written
        self.widths: list[int] = []

    def generate_with_fallback(self, storage: object, prompt: list[int], tokenizer: object, options: Any) -> Any:
        assert options.temperatures == [0.0], "nothing is drawn at random"
        self.widths.append(options.beam_size)
        token, log_probability, compression = self._written[options.beam_size]
        return SimpleNamespace(sequences_ids=[[token, 99]], no_speech_prob=0.1), log_probability, 0.0, compression


@pytest.mark.parametrize(
    ("greedy", "wider", "token", "searches"),
    [
        ((1, -0.2, 1.0), None, 1, [1]),
        ((1, -0.2, 9.0), (2, -0.9, 1.0), 2, [1, 3]),
        ((1, -1.2, 1.0), (2, -1.1, 1.0), 2, [1, 3]),
        ((1, -1.2, 1.0), (2, -1.1, 9.0), 1, [1, 3]),
    ],
)
def test_what_looks_wrong_is_searched_more_widely(
    greedy: tuple[int, float, float], wider: tuple[int, float, float] | None, token: int, searches: list[int]
) -> None:
    whisper = _ScriptedWhisper({1: greedy} if wider is None else {1: greedy, 3: wider})
    tokenizer = SimpleNamespace(eot=50, non_speech_tokens=(), **dict.fromkeys(SPECIAL_TOKENS, 60))
    found = decode_window(whisper, None, [], tokenizer, decoding_options(tokenizer, _window(0.9)))
    assert found.tokens == (token,)
    assert whisper.widths == searches


@pytest.mark.real
def test_music_under_speech_is_heard_the_same_every_time(real_models: Models, tmp_path: Path) -> None:
    path = tmp_path / "music.wav"
    write_long_recording(path, 60.0, seed=3)
    windows = list(real_models.backbone.encode_windows(open_audio(path, Limits())))
    heard = [
        # Behind the memory of what was recognised, which would answer the second time.
        [real_models.speech._recognised(window, "en", False) for window in windows]
        for _ in range(2)
    ]
    assert heard[0] == heard[1]


@pytest.mark.real
def test_languages_are_checked(real_models: Models) -> None:
    speech = real_models.speech
    assert speech.check_language("zh-CN") == "zh"
    assert speech.check_language("auto") is speech.check_language(None) is None
    with pytest.raises(UnknownLanguage):
        speech.check_language("xx")


def _say(path: Path, voice: str, text: str, words_per_minute: int = 150) -> Path:
    program = shutil.which("espeak-ng")
    assert program, "the tests need espeak-ng: run tools/install_system_packages.sh"
    subprocess.run([program, "-v", voice, "-s", str(words_per_minute), "-w", str(path), text], check=True)
    return path


@pytest.fixture(scope="module")
def two_sentences(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A sentence, 1.5 s of silence, another sentence; returns the file and when the second begins."""
    import soundfile

    folder = tmp_path_factory.mktemp("speech")
    parts = []
    for i, text in enumerate(["Good morning everybody.", "This is a short message about the museum."]):
        waveform = load_audio(_say(folder / f"{i}.wav", "en-us", text), Limits()).waveform
        sounding = np.flatnonzero(np.abs(waveform) > 0.02)
        parts.append(waveform[sounding[0] : sounding[-1]])
    silence = np.zeros(round(1.5 * SAMPLE_RATE), np.float32)
    soundfile.write(folder / "both.wav", np.concatenate([silence, parts[0], silence, parts[1]]), SAMPLE_RATE)
    return folder / "both.wav", (2 * len(silence) + len(parts[0])) / SAMPLE_RATE


@pytest.mark.real
def test_spoken_words_are_placed_within_a_quarter_second(
    real_models: Models, limits: Limits, two_sentences: tuple[Path, float]
) -> None:
    path, second_start = two_sentences
    last = transcribe_whole(open_audio(path, limits), real_models, "en")
    words = [word for cue in last.cues for word in cue.words]
    good = next(word for word in words if "good" in word.text.lower())
    this = next(word for word in words if "this" in word.text.lower())
    assert abs(good.start - 1.5) < 0.25
    assert abs(this.start - second_start) < 0.25
    assert max(word.end for word in words if word.start < second_start - 0.5) < second_start - 1.0, "pause kept free"


@pytest.mark.real
def test_what_was_recognised_is_not_decoded_again(
    real_models: Models, limits: Limits, two_sentences: tuple[Path, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = two_sentences
    first = transcribe_whole(open_audio(path, limits), real_models, "en")
    monkeypatch.setattr(type(real_models.speech), "_recognised", None)
    again = transcribe_whole(open_audio(path, limits), real_models, "en")
    assert again.cues == first.cues
    window = next(real_models.backbone.encode_windows(open_audio(path, limits)))
    assert real_models.speech.transcribe_window(window, "en", spell_numbers=True).segments, "no figure was written"


@pytest.mark.real
@pytest.mark.parametrize(("voice", "language"), [("en-us", "en"), ("es", "es"), ("it", "it")])
def test_languages_are_told_apart(
    real_models: Models, limits: Limits, tmp_path: Path, voice: str, language: str
) -> None:
    texts = {
        "en": "Good morning everybody. This is a short message about the museum, which opens at ten o'clock.",
        "es": "Buenos días, ¿cómo está usted? Hoy hace muy buen tiempo en Madrid.",
        "it": "Buongiorno, come sta oggi? Il tempo è molto bello qui a Roma.",
    }
    sound = load_audio(_say(tmp_path / "a.wav", voice, texts[language]), limits)
    windows = list(real_models.backbone.encode_windows(sound))
    found, probability = real_models.speech.detect_language(windows)
    assert found == language
    assert 0 < probability <= 1


@pytest.mark.real
def test_spanish_speech_is_recognised_in_english_where_it_is_spoken(real_models: Models, limits: Limits) -> None:
    recording = open_audio(Path(__file__).parent.parent / "assets" / "examples" / "buenos-dias.mp3", limits)
    (window,) = real_models.backbone.encode_windows(recording)
    translated = real_models.speech.translate_window(window, "es")
    assert "good morning" in translated[0].text.lower()
    spoken = real_models.speech.transcribe_window(window, "es").segments
    assert abs(translated[1].start - spoken[1].start) < 0.5  # “hoy hace …”
