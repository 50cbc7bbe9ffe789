"""Answers with a tiny decoder and random weights, and with the real ones on real pictures."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mmdemo.backbone.head_files import CONFIG_FILE, write_head
from mmdemo.errors import WeightsCorrupt, WeightsMissing
from mmdemo.generators import answer_files
from mmdemo.generators.answer_files import ListedAnswer, answers_id, read_answer_list, write_answer_list
from mmdemo.generators.answer_network import AnswerNetwork, AnswerShape
from mmdemo.generators.answering import PictureAnswers
from mmdemo.generators.base import CaptionPrompt, Sampling
from mmdemo.generators.decoder import DecoderGenerator
from mmdemo.generators.decoder_files import TOKENIZER_FILE, decoder_id
from mmdemo.generators.decoder_network import DecoderShape, PromptedDecoder
from mmdemo.generators.tokenizer import Tokenizer
from mmdemo.types import Encoding

LISTED = [
    ListedAnswer("yes", "是"),
    ListedAnswer("no", "不是"),
    ListedAnswer("dog", "狗"),
    ListedAnswer("puppy", "狗"),
    ListedAnswer("dunkin donuts", ""),
    ListedAnswer("2", "2"),
]
LINES = {"closed": [1.0, 0.0], "number": [1.0, 0.0], "other": [1.0, 0.0]}


def _write_decoder(folder: Path, seed: int) -> dict[str, object]:
    folder.mkdir()
    tokenizer = Tokenizer.train(["what is the dog doing", "狗在做什么"] * 4, 320)
    tokenizer.save(folder / TOKENIZER_FILE)
    shape = DecoderShape(
        vocabulary=tokenizer.size,
        width=16,
        heads=2,
        layers=2,
        token_width=12,
        compressed=8,
        positions=81,
        class_width=5,
    )
    torch.manual_seed(seed)
    network = PromptedDecoder(shape)
    with torch.no_grad():
        network.class_vectors.normal_()
    write_head(folder, "decoder", network.state_dict())
    config: dict[str, object] = {"format": 1, "shape": asdict(shape)}
    config["model_id"] = decoder_id(folder, config)
    (folder / CONFIG_FILE).write_text(json.dumps(config), "utf-8")
    return config


def _write_answers(folder: Path, generator: DecoderGenerator, lines: dict[str, list[float]] = LINES) -> None:
    folder.mkdir()
    torch.manual_seed(1)
    network = AnswerNetwork(generator.loaded.network, AnswerShape(len(LISTED), 2, 2, 5))
    with torch.no_grad():
        for weight in network.parameters():
            weight.normal_(std=0.1)
    write_head(folder, "answers", network.state_dict(), eight_bits=True)
    write_answer_list(folder, LISTED)
    config: dict[str, object] = {
        "format": 1, "decoder": generator.model_id, "shape": asdict(network.shape), "calibration": lines
    }  # fmt: skip
    config["model_id"] = answers_id(folder, config)
    (folder / CONFIG_FILE).write_text(json.dumps(config), "utf-8")


@pytest.fixture
def generator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DecoderGenerator:
    _write_decoder(tmp_path / "decoder", 0)
    found = DecoderGenerator(tmp_path / "decoder", "cpu", threading.RLock())
    _write_answers(tmp_path / "answers", found)
    monkeypatch.setenv(answer_files.FOLDER_VARIABLE, str(tmp_path / "answers"))
    return found


def _encoding(seed: int = 0) -> Encoding:
    random = np.random.default_rng(seed)
    tokens, vector = random.normal(size=(81, 12)).astype(np.float32), random.normal(size=5).astype(np.float32)
    return Encoding("image", tokens, np.zeros((81, 4), np.float32), "m", str(seed), vector / np.linalg.norm(vector))


def test_guesses_come_best_first_and_are_probabilities(generator: DecoderGenerator) -> None:
    found = generator.answers(_encoding(), ["what is it", "is it a dog"], "en", 4)
    assert [len(guesses) for guesses in found] == [4, 4]
    for guesses in found:
        probabilities = [guess.probability for guess in guesses]
        assert probabilities == sorted(probabilities, reverse=True)
        assert sum(probabilities) <= 1 + 1e-6
        assert {guess.text for guess in guesses} <= {answer.en for answer in LISTED}


def test_a_question_is_answered_alike_alone_and_among_others(generator: DecoderGenerator) -> None:
    alone = generator.answers(_encoding(), ["what is it"], "en")[0]
    among = generator.answers(_encoding(), [*["is it a dog"] * 9, "what is it"], "en")[9]
    assert [guess.text for guess in alone] == [guess.text for guess in among]
    assert [g.probability for g in alone] == pytest.approx([g.probability for g in among], abs=1e-5)
    assert generator.answers(_encoding(), [], "en") == []


def test_chinese_answers_are_chinese_and_the_same_words_are_one_answer(generator: DecoderGenerator) -> None:
    texts = [guess.text for guess in generator.answers(_encoding(), ["狗在做什么"], "zh", 9)[0]]
    assert sorted(texts) == sorted({"是", "不是", "狗", "2"})


def test_with_straight_lines_the_probabilities_are_the_networks(generator: DecoderGenerator) -> None:
    found = generator.answers(_encoding(), ["what is it"], "en", 9)[0]
    assert sum(guess.probability for guess in found) == pytest.approx(1.0, abs=1e-3)


def test_the_picture_counts_unless_it_is_zeroed(generator: DecoderGenerator) -> None:
    def shares(encoding: Encoding) -> list[float]:
        guesses = generator.answers(encoding, ["what is it"], "en", 9)[0]
        return [guess.probability for guess in sorted(guesses, key=lambda guess: guess.text)]

    def blind(encoding: Encoding) -> Encoding:
        return replace(encoding, tokens=np.zeros((81, 12), np.float32))

    assert shares(_encoding(0)) != pytest.approx(shares(_encoding(1)), abs=1e-3)
    assert shares(blind(_encoding(0))) == pytest.approx(shares(blind(_encoding(1))), abs=1e-6)
    assert shares(replace(_encoding(0), embedding=None)) != pytest.approx(shares(_encoding(0)), abs=1e-4)


def test_a_heatmap_adds_up_to_one_and_depends_on_the_answer(generator: DecoderGenerator) -> None:
    first = generator.answer_heatmap(_encoding(), "what is it", "dog", "en")
    assert first.shape == (9, 9)
    assert first.sum() == pytest.approx(1.0, abs=1e-4)
    assert first.min() >= 0
    assert not np.allclose(first, generator.answer_heatmap(_encoding(), "what is it", "no", "en"))
    assert generator.answer_heatmap(_encoding(), "what is it", "never listed", "en").shape == (9, 9)


def test_captions_are_the_same_before_and_after_a_question(generator: DecoderGenerator) -> None:
    def write() -> object:
        return generator.captions([_encoding()], [CaptionPrompt("en")], Sampling(count=3))

    before = write()
    generator.answers(_encoding(), ["what is it"], "en")
    assert write() == before


def test_weights_for_another_decoder_are_refused(generator: DecoderGenerator, tmp_path: Path) -> None:
    _write_decoder(tmp_path / "other", 1)
    other = DecoderGenerator(tmp_path / "other", "cpu", threading.RLock())
    with pytest.raises(WeightsCorrupt):
        PictureAnswers(other, tmp_path / "answers").answers(_encoding(), ["what is it"], "en", 1)


@pytest.mark.parametrize("damage", ["list", "weights", "config", "gone"])
def test_damaged_weights_are_refused(generator: DecoderGenerator, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "answers"
    if damage == "list":
        write_answer_list(folder, LISTED[:-1])
    elif damage == "weights":
        (folder / "answers.safetensors").write_bytes(b"nothing")
    elif damage == "config":
        config = json.loads((folder / CONFIG_FILE).read_text("utf-8"))
        config["calibration"].pop("other")
        config["model_id"] = answers_id(folder, config)
        (folder / CONFIG_FILE).write_text(json.dumps(config), "utf-8")
    else:
        (folder / CONFIG_FILE).unlink()
    with pytest.raises((WeightsCorrupt, WeightsMissing)):
        generator.answers(_encoding(), ["what is it"], "en")


def test_the_list_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write_answer_list(tmp_path, LISTED)
    assert read_answer_list(tmp_path) == LISTED
