"""What the hub profile needs of a model: texts, pictures and sounds in, tokens out whose mean is the embedding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from mmdemo.backbone.joint_space import unit_rows
from mmdemo.backbone.similarity import Calibration
from mmdemo.config import HubSettings
from mmdemo.errors import ModelUnusable
from mmdemo.hub.catalogue import HubModel
from mmdemo.hub.failures import loading_failures
from mmdemo.hub.loading import SAFE
from mmdemo.types import Float32Array, Modality, Text, UInt8Array

CPU_IMAGE_TOKENS, GPU_IMAGE_TOKENS = 70, 280
"""On a CPU a picture takes 3.6 s at 70 tokens and 17 s at 280 (random weights at full size, float32)."""


@dataclass(frozen=True, eq=False)
class Embedded:
    """One item after the model: every token that counts in its mean, and what each stands for."""

    tokens: Float32Array  # [T, W]
    spans: Float32Array  # [T, 2] characters or seconds, [T, 4] parts of the picture; marks around them stand for it all


class Embedder(Protocol):
    """A model of the hub behind the backbone."""

    @property
    def dimension(self) -> int:
        """Length of an embedding."""

    @property
    def width(self) -> int:
        """Length of a token; an embedding is the beginning of their mean."""

    @property
    def modalities(self) -> frozenset[Modality]:
        """What it has towers for."""

    @property
    def calibration(self) -> Calibration | None:
        """How its similarities become probabilities, where the model itself says so."""

    def embed_texts(self, texts: Sequence[Text]) -> list[Embedded]:
        """Embed texts; spans in characters."""

    def embed_pictures(self, pictures: Sequence[UInt8Array]) -> list[Embedded]:
        """Embed pictures [H, W, 3]; spans are boxes."""

    def embed_sounds(self, waveforms: Sequence[Float32Array]) -> list[Embedded]:
        """Embed sounds [N] at 16 kHz, never cut; spans in seconds."""


def mean_embedding(tokens: Float32Array, dimension: int) -> Float32Array:
    """Return the mean of [T, W] tokens, cut to its first dimensions (Matryoshka) and scaled to unit norm, [D]."""
    mean = np.asarray(tokens, np.float32).mean(axis=0, keepdims=True)[:, :dimension]  # [1, D]
    embedding: Float32Array = unit_rows(mean)[0]
    return embedding


def image_tokens(settings: HubSettings, device: str) -> int:
    """Return how many tokens a picture gets: as set, else what the device can bear."""
    return settings.image_tokens or (CPU_IMAGE_TOKENS if device == "cpu" else GPU_IMAGE_TOKENS)


def load_embedder(model: HubModel, folder: Path, settings: HubSettings, device: str) -> Embedder:
    """Load the embedder that suits a model.

    Args:
        model: of the hub.
        folder: where it lies (see `mmdemo.hub.download.download`).
        settings: size, image tokens and towers to leave out.
        device: ``cpu`` or ``cuda``.

    Raises:
        HubError: a sentence for what went wrong.
        ModelUnusable: it has no towers for texts and pictures.
    """
    from transformers import AutoConfig

    from mmdemo.backbone.embedding_gemma import EmbeddingGemma
    from mmdemo.backbone.two_towers import TwoTowers

    with loading_failures(model, folder):
        config = AutoConfig.from_pretrained(folder, **SAFE)
    if config.model_type == "embedding_gemma2":
        return EmbeddingGemma.load(model, folder, settings, device, config)
    if getattr(config, "vision_config", None) is not None and getattr(config, "text_config", None) is not None:
        return TwoTowers.load(model, folder, settings, device)
    raise ModelUnusable(model=model.repository, kind=config.model_type, cause="no towers for texts and pictures")
