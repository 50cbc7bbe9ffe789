"""Which media a question means: “the first picture”, “recording 2”, “the photo”, 第一张, 第二段录音."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mmdemo.errors import NoSuchMedia
from mmdemo.types import CaptionLanguage, MediaKind

LAST = -1
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_NUMBERS = "one two three four five six seven eight nine ten".split()
_CHINESE_NUMBERS = "一二三四五六七八九十"

_NOUNS: tuple[tuple[str, tuple[MediaKind, ...]], ...] = (
    (r"pictures?|images?|photographs?|photos?|pics?|drawings?|paintings?|照片|图片|图像|相片|图画|图", ("image",)),
    (r"recordings?|audios?|audio (?:files?|clips?|recordings?)|sound (?:files?|clips?)|sounds?|songs?|podcasts?|"
     r"voice messages?|录音|音频|声音|语音|歌曲?|播客", ("audio",)),
    (r"videos?|video (?:files?|clips?)|movies?|films?|视频|影片|录像|短片|电影", ("video",)),
    (r"clips?|片段", ("video", "audio")),
    (r"files?|items?|ones?|media|文件|媒体", ("image", "audio", "video")),
)  # fmt: skip
"""What people call media, and the kinds they may mean by it."""
_MEASURES: dict[str, tuple[MediaKind, ...]] = {
    "张": ("image",),
    "幅": ("image",),
    "段": ("audio", "video"),
    "条": ("audio", "video"),
    "部": ("video",),
    "首": ("audio",),
    "份": ("image", "audio", "video"),
    "个": ("image", "audio", "video"),
}
"""Chinese measure words, with or without the noun behind them."""

_NOUN = "|".join(f"(?:{nouns})" for nouns, _ in _NOUNS)
_CHINESE_NOUN = "照片|图片|图像|相片|图画|图|录音|音频|声音|语音|歌曲?|播客|视频|影片|录像|短片|电影|片段|文件|媒体"
_ORDINAL = rf"(?P<ordinal>{'|'.join(_ORDINALS)}|last|final|\d+(?:st|nd|rd|th))"
_NUMBER = rf"(?P<number>\d{{1,3}}|{'|'.join(_NUMBERS)})"

_ENGLISH = re.compile(
    rf"\b(?:the |this )?{_ORDINAL} (?P<noun>{_NOUN})\b"
    rf"|\b(?:the )?(?P<numbered>{_NOUN}) (?:number |no\.? |nr\.? |#)?{_NUMBER}\b"
    r"(?! (?:seconds|minutes|people|times))"
    rf"|\b(?:the |this |that )(?P<only>{_NOUN})\b(?! (?:of|from|taken) )"
    r"|\bthe (?P<bare>"
    + "|".join(_ORDINALS[:5])
    + r"|last)(?= (?:and|or|also|too|as well|but|than)\b| one\b|[\s.?!,;]*$)",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    rf"(?:第(?P<ordinal>\d{{1,3}}|[{_CHINESE_NUMBERS}]{{1,2}})|(?P<last>最后)一?)(?P<measure>[{''.join(_MEASURES)}])(?P<noun>{_CHINESE_NOUN})?"
    rf"|(?P<numbered>{_CHINESE_NOUN})(?P<number>\d{{1,3}}|[{_CHINESE_NUMBERS}])(?![个张段年月日岁点只人])"
    rf"|[这那该](?P<measure2>[{''.join(_MEASURES)}])(?P<only>{_CHINESE_NOUN})"
)

_PREPOSITION = re.compile(
    r"\s*\b(?:in|on|of|from|at|with|and|or|between)\s*$|(?:里面|里|中|上|内)?[的]?(?:和|与|跟|在|或)$", re.IGNORECASE
)

_CHINESE_INSIDE = re.compile(r"^(?:里面|里边|当中|里|中|上)")


@dataclass(frozen=True)
class References:
    """What a question says about which media it means."""

    places: tuple[int, ...]  # 0-based, in the order in which the question names them, each once
    text: str  # the question with each of them called “the picture”, “the recording”, “the video”
    bare: str  # the question without them, for what it is about: “is the dog?”


def find_references(question: str, language: CaptionLanguage, kinds: Sequence[MediaKind]) -> References:
    """Find the media that a question names.

    Args:
        question: one line.
        language: of it.
        kinds: of the media, in order.

    Returns:
        What is named; no places where the question does not tell the media apart.

    Raises:
        NoSuchMedia: the question names a fifth picture, and there are two.
    """
    pattern = _CHINESE if language == "zh" else _ENGLISH
    places: list[int] = []
    named: list[str] = []
    bare: list[str] = []
    end = 0
    last_wanted: tuple[MediaKind, ...] = ()
    for found in pattern.finditer(question):
        wanted = _kinds_of(found) or last_wanted
        place = _place(found, wanted, kinds)
        if place is None:
            continue
        last_wanted = wanted
        if place not in places:
            places.append(place)
        between = question[end : found.start()]
        if bare and language == "zh":
            between = _CHINESE_INSIDE.sub("", between)
        named += [between, _plain_name(kinds[place], language)]
        bare.append(_PREPOSITION.sub("", between))
        end = found.end()
    rest = question[end:]
    bare.append(_CHINESE_INSIDE.sub("", rest) if bare and language == "zh" else rest)
    return References(tuple(places), "".join([*named, rest]), " ".join("".join(bare).split()))


def first_count(question: str, language: CaptionLanguage) -> int | None:
    """Return n of “the first n pictures” or 前n张; None where it is not said."""
    if language == "zh":
        found = re.search(rf"前([两{_CHINESE_NUMBERS}])[张段个幅条]", question)
        return _chinese_number(found[1].replace("两", "二")) if found else None
    found = re.search(rf"\bfirst (\d|{'|'.join(_NUMBERS)}) (?:{_NOUN})\b", question, re.IGNORECASE)
    return (int(found[1]) if found[1].isdigit() else _NUMBERS.index(found[1].lower()) + 1) if found else None


def _kinds_of(found: re.Match[str]) -> tuple[MediaKind, ...]:
    groups = found.groupdict()
    noun = groups.get("noun") or groups.get("numbered") or groups.get("only")
    if noun:
        return next(kinds for nouns, kinds in _NOUNS if re.fullmatch(nouns, noun, re.IGNORECASE))
    return _MEASURES.get(groups.get("measure") or "", ())


def _place(found: re.Match[str], wanted: tuple[MediaKind, ...], kinds: Sequence[MediaKind]) -> int | None:
    """Return the place that is meant, or None where the words single nothing out.

    Raises:
        NoSuchMedia: there are fewer.
    """
    groups = found.groupdict()
    own = [place for place, kind in enumerate(kinds) if not wanted or kind in wanted]
    if groups.get("only"):
        return own[0] if len(own) == 1 else None
    number = _number(groups)
    if number == LAST and own:
        return own[-1]
    if 0 < number <= len(own):
        return own[number - 1]
    if 0 < number <= len(kinds) and (number - 1) in own:
        return number - 1  # counted through all the media
    if groups.get("bare"):
        return None
    raise NoSuchMedia(reference=found[0].strip(), count=len(own))


def _number(groups: dict[str, str | None]) -> int:
    if groups.get("last"):
        return LAST
    said = (groups.get("ordinal") or groups.get("bare") or groups.get("number") or "").lower()
    if said in ("last", "final"):
        return LAST
    if said in _ORDINALS:
        return _ORDINALS.index(said) + 1
    if said in _NUMBERS:
        return _NUMBERS.index(said) + 1
    digits = re.match(r"\d+", said)
    return int(digits[0]) if digits else _chinese_number(said)


def _chinese_number(said: str) -> int:
    if said.startswith("十"):
        return 10 + (_CHINESE_NUMBERS.index(said[1]) + 1 if len(said) > 1 else 0)
    return _CHINESE_NUMBERS.index(said[0]) + 1


def _plain_name(kind: MediaKind, language: CaptionLanguage) -> str:
    english = {"image": "the picture", "audio": "the recording", "video": "the video"}
    chinese = {"image": "这张图片", "audio": "这段录音", "video": "这段视频"}
    return (chinese if language == "zh" else english)[kind]
