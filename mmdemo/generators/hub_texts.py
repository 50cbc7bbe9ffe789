"""What generators of the hub are asked, in both languages, and their replies as the tasks read them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from mmdemo.generators.base import CaptionPrompt, Material
from mmdemo.types import CaptionLanguage, Span

CAPTION_PROMPTS: dict[tuple[CaptionLanguage, str], str] = {
    ("en", "short"): "Describe this picture in one short English sentence of at most twelve words. Write nothing else.",
    ("en", "medium"): "Describe this picture in one English sentence. Write nothing else.",
    ("en", "long"): "Describe this picture in two or three English sentences: what it shows, and where. "
    "Say only what is to be seen, and write nothing else.",
    ("zh", "short"): "用一个简短的中文句子描述这张图片，不超过二十个字。不要写其他内容。",
    ("zh", "medium"): "用一个中文句子描述这张图片。不要写其他内容。",
    ("zh", "long"): "用两三个中文句子描述这张图片：画面中有什么、在哪里。只写看得见的内容，不要写其他内容。",
}
ALT_PROMPTS: dict[CaptionLanguage, str] = {
    "en": "Write alternative text of this picture for people who cannot see it: one English sentence of at most twenty "
    "words with what matters most. Do not begin with “a picture of”, and write nothing else.",
    "zh": "为看不见这张图片的人写替代文字：用一个不超过四十个字的中文句子说明最重要的内容。"
    "不要以“图片中”开头，也不要写其他内容。",
}
ANSWER_PROMPTS: dict[CaptionLanguage, str] = {
    "en": "Question about the picture: {question} Answer in English with one word or a few words, without a sentence.",
    "zh": "关于图片的问题：{question} 用中文回答，只写一个词或几个词，不要写句子。",
}
CLOSED_PROMPTS: dict[CaptionLanguage, str] = {
    "en": "Question about the picture: {question} Answer with yes or no only.",
    "zh": "关于图片的问题：{question} 只回答“是”或“不是”。",
}
TASKS: dict[CaptionLanguage, str] = {
    "en": "Answer the question from what is shown and quoted here, in English, in one to three sentences. "
    "If that does not answer it, say that you are not sure.",
    "zh": "根据这里展示和引用的内容用中文回答问题，写一到三个句子。如果内容无法回答，请说明不确定。",
}
SAID: dict[CaptionLanguage, str] = {"en": "Said in the recording:", "zh": "录音中说到："}
HEARD: dict[CaptionLanguage, str] = {"en": "Heard in the recording:", "zh": "录音中听到："}
QUESTION: dict[CaptionLanguage, str] = {"en": "Question: {question}", "zh": "问题：{question}"}
YES_NO: dict[CaptionLanguage, tuple[str, str]] = {"en": ("yes", "no"), "zh": ("是", "不是")}
SPELLINGS: dict[str, tuple[str, ...]] = {
    "yes": ("yes", "Yes", " yes", " Yes"),
    "no": ("no", "No", " no", " No"),
    "是": ("是", "有", "对"),
    "不是": ("不", "没", "否"),
}
"""How a reply may begin that means yes or no."""
_CLOSED_EN = re.compile(
    r"^(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would)(?:n['’]?t)?\b(?!.*\bor\b)", re.I
)
_CLOSED_ZH = re.compile(r"吗[？?]?$|是不是|有没有|能不能|会不会|是否")
_OPENING_QUOTES, _CLOSING_QUOTES = "\"'“”‘’*", "\"'“”‘’*"
_ARTICLE = re.compile(r"^(?:a|an|the)\s+", re.I)


def caption_prompt(prompt: CaptionPrompt) -> str:
    """Return what to ask for a caption; an open length is asked for as a short one."""
    if prompt.alt:
        return ALT_PROMPTS[prompt.language]
    return CAPTION_PROMPTS[prompt.language, prompt.length or "short"]


def is_closed(question: str, language: CaptionLanguage) -> bool:
    """Tell whether a question is to be answered with yes or no."""
    found = _CLOSED_ZH if language == "zh" else _CLOSED_EN
    return found.search(question.strip()) is not None


def answer_prompt(question: str, language: CaptionLanguage) -> str:
    """Return how to ask for an answer of a few words; the question is plain text (see `plain_text`)."""
    prompts = CLOSED_PROMPTS if is_closed(question, language) else ANSWER_PROMPTS
    return prompts[language].format(question=question)


def material_prompt(question: str, language: CaptionLanguage, material: Material, unspoken: Iterable[str]) -> str:
    """Return how to ask for an answer from evidence; every text in it is plain (see `plain_text`).

    Args:
        question: that was asked.
        language: of it and of the answer.
        material: with passages.
        unspoken: what is to be heard besides, one line each.
    """
    lines = [TASKS[language]]
    if material.passages:
        lines.append(SAID[language])
        lines += [f"[{_at(passage.span)}] “{passage.text}”" for passage in material.passages]
    heard = list(unspoken)
    if heard:
        lines += [HEARD[language], *heard]
    return "\n".join([*lines, QUESTION[language].format(question=question)])


def sound_line(span: Span | None, name: str) -> str:
    """Say what is to be heard when."""
    return f"[{_at(span)}] {name}"


def _at(span: Span | None) -> str:
    return "–".join(f"{int(t // 60)}:{int(t % 60):02d}" for t in (span.start, span.end)) if span is not None else "–"


def plain_text(text: str, controls: Iterable[str]) -> str:
    """Write a text from outside so that it cannot be taken for anything but words of one line.

    Chat templates put texts between control tokens as they are, and a text that spells such a token would begin a turn
    of its own; templates that mark turns with words do so at the beginning of a line.

    Args:
        text: of a user, a transcript or a file.
        controls: control tokens of the model, in any order.

    Returns:
        One line without control characters, in which no control token is left.
    """
    kept = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)
    longest_first = sorted({token for token in controls if token.strip()}, key=len, reverse=True)
    found = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
    while found is not None and found.search(kept):
        # A space inside breaks a token; one of a single letter goes, and what closes up behind it is looked at again.
        kept = found.sub(lambda match: f"{match[0][0]} {match[0][1:]}" if len(match[0]) > 1 else " ", kept)
    return " ".join(kept.split())


def plain_caption(text: str) -> str:
    """Write a reply as a caption: one line, without quotes around it, capital letter and last full stop."""
    line = " ".join(text.split()).strip(_OPENING_QUOTES + " ").rstrip(".。" + _CLOSING_QUOTES).strip()
    first = line.split(" ", 1)[0]
    proper = first == "I" or first.startswith("I'") or any(letter.isupper() for letter in first[1:])
    return line if proper else line[:1].lower() + line[1:]


def plain_answer(text: str, language: CaptionLanguage) -> str:
    """Write a reply as one answer of a few words, in lower case, a yes and a no always in the same word."""
    line = plain_caption(text.strip().partition("\n")[0]).strip("!！?？,，;；:： ")
    affirmative, negative = YES_NO[language]
    if language == "zh":
        same = {"是的": affirmative, "有": affirmative, "对": affirmative, "没有": negative, "否": negative}
        return same.get(line, line)
    line = _ARTICLE.sub("", line)
    word = re.split(r"\W", line, maxsplit=1)[0].lower()
    return word if word in (affirmative, negative) else line
