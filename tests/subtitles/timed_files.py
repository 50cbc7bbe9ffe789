"""Subtitle files that no one would write on purpose, for tests of what must survive them."""

from __future__ import annotations

import random
from collections.abc import Callable

FORMATS = ("srt", "vtt", "ass", "ssa", "lrc")
TEXTS = ("Hello, you", "<i>Hé</i> there", "你好，世界", "{\\an8}up", "1984", "", " ", "a: b", "& so on", "[x]", "é😀")
STEPS = {"srt": 1000, "vtt": 1000, "ass": 100, "ssa": 100, "lrc": 100}


def random_file(chance: random.Random, format: str) -> bytes:
    """Return a file of a format with anything that its parser lets through; it has at least one cue to show."""
    events = sorted(_times(chance, STEPS[format]) for _ in range(chance.randint(1, 30)))
    if chance.random() < 0.3:
        chance.shuffle(events)
    texts = [chance.choice(TEXTS) for _ in events]
    texts[chance.randrange(len(texts))] = "Grüße and more"
    writers: dict[str, Callable[..., str]] = {"srt": _srt, "vtt": _vtt, "ass": _ass, "ssa": _ass, "lrc": _lrc}
    text = writers[format](chance, events, texts)
    if format == "ssa":
        text = text.replace("[V4+ Styles]", "[v4 Styles]")
    newline = chance.choice(["\n", "\r\n", "\r"])
    return text.replace("\n", newline).encode(chance.choice(["utf-8", "utf-8-sig", "utf-16"]))


def _times(chance: random.Random, steps: int) -> tuple[float, float]:
    start = chance.randrange(0, 4000 * steps) / steps
    return start, start + chance.randrange(0, 6 * steps) / steps


def _clock(chance: random.Random, seconds: float, point: str, digits: int) -> str:
    whole, fraction = divmod(round(seconds * 10**digits), 10**digits)
    head = f"{whole // 3600:0{chance.choice([1, 2])}d}:" if whole >= 3600 or chance.random() < 0.7 else ""
    return f"{head}{whole // 60 % 60:02d}:{whole % 60:02d}{point}{fraction:0{digits}d}"


def _srt(chance: random.Random, events: list[tuple[float, float]], texts: list[str]) -> str:
    blocks = []
    for number, ((start, end), text) in enumerate(zip(events, texts, strict=True), start=1):
        arrow = chance.choice([" --> ", "-->", " -> ", "  -->  "])
        tail = chance.choice(["", " X1:1 X2:2", "  "])
        head = chance.choice([f"{number}\n", f"{number * 7}\n"])
        point = chance.choice([",", "."])
        times = _clock(chance, start, point, 3) + arrow + _clock(chance, end, point, chance.choice([3, 3, 5]))
        blocks.append(f"{head}{times}{tail}\n{text}\n" + chance.choice(["", "a second line\n"]))
    return chance.choice(["", "\n\n"]) + "\n".join(blocks)


def _vtt(chance: random.Random, events: list[tuple[float, float]], texts: list[str]) -> str:
    blocks = ["WEBVTT Kind: captions\n", "NOTE nothing: 00:01\nsecond line\n"]
    for (start, end), text in zip(events, texts, strict=True):
        settings = chance.choice(["", " align:start position:0%", " line:-1"])
        inner = f"<{_clock(chance, (start + end) / 2, '.', 3)}>" if chance.random() < 0.3 else ""
        times = f"{_clock(chance, start, '.', 3)} --> {_clock(chance, end, '.', 3)}"
        blocks.append(chance.choice(["", "name\n"]) + f"{times}{settings}\n{inner}{text}\n")
    return "\n".join(blocks)


def _ass(chance: random.Random, events: list[tuple[float, float]], texts: list[str]) -> str:
    fields = ["Layer", "Start", "End", "Style", "Name", "Effect"]
    if chance.random() < 0.3:
        chance.shuffle(fields)
    lines = ["[Script Info]", "Title: 0:00:01.00", "", "[V4+ Styles]", "Format: Name", "Style: Default", "", "[Events]"]
    lines.append("Format: " + ", ".join([*fields, "Text"]))
    for (start, end), text in zip(events, texts, strict=True):
        values = {"Start": _ass_clock(start), "End": _ass_clock(end), "Style": "Default", "Layer": "0"}
        kind = "Comment" if not text and chance.random() < 0.5 else "Dialogue"
        pad = chance.choice(["", "", " "])
        lines.append(f"{kind}: " + ",".join([*(pad + values.get(name, "") for name in fields), text]))
    return "\n".join([*lines, "", "[Fonts]", "fontname: x:y,z", ""])


def _ass_clock(seconds: float) -> str:
    whole, fraction = divmod(round(seconds * 100), 100)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}.{fraction:02d}"


def _lrc(chance: random.Random, events: list[tuple[float, float]], texts: list[str]) -> str:
    lines = ["[ti:Title]", chance.choice(["[offset:-300]", "[offset: +250]", "[ar:Artist]"])]
    starts = [start + 1 for start, _ in events]
    while starts:
        tags = [starts.pop() for _ in range(min(len(starts), chance.choice([1, 1, 1, 2])))]
        text = chance.choice(texts)
        lines.append("".join(f"[{_lrc_clock(tag)}]" for tag in tags) + ("Ü" + text if not text.strip() else text))
        if chance.random() < 0.3:
            lines.append(f"[{_lrc_clock(tags[-1] + 0.37)}]")
    return "\n".join([*lines, ""])


def _lrc_clock(seconds: float) -> str:
    whole, fraction = divmod(round(seconds * 100), 100)
    return f"{whole // 60:02d}:{whole % 60:02d}.{fraction:02d}"
