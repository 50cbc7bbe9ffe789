"""Words Chinese questions about what captions say."""

from __future__ import annotations

from mmdemo.training.question_words import Concept

_PICTURE = ("图里", "图中", "照片里", "画面中", "这张图里", "图片里", "")


def presence(concept: Concept) -> list[str]:
    """Ask whether something is there."""
    asked = [f"{where}有{concept.zh}吗" for where in _PICTURE]
    asked += [f"{where}有没有{concept.zh}" for where in _PICTURE[:4]]
    if concept.kind in ("animal", "vehicle"):
        asked += [f"这是{concept.zh}吗", f"图里的是{concept.zh}吗"]
    if concept.kind == "clothing":
        asked += [f"有人穿戴{concept.zh}吗"]
    return asked


def number(concept: Concept, action: Concept | None = None) -> list[str]:
    """Ask how many there are."""
    counted = f"{concept.measure}{concept.zh}"
    asked = [f"{where}有几{counted}" for where in _PICTURE] + [f"{where}有多少{counted}" for where in _PICTURE[:4]]
    return asked if action is None else [*asked[:3], f"有几{counted}在{action.zh}"]


def colour(concept: Concept, owner: Concept | None = None) -> list[str]:
    """Ask for the colour of something."""
    asked = [f"{concept.zh}是什么颜色的", f"{concept.zh}是什么颜色", f"图里的{concept.zh}是什么颜色"]
    if owner is not None and concept.kind == "clothing":
        asked += [f"{owner.zh}的{concept.zh}是什么颜色"]
    return asked


def has_colour(concept: Concept, shade: Concept) -> list[str]:
    """Ask whether something has a colour."""
    return [f"{concept.zh}是{shade.zh}的吗", f"{concept.zh}是不是{shade.zh}的", f"有{shade.zh}的{concept.zh}吗"]


def does(subject: Concept, action: Concept) -> list[str]:
    """Ask whether somebody does something."""
    return [f"{subject.zh}在{action.zh}吗", f"{subject.zh}正在{action.zh}吗", f"{subject.zh}是不是在{action.zh}"]


def what_does(subject: Concept) -> list[str]:
    """Ask what somebody does."""
    return [f"{subject.zh}在做什么", f"{subject.zh}在干什么", f"图里的{subject.zh}正在做什么", "他们在做什么"]


def what_related(subject: Concept, relation: str) -> list[str]:
    """Ask what somebody wears, holds, rides and so on."""
    verb = _VERBS[relation]
    return [f"{subject.zh}{verb}什么", f"图里的{subject.zh}{verb}什么", f"{subject.zh}{verb}的是什么"]


_VERBS = {
    "wearing": "穿着",
    "holding": "拿着",
    "riding": "骑着",
    "catching": "在追",
    "throwing": "在扔",
    "sitting on": "坐在",
    "standing on": "站在",
    "jumping over": "跳过",
    "playing with": "在玩",
}


def related(subject: Concept, relation: str, thing: Concept) -> list[str]:
    """Ask whether somebody wears, holds or rides something."""
    return [f"{subject.zh}{_VERBS[relation]}{thing.zh}吗", f"有人{_VERBS[relation]}{thing.zh}吗"]


def where(subject: Concept) -> list[str]:
    """Ask for the place."""
    return [f"{subject.zh}在哪里", f"{subject.zh}在哪儿", "这是什么地方", "这是在哪里", "这张照片是在哪里拍的"]


def who(action: Concept) -> list[str]:
    """Ask who does something."""
    return [f"谁在{action.zh}", "图里的人是谁", f"是谁在{action.zh}", "图里有谁"]


def which_animal() -> list[str]:
    """Ask for the animal."""
    return ["这是什么动物", "图里是什么动物", "图中的动物是什么", "照片里有什么动物"]


def which_vehicle() -> list[str]:
    """Ask for the vehicle."""
    return ["这是什么车", "图里是什么交通工具", "这是什么交通工具"]


def which_sport() -> list[str]:
    """Ask for the sport."""
    return ["这是什么运动", "他们在做什么运动", "他们在玩什么球", "图里是什么运动"]


def what_thing() -> list[str]:
    """Ask for the thing, in general."""
    return ["这是什么", "图里有什么", "图中是什么东西", "这是什么东西"]


def gender() -> list[str]:
    """Ask which of man and woman somebody is."""
    return ["这是男人还是女人", "图里的人是男人还是女人", "这个人是男的还是女的"]


def outside() -> list[str]:
    """Ask whether the picture was taken in the open."""
    return ["这是在户外吗", "这是在室外吗", "他们在户外吗", "照片是在室外拍的吗"]
