"""Robustness of the joint space: how much of R@10 is kept when pictures, sounds and texts are spoilt."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np

from mmdemo.backbone.base import Backbone
from mmdemo.config import settings
from mmdemo.evaluation.caption_data import archive_pictures
from mmdemo.evaluation.corruptions import PICTURE_CORRUPTIONS, SEVERITIES, SOUND_CORRUPTIONS, typos
from mmdemo.evaluation.retrieval_accuracy import CaptionedSplit, Rows, embed_images, embed_texts
from mmdemo.evaluation.retrieval_metrics import both_directions, ranks, recall
from mmdemo.evaluation.retrieval_sounds import embed_recordings, held_out_captions
from mmdemo.media import audio_from_samples, load_image
from mmdemo.types import SAMPLE_RATE, Float32Array

SPOKEN_CAPTIONS = 40


def _row(name: str, clean: float, kept: list[float]) -> dict[str, object]:
    shares = {
        f"severity {severity} %": round(100 * value / max(clean, 1e-9), 1)
        for severity, value in zip(SEVERITIES, kept, strict=True)
    }
    return {"measure": name, "value": round(clean, 2), **shares}


def measure_robustness(
    folder: Path, name: str, split: CaptionedSplit, count: int, sounds: Path, backbone: Backbone
) -> Rows:
    """Measure R@10 on clean media and the share of it that is kept in each severity.

    Args:
        folder: laid out like ``flickr8k``.
        name: of the split.
        split: embedded.
        count: pictures taken from its beginning, and with them their captions.
        sounds: folder with the spoken captions.
        backbone: with the joint space.
    """
    language, captions = next(iter(split.captions.items()))
    chosen = captions.owners < count
    texts, owners = captions.embeddings[chosen], captions.owners[chosen]
    limits = settings().limits
    clean = both_directions(split.pictures[:count], texts, owners)
    rows: Rows = []
    for kind, spoil in PICTURE_CORRUPTIONS.items():
        kept = []
        for severity in SEVERITIES:
            pictures = islice(archive_pictures(folder / f"{name}.tar"), count)
            spoilt = embed_images(
                (load_image(spoil(pixels, severity), limits, "picture") for pixels in pictures), backbone
            )
            kept.append(both_directions(spoilt, texts, owners)[0].r10)
        rows.append(_row(f"picture {kind}: image→text R@10", clean[0].r10, kept))
    wording = [text for text, wanted in zip(captions.texts, chosen, strict=True) if wanted]
    kept = [
        both_directions(
            split.pictures[:count], embed_texts([typos(text, severity) for text in wording], backbone, limits), owners
        )[1].r10
        for severity in SEVERITIES
    ]
    rows.append(_row(f"typos {language}: text→image R@10", clean[1].r10, kept))
    return rows + _sound_rows(folder, sounds / "spoken_captions.tar", backbone)


def _sound_rows(folder: Path, archive: Path, backbone: Backbone) -> Rows:
    if not archive.is_file():
        return []
    pairs = list(islice(held_out_captions(archive, folder), SPOKEN_CAPTIONS))
    texts = embed_texts([text for _, text in pairs], backbone, settings().limits)

    def r10(spoken: Float32Array) -> float:
        return recall(ranks(spoken @ texts.T, np.eye(len(pairs), dtype=bool))).r10

    clean = r10(embed_recordings([sound for sound, _ in pairs], backbone))
    rows: Rows = []
    for kind, spoil in SOUND_CORRUPTIONS.items():
        kept = [
            r10(
                embed_recordings(
                    [audio_from_samples(spoil(sound.waveform, s), SAMPLE_RATE, sound.source) for sound, _ in pairs],
                    backbone,
                )
            )
            for s in SEVERITIES
        ]
        rows.append(_row(f"sound {kind}: speech→text R@10 of {len(pairs)}", clean, kept))
    return rows
