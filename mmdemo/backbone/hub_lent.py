"""An embedder on the GPU that ZeroGPU lends for single calls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmdemo.backbone.hub_embedder import Embedded, Embedder, load_embedder
from mmdemo.config import HubSettings
from mmdemo.hub.catalogue import HubModel
from mmdemo.types import Float32Array, Text, UInt8Array
from mmdemo.zero_gpu import LENT_DEVICE, Recipe, lend


class LentEmbedder:
    """Keeps `mmdemo.backbone.hub_embedder.Embedder`; nothing of the network is in this process.

    Args:
        model: of the hub.
        folder: where it lies.
        settings: size, image tokens and towers to leave out.

    Raises:
        HubError: it cannot be loaded.
    """

    def __init__(self, model: HubModel, folder: Path, settings: HubSettings) -> None:
        self._recipe = Recipe(load_embedder, (model, folder, settings, LENT_DEVICE))
        self.dimension, self.width, self.modalities, self.calibration = lend(self._recipe, _facts)

    def embed_texts(self, texts: Sequence[Text]) -> list[Embedded]:
        """Embed texts (see the protocol)."""
        return self._embed("embed_texts", texts)

    def embed_pictures(self, pictures: Sequence[UInt8Array]) -> list[Embedded]:
        """Embed pictures (see the protocol)."""
        return self._embed("embed_pictures", pictures)

    def embed_sounds(self, waveforms: Sequence[Float32Array]) -> list[Embedded]:
        """Embed sounds (see the protocol)."""
        return self._embed("embed_sounds", waveforms)

    def _embed(self, name: str, items: Sequence[Any]) -> list[Embedded]:
        found: list[Embedded] = lend(self._recipe, _embed, name, list(items))
        return found


def _facts(embedder: Embedder) -> tuple[Any, ...]:
    return embedder.dimension, embedder.width, embedder.modalities, embedder.calibration


def _embed(embedder: Embedder, name: str, items: list[Any]) -> list[Embedded]:
    found: list[Embedded] = getattr(embedder, name)(items)
    return found
