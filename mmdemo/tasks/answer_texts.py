"""Sentences of answers about recordings, in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from mmdemo.text import clock
from mmdemo.types import CaptionLanguage, Sentence

LONGEST_SHOWN = 60
"""Characters of a topic that an answer repeats."""


def not_sure(language: CaptionLanguage, topic: Sequence[str]) -> str:
    """Say that the recording does not seem to answer a question."""
    about = _shown(topic, language)
    if language == "zh":
        return f"不确定：录音中似乎没有提到{about}。" if about else "不确定：录音中似乎没有答案。"
    if about:
        return f"I am not sure: the recording does not seem to speak of {about}."
    return "I am not sure: the recording does not seem to answer that."


def perhaps(language: CaptionLanguage, guess: str) -> str:
    """Say that the best there is may be wrong."""
    return f"不确定，也许是：{guess}" if language == "zh" else f"I am not sure, perhaps: {guess}"


def _shown(topic: Sequence[str], language: CaptionLanguage) -> str:
    text = ("、" if language == "zh" else " ").join(topic)
    if not text or len(text) > LONGEST_SHOWN:
        return ""
    return f"“{text}”"


def at_time(language: CaptionLanguage, seconds: float, text: str) -> str:
    """Say when something is said."""
    return f"在 {clock(seconds)}：“{text}”" if language == "zh" else f"At {clock(seconds)}: “{text}”"


def yes(language: CaptionLanguage, text: str) -> str:
    """Say yes and what it rests on."""
    return f"是的：“{text}”" if language == "zh" else f"Yes: “{text}”"


def no(language: CaptionLanguage, text: str) -> str:
    """Say no and what it rests on."""
    return f"不：“{text}”" if language == "zh" else f"No: “{text}”"


def nothing_said(language: CaptionLanguage) -> str:
    """Say that there is no speech."""
    return "录音中没有人说话。" if language == "zh" else "Nobody speaks in this recording."


def nobody_speaks(language: CaptionLanguage, sound: str) -> str:
    """Say that there is no speech, and what there is instead."""
    if not sound:
        return nothing_said(language)
    return (
        f"录音中没有人说话，听到的是：{sound}。"
        if language == "zh"
        else f"Nobody speaks; what is to be heard: {sound}."
    )


def nothing_there(language: CaptionLanguage, relation: str) -> str:
    """Say that nothing comes before or after."""
    if language == "zh":
        return "那之前没有说别的。" if relation == "before" else "那之后没有说别的。"
    return f"Nothing is said {'before' if relation == 'before' else 'after'} that."


def not_in_recording(topic: Sequence[str]) -> Sentence:
    """Nothing that is said fits the question."""
    return Sentence(
        "Nothing that is said in the recording fits this question well.", "录音中没有与这个问题很相符的内容。"
    )


def other_language() -> Sentence:
    """Question and speech are in different languages, so that matching is less certain."""
    return Sentence(
        "The question and the speech are in different languages; the match is less certain.",
        "问题与录音使用的语言不同，匹配结果把握较小。",
    )


def foreign_question() -> Sentence:
    """The question is in a third language."""
    return Sentence(
        "Questions are understood in English and Chinese; this one may have been misread.",
        "目前只理解英文和中文问题，这个问题可能没有被正确理解。",
    )


def shortened(shown: int, count: int) -> Sentence:
    """Only the beginning of a long transcript is in the answer."""
    return Sentence(
        f"Only the first {shown} of {count} sentences are shown here.", f"这里只显示 {count} 句中的前 {shown} 句。"
    )


def extract(shown: int, count: int) -> Sentence:
    """A summary of sentences that are said, not written anew."""
    return Sentence(
        f"This is an extract: the {shown} of {count} sentences that stand for most of the rest.",
        f"这是摘录：从 {count} 句中选出最有代表性的 {shown} 句。",
    )
