"""The words of questions: cleaned of markup, split by script, and those that carry the topic told from the rest."""

from __future__ import annotations

import logging
import threading
import unicodedata
from functools import lru_cache
from typing import Any

import regex

from mmdemo.traditional import simplified
from mmdemo.types import CaptionLanguage

_TAG = regex.compile(r"<!--.*?-->|<(script|style)\b[^<>]*>.*?</\1\s*>|</?\p{L}[^<>]*>", regex.DOTALL | regex.IGNORECASE)
_MARKDOWN_LINK = regex.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_MARKS = regex.compile(r"[*_`~#]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}|\[/?\w+\]|\{[^{}]*\}")
_INVISIBLE = regex.compile(r"[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]")
_WORD = regex.compile(r"(?V1)\p{Han}|[[\p{L}\p{M}\d]--\p{Han}]+(?:['’.:-][[\p{L}\p{M}\d]--\p{Han}]+)*")
_KANA_OR_HANGUL = regex.compile(r"[\p{Hiragana}\p{Katakana}\p{Hangul}]")
_POSSESSIVE = regex.compile(r"['’]s?$")

ENGLISH_GRAMMAR_WORDS = frozenset(
    """
    a an the this that these those there here it its it's he him his she her hers they them their theirs we us
    our ours i me my mine you your yours someone somebody anyone anybody one ones something anything everything
    nothing is are was were be been being am do does did doing done have has had having can could will would
    shall should may might must isn't aren't wasn't weren't don't doesn't didn't hasn't haven't can't couldn't
    won't wouldn't what's who's where's when's how's there's that's what which who whom whose where when why how
    many much long and or but nor so if then than as of in on at to from by for with about into onto over under
    up down out off near after before during while until since through between against without within upon not
    no yes any some all each every both either neither only own same such too very just also even still yet
    already please going get gets got let like kind sort type else other another more most less least few last
    next right""".split()
)
"""Words that every text has (after Lucene's and NLTK's lists)."""
REQUEST_WORDS = frozenset(
    """tell show say says said saying speak speaks spoke spoken speaking talk talks talked talking mention mentions
    mentioned mentioning happen happens happened happening occur occurs occurred know knows want need see seen hear
    heard hearing look looks looking first""".split()
)
"""Words that say what a question wants done, unless there are no others."""
ENGLISH_STOP_WORDS = ENGLISH_GRAMMAR_WORDS | REQUEST_WORDS

CHINESE_STOP_WORDS = frozenset(
    """
    的 地 得 了 着 过 是 在 有 没 没有 不 也 都 就 还 又 才 很 太 吗 呢 吧 啊 呀 嘛 么 和 与 及 或 或者 还是 而
    而且 但 但是 如果 因为 所以 以及 我 你 您 他 她 它 我们 你们 他们 她们 它们 咱们 自己 人家 这 那 这个 那个
    这些 那些 这里 那里 这儿 那儿 这边 那边 这是 那是 此 其 之 于 对 对于 关于 把 被 给 让 向 从 到 由 以 为
    为了 跟 同 比 用 里 中 内 上 下 里面 里边 中间 当中 前 后 之前 之后 以前 以后 时 时候 的时候 之时 一 一个
    一下 一些 某 某个 每 各 所 会 能 能够 可以 可能 应该 要 想 请 请问 告诉 告诉我 知道 什么 啥 什么样 什么样的
    怎么 怎么样 怎样 如何 咋 谁 哪 哪个 哪些 哪里 哪儿 哪位 哪一 哪年 哪一年 哪天 哪一天 何 何时 何地 为何
    为什么 为啥 多少 多 几 几个 多久 多长 是不是 有没有 是否 能不能 会不会 有无 说 讲 谈 提 提到 说到 讲到 谈到
    提及 说了 讲了 说话 发生 出现 做 干 干什么 正在 看 看到 看见 听 听到 听见 位于 是什么 时间 几点 几月 几号
    多大 第几 哪一个 个 只 位 种 张 条 些 一共 总共 百分之 花了 辆 条 艘 座 本 件 头 匹 把 棵 朵 块 间 家 台 首
    段 幅 颗 场 名 支 项 次 双 这辆 那辆 这座 那座 这条 那条 这只 那只 这张 那张 这位 那位 这本 那本""".split()
)
"""Likewise for Mandarin (after the lists of the Harbin Institute of Technology)."""

_ABOUT_MEDIA = regex.compile(
    r"\b(?:in|on|of|from|within|inside|during|throughout|by|about)\s+(?:this|the|that|these|those|my|your|each)\s+"
    r"(?:\w+\s+)?(?:pictures?|images?|photos?|photographs?|recordings?|audio|videos?|"
    r"clips?|files?|podcasts?|media|sound ?tracks?)\b"
    r"|\bthe (?:speakers?|narrators?)\b"
    r"|(?:这|那|本|该)?(?:张|段|个|份|条|幅)?(?:图片|照片|图像|画面|图|录音|音频|视频|"
    r"影片|片段|文件|声音文件)(?:里面|里边|当中|里|中|上|内)"
    r"|(?:这|那|本|该)(?:张|段|个|份|条|幅)(?:图片|照片|图像|画面|图|录音|音频|视频|影片|片段|文件)"
    r"|(?:说话|讲话|演讲|发言)(?:的人|人|者)|录音者",
    regex.IGNORECASE,
)
"""Names of the media itself, which say nothing about what is in it."""


