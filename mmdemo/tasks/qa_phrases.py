"""What answers say in words, in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from mmdemo.text import clock
from mmdemo.types import CaptionLanguage, MediaKind, Sentence, Span

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_CHINESE_ORDINALS = "一二三四五六七八九十"
_NOUNS: dict[MediaKind, Sentence] = {
    "image": Sentence("picture", "张图片"),
    "audio": Sentence("recording", "段录音"),
    "video": Sentence("video", "段视频"),
}


def clock_span(span: Span) -> str:
    """Write a span as 0:12–0:18, or as a single time where it is shorter than a second."""
    start, end = clock(span.start), clock(span.end)
    return start if start == end else f"{start}–{end}"


def listed(parts: Sequence[str], language: CaptionLanguage) -> str:
    """Join parts as “a, b and c”, a、b和c."""
    if len(parts) < 2:
        return "".join(parts)
    if language == "zh":
        return "、".join(parts[:-1]) + "和" + parts[-1]
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def capital(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def medium_name(place: int, kinds: Sequence[MediaKind], language: CaptionLanguage) -> str:
    """Name one of several media: “the second picture”, 第二张图片; “the picture” where it is the only one of its kind.

    Args:
        place: 0-based, among all media.
        kinds: of all media.
        language: to name it in.
    """
    kind = kinds[place]
    own = [other for other, found in enumerate(kinds) if found == kind]
    number, noun = own.index(place), _NOUNS[kind].text(language)
    if language == "zh":
        if len(own) == 1:
            return f"这{noun}"
        return f"第{_CHINESE_ORDINALS[number] if number < len(_CHINESE_ORDINALS) else number + 1}{noun}"
    if len(own) == 1:
        return f"the {noun}"
    return f"the {_ORDINALS[number]} {noun}" if number < len(_ORDINALS) else f"{noun} {number + 1}"


def nothing_to_hear() -> Sentence:
    """A question about sound was asked about pictures."""
    return Sentence("This is a picture; there is nothing to hear in it.", "这是一张图片，没有声音。")


def nothing_to_see() -> Sentence:
    """A question about looks was asked about a recording."""
    return Sentence("This is a recording; there is nothing to see in it.", "这是一段录音，没有画面。")


def silent_video() -> Sentence:
    """A question about sound was asked about a clip without any."""
    return Sentence("This video has no sound.", "这段视频没有声音。")


def foreign_question() -> Sentence:
    """The question is in neither language."""
    return Sentence("Please ask in English or Chinese.", "请用中文或英文提问。")


def no_question(shown: str) -> Sentence:
    """A text that asks for nothing and fits nothing in the media."""
    ending = f" This is what there is: {shown}" if shown else ""
    chinese = f"内容是：{shown}" if shown else ""
    return Sentence(
        f"Not sure: this does not seem to be a question about the media.{ending}",
        f"不确定：这似乎不是关于媒体内容的问题。{chinese}",
    )


def seen_at(times: Sequence[str], language: CaptionLanguage) -> str:
    """Something shows at some times."""
    joined = listed(times, language)
    return Sentence(f"At {joined}.", f"在 {joined}。").text(language)


def perhaps_at(times: Sequence[str], language: CaptionLanguage) -> str:
    """Something may show at some times."""
    joined = listed(times, language)
    return Sentence(f"Not sure; perhaps at {joined}.", f"不确定，可能在 {joined}。").text(language)


def never_found() -> Sentence:
    """What was asked for neither shows nor is heard."""
    return Sentence("Not sure: I find nothing like that here.", "不确定：没有找到相关内容。")


def nothing_beyond(before: bool) -> Sentence:
    """The anchor stands at the very start or end."""
    if before:
        return Sentence("Nothing comes before it; that is where it begins.", "在此之前没有内容，这里就是开头。")
    return Sentence("Nothing comes after it; that is where it ends.", "在此之后没有内容，这里就是结尾。")


def yes(detail: str, language: CaptionLanguage) -> str:
    """A yes with what speaks for it."""
    return Sentence(f"Yes, {detail}.", f"是的，{detail}。").text(language)


def no(detail: str, language: CaptionLanguage) -> str:
    """A no with what speaks for it."""
    return Sentence(f"No, {detail}.", f"不，{detail}。").text(language)


def not_sure(detail: str, language: CaptionLanguage) -> str:
    """Neither yes nor no."""
    return Sentence(f"Not sure: {detail}.", f"不确定：{detail}。").text(language)


def told_at(told: str, time: str, sure: bool, language: CaptionLanguage) -> str:
    """What shows or is said at some time, with doubt where there is any."""
    if sure:
        return Sentence(f"{told} ({time})", f"{told}（{time}）").text(language)
    return Sentence(f"Not sure; perhaps: {told} ({time})", f"不确定，可能是：{told}（{time}）").text(language)


def summary(shown: Sequence[str], said: str, language: CaptionLanguage) -> str:
    """What is to be seen, scene by scene, and what is said."""
    if language == "zh":
        parts = ["画面：" + "；".join(shown) + "。"] if shown else []
        return "".join([*parts, *([f"内容：{said}"] if said else [])])
    parts = ["It shows: " + "; ".join(shown) + "."] if shown else []
    return " ".join([*parts, *([f"It is said: {said}"] if said else [])])


def fits(fit: bool | None, said: str, language: CaptionLanguage) -> str:
    """Whether a recording and a picture belong together; None where it is not clear."""
    quoted = Sentence(f": “{said}”", f"：“{said}”").text(language) if said else ""
    if fit is None:
        return not_sure(
            Sentence("the two may or may not belong together", "两者可能相符，也可能不符").text(language), language
        )
    if fit:
        heard = Sentence("what is said fits the picture", "所说的内容与画面相符") if said else None
        detail = heard or Sentence("the sound fits the picture", "声音与画面相符")
        return yes(detail.text(language) + quoted, language)
    heard = Sentence("what is said does not fit the picture", "所说的内容与画面不符") if said else None
    detail = heard or Sentence("the sound does not fit the picture", "声音与画面不符")
    return no(detail.text(language), language)


def in_common(
    shared: Sequence[str], names: Sequence[str], lines: Sequence[str], differ: bool, language: CaptionLanguage
) -> str:
    """What several media share, and what each of them is."""
    told = ("" if language == "zh" else " ").join(lines)
    if differ:
        return told
    if shared:
        both = listed(names, language)
        things = listed(shared, language)
        first = Sentence(f"{capital(both)} have in common: {things}.", f"{both}都有：{things}。").text(language)
    else:
        first = Sentence("I find nothing that they have in common.", "没有找到共同之处。").text(language)
    return first + ("" if language == "zh" else " ") + told


def named_choice(names: Sequence[str], sure: bool, closed: bool, language: CaptionLanguage) -> str:
    """Which of the media it is; ``closed`` for a question that yes answers."""
    joined = listed(names, language)
    if not sure:
        return Sentence(f"Not sure; perhaps {joined}.", f"不确定，可能是{joined}。").text(language)
    if closed:
        return yes(joined, language)
    return Sentence(f"{capital(joined)}.", f"{joined}。").text(language)


def none_of_them() -> Sentence:
    """None of the media has what was asked for."""
    return Sentence("Not sure: none of them seems to.", "不确定：似乎都没有。")


def counted(count: int, total: int, names: Sequence[str], sure: bool, language: CaptionLanguage) -> str:
    """How many of the media have something, and which."""
    which = listed(names, language)
    english = f"{count} of {total}" + (f": {which}" if names else "")
    chinese = f"{total} 个中有 {count} 个" + (f"：{which}" if names else "")
    if sure:
        return Sentence(f"{english}.", f"{chinese}。").text(language)
    return Sentence(f"Not sure; perhaps {english}.", f"不确定，可能{chinese}。").text(language)


def has_it(names: Sequence[str], present: bool | None, language: CaptionLanguage) -> str:
    """Whether some media have something; None where it is not clear."""
    joined = listed(names, language)
    if present is None:
        return Sentence(f"I cannot tell if it is in {joined}", f"无法判断{joined}中有没有").text(language)
    if present:
        return Sentence(f"it is in {joined}", f"{joined}中有").text(language)
    return Sentence(f"I do not find it in {joined}", f"{joined}中没有找到").text(language)


def in_all(names: Sequence[str], same: bool, alike: float | None, language: CaptionLanguage) -> str:
    """Something is in all of the media; whether it is the same one is beyond what can be told."""
    joined = listed(names, language)
    there = Sentence(f"there is one in {joined}", f"{joined}中都有").text(language)
    if not same:
        return there
    if alike is None:
        beyond = Sentence("whether it is the same one, I cannot tell", "但无法判断是否为同一个")
    elif alike >= 0.5:
        beyond = Sentence(
            "they look alike, but whether it is the same one, I cannot tell", "外观相似，但无法判断是否为同一个"
        )
    else:
        beyond = Sentence("they do not look much alike, but I cannot tell for certain", "外观不太相似，但无法完全确定")
    return Sentence(f"{there}; {beyond.en}", f"{there}；{beyond.zh}").text(language)
