"""What the command ``caption`` prints and writes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmdemo.cli_output import interface_language
from mmdemo.errors import OutputNotWritable, UnknownCaptionFormat
from mmdemo.types import Caption, CaptionLanguage, Sentence

if TYPE_CHECKING:
    from mmdemo.tasks.captioning import PictureCaptions
    from mmdemo.tasks.video_captioning import SceneCaption


def output_format(path: Path | None, known: Sequence[str]) -> str:
    """Return the format that the ending of an output file names; empty without one.

    Args:
        path: of the file, or None.
        known: what can be written.

    Raises:
        UnknownCaptionFormat: it cannot.
    """
    if path is None:
        return ""
    ending = path.suffix.lower().lstrip(".")
    if ending not in known:
        raise UnknownCaptionFormat(format=ending or path.name, known=", ".join(known))
    return ending


def write_text(path: Path, text: str) -> None:
    """Write a file; its folder is made when missing.

    Raises:
        OutputNotWritable: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "backslashreplace"))
    except (OSError, ValueError) as error:
        raise OutputNotWritable(path=path) from error


def write_json(path: Path, report: Any) -> None:
    """Write a report as JSON.

    Raises:
        OutputNotWritable: it cannot be written.
    """
    write_text(path, json.dumps(report, ensure_ascii=False, indent=2) + "\n")


def print_reasons(reasons: Iterable[Sentence]) -> None:
    """Say once on standard error what there is to distrust."""
    for reason in dict.fromkeys(reasons):
        print(f"mmdemo: {reason.text(interface_language())}", file=sys.stderr)


def picture_report(found: PictureCaptions, path: Path) -> dict[str, Any]:
    """Return the captions of a picture as JSON knows them."""
    return {
        "source": str(path),
        "captions": [caption_json(caption) for caption in found.captions],
        "foreign": round(found.foreign, 4),
        "labels": [
            {"en": label.en, "zh": label.zh, "similarity": round(label.similarity, 4)} for label in found.labels
        ],
        "reasons": [sentence_json(reason) for reason in found.reasons],
        "sha256": found.sha256,
    }


def scenes_report(scenes: Sequence[SceneCaption], path: Path, sha256: str) -> dict[str, Any]:
    """Return the captions of a video as JSON knows them; times in seconds."""
    return {
        "source": str(path),
        "scenes": [
            {
                "start": round(scene.span.start, 3),
                "end": round(scene.span.end, 3),
                "frame_time": round(scene.frame_time, 3),
                "captions": [caption_json(caption) for caption in scene.captions],
                "reasons": [sentence_json(reason) for reason in scene.reasons],
            }
            for scene in scenes
        ],
        "sha256": sha256,
    }


def caption_json(caption: Caption) -> dict[str, Any]:
    """Return a caption as JSON knows it, with its heatmaps where there are some."""
    report: dict[str, Any] = {
        "text": caption.text,
        "language": caption.language,
        "score": round(caption.score, 4),
    }
    if caption.heatmaps:
        report["heatmaps"] = [
            {"word": found.word, "weights": [[round(float(weight), 5) for weight in row] for row in found.weights]}
            for found in caption.heatmaps
        ]
    return report


def sentence_json(sentence: Sentence) -> dict[str, str]:
    """Return a sentence in both languages."""
    return {"en": sentence.en, "zh": sentence.zh}


def picture_lines(found: PictureCaptions, several: bool) -> list[str]:
    """Write the captions of a picture for people.

    Args:
        found: the captions.
        several: show how probable each is, as there is a choice.
    """
    lines = []
    for caption in found.captions:
        lines.append(f"{100 * caption.score:3.0f} %  {caption.text}" if several else caption.text)
        lines += word_places(caption)
    return lines


def word_places(caption: Caption) -> list[str]:
    """Tell for each word where in the picture it comes from: the mean place of its heatmap, in percent of the sides."""
    import numpy as np

    lines = []
    for found in caption.heatmaps:
        rows, columns = found.weights.shape
        x = float(found.weights.sum(axis=0) @ (np.arange(columns) + 0.5)) / columns
        y = float(found.weights.sum(axis=1) @ (np.arange(rows) + 0.5)) / rows
        lines.append(f"    {found.word}: {100 * x:.0f} % from the left, {100 * y:.0f} % from the top")
    return lines


def scene_lines(scenes: Sequence[SceneCaption]) -> list[str]:
    """Write the captions of a video for people, with times."""
    from mmdemo.subtitles import format_timestamp

    lines = []
    for scene in scenes:
        said = "  ".join(caption.text for caption in scene.captions)
        lines.append(f"{format_timestamp(scene.span.start)} – {format_timestamp(scene.span.end)}  {said}")
        lines += [place for caption in scene.captions for place in word_places(caption)]
    return lines


def write_scenes(
    scenes: Sequence[SceneCaption], path: Path, subtitle_format: str, languages: Sequence[CaptionLanguage]
) -> list[Path]:
    """Write the captions of a video as subtitles; of two languages each gets a file of its own.

    Args:
        scenes: of the video.
        path: of the file; ``clip.srt`` becomes ``clip.en.srt`` and ``clip.zh.srt`` for two languages.
        subtitle_format: one of `subtitles.SUBTITLE_FORMATS`.
        languages: of the captions.

    Returns:
        The files.

    Raises:
        OutputNotWritable: one cannot be written.
    """
    from mmdemo.subtitles import save_subtitles
    from mmdemo.tasks.video_captioning import scene_cues

    several = len(languages) > 1
    written = []
    for language in languages:
        place = path.with_name(f"{path.stem}.{language}{path.suffix}") if several else path
        save_subtitles(scene_cues(scenes, language), place, subtitle_format, language=language)
        written.append(place)
    return written
