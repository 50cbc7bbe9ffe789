"""The official accuracy of VQA and its normalisation of answers (Antol et al. 2015; Goyal et al. 2017)."""

from __future__ import annotations

import re
from collections.abc import Sequence

AGREEING_FOR_FULL = 3
"""People who must have given an answer for it to count in full."""
ARTICLES = frozenset({"a", "an", "the"})
NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    )
} | {"none": "0"}
_CONTRACTED = (
    "ain't aren't can't could've couldn't couldn't've didn't doesn't don't hadn't hadn't've hasn't haven't he'd "
    "he'd've he's how'd how'll how's I'd've I'm I've isn't it'd it'd've it'll let's ma'am mightn't mightn't've "
    "might've mustn't must've needn't not've o'clock oughtn't shan't she'd've should've shouldn't shouldn't've "
    "somebody'd somebody'd've somebody'll somebody's someone'd someone'd've someone'll someone's something'd "
    "something'd've something'll that's there'd there'd've there're there's they'd they'd've they'll they're "
    "they've twas wasn't we'd've we've weren't what'll what're what's what've when's where'd where's where've who'd "
    "who'd've who'll who's who've why'll why're why's won't would've wouldn't wouldn't've y'all y'all'll y'all'd've "
    "you'd you'd've you'll you're you've"
).split()
CONTRACTIONS = {word.replace("'", "").lower(): word.lower() for word in _CONTRACTED}
"""Contractions that people typed without their apostrophe."""
_PUNCTUATION = ';/[]"{}()=+\\_-><@`,?!'
_DECIMAL_COMMA = re.compile(r"(\d)(,)(\d)")
_FULL_STOP = re.compile(r"\.(?!\d)")


def normalised_answer(answer: str) -> str:
    """Bring an answer into the form in which answers are compared.

    Args:
        answer: as somebody gave it.

    Returns:
        Lower case; no punctuation, articles or number words; contractions with their apostrophe.
    """
    written = " ".join(answer.lower().split())
    text, separate = written, _DECIMAL_COMMA.search(written) is not None
    for mark in _PUNCTUATION:
        # A mark between words is a space; one beside a space, or all of them next to a number's comma, just goes.
        text = text.replace(mark, "" if f"{mark} " in written or f" {mark}" in written or separate else " ")
    words = [NUMBER_WORDS.get(word, word) for word in _FULL_STOP.sub("", text).split()]
    return " ".join(CONTRACTIONS.get(word, word) for word in words if word not in ARTICLES)


def vqa_accuracy(answer: str, given: Sequence[str]) -> float:
    """Return the accuracy of one answer: the mean over leaving out each person of min(others who agree / 3, 1).

    Args:
        answer: to be judged.
        given: what people answered, ten of them as a rule.

    Returns:
        0..1.
    """
    own, others = normalised_answer(answer), [normalised_answer(one) for one in given]
    agreeing = others.count(own)
    return (
        sum(min((agreeing - (other == own)) / AGREEING_FOR_FULL, 1.0) for other in others) / len(others)
        if others
        else 0.0
    )


def answer_accuracies(given: Sequence[str]) -> dict[str, float]:
    """Return the accuracy of every answer that somebody gave, by its normalised form."""
    return {normalised_answer(one): vqa_accuracy(one, given) for one in given}


def calibration_error(probabilities: Sequence[float], outcomes: Sequence[float], bins: int = 10) -> float:
    """Return the expected calibration error over bins of equal width (Guo et al. 2017).

    Args:
        probabilities: of the answers given, 0..1.
        outcomes: their accuracies, 0..1.
        bins: of the probabilities.

    Returns:
        The mean distance of probability and accuracy, weighted by how many fall in each bin.
    """
    total = 0.0
    for place in range(bins):
        own = [i for i, p in enumerate(probabilities) if min(int(p * bins), bins - 1) == place]
        total += abs(sum(probabilities[i] for i in own) - sum(outcomes[i] for i in own))
    return total / max(len(probabilities), 1)
