"""Whether pictures show the things that a question names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.detection.thing_counts import presence_likelihood
from mmdemo.detection.thing_names import classes_of
from mmdemo.runtime import Models
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.tasks.qa_presence import confirmed_presence, presence
from mmdemo.tasks.questions import Question
from mmdemo.traditional import simplified
from mmdemo.types import CaptionLanguage, Encoding

CERTAIN = 0.97
"""Below this one nothing is said of it for sure, as a confident answer about what is not there is the worst there is.
On training pictures 0.2 % of 5,750 questions about absent things then get one, with 0.5 it would be 2 %."""
NAMED = 0.3
"""Probability from which a class of the image tower settles that there is such a thing: of pictures without one, one in
a thousand is taken for having it."""
FOUND = 0.85
"""Likelihood from which the detector settles that there is such a thing."""
OTHERWISE_NAMED = frozenset({"hot dog", "sea lion", "guinea pig"})
"""Classes whose last word is another thing."""
MOST_THINGS = 3
"""Words of a question whose presence is looked into at most."""
_NOT_A_THING = re.compile(
    r"\w+ing|color|colour|kind|type|number|left|right|front|back|side|top|picture|image|photo|people|person|anyone|"
    r"someone|day|time|weather|place|room|season|sport|animals?|foods?|objects?|things?|vehicles?|颜色|动物|运动|地方|东西|人|图片|照片|什么|"
    r"旁边|身边|附近|[左右前后上下里外]边|[前后上下里外]面"
)


@dataclass(frozen=True)
class Seen:
    """What a thing that a question takes for granted has going for it."""

    thing: str
    probability: float  # that some picture shows it


def least_seen(question: Question, encodings: Sequence[Encoding], models: Models) -> Seen | None:
    """Return which of the things that a question takes for granted is the least to be seen; None without any."""
    things = asked_things(question)
    if not things:
        return None
    found = [Seen(thing, thing_probability(thing, question.language, encodings, models)) for thing in things]
    return min(found, key=lambda seen: seen.probability)


def confirmed_least_seen(question: Question, encodings: Sequence[Encoding], models: Models) -> Seen | None:
    """Do the same where a chat model writes: its yes or no counts too, about the picture that shows a thing best."""
    found = []
    for thing in asked_things(question):
        shares = [thing_probability(thing, question.language, [encoding], models) for encoding in encodings]
        best = int(np.argmax(shares))
        likely = confirmed_presence(thing, question.language, encodings[best], shares[best], models)
        found.append(Seen(thing, likely))
    return min(found, key=lambda seen: seen.probability, default=None)


def asked_things(question: Question) -> list[str]:
    """Return the things that a question takes for granted, as far as its words tell.

    Words that stand side by side are one thing: a “teddy bear” is neither a teddy nor a bear.
    """
    chinese = question.language == "zh"
    text, between = (simplified(question.text) if chinese else question.text).lower(), "" if chinese else " "
    things: list[str] = []
    behind = -1  # where the thing before ends
    for word in question.topic:
        at = text.find(word, max(behind, 0))
        if _NOT_A_THING.fullmatch(word) or at < 0:
            behind = -1
        elif behind >= 0 and text[behind:at] == between:
            things[-1] += between + word
            behind = at + len(word)
        else:
            things.append(word)
            behind = at + len(word)
    return things[:MOST_THINGS]


def thing_probability(thing: str, language: CaptionLanguage, encodings: Sequence[Encoding], models: Models) -> float:
    """Return how probable it is that a picture shows a thing.

    The joint space tells it, a class of the image tower that has its name, and the detector. The generator's yes or no
    adds nothing: things that people name in held-out training pictures and things drawn at random are told apart with
    an area under the curve of 0.79 by the joint space, of 0.44 by the generator.

    Args:
        thing: a word or several.
        language: of it.
        encodings: of the pictures; the one that shows it best counts.
        models: backbone and generator.

    Returns:
        0..1.
    """
    embeddings = np.stack([whole_embedding(encoding) for encoding in encodings])
    near = float(presence(thing, language, embeddings, models.backbone).max())
    if near >= CERTAIN:
        return near
    found = _found(thing, encodings)
    if found >= FOUND or any(_is_named(thing, language, encoding, models) for encoding in encodings):
        return CERTAIN
    return max(near, min(found, CERTAIN))


def _found(thing: str, encodings: Sequence[Encoding]) -> float:
    """Return how likely the detector's surest thing of that name is; 0 where it found none, or does not know it."""
    classes = classes_of(thing)
    if not classes:
        return 0.0
    return max(presence_likelihood(encoding.things or (), classes) for encoding in encodings)


def _is_named(thing: str, language: CaptionLanguage, encoding: Encoding, models: Models) -> bool:
    """Tell whether the image tower's classes name a thing: “school bus” for a bus, but not “hot dog” for a dog."""
    named = [one for one in models.generator.names(encoding) if one.en not in OTHERWISE_NAMED]
    if language == "zh":
        # One character may end the names of quite other things, as 马 does 河马.
        own = [one for one in named if one.zh == thing or (len(thing) > 1 and one.zh.endswith(thing))]
    else:
        endings = (f" {thing}", f" {thing.removesuffix('s')}")
        own = [one for one in named if f" {one.en}".endswith(endings)]
    return sum(one.probability for one in own) >= NAMED
