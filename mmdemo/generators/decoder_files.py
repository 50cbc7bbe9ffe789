"""The files of the decoder: where they lie and what names them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmdemo.backbone.head_files import TrainedWeights, read_weights_config, weights_id

FOLDER_VARIABLE = "MMDEMO_DECODER"
"""Environment variable that names another folder of weights, such as one trained on the user's own captions."""
SHIPPED_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "weights" / "decoder"
TOKENIZER_FILE = "tokenizer.json"
WEIGHTS_NAME = "decoder"
MEND = "git checkout -- assets/weights/decoder"
COMPONENT = "caption decoder"
DECODER = TrainedWeights(COMPONENT, MEND, "decoder", (WEIGHTS_NAME,), (TOKENIZER_FILE,))


def decoder_folder() -> Path:
    """Return where the decoder lies: the folder named in ``MMDEMO_DECODER``, else the shipped one."""
    named = os.environ.get(FOLDER_VARIABLE, "").strip()
    return Path(named).expanduser() if named else SHIPPED_FOLDER


def decoder_id(folder: Path, config: Mapping[str, Any]) -> str:
    """Name a decoder (see `weights_id`)."""
    return weights_id(folder, config, DECODER)


def read_decoder_config(folder: Path) -> dict[str, Any]:
    """Read the config of a decoder (see `read_weights_config`)."""
    return read_weights_config(folder, DECODER)
