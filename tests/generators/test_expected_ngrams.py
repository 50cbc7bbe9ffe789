"""What captions are expected to say: scores against brute force, and the regression behind them."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch

from mmdemo.errors import WeightsCorrupt, WeightsMissing
from mmdemo.generators.decoder_files import SHIPPED_FOLDER, TOKENIZER_FILE
from mmdemo.generators.expected_ngrams import ExpectedNgrams, caption_ngrams, load_expected_ngrams, pooled
from mmdemo.generators.tokenizer import END_ID, Tokenizer
from mmdemo.runtime import Models
from mmdemo.training import expected_ngrams
from mmdemo.training.expected_ngrams import choose_penalty, fit, ngram_table
from mmdemo.types import Image
from tests.conftest import empty_cache
from tests.training.tiny_folder import write_folder

EXAMPLES = Path(__file__).resolve().parents[2] / "assets" / "examples"

CAPTIONS = [[[11, 12, 13], [11, 12]], [[11, 14], [14, 15, 14]], [[12, 13], [16]]]


def _state(shares: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return weights that expect the same of every picture."""
    listed = [(11,), (12,), (11, 12), (END_ID,)]
    rows = torch.full((len(listed), 4), -1)
    for row, ngram in enumerate(listed):
        rows[row, : len(ngram)] = torch.tensor(ngram)
    return {
        "ngrams": rows.float(),
        "weights": torch.tensor([1.0, 2.0, 3.0, 0.5]),
        "base": shares,
        "mean": torch.zeros(4),
        "spread": torch.ones(4),
        "down": torch.zeros(4, 1),
        "up": torch.zeros(1, len(listed)),
        "unknown": torch.tensor([4.0]),
    }


def test_a_score_is_the_mean_cosine_over_lengths() -> None:
    shares = torch.tensor([0.1, 0.2, 0.3, 0.4])
    score = ExpectedNgrams(_state(shares)).scores(torch.ones(1, 2), [[11, 12], []])[0]
    one = np.array([1.0, 2.0, 0.5]) / np.linalg.norm([1.0, 2.0, 0.5]) @ [0.1, 0.2, 0.4]
    two = 3.0 / math.hypot(3.0, 4.0) * 0.3  # the other pair, with the end, is not listed
    assert score == pytest.approx(10 * (one + two) / 4, rel=1e-5)


def test_the_end_counts_and_all_lengths_come() -> None:
    found = [ngram for counts in caption_ngrams([5, 6, 7]) for ngram in counts]
    assert Counter(len(ngram) for ngram in found) == {1: 4, 2: 3, 3: 2, 4: 1}
    assert (7, END_ID) in set(found)


def test_pictures_are_summed_up_by_mean_and_largest() -> None:
    tokens = torch.tensor([[[4.0, 0.0], [0.0, -3.0]]])
    assert pooled(tokens).tolist() == [[pytest.approx(math.sqrt(2.0)), 0.0, 2.0, 0.0]]


def test_a_table_holds_unit_vectors_of_what_is_frequent_enough() -> None:
    table = ngram_table(CAPTIONS, least=2)
    assert (14,) not in table.listed and (11,) in table.listed and (END_ID,) in table.listed
    assert table.weights[table.listed.index((11,))] == pytest.approx(math.log(3 / 2))
    first = table.captions[0].toarray()[0]
    unigrams = {11: math.log(3 / 2), 12: math.log(3 / 2), 13: math.log(3 / 2)}
    norm = math.sqrt(sum(weight**2 for weight in unigrams.values()))
    assert first[table.listed.index((13,))] == pytest.approx(unigrams[13] / norm)
    means = np.array([table.captions[[2 * i, 2 * i + 1]].toarray().mean(axis=0) for i in range(3)])
    np.testing.assert_allclose(table.shares.toarray(), means, rtol=1e-5)


def test_the_regression_is_that_of_the_whole_matrix_when_no_direction_is_left_out() -> None:
    random = torch.Generator().manual_seed(0)
    views = [torch.randn(30, 5, generator=random) for _ in range(2)]
    captions = [[[10 + row % 3, 14 + row % 4], [10 + row % 3]] for row in range(30)]
    table = ngram_table(captions, least=1)
    down, up, base = fit(views, table, 1.0, 5)
    stacked, shares = torch.cat(views), torch.from_numpy(table.shares.toarray()).repeat(2, 1)
    expected = torch.linalg.solve(stacked.T @ stacked + 5.0 * torch.eye(5), stacked.T @ (shares - base))
    torch.testing.assert_close(down @ up, expected, atol=1e-4, rtol=1e-3)
    assert torch.linalg.matrix_rank(fit(views, table, 1.0, 2)[0] @ up[:2]) == 2


def test_the_penalty_is_one_of_those_tried_and_the_best_of_them() -> None:
    random = torch.Generator().manual_seed(1)
    kinds = torch.arange(60) % 3
    view = torch.eye(3)[kinds] + 0.1 * torch.randn(60, 3, generator=random)
    table = ngram_table([[[10 + int(kind), 20], [10 + int(kind)]] for kind in kinds], least=1)
    penalty, worth = choose_penalty([view], table)
    assert worth[str(penalty)] == max(worth.values()) > 0


@pytest.mark.real
def test_a_photograph_of_a_beach_is_expected_to_be_described_as_one(real_models: Models) -> None:
    pixels = np.asarray(PIL.Image.open(EXAMPLES / "sunset.jpg").convert("RGB"))
    encoding = real_models.backbone.encode_images([Image(pixels, "sunset.jpg", "sunset")])[0]
    tokenizer = Tokenizer.load(SHIPPED_FOLDER / TOKENIZER_FILE)
    captions = {
        "en": ["a man stands on a beach at sunset", "a dog runs through the grass"],
        "zh": ["夕阳下的海边", "一只狗在草地上奔跑"],
    }
    for language, expected in load_expected_ngrams(SHIPPED_FOLDER / TOKENIZER_FILE).items():
        right, wrong = expected.scores(torch.tensor(encoding.tokens), tokenizer.ids(captions[language]))
        assert right > wrong + 0.1


def test_another_tokenizer_is_scored_by_nothing_and_damage_is_named(tmp_path: Path) -> None:
    other = tmp_path / TOKENIZER_FILE
    other.write_text("{}", "utf-8")
    assert load_expected_ngrams(other) == {}
    with pytest.raises(WeightsMissing):
        load_expected_ngrams(other, tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_id": "wrong"}), "utf-8")
    for language in ("en", "zh"):
        (tmp_path / f"{language}.safetensors").write_bytes(b"no weights")
    with pytest.raises(WeightsCorrupt):
        load_expected_ngrams(other, tmp_path)


@pytest.mark.real
def test_a_tiny_folder_is_learned_from_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = empty_cache(tmp_path / "cache")
    monkeypatch.setattr("mmdemo.training.expected_ngrams.settings", lambda: settings)
    write_folder(tmp_path / "data")
    out = tmp_path / "out"
    sizes = ["--views", "2", "--rank", "4", "--least", "1"]
    assert expected_ngrams.main(["--data", str(tmp_path / "data"), "--out", str(out), *sizes]) == 0
    assert {path.name for path in out.iterdir()} == {"config.json", "recipe.json", "en.safetensors", "zh.safetensors"}
    found = load_expected_ngrams(SHIPPED_FOLDER / TOKENIZER_FILE, out)
    assert found["en"].expected(torch.rand(2, 81, 1280)).shape[0] == 2
