"""A data folder laid out like the real one, of plain colours: a training of seconds."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import PIL.Image

COLOURS = {"red": "红", "green": "绿", "blue": "蓝", "white": "白", "black": "黑", "yellow": "黄"}


def picture(colour: str) -> bytes:
    """Return a PNG of one colour."""
    stream = io.BytesIO()
    PIL.Image.new("RGB", (40, 30), colour).save(stream, "PNG")
    return stream.getvalue()


def write_folder(folder: Path) -> None:
    """Write the splits train and val with captions in both languages."""
    flickr = folder / "flickr8k"
    flickr.mkdir(parents=True)
    lines: dict[str, list[str]] = {name: ["image\tsplit\tcaption"] for name in ("en", "zh", "zh-mt")}
    for split in ("train", "val"):
        with tarfile.open(flickr / f"{split}.tar", "w") as tar:
            for colour, chinese in COLOURS.items():
                content = picture(colour)
                member = tarfile.TarInfo(f"{split}-{colour}.png")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
                lines["en"] += [f"{member.name}\t{split}\tA {colour} {thing} ." for thing in ("wall", "sheet")]
                lines["zh"] += [f"{member.name}\t{split}\t一面{chinese}色的墙。"]
                lines["zh-mt"] += [f"{member.name}\t{split}\t一{thing}{chinese}色。" for thing in ("墙", "张")]
    for language, rows in lines.items():
        (flickr / f"captions.{language}.tsv").write_text("\n".join(rows) + "\n", "utf-8")
