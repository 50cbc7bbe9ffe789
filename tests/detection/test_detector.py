"""The detector on real pictures, and what it does with damaged weights and odd pictures."""

from __future__ import annotations

import shutil
import threading
from itertools import islice
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from mmdemo.config import settings
from mmdemo.detection.boxes import apart
from mmdemo.detection.detector import SHIPPED_FOLDER, ThingDetector
from mmdemo.detection.thing_counts import count_distribution, likelihood
from mmdemo.detection.thing_names import classes_of, thing_names
from mmdemo.errors import UnreadableMedia, WeightsCorrupt, WeightsMissing
from mmdemo.evaluation.caption_data import archive_names, archive_pictures
from mmdemo.evaluation.sample_media import sample
from mmdemo.types import Image, ImageFile, UInt8Array

PHOTOGRAPHS = Path(__file__).parents[3] / "shared" / "data" / "vqa" / "images.tar"


@pytest.fixture(scope="module")
def detector() -> ThingDetector:
    return ThingDetector(settings(), "cpu", threading.RLock())


def picture(pixels: UInt8Array, name: str) -> Image:
    return Image(pixels, name, name)


def lion() -> UInt8Array:
    with PIL.Image.open(sample("images/lion.jpg")) as opened:
        return np.asarray(opened.convert("RGB"))


def test_a_lion_is_the_cat_that_the_detector_knows(detector: ThingDetector) -> None:
    surest = detector.things([picture(lion(), "lion")])[0][0]
    assert thing_names()[surest.class_id].en == "cat"
    assert likelihood(surest.score) > 0.5
    assert surest.region.x1 - surest.region.x0 > 0.5


@pytest.mark.skipif(not PHOTOGRAPHS.is_file(), reason="needs ../shared/data/vqa")
def test_it_finds_and_counts_things_in_photographs(detector: ThingDetector) -> None:
    wanted = {"000000000025.jpg": "giraffe", "000000000077.jpg": "person"}
    pictures = zip(archive_names(PHOTOGRAPHS), archive_pictures(PHOTOGRAPHS), strict=True)
    seen = dict(islice(((name, pixels) for name, pixels in pictures if name in wanted), len(wanted)))
    giraffe, people = detector.things([picture(pixels, name) for name, pixels in sorted(seen.items())])
    surest = giraffe[0]
    assert thing_names()[surest.class_id].en == "giraffe"
    assert surest.region.x0 == pytest.approx(0.59, abs=0.05)
    assert surest.region.x1 == pytest.approx(0.94, abs=0.05)
    assert count_distribution(people, classes_of("person")).argmax() in range(3, 8)


def test_a_mirrored_picture_has_mirrored_things(detector: ThingDetector) -> None:
    plain, mirrored = detector.things([picture(lion(), "plain"), picture(lion()[:, ::-1], "mirrored")])
    assert plain[0].class_id == mirrored[0].class_id
    assert plain[0].region.x0 == pytest.approx(1 - mirrored[0].region.x1, abs=0.06)


def test_nothing_is_found_where_nothing_is(detector: ThingDetector) -> None:
    grey = picture(np.full((300, 400, 3), 128, np.uint8), "grey")
    tiny = picture(np.zeros((1, 1, 3), np.uint8), "tiny")
    assert all(likelihood(thing.score) < 0.5 for things in detector.things([grey, tiny]) for thing in things)


def test_a_picture_is_looked_at_once(detector: ThingDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    assert detector.kept("once") is None
    first = detector.things([picture(lion(), "once")])
    assert detector.kept("once") == first[0]
    monkeypatch.setattr(detector, "_look", None)
    assert detector.things([picture(lion(), "once"), picture(lion(), "once")]) == [first[0], first[0]]


def test_batches_say_what_single_pictures_say(detector: ThingDetector) -> None:
    pictures = [picture(np.roll(lion(), 40 * shift, axis=1), f"rolled {shift}") for shift in range(3)]
    together = ThingDetector(settings(), "cpu", threading.RLock()).things(pictures)
    for one, things in zip(pictures, together, strict=True):
        alone = ThingDetector(settings(), "cpu", threading.RLock()).things([one])[0]
        assert alone[0].class_id == things[0].class_id
        assert alone[0].score == pytest.approx(things[0].score, abs=1e-3)


def test_a_broken_picture_gets_a_sentence(detector: ThingDetector, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff nothing more")
    with pytest.raises(UnreadableMedia):
        detector.things([ImageFile(broken, "broken.jpg", "broken")])


def test_missing_and_damaged_weights_are_told_apart(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED_FOLDER, tmp_path / "damaged")
    weights = tmp_path / "damaged" / "nanodet-g.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(WeightsCorrupt):
        ThingDetector(settings(), "cpu", threading.RLock(), tmp_path / "damaged").things([picture(lion(), "lion")])
    with pytest.raises(WeightsMissing):
        ThingDetector(settings(), "cpu", threading.RLock(), tmp_path / "nowhere").things([picture(lion(), "lion")])


def test_boxes_of_one_class_that_cover_each_other_are_one_thing() -> None:
    boxes = np.array([[0, 0, 1, 1], [0, 0, 1, 0.9], [0, 0, 0.5, 1], [0, 0, 1, 1]], np.float32)
    assert apart(boxes, np.array([1, 1, 1, 2])) == [0, 2, 3]
    assert apart(np.zeros((0, 4), np.float32), np.zeros(0, int)) == []
