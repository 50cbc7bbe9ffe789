"""Answers questions about what pictures show: the decoder's guesses, unless what is asked about is not to be seen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmdemo import reasons
from mmdemo.generators.base import is_calibrated
from mmdemo.runtime import Models
from mmdemo.tasks.captioning import CaptionRequest, caption_encoding
from mmdemo.tasks.heatmap_regions import strongest_region
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.tasks.qa_presence import NOT_SEEN, presence
from mmdemo.tasks.questions import Question
from mmdemo.tasks.visual_answer_texts import closed_answer, not_seen, perhaps
from mmdemo.types import Answer, CaptionLanguage, Encoding, Evidence, Guess, Region

SURE = 0.4
"""Calibrated probability from which an answer is given without “not sure”. Right to a share of what people would say,
an answer is rarely more probable than that: on held-out training pictures a third of the answers are above."""
GUESSES = 5
SHOWN_GUESSES = 3
LEAST_SHOWN = 0.05
"""Probability below which a guess is not spelled out."""
ABSENT = 0.12
"""Below this probability of what a question takes for granted, the answer is that it is not to be seen."""
MOST_THINGS = 3
"""Words of a question whose presence is looked into at most."""
OPEN_KINDS = frozenset({"what", "colour", "where", "who", "which", "why", "how", "how_many", "how_much", "when"})
CHECKS: dict[CaptionLanguage, str] = {"en": "is there a {thing} in the picture", "zh": "图里有{thing}吗"}
AFFIRMATIVE: dict[CaptionLanguage, str] = {"en": "yes", "zh": "是"}
NEGATIVE: dict[CaptionLanguage, str] = {"en": "no", "zh": "不是"}
CLOSED = frozenset({"yes", "no", "是", "不是"})
_ASKS_PRESENCE = re.compile(r"\b(?:is|are) there\b|\b(?:do|can) you see\b|有")
_NOT_A_THING = re.compile(
    r"\w+ing|color|colour|kind|type|number|left|right|front|back|side|top|picture|image|photo|people|person|anyone|"
    r"someone|day|time|weather|place|room|season|sport|animals?|foods?|objects?|things?|vehicles?|颜色|动物|运动|地方|东西|人|图片|照片|什么"
)


@dataclass(frozen=True)
class _Seen:
    """What a thing that a question takes for granted has going for it."""

    thing: str
    probability: float  # that some picture shows it


def answer_pictures(question: Question, encodings: Sequence[Encoding], models: Models) -> Answer:
    """Answer a question about one picture, or about several frames of a clip.

    Args:
        question: what is asked.
        encodings: of the pictures; their guesses are averaged.
        models: generator and backbone.

    Returns:
        The answer with the region of the picture that speaks for it. It is not sure when its best guess is improbable
        or when what the question takes for granted is not to be seen.
    """
    if question.kind == "describe":
        return _described(question, encodings, models)
    found = _guessed(question, encodings, models)
    return found if is_calibrated(models.generator) else replace(found, reasons=(reasons.uncalibrated_answer(),))


def _guessed(question: Question, encodings: Sequence[Encoding], models: Models) -> Answer:
    """Return the generator's best guess, unless it is improbable or takes for granted what is not to be seen."""
    guesses = _joined(
        [models.generator.answers(one, [question.text], question.language, GUESSES)[0] for one in encodings]
    )
    guesses = _of_options(question, guesses, encodings, models)
    if not guesses:
        return Answer(perhaps((), question.language), question.language, 0.0, False)
    guesses = _without_inventions(question, guesses, encodings, models)
    best = guesses[0]
    missing = _missing(question, encodings, models) if best.text not in CLOSED else None
    place = _clearest(encodings, best, question, models)
    evidence = () if missing is not None else (_evidence(encodings[place], place, best, question, models),)
    spoken = tuple(Guess(closed_answer(guess.text, question), guess.probability) for guess in guesses)
    if missing is not None:
        text = not_seen(missing.thing, question.language)
        return Answer(text, question.language, 1 - missing.probability, False, spoken)
    if best.probability < SURE:
        shown = [guess.text for guess in spoken[:SHOWN_GUESSES] if guess.probability >= LEAST_SHOWN] or [spoken[0].text]
        return Answer(perhaps(shown, question.language), question.language, best.probability, False, spoken, evidence)
    text = spoken[0].text[:1].upper() + spoken[0].text[1:]
    return Answer(text, question.language, best.probability, True, spoken, evidence)


def _described(question: Question, encodings: Sequence[Encoding], models: Models) -> Answer:
    """Return the best caption, of the picture that it fits best."""
    request = CaptionRequest((question.language,), count=1)
    found = [caption_encoding(encoding, models, request).of(question.language)[0] for encoding in encodings]
    place = max(range(len(found)), key=lambda i: found[i].score)
    best = found[place]
    evidence = (Evidence(place, "whole", best.score),)
    guesses = tuple(Guess(one.text, one.score) for one in sorted(found, key=lambda one: -one.score))
    return Answer(best.text, question.language, best.score, best.score >= SURE, guesses, evidence)


