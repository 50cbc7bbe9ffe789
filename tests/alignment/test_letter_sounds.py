"""Words of other languages in the phones of an English model."""

from __future__ import annotations

import pytest

from mmdemo.alignment.letter_sounds import LANGUAGES, phones

PHONES = frozenset(
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split()
)
"""Of CMUdict, which the model was trained with."""


@pytest.mark.parametrize(
    ("word", "language", "sound"),
    [
        ("schließt", "de", "SH L IY S T"),
        ("zwölf", "de", "T S V ER L F"),
        ("rund", "de", "R UW N T"),
        ("niño", "es", "N IY N Y AO"),
        ("queso", "es", "K EH S AO"),
        ("l'eau", "fr", "L OW"),
        ("gatto", "it", "G AA T T AO"),
        ("żółw", "pl", "ZH UW W V"),
        ("ağaç", "tr", "AA AA CH"),
        ("dítě", "cs", "D IY T Y EH"),
        ("yö", "fi", "UW ER"),
        ("θάλασσα", "el", "TH AA L AA S S AA"),
        ("человек", "ru", "CH EH L AO V EH K"),
        ("中国", "zh", "JH UH NG G W AO"),
        ("吃", "zh", "CH IH"),
    ],
)
def test_words_sound_as_they_are_written(word: str, language: str, sound: str) -> None:
    assert phones(word, language) == sound


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_is_read_in_phones_that_the_model_has(language: str) -> None:
    texts = (
        "abcdefghijklmnopqrstuvwxyzäöüßñçéèãõåąłşğı",
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "船长每天晚上都写日记女儿",
    )
    for text in texts:
        assert PHONES.issuperset(phones(text, language).split())


@pytest.mark.parametrize(("word", "language"), [("", "de"), ("…", "fr"), ("東", "de"), ("abc", "zh"), ("h", "es")])
def test_what_cannot_be_read_has_no_sound(word: str, language: str) -> None:
    assert phones(word, language) == ""
