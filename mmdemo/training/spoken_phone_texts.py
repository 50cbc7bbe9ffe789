"""What voices read so that phones can be learned from it: sentences, loose words and numbers of many languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import regex

from mmdemo.alignment.pronunciations import dictionary_words
from mmdemo.evaluation.alignment_development import DEVELOPMENT_TEXTS
from mmdemo.evaluation.alignment_journey import JOURNEY_TEXTS
from mmdemo.evaluation.alignment_sounds import Random
from mmdemo.evaluation.alignment_texts import GENERALISATION_TEXTS, TUNING_TEXTS
from mmdemo.evaluation.alignment_voices import DIGIT_WORDS

ENGLISH, CHINESE = "en", "zh"
QUESTION_COPIES = 3
"""Questions are fewer than captions and have other words."""
_PUNCTUATION = regex.compile(r"[\"().,!?;:…]")
_NO_CHINESE = regex.compile(r"[^\u4e00-\u9fff，。]")


@dataclass(frozen=True)
class ReadingMatter:
    """Texts by language."""

    captions: tuple[str, ...]
    english: tuple[str, ...]  # captions and questions
    chinese: tuple[str, ...]
    words: tuple[str, ...]  # of an English dictionary
    sentences: Mapping[str, tuple[str, ...]]  # those that alignment is tuned on, by language


def reading_matter(data: Path) -> ReadingMatter:
    """Read the texts.

    Args:
        data: ``shared/data``.
    """
    captions, chinese = (
        [line.split("\t")[2] for line in (data / "flickr8k" / name).read_text("utf-8").splitlines()[1:]]
        for name in ("captions.en.tsv", "captions.zh.tsv")
    )
    asked = (data / "vqa" / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [str(json.loads(line)["question"]) for line in asked]
    sentences: dict[str, tuple[str, ...]] = {}
    for texts in (TUNING_TEXTS, GENERALISATION_TEXTS, DEVELOPMENT_TEXTS, JOURNEY_TEXTS):
        for language, lines in texts.items():
            sentences[language] = (*sentences.get(language, ()), *lines)
    return ReadingMatter(
        tuple(captions),
        (*captions, *questions * QUESTION_COPIES),
        tuple(chinese),
        tuple(word for word in dictionary_words() if regex.fullmatch("[a-z]+", word)),
        sentences,
    )


def text_to_read(matter: ReadingMatter, language: str, random: Random) -> str:
    """Choose something that a voice of a language reads; figures are left out, as they may be read in many ways.

    Args:
        matter: all there is.
        language: ISO 639-1 code.
        random: chooses.
    """
    if language == CHINESE:
        return str(_NO_CHINESE.sub("", str(random.choice(matter.chinese))))
    text = _english(matter, random) if language == ENGLISH else _other(matter, language, random)
    return " ".join(word for word in text.split() if not regex.search(r"\d", word))


def _english(matter: ReadingMatter, random: Random) -> str:
    kind = random.random()
    if kind < 0.55:
        return str(random.choice(matter.english))
    if kind < 0.75:
        return " ".join(str(word) for word in random.choice(matter.words, int(random.integers(2, 9))))
    if kind < 0.88:
        gap = ", " if random.random() < 0.5 else " "
        digits = random.choice(DIGIT_WORDS, int(random.integers(1, 7)))
        return str(gap.join(digits))
    return str(random.choice(matter.sentences[ENGLISH]))


def _other(matter: ReadingMatter, language: str, random: Random) -> str:
    """Return sentences of the language, its words mixed, its numbers, or English, which is read as that is spelled."""
    import num2words

    kind = random.random()
    own = matter.sentences.get(language, ())
    if own and kind < 0.4:
        return str(random.choice(own))
    if own and kind < 0.6:
        words = [word for line in own for word in _PUNCTUATION.sub(" ", line).split()]
        return " ".join(random.choice(words, int(random.integers(2, 10))))
    if kind < 0.8:
        try:
            return str(num2words.num2words(int(10 ** random.uniform(0, 4)), lang=language))
        except NotImplementedError:  # the library does not know the language
            pass
    return " ".join(_PUNCTUATION.sub(" ", str(random.choice(matter.captions))).split())
