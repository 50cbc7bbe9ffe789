"""The files that the Caption tab offers for download."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmdemo.ui.captioning_cards import chosen_captions
from mmdemo.ui.captioning_view import LANGUAGE_NAMES, CaptionView
from mmdemo.ui.i18n import for_reader

if TYPE_CHECKING:
    from mmdemo.tasks.captioning import PictureCaptions

DOWNLOADS: dict[str, str] = {
    "txt": "TXT",
    "json": "JSON",
    **{
        f"{extension}-{language}": f"{extension.upper()} · {name}"
        for language, name in LANGUAGE_NAMES.items()
        for extension in ("srt", "vtt")
    },
    "csv": "CSV",
    "jsonl": "JSONL",
}
"""Every download → what stands on its button."""
HEAT_DIGITS = 5


def captions_json(found: PictureCaptions, language: str) -> dict[str, Any]:
    """Describe the captions of a picture for programs.

    Args:
        found: what there is to say about it.
        language: interface language of the reasons.

    Returns:
        Plain data.
    """
    captions: list[dict[str, Any]] = []
    for caption in found.captions:
        described: dict[str, Any] = {
            "language": caption.language,
            "text": caption.text,
            "score": round(caption.score, 4),
        }
        if caption.heatmaps:
            described["heatmaps"] = [
                {
                    "word": heatmap.word,
                    "weights": [[round(float(weight), HEAT_DIGITS) for weight in row] for row in heatmap.weights],
                }
                for heatmap in caption.heatmaps
            ]
        captions.append(described)
    return {
        "captions": captions,
        "reasons": [reason.text(language) for reason in found.reasons],
        "labels": [
            {"en": label.en, "zh": label.zh, "similarity": round(label.similarity, 4)} for label in found.labels
        ],
        "unfamiliar": round(found.foreign, 4),
    }


def write_downloads(view: CaptionView, language: str, folder: Path) -> dict[str, Path]:
    """Write the files that fit what was found, named after what was dropped.

    Args:
        view: in a final phase.
        language: interface language of reasons.
        folder: an existing folder.

    Returns:
        Download → file; empty when nothing was found.
    """
    stem = Path(view.name).stem or "captions"
    if view.picture is not None:
        return _picture_files(view, view.picture, language, folder / stem)
    if view.scenes:
        return _scene_files(view, language, folder / stem)
    if view.rows:
        return _table_files(view, folder)
    return {}


def _named(base: Path, ending: str) -> Path:
    """Put an ending behind a name that may hold dots itself."""
    return base.with_name(base.name + ending)


def _picture_files(view: CaptionView, found: PictureCaptions, language: str, base: Path) -> dict[str, Path]:
    txt, described = _named(base, ".txt"), _named(base, ".json")
    chosen = chosen_captions(view)
    txt.write_text("".join(f"{for_reader(caption.text, language)}\n" for caption in chosen), encoding="utf-8")
    content = {
        "file": view.name,
        "chosen": {one.language: one.text for one in chosen},
        **captions_json(found, language),
    }
    described.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return {"txt": txt, "json": described}


def _scene_files(view: CaptionView, interface: str, base: Path) -> dict[str, Path]:
    from mmdemo.subtitles import save_subtitles
    from mmdemo.tasks.video_captioning import scene_cues

    paths: dict[str, Path] = {}
    for language in view.languages:
        cues = [replace(cue, text=for_reader(cue.text, interface)) for cue in scene_cues(view.scenes, language)]
        for extension in ("srt", "vtt"):
            path = _named(base, f".{language}.{extension}")
            save_subtitles(cues, path, extension, language=language)
            paths[f"{extension}-{language}"] = path
    return paths


def _table_files(view: CaptionView, folder: Path) -> dict[str, Path]:
    from mmdemo.tasks.caption_batch import write_rows

    # Where the server keeps an upload is nobody's business.
    rows = [replace(row, path=Path(row.name)) for row in view.rows]
    paths: dict[str, Path] = {}
    for name in ("csv", "jsonl"):
        paths[name] = folder / f"captions.{name}"
        write_rows(rows, paths[name])
    return paths
