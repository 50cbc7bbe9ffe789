"""Reasons to distrust a result, as sentences in both languages."""

from __future__ import annotations

from mmdemo.types import Sentence


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def ends_early(decoded_seconds: float, declared_seconds: float) -> Sentence:
    """The file holds less sound than it declares."""
    decoded, declared = _minutes(decoded_seconds), _minutes(declared_seconds)
    return Sentence(
        f"The file says it runs {declared}, but its sound ends at {decoded}; it may be cut off.",
        f"文件声明时长为 {declared}，但声音在 {decoded} 处结束；文件可能不完整。",
    )


def no_speech() -> Sentence:
    """Nobody speaks in the recording."""
    return Sentence("No speech was found in this recording.", "录音中没有检测到语音。")


def uncertain_language(language: str, probability: float) -> Sentence:
    """The language was guessed with little confidence."""
    percent = round(100 * probability)
    return Sentence(
        f"The language was guessed as “{language}” with only {percent} % confidence; choose it if that is wrong.",
        f"语言被判断为“{language}”，置信度仅 {percent} %；如有误请手动选择。",
    )


def uncertain_words(share: float) -> Sentence:
    """Many words were hard to make out."""
    percent = round(100 * share)
    return Sentence(
        f"{percent} % of the words were hard to make out; check them before use.",
        f"有 {percent} % 的词语识别把握不大，使用前请核对。",
    )


def dropped_text(count: int) -> Sentence:
    """Text was recognised where nobody speaks, and left out."""
    return Sentence(
        f"Text that the model imagined over music or noise was left out ({count} passages).",
        f"已去除模型在音乐或噪声处臆造的文字（{count} 处）。",
    )


def repetition(count: int) -> Sentence:
    """The recogniser repeated itself and the repetition was cut."""
    return Sentence(
        f"The recogniser began to repeat itself in {count} places; the text there is not reliable.",
        f"识别过程中有 {count} 处出现重复，相关文字不可靠。",
    )
