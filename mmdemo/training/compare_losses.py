"""Trains one member of the joint space with each loss, all else equal, and prints what each reaches on validation.

``python -m mmdemo.training.compare_losses --data ../shared/data`` writes ``losses.json`` into the output folder.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import get_args

from mmdemo.training.joint_space import add_data_options


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare the losses; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add_data_options(parser)
    options = parser.parse_args(arguments)

    from mmdemo.config import settings
    from mmdemo.training import stages
    from mmdemo.training.folder import member_schedule, print_epoch, read_folder
    from mmdemo.training.losses import LossName
    from mmdemo.training.sources import load_towers

    checkpoint = options.out / "checkpoints" / "compression.pt"
    data = read_folder(options.data / "flickr8k", options.views, load_towers(settings()), checkpoint, options.resume)
    found: dict[str, dict[str, object]] = {}
    for loss in get_args(LossName):
        run = stages.Run(options.seed, options.out / "checkpoints" / loss, options.resume, print_epoch, {})
        stages.train_members(data.train, data.validation, 1, member_schedule(options), loss, run)
        found[loss] = max(run.curves["member-0"], key=lambda curve: sum(float(str(curve[name])) for name in FIGURES))
    text = json.dumps({"options": {"seed": options.seed, "views": options.views}, "best epochs": found}, indent=1)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "losses.json").write_text(text + "\n", "utf-8")
    print(text)
    return 0


FIGURES = ("image_to_text_r1", "image_to_text_r10", "text_to_image_r1", "text_to_image_r10")
"""What early stopping follows: see `mmdemo.training.image_text.Curve`."""

if __name__ == "__main__":
    sys.exit(main())
