"""Models with one tower for texts and one for pictures, such as SigLIP 2, behind the hub profile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmdemo.backbone.hub_embedder import Embedded
from mmdemo.backbone.similarity import Calibration
from mmdemo.config import HubSettings
from mmdemo.errors import ModelUnusable
from mmdemo.hub.catalogue import HubModel
from mmdemo.hub.failures import loading_failures
from mmdemo.hub.loading import SAFE, load_model
from mmdemo.types import Float32Array, Modality, Text, UInt8Array

TEXTS_AT_ONCE = 32
WHOLE = np.array([[0.0, 0.0, 1.0, 1.0]], np.float32)


class TwoTowers:
    """Keeps `mmdemo.backbone.hub_embedder.Embedder`; each item is a single token, as only that is trained to compare.

    Args:
        network: with ``get_text_features`` and ``get_image_features``.
        tokenizer: of texts.
        image_processor: of pictures.
        device: that the network is on.
    """

    modalities: frozenset[Modality] = frozenset(["text", "image"])

    def __init__(self, network: Any, tokenizer: Any, image_processor: Any, device: str) -> None:
        self._network = network
        self._tokenizer = tokenizer
        self._image_processor = image_processor
        self._device = device
        self.width = self.dimension = self._width()
        self.calibration = self._calibration()

    @classmethod
    def load(cls, model: HubModel, folder: Path, settings: HubSettings, device: str) -> TwoTowers:
        """Load network, tokenizer and image processor (see `mmdemo.backbone.hub_embedder.load_embedder`)."""
        from transformers import AutoImageProcessor, AutoModel, AutoTokenizer

        network = load_model(AutoModel, model, folder, device)
        if not hasattr(network, "get_text_features") or not hasattr(network, "get_image_features"):
            kind = network.config.model_type
            raise ModelUnusable(model=model.repository, kind=kind, cause="no towers for texts and pictures")
        with loading_failures(model, folder):
            tokenizer = AutoTokenizer.from_pretrained(folder, **SAFE)
            return cls(network, tokenizer, AutoImageProcessor.from_pretrained(folder, **SAFE), device)

    def _longest(self) -> int:
        return int(self._network.config.text_config.max_position_embeddings)

    def _width(self) -> int:
        return int(self.embed_texts([Text("a", "")])[0].tokens.shape[1])

    def _calibration(self) -> Calibration | None:
        """Return what SigLIP learned with its weights: the scale and the bias of its sigmoid loss."""
        bias = getattr(self._network, "logit_bias", None)
        if bias is None:
            return None
        return Calibration(float(self._network.logit_scale.exp()), float(bias))

    def embed_texts(self, texts: Sequence[Text]) -> list[Embedded]:
        """Embed texts, cut to the length that the model was trained with and padded to it."""
        found: list[Embedded] = []
        for first in range(0, len(texts), TEXTS_AT_ONCE):
            part = texts[first : first + TEXTS_AT_ONCE]
            inputs = self._tokenizer(
                [text.text for text in part],
                padding="max_length",
                max_length=self._longest(),
                truncation=True,
                split_special_tokens=True,
                return_tensors="pt",
            )
            rows = self._run(self._network.get_text_features, inputs)
            for row, text in zip(rows, part, strict=True):
                found.append(Embedded(row[None], np.array([[0, len(text.text)]], np.float32)))
        return found

    def embed_pictures(self, pictures: Sequence[UInt8Array]) -> list[Embedded]:
        """Embed pictures; the one token stands for the whole picture."""
        inputs = self._image_processor(images=list(pictures), return_tensors="pt")
        rows = self._run(self._network.get_image_features, inputs)
        return [Embedded(row[None], WHOLE.copy()) for row in rows]

    def embed_sounds(self, waveforms: Sequence[Float32Array]) -> list[Embedded]:
        """Never called: there is no tower for sound."""
        raise AssertionError("the backbone asks for modalities first")

    def _run(self, features: Any, inputs: Any) -> Float32Array:
        """Return one vector an item, [B, W]."""
        import torch

        with torch.inference_mode():
            moved = {
                name: value.to(self._device, self._network.dtype if value.is_floating_point() else None)
                for name, value in inputs.items()
            }
            found = features(**moved)
            vectors = found if isinstance(found, torch.Tensor) else found.pooler_output
            rows: Float32Array = vectors.float().cpu().numpy()
        return rows
