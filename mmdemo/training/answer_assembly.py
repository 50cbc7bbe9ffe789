"""Puts the training of the answering network together, and writes what comes out."""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mmdemo.backbone.head_files import CONFIG_FILE, read_head, write_head
from mmdemo.backbone.joint_space import JointSpace
from mmdemo.config import settings
from mmdemo.detection.detector import ThingDetector
from mmdemo.device import choose_device, multiplies_bfloat16, torch_device
from mmdemo.evaluation.qa_questions import read_questions
from mmdemo.generators.answer_files import (
    WEIGHTS_NAME,
    ListedAnswer,
    answers_id,
    read_answer_list,
    write_answer_list,
)
from mmdemo.generators.answer_network import AnswerNetwork, AnswerShape
from mmdemo.generators.decoder import load_decoder
from mmdemo.generators.decoder_files import SHIPPED_FOLDER, read_decoder_config
from mmdemo.generators.decoder_layers import SequenceDropout
from mmdemo.training.answer_batches import BatchMaker, PictureTable
from mmdemo.training.answer_calibration import fit_calibration
from mmdemo.training.answer_data import CaptionAsks, asked_pictures, captioned_asks, captioned_table, picture_facts
from mmdemo.training.answer_list import answer_list, fill_answers
from mmdemo.training.answer_stage import AnswerCurve, AnswerTraining, train_answers
from mmdemo.training.loop import Schedule
from mmdemo.training.question_captions import worded
from mmdemo.training.question_data import is_kept_back, training_part, with_weights
from mmdemo.training.question_labels import label_asks
from mmdemo.training.sources import data_hash, load_towers
from mmdemo.training.stages import HELD_OUT_PICTURES, is_held_out
from mmdemo.verified_files import disk_errors

SCHEDULE = Schedule(
    epochs=7,
    batch_size=40,
    learning_rate=1.5e-3,
    weight_decay=0.1,
    dropout=0.2,
    smoothing=0.05,
    average_decay=0.985,
    patience=6,
)
HEAD_DROPOUT = 0.3
"""Before the answers are compared: each has a vector of its own, and most are met once or twice."""
HELD_OUT_ASKS = 192
"""Questions out of captions by which early stopping judges, in each language."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A training with what its files need."""

    training: AnswerTraining
    answers: list[ListedAnswer]
    base: dict[str, Any]  # config of the decoder


def schedule_of(options: argparse.Namespace) -> Schedule:
    """Return the schedule as the command line changes it."""
    found = SCHEDULE
    if options.epochs:
        found = replace(found, epochs=options.epochs)
    return replace(found, learning_rate=options.rate) if options.rate else found


def prepare(options: argparse.Namespace) -> Prepared:
    """Read data and base, and build the network.

    Args:
        options: of `mmdemo.training.answers`.
    """
    towers, space = load_towers(settings()), JointSpace.load()
    folder = options.base or SHIPPED_FOLDER
    base = load_decoder(folder, "cpu")
    torch.manual_seed(options.seed)
    detector = ThingDetector(settings(), torch_device(choose_device(settings())), threading.RLock())
    pictures = asked_pictures(options.data / "vqa", options.views, base.network, towers, space, detector)
    questions = training_part(read_questions(options.data / "vqa"))
    answers = read_answer_list(options.start) if options.start else answer_list(questions)
    network = AnswerNetwork(base.network, AnswerShape(len(answers), options.rank), HEAD_DROPOUT)
    fill_answers(network, answers, base.tokenizer, towers.text, space, pictures.embeddings, questions)
    if options.start:
        network.load_state_dict(read_head(options.start, WEIGHTS_NAME), strict=True)
    for module in network.decoder.layers.modules():
        if isinstance(module, SequenceDropout):
            module.share = SCHEDULE.dropout
        elif isinstance(module, torch.nn.Linear) and multiplies_bfloat16():
            module.to(torch.bfloat16)  # once, instead of with every batch
    places = {answer.en: place for place, answer in enumerate(answers)}
    flickr = captioned_table(options.data / "flickr8k", "train", options.views, base.network, towers, space, detector)
    asks = captioned_asks(picture_facts(options.data / "flickr8k", "train", ("en", "zh")), flickr, options.seed)
    rows = {name: row for row, name in enumerate(pictures.names)}
    random = np.random.default_rng(options.seed)
    labelled = label_asks(flickr.logits[0].float().numpy(), _shown(flickr), random) if options.labels else []
    own = sorted({rows[question.picture] for question in questions if not is_kept_back(question.picture)})
    named = label_asks(pictures.logits[0].float().numpy(), own, random) if options.labels else []
    pairs = [(question, with_weights(question, rows[question.picture])) for question in questions]
    training = AnswerTraining(
        network,
        base.reader,
        BatchMaker(pictures, base.tokenizer, base.reader, places),
        BatchMaker(flickr, base.tokenizer, base.reader, places),
        [asked for question, asked in pairs if not is_kept_back(question.picture)],
        lambda language, seed: worded([*asks.learned, *labelled], language, np.random.default_rng(seed)),
        lambda language, seed: worded(named, language, np.random.default_rng(seed)),
        [(question, asked) for question, asked in pairs if is_kept_back(question.picture)],
        _held_out(asks, options.seed),
        [answer.en for answer in answers],
        tuple(options.captions),
    )
    return Prepared(training, answers, read_decoder_config(folder))


