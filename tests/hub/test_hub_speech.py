"""Another Whisper behind the same recogniser: one encoder pass, whatever its mel bins and width."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from mmdemo.alignment.neural_words import NeuralAligner
from mmdemo.backbone.audio_tower import ENDING_TOKENS, AudioTower
from mmdemo.config import HubSettings, Settings, settings
from mmdemo.errors import HubError, ModelUnusable
from mmdemo.generators.hub_costs import plan_of
from mmdemo.hub.catalogue import EMBEDDING_GEMMA_2, GEMMA_4_E2B, QWEN3_ALIGNER, HubModel
from mmdemo.hub.ctranslate2_files import MODEL_FILE, is_whole, variable_shapes, whisper_width
from mmdemo.hub.download import download
from mmdemo.hub.plan import CPU_SPEECH_BYTES, MACHINES, HubPlan
from mmdemo.hub.speech_models import SHIPPED, WHISPER_FILES, chosen_speech, speech_files
from mmdemo.hub.speech_models import WHISPER_LARGE_V3_TURBO as SPEECH
from mmdemo.runtime import load_models
from mmdemo.speech import SpeechRecognizer
from mmdemo.types import SAMPLE_RATE, Audio, AudioWindow, EncodedWindow, Piece
from mmdemo.weights import AUDIO_TOWER, locate
from mmdemo.whisper_decoding import most_new_tokens
from tests.hub.whisper_checkpoint import MEL_BINS, WIDTH, write_whisper

SECONDS = 3


@pytest.fixture(scope="module")
def whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny-whisper")
    return write_whisper(folder, locate(AUDIO_TOWER, settings()).folder)


@pytest.fixture(scope="module")
def tower(whisper: Path) -> AudioTower:
    return AudioTower.load(whisper, "cpu", 1, whisper_width(whisper / MODEL_FILE))


def _window(tower: AudioTower) -> EncodedWindow:
    sound = np.random.default_rng(0).normal(0, 0.1, SECONDS * SAMPLE_RATE).astype(np.float32)
    tokens, ending = tower.encode(sound)
    window = AudioWindow(0.0, SECONDS, 0, len(tokens), (Piece(0, len(tokens), 0.0),))
    return EncodedWindow(window, tokens, ending, np.full(len(tokens), 0.9, np.float32))


def test_the_width_is_read_from_the_file(whisper: Path) -> None:
    assert whisper_width(whisper / MODEL_FILE) == WIDTH
    assert variable_shapes(whisper / MODEL_FILE)["encoder/conv1/weight"] == (WIDTH, MEL_BINS, 3)


def test_a_file_that_is_cut_off_or_something_else_is_told(whisper: Path, tmp_path: Path) -> None:
    whole = (whisper / MODEL_FILE).read_bytes()
    cut = tmp_path / "cut.bin"
    for data in (whole[:-1], whole[: len(whole) // 2], whole[:20], b"", b"not a model at all" * 9):
        cut.write_bytes(data)
        assert not is_whole(cut)
    assert is_whole(whisper / MODEL_FILE) and not is_whole(tmp_path / "missing")


def test_windows_have_tokens_of_the_models_width(tower: AudioTower) -> None:
    window = _window(tower)
    assert tower.width == WIDTH and tower.whisper.n_mels == MEL_BINS
    assert window.tokens.shape == (50 * SECONDS, WIDTH) and window.ending.shape == (ENDING_TOKENS, WIDTH)


def test_the_recogniser_reads_them(tower: AudioTower, whisper: Path) -> None:
    recogniser = SpeechRecognizer(tower.whisper, whisper, threading.RLock(), "tiny")
    window = _window(tower)
    language, probability = recogniser.detect_language([window])
    assert language in recogniser.languages and 0 < probability <= 1
    words = [" a", " dog", " runs"]
    timed = recogniser.align_text(window, words, "en")
    assert [token.text for token in timed] == words
    assert all(0 <= token.start <= token.end <= SECONDS + 0.1 for token in timed)
    heard = recogniser.transcribe_window(window, "en")  # random weights: nothing that is believed, but no failure
    assert sum(len(sentence.words) for sentence in heard.segments) <= most_new_tokens(SECONDS)
    assert recogniser.model_id == "tiny"


def test_the_device_chooses_the_whisper_unless_it_is_named() -> None:
    assert chosen_speech(Settings(), "cuda") == SPEECH
    assert chosen_speech(Settings(), "cpu") is None
    assert chosen_speech(Settings(hub=HubSettings(speech=SHIPPED)), "cuda") is None
    named = chosen_speech(Settings(hub=HubSettings(speech="someone/whisper@abc")), "cpu")
    assert named == HubModel("someone/whisper", "abc", patterns=WHISPER_FILES)


def test_the_plan_counts_what_hears_and_what_times_words(whisper: Path) -> None:
    def planned(device: str, **named: str) -> HubPlan:
        return plan_of(Settings(hub=HubSettings(**named)), device, device)  # type: ignore[arg-type]

    names = [model.repository for model in planned("cuda", aligner=QWEN3_ALIGNER.repository).models]
    assert names == [EMBEDDING_GEMMA_2.repository, GEMMA_4_E2B.repository, SPEECH.repository, QWEN3_ALIGNER.repository]
    assert [planned("cuda").fits(size) for size in MACHINES] == ["none", "all", "all"]
    (heard,) = planned("cpu", speech=str(whisper)).others
    count = sum(int(np.prod(shape)) for shape in variable_shapes(whisper / MODEL_FILE).values())
    assert heard.cached and heard.stays and heard.memory_bytes == int(count * CPU_SPEECH_BYTES)
    assert planned("cpu").others == ()


def test_a_folder_is_taken_as_it_is(whisper: Path, tmp_path: Path) -> None:
    model = chosen_speech(Settings(hub=HubSettings(speech=str(whisper))), "cpu")
    assert model is not None
    found = speech_files(model, download(model, Settings(cache_dir=tmp_path)))
    assert (found.width, found.folder) == (WIDTH, whisper)
    assert "/" not in found.model_id and found.model_id.startswith(whisper.name)


def test_what_is_no_whisper_is_a_sentence(whisper: Path, tmp_path: Path) -> None:
    model = HubModel(str(tmp_path), patterns=WHISPER_FILES)
    (tmp_path / "config.json").write_text("{}", "utf-8")
    with pytest.raises(ModelUnusable, match="no Whisper"):
        speech_files(model, tmp_path)
    with pytest.raises(HubError):
        download(model, Settings(cache_dir=tmp_path / "cache"))
    (tmp_path / MODEL_FILE).write_bytes((whisper / MODEL_FILE).read_bytes()[:-100])
    with pytest.raises(HubError, match="cut off"):
        download(model, Settings(cache_dir=tmp_path / "cache"))


@pytest.mark.real
def test_the_profile_hears_with_the_whisper_that_is_named(
    whisper: Path, embedding_gemma_folder: Path, smolvlm_folder: Path, tmp_path: Path
) -> None:
    named = HubSettings(
        str(embedding_gemma_folder), str(smolvlm_folder), str(whisper), aligner="someone/aligner", idle_minutes=0.0
    )
    found = load_models(Settings("hub", "cpu", 1, tmp_path, hub=named))
    sound = Audio(np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE).astype(np.float32), SAMPLE_RATE, "n", "5" * 64)
    assert found.backbone.encode_sound(sound).tokens.shape[1] == WIDTH
    assert found.speech.model_id.startswith(whisper.name)
    assert isinstance(found.speech.word_aligner("de"), NeuralAligner)  # fetched only when it is used


def test_a_whisper_that_cannot_be_loaded_is_a_sentence(
    whisper: Path, embedding_gemma_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ctranslate2

    def refuse(*arguments: object, **options: object) -> None:
        raise RuntimeError("Unsupported model binary version")

    monkeypatch.setattr(ctranslate2.models, "Whisper", refuse)
    named = HubSettings(str(embedding_gemma_folder), speech=str(whisper), idle_minutes=0.0)
    with pytest.raises(ModelUnusable, match="binary version"):
        load_models(Settings("hub", "cpu", 1, tmp_path, hub=named))
