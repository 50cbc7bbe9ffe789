"""EmbeddingGemma 2: one model for texts, pictures and sounds; every item is the mean over its tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mmdemo.backbone.hub_embedder import Embedded, image_tokens
from mmdemo.backbone.image_tower import grid_boxes
from mmdemo.config import HubSettings
from mmdemo.hub.catalogue import HubModel
from mmdemo.hub.failures import loading_failures
from mmdemo.hub.loading import SAFE, load_model
from mmdemo.types import SAMPLE_RATE, Float32Array, Modality, Text, UInt8Array

PREFIXES = {"query": "task: search result | query: ", "document": "title: none | text: "}
"""How the model was trained to read a text (its card)."""
SOUND_TOKEN_SECONDS = 0.04
LEAST_SOUND_SAMPLES = SAMPLE_RATE // 2
"""Shorter sounds are padded with silence: under 20 ms there would be no token at all."""
TEXTS_AT_ONCE = 16
TOWERS = {"image": "vision_config", "audio": "audio_config"}
WHOLE = np.array([[0.0, 0.0, 1.0, 1.0]], np.float32)


@dataclass(frozen=True, eq=False)
class _Parts:
    """What prepares inputs; loaded one by one, as the model's own processor wants torchvision for clips."""

    tokenizer: Any
    processor: Any  # of pictures and sounds


def load_processor(folder: Path, tokenizer: Any) -> Any:
    """Put the model's processor together without its part for clips, which alone needs torchvision."""
    from transformers import AutoFeatureExtractor, AutoImageProcessor
    from transformers.models.embedding_gemma2.processing_embedding_gemma2 import EmbeddingGemma2Processor

    class WithoutClips(EmbeddingGemma2Processor):
        """Clips go in as pictures, which is the same to 6e-7."""

        def check_argument_for_proper_class(self, argument_name: str, argument: Any) -> Any:
            if argument_name != "video_processor":
                return super().check_argument_for_proper_class(argument_name, argument)
            return None

    return WithoutClips(
        feature_extractor=AutoFeatureExtractor.from_pretrained(folder, **SAFE),
        image_processor=AutoImageProcessor.from_pretrained(folder, **SAFE),
        tokenizer=tokenizer,
        video_processor=None,
    )


class EmbeddingGemma:
    """Keeps `mmdemo.backbone.hub_embedder.Embedder`.

    Args:
        network: in evaluation mode, on the device.
        parts: that prepare its inputs.
        settings: size of embeddings and tokens a picture.
        device: that the network is on.
    """

    calibration = None

    def __init__(self, network: Any, parts: _Parts, settings: HubSettings, device: str) -> None:
        self._network = network
        self._parts = parts
        self._device = device
        self._image_tokens = image_tokens(settings, device)
        self.width = int(network.config.text_config.embedding_dim)
        self.dimension = min(settings.embedding_size, self.width)
        present = {"image": network.vision_tower, "audio": network.audio_tower}
        self.modalities: frozenset[Modality] = frozenset(
            ["text", *(name for name, tower in present.items() if tower is not None)]  # type: ignore[list-item]
        )

    @classmethod
    def load(cls, model: HubModel, folder: Path, settings: HubSettings, device: str, config: Any) -> EmbeddingGemma:
        """Load network, tokenizer and processor (see `mmdemo.backbone.hub_embedder.load_embedder`)."""
        from transformers import AutoModel, AutoTokenizer

        for name in settings.without:
            setattr(config, TOWERS[name], None)
        network = load_model(AutoModel, model, folder, device, config=config)
        with loading_failures(model, folder):
            tokenizer = AutoTokenizer.from_pretrained(folder, **SAFE)
            parts = _Parts(tokenizer, load_processor(folder, tokenizer))
        return cls(network, parts, settings, device)

    def embed_texts(self, texts: Sequence[Text]) -> list[Embedded]:
        """Embed texts behind the prefix of their role; what a user writes is never taken for a mark of the model."""
        found: list[Embedded] = []
        for first in range(0, len(texts), TEXTS_AT_ONCE):
            part = texts[first : first + TEXTS_AT_ONCE]
            prefixes = [PREFIXES[text.role] for text in part]
            inputs = self._parts.tokenizer(
                [prefix + text.text for prefix, text in zip(prefixes, part, strict=True)],
                padding=True,
                return_tensors="pt",
                return_offsets_mapping=True,
                split_special_tokens=True,
            )
            offsets = inputs.pop("offset_mapping").numpy()  # [B, T, 2]
            for tokens, kept, spans, prefix in zip(*self._run(inputs), offsets, prefixes, strict=True):
                found.append(Embedded(tokens, np.maximum(spans[kept] - len(prefix), 0).astype(np.float32)))
        return found

    def embed_pictures(self, pictures: Sequence[UInt8Array]) -> list[Embedded]:
        """Embed pictures; the grid of their tokens keeps their shape."""
        inputs = self._parts.processor(
            images=[[picture] for picture in pictures],
            images_kwargs={"max_soft_tokens": self._image_tokens},
            return_tensors="pt",
        )
        ids, places = inputs["input_ids"].numpy(), inputs["image_position_ids"].numpy()  # [B, T], [B, P, 2]
        pooled = self._network.config.vision_config.pooling_kernel_size
        found = []
        for row, (tokens, kept) in enumerate(zip(*self._run(inputs), strict=True)):
            columns, rows = (places[row].max(axis=0) + 1) // pooled
            boxes = np.repeat(WHOLE, len(tokens), axis=0)
            boxes[ids[row][kept] == self._parts.processor.image_token_id] = grid_boxes(int(rows), int(columns))
            found.append(Embedded(tokens, boxes))
        return found

    def embed_sounds(self, waveforms: Sequence[Float32Array]) -> list[Embedded]:
        """Embed sounds of any length: 25 tokens a second."""
        padded = [np.pad(wave, (0, max(LEAST_SOUND_SAMPLES - len(wave), 0))) for wave in waveforms]
        inputs = self._parts.processor(
            audio=[[wave] for wave in padded],
            # The extractor would cut silently after 30 s.
            audio_kwargs={"truncation": False, "sampling_rate": SAMPLE_RATE},
            return_tensors="pt",
        )
        ids = inputs["input_ids"].numpy()  # [B, T]
        found = []
        for row, (tokens, kept) in enumerate(zip(*self._run(inputs), strict=True)):
            heard = ids[row][kept] == self._parts.processor.audio_token_id  # [T]
            starts = SOUND_TOKEN_SECONDS * np.arange(int(heard.sum()))
            spans = np.repeat([[0.0, len(waveforms[row]) / SAMPLE_RATE]], len(tokens), axis=0)
            spans[heard] = np.stack([starts, starts + SOUND_TOKEN_SECONDS], axis=1)
            found.append(Embedded(tokens, spans.astype(np.float32)))
        return found

    def _run(self, inputs: Any) -> tuple[list[Float32Array], list[np.ndarray]]:
        """Return the tokens of each item that are no padding, B of [T, W], and which those are, B of [T] bool."""
        import torch

        with torch.inference_mode():
            moved = {
                name: value.to(self._device, self._network.dtype if value.is_floating_point() else None)
                for name, value in inputs.items()
                if isinstance(value, torch.Tensor) and name not in self._parts.processor.unused_input_names
            }
            states = self._network(**moved).last_hidden_state.float().cpu().numpy()  # [B, T, W]
        kept = inputs["attention_mask"].numpy().astype(bool)  # [B, T]
        return [row[mask] for row, mask in zip(states, kept, strict=True)], list(kept)
