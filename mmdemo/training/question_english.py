"""Words English questions about what captions say, in the many ways in which people ask."""

from __future__ import annotations

from mmdemo.training.question_words import Concept

_PICTURE = ("", " in the picture", " in this picture", " in the photo", " in the image", " in this photo")


def _one(concept: Concept) -> str:
    """Return a concept with its article, where it takes one."""
    if not concept.measure or concept.plural == concept.en:
        return concept.en
    return f"{'an' if concept.en[0] in 'aeiou' else 'a'} {concept.en}"


def presence(concept: Concept) -> list[str]:
    """Ask whether something is there."""
    one, many = _one(concept), concept.plural
    if concept.kind == "place":
        where = [f"is there any {one}{end}" for end in _PICTURE[:3]] if not concept.measure else []
        return [
            *where,
            f"is there {one} in the picture",
            f"can you see {one}",
            f"is the {one} visible",
            f"is this {one}",
        ]
    asked = [f"is there {one}{end}" for end in _PICTURE] + [f"do you see {one}", f"can you see {one}{_PICTURE[1]}"]
    if many != concept.en:
        asked += [f"are there any {many}{end}" for end in _PICTURE[:3]] + [
            f"are there {many}",
            f"do you see any {many}",
        ]
    if concept.kind == "clothing":
        asked += [f"is anyone wearing {one}", f"is the person wearing {one}", f"is someone wearing {one}"] * 2
    if concept.kind in ("animal", "vehicle"):
        asked += [f"is this {one}", f"is that {one}", f"is it {one}", f"is this {one} or not"]
    return asked


def number(concept: Concept, action: Concept | None = None) -> list[str]:
    """Ask how many there are."""
    many = concept.plural
    ends = (
        " are there",
        " are in the picture",
        " are in this photo",
        " are in the image",
        " are shown",
        " are visible",
    )
    asked = [f"how many {many}{end}" for end in (*ends, " do you see", " can you see", " are there in the picture", "")]
    return asked if action is None else [*asked[:3], f"how many {many} are {action.en}"]


def colour(concept: Concept, owner: Concept | None = None) -> list[str]:
    """Ask for the colour of something."""
    verb = "are" if concept.plural == concept.en and concept.kind == "clothing" else "is"
    asked = [f"what color {verb} the {concept.en}", f"what is the color of the {concept.en}"] * 2
    asked += [f"what colour {verb} the {concept.en}", f"what color {concept.en} is this"]
    if owner is not None and concept.kind == "clothing":
        asked += [f"what color {verb} the {owner.en}'s {concept.en}"] * 3
        asked += [f"what color {concept.en} is the {owner.en} wearing"]
    return asked


def has_colour(concept: Concept, shade: Concept) -> list[str]:
    """Ask whether something has a colour."""
    verb = "are" if concept.plural == concept.en and concept.kind == "clothing" else "is"
    asked = [f"{verb} the {concept.en} {shade.en}"] * 3 + [f"is there a {shade.en} {concept.en}"]
    return asked + ([f"is anyone wearing a {shade.en} {concept.en}"] if concept.kind == "clothing" else [])


def does(subject: Concept, action: Concept) -> list[str]:
    """Ask whether somebody does something."""
    return [
        f"is the {subject.en} {action.en}",
        f"is the {subject.en} {action.en}",
        f"is this {subject.en} {action.en}",
        f"is anyone {action.en}" if subject.kind == "person" else f"is the animal {action.en}",
        f"are they {action.en}",
    ]


def what_does(subject: Concept) -> list[str]:
    """Ask what somebody does."""
    other = "person" if subject.kind == "person" else "animal"
    return [
        *[f"what is the {subject.en} doing"] * 3,
        f"what is this {subject.en} doing",
        f"what is the {other} doing",
        f"what are the {subject.plural} doing",
        "what are they doing",
        "what is happening",
    ]


def what_related(subject: Concept, relation: str) -> list[str]:
    """Ask what somebody wears, holds, rides and so on."""
    other = "person" if subject.kind == "person" else "animal"
    return [
        *[f"what is the {subject.en} {relation}"] * 3,
        f"what is the {other} {relation}",
        f"what is this {subject.en} {relation}",
        f"what are they {relation}",
    ]


def related(subject: Concept, relation: str, thing: Concept) -> list[str]:
    """Ask whether somebody wears, holds or rides something."""
    one = _one(thing)
    return [f"is the {subject.en} {relation} {one}", f"is the person {relation} {one}", f"is anyone {relation} {one}"]


def where(subject: Concept) -> list[str]:
    """Ask for the place."""
    return [
        *[f"where is the {subject.en}"] * 2,
        "where is this",
        "where are they",
        "where was this picture taken",
        f"what is the {subject.en} on",
        "what is this place",
    ]


def who(action: Concept) -> list[str]:
    """Ask who does something."""
    return [f"who is {action.en}", "who is in the picture", "who is this", f"who is {action.en} in the picture"]


def which_animal() -> list[str]:
    """Ask for the animal."""
    return [
        "what animal is this",
        "what kind of animal is this",
        "what type of animal is shown",
        "what animal is in the picture",
        "what is this animal",
        "what animal is shown",
        "which animal is this",
    ]


def which_vehicle() -> list[str]:
    """Ask for the vehicle."""
    return ["what kind of vehicle is this", "what type of vehicle is this", "what vehicle is shown", "what is this"]


def which_sport() -> list[str]:
    """Ask for the sport."""
    return [
        "what sport is this",
        "what sport is being played",
        "what game are they playing",
        "what sport are they playing",
        "what game is being played",
        "what is the man playing",
    ]


def what_thing() -> list[str]:
    """Ask for the thing, in general."""
    return ["what is this", "what is in the picture", "what is shown", "what object is this", "what is that"]


def gender() -> list[str]:
    """Ask which of man and woman somebody is."""
    return ["is this a man or a woman", "is the person a man or a woman", "is it a man or woman"]


def outside() -> list[str]:
    """Ask whether the picture was taken in the open."""
    return ["is this outside", "is this outdoors", "are they outside", "was this photo taken outside", "is it outdoors"]
