"""The decoder's training on a folder made here, its losses, and the captions that its files then write."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from mmdemo.backbone.image_tower import grid_boxes
from mmdemo.errors import WeightsCorrupt, WeightsMissing
from mmdemo.generators.base import CaptionPrompt, Sampling
from mmdemo.generators.decoder import DecoderGenerator
from mmdemo.generators.label_names import LabelName, label_names
from mmdemo.generators.tokenizer import END_ID
from mmdemo.training import decoder
from mmdemo.training.caption_examples import TextBatch, length_name
from mmdemo.training.caption_loss import smoothed_loss, text_log_probabilities
from mmdemo.training.label_swaps import SWAPS, swap_labels, swapped_texts
from mmdemo.types import Encoding
from tests.conftest import empty_cache
from tests.generators.tiny_decoder import tiny_memory, tiny_network
from tests.training.tiny_folder import write_folder


def _batch() -> TextBatch:
    inputs = torch.tensor([[3, 3, 12, 13, 0], [3, 3, 14, 15, 16], [3, 4, 17, 0, 0], [3, 4, 12, 12, 13]])
    targets = torch.tensor(
        [[0, 12, 13, END_ID, 0], [0, 14, 15, 16, END_ID], [0, 17, END_ID, 0, 0], [0, 12, 12, 13, END_ID]]
    )
    return TextBatch("en", inputs, targets)


def test_the_loss_is_that_of_the_probabilities_token_by_token() -> None:
    network, batch = tiny_network(), _batch()
    memory = tiny_memory(network)
    hidden, _ = network.hidden(memory, batch.inputs)
    scores = network.log_probabilities(hidden, memory, batch.inputs)
    asked = batch.targets > 0
    expected = scores.gather(2, batch.targets[:, :, None])[:, :, 0]
    loss = smoothed_loss(network, memory, batch, smoothing=0.0)
    torch.testing.assert_close(loss, -expected[asked].mean(), atol=1e-4, rtol=0)
    sums = text_log_probabilities(network, memory, batch)
    torch.testing.assert_close(sums, (expected * asked).sum(dim=1), atol=1e-4, rtol=0)


def test_smoothing_pulls_towards_all_tokens() -> None:
    network, batch = tiny_network(), _batch()
    memory = tiny_memory(network)
    sharp, smooth = (float(smoothed_loss(network, memory, batch, smoothing)) for smoothing in (0.0, 0.2))
    assert smooth != pytest.approx(sharp)


def test_a_swap_renames_the_dog_in_captions_and_labels() -> None:
    names = label_names()
    ids, probabilities = np.array([207, 208, 722]), np.array([0.6, 0.2, 0.1], np.float32)
    found = swap_labels(ids, probabilities, names, np.random.default_rng(0))
    assert found is not None
    swap, name, new_ids, new_probabilities = found
    assert names[new_ids[0]] == name and int(new_ids[0]) not in swap.known
    assert new_probabilities.tolist() == pytest.approx([0.6, 0.0, 0.1])
    assert probabilities.tolist() == pytest.approx([0.6, 0.2, 0.1])


def test_no_swap_where_the_best_class_is_weak_or_of_another_kind() -> None:
    random = np.random.default_rng(0)
    assert swap_labels(np.array([207]), np.array([0.1]), label_names(), random) is None
    assert swap_labels(np.array([722]), np.array([0.9]), label_names(), random) is None


def test_captions_are_renamed_with_their_article_and_only_where_the_word_is_meant() -> None:
    name = LabelName("elephant", "大象")
    texts = ["a dog runs", "the brown dog sits", "two dogs play", "a man in a hat", "a hot dogma"]
    assert swapped_texts(texts, "en", SWAPS[0], name) == ["an elephant runs", "the brown elephant sits"]
    assert swapped_texts(["一只小狗在跑", "一个人"], "zh", SWAPS[0], name) == ["一只大象在跑"]


def test_lengths_are_told_apart() -> None:
    assert [length_name(" ".join(["word"] * n), "en") for n in (5, 9, 13)] == ["short", "medium", "long"]
    assert [length_name("字" * n, "zh") for n in (5, 8, 12)] == ["short", "medium", "long"]


@pytest.mark.real
def test_a_tiny_folder_trains_goes_on_and_writes_captions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = empty_cache(tmp_path / "cache")
    monkeypatch.setattr("mmdemo.training.decoder_stages.settings", lambda: settings)
    write_folder(tmp_path / "data")
    out = tmp_path / "decoder"
    size = ["--views", "1", "--width", "64", "--layers", "1", "--vocabulary", "900"]
    common = ["--data", str(tmp_path / "data"), "--out", str(out), *size]
    assert decoder.main([*common, "--epochs", "1", "--critical-epochs", "0"]) == 0
    first = json.loads((out / "config.json").read_text("utf-8"))["model_id"]
    assert decoder.main([*common, "--epochs", "2", "--critical-epochs", "1", "--resume"]) == 0
    assert json.loads((out / "config.json").read_text("utf-8"))["model_id"] != first
    curves = json.loads((out / "curves.json").read_text("utf-8"))
    assert [len(curves[stage]) for stage in ("likelihood", "self-critical-0")] == [2, 2]
    assert {path.name for path in out.glob("*.json")} == {"config.json", "recipe.json", "curves.json", "tokenizer.json"}
    assert all(path.stat().st_size < 10_000_000 for path in out.glob("*.safetensors"))

    on = tmp_path / "gone-on"
    started = ["--start", str(out), "--out", str(on), "--critical-epochs", "1", "--critical-runs", "2"]
    assert decoder.main([*common, *started]) == 0  # the last --out counts
    averages = json.loads((on / "curves.json").read_text("utf-8"))["averages"]
    assert [one["runs"] for one in averages[:3]] == [[0], [1], [2]] and len(averages) == 5, "0 is where they began"
    assert (on / "tokenizer.json").read_bytes() == (out / "tokenizer.json").read_bytes()

    generator = DecoderGenerator(out, "cpu", threading.RLock())
    tokens = np.random.default_rng(0).random((81, 1280), np.float32)
    encoding = Encoding("image", tokens, grid_boxes(9), "m", "0" * 64)
    prompts = [CaptionPrompt("en"), CaptionPrompt("zh", "long")]
    searched = generator.captions([encoding, encoding], prompts, Sampling(count=3))
    assert [len(own) > 0 for own in searched] == [True, True]
    assert all(a.log_probability >= b.log_probability for own in searched for a, b in zip(own, own[1:], strict=False))
    sampling = Sampling(count=3, nucleus=0.9, seed=1)
    drawn = [generator.captions([encoding], prompts[:1], sampling) for _ in range(2)]
    assert drawn[0] == drawn[1]
    maps = generator.heatmaps(encoding, searched[0][0].text, "en")
    assert [one.word for one in maps] == searched[0][0].text.split()
    assert all(float(one.weights.sum()) == pytest.approx(1.0, abs=1e-4) for one in maps)

    (out / "tokenizer.json").write_text("{}", "utf-8")
    with pytest.raises(WeightsCorrupt):
        _ = DecoderGenerator(out, "cpu", threading.RLock()).loaded
    (out / "decoder.safetensors").unlink()
    with pytest.raises(WeightsMissing) as missing:
        _ = DecoderGenerator(out, "cpu", threading.RLock()).loaded
    assert "caption decoder" in missing.value.sentence.en
