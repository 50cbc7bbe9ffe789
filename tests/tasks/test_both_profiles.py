"""Search, labels and speech with the models of either profile; captions and answers stand in ``tests/hub``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from mmdemo.config import Limits
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
from mmdemo.media import open_audio, open_media
from mmdemo.runtime import Models
from mmdemo.tasks.pair_matching import match
from mmdemo.tasks.retrieval import EmbeddingIndex
from mmdemo.tasks.subtitle_alignment import transcribe_whole
from mmdemo.tasks.zero_shot import classify
from tests.media_factory import speak, write_scenes

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photograph, a spoken sentence and a clip of two scenes."""
    where = tmp_path_factory.mktemp("profiles")
    pictures = []
    for name in ("lion", "tower"):
        picture = PillowImage.open(sample(f"images/{name}.jpg")).convert("RGB").resize((160, 120))
        picture.save(where / f"{name}.png")
        pictures.append(np.asarray(picture))
    speak(where / "museum.wav", "The museum opens at nine o'clock on Monday.")
    write_scenes(where / "clip.mp4", pictures, 2.0)
    return where


def test_pictures_are_named_and_matched(both_profiles: Models, folder: Path, limits: Limits) -> None:
    picture = both_profiles.backbone.encode(open_media(folder / "lion.png", limits))
    named = classify(picture, ["a lion", "a tower", "a song"], both_profiles.backbone)
    assert sum(label.probability for label in named.labels) == pytest.approx(1.0, abs=1e-5)
    fit = match("a lion", picture, both_profiles.backbone)
    assert 0 < fit.probability < 1
    assert set(picture.reasons) <= set(fit.reasons) and set(picture.reasons) <= set(named.reasons)


def test_what_is_in_an_index_is_found_by_itself(
    both_profiles: Models, folder: Path, tmp_path: Path, limits: Limits
) -> None:
    index = EmbeddingIndex.open(tmp_path / "index", both_profiles.backbone)
    list(index.add([folder]))
    for name in ("lion.png", "museum.wav", "clip.mp4"):
        hits = index.search(open_media(folder / name, limits), 4)
        assert max(hits, key=lambda hit: hit.score).source.endswith(name)
    assert index.model_id == both_profiles.backbone.model_id


def test_nothing_is_encoded_for_a_second_task(both_profiles: Models, folder: Path, limits: Limits) -> None:
    backbone = both_profiles.backbone
    spoken = open_media(folder / "museum.wav", limits)
    backbone.encode(spoken)
    before = backbone.statistics()
    transcribe_whole(spoken, both_profiles)  # type: ignore[arg-type]
    backbone.encode(spoken)
    after = backbone.statistics()
    assert after.misses == before.misses and after.hits > before.hits


def test_speech_and_its_times_are_the_same(real_models: Models, hub_models: Models, limits: Limits) -> None:
    audio = open_audio(sample(SPEECH_FILES[2]), limits)
    assert transcribe_whole(audio, real_models).cues == transcribe_whole(audio, hub_models).cues
