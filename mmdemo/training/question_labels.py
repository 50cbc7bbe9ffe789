"""Makes questions out of what the image tower's own classifier is sure of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmdemo.evaluation.vqa_metric import normalised_answer
from mmdemo.generators.label_names import label_names
from mmdemo.training.question_open import Ask
from mmdemo.training.question_words import Concept, concept_named

SURE = 0.5
"""Probability from which a class is taken as true."""
FIRST_THING = 398
"""Classes before are animals."""
GROUPS: dict[str, tuple[range | tuple[int, ...], ...]] = {
    "dog": (range(151, 269),),
    "cat": (range(281, 286),),
    "bird": (range(7, 25), range(80, 101), range(127, 147)),
    "bear": (range(294, 298),),
    "elephant": ((101, 385, 386),),
    "zebra": ((340,),),
    "horse": ((339,),),
    "cow": ((345, 346),),
    "sheep": ((348, 349),),
    "fish": (range(0, 7), range(389, 398)),
    "monkey": (range(365, 385),),
    "bus": ((654, 779, 874),),
    "train": ((466, 547, 820, 829),),
    "airplane": ((404,),),
    "car": ((436, 468, 511, 609, 627, 656, 661, 751, 817),),
    "truck": ((555, 569, 675, 717, 734, 864, 867),),
    "boat": ((472, 484, 554, 576, 625, 814, 871, 914),),
    "motorcycle": ((665, 670),),
    "bicycle": ((444, 671),),
}
"""Everyday names of groups of classes of ImageNet-1k (Russakovsky et al. 2015)."""
NAMED = {class_: name for name, parts in GROUPS.items() for part in parts for class_ in part}


def label_asks(logits: np.ndarray, rows: Sequence[int], random: np.random.Generator) -> list[Ask]:
    """Ask what pictures show, and whether they show what another one does.

    Args:
        logits: [N, 1000] of the classifier.
        rows: of the pictures that may be asked about.
        random: chooses what is not there.
    """
    names = label_names()
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares = odds / odds.sum(axis=1, keepdims=True)  # [N, 1000]
    sure = [(row, int(shares[row].argmax())) for row in rows if shares[row].max() >= SURE]
    asks: list[Ask] = []
    things = [NAMED[class_] for _, class_ in sure if class_ in NAMED]
    for row, class_ in sure:
        name = NAMED.get(class_, normalised_answer(names[class_].en))
        form = "which_animal" if class_ < FIRST_THING else "what_thing"
        vehicle = class_ in NAMED and class_ >= FIRST_THING
        asks.append(Ask(row, "label", "which_vehicle" if vehicle else form, (), ((name, 1.0),)))
        if class_ in NAMED:
            other = _another(name, things, shares[row], random)
            asks.append(Ask(row, "label-check", "presence", (concept_named(name),), (("yes", 1.0),)))
            if other is not None:
                asks.append(Ask(row, "label-check", "presence", (other,), (("no", 1.0),)))
    return asks


def _another(name: str, things: Sequence[str], shares: np.ndarray, random: np.random.Generator) -> Concept | None:
    """Draw a thing as often as it is shown elsewhere, one that the classifier does not see here."""
    for _ in range(10):
        other = things[int(random.integers(len(things)))]
        if other != name and sum(float(shares[class_]) for class_, own in NAMED.items() if own == other) < 0.02:
            return concept_named(other)
    return None
