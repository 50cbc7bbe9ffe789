"""What a question asks to see, as the phrase that the joint space compares with pictures."""

from __future__ import annotations

import re
from typing import Protocol

from mmdemo.types import CaptionLanguage


class Asked(Protocol):
    """The part of a question that is needed here (see `mmdemo.tasks.questions.Question`)."""

    @property
    def text(self) -> str:
        """One line."""

    @property
    def language(self) -> CaptionLanguage:
        """Of the text."""

    @property
    def kind(self) -> str:
        """What is asked for."""

    @property
    def topic(self) -> tuple[str, ...]:
        """Content words."""


_MEDIA = (
    r"(?:pictures?|images?|photographs?|photos?|pics?|videos?|clips?|recordings?|audios?|sounds?|films?|movies?|files?|"
    r"scenes?|frames?|ones?|media|items?)"
)
_BE = r"(?:is|are|was|were|do|does|did|can|could|will|would|has|have|had|isn't|aren't|doesn't|don't)"
_SHOW = (
    r"(?:shows?|showing|has|have|contains?|containing|depicts?|features?|includes?|mentions?|describes?|is of|are of|"
    r"is about|are about|talks? (?:about|of)|sounds? like|with)"
)
_SOME = r"(?: (?:any|some))? "
_OPENINGS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^how many of (?:these|those|the|them|my)(?: \w+)??(?: {_MEDIA})?(?: {_SHOW})?{_SOME}",
        rf"^how many {_MEDIA}(?: {_SHOW}){_SOME}",
        r"^(?:in |on |at )?(?:which|what)(?: one)?(?: of (?:these|those|the|them|my))?(?: two| three| four| five)?"
        rf"(?: {_MEDIA})? (?:{_SHOW}|{_BE}(?: (?:you|we|i|one) (?:see|hear|find)| there)?){_SOME}",
        r"^(?:when|at (?:what|which) (?:times?|points?|moments?|seconds?|minutes?)|what times?|"
        rf"where in (?:the|this) {_MEDIA})(?: exactly)? {_BE} "
        r"(?:there |(?:we|you|i|one) (?:first |last )?(?:see|spot|notice|hear) )?(?:any |some )?",
        r"^(?:is|are|was|were) there (?:any |some )?(?:one |thing )?",
        r"^(?:can|do|did|could) (?:you|we|i|one) (?:also )?(?:see|spot|find|hear|recogni[sz]e) (?:any |some )?",
        r"^(?:does|do|did|is|are|was|were|has|have|can)n?'?t? (?:this|the|that|these|any of (?:these|the)|it|both)"
        rf"(?: {_MEDIA})? {_SHOW} (?:any |some )?",
        rf"^{_BE} (?!{_MEDIA})",
        rf"^(?:find|show(?: me)?) (?:the )?(?:{_MEDIA} )?(?:{_SHOW} |of |where )?",
    )
)
_ENDINGS = re.compile(
    r"\s+(?:(?:first |also |ever )?(?:appears?|shows? up|comes? (?:up|on|in|into (?:view|sight))|happens?|occurs?)"
    r"|(?:to )?be (?:seen|heard|found)|visible|present|shown|anywhere|here|there|too|as well|on (?:the )?screen"
    r"|for the (?:first|last) time"
    r"|(?:in|on|of|at|from) (?:any of |all of |both of )?(?:the|this|that|these|those|them|it|any|all|both|my)"
    rf"(?: (?:first|second|third|last|other|two|three))*(?: {_MEDIA})?)$"
)
_NOT_SEEN = frozenset(
    "colour color colours colors number count kind type sort picture pictures image images photo photos video videos "
    "clip clips recording recordings scene frame seen visible shown show shows appear appears look looks "
    "出现 显示 颜色 数量 数目 图片 照片 视频 录音 音频 画面 影片 片段 场景 图 张 段".split()
)
"""Words that say what is asked for or name the media, and are not to be seen."""
_DEFINITE = re.compile(r"^(?:the|this|that|these|those) (?=\w)")
_DETERMINED = re.compile(
    r"^(?:an?|the|some|many|several|two|three|four|five|six|\d+|people|someone|somebody|his|her|their|my|children|men|women)\b|^\w+(?:[^s]s|ing)\b"
)
_COMPARED = re.compile(
    r"^(?:the |these |those )?(?:two|three|both) (?:of )?(?:the |these )?|^(?:it|they|shows?|have|has|contain) "
    r"|\b(?:the )?same |\s(?:the )?same$|\sidentical$"
)
"""Of questions that compare media: “[do they] show the same dog”."""
LONGEST_PHRASE = 12
"""Words; a longer one is no caption any more, and its content words say it better."""


_ASKS = re.compile(
    r"[?？]|^\W*(?:what|who|whom|whose|which|when|where|why|how|is|are|was|were|am|do|does|did|can|could|will|would|"
    r"should|has|have|had|describe|tell|show|find|count|name|list|summari[sz]e|explain|identify|transcribe|caption|"
    r"compare|any|in which|at what|on which)\b"
    r"|什么|谁|哪|吗|呢|几|多少|怎|为何|是否|是不是|有没有|描述|说说|告诉|总结|介绍|找|数一?数|比较",
    re.IGNORECASE,
)


def is_question(question: Asked) -> bool:
    """Tell whether a text asks for anything, by its mark or its words; others name a thing, or give orders."""
    return question.kind != "what" or _ASKS.search(question.text) is not None


def depicted(question: Asked) -> str:
    """Return what is asked to be seen, as a caption would put it.

    Args:
        question: of any kind.

    Returns:
        A phrase such as “the dog jump into the water”, 狗跳进水; "" for a question about nothing in particular.
    """
    words = [word for word in question.topic if word not in _NOT_SEEN]
    if question.language == "zh":
        return "".join(words)
    if not words:
        return ""
    if question.kind in ("when", "which", "yes_no", "how_many"):
        clause = _clause(question.text.lower().strip(" ?!.…\"'“”‘’"))
        if clause and len(clause.split()) <= LONGEST_PHRASE and any(word in clause for word in words):
            return clause
    return " ".join(words)


def _clause(text: str) -> str:
    """Take the question off: “when does the dog appear in the video” → “the dog”."""
    for opening in _OPENINGS:
        shorter = opening.sub("", text, count=1)
        if shorter != text:
            text = shorter
            break
    else:
        return ""
    while (shorter := _ENDINGS.sub("", _COMPARED.sub("", text))) != text:
        text = shorter
    return text.strip(" ,")


def caption_forms(phrase: str, language: CaptionLanguage) -> tuple[str, ...]:
    """Write a phrase the ways that the joint space knows best.

    On Flickr8k's validation pictures “there is a dog” tells pictures whose captions name the thing from those where
    none does with an area under the curve of 0.90 over 18 things, and 有狗 of 0.92; the bare noun does no better in
    English, and scores lower in Chinese.

    Args:
        phrase: see `depicted`.
        language: of it.
    """
    if language == "zh":
        return (f"有{phrase}", phrase)
    phrase = _DEFINITE.sub("", phrase)  # captions introduce things: “a dog”
    if _DETERMINED.match(phrase):
        return (f"there is {phrase}", phrase)
    article = "an" if phrase[:1] in "aeiou" else "a"
    return (f"there is {article} {phrase}", f"{article} {phrase}")
