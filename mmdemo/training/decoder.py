"""Trains the decoder that writes captions.

``python -m mmdemo.training.decoder --data ../shared/data`` learns English and Chinese captions from a data folder:
first the captions that people wrote, then by the CIDEr of its own. ``--resume`` goes on after a stop.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mmdemo.generators.decoder_files import TOKENIZER_FILE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="holds flickr8k/ and vqa/")
    parser.add_argument("--out", type=Path, default=Path("runs/decoder"), help="folder of what is written")
    parser.add_argument("--views", type=int, default=4, help="views of each picture")
    parser.add_argument("--epochs", type=int, help="of the first stage")
    parser.add_argument("--batch", type=int, help="pictures a step of the first stage")
    parser.add_argument("--rate", type=float, help="learning rate of the first stage")
    parser.add_argument("--dropout", type=float, help="of the first stage")
    parser.add_argument("--critical-epochs", type=int, help="of each self-critical run; 0 leaves them out")
    parser.add_argument("--critical-batch", type=int, help="pictures a step of the self-critical stage")
    parser.add_argument("--critical-runs", type=int, default=1, help="self-critical runs, whose weights are averaged")
    parser.add_argument("--processes", type=int, default=1, help="of those, how many at once")
    parser.add_argument("--critical-run", type=int, help="do this one self-critical run only, and write nothing else")
    parser.add_argument("--stop-at", type=float, help="seconds since 1970 after which no epoch begins")
    parser.add_argument("--start", type=Path, help="decoder whose weights the self-critical runs start from")
    parser.add_argument("--validated", type=int, help="pictures of the validation split that epochs are measured on")
    parser.add_argument("--like", type=Path, help="decoder whose tokenizer and fixed parts are taken over")
    parser.add_argument("--vocabulary", type=int, default=7000, help="tokens")
    parser.add_argument("--width", type=int, default=384, help="of the decoder's tokens; a multiple of 64")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--visual-layers", type=int, default=1, help="over the picture's tokens")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on where an earlier run stopped")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Train as the command line asks; returns the exit code."""
    from mmdemo.training import decoder_stages as stages
    from mmdemo.training.critical_runs import train_critical_run

    arguments = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(arguments)
    started = time.monotonic()
    curves: dict[str, list[dict[str, Any]]] = {}

    def note(stage: str) -> Any:
        curves[stage] = []

        def report(curve: Any) -> None:
            curves[stage].append(asdict(curve))
            figures = "  ".join(f"{name} {value:.3f}" for name, value in vars(curve).items() if name != "epoch")
            print(f"{stage}  epoch {curve.epoch}  {figures}", flush=True)

        return report

    options.out.mkdir(parents=True, exist_ok=True)
    training = stages.prepare(options, options.out / TOKENIZER_FILE)
    print(f"examples after {time.monotonic() - started:.0f} s", flush=True)
    if options.critical_run is not None:
        train_critical_run(training, options, options.critical_run, note)
        return 0
    stages.train_stages(training, options, arguments, note, curves)
    stages.write_decoder(options.out, training, _recipe(options, started, stages), curves)
    print(f"decoder written to {options.out} after {time.monotonic() - started:.0f} s")
    return 0


def _recipe(options: argparse.Namespace, started: float, stages: Any) -> dict[str, Any]:
    """Describe the training; paths are left out, as they say nothing elsewhere."""
    import torch

    from mmdemo.training.sources import data_hash

    said = {name: value for name, value in vars(options).items() if not isinstance(value, Path) and value is not None}
    first, second = stages.schedules(options)
    return {
        "module": "mmdemo.training.decoder",
        "options": said,
        "data": data_hash(options.data),
        "schedules": {"likelihood": asdict(first), "self-critical": asdict(second)},
        "torch": torch.__version__,
        "seconds_of_the_last_call": round(time.monotonic() - started),
    }


if __name__ == "__main__":
    sys.exit(main())
