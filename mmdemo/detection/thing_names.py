"""Names of the detector's eighty classes in both languages, and which of them a text names."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mmdemo.types import CaptionLanguage, Sentence

TABLE = Path(__file__).resolve().parents[2] / "assets" / "labels" / "coco-things.tsv"
_ANIMALS = "bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe"
_VEHICLES = "bicycle,car,motorcycle,airplane,bus,train,truck,boat"
_FOODS = "banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake"
_FURNITURE = "bench,chair,couch,bed,dining table"
GROUPS: Mapping[str, str] = {
    **dict.fromkeys(("animal", "animals", "creature", "动物"), _ANIMALS),
    **dict.fromkeys(("vehicle", "vehicles", "transportation", "交通工具"), _VEHICLES),
    **dict.fromkeys(("food", "foods", "食物"), _FOODS),
    **dict.fromkeys(("fruit", "fruits", "水果"), "banana,apple,orange"),
    **dict.fromkeys(("vegetable", "vegetables", "蔬菜"), "broccoli,carrot"),
    **dict.fromkeys(("furniture", "家具"), _FURNITURE),
    **dict.fromkeys(("utensil", "utensils", "餐具"), "fork,knife,spoon"),
}
"""Words for several classes at once."""
OTHERWISE = frozenset(
    "马路 河马 海马 马上 人行道 机器人 火车站 车站 车轮 车道 停车 车牌 球场 球衣 "
    "桌布 床单 书包 书店 书架 牛仔 牛排 牛奶 海豹 蜗牛 小熊猫 熊猫 羊毛".split()
)
"""Chinese words that hold the name of a class and mean something else."""
_WORD = re.compile(r"[a-z']+")


@dataclass(frozen=True)
class ThingName:
    """What a class is called."""

    en: str
    zh: str
    words: frozenset[str]  # in both languages, plurals too, for the class as such
    kinds: frozenset[str]  # for some of the class, such as “puppy” for a dog

    def text(self, language: str) -> str:
        """Return the name in a language."""
        return Sentence(self.en, self.zh).text(language)


@dataclass(frozen=True)
class Named:
    """Classes that a text names with one word."""

    word: str
    start: int  # characters
    end: int
    class_ids: tuple[int, ...]


@lru_cache(maxsize=1)
def thing_names() -> tuple[ThingName, ...]:
    """Return the names in the detector's order, COCO's without the gaps (Lin et al. 2014)."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    return tuple(
        ThingName(
            row["en"],
            row["zh"],
            frozenset({row["en"], row["zh"], *_listed(row["also_en"]), *_listed(row["also_zh"])}),
            frozenset({*_listed(row["kinds_en"]), *_listed(row["kinds_zh"])}),
        )
        for row in rows
    )


def _listed(cell: str) -> list[str]:
    return [word.strip() for word in cell.split(",") if word.strip()]


@lru_cache(maxsize=1)
def _words() -> Mapping[str, tuple[int, ...]]:
    places = {name.en: place for place, name in enumerate(thing_names())}
    found: dict[str, tuple[int, ...]] = {
        word: tuple(places[one] for one in classes.split(",")) for word, classes in GROUPS.items()
    }
    for place, name in enumerate(thing_names()):
        found |= {word: (place,) for word in (*name.words, *name.kinds)}
    return found


def classes_of(word: str) -> tuple[int, ...]:
    """Return the classes that a word stands for, none where it stands for nothing the detector knows."""
    return _words().get(word.lower(), ())


@lru_cache(maxsize=4096)
def own_class(word: str) -> int | None:
    """Return the class whose name a word is, in either language; narrower words such as “puppy” are no names."""
    for place, name in enumerate(thing_names()):
        if word.lower() in name.words:
            return place
    return None


def named_things(text: str, language: CaptionLanguage) -> list[Named]:
    """Find the classes that a text names, longest words first where they overlap.

    Args:
        text: of any length.
        language: of it; Chinese in simplified characters.
    """
    return _in_chinese(text) if language == "zh" else _in_english(text.lower())


def _in_english(text: str) -> list[Named]:
    words = list(_WORD.finditer(text))
    found, place = [], 0
    while place < len(words):
        for count in (2, 1):
            last = place + count - 1
            if last >= len(words):
                continue
            name = " ".join(word.group().removesuffix("'s") for word in words[place : last + 1])
            if classes := classes_of(name):
                found.append(Named(name, words[place].start(), words[last].end(), classes))
                break
        else:
            count = 1
        place += count
    return found


def _in_chinese(text: str) -> list[Named]:
    found, place = [], 0
    while place < len(text):
        word = _longest(text, place, (*_chinese_words(), *OTHERWISE))
        if classes := classes_of(word):
            found.append(Named(word, place, place + len(word), classes))
        place += max(len(word), 1)
    return found


def _longest(text: str, place: int, words: Iterable[str]) -> str:
    return max((word for word in words if text.startswith(word, place)), key=len, default="")


@lru_cache(maxsize=1)
def _chinese_words() -> tuple[str, ...]:
    return tuple(word for word in _words() if not word.isascii())
