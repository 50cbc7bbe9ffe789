"""Counterfactual captions that teach the decoder to trust a class's name.

Flickr8k's animals are dogs and its classes breeds, so nothing would teach the decoder to write “cheetah” when the
classifier says so. In some pictures of a dog the class is therefore exchanged for another animal, and the dog in the
captions with it: only copying the name can then be right. Vehicles are treated alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.generators.label_names import LabelName

_DOGS = frozenset(range(151, 269))
_OTHER_ANIMALS = tuple(number for number in range(398) if number not in _DOGS)
_VEHICLES = (407, 436, 468, 511, 555, 569, 609, 627, 654, 656, 661, 675, 717, 734, 751, 779, 817, 829, 864, 867, 874)
LEAST_PROBABILITY = 0.2
"""Of the class that is exchanged: below, the captions are likely to speak of something else."""


@dataclass(frozen=True)
class Swap:
    """A kind of thing that captions name by one word and the classifier by many classes."""

    known: frozenset[int]
    others: tuple[int, ...]
    words: Mapping[str, re.Pattern[str]]  # what captions say, by language
    excluded: Mapping[str, re.Pattern[str]]  # a caption with these is not used


SWAPS = (
    Swap(
        _DOGS,
        _OTHER_ANIMALS,
        {"en": re.compile(r"\ba dog\b|\bdog\b"), "zh": re.compile(r"小狗|大狗|狗狗|狗")},
        {"en": re.compile(r"dogs|pupp|hound|terrier|retriever|poodle|shepherd"), "zh": re.compile(r"犬|猎狗|牧羊|们")},
    ),
    Swap(
        frozenset(_VEHICLES),
        _VEHICLES,
        {"en": re.compile(r"\ba (?:car|truck)\b|\b(?:car|truck)\b"), "zh": re.compile(r"小汽车|汽车|卡车|轿车")},
        {"en": re.compile(r"cars|trucks"), "zh": re.compile(r"们")},
    ),
)


def _named(word: str, name: str) -> str:
    """Put a name in a word's place, with the article that it asks for."""
    if not word.startswith("a "):
        return name
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def swapped_texts(texts: Sequence[str], language: str, swap: Swap, name: LabelName) -> list[str]:
    """Return those captions that name the thing by its common word alone, with another name in its place."""
    word, excluded = swap.words[language], swap.excluded[language]
    fitting = [text for text in texts if word.search(text) and not excluded.search(text)]
    return [word.sub(lambda found: _named(found.group(), name.text(language)), text) for text in fitting]


def swap_labels(
    ids: np.ndarray, probabilities: np.ndarray, names: Sequence[LabelName], random: np.random.Generator
) -> tuple[Swap, LabelName, np.ndarray, np.ndarray] | None:
    """Exchange a picture's best class for another of its kind.

    Args:
        ids: [L] classes, most probable first.
        probabilities: [L].
        names: of all classes.
        random: chooses.

    Returns:
        The swap, the new name, new ids and probabilities; None when the best class is of no such kind or too weak.
    """
    for swap in SWAPS:
        if int(ids[0]) in swap.known and probabilities[0] >= LEAST_PROBABILITY:
            chosen = int(random.choice(swap.others))
            others = np.array([int(i) not in swap.known for i in ids])
            new_ids, new_probabilities = ids.copy(), np.where(others, probabilities, 0.0)
            new_ids[0], new_probabilities[0] = chosen, probabilities[0]
            return swap, names[chosen], new_ids, new_probabilities
    return None
