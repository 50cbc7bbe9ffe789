"""Measures the detector of foreign pictures: what is flagged among made-up pictures and among photographs.

``python -m mmdemo.evaluation.familiarity --data ../shared/data --split val --json runs/familiarity.json`` reads the
pictures of ``flickr8k/{split}.tar``, and of ``vqa/images.tar`` where there is one; the foreign pictures are made on the
spot, from other seeds than those of the fit.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from mmdemo.backbone.familiarity import (
    FIT_AGAIN,
    FOREIGN,
    JOINT_DISTANCES,
    SHIPPED_FOLDER,
    TOWER_DISTANCES,
    Familiarity,
    pooled_tokens,
)
from mmdemo.backbone.local import LocalBackbone
from mmdemo.config import settings
from mmdemo.errors import FamiliarityOutdated, FileMissing
from mmdemo.evaluation.caption_data import archive_pictures
from mmdemo.evaluation.corruptions import PICTURE_CORRUPTIONS, SEVERITIES
from mmdemo.evaluation.foreign_pictures import FAMILIES, foreign_picture
from mmdemo.evaluation.reports import evaluation_parser, finish, load_average, print_table
from mmdemo.evaluation.retrieval_metrics import area_under_curve
from mmdemo.media import load_image
from mmdemo.types import Float32Array, UInt8Array

FIRST_SEED = 1_000_000
"""Far above the seeds of the fit."""
BATCH = 16
KINDS = {"document": "documents", "drawing": "drawings", "noise": "noise"}
SIGNALS = ("all together", "image tower alone", *TOWER_DISTANCES, *JOINT_DISTANCES)

Rows = list[dict[str, object]]


@dataclass(frozen=True, eq=False)
class Judged:
    """What the detector says of some pictures."""

    probability: Float32Array  # [N]
    reach: Float32Array  # [N] by the classifier that never saw the families held out
    signals: Float32Array  # [N, 7] in the order of `SIGNALS`

    @property
    def flagged(self) -> float:
        """Per cent called foreign."""
        return round(100 * float((self.probability >= FOREIGN).mean()), 1)

    @property
    def flagged_by_reach(self) -> float:
        """Per cent called foreign by the other classifier."""
        return round(100 * float((self.reach >= FOREIGN).mean()), 1)


def judge(pictures: Iterable[UInt8Array], backbone: LocalBackbone, detector: Familiarity) -> Judged:
    """Judge pictures, a few at a time.

    Args:
        pictures: [H, W, 3] each.
        backbone: encodes them.
        detector: fitted on this backbone's heads.
    """
    stream, found = iter(pictures), []
    limits = settings().limits
    while batch := [load_image(pixels, limits, "picture") for pixels in islice(stream, BATCH)]:
        encodings = backbone.encode_images(batch)
        tokens = np.stack([encoding.tokens for encoding in encodings])  # [B, 81, 1280]
        embeddings = np.stack([one.embedding for one in encodings if one.embedding is not None])  # [B, 384]
        known = detector.pictures
        distances = [
            known.tower_features(pooled_tokens(tokens))[:, : len(TOWER_DISTANCES)],
            known.joint_features(embeddings)[:, : len(JOINT_DISTANCES)],
        ]
        together = detector.foreign_probabilities(tokens, embeddings)
        tower = detector.foreign_probabilities(tokens, None)
        reach = detector.foreign_probabilities(tokens, embeddings, reach=True)
        found.append(np.column_stack([reach, together, tower, *distances]))
    values = np.concatenate(found)  # [N, 1 + 7]
    return Judged(values[:, 1], values[:, 0], values[:, 1:])


def judge_families(
    photos: Sequence[UInt8Array], count: int, backbone: LocalBackbone, detector: Familiarity
) -> dict[str, Judged]:
    """Judge some pictures of every family.

    Args:
        photos: for the families that redraw one.
        count: of pictures a family.
        backbone: encodes them.
        detector: judges them.
    """
    return {
        family.name: judge((foreign_picture(family, FIRST_SEED + i, photos) for i in range(count)), backbone, detector)
        for family in FAMILIES
    }


def family_rows(judged: dict[str, Judged]) -> Rows:
    """Return what was flagged in each family."""
    return [
        {
            "kind": family.kind,
            "family": family.name,
            "flagged %": judged[family.name].flagged,
            "by the fit without the held-out families %": judged[family.name].flagged_by_reach,
            "held out": "yes" if family.held_out else "",
        }
        for family in FAMILIES
    ]


def spoilt_rows(photos: Sequence[UInt8Array], backbone: LocalBackbone, detector: Familiarity) -> Rows:
    """Return what was flagged of photographs spoilt in five severities."""
    return [
        {
            "photographs with": kind,
            **{
                f"severity {severity} %": judge(
                    (spoil(pixels, severity) for pixels in photos), backbone, detector
                ).flagged
                for severity in SEVERITIES
            },
        }
        for kind, spoil in PICTURE_CORRUPTIONS.items()
    ]


def signal_rows(photographs: Judged, kinds: dict[str, list[Judged]]) -> Rows:
    """Return how well each signal alone tells each kind from photographs, as the area under its ROC curve."""
    rows: Rows = []
    for number, name in enumerate(SIGNALS):
        familiar = photographs.signals[:, number]
        row: dict[str, object] = {"signal": name}
        for kind, found in kinds.items():
            foreign = np.concatenate([judged.signals[:, number] for judged in found])
            labels = np.arange(len(familiar) + len(foreign)) >= len(familiar)
            row[f"AUC {kind}"] = round(area_under_curve(np.concatenate([familiar, foreign]), labels), 4)
        rows.append(row)
    return rows


def _mean(shares: Iterable[float]) -> float:
    return round(float(np.mean(list(shares))), 1)


def headline_figures(judged: dict[str, Judged], photographs: dict[str, Judged]) -> dict[str, object]:
    """Return the shares flagged by kind of picture: foreign, foreign of a family never fitted, photographs."""
    figures: dict[str, object] = {}
    for kind, many in KINDS.items():
        own = [family for family in FAMILIES if family.kind == kind]
        figures[f"{many} flagged %"] = _mean(judged[family.name].flagged for family in own)
        unseen = [judged[family.name].flagged_by_reach for family in own if family.held_out]
        figures[f"{many} of families never fitted %"] = _mean(unseen)
    figures |= {f"{name} flagged %": found.flagged for name, found in photographs.items()}
    first = next(iter(photographs))
    return figures | {f"{first} by the fit without the held-out families %": photographs[first].flagged_by_reach}


def load_detector(folder: Path, backbone: LocalBackbone) -> Familiarity:
    """Load a detector that fits the backbone's heads.

    Raises:
        FamiliarityOutdated: it was fitted for others.
    """
    detector = Familiarity.load(folder)
    heads = backbone.joint_space.model_id
    if detector.heads != heads:
        raise FamiliarityOutdated(path=folder, fitted=detector.heads, shipped=heads, command=FIT_AGAIN)
    return detector


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation; returns the exit code."""
    parser = evaluation_parser((__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--split", default="val")
    parser.add_argument("--familiarity", type=Path, default=SHIPPED_FOLDER, help="folder of the detector")
    parser.add_argument("--pictures", type=int, default=24, help="made-up pictures of each family")
    parser.add_argument("--vqa", type=int, default=300, help="photographs taken from vqa/images.tar")
    parser.add_argument("--spoilt", type=int, default=40, help="photographs spoilt in every way")
    options = parser.parse_args(arguments)
    folder = options.data / "flickr8k" if (options.data / "flickr8k").is_dir() else options.data
    archive, other = folder / f"{options.split}.tar", options.data / "vqa" / "images.tar"
    if not archive.is_file():
        raise FileMissing(name=str(archive))
    backbone = LocalBackbone(settings())
    detector = load_detector(options.familiarity, backbone)
    photographs = {options.split: judge(archive_pictures(archive), backbone, detector)}
    if other.is_file():
        photographs["VQA"] = judge(islice(archive_pictures(other), options.vqa), backbone, detector)
    photos = list(islice(archive_pictures(archive), max(options.pictures, options.spoilt)))
    judged = judge_families(photos, options.pictures, backbone, detector)
    kinds = {kind: [judged[f.name] for f in FAMILIES if f.kind == kind] for kind in KINDS}
    parts = {
        "families": family_rows(judged),
        "signals": signal_rows(photographs[options.split], {**kinds, "foreign": list(judged.values())}),
        "spoilt": spoilt_rows(photos[: options.spoilt], backbone, detector),
    }
    for name, rows in parts.items():
        print(f"\n{name}")
        print_table(rows)
    headline = headline_figures(judged, photographs)
    about = {"split": options.split, "heads": detector.heads, "load_average": load_average()}
    finish({**parts, "headline": headline, **about}, [], headline, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
