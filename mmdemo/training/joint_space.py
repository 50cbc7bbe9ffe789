"""Trains the projection heads of the joint space.

``python -m mmdemo.training.joint_space --data ../shared/data`` trains all heads on a data folder; with ``--pairs
mine.tsv`` the heads go on learning from a table of file and caption. ``torchrun --nproc-per-node N -m
mmdemo.training.joint_space …`` shares each batch among several GPUs or machines.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from mmdemo.backbone.head_files import SHIPPED_FOLDER


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Describe what every training on a data folder asks for."""
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="holds flickr8k/ and sounds/")
    parser.add_argument("--out", type=Path, default=Path("runs/joint-space"), help="folder of what is written")
    parser.add_argument("--views", type=int, default=4, help="views of each picture")
    parser.add_argument("--epochs", type=int, help="of the members; the others keep their proportion")
    parser.add_argument("--batch-size", type=int, help="of the members")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on where an earlier run stopped")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add_data_options(parser)
    parser.add_argument("--members", type=int, default=4, help="members of the picture and English heads")
    parser.add_argument("--loss", choices=("infonce", "sigmoid", "triplet"), default="infonce")
    parser.add_argument("--espeak", type=int, default=2400, help="captions to be read by espeak-ng")
    parser.add_argument("--variants", type=int, default=2, help="changed versions of each recording")
    parser.add_argument("--pairs", type=Path, help="a TSV of file and caption to go on learning from")
    parser.add_argument("--continue-from", type=Path, default=SHIPPED_FOLDER, help="heads that --pairs starts with")
    return parser


def _join_processes() -> None:
    """Join the other processes that ``torchrun`` started, if it did."""
    from torch import cuda, distributed

    if "WORLD_SIZE" in os.environ and int(os.environ["WORLD_SIZE"]) > 1:
        if cuda.is_available():
            cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")) % cuda.device_count())
        patience = timedelta(hours=12)  # the others wait while the first fills the cache of features
        distributed.init_process_group("nccl" if cuda.is_available() else "gloo", timeout=patience)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train as the command line asks; returns the exit code."""
    options = _parser().parse_args(arguments)
    _join_processes()
    if options.pairs is None:
        from mmdemo.training.folder import train_on_folder

        train_on_folder(options)
    else:
        from mmdemo.training.continuing import continue_on_pairs

        continue_on_pairs(
            options.pairs, options.continue_from, options.out, options.views, options.epochs, options.seed
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
