"""The stages of the decoder's training, from a data folder to files."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mmdemo.backbone.head_files import CONFIG_FILE, read_head, write_head
from mmdemo.config import settings
from mmdemo.generators.decoder_files import TOKENIZER_FILE, WEIGHTS_NAME, decoder_id
from mmdemo.generators.decoder_network import DecoderShape, PromptedDecoder
from mmdemo.generators.label_names import LabelReader, label_names
from mmdemo.generators.tokenizer import Tokenizer, plain
from mmdemo.training.caption_examples import CaptionExamples, read_examples
from mmdemo.training.caption_stage import DecoderTraining
from mmdemo.training.caption_views import FixedParts, ViewReader, parts_of_decoder, parts_of_towers
from mmdemo.training.critical_runs import LIKELIHOOD, average_critical_runs, first_stage_checkpoint
from mmdemo.training.decoder_schedules import schedules
from mmdemo.training.likelihood import train_likelihood
from mmdemo.training.sources import load_image_tower, load_towers
from mmdemo.training.stages import HELD_OUT_PICTURES, is_held_out
from mmdemo.verified_files import disk_errors


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
    found = settings()
    flickr, cache = options.data / "flickr8k", found.cache_dir / "features"
    lender: Path | None = options.like or options.start
    if lender:
        parts = parts_of_decoder(lender)
        reader = ViewReader(load_image_tower(found), parts, cache)
    else:
        towers = load_towers(found)
        parts = parts_of_towers(flickr / "train.tar", towers)
        reader = ViewReader(towers.image, parts, cache)
    train = read_examples(flickr, "train", options.views, reader)
    validation = read_examples(flickr, "val", 1, reader)
    if options.validated and options.validated < len(validation.names):
        validation = validation.subset(
            np.linspace(0, len(validation.names) - 1, options.validated).astype(int).tolist()
        )
    # What the heads' calibration is fitted on stays unseen here too, for the weights of the reranking.
    train = train.subset([i for i, name in enumerate(train.names) if not is_held_out(name, HELD_OUT_PICTURES)])
    tokenizer = _tokenizer(options, lender, tokenizer_path, train)
    torch.manual_seed(options.seed)
    shape = DecoderShape(
        vocabulary=tokenizer.size,
        width=options.width,
        heads=options.width // 64,
        visual_layers=options.visual_layers,
        layers=options.layers,
        token_width=parts.compress.in_features,
        compressed=parts.compress.out_features,
        positions=train.views[0].shape[1],
        classes=train.logits[0].shape[1],
    )
    network = PromptedDecoder(shape, schedules(options)[0].dropout)
    _fill_fixed(network, parts)
    if options.start:
        network.load_state_dict(read_head(options.start, WEIGHTS_NAME))
    label_reader = LabelReader(tokenizer, shape, label_names())
    return DecoderTraining(network, tokenizer, label_reader, train, validation, options.stop_at)


def _tokenizer(options: argparse.Namespace, lender: Path | None, path: Path, train: CaptionExamples) -> Tokenizer:
    """Return the tokenizer that is taken over, was trained by the run that goes on, or is trained now."""
    if path.is_file() and (options.resume or options.critical_run is not None):
        return Tokenizer.load(path)
    if lender:
        tokenizer = Tokenizer.load(lender / TOKENIZER_FILE)
    else:
        tokenizer = Tokenizer.train(vocabulary_texts(train, options.data / "vqa"), options.vocabulary)
    tokenizer.save(path)
    return tokenizer


def _fill_fixed(network: PromptedDecoder, parts: FixedParts) -> None:
    """Put what is never trained into the network: the compression, the classifier, the vectors of the names."""
    with torch.no_grad():
        network.compress.load_state_dict(parts.compress.state_dict())
        network.classifier.load_state_dict(parts.classifier.state_dict())
        network.class_vectors.copy_(parts.class_vectors)
    network.compress.requires_grad_(False)
    network.classifier.requires_grad_(False)


def train_stages(
    training: DecoderTraining,
    options: argparse.Namespace,
    arguments: Sequence[str],
    note: Callable[[str], Callable[[Any], None]],
    curves: dict[str, list[dict[str, Any]]],
) -> None:
    """Run both stages; the network is left at its best.

    Args:
        training: with the fresh network.
        options: of `mmdemo.training.decoder`.
        arguments: that they were read from, for processes of their own.
        note: tells of a stage's epochs.
        curves: filled.
    """
    first, second = schedules(options)
    checkpoint = first_stage_checkpoint(options)
    if not options.start:
        found = train_likelihood(training, first, options.seed, checkpoint, options.resume, note(LIKELIHOOD))
        curves[LIKELIHOOD] = [asdict(curve) for curve in found]
    if not second.epochs:
        return
    curves |= average_critical_runs(training, options, arguments, note)


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
