"""Reads questions in English and Chinese: what is asked for, what about, and in which language to answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from mmdemo.config import Limits
from mmdemo.errors import EmptyText, QuestionWithoutWords
from mmdemo.tasks.question_patterns import CLOCK, KIND_WORDS, PATTERNS, Patterns, QuestionKind, Relation
from mmdemo.tasks.question_words import (
    REQUEST_WORDS,
    clean_question,
    content_words,
    has_words,
    is_foreign,
    script_language,
)
from mmdemo.text import read_text
from mmdemo.traditional import simplified
from mmdemo.types import CaptionLanguage

_END_MARKS = " ?？!！.。…,，;；:：~～\"'“”‘’"
RELATED_KINDS = frozenset({"what", "describe", "transcript", "sound", "before_after", "how"})
"""Questions for what happens; with “after …” behind them they ask for the neighbourhood of something."""
LONGEST_MATCHED = 400
"""Characters of a question that patterns look at: a kind is never decided further behind."""
_CHOICE = re.compile(r"\b(?P<first>[\w' -]{1,40}?),? or (?P<second>[\w' -]{1,40})$")
_CHINESE_CHOICE = re.compile(r"(?P<first>[^，,是]{1,12}?)，?还是(?P<second>[^，,]{1,12})$")
_TIME_WORD = re.compile(r"[\d:]+|seconds?|minutes?|secs?|mins?|第|秒钟?|分钟?|时|第?\d+[分秒]钟?")
_HEARD = re.compile(
    r"\b(?:hear|heard|hearing|sounds?|noises?|audible|barking|listen\w*|music|silen(?:t|"
    r"ce)|loud)\b|听|声|响|音乐|安静|吵"
)


@dataclass(frozen=True)
class Question:
    """A question as the program understands it."""

    text: str  # one line without markup, as the user wrote it
    language: CaptionLanguage  # to answer in
    kind: QuestionKind
    topic: tuple[str, ...]  # the words that say what it is about, lower case, Chinese simplified; may be empty
    relation: Relation = ""  # asks for what comes before or after something
    anchor: tuple[str, ...] = ()  # topic words of that something, which are not in ``topic``
    anchor_seconds: float | None = None  # that something as a time in the media, “what is said at 1:30?”
    options: tuple[str, ...] = ()  # of “… or …?”
    asks_media_time: bool = False  # “when does he mention …”: the time in the media, not a date that is told
    about_sound: bool = False  # names hearing, sounds or music
    foreign: bool = False  # in neither language, as far as one can tell


def read_question(text: str, limits: Limits) -> Question:
    """Read a question.

    Args:
        text: what the user wrote.
        limits: names the longest text.

    Returns:
        What is asked for; what fits no pattern is of the kind ``what``.

    Raises:
        EmptyText: nothing but white space and markup.
        TextTooLong: over the limit.
        QuestionWithoutWords: nothing but signs.
    """
    cleaned = clean_question(read_text(text, limits).text)
    if not cleaned:
        raise EmptyText()
    if not has_words(cleaned):
        raise QuestionWithoutWords(question=cleaned)
    language = script_language(cleaned)
    patterns = PATTERNS[language]
    core = _core(cleaned, language, patterns)
    kind = _kind(core, patterns)
    question = Question(cleaned, language, kind, content_words(core, language))
    question = _with_relation(question, core, patterns)
    return replace(
        _with_specifics(question, core),
        options=_options(core, question),
        asks_media_time=kind == "when" and patterns.media_time.search(core) is not None,
        about_sound=_HEARD.search(core) is not None,
        foreign=is_foreign(cleaned),
    )


def _core(cleaned: str, language: CaptionLanguage, patterns: Patterns) -> str:
    """Return the question itself: lower case or simplified, without “please tell me” and without end marks."""
    if language == "zh":
        core = re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", simplified(cleaned).lower())
    else:
        core = cleaned.lower()
    core = core.strip(_END_MARKS)
    for _ in range(4):  # “hi, please, could you tell me …”
        shorter = patterns.lead_in.sub("", core, count=1).strip(_END_MARKS)
        if not has_words(shorter) or shorter == core:
            break
        core = shorter
    return core.removesuffix(" please").strip(_END_MARKS) if language == "en" else _without_final_particle(core)


def _without_final_particle(core: str) -> str:
    """Take the particle off an indirect question: “(do you know) when … 吗”."""
    shorter = core.rstrip("呢啊呀吧嘛哦")
    if shorter.endswith("吗") and re.search(r"什么时候|为什么|哪里|哪儿|谁|多少|几点|怎么|哪一?年|哪个", shorter):
        shorter = shorter[:-1]
    return shorter or core


def _kind(core: str, patterns: Patterns) -> QuestionKind:
    begun = core[:LONGEST_MATCHED]
    auxiliary_first = PATTERNS["en"].kinds[-1][1].match(begun)
    if auxiliary_first is not None and patterns is PATTERNS["en"]:
        return "which" if _CHOICE.search(begun) else "yes_no"
    for kind, pattern in patterns.kinds:
        if pattern.search(begun):
            return kind
    return "which" if patterns is PATTERNS["zh"] and _CHINESE_CHOICE.search(begun) else "what"


def _with_relation(question: Question, core: str, patterns: Patterns) -> Question:
    """Find what the asked-for comes before or after."""
    begun = core[:LONGEST_MATCHED]
    if question.kind not in RELATED_KINDS | {"who", "where", "how_many"}:
        return question
    for relation, pattern in patterns.relations:
        found = pattern.search(begun)
        if found is None:
            continue
        clause = found.groupdict().get("anchor") or ""
        anchor, seconds = content_words(clause, question.language), _seconds(clause, patterns)
        if not anchor and relation not in ("start", "end"):
            continue
        rest = content_words(begun.replace(found[0], " ", 1), question.language)
        kind = "before_after" if question.kind in RELATED_KINDS else question.kind
        return replace(question, kind=kind, relation=relation, anchor=anchor, anchor_seconds=seconds, topic=rest)
    seconds = _seconds(begun, patterns) if re.search(r"\bat\b|@|第\d|秒", begun) else None
    if seconds is not None and question.kind in RELATED_KINDS:
        return replace(question, kind="before_after", relation="during", anchor_seconds=seconds)
    return question


def _seconds(text: str, patterns: Patterns) -> float | None:
    """Read a time in the media such as “1:30”, “90 seconds” or “1分30秒”; None where there is none."""
    clock = CLOCK.search(text)
    if clock is not None:
        return 3600.0 * int(clock["h"] or 0) + 60.0 * int(clock["m"]) + int(clock["s"])
    for found in patterns.seconds.finditer(text):
        minutes, seconds = found["m"], found["s"]
        named = minutes or (seconds and re.search(r"sec|秒|\ds\b", found[0]))
        if named:
            return 60.0 * int(minutes or 0) + int(seconds or 0)
    return None


def _with_specifics(question: Question, core: str) -> Question:
    """Leave the words of the kind out of the topic; a transcript “about the bridge” is a question of its own."""
    own = KIND_WORDS.get(question.kind, frozenset())
    topic = tuple(word for word in question.topic if word not in own)
    if not topic and not question.relation and question.kind not in ("sound", "describe", "transcript"):
        topic = tuple(word for word in core.split() if word in REQUEST_WORDS)
    if question.anchor_seconds is not None:
        question = replace(question, anchor=())
        topic = tuple(word for word in topic if not _TIME_WORD.fullmatch(word))
    question = replace(question, topic=topic)
    if question.kind == "transcript" and question.topic and question.language == "zh":
        return replace(question, kind="what")
    return question


def _options(core: str, question: Question) -> tuple[str, ...]:
    found = (_CHINESE_CHOICE if question.language == "zh" else _CHOICE).search(core[-2 * 40 :])
    if found is None or question.kind not in ("which", "yes_no"):
        return ()
    sides = [" ".join(content_words(found[name], question.language)) for name in ("first", "second")]
    return tuple(side for side in sides if side) if all(sides) else ()
