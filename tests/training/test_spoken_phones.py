"""Phones are learned from speech made here: what is read, its labels, two steps of training, what is written."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from mmdemo.backbone.spoken_phones import PHONES, SILENCE, load_phone_reader
from mmdemo.evaluation.alignment_recipes import RECIPES
from mmdemo.runtime import Models
from mmdemo.training import spoken_phones
from mmdemo.training.spoken_loose_words import read_loose_words
from mmdemo.training.spoken_phone_data import MANNERS, DataRecipe, SpokenRecording, any_voice, readers
from mmdemo.training.spoken_phone_labels import UNKNOWN, evenly, heard
from mmdemo.training.spoken_phone_texts import reading_matter, text_to_read
from mmdemo.training.spoken_scenes import SCENES, Scenes
from mmdemo.types import SAMPLE_RATE

K, AE, T = (PHONES.index(name) for name in ("K", "AE", "T"))


def _recording(level: np.ndarray | None = None, known: np.ndarray | None = None) -> SpokenRecording:
    words = ((0.05, 0.17, ("K", "AE1", "T")), (0.2, 0.3, ()))
    return SpokenRecording(
        np.zeros((20, 4), np.float16),
        np.ones(20, np.bool_) if known is None else known,
        np.ones(40, np.float32) if level is None else level,
        words,
    )


def test_labels_divide_a_word_evenly_and_leave_out_what_is_not_known() -> None:
    labels = evenly(_recording())
    assert labels[5:17].tolist() == [K] * 4 + [AE] * 4 + [T] * 4
    assert labels[:5].tolist() == [SILENCE] * 5 and labels[17:20].tolist() == [SILENCE] * 3
    assert (labels[20:30] == UNKNOWN).all(), "nobody knows how that word is said"
    known = np.ones(20, np.bool_)
    known[3] = False
    assert (evenly(_recording(known=known))[6:8] == UNKNOWN).all()


def test_a_word_ends_where_it_falls_silent() -> None:
    level = np.ones(40, np.float32)
    level[11:17] = 1e-4
    assert evenly(_recording(level))[5:17].tolist() == [K] * 2 + [AE] * 2 + [T] * 2 + [SILENCE] * 6


def test_labels_follow_what_a_network_hears() -> None:
    found = np.full((40, len(PHONES)), -9.0, np.float32)
    for first, behind, phone in ((5, 6, K), (6, 13, AE), (13, 15, T), (15, 17, SILENCE)):
        found[first:behind, phone] = 0.0
    assert heard(_recording(), found)[5:17].tolist() == [K] + [AE] * 7 + [T] * 2 + [SILENCE] * 2
    found[15:17, T] = 1.0
    assert heard(_recording(), found)[13:17].tolist() == [T] * 4


def test_no_voice_of_the_training_reads_a_recording_that_tells() -> None:
    told = {v for r in RECIPES if r.kind in ("generalisation-4", "generalisation-5", "held-out") for v in r.voices}
    manners = {voice.partition("+")[2] for voice in told} - {""}
    assert len(manners) > 20 and not manners & set(MANNERS)
    chosen = readers(DataRecipe(recordings=50))
    assert len(chosen) == 50 and sum(language == "en" for _, language in chosen) == 30


def _matter(folder: Path) -> Path:
    (folder / "flickr8k").mkdir()
    (folder / "vqa").mkdir()
    rows = "".join(f"{i}.jpg\ttrain\tA dog number {i} runs .\n" for i in range(5))
    (folder / "flickr8k" / "captions.en.tsv").write_text("image\tsplit\tcaption\n" + rows, "utf-8")
    (folder / "flickr8k" / "captions.zh.tsv").write_text("image\tsplit\tcaption\n1.jpg\ttrain\t一只狗在跑\n", "utf-8")
    (folder / "vqa" / "questions.jsonl").write_text(json.dumps({"question": "What is it?"}) + "\n", "utf-8")
    return folder


def test_loose_words_fill_their_spans_and_pauses_are_silent(tmp_path: Path) -> None:
    matter, random = reading_matter(_matter(tmp_path)), np.random.default_rng(3)
    waveform, words = read_loose_words(any_voice, lambda word: (word,), matter, 6.0, random)
    assert len(waveform) >= 6 * SAMPLE_RATE and len(words) > 3
    said = np.zeros(len(waveform), np.bool_)
    for start, end, phones in words:
        span = slice(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE))
        said[span] = True
        assert 0.05 < end - start < 2.0 and len(phones) == 1
        loudest = np.abs(waveform[span]).max()
        assert np.abs(waveform[span][:160]).max() > 0.01 * loudest, "it begins where it is heard"
    assert np.abs(waveform[~said]).max() < 0.05 * np.abs(waveform).max()


def test_texts_have_words_and_no_figures(tmp_path: Path) -> None:
    matter = reading_matter(_matter(tmp_path))
    random = np.random.default_rng(0)
    for language in ("en", "de", "zh", "el", "id"):
        texts = [text_to_read(matter, language, random) for _ in range(40)]
        assert sum(bool(text.strip()) for text in texts) > 30
        assert not any(sign.isdigit() for text in texts for sign in text)


def test_every_scene_keeps_the_length_and_stays_in_bounds() -> None:
    speech = np.sin(np.arange(32_000) / 20).astype(np.float32) * 0.5
    scenes = Scenes(("A dog runs .",), None)
    for seed in range(2 * len(SCENES)):
        found = scenes(speech, np.random.default_rng(seed))
        assert found.shape == speech.shape and np.abs(found).max() <= 1.0 and np.isfinite(found).all()


@pytest.mark.real
def test_the_command_trains_goes_on_and_writes_weights_that_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], real_models: Models
) -> None:
    monkeypatch.setattr(spoken_phones, "DataRecipe", partial(DataRecipe, recordings=10, loose_words=2, seconds=3.0))
    small = partial(spoken_phones.FitRecipe, stretches=2, stretch_tokens=50, rounds=(1, 1))
    monkeypatch.setattr(spoken_phones, "FitRecipe", small)
    monkeypatch.setattr(spoken_phones, "models", lambda: real_models)
    data, work, out = _matter(tmp_path), tmp_path / "work", tmp_path / "weights"
    command = ["--data", str(data), "--work", str(work), "--out", str(out)]
    assert spoken_phones.main(command) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert len(list(work.glob("*.npz"))) == 12 and len(list(work.glob("*-loose.npz"))) == 2
    curve = json.loads((out / "curves.json").read_text("utf-8"))
    assert [row["round"] for row in curve] == [0, 1]
    kept = {path.name: path.stat().st_mtime_ns for path in work.glob("*.npz")}
    assert spoken_phones.main(command) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == said, "the same recordings give the same weights"
    assert {path.name: path.stat().st_mtime_ns for path in work.glob("*.npz")} == kept
    assert load_phone_reader(out).output.shape == (96, len(PHONES))
