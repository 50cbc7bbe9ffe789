"""How captions are split into words, and the figures that compare them with reference captions."""

from __future__ import annotations

import functools
import importlib
import re
import unicodedata
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Literal

from mmdemo.errors import PackageMissing

COMMANDS = {"pycocoevalcap": "pip install pycocoevalcap==1.2", "jieba": "pip install jieba==0.42.1"}
"""How to install what only evaluation needs."""

LONGEST_NGRAM = 4
"""BLEU-1 to BLEU-4 (Papineni et al. 2002); CIDEr takes n-grams of the same lengths (Vedantam et al. 2015)."""

TYPOGRAPHY = str.maketrans({"‘": "'", "’": "'", "`": "'", "“": '"', "”": '"', "–": " - ", "—": " - ", "…": " "})
"""Typographic signs as the ASCII ones that stand for them, or a space where they would be dropped in the end."""
BRACKETS = {"(": "-lrb-", ")": "-rrb-", "[": "-lsb-", "]": "-rsb-", "{": "-lcb-", "}": "-rcb-"}
"""What PTB writes for brackets; coco-caption means to drop some, but lists them in capitals and so keeps them all."""
DROPPED = frozenset("'\".?!,:-;")
"""Signs that coco-caption drops (the list in its ptbtokenizer.py)."""

SPLIT_WORDS = re.compile(r"\b(can|gim|lem)(not|me)\b|\b(gon|wan|got)(na|ta)\b|(?<!\w)('t)(is|was)\b")
"""Words that PTB writes as two."""
CLITICS = re.compile(r"(?<=[a-z0-9])(n't|'(?:s|m|d|re|ve|ll))(?![a-z0-9])")
"""Endings that PTB cuts off: isn't → is n't, dog's → dog 's."""
PTB_TOKEN = re.compile(
    r"""
    (?:mr|mrs|ms|dr|st|jr|sr|vs|etc|co|inc|prof|lt|sgt|ave)\.(?!\w)  # abbreviations keep their full stop
    | (?:[a-z]\.){2,}                                             # u.s., p.m., e.g.
    | n't\b | '(?:s|m|d|re|ve|ll|t|em)\b | 'n\b'?                          # clitics, cut off before
    | \d+(?:[.,:/-]\d+)+                                          # 5.50, 1,000, 3:30, 20-30
    | \w+(?:[-/']\w+)*                                             # t-shirt, black-and-white, o'clock, and/or
    | \S                                                          # any other sign by itself
    """,
    re.VERBOSE,
)


def caption_words(text: str, language: str, by: Literal["word", "character"] = "word") -> list[str]:
    """Split a caption into what caption metrics count.

    English is lower-cased, split and freed of punctuation as coco-caption does (Chen et al. 2015). That tool runs the
    Java PTB tokenizer; this is a stand-in of our own, without its lists of rare abbreviations and web addresses, that
    splits 34,994 of the 35,000 captions in Flickr8k's file alike.

    Args:
        text: one caption.
        language: ISO 639-1 code; ``zh`` is split by jieba, anything else as English.
        by: words, or the characters that they are made of.

    Returns:
        Units in order, none with white space in it.

    Raises:
        PackageMissing: Chinese words are wanted and jieba is not installed.
    """
    if language != "zh":
        words = _ptb_words(text)
    else:
        folded = unicodedata.normalize("NFKC", text).casefold()
        bare = "".join(character if character.isalnum() else " " for character in folded)
        words = bare.split() if by == "character" else [word for word in _chinese_cutter()(bare) if not word.isspace()]
    return words if by == "word" else [character for word in words for character in word]


def _ptb_words(text: str) -> list[str]:
    plain = CLITICS.sub(r" \1", SPLIT_WORDS.sub(_two_words, text.lower().translate(TYPOGRAPHY)))
    return [BRACKETS.get(token, token) for token in PTB_TOKEN.findall(plain) if token not in DROPPED]


def _two_words(match: re.Match[str]) -> str:
    return " ".join(part for part in match.groups() if part)


