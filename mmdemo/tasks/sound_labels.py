"""What sounds are called, in both languages: the list that “what is this sound?” chooses from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SoundGroup = Literal["animal", "nature", "person", "house", "outside", "music", "noise", "speech"]


@dataclass(frozen=True)
class SoundLabel:
    """A kind of sound."""

    en: str
    zh: str
    group: SoundGroup
    phrases: tuple[str, ...] = ()  # other English words for it, which are looked for too


def _labels(group: SoundGroup, rows: str) -> tuple[SoundLabel, ...]:
    """Read rows of “English = Chinese = other words, …”."""
    labels = []
    for row in rows.strip().splitlines():
        en, zh, *more = (part.strip() for part in row.split("="))
        labels.append(SoundLabel(en, zh, group, tuple(word.strip() for word in more[0].split(",")) if more else ()))
    return tuple(labels)


SOUND_LABELS: tuple[SoundLabel, ...] = (
    *_labels(
        "animal",
        """
        dog bark = 狗叫声 = a dog barking
        rooster = 公鸡打鸣 = a rooster crowing
        cat = 猫叫声 = a cat meowing
        cow = 牛叫声 = a cow mooing
        pig = 猪叫声 = a pig grunting
        sheep = 羊叫声 = a sheep bleating
        frog = 蛙鸣 = a frog croaking
        hen = 母鸡叫声 = a hen clucking
        crow = 乌鸦叫声 = a crow cawing
        chirping birds = 鸟鸣声 = birds singing
        insects = 虫鸣声 = insects buzzing
        """,
    ),
    *_labels(
        "nature",
        """
        rain = 雨声 = rain falling
        sea waves = 海浪声 = waves on the beach
        thunderstorm = 雷声 = thunder
        wind = 风声 = wind blowing
        fire crackling = 火焰噼啪声 = a crackling fire
        water drops = 滴水声 = water dripping
        pouring water = 倒水声 = water being poured
        """,
    ),
    *_labels(
        "person",
        """
        baby cry = 婴儿哭声 = a baby crying
        person sneeze = 打喷嚏声 = a person sneezing
        laughing = 笑声 = people laughing
        coughing = 咳嗽声 = a person coughing
        clapping = 鼓掌声 = applause
        footsteps = 脚步声 = footsteps
        snoring = 打鼾声 = a person snoring
        """,
    ),
    *_labels(
        "house",
        """
        clock tick = 时钟滴答声 = a ticking clock
        door knock = 敲门声 = knocking on a door
        mouse click = 鼠标点击声 = mouse clicking
        keyboard typing = 键盘打字声 = typing on a keyboard
        vacuum cleaner = 吸尘器声 = a vacuum cleaner
        glass breaking = 玻璃破碎声 = breaking glass
        telephone = 电话铃声 = a telephone ringing
        """,
    ),
    *_labels(
        "outside",
        """
        helicopter = 直升机声 = a helicopter flying
        chainsaw = 电锯声 = a chainsaw
        siren = 警笛声 = a siren
        car horn = 汽车喇叭声 = a car horn
        engine = 发动机声 = an engine running
        train = 火车声 = a passing train
        airplane = 飞机声 = an airplane
        church bells = 钟声 = bells ringing
        fireworks = 烟花声 = fireworks
        """,
    ),
    *_labels(
        "music",
        """
        music = 音乐 = music playing
        saxophone = 萨克斯管 = a saxophone playing
        guitar = 吉他 = a guitar playing
        piano = 钢琴 = a piano playing
        drums = 鼓声 = drums playing
        singing = 歌声 = a person singing
        """,
    ),
    *_labels("noise", "white noise = 噪声 = static noise"),
    *_labels("speech", "speech = 说话声 = a person talking"),
)
"""The classes of ESC-50 (Piczak 2015), shortened to those that differ for a listener, and music, noise and speech."""