def _of_options(
    question: Question, guesses: tuple[Guess, ...], encodings: Sequence[Encoding], models: Models
) -> tuple[Guess, ...]:
    """Keep to what a question with “or” leaves to choose from: by the joint space where no guess is of that."""
    if not question.options:
        return guesses
    own = tuple(guess for guess in guesses if guess.text in question.options)
    if own:
        return own
    embeddings = np.stack([whole_embedding(encoding) for encoding in encodings])
    near = [float(presence(one, question.language, embeddings, models.backbone).max()) for one in question.options]
    total = sum(near) or 1.0
    # Divided among themselves, and no surer than that any of them is to be seen.
    chosen = [Guess(one, p / total * max(near)) for one, p in zip(question.options, near, strict=True)]
    return tuple(sorted(chosen, key=lambda guess: -guess.probability))


def _joined(answers: Sequence[Sequence[Guess]]) -> tuple[Guess, ...]:
    """Average the guesses about several pictures."""
    shares: dict[str, float] = {}
    for guesses in answers:
        for guess in guesses:
            shares[guess.text] = shares.get(guess.text, 0.0) + guess.probability / len(answers)
    ordered = sorted(shares.items(), key=lambda item: -item[1])[:GUESSES]
    return tuple(Guess(text, probability) for text, probability in ordered)


def _missing(question: Question, encodings: Sequence[Encoding], models: Models) -> _Seen | None:
    """Return what a question takes for granted and no picture shows, if there is such a thing."""
    if question.kind not in OPEN_KINDS:
        return None
    things = asked_things(question)
    if not things:
        return None
    found = [_Seen(thing, thing_probability(thing, question.language, encodings, models)) for thing in things]
    least = min(found, key=lambda seen: seen.probability)
    return least if least.probability < ABSENT else None


def _without_inventions(
    question: Question, guesses: tuple[Guess, ...], encodings: Sequence[Encoding], models: Models
) -> tuple[Guess, ...]:
    """Doubt a yes to “is there a …?” where no picture is near such a thing, and make it a no where none is at all.

    What questions out of captions ask about is known well; of things that captions never name the decoder knows too
    little, and tends to say yes.
    """
    affirmative, negative = AFFIRMATIVE[question.language], NEGATIVE[question.language]
    if guesses[0].text != affirmative or not _ASKS_PRESENCE.search(question.text.lower()):
        return guesses
    things = asked_things(question)
    if not things:
        return guesses
    embeddings = np.stack([whole_embedding(encoding) for encoding in encodings])
    near = min(float(presence(thing, question.language, embeddings, models.backbone).max()) for thing in things)
    if near >= NOT_SEEN:
        return guesses
    likely = float(np.sqrt(near * guesses[0].probability))
    if likely < ABSENT:
        return (Guess(negative, 1 - likely), Guess(affirmative, likely))
    return (Guess(affirmative, min(likely, guesses[0].probability)),)


def asked_things(question: Question) -> list[str]:
    """Return the things that a question takes for granted, as far as its words tell."""
    return [word for word in question.topic if not _NOT_A_THING.fullmatch(word)][:MOST_THINGS]


def thing_probability(thing: str, language: CaptionLanguage, encodings: Sequence[Encoding], models: Models) -> float:
    """Return how probable it is that a picture shows a thing: the geometric mean of what two witnesses say.

    The joint space knows whole scenes, the decoder single things; an invention needs both of them to err.

    Args:
        thing: a word.
        language: of it.
        encodings: of the pictures; the one that shows it best counts.
        models: backbone and generator.

    Returns:
        0..1.
    """
    embeddings = np.stack([whole_embedding(encoding) for encoding in encodings])
    near = presence(thing, language, embeddings, models.backbone)  # [N]
    asked = CHECKS[language].format(thing=thing)
    said = [_share(one, asked, AFFIRMATIVE[language], language, models) for one in encodings]
    return float(np.sqrt(near * np.array(said)).max())


def _share(encoding: Encoding, question: str, wanted: str, language: CaptionLanguage, models: Models) -> float:
    """Return how probable an answer is; 0 where it is not among the guesses."""
    guesses = models.generator.answers(encoding, [question], language, GUESSES)[0]
    return next((guess.probability for guess in guesses if guess.text == wanted), 0.0)


def _clearest(encodings: Sequence[Encoding], best: Guess, question: Question, models: Models) -> int:
    """Return the picture that speaks most for the best guess."""
    if len(encodings) == 1:
        return 0
    return int(np.argmax([_share(one, question.text, best.text, question.language, models) for one in encodings]))


def _evidence(encoding: Encoding, place: int, best: Guess, question: Question, models: Models) -> Evidence:
    """Return the part of the picture that speaks for the answer; all of it where nothing stands out."""
    weights = models.generator.answer_heatmap(encoding, question.text, best.text, question.language)
    region, share = strongest_region(weights)
    kind = "whole" if region == Region(0.0, 0.0, 1.0, 1.0) else "region"
    return Evidence(place, kind, share, region=None if kind == "whole" else region)  # type: ignore[arg-type]
