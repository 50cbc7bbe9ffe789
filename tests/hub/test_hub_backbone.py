"""The hub's backbone keeps the protocol: encode once, find again, speech as before, nothing mixed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mmdemo import reasons
from mmdemo.backbone.hub import HubBackbone
from mmdemo.backbone.hub_recordings import WINDOW_SECONDS
from mmdemo.config import HubSettings, Settings
from mmdemo.errors import FileMissing, IndexFromAnotherModel, ModelLacksModality
from mmdemo.hub.catalogue import HubModel
from mmdemo.media import audio_from_samples, open_audio
from mmdemo.tasks.retrieval import EmbeddingIndex
from mmdemo.tasks.zero_shot import classify
from mmdemo.text import text_of
from mmdemo.types import SAMPLE_RATE, Audio, Encoding, Image, Video
from tests.media_factory import write_wav

Make = Callable[..., HubBackbone]


@pytest.fixture(scope="session")
def hub_backbone(embedding_gemma_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> HubBackbone:
    """A backbone with the tiny model; its caches last for the session."""
    return _backbone(embedding_gemma_folder, tmp_path_factory.mktemp("hub-cache"))


def _backbone(folder: Path, cache: Path, **options: object) -> HubBackbone:
    hub = HubSettings(idle_minutes=0.0, **options)  # type: ignore[arg-type]
    return HubBackbone(Settings(device="cpu", threads=1, cache_dir=cache, hub=hub), HubModel(str(folder)), folder)


def _picture(seed: int, height: int = 60, width: int = 90) -> Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image(pixels, "picture", f"{seed:064d}")


def _noise(seconds: float, quiet: tuple[float, float] | None = None) -> Audio:
    samples = (0.2 * np.random.default_rng(1).standard_normal(round(seconds * SAMPLE_RATE))).astype(np.float32)
    if quiet is not None:
        samples[round(quiet[0] * SAMPLE_RATE) : round(quiet[1] * SAMPLE_RATE)] = 0.0
    return audio_from_samples(samples, SAMPLE_RATE, "noise")


def _is_unit(encoding: Encoding, width: int = 768) -> bool:
    assert encoding.embedding is not None
    return encoding.embedding.shape == (width,) and abs(float(np.linalg.norm(encoding.embedding)) - 1) < 1e-5


def test_every_kind_of_media_has_a_vector_in_one_space(hub_backbone: HubBackbone) -> None:
    clip = Video((_picture(1).pixels, _picture(2).pixels), (0.0, 1.0), (0.0,), 2.0, _noise(3.0), "clip", "c" * 64)
    for media in (_picture(1), text_of("a dog"), _noise(3.0), clip):
        encoding = hub_backbone.encode(media)
        assert _is_unit(encoding) and encoding.model_id == hub_backbone.model_id
    assert hub_backbone.model_id.startswith("hub:") and hub_backbone.model_id.endswith("-i70-d768")
    assert reasons.unfitted_probabilities() in hub_backbone.encode(clip).reasons


def test_nothing_is_encoded_twice(hub_backbone: HubBackbone) -> None:
    picture, text, sound = _picture(5), text_of("a cat"), _noise(4.0)
    first = [hub_backbone.encode(media) for media in (picture, text, sound)]
    assert hub_backbone.unload()
    again = [hub_backbone.encode(media) for media in (picture, text, sound)]
    assert not hub_backbone.loaded, "the model is not needed for what is known"
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.embedding, other.embedding)


def test_a_text_that_is_looked_for_is_not_one_that_is_looked_through(hub_backbone: HubBackbone) -> None:
    query, document = hub_backbone.encode_texts([text_of("a dog"), text_of("a dog", role="document")])
    assert not np.allclose(query.embedding, document.embedding, atol=1e-3)  # type: ignore[arg-type]


def test_pictures_travel_with_their_encodings(hub_backbone: HubBackbone) -> None:
    assert hub_backbone.encode(_picture(6, 2000, 1000)).pictures[0].shape == (896, 448, 3)
    clip = Video((_picture(1).pixels, _picture(2).pixels), (0.0, 1.0), (0.0,), 2.0, None, "clip", "d" * 64)
    encoding = hub_backbone.encode(clip)
    spans = hub_backbone.embed_spans(encoding)
    assert [(span.start, span.end) for span, _ in spans] == [(0.0, 1.0), (1.0, 2.0)]
    assert len(encoding.pictures) == 2
    still = hub_backbone.encode(Image(clip.frames[1], "frame", "e" * 64))
    assert float(spans[1][1] @ still.embedding) == pytest.approx(1.0, abs=1e-3)


def test_speech_reads_the_tokens_of_its_own_encoder(hub_backbone: HubBackbone) -> None:
    sound = _noise(6.0)
    windows = list(hub_backbone.encode_windows(sound))
    encoding = hub_backbone.encode(sound)
    assert encoding.tokens.shape == (sum(len(window.tokens) for window in windows), 512)
    assert encoding.endings is not None and encoding.voice_activity is not None


def test_spans_of_the_search_are_two_windows(hub_backbone: HubBackbone) -> None:
    encoding = hub_backbone.encode(_noise(6.0))
    windows = hub_backbone.embed_spans(encoding, WINDOW_SECONDS, WINDOW_SECONDS)
    assert [span.start for span, _ in windows[:2]] == [0.0, 2.5]
    spans = {span.start: vector for span, vector in hub_backbone.embed_spans(encoding)}
    mean = windows[0][1] + windows[1][1]
    np.testing.assert_allclose(spans[0.0], mean / np.linalg.norm(mean), atol=1e-3)


def test_a_silent_recording_has_a_vector_too(hub_backbone: HubBackbone) -> None:
    silence = audio_from_samples(np.zeros(3 * SAMPLE_RATE, np.float32), SAMPLE_RATE, "silence")
    assert _is_unit(hub_backbone.encode(silence))


def test_spans_of_what_was_heard_for_its_words_alone_are_made_when_asked_for(hub_backbone: HubBackbone) -> None:
    sound = _noise(5.5)
    heard = hub_backbone.encode_sound(sound)
    assert heard.embedding is None
    assert len(hub_backbone.embed_spans(heard, 2.5, 2.5)) == 3
    with pytest.raises(FileMissing):
        hub_backbone.embed_spans(replace(heard, sha256="f" * 64))


def test_smaller_vectors_come_from_the_same_windows(embedding_gemma_folder: Path, hub_backbone: HubBackbone) -> None:
    sound = _noise(4.0)
    whole = hub_backbone.encode(sound).embedding
    smaller = _backbone(embedding_gemma_folder, hub_backbone._settings.cache_dir, embedding_size=128)
    short = smaller.encode(sound).embedding
    assert whole is not None and short is not None
    assert smaller.model_id.endswith("-d128") and short.shape == (128,)
    assert float(np.linalg.norm(short)) == pytest.approx(1.0, abs=1e-5)


def test_other_weights_have_another_name(tmp_path: Path, embedding_gemma_folder: Path, siglip_folder: Path) -> None:
    first, second = _backbone(embedding_gemma_folder, tmp_path), _backbone(siglip_folder, tmp_path)
    assert first.model_id != second.model_id


def test_a_model_of_pictures_hears_speech_but_compares_no_sounds(siglip_folder: Path, tmp_path: Path) -> None:
    backbone = _backbone(siglip_folder, tmp_path)
    sound = _noise(3.0)
    with pytest.raises(ModelLacksModality, match="audio"):
        backbone.encode(sound)
    heard = backbone.encode_sound(sound)
    assert len(heard.tokens) and backbone.embed_spans(heard) == ()
    clip = Video((_picture(1).pixels,), (0.0,), (0.0,), 1.0, sound, "clip", "b" * 64)
    encoding = backbone.encode(clip)
    assert reasons.sound_left_out() in encoding.reasons
    assert reasons.unfitted_probabilities() not in encoding.reasons, "SigLIP brings its own calibration"
    assert backbone.match_probability(0.9, "image", "text") > 0.99


def test_towers_left_out_refuse_in_a_sentence(embedding_gemma_folder: Path, tmp_path: Path) -> None:
    backbone = _backbone(embedding_gemma_folder, tmp_path, without=frozenset({"image"}))
    with pytest.raises(ModelLacksModality, match="image"):
        backbone.encode(_picture(1))
    assert _is_unit(backbone.encode(text_of("a dog")))


def test_an_unfitted_model_keeps_the_order_and_claims_little(hub_backbone: HubBackbone) -> None:
    likely = [hub_backbone.match_probability(cosine, "image", "text") for cosine in (0.1, 0.4, 0.7)]
    assert likely == sorted(likely) and likely[1] == pytest.approx(0.5)
    assert likely[0] > 0.04 and likely[2] < 0.96


def test_search_and_labels_work_and_an_index_refuses_other_models(
    hub_backbone: HubBackbone, siglip_folder: Path, tmp_path: Path
) -> None:
    sound = tmp_path / "noise.wav"
    write_wav(sound, _noise(3.0).waveform, SAMPLE_RATE)
    limits = Settings().limits
    index = EmbeddingIndex.open(tmp_path / "index", hub_backbone)
    list(index.add([sound]))
    (hit,) = index.search(open_audio(sound, limits), 1)
    assert hit.score == pytest.approx(1.0, abs=1e-2)
    named = classify(_picture(1), ["a dog", "a cat"], hub_backbone)
    assert sum(score.probability for score in named.labels) == pytest.approx(1.0, abs=1e-5)
    other = _backbone(siglip_folder, tmp_path / "cache")
    with pytest.raises(IndexFromAnotherModel, match="hub:"):
        EmbeddingIndex.load(tmp_path / "index", other).search(text_of("a dog"), 1)
