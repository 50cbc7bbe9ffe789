"""The files of the answering weights: where they lie, what names them, and which decoder they belong to."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmdemo.backbone.head_files import TrainedWeights, existing, read_weights_config, weights_id
from mmdemo.errors import WeightsCorrupt
from mmdemo.types import CaptionLanguage

FOLDER_VARIABLE = "MMDEMO_ANSWERS"
"""Environment variable that names another folder of weights."""
SHIPPED_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "weights" / "answers"
ANSWERS_FILE = "answers.tsv"
WEIGHTS_NAME = "answers"
MEND = "git checkout -- assets/weights/answers assets/weights/decoder"
COMPONENT = "answers about pictures"
ANSWERS = TrainedWeights(COMPONENT, MEND, "answers", (WEIGHTS_NAME,), (ANSWERS_FILE,))


@dataclass(frozen=True)
class ListedAnswer:
    """An answer that can be given."""

    en: str
    zh: str  # empty when it is only given in English

    def text(self, language: CaptionLanguage) -> str:
        """Return the answer in a language."""
        return self.zh if language == "zh" else self.en


def answers_folder() -> Path:
    """Return where the weights lie: the folder named in ``MMDEMO_ANSWERS``, else the shipped one."""
    named = os.environ.get(FOLDER_VARIABLE, "").strip()
    return Path(named).expanduser() if named else SHIPPED_FOLDER


def answers_id(folder: Path, config: Mapping[str, Any]) -> str:
    """Name the weights (see `weights_id`)."""
    return weights_id(folder, config, ANSWERS)


def read_answers_config(folder: Path, decoder_id: str) -> dict[str, Any]:
    """Read the config of weights that belong to a decoder (see `read_weights_config`).

    Args:
        folder: of the weights.
        decoder_id: of the decoder that they change.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: the config cannot be read, something has changed since, or they were made for another decoder.
    """
    config = read_weights_config(folder, ANSWERS)
    if config.get("decoder") != decoder_id:
        raise WeightsCorrupt(path=folder, command=MEND)
    return config


def read_answer_list(folder: Path) -> list[ListedAnswer]:
    """Read the list of answers.

    Raises:
        WeightsMissing: it is not there.
    """
    with existing(folder / ANSWERS_FILE, ANSWERS).open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [ListedAnswer(row["en"], row["zh"] or "") for row in rows]


def write_answer_list(folder: Path, answers: Sequence[ListedAnswer]) -> None:
    """Write the list of answers."""
    lines = ["en\tzh", *(f"{answer.en}\t{answer.zh}" for answer in answers)]
    (folder / ANSWERS_FILE).write_text("\n".join(lines) + "\n", "utf-8")
