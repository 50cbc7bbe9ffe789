"""The joint space as the backbone uses it: trained heads, loaded strictly, unit vectors out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mmdemo.backbone.head_files import MEND, heads_folder, read_config, read_head
from mmdemo.backbone.similarity import Calibration
from mmdemo.errors import WeightsCorrupt
from mmdemo.types import Float32Array, Modality

if TYPE_CHECKING:  # importing torch takes seconds, and jobs on sound alone do without it
    import torch
    from torch import nn

BATCH = 64


def unit_rows(vectors: Float32Array) -> Float32Array:
    """Scale the rows of [N, D] to unit norm: the one place where embeddings get theirs; a row of zeros stays."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Float32Array = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return scaled


class JointSpace:
    """The trained heads.

    Args:
        heads: by name, in evaluation mode, on the device.
        characters: that the Chinese encoder knows, in the order of its embedding.
        calibrations: by kind of pair.
        model_id: names the weights.
        device: where the heads run.
    """

    dimension = 384

    def __init__(
        self,
        heads: Mapping[str, nn.Module],
        characters: str,
        calibrations: Mapping[str, Calibration],
        model_id: str,
        device: torch.device,
    ) -> None:
        from mmdemo.backbone.chinese_text import CharacterTokenizer

        self._heads = heads
        self._tokenizer = CharacterTokenizer(characters)
        self._calibrations = calibrations
        self.model_id = model_id
        self._device = device

    @classmethod
    def load(cls, folder: Path | None = None, device: str = "cpu") -> JointSpace:
        """Load heads.

        Args:
            folder: holds ``config.json`` and one safetensors file a head; None = `heads_folder`.
            device: ``cpu`` or ``cuda``.

        Raises:
            WeightsMissing: a file is not there.
            WeightsCorrupt: a file is damaged or does not fit its config.
        """
        import torch
        from safetensors import SafetensorError

        from mmdemo.backbone.heads import build_heads

        folder = folder or heads_folder()
        config = read_config(folder)
        try:
            heads = build_heads(config)
            for name, head in heads.items():
                head.load_state_dict(read_head(folder, name), strict=True)
            calibrations = {name: Calibration(**values) for name, values in config["matching"].items()}
            characters = config["chinese"]["characters"]
        except (KeyError, TypeError, ValueError, RuntimeError, AttributeError, SafetensorError) as error:
            raise WeightsCorrupt(path=folder, command=MEND) from error
        for head in heads.values():
            head.to(device).eval().requires_grad_(False)
        return cls(heads, characters, calibrations, config["model_id"], torch.device(device))

    def embed_images(self, tokens: Float32Array) -> Float32Array:
        """Embed pictures.

        Args:
            tokens: [B, 81, 1280] of the image tower.

        Returns:
            [B, 384] unit norm.
        """
        import torch

        return self._embed(
            len(tokens),
            lambda part: self._heads["image"](torch.from_numpy(tokens[part].astype(np.float32)).to(self._device)),
        )

    def embed_english(self, pooled: Float32Array, tokens: Sequence[Float32Array]) -> Float32Array:
        """Embed texts in English, or in whatever script the text tower reads.

        Args:
            pooled: [B, 384] of the text tower.
            tokens: B arrays [T, 384] of its word tokens; T may be 0.

        Returns:
            [B, 384] unit norm.
        """
        import torch

        def run(part: slice) -> torch.Tensor:
            padded, mask = pad_sequences(tokens[part], self.dimension)
            vectors = torch.from_numpy(np.asarray(pooled[part], np.float32))
            output: torch.Tensor = self._heads["english"](
                vectors.to(self._device), padded.to(self._device), mask.to(self._device)
            )
            return output

        return self._embed(len(tokens), run)

    def embed_chinese(self, texts: Sequence[str]) -> Float32Array:
        """Embed Chinese texts, simplified or traditional.

        Args:
            texts: B of any length; past 128 characters they are cut.

        Returns:
            [B, 384] unit norm.
        """

        def run(part: slice) -> torch.Tensor:
            output: torch.Tensor = self._heads["chinese"](self._tokenizer.ids(texts[part]).to(self._device))
            return output

        return self._embed(len(texts), run)

    def embed_audio(self, spans: Sequence[Float32Array]) -> Float32Array:
        """Embed stretches of sound.

        Args:
            spans: B arrays [T, 512] of the audio tower's tokens; the head is trained on 1 to 28 s.

        Returns:
            [B, 384] unit norm.
        """

        def run(part: slice) -> torch.Tensor:
            padded, mask = pad_sequences(spans[part], 512)
            output: torch.Tensor = self._heads["audio"](padded.to(self._device), mask.to(self._device))
            return output

        return self._embed(len(spans), run)

    def _embed(self, count: int, run: Any) -> Float32Array:
        import torch

        if not count:
            return np.zeros((0, self.dimension), np.float32)
        with torch.inference_mode():
            parts = [run(slice(start, start + BATCH)).cpu().numpy() for start in range(0, count, BATCH)]
        return unit_rows(np.concatenate(parts))

    def match_probability(self, similarity: float, first: Modality, second: Modality) -> float:
        """Return how likely two items belong together.

        Args:
            similarity: the dot product of their embeddings.
            first: modality of one; a video counts as its pictures.
            second: modality of the other.

        Returns:
            0..1, calibrated on pairs kept out of the training of the heads.
        """
        kind = "audio-text" if "audio" in (first, second) else "image-text"
        return self._calibrations[kind].probability(similarity)


def pad_sequences(sequences: Sequence[NDArray[np.floating[Any]]], width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Stack sequences of unequal length.

    Args:
        sequences: B arrays [T, D]; one without tokens counts as a single token of zeros.
        width: D.

    Returns:
        [B, T, D] float32 with zeros behind each end, and the mask [B, T], true where a token stands.
    """
    import torch

    lengths = [max(len(sequence), 1) for sequence in sequences]
    padded = torch.zeros((len(sequences), max(lengths), width))
    for row, sequence in zip(padded, sequences, strict=True):
        row[: len(sequence)] = torch.from_numpy(np.asarray(sequence, np.float32))
    return padded, torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
