"""Trains every head on a data folder: features, members, Chinese, sound, calibration, files."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from mmdemo.backbone.chinese_text import CharacterTokenizer
from mmdemo.backbone.heads import CharacterEncoder, ImageHead, TextHead
from mmdemo.backbone.pooling import SequencePooler
from mmdemo.backbone.similarity import Calibration
from mmdemo.config import settings
from mmdemo.evaluation.caption_data import archive_names
from mmdemo.training import stages
from mmdemo.training.assembly import compressed, fit_compression, save_heads
from mmdemo.training.chinese import ChineseSource, embed_ids, train_chinese
from mmdemo.training.loop import Schedule, first_process_first, process_rank, save_checkpoint
from mmdemo.training.pair_data import PairData
from mmdemo.training.sounds import train_audio
from mmdemo.training.sources import (
    Towers,
    data_hash,
    load_towers,
    sound_features,
    split_captions,
    split_views,
    text_features,
)
from mmdemo.types import Float32Array


@dataclass(frozen=True, eq=False)
class FolderData:
    """Pictures with English captions, compressed, and which of the training's are held out."""

    compress: nn.Linear
    train: PairData  # without those held out
    validation: PairData
    calibration: PairData  # those held out
    kept: Sequence[int]  # places of the training pictures in the archive
    held: Sequence[int]


@dataclass(frozen=True, eq=False)
class TrainedHeads:
    """All heads and what is known of them."""

    image: ImageHead
    english: TextHead
    chinese: CharacterEncoder
    characters: str
    audio: SequencePooler
    calibrations: dict[str, Calibration]


def read_folder(flickr: Path, views: int, towers: Towers, checkpoint: Path, resume: bool) -> FolderData:
    """Read pictures and English captions of a folder laid out like ``flickr8k``.

    Args:
        flickr: holds the splits train and val.
        views: of each training picture.
        towers: frozen, with the cache of their features.
        checkpoint: file of the compression; what was trained behind one does not fit another.
        resume: whether to go on with the one in there.
    """
    grids = split_views(flickr, "train", views, towers)
    if resume and checkpoint.is_file():
        compress = nn.Linear(grids[0].shape[-1], stages.IMAGE_SHAPE.input_width).requires_grad_(False)
        compress.load_state_dict(torch.load(checkpoint, weights_only=True))
    else:
        compress = fit_compression(grids[0], stages.IMAGE_SHAPE.input_width)
        save_checkpoint(checkpoint, compress.state_dict())
    train = _pairs([compressed(grid, compress) for grid in grids], flickr, "train", towers)
    validation = _pairs([compressed(split_views(flickr, "val", 1, towers)[0], compress)], flickr, "val", towers)
    names = archive_names(flickr / "train.tar")
    held = [i for i, name in enumerate(names) if stages.is_held_out(name, stages.HELD_OUT_PICTURES)]
    kept = sorted(set(range(len(names))) - set(held))
    held = held or kept
    return FolderData(compress, stages.subset(train, kept), validation, stages.subset(train, held), kept, held)


def _pairs(views: Sequence[torch.Tensor], flickr: Path, split: str, towers: Towers) -> PairData:
    captions = split_captions(flickr, "en", split)
    ends = np.cumsum([len(own) for own in captions])
    positions = [list(range(end - len(own), end)) for end, own in zip(ends, captions, strict=True)]
    return PairData(views, text_features([text for own in captions for text in own], towers), positions)


def scaled(schedule: Schedule, epochs: int | None) -> Schedule:
    """Shorten or lengthen a schedule by the factor that the members' number of epochs asks for."""
    if epochs is None:
        return schedule
    return replace(schedule, epochs=max(round(schedule.epochs * epochs / stages.MEMBER_SCHEDULE.epochs), 1))


def member_schedule(options: argparse.Namespace) -> Schedule:
    """Return the members' schedule as the command line changes it."""
    schedule = scaled(stages.MEMBER_SCHEDULE, options.epochs)
    return replace(schedule, batch_size=options.batch_size) if options.batch_size else schedule


def print_epoch(stage: str, curve: object) -> None:
    """Tell of an epoch, once whatever the number of processes."""
    if process_rank():
        return
    figures = "  ".join(f"{name} {value:.2f}" for name, value in vars(curve).items() if name != "epoch")
    print(f"{stage}  epoch {vars(curve)['epoch']}  {figures}", flush=True)


