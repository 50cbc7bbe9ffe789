"""The fit of the detector of foreign pictures: on numbers, and from a folder of pictures to written files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mmdemo.backbone.familiarity import FOREIGN, Familiarity, FamiliarPictures
from mmdemo.evaluation.foreign_pictures import FAMILIES, foreign_picture
from mmdemo.training import familiarity
from mmdemo.training.familiarity_fit import FAMILIAR_SHARE
from tests.conftest import empty_cache
from tests.training.tiny_detector import fit, seen
from tests.training.tiny_folder import write_folder


def test_foreign_numbers_are_told_from_new_familiar_ones() -> None:
    fitted = fit()
    restored = {
        name: array.astype(np.float32) * np.float32(fitted.scales.get(name, 1)) for name, array in fitted.stored.items()
    }
    pictures = FamiliarPictures(**restored)
    for name in ("joint", "tower", "reach"):
        shares = []
        for group in (seen(200, 9), seen(50, 8, 1.0)):
            features = pictures.tower_features(group.pooled)
            if name != "tower":
                features = np.concatenate([features, pictures.joint_features(group.embeddings)], axis=1)
            shares.append(float((fitted.classifiers[name].probability(features) >= FOREIGN).mean()))
        assert shares[0] < 3 * (1 - FAMILIAR_SHARE) and shares[1] > 0.95


def test_every_family_makes_the_same_picture_of_the_same_seed() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    for family in FAMILIES:
        first, again, other = (foreign_picture(family, seed, [photo]) for seed in (3, 3, 4))
        assert first.dtype == np.uint8 and first.ndim == 3 and first.shape[2] == 3
        np.testing.assert_array_equal(first, again)
        assert first.shape != other.shape or (first != other).any(), family.name
    assert {family.kind for family in FAMILIES if family.held_out} == {"document", "drawing", "noise"}


def test_spoilt_photographs_keep_their_size_or_grow() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    views = [familiarity.spoilt(photo, position, 0, seed=0) for position in range(8)]
    assert all(view.dtype == np.uint8 and view.shape[2] == 3 for view in views)
    assert (views[0].std(axis=2) == 0).all() and views[2].shape == (128, 128, 3)


def test_the_reference_leaves_out_what_is_judged() -> None:
    reference, new = familiarity.split_places([f"{i}.jpg" for i in range(500)])
    assert not set(reference) & set(new) and sorted([*reference, *new]) == list(range(500))
    assert familiarity.split_places(["one.jpg"]) == ([0], [0])


@pytest.mark.real
def test_a_tiny_folder_is_fitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = empty_cache(tmp_path / "cache")
    monkeypatch.setattr("mmdemo.training.familiarity.settings", lambda: settings)
    write_folder(tmp_path / "data")
    out = tmp_path / "detector"
    assert familiarity.main(["--data", str(tmp_path / "data"), "--out", str(out), "--pictures", "1"]) == 0
    assert {path.name for path in out.iterdir()} == {"config.json", "recipe.json", "familiarity.safetensors"}
    recipe = json.loads((out / "recipe.json").read_text("utf-8"))
    assert recipe["options"] == {"pictures": 1, "seed": 0} and len(recipe["families"]) == len(FAMILIES)
    detector = Familiarity.load(out)
    assert detector.heads.startswith("joint-space-")
    tokens = np.random.default_rng(0).random((3, 81, 1280)).astype(np.float32)
    embeddings = seen(3, 0).embeddings
    for found in (detector.foreign_probabilities(tokens, embeddings), detector.foreign_probabilities(tokens, None)):
        assert found.shape == (3,) and ((found >= 0) & (found <= 1)).all()
