"""Language codes as video containers want them: three letters where the speech model has two."""

from __future__ import annotations

from mmdemo.subtitles.reading_rules import primary_language

UNDETERMINED = "und"
"""ISO 639-2 for a language nobody named."""

_PAIRS = """
af afr am amh ar ara as asm az aze ba bak be bel bg bul bn ben bo bod br bre bs bos ca cat cs ces cy cym da dan de deu
el ell en eng es spa et est eu eus fa fas fi fin fo fao fr fra gl glg gu guj ha hau he heb hi hin hr hrv ht hat hu hun
hy hye id ind is isl it ita ja jpn jw jav jv jav ka kat kk kaz km khm kn kan ko kor la lat lb ltz ln lin lo lao lt lit
lv lav mg mlg mi mri mk mkd ml mal mn mon mr mar ms msa mt mlt my mya ne nep nl nld nn nno no nor nb nob oc oci pa pan
pl pol ps pus pt por ro ron ru rus sa san sd snd si sin sk slk sl slv sn sna so som sq sqi sr srp su sun sv swe sw swa
ta tam te tel tg tgk th tha tk tuk tl tgl tr tur tt tat uk ukr ur urd uz uzb vi vie yi yid yo yor zh zho
""".split()
THREE_LETTERS = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
"""ISO 639-1 (and Whisper's ``jw``) → ISO 639-2/T, for every language Whisper knows that has a code of two letters."""


def container_language(language: str) -> str:
    """Return the code of three letters for a language.

    >>> container_language("zh-CN")
    'zho'

    Args:
        language: a code of two or three letters, with or without a region; may be empty.

    Returns:
        ISO 639-2/T; `UNDETERMINED` for what is no code.
    """
    code = primary_language(language)
    if len(code) == 3 and code.isascii() and code.isalpha():
        return code
    return THREE_LETTERS.get(code, UNDETERMINED)
