"""The stages of the decoder's training, from a data folder to files."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mmdemo.backbone.head_files import CONFIG_FILE, write_head
from mmdemo.config import settings
from mmdemo.generators.decoder_files import TOKENIZER_FILE, WEIGHTS_NAME, decoder_id
from mmdemo.generators.decoder_network import DecoderShape, PromptedDecoder
from mmdemo.generators.label_names import LabelReader, label_names
from mmdemo.generators.tokenizer import Tokenizer, plain
from mmdemo.training.caption_examples import CaptionExamples, read_examples
from mmdemo.training.caption_stage import DecoderTraining
from mmdemo.training.likelihood import train_likelihood
from mmdemo.training.loop import Schedule
from mmdemo.training.self_critical import train_self_critical
from mmdemo.training.sources import Towers, load_towers
from mmdemo.training.stages import HELD_OUT_PICTURES, is_held_out
from mmdemo.verified_files import disk_errors

LIKELIHOOD_SCHEDULE = Schedule(
    epochs=12,
    batch_size=32,
    learning_rate=8e-4,
    weight_decay=0.05,
    dropout=0.1,
    smoothing=0.1,
    average_decay=0.995,
    patience=5,
    restarts=(5,),
)
CRITICAL_SCHEDULE = Schedule(
    epochs=2,
    batch_size=48,
    learning_rate=5e-5,
    weight_decay=0.05,
    dropout=0.1,
    smoothing=0.1,
    average_decay=0.98,
    patience=2,
)


def schedules(options: argparse.Namespace) -> tuple[Schedule, Schedule]:
    """Return both stages' schedules as the command line changes them."""
    first = LIKELIHOOD_SCHEDULE
    if options.epochs:
        restarts = tuple(epoch for epoch in first.restarts if epoch < options.epochs)
        first = replace(first, epochs=options.epochs, restarts=restarts)
    second = CRITICAL_SCHEDULE
    if options.critical_epochs is not None:
        second = replace(second, epochs=options.critical_epochs)
    return first, second


def vocabulary_texts(train: CaptionExamples, vqa: Path) -> Iterator[str]:
    """Yield everything the tokenizer learns from: captions, names of classes, and questions with their answers."""
    for own in train.texts.values():
        for texts in own:
            yield from texts
    for name in label_names():
        yield from (plain(name.en, "en"), name.zh) * 3  # often enough to become tokens
    questions = vqa / "questions.jsonl"
    if questions.is_file():
        for line in questions.read_text("utf-8").splitlines():
            asked = json.loads(line)
            if asked["split"] == "train":
                yield plain(asked["question"], "en")
                yield from {plain(answer, "en") for answer in asked["answers"]}


def prepare(options: argparse.Namespace, tokenizer_path: Path) -> DecoderTraining:
    """Read the data, train the tokenizer and build a fresh network.

    Args:
        options: of `mmdemo.training.decoder`.
        tokenizer_path: where the tokenizer is written, and read from when a run goes on.
    """
    towers = load_towers(settings())
    flickr = options.data / "flickr8k"
    train, compress = read_examples(flickr, "train", options.views, towers, None)
    validation, _ = read_examples(flickr, "val", 1, towers, compress)
    # What the heads' calibration is fitted on stays unseen here too, for the weights of the reranking.
    kept = [i for i, name in enumerate(train.names) if not is_held_out(name, HELD_OUT_PICTURES)]
    train = train.subset(kept)
    if options.resume and tokenizer_path.is_file():
        tokenizer = Tokenizer.load(tokenizer_path)
    else:
        tokenizer = Tokenizer.train(vocabulary_texts(train, options.data / "vqa"), options.vocabulary)
        tokenizer.save(tokenizer_path)
    torch.manual_seed(options.seed)
    shape = DecoderShape(
        vocabulary=tokenizer.size,
        width=options.width,
        heads=options.width // 64,
        layers=options.layers,
        token_width=compress.in_features,
        compressed=compress.out_features,
        positions=train.views[0].shape[1],
        classes=train.logits[0].shape[1],
    )
    network = PromptedDecoder(shape, LIKELIHOOD_SCHEDULE.dropout)
    _fill_fixed(network, compress, towers)
    return DecoderTraining(network, tokenizer, LabelReader(tokenizer, shape, label_names()), train, validation)


def _fill_fixed(network: PromptedDecoder, compress: torch.nn.Linear, towers: Towers) -> None:
    """Put what is never trained into the network: the compression, the classifier, the vectors of the names."""
    weight, bias = towers.image.classifier()
    names = [f"a photo of a {name.en}" for name in label_names()]
    vectors = np.stack([found.pooled for found in towers.text.encode(names, 128)])
    with torch.no_grad():
        network.compress.load_state_dict(compress.state_dict())
        network.classifier.weight.copy_(weight)
        network.classifier.bias.copy_(bias)
        network.class_vectors.copy_(torch.from_numpy(vectors))
    network.compress.requires_grad_(False)
    network.classifier.requires_grad_(False)


def train_stages(
    training: DecoderTraining,
    options: argparse.Namespace,
    note: Callable[[str], Callable[[Any], None]],
    curves: dict[str, list[dict[str, Any]]],
) -> None:
    """Run both stages; the network is left at its best."""
    first, second = schedules(options)
    checkpoints = options.out / "checkpoints"
    stage = "likelihood"
    found = train_likelihood(training, first, options.seed, checkpoints / f"{stage}.pt", options.resume, note(stage))
    curves[stage] = [asdict(curve) for curve in found]
    if second.epochs:
        stage = "self-critical"
        found = train_self_critical(
            training, second, options.seed, checkpoints / f"{stage}.pt", options.resume, note(stage)
        )
        curves[stage] = [asdict(curve) for curve in found]


def write_decoder(
    folder: Path, training: DecoderTraining, recipe: Mapping[str, Any], curves: Mapping[str, Any]
) -> None:
    """Write weights, config, tokenizer, recipe and curves.

    Args:
        folder: is there.
        training: with the trained network.
        recipe: how it was trained.
        curves: validation figures by stage.
    """
    size = sum(weight.numel() for weight in training.network.parameters())
    with disk_errors(folder, size):
        write_head(folder, WEIGHTS_NAME, training.network.cpu().state_dict(), eight_bits=True)
        training.tokenizer.save(folder / TOKENIZER_FILE)
        config: dict[str, Any] = {"format": 1, "shape": asdict(training.network.shape)}
        config["model_id"] = decoder_id(folder, config)
        written = {CONFIG_FILE: config, "recipe.json": recipe, "curves.json": curves}
        for name, content in written.items():
            text = json.dumps(content, ensure_ascii=False, indent=1)
            (folder / name).write_text(text + "\n", "utf-8")
