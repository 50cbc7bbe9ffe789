"""What the built cases are made of: those to tune on, and those that only tell whether the tuning generalises.

Tuning and generalisation share no text, no voice with its manner, no way of pausing, no room and no background.
Development cases are to be tuned on too; they share no text and no voice with those that tell. Generalisation cases
have been looked at since, and a second, a third, a fourth and a fifth set of them too, so held-out ones tell now, with
texts, voices and rooms that none of the others have. espeak-ng takes a manner that it does not know for none, so some
readers of the third and the fourth set (``en+Linda``, ``en-us+David``) speak in the plain voice of their language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Developed = Literal["generalisation", "generalisation-2", "generalisation-3", "generalisation-4", "generalisation-5"]
Kind = Literal["tuning", "development", Developed, "held-out"]
Pauses = Literal["even", "uneven", "short", "long"]
Made = Literal["", "music", "pink noise", "brown noise", "voices"]
Outside = Literal["Rain", "Sea waves", "Helicopter", "Chainsaw", "Rooster", "Dog bark"]
Inside = Literal["Fire crackling", "Clock tick", "Baby cry", "Person sneeze"]
Background = Literal[Made, Outside, Inside]


@dataclass(frozen=True)
class Recipe:
    """How a case is built; the seed of everything random is its name."""

    name: str
    kind: Kind
    language: str
    voices: tuple[str, ...]  # of espeak-ng, in turn; or one of `RECORDED`
    pauses: Pauses = "even"
    pace: tuple[int, int] = (150, 180)  # words a minute, of espeak-ng
    room: float = 0.0  # seconds of reverberation, 0: none
    background: Background = ""
    decibels: float = 15.0  # speech over background
    telephone: bool = False
    preamble: bool = False  # somebody else speaks first, and is not in the text
    hesitant: bool = False
    written_fillers: bool = True  # whether the text of hesitant speech has them
    chorus: bool = False  # four lines come back twice


DIGITS, CAPTIONS = "digits", "captions"
RECORDED = (DIGITS, CAPTIONS)
"""Voices that come from ``shared/data/sounds``."""


def _tuning(name: str, language: str, *voices: str, **more: object) -> Recipe:
    return Recipe(f"tuning {name}", "tuning", language, voices, **more)  # type: ignore[arg-type]


def _development(name: str, language: str, *voices: str, **more: object) -> Recipe:
    return Recipe(f"development {name}", "development", language, voices, **more)  # type: ignore[arg-type]


def _other(name: str, language: str, *voices: str, **more: object) -> Recipe:
    return Recipe(f"other {name}", "generalisation", language, voices, **more)  # type: ignore[arg-type]


def _second(name: str, language: str, *voices: str, **more: object) -> Recipe:
    return Recipe(f"held out {name}", "generalisation-2", language, voices, **more)  # type: ignore[arg-type]


def _third(name: str, language: str, *voices: str, **more: object) -> Recipe:
    return Recipe(f"unseen {name}", "generalisation-3", language, voices, **more)  # type: ignore[arg-type]


def _fourth(name: str, language: str, *voices: str, **more: object) -> Recipe:
    return Recipe(f"fresh {name}", "generalisation-4", language, voices, **more)  # type: ignore[arg-type]


def _fifth(name: str, language: str, *voices: str, **more: object) -> Recipe:
    return Recipe(f"unheard {name}", "generalisation-5", language, voices, **more)  # type: ignore[arg-type]


def _held_out(name: str, language: str, *voices: str, **more: object) -> Recipe:
    return Recipe(f"untold {name}", "held-out", language, voices, **more)  # type: ignore[arg-type]


RECIPES: tuple[Recipe, ...] = (
    _tuning("American", "en", "en-us"),
    _tuning("music", "en", "en-us+m3", background="music", decibels=8.0),
    _tuning("hesitant", "en", "en-us+f2", hesitant=True),
    _tuning("German", "de", "de"),
    _tuning("Spanish noise", "es", "es", background="pink noise"),
    _tuning("Mandarin", "zh", "cmn-latn-pinyin"),
    _tuning("digits", "en", DIGITS),
    _tuning("captions", "en", CAPTIONS),
    _development("big room", "en", "en-gb-x-gbclan+m3", room=0.6, pauses="uneven"),
    _development("telephone", "en", "en+f5", telephone=True, pauses="long"),
    _development("dialogue", "en", "en-gb-x-gbcwmd+m6", "en+f2", pauses="short", pace=(175, 215)),
    _development("fillers unwritten", "en", "en+m8", hesitant=True, written_fillers=False, pauses="uneven"),
    _development("hesitant", "en", "en-gb-x-gbclan+f1", hesitant=True, pauses="long"),
    _development("preamble", "en", "en-gb-x-gbcwmd", preamble=True, pauses="uneven"),
    _development("German hall", "de", "de+m4", room=0.8, pauses="uneven"),
    _development("Swedish", "sv", "sv+f3", background="pink noise", decibels=12.0, pauses="uneven"),
    _development("Mandarin telephone", "zh", "cmn-latn-pinyin+m3", telephone=True, pauses="uneven"),
    _development("Mandarin woman", "zh", "cmn-latn-pinyin+f4", pauses="long"),
    _development("Japanese", "ja", "ja", pauses="uneven"),
    _development("Thai", "th", "th+f1", pauses="uneven"),
    _development("digits room", "en", DIGITS, room=0.5, pauses="short"),
    _development("digits noise", "en", DIGITS, background="pink noise", decibels=18.0, pauses="uneven"),
    _development("captions", "en", CAPTIONS, room=0.4, pauses="long"),
    _other("Scottish room", "en", "en-gb-scotland+m4", room=0.4, pauses="uneven"),
    _other("telephone", "en", "en-gb-x-rp+f1", telephone=True, pauses="uneven"),
    _other("dialogue", "en", "en-029+m5", "en-us-nyc+f4", pauses="short", pace=(170, 210)),
    _other("crowd", "en", "en-gb-x-rp", background="voices", decibels=12.0, pauses="uneven"),
    _other("hurried", "en", "en-us-nyc+m2", pace=(230, 260), pauses="short"),
    _other("slow hall", "en", "en-029", pace=(100, 120), room=0.9, pauses="long"),
    _other("preamble", "en", "en-gb-scotland", preamble=True, pauses="uneven"),
    _other("fillers unwritten", "en", "en-us-nyc+f3", hesitant=True, written_fillers=False, pauses="uneven"),
    _other("chorus", "en", "en-gb-x-rp+f3", chorus=True, pauses="uneven"),
    _other("long pauses by the sea", "en", "en-029+f2", background="Sea waves", pauses="long"),
    _other("French", "fr", "fr", pauses="uneven"),
    _other("Belgian rain", "fr", "fr-be+f1", background="Rain", decibels=10.0, pauses="uneven"),
    _other("Italian fireside", "it", "it+f4", background="Fire crackling", decibels=10.0, pauses="long"),
    _other("Italian dialogue", "it", "it", "it+m7", pauses="short"),
    _other("Dutch telephone", "nl", "nl", telephone=True, pauses="uneven"),
    _other("Brazilian room", "pt", "pt-br+f1", room=0.5, pauses="uneven"),
    _other("Portuguese hesitant", "pt", "pt+m1", hesitant=True, pauses="long"),
    _other("Russian", "ru", "ru", pauses="uneven"),
    _other("Russian preamble", "ru", "ru+f2", preamble=True, background="brown noise", pauses="uneven"),
    _other("Mandarin room", "zh", "cmn-latn-pinyin+f2", room=0.4, pauses="uneven"),
    _other("digits hall", "en", DIGITS, room=0.8, pauses="short"),
    _other("digits sea telephone", "en", DIGITS, telephone=True, background="Sea waves", pauses="long"),
    _other("captions readers in rain", "en", CAPTIONS, background="Rain", decibels=10.0, pauses="uneven"),
    _other("captions readers long pauses", "en", CAPTIONS, telephone=True, pauses="long"),
    _second("near", "en", "en-us+Andy", pauses="uneven"),
    _second("cabin", "en", "en+Annie", room=0.3, pauses="long"),
    _second("radio", "en", "en-us+Mike", telephone=True, pauses="even"),
    _second("couple", "en", "en+Lee", "en-us+Alicia", pauses="short", pace=(165, 200)),
    _second("old man", "en", "en+grandpa", pace=(120, 140), pauses="uneven"),
    _second("helicopter", "en", "en-us+steph", background="Helicopter", decibels=10.0, pauses="uneven"),
    _second("preamble", "en", "en-us+Michael", preamble=True, pauses="even"),
    _second("fillers unwritten", "en", "en+Andrea", hesitant=True, written_fillers=False, pauses="even"),
    _second("fillers written", "en", "en-us+rob", hesitant=True, pauses="uneven"),
    _second("chorus", "en", "en+Mario", chorus=True, pauses="uneven"),
    _second("German clock", "de", "de+Annie", background="Clock tick", decibels=10.0, pauses="uneven"),
    _second("German dialogue", "de", "de+max", "de+steph3", pauses="short"),
    _second("Spanish", "es", "es-419+Gene", pauses="uneven"),
    _second("Spanish radio", "es", "es-419+Alicia", telephone=True, pauses="long"),
    _second("Polish", "pl", "pl", pauses="even"),
    _second("Polish stairwell", "pl", "pl+f5", room=0.7, pauses="uneven"),
    _second("Turkish", "tr", "tr+m2", pauses="uneven"),
    _second("Turkish helicopter", "tr", "tr+Andrea", background="Helicopter", decibels=12.0, pauses="uneven"),
    _second("Mandarin", "zh", "cmn-latn-pinyin+m5", pauses="uneven"),
    _second("digits", "en", DIGITS, room=0.3, pauses="even"),
    _second("digits clock", "en", DIGITS, background="Clock tick", decibels=12.0, pauses="uneven"),
    _second("captions", "en", CAPTIONS, room=0.3, pauses="uneven"),
    _third("study", "en", "en-us+Caleb", pauses="uneven"),
    _third("studio", "en", "en+Linda", pauses="even"),
    _third("chapel", "en", "en-us+travis", room=0.65, pauses="long"),
    _third("handset", "en", "en-gb-scotland+shelby", telephone=True, pauses="uneven"),
    _third("siblings", "en", "en-us+Ed", "en+Belinda", pauses="short", pace=(165, 205)),
    _third("grandmother", "en", "en-us+grandma", pace=(115, 135), pauses="long"),
    _third("by the stove", "en", "en+victor", background="Fire crackling", decibels=12.0, pauses="uneven"),
    _third("in a hurry", "en", "en-us+Adam", pace=(220, 250), pauses="short"),
    _third("preamble", "en", "en+Quincy", preamble=True, pauses="uneven"),
    _third("fillers written", "en", "en-us+Alex", hesitant=True, pauses="even"),
    _third("fillers unwritten", "en", "en+Benjamin", hesitant=True, written_fillers=False, pauses="uneven"),
    _third("chorus", "en", "en-us+anika", chorus=True, pauses="even"),
    _third("German rain", "de", "de+Linda", background="Rain", decibels=12.0, pauses="uneven"),
    _third("German", "de", "de+travis", pauses="even"),
    _third("French room", "fr", "fr+Denis", room=0.45, pauses="uneven"),
    _third("French dialogue", "fr", "fr+Gustave", "fr+Belinda", pauses="short"),
    _third("Czech", "cs", "cs+Boris", pauses="uneven"),
    _third("Czech telephone", "cs", "cs+shelby", telephone=True, pauses="even"),
    _third("Finnish", "fi", "fi+Alex", pauses="even"),
    _third("Mandarin", "zh", "cmn-latn-pinyin+Caleb", pauses="uneven"),
    _third("Mandarin corridor", "zh", "cmn-latn-pinyin+Linda", room=0.55, pauses="even"),
    _third("digits", "en", DIGITS, room=0.25, pauses="uneven"),
    _third("digits rain", "en", DIGITS, background="Rain", decibels=14.0, pauses="even"),
    _third("captions", "en", CAPTIONS, room=0.35, pauses="long"),
    _fourth("parlour", "en", "en-us+paul", pauses="uneven"),
    _fourth("booth", "en", "en+aunty", pauses="even"),
    _fourth("cellar", "en", "en-us+David", room=0.75, pauses="uneven"),
    _fourth("call", "en", "en-gb-x-rp+robert", telephone=True, pauses="long"),
    _fourth("partners", "en", "en-us+zac", "en+aunty", pauses="short", pace=(160, 200)),
    _fourth("slow", "en", "en-us+John", pace=(110, 130), pauses="uneven"),
    _fourth("beside a chainsaw", "en", "en+Jacky", background="Chainsaw", decibels=14.0, pauses="uneven"),
    _fourth("breathless", "en", "en-029+Hugo", pace=(220, 250), pauses="short"),
    _fourth("preamble", "en", "en-us+Diogo", preamble=True, pauses="uneven"),
    _fourth("fillers written", "en", "en+edward", hesitant=True, pauses="uneven"),
    _fourth("fillers unwritten", "en", "en-us+sandro", hesitant=True, written_fillers=False, pauses="even"),
    _fourth("chorus", "en", "en+norbert", chorus=True, pauses="uneven"),
    _fourth("Spanish", "es", "es+pablo", pauses="uneven"),
    _fourth("Spanish fillers unwritten", "es", "es-419+miguel", hesitant=True, written_fillers=False, pauses="even"),
    _fourth("Italian hall", "it", "it+marco", room=0.62, pauses="uneven"),
    _fourth("Italian couple", "it", "it+michel", "it+aunty", pauses="short"),
    _fourth("Dutch nursery", "nl", "nl+Hugo", background="Baby cry", decibels=14.0, pauses="uneven"),
    _fourth("Dutch call", "nl", "nl+Jacky", telephone=True, pauses="even"),
    _fourth("Indonesian", "id", "id+paul", pauses="uneven"),
    _fourth("Mandarin", "zh", "cmn-latn-pinyin+paul", pauses="even"),
    _fourth("Mandarin gallery", "zh", "cmn-latn-pinyin+aunty", room=0.48, pauses="uneven"),
    _fourth("digits", "en", DIGITS, room=0.38, pauses="even"),
    _fourth("digits chainsaw", "en", DIGITS, background="Chainsaw", decibels=16.0, pauses="uneven"),
    _fourth("captions", "en", CAPTIONS, room=0.28, pauses="uneven"),
    _fifth("greenhouse", "en", "en-us+Nguyen", pauses="uneven"),
    _fifth("shed", "en", "en+klatt3", pauses="even"),
    _fifth("cistern", "en", "en-us+iven4", room=0.68, pauses="long"),
    _fifth("line", "en", "en-gb-scotland+quincy", telephone=True, pauses="uneven"),
    _fifth("neighbours", "en", "en-us+benjamin", "en-gb-x-rp+linda", pauses="short", pace=(160, 200)),
    _fifth("unhurried", "en", "en-us+Henrique", pace=(108, 128), pauses="long"),
    _fifth("beside a rooster", "en", "en+boris", background="Rooster", decibels=13.0, pauses="uneven"),
    _fifth("rushed", "en", "en-us-nyc+steph2", pace=(220, 250), pauses="short"),
    _fifth("preamble", "en", "en+gustave", preamble=True, pauses="uneven"),
    _fifth("fillers written", "en", "en-us+kaukovalta", hesitant=True, pauses="even"),
    _fifth("fillers unwritten", "en", "en-us+edward2", hesitant=True, written_fillers=False, pauses="uneven"),
    _fifth("chorus", "en", "en+marcelo", chorus=True, pauses="even"),
    _fifth("German dogs", "de", "de+boris", background="Dog bark", decibels=13.0, pauses="uneven"),
    _fifth("German line", "de", "de+quincy", telephone=True, pauses="even"),
    _fifth("French stairs", "fr", "fr+iven4", room=0.58, pauses="uneven"),
    _fifth("French neighbours", "fr", "fr+Nguyen", "fr+steph2", pauses="short"),
    _fifth("Portuguese", "pt", "pt+marcelo", pauses="uneven"),
    _fifth("Brazilian fillers", "pt", "pt-br+Henrique", hesitant=True, written_fillers=False, pauses="even"),
    _fifth("Swedish", "sv", "sv+quincy", pauses="uneven"),
    _fifth("Mandarin", "zh", "cmn-latn-pinyin+Nguyen", pauses="uneven"),
    _fifth("Mandarin shelter", "zh", "cmn-latn-pinyin+boris", room=0.33, pauses="even"),
    _fifth("digits", "en", DIGITS, room=0.42, pauses="uneven"),
    _fifth("digits rooster", "en", DIGITS, background="Rooster", decibels=15.0, pauses="even"),
    _fifth("captions", "en", CAPTIONS, room=0.23, pauses="uneven"),
    _held_out("counter", "en", "en-us+john", pauses="uneven"),
    _held_out("workbench", "en", "en+pedro", pauses="even"),
    _held_out("vault", "en", "en-us+david", room=0.72, pauses="long"),
    _held_out("receiver", "en", "en-gb-scotland+antonio", telephone=True, pauses="uneven"),
    _held_out("apprentices", "en", "en-us+belinda", "en-gb-x-rp+ed", pauses="short", pace=(160, 200)),
    _held_out("patient", "en", "en-us+Marco", pace=(108, 128), pauses="long"),
    _held_out("among sneezers", "en", "en+iven", background="Person sneeze", decibels=13.0, pauses="uneven"),
    _held_out("pressed", "en", "en-us-nyc+klatt5", pace=(220, 250), pauses="short"),
    _held_out("preamble", "en", "en+Gene2", preamble=True, pauses="uneven"),
    _held_out("fillers written", "en", "en-us+AnxiousAndy", hesitant=True, pauses="even"),
    _held_out("fillers unwritten", "en", "en-gb-x-rp+adam", hesitant=True, written_fillers=False, pauses="uneven"),
    _held_out("chorus", "en", "en+iven2", chorus=True, pauses="even"),
    _held_out("German chainsaw", "de", "de+david", background="Chainsaw", decibels=13.0, pauses="uneven"),
    _held_out("German receiver", "de", "de+ed", telephone=True, pauses="even"),
    _held_out("Spanish", "es", "es+antonio", pauses="uneven"),
    _held_out("Spanish fillers unwritten", "es", "es-419+pedro", hesitant=True, written_fillers=False, pauses="even"),
    _held_out("Italian garage", "it", "it+john", room=0.52, pauses="uneven"),
    _held_out("Italian apprentices", "it", "it+Gene2", "it+belinda", pauses="short"),
    _held_out("Polish", "pl", "pl+Marco", pauses="uneven"),
    _held_out("Mandarin", "zh", "cmn-latn-pinyin+john", pauses="uneven"),
    _held_out("Mandarin stockroom", "zh", "cmn-latn-pinyin+belinda", room=0.36, pauses="even"),
    _held_out("digits", "en", DIGITS, room=0.44, pauses="uneven"),
    _held_out("digits sneezers", "en", DIGITS, background="Person sneeze", decibels=15.0, pauses="even"),
    _held_out("captions", "en", CAPTIONS, room=0.27, pauses="uneven"),
)
