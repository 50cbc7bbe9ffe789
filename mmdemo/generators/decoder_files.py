"""The files of the decoder: where they lie and what names them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmdemo.backbone.head_files import CONFIG_FILE, head_parts
from mmdemo.errors import WeightsCorrupt, WeightsMissing

FOLDER_VARIABLE = "MMDEMO_DECODER"
"""Environment variable that names another folder of weights, such as one trained on the user's own captions."""
SHIPPED_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "weights" / "decoder"
TOKENIZER_FILE = "tokenizer.json"
WEIGHTS_NAME = "decoder"
MEND = "git checkout -- assets/weights/decoder"
COMPONENT = "caption decoder"


def decoder_folder() -> Path:
    """Return where the decoder lies: the folder named in ``MMDEMO_DECODER``, else the shipped one."""
    named = os.environ.get(FOLDER_VARIABLE, "").strip()
    return Path(named).expanduser() if named else SHIPPED_FOLDER


def decoder_id(folder: Path, config: Mapping[str, Any]) -> str:
    """Name a decoder by the bytes of its weights and tokenizer and by what its config says besides that name.

    Raises:
        WeightsMissing: a file is not there.
    """
    described = {key: value for key, value in config.items() if key != "model_id"}
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    for path in [folder / TOKENIZER_FILE, *head_parts(folder, WEIGHTS_NAME)]:
        if not path.is_file():
            raise WeightsMissing(component=COMPONENT, command=MEND)
        digest.update(path.read_bytes())
    return f"decoder-{digest.hexdigest()[:12]}"


def read_decoder_config(folder: Path) -> dict[str, Any]:
    """Read the config of a decoder whose files are those it was written for.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: the config cannot be read, or something has changed since it was written.
    """
    path = folder / CONFIG_FILE
    if not path.is_file():
        raise WeightsMissing(component=COMPONENT, command=MEND)
    try:
        config: dict[str, Any] = json.loads(path.read_text("utf-8"))
        expected = config["model_id"]
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsCorrupt(path=folder, command=MEND) from error
    if decoder_id(folder, config) != expected:
        raise WeightsCorrupt(path=folder, command=MEND)
    return config
