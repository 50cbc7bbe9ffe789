"""Questions about how many there are, where a picture shows several things of a kind."""

from __future__ import annotations

from collections import Counter

from mmdemo.detection.thing_counts import likelihood
from mmdemo.detection.thing_names import thing_names
from mmdemo.types import Encoding, Sentence

SEEN = 0.5
"""Likelihood from which a thing counts."""
LEAST = 2
"""Things of a kind that are worth counting."""
PLURALS = {
    "person": "people",
    "bus": "buses",
    "sheep": "sheep",
    "bench": "benches",
    "couch": "couches",
    "sandwich": "sandwiches",
    "wine glass": "wine glasses",
    "toothbrush": "toothbrushes",
    "knife": "knives",
    "mouse": "mice",
}
UNCOUNTED = frozenset({"broccoli", "scissors", "skis", "dining table"})
MEASURES = {
    "只": "bird cat dog sheep elephant bear zebra giraffe",
    "匹": "horse",
    "头": "cow",
    "辆": "bicycle car motorcycle bus truck",
    "架": "airplane",
    "列": "train",
    "艘": "boat",
    "把": "chair umbrella knife fork spoon",
    "张": "bed",
    "本": "book",
    "台": "tv laptop",
}
"""Chinese measure words; the others take 个."""


def counting_questions(encoding: Encoding) -> list[Sentence]:
    """Return questions about how many of a kind there are, the most numerous first.

    Args:
        encoding: of a picture.
    """
    seen = Counter(thing.class_id for thing in encoding.things or () if likelihood(thing.score) >= SEEN)
    names = [thing_names()[class_id] for class_id, count in seen.most_common() if count >= LEAST]
    measures = {name: measure for measure, own in MEASURES.items() for name in own.split()}
    return [
        Sentence(
            f"How many {PLURALS.get(name.en, f'{name.en}s')} are there?",
            f"有几{measures.get(name.en, '个')}{name.zh}？",
        )
        for name in names
        if name.en not in UNCOUNTED
    ]
