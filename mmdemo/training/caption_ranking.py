"""Finds how much the joint space should count when candidate captions are ranked.

``python -m mmdemo.training.caption_ranking --data ../shared/data`` tries weights on the training pictures that neither
heads nor decoder learned from, and prints those amid the highest CIDEr, for `mmdemo.tasks.caption_ranking.WEIGHTS`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import numpy as np

from mmdemo.evaluation.caption_data import archive_pictures, captioned_pictures
from mmdemo.evaluation.caption_metrics import caption_words
from mmdemo.generators.base import Candidate, CaptionPrompt, Sampling
from mmdemo.generators.consensus import CiderScorer
from mmdemo.runtime import Models, models
from mmdemo.tasks.caption_ranking import RankingWeights, rank_scores
from mmdemo.tasks.captioning import LANGUAGES
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.text import text_of
from mmdemo.training.stages import HELD_OUT_PICTURES, is_held_out
from mmdemo.types import CaptionLanguage, Encoding, Float32Array, Image

Places = tuple[int, ...]
AMOUNTS = (0.0, 0.5, 1.0, 2.0, 4.0)
"""What is tried for each part of the ranking."""


@dataclass(frozen=True, eq=False)
class Judged:
    """The candidates for one picture and how good they are."""

    log_probabilities: np.ndarray  # [C] mean a token
    similarities: np.ndarray  # [C] with the picture
    embeddings: Float32Array  # [C, D]
    expected: np.ndarray  # [C]
    ciders: np.ndarray  # [C]


def held_out_encodings(flickr: Path, found: Models) -> tuple[list[int], list[Encoding]]:
    """Encode the training pictures that no training learned from; returns their places and encodings."""
    names = [picture.name for picture in captioned_pictures(flickr, "en", "train")]
    places = [i for i, name in enumerate(names) if is_held_out(name, HELD_OUT_PICTURES)]
    wanted = set(places)
    images = [
        Image(pixels, names[i], f"train:{i}")
        for i, pixels in enumerate(archive_pictures(flickr / "train.tar"))
        if i in wanted
    ]
    return places, found.backbone.encode_images(images)


def judge(
    candidates: Sequence[Candidate], encoding: Encoding, scorer: CiderScorer, place: int, language: str, found: Models
) -> Judged:
    """Gather what the ranking goes by, and the CIDEr it ought to follow."""
    texts = [candidate.text for candidate in candidates]
    embeddings = np.stack([whole_embedding(one) for one in found.backbone.encode_texts([text_of(t) for t in texts])])
    return Judged(
        np.array([candidate.log_probability for candidate in candidates]),
        embeddings @ whole_embedding(encoding),
        embeddings,
        np.array([candidate.expected for candidate in candidates]),
        np.array([scorer.score(caption_words(text, language), place) for text in texts]),
    )


def chosen_cider(judged: Sequence[Judged], weights: RankingWeights) -> float:
    """Return the mean CIDEr of the candidates that weights put first."""
    best = [
        one.ciders[
            np.argmax(rank_scores(one.log_probabilities, one.similarities, one.embeddings, one.expected, weights))
        ]
        for one in judged
    ]
    return float(np.mean(best))


def weights_at(places: Places) -> RankingWeights:
    """Return the weights at some places in `AMOUNTS`."""
    return RankingWeights(*(AMOUNTS[place] for place in places))


def amid_good_ones(ciders: Mapping[Places, float]) -> Places:
    """Return the weights that do best together with those next to them: of some hundred pictures, the best is chance.

    Args:
        ciders: of weights, named by their places in `AMOUNTS`.
    """

    def around(places: Places) -> float:
        return float(np.mean([ciders[near] for near in ciders if max(abs(np.subtract(near, places))) <= 1]))

    return max(ciders, key=around)


def fit_language(
    flickr: Path, language: CaptionLanguage, places: Sequence[int], encodings: Sequence[Encoding], found: Models
) -> dict[str, object]:
    """Try all weights for one language on pictures at some places of the training split."""
    captions = [picture.captions for picture in captioned_pictures(flickr, language, "train")]
    scorer = CiderScorer([[caption_words(text, language) for text in own] for own in captions])
    judged = []
    for place, encoding in zip(places, encodings, strict=True):
        candidates = found.generator.captions(
            [encoding], [CaptionPrompt(language)], Sampling(count=found.generator.beams)
        )[0]
        judged.append(judge(candidates, encoding, scorer, place, language, found))
    tried = list(product(range(len(AMOUNTS)), repeat=3))
    ciders = {places: chosen_cider(judged, weights_at(places)) for places in tried}
    best = amid_good_ones(ciders)
    return {
        "language": language,
        "pictures": len(judged),
        "search alone": round(chosen_cider(judged, RankingWeights(0.0, 0.0)), 4),
        "ranked": round(ciders[best], 4),
        "perfect choice": round(float(np.mean([one.ciders.max() for one in judged])), 4),
        "weights": asdict(weights_at(best)),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit both languages; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="holds flickr8k/")
    options = parser.parse_args(arguments)
    flickr, found = options.data / "flickr8k", models()
    places, encodings = held_out_encodings(flickr, found)
    for language in LANGUAGES:
        print(json.dumps(fit_language(flickr, language, places, encodings, found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
