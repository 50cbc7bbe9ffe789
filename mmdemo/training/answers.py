"""Trains the answering of questions about pictures, on top of the decoder that writes captions.

``python -m mmdemo.training.answers --data ../shared/data`` learns from the questions of people and from questions made
out of captions. ``--resume`` goes on after a stop; ``--continue FOLDER`` starts from answering weights that are there,
such as to fit them to a decoder that was trained further (``--base``); with ``--only-calibrate`` they stay as they are,
and only the probability of being right is fitted anew.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="holds vqa/ and flickr8k/")
    parser.add_argument("--base", type=Path, help="folder of the decoder; the shipped one by default")
    parser.add_argument("--out", type=Path, default=Path("runs/answers"), help="folder of what is written")
    parser.add_argument("--continue", type=Path, dest="start", help="folder of answering weights to start from")
    parser.add_argument(
        "--captions", nargs="*", choices=("en", "zh"), default=["en", "zh"], help="questions out of them"
    )
    parser.add_argument("--no-labels", dest="labels", action="store_false", help="no questions out of classes")
    parser.add_argument("--views", type=int, default=1, help="views of each picture")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--steps", type=int, default=40, help="an epoch")
    parser.add_argument("--rate", type=float, help="learning rate")
    parser.add_argument("--rank", type=int, default=16, help="of the change of every matrix")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only-calibrate", action="store_true", help="leave the weights of --continue as they are")
    parser.add_argument("--resume", action="store_true", help="go on where an earlier run stopped")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Train as the command line asks; returns the exit code."""
    from mmdemo.training import answer_assembly as assembly

    parser = _parser()
    options = parser.parse_args(arguments)
    if options.only_calibrate and options.start is None:
        parser.error("--only-calibrate needs --continue")
    started = time.monotonic()
    options.out.mkdir(parents=True, exist_ok=True)
    prepared = assembly.prepare(options)
    print(f"examples after {time.monotonic() - started:.0f} s", flush=True)

    def report(curve: Any) -> None:
        figures = "  ".join(f"{name} {value:.3f}" for name, value in asdict(curve).items() if name != "epoch")
        print(f"epoch {curve.epoch}  {figures}", flush=True)

    if options.only_calibrate:
        curves = assembly.learned_before(options.start)
    else:
        curves = assembly.learn(prepared, options, report)
    assembly.write(prepared, options, curves, round(time.monotonic() - started))
    print(f"answers written to {options.out} after {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
