"""What is asked for, told from the wording: the tables of both languages."""

from __future__ import annotations

import re

from mmdemo.tasks.question_kinds import Patterns, QuestionKind, Relation
from mmdemo.tasks.question_patterns_chinese import CHINESE
from mmdemo.tasks.question_patterns_english import ENGLISH
from mmdemo.types import CaptionLanguage

__all__ = ["CLOCK", "KIND_WORDS", "PATTERNS", "Patterns", "QuestionKind", "Relation"]

CLOCK = re.compile(r"\b(?:(?P<h>\d{1,2}):)?(?P<m>\d{1,3}):(?P<s>\d{2})\b")

KIND_WORDS: dict[QuestionKind, frozenset[str]] = {
    "colour": frozenset({"color", "colour", "colors", "colours", "颜色"}),
    "when": frozenset(
        "time year date day month hour second minute point moment timestamp 时间 日期 年份 点 时候".split()
    ),
    "how_long": frozenset("take takes took last lasted lasts duration time 花 多长时间 时间 时长 需要".split()),
    "how_many": frozenset("number count times 数量 数目 人数".split()),
    "how_much": frozenset("钱 岁".split()),
    "who": frozenset("name names called named person people 叫 名字 人 姓".split()),
    "sound": frozenset("sound sounds noise noises make makes making identify 声音 声响 声 响 噪音 发出".split()),
    "describe": frozenset(
        "describe summarize summarise summary transcribe picture image photo recording audio video clip talk overview"
        " gist description caption 描述 总结 概括 概述 归纳 摘要 大意 介绍 内容 主题 图片 "
        "照片 录音 视频 音频 主要 事情 事".split()
    ),
    "transcript": frozenset("transcribe transcript transcription word 转写 逐字 文字稿 听写 内容 话 录音 音频".split()),
    "why": frozenset("reason reasons cause purpose 原因 理由 目的".split()),
    "where": frozenset("place location 地方 地点 位置".split()),
    "before_after": frozenset("事情 事".split()),
}
"""Words that belong to the kind of question and not to its topic."""

PATTERNS: dict[CaptionLanguage, Patterns] = {"en": ENGLISH, "zh": CHINESE}
