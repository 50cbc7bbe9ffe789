"""Trains the projection heads of the joint space.

``python -m mmdemo.training.joint_space --data ../shared/data`` trains all heads on a data folder; with ``--pairs
mine.tsv`` the heads go on learning from a table of file and caption. ``torchrun --nproc-per-node N -m
mmdemo.training.joint_space …`` shares each batch among several GPUs or machines.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mmdemo.backbone.joint_space import SHIPPED_FOLDER
from mmdemo.config import settings

if TYPE_CHECKING:
    import torch

    from mmdemo.training.image_text import PairData
    from mmdemo.training.loop import Schedule
    from mmdemo.training.sources import Towers
    from mmdemo.training.stages import ChineseSource


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="holds flickr8k/ and sounds/")
    parser.add_argument("--out", type=Path, default=Path("runs/joint-space"), help="folder of the trained heads")
    parser.add_argument("--views", type=int, default=2, help="views of each picture")
    parser.add_argument("--members", type=int, default=3, help="members of the picture and English heads")
    parser.add_argument("--epochs", type=int, help="of the members; the others keep their proportion")
    parser.add_argument("--batch-size", type=int, help="of the members")
    parser.add_argument("--loss", choices=("infonce", "sigmoid", "triplet"), default="infonce")
    parser.add_argument("--espeak", type=int, default=2400, help="captions to be read by espeak-ng")
    parser.add_argument("--variants", type=int, default=2, help="changed versions of each recording")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on where an earlier run stopped")
    parser.add_argument("--pairs", type=Path, help="a TSV of file and caption to go on learning from")
    parser.add_argument("--continue-from", type=Path, default=SHIPPED_FOLDER, help="heads that --pairs starts with")
    return parser


def train_on_folder(options: argparse.Namespace) -> None:
    """Train every head on a data folder and write them."""
    import torch

    from mmdemo.backbone.chinese_text import CharacterTokenizer
    from mmdemo.training import stages
    from mmdemo.training.assembly import compressed, fit_compression, save_heads
    from mmdemo.training.followers import embed_ids
    from mmdemo.training.sources import (
        data_hash,
        load_towers,
        sound_features,
        split_captions,
        split_views,
        text_features,
    )

    started = time.monotonic()
    towers = load_towers(settings())
    flickr = options.data / "flickr8k"
    run = stages.Run(options.seed, options.out / "checkpoints", options.resume, _print_epoch, {})
    views = split_views(flickr, "train", options.views, towers)
    compress = fit_compression(views[0], stages.IMAGE_SHAPE.input_width)
    english_captions = {split: split_captions(flickr, "en", split) for split in ("train", "val")}
    data = {
        "train": _pairs([compressed(view, compress) for view in views], english_captions["train"], towers),
        "val": _pairs(
            [compressed(view, compress) for view in split_views(flickr, "val", 1, towers)],
            english_captions["val"],
            towers,
        ),
    }
    names = _names(flickr / "train.tar")
    kept = [i for i, name in enumerate(names) if not stages.is_held_out(name)]
    held = [i for i, name in enumerate(names) if stages.is_held_out(name)] or kept
    train, calibration = stages.subset(data["train"], kept), stages.subset(data["train"], held)
    schedule = stages.MEMBER_SCHEDULE
    if options.batch_size:
        schedule = replace(schedule, batch_size=options.batch_size)
    schedule, chinese_schedule, audio_schedule = (
        _scaled(item, options.epochs) for item in (schedule, stages.CHINESE_SCHEDULE, stages.AUDIO_SCHEDULE)
    )
    print(f"features after {time.monotonic() - started:.0f} s", flush=True)
    members = stages.train_members(train, data["val"], options.members, schedule, options.loss, run)
    image, english = stages.join_members(members, compress, train)

    pictures = stages.picture_vectors(image, train.views[0])
    captions = stages.text_vectors(english, train.texts, train.texts_in_order())
    lengths = [len(own) for own in train.captions]
    sources = {split: _chinese(flickr, split) for split in ("train", "val")}
    kept_source = stages.ChineseSource(
        [sources["train"].native[i] for i in kept], [sources["train"].translated[i] for i in kept]
    )
    chinese, characters = stages.train_chinese(
        kept_source,
        sources["val"],
        pictures,
        np.split(captions, np.cumsum(lengths)[:-1]),
        stages.picture_vectors(image, data["val"].views[0]),
        chinese_schedule,
        run,
    )

    def embed(texts: Sequence[str]) -> np.ndarray:
        return stages.text_vectors(english, text_features(texts, towers), range(len(texts)))

    sounds = sound_features(options.data, options.espeak, options.variants, options.seed, towers)
    audio, audio_calibration = stages.train_audio(sounds, embed, captions, audio_schedule, run)

    held_pictures = stages.picture_vectors(image, calibration.views[0])
    held_english = stages.text_vectors(english, calibration.texts, calibration.texts_in_order())
    native = [sources["train"].native[i] for i in held]
    held_chinese = embed_ids(chinese, CharacterTokenizer(characters).ids([text for own in native for text in own]))
    owners = np.concatenate([calibration.owners(), np.repeat(np.arange(len(native)), [len(own) for own in native])])
    matching = {
        "image-text": asdict(
            stages.calibrate_pictures(held_pictures, np.concatenate([held_english, held_chinese]), owners)
        ),
        "audio-text": asdict(audio_calibration),
    }
    config = {
        "format": 1,
        "image": {
            "shape": asdict(stages.IMAGE_SHAPE),
            "token_width": compress.in_features,
            "members": options.members,
        },
        "english": {"shape": asdict(stages.ENGLISH_SHAPE), "members": options.members},
        "chinese": {"shape": asdict(stages.CHINESE_SHAPE), "characters": characters},
        "audio": {"shape": asdict(stages.AUDIO_SHAPE)},
        "matching": matching,
    }
    recipe = {
        "command": "python -m mmdemo.training.joint_space " + " ".join(sys.argv[1:]),
        "seed": options.seed,
        "data": data_hash(options.data),
        "options": {name: str(value) for name, value in vars(options).items()},
        "schedules": {
            "members": asdict(schedule),
            "chinese": asdict(chinese_schedule),
            "audio": asdict(audio_schedule),
        },
        "torch": torch.__version__,
        "seconds": round(time.monotonic() - started),
    }
    heads = {"image": image, "english": english, "chinese": chinese, "audio": audio}
    save_heads(options.out, config, heads, recipe, run.curves)
    print(f"heads written to {options.out} after {time.monotonic() - started:.0f} s")


def _print_epoch(stage: str, curve: object) -> None:
    figures = "  ".join(f"{name} {value:.2f}" for name, value in vars(curve).items() if name != "epoch")
    print(f"{stage}  epoch {vars(curve)['epoch']}  {figures}", flush=True)


def _scaled(schedule: Schedule, epochs: int | None) -> Schedule:
    """Shorten or lengthen a schedule by the factor that the members' number of epochs asks for."""
    from mmdemo.training.stages import MEMBER_SCHEDULE

    if epochs is None:
        return schedule
    return replace(schedule, epochs=max(round(schedule.epochs * epochs / MEMBER_SCHEDULE.epochs), 1))


