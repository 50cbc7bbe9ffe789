"""Which language subtitles are written in, as far as it decides how they are compared with speech (py3langid)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mmdemo.alignment.spoken_tokens import spoken_tokens

MOST_CHARACTERS = 6_000
"""Read of a file, from all over it: more does not change the answer."""
LEAST_LETTERS = 20
SURE_LOG_ODDS = 12.0
"""By which a language must be likelier than that of the speech. Twelve sentences differ by hundreds; languages that
hardly differ in writing, such as Norwegian and Danish or Malay and Indonesian, by a few."""
SAME_WRITING = {
    **dict.fromkeys(("wuu", "yue", "nan", "hak", "lzh"), "zh"),
    **dict.fromkeys(("nb", "nn"), "no"),
    **dict.fromkeys(("bs", "sr", "sh"), "hr"),
    **dict.fromkeys(("pcm", "sco"), "en"),
    "ms": "id",
    "jv": "jw",
    "fil": "tl",
    "iw": "he",
}
"""Languages that are taken for one, as they share most words, and codes that Whisper knows under another name."""
NO_LANGUAGE = "zxx"
"""Of numbers, codes and the like."""
_LETTER = re.compile(r"[^\W\d_]")


def other_language(texts: Sequence[str], spoken: str) -> str:
    """Tell which other language texts are written in than the one that is spoken.

    Args:
        texts: of the cues.
        spoken: ISO 639-1 code of the speech.

    Returns:
        The code, such as ``de`` or ``zh``; "" when they may well be in the language of the speech, or say too little.
    """
    sample = _sample(texts)
    if len(_LETTER.findall(sample)) < LEAST_LETTERS:
        return ""
    from py3langid.langid import classify, rank

    best = _code(classify(sample)[0])
    if best in (_code(spoken), NO_LANGUAGE):
        return ""
    odds: dict[str, float] = {}
    for code, log_probability in rank(sample):
        odds.setdefault(_code(code), float(log_probability))
    if odds[best] - odds.get(_code(spoken), -float("inf")) < SURE_LOG_ODDS:
        return ""
    return best


def text_language(texts: Sequence[str]) -> str:
    """Tell which language texts are written in; "" when they say too little.

    Args:
        texts: of the cues.

    Returns:
        ISO 639-1 code, of the languages in `SAME_WRITING` the one that Whisper knows.
    """
    sample = _sample(texts)
    if len(_LETTER.findall(sample)) < LEAST_LETTERS:
        return ""
    from py3langid.langid import classify

    best = _code(classify(sample)[0])
    return "" if best == NO_LANGUAGE else best


def _code(language: str) -> str:
    return SAME_WRITING.get(language, language)


def _sample(texts: Sequence[str]) -> str:
    """Return spoken words from all over the texts: markup and described sounds have no language."""
    sample: list[str] = []
    length = 0
    step = max(len(texts) // 400, 1)
    for text in texts[::step]:
        words = [token.key for token in spoken_tokens([text], "")]
        sample.append(" ".join(words))
        length += len(sample[-1])
        if length > MOST_CHARACTERS:
            break
    return "\n".join(sample)
