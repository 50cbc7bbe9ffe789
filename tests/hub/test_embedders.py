"""Texts, pictures and sounds through tiny models of the real classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mmdemo.backbone.embedding_gemma import EmbeddingGemma
from mmdemo.backbone.hub_embedder import Embedder, image_tokens, load_embedder, mean_embedding
from mmdemo.config import HubSettings
from mmdemo.hub.catalogue import HubModel
from mmdemo.text import text_of
from mmdemo.types import SAMPLE_RATE, Float32Array, UInt8Array


def _pictures(*sizes: tuple[int, int]) -> list[UInt8Array]:
    rng = np.random.default_rng(3)
    return [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]


def _sounds(*seconds: float) -> list[Float32Array]:
    rng = np.random.default_rng(4)
    return [(0.1 * rng.standard_normal(round(length * SAMPLE_RATE))).astype(np.float32) for length in seconds]


def test_texts_keep_their_characters_and_know_their_role(embedding_gemma: Embedder) -> None:
    query, document = embedding_gemma.embed_texts([text_of("a dog"), text_of("a dog", role="document")])
    assert query.tokens.shape[1] == 768
    for found in (query, document):
        assert found.spans[-5:].tolist() == [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]]
        assert found.spans.max() == 5.0
    assert not np.allclose(mean_embedding(query.tokens, 768), mean_embedding(document.tokens, 768), atol=1e-3)


def test_marks_of_the_model_in_a_text_are_plain_letters(embedding_gemma: Embedder) -> None:
    text = "<|image|><bos><pad> a dog"
    (found,) = embedding_gemma.embed_texts([text_of(text)])
    assert found.spans[:, 1].max() == len(text)
    assert len(np.unique(found.spans[:, 0])) == len(text)


@pytest.mark.parametrize("kind", ["text", "picture", "sound"])
def test_neighbours_in_a_batch_change_nothing(kind: str, embedding_gemma: Embedder) -> None:
    if kind == "text":
        texts = [text_of("a dog"), text_of("a much longer text about cats and trees")]
        together, alone = embedding_gemma.embed_texts(texts), embedding_gemma.embed_texts(texts[:1])
    elif kind == "picture":
        pictures = _pictures((64, 48), (300, 500))
        together, alone = embedding_gemma.embed_pictures(pictures), embedding_gemma.embed_pictures(pictures[:1])
    else:
        sounds = _sounds(1.0, 3.7)
        together, alone = embedding_gemma.embed_sounds(sounds), embedding_gemma.embed_sounds(sounds[:1])
    np.testing.assert_allclose(together[0].tokens, alone[0].tokens, atol=1e-4)


def test_pictures_keep_their_shape_within_the_tokens_allowed(embedding_gemma: Embedder) -> None:
    wide, tall = embedding_gemma.embed_pictures(_pictures((300, 500), (600, 200)))
    for found in (wide, tall):
        boxes = found.spans[(found.spans[:, 2] - found.spans[:, 0]) < 1]
        assert len(boxes) <= 70
        assert float(((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sum()) == pytest.approx(1.0, abs=1e-4)
    assert wide.spans[3].tolist() == pytest.approx([0.1, 0.0, 0.2, 1 / 6])


def test_sound_has_25_tokens_a_second_and_no_end_at_30_seconds(embedding_gemma: Embedder) -> None:
    found = embedding_gemma.embed_sounds(_sounds(2.0, 31.0))
    heard = [item.spans[np.diff(item.spans, axis=1)[:, 0] < 0.05] for item in found]
    assert [len(spans) for spans in heard] == [50, 775]
    assert heard[1][0].tolist() == pytest.approx([0.0, 0.04]) and heard[1][-1, 1] == pytest.approx(31.0, abs=1e-3)


def test_a_single_sample_is_a_sound(embedding_gemma: Embedder) -> None:
    (found,) = embedding_gemma.embed_sounds([np.zeros(1, np.float32)])
    assert len(found.tokens) and np.isfinite(found.tokens).all()


@pytest.mark.parametrize("size", [768, 512, 256, 128])
def test_shorter_embeddings_are_the_beginning_scaled_again(size: int, embedding_gemma: Embedder) -> None:
    (found,) = embedding_gemma.embed_texts([text_of("a dog")])
    whole, short = mean_embedding(found.tokens, 768), mean_embedding(found.tokens, size)
    assert short.shape == (size,)
    assert float(np.linalg.norm(short)) == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose(short, whole[:size] / np.linalg.norm(whole[:size]), atol=1e-6)


def test_towers_can_be_left_out(embedding_gemma_folder: Path) -> None:
    model, settings = HubModel(str(embedding_gemma_folder)), HubSettings(without=frozenset({"audio", "image"}))
    found = load_embedder(model, embedding_gemma_folder, settings, "cpu")
    assert isinstance(found, EmbeddingGemma)
    assert found.modalities == {"text"}
    assert found._network.audio_tower is None and found._network.vision_tower is None
    assert found.embed_texts([text_of("a dog")])[0].tokens.shape[1] == 768


def test_the_numbers_of_a_gpu_give_the_same_directions(embedding_gemma_folder: Path, embedding_gemma: Embedder) -> None:
    import torch

    model = HubModel(str(embedding_gemma_folder))
    short = load_embedder(model, embedding_gemma_folder, HubSettings(), "cpu")
    assert isinstance(short, EmbeddingGemma)
    short._network.to(torch.bfloat16)
    pictures, sounds, texts = _pictures((60, 90)), _sounds(1.0), [text_of("a dog")]
    for first, second in (
        (short.embed_texts(texts), embedding_gemma.embed_texts(texts)),
        (short.embed_pictures(pictures), embedding_gemma.embed_pictures(pictures)),
        (short.embed_sounds(sounds), embedding_gemma.embed_sounds(sounds)),
    ):
        cosine = mean_embedding(first[0].tokens, 768) @ mean_embedding(second[0].tokens, 768)
        assert first[0].tokens.dtype == np.float32 and float(cosine) > 0.98


def test_two_towers_stand_in_with_their_own_calibration(siglip_folder: Path) -> None:
    found = load_embedder(HubModel(str(siglip_folder)), siglip_folder, HubSettings(embedding_size=128), "cpu")
    assert found.modalities == {"text", "image"} and found.dimension == 32
    (text,), pictures = found.embed_texts([text_of("a dog")]), found.embed_pictures(_pictures((50, 70), (90, 20)))
    assert [item.tokens.shape for item in (text, *pictures)] == [(1, 32)] * 3
    assert pictures[0].spans.tolist() == [[0.0, 0.0, 1.0, 1.0]]
    assert found.calibration is not None
    assert found.calibration.probability(12.0 / np.exp(4.0)) == pytest.approx(0.5)


def test_the_device_decides_about_tokens_unless_the_settings_do() -> None:
    assert (image_tokens(HubSettings(), "cpu"), image_tokens(HubSettings(), "cuda")) == (70, 280)
    assert image_tokens(HubSettings(image_tokens=140), "cuda") == 140
