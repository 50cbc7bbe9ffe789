"""The short span of a Chinese passage that fits the type of a question."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from mmdemo.tasks.answer_spans import FAR_CHARACTERS, AnswerSpan
from mmdemo.tasks.question_patterns import QuestionKind
from mmdemo.tasks.question_words import CHINESE_STOP_WORDS, chinese_words

_DIGITS = "零〇一二三四五六七八九十百千万亿两半几"
_NUMBER = rf"(?:\d[\d,.]*\d|\d|[{_DIGITS}])(?:[\d{_DIGITS}点.,]*[\d{_DIGITS}])?"
_MEASURE = (
    r"(?:个|只|条|人|位|辆|张|次|种|本|件|名|头|匹|把|棵|朵|块|座|间|层|家|艘|架|台|口|双|"
    r"对|瓶|杯|碗|支|首|段|句|项|步|所|门|节|幅|颗|场|床)"
)
_UNIT = r"(?:元|块钱?|美元|欧元|人民币|岁|米|厘米|公里|千米|公斤|千克|克|吨|斤|度|升|毫升|平方米|%|年|倍)"
_TIME_UNIT = r"(?:秒钟?|分钟?|个?小时|钟头|天|个?星期|周|个?月|年|个?世纪|个?晚上)"
_DAY_PART = r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|夜晚)"
_WHEN = (
    rf"(?:(?:{_NUMBER}年)?(?:{_NUMBER}月)?(?:{_NUMBER}[日号])?|去年|今年|明年|前年|后年|"
    rf"上个月|下个月|这个月|本月|上周|下周|这周|"
    rf"今天|明天|昨天|前天|后天|每天|每年|周末|春天|夏天|秋天|冬天|春节|中秋节)?"
    rf"(?:(?:星期|周|礼拜)[一二三四五六日天])?{_DAY_PART}?(?:{_NUMBER}点(?:钟|半|{_NUMBER}分|一刻|三刻)?)?"
)
_COLOUR = (
    r"(?:深|浅|淡|鲜|金|银|亮)?[红橙黄绿蓝青紫黑白灰棕粉褐](?:色|(?=的|狗|猫|车|马|衣|裙|"
    r"帽))|金色|银色|彩色|咖啡色|米色"
)
_PLACE = (
    r"(?:在|到|去|来自|位于|从|往|向|住|于)(?P<span>\p{Han}{1,12}?(?:里面|里|上|中|边|下|"
    r"旁边|内|外|前|后|市|省|国|县|镇|村|路|街|厅|馆|院|店|站|房|场|园)"
    r"(?!\p{Han}*?[里上边]))"
)
_SINCE = r"(?:因为|由于|是为了|为了)(?P<span>[^，,。；;！!？?]+)"

SPAN_PATTERNS: dict[QuestionKind, tuple[tuple[float, regex.Pattern[str]], ...]] = {
    kind: tuple((fit, regex.compile(pattern)) for fit, pattern in rows)  # type: ignore[misc]
    for kind, rows in {
        "when": ((1.0, _WHEN),),
        "where": ((0.9, _PLACE),),
        "how_many": ((1.0, rf"{_NUMBER}(?:多)?{_MEASURE}"), (0.7, rf"(?:百分之)?{_NUMBER}"), (0.7, r"百分之\p{Han}+")),
        "how_much": ((1.0, rf"(?:百分之{_NUMBER}|{_NUMBER}(?:多)?{_UNIT})"), (0.7, _NUMBER)),
        "how_long": ((1.0, rf"{_NUMBER}(?:多)?{_TIME_UNIT}"),),
        "colour": ((1.0, _COLOUR),),
        "why": ((1.0, _SINCE),),
    }.items()
}
"""For each kind of question the forms of an answer, with how well a form fits."""

NEGATION = regex.compile(r"不|没|无(?!论)|别|未")
_ENTITY_TAGS: dict[QuestionKind, tuple[tuple[str, float], ...]] = {
    "who": (("nr", 1.0), ("nz", 0.5), ("n", 0.3)),
    "where": (("ns", 1.0), ("nt", 0.8), ("s", 0.6)),
    "when": (("t", 0.8),),
}
"""Parts of speech (jieba's) that answer a question, with how well they fit."""
_CLAUSE_MARK = regex.compile(r"[，,。；;！!？?：:]")


def chinese_span(kind: QuestionKind, passage: str, topic: Sequence[str]) -> AnswerSpan | None:
    """Find the span of a passage that fits a question.

    Args:
        kind: of the question.
        passage: its best passage, simplified.
        topic: words of the question.

    Returns:
        The best candidate, or None where the kind has no typical form or nothing fits.
    """
    places = [(at, at + len(word)) for word in topic for at in _occurrences(word, passage)]
    if kind in ("what", "which"):
        return _residue(passage, topic)
    found = [*_from_patterns(kind, passage, topic), *_from_tags(kind, passage, topic)]
    scored = [AnswerSpan(s.text, s.start, s.end, s.fit * _closeness((s.start, s.end), places)) for s in found]
    return max(scored, key=lambda span: (span.fit, len(span.text)), default=None)


def _from_patterns(kind: QuestionKind, passage: str, topic: Sequence[str]) -> list[AnswerSpan]:
    spans = []
    for fit, pattern in SPAN_PATTERNS.get(kind, ()):
        for found in pattern.finditer(passage):
            start, end = found.span("span" if "span" in pattern.groupindex else 0)
            text = passage[start:end]
            if text.strip() and text not in topic:
                spans.append(AnswerSpan(text, start, end, fit))
    return spans


def _from_tags(kind: QuestionKind, passage: str, topic: Sequence[str]) -> list[AnswerSpan]:
    wanted = _ENTITY_TAGS.get(kind, ())
    spans, at = [], 0
    for word, tag in chinese_words(passage):
        fit = next((value for prefix, value in wanted if tag.startswith(prefix)), 0.0)
        if fit and word not in topic and word not in CHINESE_STOP_WORDS:
            spans.append(AnswerSpan(word, at, at + len(word), fit))
        at += len(word)
    return spans


def _occurrences(word: str, passage: str) -> list[int]:
    return [found.start() for found in regex.finditer(regex.escape(word), passage)] if word else []


def _closeness(span: tuple[int, int], places: Sequence[tuple[int, int]]) -> float:
    if not places:
        return 0.7
    gap = min(max(start - span[1], span[0] - end, 0) for start, end in places)
    return 1.0 / (1.0 + 3.0 * gap / FAR_CHARACTERS)


def _residue(passage: str, topic: Sequence[str]) -> AnswerSpan | None:
    """Return what stands behind the last word of the question in the same clause, else in front of the first."""
    places = sorted((at, at + len(word)) for word in topic for at in _occurrences(word, passage))
    if not places:
        return None
    behind = _CLAUSE_MARK.split(passage[places[-1][1] :])[0]
    core = regex.sub(r"^[的了着过是在把到地得]+|[的了着过呢吧啊]+$", "", behind)
    if core and core not in CHINESE_STOP_WORDS:
        start = passage.index(core, places[-1][1])
        return AnswerSpan(core, start, start + len(core), 0.6)
    return None