@functools.cache
def _chinese_cutter() -> Callable[[str], list[str]]:
    jieba = _evaluation_module("jieba", "jieba")
    # Its own start would log to stderr and read and write a cache in the shared temporary folder; a tokenizer that is
    # handed its dictionary (under a second) does neither.
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    cutter: Callable[[str], list[str]] = tokenizer.lcut
    return cutter


def _evaluation_module(package: str, module: str) -> ModuleType:
    try:
        # Both packages date from Python 2 times: escapes and pkg_resources, which newer Pythons warn about.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(module)
    except ImportError as error:
        raise PackageMissing(package=package, command=COMMANDS[package]) from error


@dataclass(frozen=True)
class CaptionScores:
    """Figures of a set of captions; all but the length and CIDEr (0 to 10) lie between 0 and 1."""

    bleu1: float
    bleu2: float
    bleu3: float
    bleu4: float
    rouge_l: float
    cider: float
    distinct1: float
    distinct2: float
    mean_length: float  # units a hypothesis


def score_captions(hypotheses: Sequence[Sequence[str]], references: Sequence[Sequence[Sequence[str]]]) -> CaptionScores:
    """Compare captions with references as coco-caption does (Chen et al. 2015), through pycocoevalcap.

    BLEU (Papineni et al. 2002) counts over the whole set, ROUGE-L (Lin 2004) and CIDEr (Vedantam et al. 2015, the
    variant CIDEr-D) are means over captions. CIDEr weighs n-grams by how few of these pictures' references hold them:
    it does not compare between different sets, and is 0 for a single picture.

    Args:
        hypotheses: N captions in units, from `caption_words`; an empty one scores 0.
        references: for each the captions it is compared with, one with units in it at least.

    Returns:
        The figures; NaN when there are no captions.

    Raises:
        PackageMissing: pycocoevalcap is not installed.
    """
    assert len(hypotheses) == len(references), f"{len(hypotheses)} hypotheses, {len(references)} sets of references"
    bleu = _evaluation_module("pycocoevalcap", "pycocoevalcap.bleu.bleu").Bleu(LONGEST_NGRAM)
    rouge = _evaluation_module("pycocoevalcap", "pycocoevalcap.rouge.rouge").Rouge()
    cider = _evaluation_module("pycocoevalcap", "pycocoevalcap.cider.cider").Cider(n=LONGEST_NGRAM)
    if not hypotheses:
        return CaptionScores(*[float("nan")] * 9)
    found = {number: [_sentence(units)] for number, units in enumerate(hypotheses)}
    # A reference without units would be the closest in length to an empty hypothesis, and match it in ROUGE-L.
    wanted = {number: [_sentence(units) for units in several if units] for number, several in enumerate(references)}
    assert all(wanted.values()), "every hypothesis needs a reference with units in it"
    bleu1, bleu2, bleu3, bleu4 = map(float, bleu.compute_score(wanted, found, verbose=0)[0])
    return CaptionScores(
        bleu1,
        bleu2,
        bleu3,
        bleu4,
        rouge_l=float(rouge.compute_score(wanted, found)[0]),
        cider=float(cider.compute_score(wanted, found)[0]),
        distinct1=distinct_share(hypotheses, 1),
        distinct2=distinct_share(hypotheses, 2),
        mean_length=sum(len(units) for units in hypotheses) / len(hypotheses),
    )


def _sentence(units: Sequence[str]) -> str:
    assert all(unit and not re.search(r"\s", unit) for unit in units), f"white space inside a unit: {units}"
    return " ".join(units)


def distinct_share(captions: Sequence[Sequence[str]], length: int) -> float:
    """Return how many of all n-grams are different ones (distinct-n, Li et al. 2016), over the whole set.

    Args:
        captions: in units.
        length: units an n-gram.

    Returns:
        0 (also when there are no n-grams) to 1; falls as the set grows, so only sets of one size compare.
    """
    ngrams = [tuple(units[i : i + length]) for units in captions for i in range(len(units) - length + 1)]
    return len(set(ngrams)) / max(len(ngrams), 1)