def train_on_folder(options: argparse.Namespace) -> None:
    """Train every head on a data folder and write them.

    Args:
        options: of `mmdemo.training.joint_space`.
    """
    started = time.monotonic()
    towers = load_towers(settings())
    run = stages.Run(options.seed, options.out / "checkpoints", options.resume, print_epoch, {})
    with first_process_first():
        checkpoint = options.out / "checkpoints" / "compression.pt"
        data = read_folder(options.data / "flickr8k", options.views, towers, checkpoint, options.resume)
    print(f"features after {time.monotonic() - started:.0f} s", flush=True)
    schedule = member_schedule(options)
    members = stages.train_members(data.train, data.validation, options.members, schedule, options.loss, run)
    image, english = stages.join_members(members, data.compress, data.train)
    trained = _train_followers(image, english, data, towers, options, run)
    if process_rank():
        return
    heads = {"image": image, "english": english, "chinese": trained.chinese, "audio": trained.audio}
    recipe = _recipe(options, schedule, round(time.monotonic() - started))
    save_heads(options.out, _config(trained, data, options.members), heads, recipe, run.curves)
    print(f"heads written to {options.out} after {time.monotonic() - started:.0f} s")


def _train_followers(
    image: ImageHead,
    english: TextHead,
    data: FolderData,
    towers: Towers,
    options: argparse.Namespace,
    run: stages.Run,
) -> TrainedHeads:
    """Let the Chinese encoder and the audio head learn where pictures and English stand, and fit the calibrations."""
    flickr = options.data / "flickr8k"
    pictures = stages.picture_vectors(image, data.train.views[0])
    captions = stages.text_vectors(english, data.train.texts, data.train.texts_in_order())
    chinese, characters = train_chinese(
        _chinese_captions(flickr, "train", data.kept),
        _chinese_captions(flickr, "val"),
        pictures,
        np.split(captions, np.cumsum([len(own) for own in data.train.captions])[:-1]),
        stages.picture_vectors(image, data.validation.views[0]),
        scaled(stages.CHINESE_SCHEDULE, options.epochs),
        run,
    )

    def embed(texts: Sequence[str]) -> Float32Array:
        return stages.text_vectors(english, text_features(texts, towers), range(len(texts)))

    with first_process_first():
        sounds = sound_features(options.data, options.espeak, options.variants, options.seed, towers)
    audio_schedule = scaled(stages.AUDIO_SCHEDULE, options.epochs)
    audio, audio_calibration = train_audio(sounds, embed, captions, audio_schedule, run)
    held = _chinese_captions(flickr, "train", data.held)
    calibrations = {
        "image-text": _calibrate(image, english, chinese, characters, data.calibration, held.native),
        "audio-text": audio_calibration,
    }
    return TrainedHeads(image, english, chinese, characters, audio, calibrations)


def _chinese_captions(flickr: Path, split: str, chosen: Sequence[int] | None = None) -> ChineseSource:
    """Read native Chinese captions and translations of some pictures of a split; None = all."""
    native, translated = split_captions(flickr, "zh", split), split_captions(flickr, "zh-mt", split)
    places = range(len(native)) if chosen is None else chosen
    return ChineseSource([native[i] for i in places], [translated[i] for i in places])


def _calibrate(
    image: ImageHead,
    english: TextHead,
    chinese: CharacterEncoder,
    characters: str,
    held: PairData,
    native: Sequence[Sequence[str]],
) -> Calibration:
    """Fit the calibration of pictures with texts of both languages on pairs that no head learned from."""
    in_english = stages.text_vectors(english, held.texts, held.texts_in_order())
    in_chinese = embed_ids(chinese, CharacterTokenizer(characters).ids([text for own in native for text in own]))
    owners = np.concatenate([held.owners(), np.repeat(np.arange(len(native)), [len(own) for own in native])])
    texts = np.concatenate([in_english, in_chinese])
    return stages.calibrate_pictures(stages.picture_vectors(image, held.views[0]), texts, owners)


def _config(trained: TrainedHeads, data: FolderData, members: int) -> dict[str, object]:
    """Describe the heads as `mmdemo.backbone.heads.build_heads` reads them."""
    image = {"shape": asdict(stages.IMAGE_SHAPE), "token_width": data.compress.in_features, "members": members}
    return {
        "format": 1,
        "image": image,
        "english": {"shape": asdict(stages.ENGLISH_SHAPE), "members": members},
        "chinese": {"shape": asdict(stages.CHINESE_SHAPE), "characters": trained.characters},
        "audio": {"shape": asdict(stages.AUDIO_SHAPE)},
        "matching": {name: asdict(calibration) for name, calibration in trained.calibrations.items()},
    }


def _recipe(options: argparse.Namespace, schedule: Schedule, seconds: int) -> dict[str, object]:
    """Describe the training; paths are left out, as they say nothing elsewhere."""
    said = {name: value for name, value in vars(options).items() if not isinstance(value, Path) and value is not None}
    return {
        "module": "mmdemo.training.joint_space",
        "options": said,
        "data": data_hash(options.data),
        "schedules": {
            "members": asdict(schedule),
            "chinese": asdict(scaled(stages.CHINESE_SCHEDULE, options.epochs)),
            "audio": asdict(scaled(stages.AUDIO_SCHEDULE, options.epochs)),
        },
        "torch": torch.__version__,
        "seconds_of_the_last_call": seconds,
    }