def _names(archive: Path) -> list[str]:
    from mmdemo.evaluation.caption_data import archive_names

    return archive_names(archive)


def _pairs(views: Sequence[torch.Tensor], captions: Sequence[tuple[str, ...]], towers: Towers) -> PairData:
    """Put pictures and their English captions together."""
    from mmdemo.training.image_text import PairData
    from mmdemo.training.sources import text_features

    ends = np.cumsum([len(own) for own in captions])
    positions = [list(range(end - len(own), end)) for end, own in zip(ends, captions, strict=True)]
    return PairData(views, text_features([text for own in captions for text in own], towers), positions)


def _chinese(folder: Path, split: str) -> ChineseSource:
    """Read native Chinese captions and translations of one split."""
    from mmdemo.training.sources import split_captions
    from mmdemo.training.stages import ChineseSource

    return ChineseSource(split_captions(folder, "zh", split), split_captions(folder, "zh-mt", split))


def _join_processes() -> None:
    """Join the other processes that ``torchrun`` started, if it did."""
    from torch import cuda, distributed

    if "WORLD_SIZE" in os.environ and int(os.environ["WORLD_SIZE"]) > 1:
        distributed.init_process_group("nccl" if cuda.is_available() else "gloo")


def main(arguments: Sequence[str] | None = None) -> int:
    """Train as the command line asks; returns the exit code."""
    options = _parser().parse_args(arguments)
    _join_processes()
    if options.pairs is None:
        train_on_folder(options)
    else:
        from mmdemo.training.continuing import continue_on_pairs

        continue_on_pairs(
            options.pairs, options.continue_from, options.out, options.views, options.epochs, options.seed
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
