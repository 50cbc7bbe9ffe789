"""Traditional Chinese for Taiwan and Hong Kong, derived from the Simplified texts: each is written only once."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

TRADITIONAL_REGIONS = frozenset({"hant", "tw", "hk", "mo"})

CORRECTIONS: tuple[tuple[str, str], ...] = (
    # our marks of quotation
    ("“", "「"),
    ("”", "」"),
    # words of this app that mean something else in general
    ("新增到", "加入"),
    ("新增一行", "新增一列"),
    ("新增", "加入"),
    ("加入一列", "新增一列"),
    ("字幕第 {row} 行", "字幕第 {row} 列"),
    ("刪除第 {row} 行", "刪除第 {row} 列"),
    ("刪除行", "刪除列"),
    ("刪除一行", "刪除一列"),
    ("來查詢它們", "來尋找它們"),
    ("正在查詢相關內容", "正在尋找相關內容"),
    ("要查詢的內容", "要尋找的內容"),
    ("等程式碼", "等代碼"),
    ("配置", "設定"),
    ("最佳匹配", "最相符的項目"),
    ("匹配", "相符"),
    # words that OpenCC leaves as they are said elsewhere
    ("攝像頭", "攝影機"),
    ("替代文本", "替代文字"),
    ("文本", "文字"),
    ("生成", "產生"),
    ("識別", "辨識"),
    ("回車鍵", "Enter 鍵"),
    ("示例", "範例"),
    ("單元格", "儲存格"),
    ("丟失", "遺失"),
    ("撤銷", "復原"),
    ("拖動", "拖曳"),
    ("選中", "選取"),
    ("當前", "目前"),
    ("型別", "類型"),
    ("畫素", "像素"),
    ("埠", "連接埠"),
    ("訪問", "存取"),
    ("地址", "位址"),
    ("許可權", "權限"),
    ("釋出", "發布"),
    ("軟體包", "套件"),
    ("置信度", "信賴度"),
    ("日誌", "記錄"),
    ("語義", "語意"),
    ("宣告時長", "標示的長度"),
    ("時長", "長度"),
    ("檢測", "偵測"),
    ("熱圖", "熱度圖"),
    # names of languages
    ("印度尼西亞", "印尼"),
    ("寮國語", "寮語"),
    ("馬耳他", "馬爾他"),
    ("波斯尼亞", "波士尼亞"),
    ("加泰羅尼亞", "加泰隆尼亞"),
)
"""(what OpenCC writes, what is said in Taiwan), applied in this order."""


def is_traditional_interface(language: str) -> bool:
    """Tell whether an interface language tag asks for Traditional Chinese.

    >>> [is_traditional_interface(tag) for tag in ("zh-TW", "zh_HK.UTF-8", "zh-Hans-HK", "zh-CN")]
    [True, True, False, False]

    Args:
        language: a BCP 47 tag, or a locale of POSIX.
    """
    first, *rest = re.split(r"[-_.@]", language.lower())
    return first == "zh" and "hans" not in rest and not TRADITIONAL_REGIONS.isdisjoint(rest)


@lru_cache(maxsize=4096)
def traditional(text: str) -> str:
    """Write Simplified Chinese in Traditional characters and the words of Taiwan.

    Args:
        text: in any language; only Chinese changes.

    Returns:
        OpenCC's ``s2twp``, with `CORRECTIONS`.
    """
    # Half of a surrogate pair, such as a byte of a file name that is no Unicode, would make OpenCC fail.
    if not text.isascii() and not any("\ud800" <= character <= "\udfff" for character in text):
        text = str(_converter().convert(text))
        for written, said in CORRECTIONS:
            text = text.replace(written, said)
    return text


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("s2twp")


def simplified(text: str) -> str:
    """Write Chinese in simplified characters; other scripts stay."""
    return str(_simplifier().convert(text))


@lru_cache(maxsize=1)
def _simplifier() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")
