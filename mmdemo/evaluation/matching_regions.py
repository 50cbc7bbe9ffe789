"""Measures whether the regions that the Backbone tab shows are the right ones.

``python -m mmdemo.evaluation.matching_regions --data ../shared/data --split val`` lays four photographs side by side
and asks for each by its caption: the regions of its quarter ought to be the brightest. Captions of other photographs
tell how often something stands out that is not there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import PIL.Image

from mmdemo.backbone.base import Backbone
from mmdemo.evaluation.caption_data import archive_pictures, captioned_pictures
from mmdemo.evaluation.reports import evaluation_parser, finish
from mmdemo.runtime import models
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.tasks.matching_parts import region_similarities
from mmdemo.text import text_of
from mmdemo.types import Float32Array, Image, UInt8Array

QUARTERS = 4
SIDE = 224
"""Pixels of a quarter."""
THRESHOLDS = (0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12)


@dataclass(frozen=True)
class Looked:
    """What a caption made of a mosaic."""

    spread: float  # between the best and the worst region
    right: bool  # the quarter that shows it is the brightest


@dataclass(frozen=True)
class ThresholdRow:
    """What is drawn when only regions of a least spread are."""

    spread: float
    drawn: float  # share of the captions of what is there
    right: float  # share of those drawn whose quarter is the right one; chance is 0.25
    drawn_for_others: float  # share of the captions of other photographs


def mosaics(pictures: Iterator[UInt8Array]) -> Iterator[UInt8Array]:
    """Lay every four pictures side by side, two by two."""
    while four := list(islice(pictures, QUARTERS)):
        small = [np.asarray(PIL.Image.fromarray(picture).resize((SIDE, SIDE))) for picture in four]
        yield np.concatenate([np.concatenate(small[:2], axis=1), np.concatenate(small[2:], axis=1)])


def brightest_quarter(regions: Float32Array) -> int:
    """Return which quarter of [S, S] has the highest mean, the middle row and column left out."""
    half, rest = len(regions) // 2, -(-len(regions) // 2)
    rows = (slice(0, half), slice(rest, None))
    return int(np.argmax([regions[row, column].mean() for row in rows for column in rows]))


def look(
    pictures: Sequence[UInt8Array], captions: Sequence[str], backbone: Backbone
) -> tuple[list[Looked], list[Looked]]:
    """Ask every mosaic for its own four captions, and for those of the next mosaic.

    Args:
        pictures: M mosaics.
        captions: 4 M.
        backbone: encodes both.
    """
    encodings = backbone.encode_images([Image(one, f"mosaic:{n}", f"mosaic:{n}") for n, one in enumerate(pictures)])
    queries = [whole_embedding(one) for one in backbone.encode_texts([text_of(caption) for caption in captions])]
    own: list[Looked] = []
    others: list[Looked] = []
    for number, encoding in enumerate(encodings):
        for asked, found in ((number, own), ((number + 1) % len(encodings), others)):
            for quarter in range(QUARTERS):
                regions = region_similarities(encoding, queries[asked * QUARTERS + quarter], backbone)
                assert regions is not None, "a backbone without a grid has no regions to measure"
                found.append(Looked(float(np.ptp(regions)), brightest_quarter(regions) == quarter))
    return own, others


def threshold_rows(own: Sequence[Looked], others: Sequence[Looked]) -> list[ThresholdRow]:
    """Tell what each least spread would draw."""
    rows = []
    for threshold in THRESHOLDS:
        drawn = [one.right for one in own if one.spread >= threshold]
        wrongly = [one for one in others if one.spread >= threshold]
        right = float(np.mean(drawn)) if drawn else float("nan")
        rows.append(ThresholdRow(threshold, len(drawn) / len(own), right, len(wrongly) / len(others)))
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation; returns the exit code."""
    parser = evaluation_parser((__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="holds flickr8k/")
    parser.add_argument("--split", default="val")
    parser.add_argument("--mosaics", type=int, default=100)
    options = parser.parse_args(arguments)
    flickr, count = options.data / "flickr8k", options.mosaics * QUARTERS
    named = captioned_pictures(flickr, "en", options.split)[:count]
    made = list(mosaics(islice(archive_pictures(flickr / f"{options.split}.tar"), len(named) // QUARTERS * QUARTERS)))
    captions = [picture.captions[0] for picture in named[: len(made) * QUARTERS]]
    own, others = look(made, captions, models().backbone)
    rows = [asdict(row) for row in threshold_rows(own, others)]
    headline = {"mosaics": len(made), "right": rows[0]["right"], "chance": 1 / QUARTERS}
    finish({"split": options.split, **headline, "rows": rows}, rows, headline, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
