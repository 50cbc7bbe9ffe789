"""Answers questions about what pictures show: the decoder's guesses, unless what is asked about is not to be seen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mmdemo import reasons
from mmdemo.generators.base import is_calibrated
from mmdemo.runtime import Models
from mmdemo.tasks.captioning import CaptionRequest, caption_encoding
from mmdemo.tasks.heatmap_regions import strongest_region
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.tasks.qa_presence import SEEN, presence
from mmdemo.tasks.questions import Question
from mmdemo.tasks.seen_things import CERTAIN, Seen, least_seen
from mmdemo.tasks.thing_evidence import thing_evidence
from mmdemo.tasks.visual_answer_texts import closed_answer, not_seen, perhaps
from mmdemo.types import Answer, CaptionLanguage, Encoding, Evidence, Guess, Region

SURE = 0.4
"""Calibrated probability from which an answer is given without “not sure”. Right to a share of what people would say,
an answer is rarely more probable than that: on held-out training pictures a third of the answers are above."""
GUESSES = 5
SHOWN_GUESSES = 3
LEAST_SHOWN = 0.05
"""Probability below which a guess is not spelled out."""
ABSENT = 0.02
"""Below this probability of what a question takes for granted, the answer is that it is not to be seen: nine of a
hundred things that people ask about fall below (`mmdemo.training.answer_presence`)."""
DISAGREED = 0.39
"""Most that is believed of a yes where one witness says no; less than `SURE`."""
OPEN_KINDS = frozenset({"what", "colour", "where", "who", "which", "why", "how", "how_many", "how_much", "when"})
AFFIRMATIVE: dict[CaptionLanguage, str] = {"en": "yes", "zh": "是"}
NEGATIVE: dict[CaptionLanguage, str] = {"en": "no", "zh": "不是"}
CLOSED = frozenset({"yes", "no", "是", "不是"})
_ASKS_PRESENCE = re.compile(r"\b(?:is|are) there\b|\b(?:do|can) you see\b|有")


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
    doubtful = least_seen(question, encodings, models) if rests_on_presence(question) else None
    if doubtful is not None and question.kind not in OPEN_KINDS:
        guesses, doubtful = _seen_or_not(question, guesses, doubtful)
    missing = doubtful if doubtful is not None and doubtful.probability < ABSENT else None
    best = guesses[0]
    place = _clearest(encodings, best, question, models)
    evidence = () if missing is not None else (_evidence(encodings[place], place, best, question, models),)
    spoken = tuple(Guess(closed_answer(guess.text, question), guess.probability) for guess in guesses)
    if missing is not None:
        text = not_seen(missing.thing, question.language)
        return Answer(text, question.language, 1 - missing.probability, False, spoken)
    if best.probability < SURE or (doubtful is not None and doubtful.probability < CERTAIN):
        # “Perhaps yes or no” would say nothing.
        most = 1 if best.text in CLOSED else SHOWN_GUESSES
        shown = [guess.text for guess in spoken[:most] if guess.probability >= LEAST_SHOWN] or [spoken[0].text]
        probability = best.probability if doubtful is None else min(best.probability, doubtful.probability)
        return Answer(perhaps(shown, question.language), question.language, probability, False, spoken, evidence)
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


def rests_on_presence(question: Question) -> bool:
    """Tell whether a question asks if something is there, or takes that for granted; “a cat or a dog?” does neither."""
    if question.options:
        return False
    return question.kind in OPEN_KINDS or _ASKS_PRESENCE.search(question.text.lower()) is not None


def _seen_or_not(question: Question, guesses: tuple[Guess, ...], seen: Seen) -> tuple[tuple[Guess, ...], Seen | None]:
    """Hold a yes or no to “is there …” against what is to be seen.

    Args:
        question: that asks so.
        guesses: of the generator, which tends to yes where it knows too little, and to no where it knows nothing.
        seen: how likely it is there.

    Returns:
        The guesses, and what an answer still rests on: nothing where it is no. A yes about what is not to be seen
        becomes a no, and a no about what is, an unsure yes.
    """
    affirmative, negative, best = AFFIRMATIVE[question.language], NEGATIVE[question.language], guesses[0]
    if best.text == affirmative and seen.probability < ABSENT:
        likely = float(np.sqrt(seen.probability * best.probability))
        return (Guess(negative, 1 - likely), Guess(affirmative, likely)), None
    if best.text == negative and seen.probability >= SEEN:
        likely = min(float(np.sqrt(seen.probability * (1 - best.probability))), DISAGREED)
        return (Guess(affirmative, likely), Guess(negative, min(best.probability, likely))), seen
    return guesses, None if best.text == negative else seen


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
    """Return what speaks for the answer: things that were found, else where the generator looked, or the whole."""
    found = thing_evidence(question, best.text, encoding, place)
    if found is not None:
        return found
    weights = models.generator.answer_heatmap(encoding, question.text, best.text, question.language)
    region, share = strongest_region(weights)
    kind = "whole" if region == Region(0.0, 0.0, 1.0, 1.0) else "region"
    return Evidence(place, kind, share, region=None if kind == "whole" else region)  # type: ignore[arg-type]
