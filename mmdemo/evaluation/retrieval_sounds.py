"""Accuracy on sound: naming sounds nobody trained on, and finding what a recording says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mmdemo.backbone.base import Backbone
from mmdemo.config import settings
from mmdemo.evaluation.reports import Row
from mmdemo.evaluation.retrieval_accuracy import Rows, embed_texts, recall_rows, stacked
from mmdemo.evaluation.retrieval_metrics import ranks, recall
from mmdemo.evaluation.sound_data import (
    HELD_OUT_FOLD,
    decoded,
    held_out_speech,
    label_text,
    members,
    spoken_texts,
)
from mmdemo.media import audio_from_samples
from mmdemo.types import SAMPLE_RATE, Audio, Float32Array


def held_out_sounds(archive: Path) -> Iterator[tuple[Audio, str]]:
    """Yield the sounds of the fold that no training heard, with their labels."""
    for name, content in members(archive, ".ogg"):
        folder, file = name.split("/")[-2:]
        if file.startswith(f"{HELD_OUT_FOLD}-"):
            yield audio_from_samples(decoded(content, file), SAMPLE_RATE, file), label_text(folder)


def held_out_captions(archive: Path, folder: Path) -> Iterator[tuple[Audio, str]]:
    """Yield the spoken captions that no training heard, with their texts."""
    chosen, texts = held_out_speech(archive), spoken_texts(folder)
    for name, content in members(archive, ".mp3"):
        if name in chosen:
            yield audio_from_samples(decoded(content, name), SAMPLE_RATE, name), texts[Path(name).stem]


def embed_recordings(recordings: list[Audio], backbone: Backbone) -> Float32Array:
    """Embed recordings as the app does, [N, 384]."""
    return stacked(backbone.encode(recording) for recording in recordings)


def measure_sounds(sounds: Path, folder: Path, backbone: Backbone) -> Rows:
    """Measure zero-shot naming and speech → text retrieval; archives that are missing are left out.

    Args:
        sounds: holds ``esc10.tar`` and ``spoken_captions.tar``.
        folder: laid out like ``flickr8k``, for the texts.
        backbone: with the joint space.
    """
    rows: list[Row] = []
    limits = settings().limits
    if (sounds / "esc10.tar").is_file():
        pairs = list(held_out_sounds(sounds / "esc10.tar"))
        labels = sorted({label for _, label in pairs})
        similarity = embed_recordings([sound for sound, _ in pairs], backbone) @ embed_texts(labels, backbone, limits).T
        right = [labels[i] == label for i, (_, label) in zip(similarity.argmax(axis=1), pairs, strict=True)]
        rows.append({"measure": "ESC-10 fold 4 zero-shot accuracy", "value": round(100 * float(np.mean(right)), 2)})
    if (sounds / "spoken_captions.tar").is_file():
        pairs = list(held_out_captions(sounds / "spoken_captions.tar", folder))
        texts = [text for _, text in pairs]
        spoken = embed_recordings([sound for sound, _ in pairs], backbone)
        similarity = spoken @ embed_texts(texts, backbone, limits).T  # [N, N]
        relevant = np.array([[one == other for other in texts] for one in texts])
        rows += recall_rows("speech→text", recall(ranks(similarity, relevant)))
        rows += recall_rows("text→speech", recall(ranks(similarity.T, relevant.T)))
    return [dict(row) for row in rows]