def clean_question(text: str) -> str:
    """Take markup, control and invisible characters out of what a user wrote; one line with single blanks remains.

    Args:
        text: of any length.
    """
    plain = _MARKDOWN_LINK.sub(r"\1", _TAG.sub(" ", text))
    plain = _INVISIBLE.sub(lambda found: " " if found[0].isspace() else "", _MARKS.sub("", plain))
    return " ".join(unicodedata.normalize("NFC", plain).split())


def has_words(text: str) -> bool:
    """Tell whether there is a letter or a digit in a text."""
    return any(character.isalnum() for character in text)


def script_language(text: str) -> CaptionLanguage:
    """Return the language of a text by its script: Chinese where Chinese characters outnumber the other words."""
    if _KANA_OR_HANGUL.search(text):
        return "en"
    words = _WORD.findall(text)
    chinese = sum(1 for word in words if is_han(word))
    return "zh" if chinese and 2 * chinese >= len(words) else "en"


def is_han(text: str) -> bool:
    """Tell whether a word is written in Chinese characters."""
    return regex.match(r"\p{Han}", text) is not None


_segmenter_lock = threading.Lock()


@lru_cache(maxsize=1)
def chinese_tagger() -> Any:
    """Return jieba's tagger (github.com/fxsjy/jieba), with its dictionary read; call it under no lock of its own."""
    with _segmenter_lock:
        import jieba
        from jieba import posseg

        jieba.setLogLevel(logging.WARNING)
        tokenizer = jieba.Tokenizer()
        tokenizer.initialize()
        return posseg.POSTokenizer(tokenizer)


@lru_cache(maxsize=4096)
def chinese_words(text: str) -> tuple[tuple[str, str], ...]:
    """Split simplified Chinese into words.

    Args:
        text: may hold other scripts too.

    Returns:
        Each word with its part of speech in jieba's code: ``nr`` person, ``ns`` place, ``n…`` other noun, ``t`` time,
        ``m`` number, ``v…`` verb.
    """
    tagger = chinese_tagger()
    with _segmenter_lock:
        return tuple((pair.word, pair.flag) for pair in tagger.cut(text))


def _is_function(word: str, tag: str) -> bool:
    """Tell pronouns, particles, prepositions, conjunctions, measure words and “one of them” by jieba's tags."""
    return (tag[0] in "rupcyeq" and word.isalpha() and is_han(word)) or (
        tag == "m" and len(word) <= 2 and word[0] in "一几第"
    )


def content_words(text: str, language: CaptionLanguage) -> tuple[str, ...]:
    """Return the words of a question that say what it is about, in order, each once.

    Args:
        text: a question or a part of one.
        language: of the question.

    Returns:
        Lower case; Chinese simplified.
    """
    plain = _ABOUT_MEDIA.sub(" ", text)
    if language == "zh":
        words = [word.strip().lower() for word, tag in chinese_words(simplified(plain)) if not _is_function(word, tag)]
        kept = [word for word in words if word not in CHINESE_STOP_WORDS and word not in ENGLISH_STOP_WORDS]
    else:
        words = [word.lower().replace("’", "'") for word in _WORD.findall(plain)]
        kept = [_POSSESSIVE.sub("", word) for word in words if word not in ENGLISH_STOP_WORDS]
    return tuple(dict.fromkeys(word for word in kept if has_words(word) and word not in ENGLISH_STOP_WORDS))


FOREIGN_WORDS = frozenset(
    """der die das ein eine ist sind wer wie wo wann warum und auf im nicht gibt es was sagt wird
    le la les un une est sont qui que quoi où quand pourquoi comment et dans il elle y a-t-il quel quelle
    el los las una es son quién qué dónde cuándo cómo cuál hay en por para está
    il lo gli uno è sono chi che cosa dove quando perché quanti quante c'è nel nella
    o os as um uma são quem onde porque como há na no
    de het een zijn wat waar wanneer waarom hoe er en van""".split()
)
"""Frequent words of German, French, Spanish, Italian, Portuguese and Dutch."""
SHARED_WORDS = frozenset(
    "die was a on in as no so me is it do he we an or at to den war hat will in o y am i es".split()
)
"""Of those, words that English writes too."""


def is_foreign(text: str) -> bool:
    """Tell whether a question is in neither English nor Chinese, as far as script and frequent words show."""
    if _KANA_OR_HANGUL.search(text):
        return True
    letters = [character for character in text if character.isalpha()]
    known = sum(1 for character in letters if regex.match(r"[\p{Latin}\p{Han}]", character))
    if letters and known * 2 < len(letters):
        return True
    words = {word.lower() for word in _WORD.findall(text)}
    english = words & (ENGLISH_STOP_WORDS - {"a", "no", "me", "has", "on", "as"})
    return not english and len((words & FOREIGN_WORDS) - SHARED_WORDS) > 0 and script_language(text) == "en"
