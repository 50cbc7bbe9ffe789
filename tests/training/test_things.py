"""The detector's weights are read out of a published graph, and its counts fitted, on data that takes a second."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from mmdemo.detection.detector import load_detector
from mmdemo.detection.nanodet import NanoDet
from mmdemo.detection.thing_counts import READING, CountReading
from mmdemo.detection.thing_names import classes_of
from mmdemo.errors import WeightsCorrupt
from mmdemo.training import detector_weights, thing_counts
from mmdemo.training.thing_counts import Counted, fitted
from mmdemo.training.thing_features import archive_things
from mmdemo.types import Image, Region, Thing
from tests.evaluation.test_qa_visual import _write

BOX = Region(0.25, 0.25, 0.5, 0.75)
DOG = classes_of("dog")[0]


class OneDog:
    """Finds one dog in every picture, and another in pictures whose red is strong."""

    model_id = "one-dog"
    asked = 0

    def things(self, images: list[Image]) -> list[tuple[Thing, ...]]:
        self.asked += len(images)
        return [(Thing(DOG, 0.75, BOX),) * (2 if image.pixels[0, 0, 1] > 30 else 1) for image in images]


def write_graph(folder: Path) -> NanoDet:
    """Write a random network the way TensorFlow.js stores it."""
    torch.manual_seed(0)
    network = NanoDet()
    stored, weights, nodes = b"", [], []
    own = [module for module in network.modules() if "weight" in dict(module.named_parameters(recurse=False))]
    for number, module in enumerate(own):
        torch.nn.init.kaiming_normal_(module.weight, a=0.1)  # type: ignore[arg-type]
        torch.nn.init.normal_(module.bias, std=0.1)  # type: ignore[arg-type]
        name = f"graph/convolution_{number}" if number else "graph/convolution"
        tensors = {f"w{number}": module.weight.detach().permute(2, 3, 1, 0), f"b{number}": module.bias.detach()}  # type: ignore[operator,union-attr]
        for key, value in tensors.items():
            stored += value.numpy().astype(np.float16).tobytes()
            weights.append({"name": key, "shape": list(value.shape), "quantization": {"dtype": "float16"}})
        nodes.append({"op": "Conv2D", "name": name, "input": ["x", f"w{number}"]})
        nodes.append({"op": "Add", "name": f"graph/Add_{number}", "input": [name, f"b{number}"]})
    graph = {"weightsManifest": [{"weights": weights}], "modelTopology": {"node": nodes[::-1]}}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nanodet.json").write_text(json.dumps(graph), "utf-8")
    (folder / "nanodet.bin").write_bytes(stored)
    return network


def test_weights_are_read_out_of_the_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = write_graph(tmp_path / "graph").eval()
    checksum = hashlib.sha256((tmp_path / "graph" / "nanodet.bin").read_bytes()).hexdigest()
    monkeypatch.setattr(detector_weights, "CHECKSUM", checksum)
    assert detector_weights.main([str(tmp_path / "graph"), "--out", str(tmp_path / "out")]) == 0
    loaded = load_detector(tmp_path / "out", "cpu")
    with torch.inference_mode():
        pixels = torch.randn(1, 3, 416, 416)
        for expected, found in zip(network(pixels), loaded(pixels), strict=True):
            assert float((expected.scores - found.scores).abs().mean()) < 0.02  # weights are stored in eight bits
            assert float((expected.sides - found.sides).abs().mean()) < 0.05 * float(expected.sides.mean())


def test_other_bytes_than_the_published_ones_are_refused(tmp_path: Path) -> None:
    write_graph(tmp_path / "graph")
    with pytest.raises(WeightsCorrupt):
        detector_weights.main([str(tmp_path / "graph"), "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def test_things_of_an_archive_are_found_once(tmp_path: Path) -> None:
    _write(tmp_path / "vqa")
    detector = OneDog()
    found = archive_things(tmp_path / "vqa" / "images.tar", detector, tmp_path)  # type: ignore[arg-type]
    assert [len(things) for things in found] == [1, 1, 1, 1, 2, 2, 2]
    assert found[0] == (Thing(DOG, 0.75, BOX),)
    assert archive_things(tmp_path / "vqa" / "images.tar", detector, tmp_path) == found  # type: ignore[arg-type]
    assert detector.asked == 7


def test_a_reading_is_fitted_to_what_people_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(tmp_path / "vqa")
    questions = tmp_path / "vqa" / "questions.jsonl"
    asked = questions.read_text("utf-8").replace("What color is it?", "How many dogs are there?")
    questions.write_text(asked.replace('"green"', '"1"'), "utf-8")
    monkeypatch.setattr("mmdemo.detection.detector.ThingDetector", lambda *given: OneDog())
    monkeypatch.setenv("MMDEMO_CACHE_DIR", str(tmp_path / "cache"))
    assert thing_counts.main(["--data", str(tmp_path)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["questions"], said["accuracy"]) == (3, 100.0)


def test_a_reading_that_fits_people_scores_higher() -> None:
    shares = np.zeros(21, np.float32)
    shares[2] = 1.0
    counted = [Counted((Thing(DOG, 0.8, BOX),) * 2, (DOG,), shares)]
    doubting = CountReading(offset=-5.0, sure_offset=-5.0)
    assert fitted(counted, READING).score > fitted(counted, doubting).score
    assert fitted(counted, READING).accuracy == 100.0
