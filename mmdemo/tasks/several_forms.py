"""What a question about several media wants of them: one of them, a count, a comparison, whether they fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from mmdemo.tasks.questions import Question
from mmdemo.types import MediaKind

SeveralForm = Literal[
    "which",  # one or some of them
    "how_many",  # how many of them
    "fit",  # whether a recording and a picture belong together
    "both",  # whether something is in all of those named
    "same",  # what they have in common
    "different",
    "each",  # about all of them, told one by one
    "best",  # about whatever the one with the most evidence answers
]

_MEDIA = (
    r"(?:pictures?|images?|photographs?|photos?|pics?|videos?|clips?|recordings?|audios?|sounds?|films?|movies?|files?|"
    r"ones?|items?|songs?)"
)
_PLURAL = (
    r"(?:pictures|images|photographs|photos|pics|videos|clips|recordings|audios|sounds|films|movies|files|ones|items|"
    r"songs)"
)
_CHINESE_MEDIA = r"(?:照片|图片|图像|相片|图|录音|音频|视频|影片|录像|文件|声音)"
_MEASURE = r"[张段个幅条部首份]"

_FIT = re.compile(
    r"\b(?:descri(?:be|bes|bing)|match(?:es|ing)?|fits?|belongs?|goes? (?:together|with)|correspond(?:s|ing)?|about|"
    r"captions?|of the same)\b|描述|描写|形容|对应|匹配|配得上|相配|符合|相符|一致|说的是|讲的是|关于|配",
    re.IGNORECASE,
)
_MATCH = re.compile(
    r"\b(?:match(?:es|ing)?|belongs?|goes? together|correspond(?:s|ing)?)\b|匹配|相配|符合|相符", re.IGNORECASE
)
_DIFFERENT = re.compile(
    r"\b(?:differen(?:t|ce|ces|tly)|differs?|distinguish(?:es)?|unlike|compare)\b|不同|区别|差别|差异|不一样|比较",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"\b(?:same|common|alike|similar(?:ity|ities)?|shared?|both have)\b|相同|共同|一样|相似|类似|同一", re.IGNORECASE
)
_BOTH = re.compile(
    r"\b(?:both|also|too|as well|all of (?:them|these|the)|each of|every|all (?:these|the|three|four) )\b"
    r"|都|也|均|同时",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"\bhow many (?:of (?:these|those|the|them|my)\b|(?:of )?(?:these |the |those )?{_PLURAL})"
    rf"|(?:几|多少){_MEASURE}(?:{_CHINESE_MEDIA}|里|中|是|有|提|说|讲|能|出|可)",
    re.IGNORECASE,
)
_CHOSEN = re.compile(
    rf"\b(?:which|what) (?:one|of (?:these|those|the|them)|{_MEDIA})\b|\bin which\b"
    rf"|\bany (?:of (?:these|those|the|them)|{_MEDIA})\b"
    rf"|哪(?:一|几|些)?{_MEASURE}?(?:{_CHINESE_MEDIA})?|有没有(?:一|哪)?{_MEASURE}(?:{_CHINESE_MEDIA})",
    re.IGNORECASE,
)
_OR = re.compile(r"\bor\b|还是|或", re.IGNORECASE)
_IDENTITY = re.compile(
    r"\b(?:same|identical)\b|^(?:is|are) (?:the|this|that|these|those) (?!there\b)"
    r"|同一|相同|一样|(?:里|中|上)(?:面)?的.{1,12}(?:在|也)|是不是那",
    re.IGNORECASE,
)


def form_of(question: Question, kinds: Sequence[MediaKind], named: bool = False) -> SeveralForm:
    """Tell what a question about several media wants.

    Args:
        question: as it was asked.
        kinds: of the media it is about, in order: those it names, or all.
        named: whether it names them.

    Returns:
        The form.
    """
    text = question.text
    closed = question.kind in ("yes_no", "describe") or text.rstrip("？?。 ").endswith(("吗", "么"))
    if len(kinds) == 2 and _crosses(kinds) and closed and _FIT.search(text):
        return "fit"
    if question.kind == "how_many" and _COUNTED.search(text):
        return "how_many"
    if _CHOSEN.search(text) and question.kind in ("which", "what", "yes_no", "who", "where"):
        return "which"
    if _DIFFERENT.search(text):
        return "different"
    if named and question.kind in ("yes_no", "which") and _OR.search(text):
        return "which"
    if closed and (named or _SAME.search(text) or _BOTH.search(text)) and question.topic:
        return "both"
    if _SAME.search(text) or (closed and _MATCH.search(text)):
        return "same"
    if question.kind in ("describe", "transcript", "sound") or not question.topic:
        return "each"
    return "which" if question.kind == "which" and not question.options else "best"


def _crosses(kinds: Sequence[MediaKind]) -> bool:
    """Tell whether one of two media is to be heard and the other to be seen."""
    return "audio" in kinds and kinds[0] != kinds[1]


def asks_for_identity(question: Question) -> bool:
    """Tell whether a question is if something is the very same one: “the dog”, not “a dog”, in another picture too."""
    return _IDENTITY.search(question.text) is not None
