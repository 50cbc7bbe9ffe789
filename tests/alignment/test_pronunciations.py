"""How words sound: a dictionary, guesses for what it lacks, letters of other languages."""

from __future__ import annotations

from mmdemo.alignment.letter_sounds import phones
from mmdemo.alignment.pronunciations import LANGUAGES, MOST_WAYS, can_be_read, dictionary_words, pronunciations
from mmdemo.backbone.spoken_phones import PHONES


def test_english_words_have_the_ways_of_the_dictionary() -> None:
    assert pronunciations("read", "en") == ("R EH D", "R IY D")
    assert pronunciations("cat", "en") == ("K AE T",)
    assert all(1 <= len(pronunciations(word, "en")) <= MOST_WAYS for word in ("the", "a", "and", "for", "where"))


def test_unknown_english_words_are_made_of_known_ones_and_of_letters() -> None:
    assert pronunciations("catdog", "en") == ("K AE T D AO G",)
    assert pronunciations("zzyq", "en") == ("Z IY K",)
    assert pronunciations("你", "en") == () and pronunciations("", "en") == ()


def test_other_languages_are_read_letter_by_letter() -> None:
    assert pronunciations("schön", "de") == (phones("schön", "de"),)
    assert pronunciations("船", "zh") == (phones("船", "zh"),) != ("",)
    assert pronunciations("...", "fr") == ()


def test_every_phone_can_be_heard() -> None:
    known = set(PHONES)
    for word in dictionary_words()[::97]:
        assert {phone for way in pronunciations(word, "en") for phone in way.split()} <= known
    for language in LANGUAGES - {"en"}:
        for word in ("привет", "ζωή", "zebra", "church", "你好", "xylo", "quijote", "œuvre"):
            assert {phone for way in pronunciations(word, language) for phone in way.split()} <= known
    assert can_be_read("en") and can_be_read("zh") and not can_be_read("th")