def _shown(table: PictureTable) -> list[int]:
    """Return the rows of the pictures that are not held out."""
    return [row for row, name in enumerate(table.names) if not is_held_out(name, HELD_OUT_PICTURES)]


def _held_out(asks: CaptionAsks, seed: int) -> dict[Any, Any]:
    random = np.random.default_rng(seed)
    chosen = [asks.held_out[i] for i in random.permutation(len(asks.held_out))[:HELD_OUT_ASKS]]
    return {language: worded(chosen, language, random) for language in ("en", "zh")}


def learn(prepared: Prepared, options: argparse.Namespace, report: Callable[[AnswerCurve], None]) -> list[AnswerCurve]:
    """Train; the network is left at its best."""
    checkpoint = options.out / "checkpoints" / "answers.pt"
    return train_answers(
        prepared.training, schedule_of(options), options.steps, options.seed, checkpoint, options.resume, report
    )


def learned_before(folder: Path) -> list[AnswerCurve]:
    """Read the curve of weights that stay as they are."""
    return [AnswerCurve(**epoch) for epoch in json.loads((folder / "curves.json").read_text("utf-8"))]


def write(prepared: Prepared, options: argparse.Namespace, curves: Sequence[AnswerCurve], seconds: int) -> None:
    """Write weights, list, config, recipe and curves.

    Args:
        prepared: with the trained network.
        options: of the training.
        curves: of its epochs.
        seconds: that it took.
    """
    folder, training = options.out, prepared.training
    state = training.network.state_dict()
    with disk_errors(folder, sum(value.numel() for value in state.values()) * 2):
        write_head(folder, WEIGHTS_NAME, state, eight_bits=True)
        write_answer_list(folder, prepared.answers)
        config: dict[str, Any] = {
            "format": 1,
            "decoder": prepared.base["model_id"],
            "shape": asdict(training.network.shape),
            "calibration": fit_calibration(training),
        }
        config["model_id"] = answers_id(folder, config)
        written: dict[str, Any] = {
            CONFIG_FILE: config,
            "recipe.json": _recipe(options, seconds),
            "curves.json": [asdict(curve) for curve in curves],
        }
        for name, content in written.items():
            text = json.dumps(content, ensure_ascii=False, indent=1)
            (folder / name).write_text(text + "\n", "utf-8")


def _recipe(options: argparse.Namespace, seconds: int) -> Mapping[str, Any]:
    said = {name: value for name, value in vars(options).items() if not isinstance(value, Path) and value is not None}
    return {
        "module": "mmdemo.training.answers",
        "options": said | {"continued": options.start is not None},
        "data": data_hash(options.data),
        "schedule": asdict(schedule_of(options)),
        "torch": torch.__version__,
        "seconds": seconds,
    }
