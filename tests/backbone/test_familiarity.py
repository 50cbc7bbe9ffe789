"""The detector of foreign pictures: its arithmetic, strict loading, and what it says of pictures anybody can judge."""

from __future__ import annotations

import hashlib
import json
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from mmdemo.backbone import familiarity
from mmdemo.backbone.familiarity import (
    FOREIGN,
    Classifier,
    Familiarity,
    FamiliarPictures,
    LocalFamiliarity,
    pooled_tokens,
)
from mmdemo.config import Limits
from mmdemo.errors import FamiliarityOutdated, WeightsCorrupt, WeightsMissing
from mmdemo.media import load_image
from mmdemo.runtime import Models
from mmdemo.types import Encoding, Float32Array
from tests.training.tiny_detector import HEADS, write_detector


def test_distances_are_those_of_the_definition() -> None:
    generator = np.random.default_rng(0)
    joint = generator.standard_normal((30, 384)).astype(np.float32)
    joint /= np.linalg.norm(joint, axis=1, keepdims=True)
    directions = np.linalg.qr(generator.standard_normal((1280, 5)))[0].astype(np.float32)
    mean, spread = generator.random(1280).astype(np.float32), np.arange(1, 6, dtype=np.float32)
    pictures = FamiliarPictures(joint, joint.mean(axis=0), 2 * np.eye(384, dtype=np.float32), mean, directions, spread)
    query = joint[:2]
    nearest, ten, spread_out = pictures.joint_features(query)[:, :3].T
    np.testing.assert_allclose(nearest, 0, atol=1e-6)  # each is itself among the reference
    expected = [1 - np.sort(joint @ vector)[::-1][:10].mean() for vector in query]
    np.testing.assert_allclose(ten, expected, atol=1e-6)
    np.testing.assert_allclose(spread_out, 2 * np.linalg.norm(query - joint.mean(axis=0), axis=1), atol=1e-5)
    # Two deviations along the first direction, and three off all of them.
    off = generator.standard_normal(1280).astype(np.float32)
    off -= directions @ (directions.T @ off)
    off *= 3 / np.linalg.norm(off)
    within, rest = pictures.tower_features((mean + 2 * directions[:, 0] + off)[None])[0, :2]
    assert within == pytest.approx(2, abs=1e-3) and rest == pytest.approx(3, abs=1e-3)


def test_tokens_are_pooled_over_their_square_roots() -> None:
    tokens = np.full((1, 81, 1280), 4, np.float16)
    tokens[0, :, 0] = -1
    pooled = pooled_tokens(tokens)
    assert pooled[0, 0] == 0 and pooled[0, 1] == 2


def test_probabilities_stay_finite_however_far_a_picture_lies() -> None:
    classifier = Classifier(np.ones(1, np.float32), 0.0)
    found = classifier.probability(np.array([[-1e6], [0], [1e6]], np.float32))
    assert np.isfinite(found).all() and found[1] == pytest.approx(0.5)


def _encoding(model_id: str, embedding: Float32Array | None) -> Encoding:
    generator = np.random.default_rng(1)
    tokens = generator.random((81, 1280)).astype(np.float32)
    return Encoding("image", tokens, np.zeros((81, 4), np.float32), model_id, "0", embedding=embedding)


def test_other_heads_leave_the_judgement_to_the_tower(tmp_path: Path) -> None:
    write_detector(tmp_path)
    detector = Familiarity.load(tmp_path)
    embedding = np.eye(1, 384, dtype=np.float32)[0]
    own = detector.foreign_probability(_encoding(f"efficientnet-lite2+{HEADS}", embedding))
    others = detector.foreign_probability(_encoding("efficientnet-lite2+joint-space-of-mine", embedding))
    without = detector.foreign_probability(_encoding("efficientnet-lite2", None))
    assert others == without != own
    assert LocalFamiliarity(tmp_path).foreign_probability(_encoding("efficientnet-lite2", None)) == without


def test_damaged_and_missing_files_are_said(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing):
        Familiarity.load(tmp_path)
    write_detector(tmp_path)
    weights = tmp_path / familiarity.WEIGHTS_FILE
    content = weights.read_bytes()
    weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(WeightsCorrupt):
        Familiarity.load(tmp_path)
    weights.write_bytes(content)
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    assert hashlib.sha256(content).hexdigest() == config["sha256"]
    del config["offsets"]["tower"]
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(WeightsCorrupt):
        Familiarity.load(tmp_path)


def test_a_detector_of_other_heads_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_detector(tmp_path)
    monkeypatch.setattr(familiarity, "SHIPPED_FOLDER", tmp_path)
    with pytest.raises(FamiliarityOutdated) as caught:
        Familiarity.load(tmp_path)
    assert HEADS in caught.value.sentence.en and "mmdemo.training.familiarity" in caught.value.sentence.zh


def test_what_ships_fits_the_heads_that_ship_and_is_small() -> None:
    assert Familiarity.load().heads
    assert sum(path.stat().st_size for path in familiarity.SHIPPED_FOLDER.iterdir()) < 10_000_000


@pytest.mark.real
def test_logos_and_screens_are_foreign_and_a_photograph_is_not(real_models: Models, limits: Limits) -> None:
    spec = find_spec("gradio")
    assert spec is not None and spec.origin is not None
    folder = Path(spec.origin).parent / "media_assets" / "images"
    detector = Familiarity.load()

    def judge(name: str) -> float:
        return detector.foreign_probability(real_models.backbone.encode(load_image(folder / name, limits)))

    assert min(judge("logo.png"), judge("screenshot.gif"), judge("avatar.png")) > 0.9
    assert judge("lion.jpg") < FOREIGN


@pytest.mark.real
def test_noise_is_foreign_and_judged_within_milliseconds(real_models: Models, limits: Limits) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    encoding = real_models.backbone.encode(load_image(PIL.Image.fromarray(noise), limits))
    detector = Familiarity.load()
    assert detector.foreign_probability(encoding) > 0.99
    times = []
    for _ in range(9):
        started = time.perf_counter()
        detector.foreign_probability(encoding)
        times.append(time.perf_counter() - started)
    assert min(times) < 0.005
