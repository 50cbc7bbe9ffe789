"""Where each known word is said in a stretch of speech, by Qwen3-ForcedAligner: eleven languages, bins of 80 ms.

Nothing here was measured with its real weights; its card gives a mean shift of 42.9 ms.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mmdemo.config import Settings
from mmdemo.errors import ModelUnusable
from mmdemo.generators.hub_processor import control_tokens
from mmdemo.generators.hub_texts import plain_text
from mmdemo.hub.catalogue import HubModel
from mmdemo.hub.failures import loading_failures
from mmdemo.hub.fetched import Fetch, fetched_when_used
from mmdemo.hub.idle import IdleModel
from mmdemo.hub.loading import SAFE, load_model
from mmdemo.types import SAMPLE_RATE, Float32Array, Span
from mmdemo.zero_gpu import LENT, LENT_DEVICE, Recipe, lend

LANGUAGES = frozenset({"zh", "en", "yue", "fr", "de", "it", "ja", "ko", "pt", "ru", "es"})
"""That the model was trained on, as its processor lists them."""
LONGEST_SECONDS = 300.0
"""The model's own limit."""


class NeuralAligner:
    """Aligns words of eleven languages; the model is fetched and loaded when first needed, and goes when it idles.

    Args:
        model: which one (any that ``AutoModelForTokenClassification`` takes and whose processor aligns).
        settings: folders.
        device: what `mmdemo.device.network_device` returned.
        lock: held while the network runs.
        fetch: see `mmdemo.hub.fetched.fetched_when_used`.
    """

    def __init__(
        self,
        model: HubModel,
        settings: Settings,
        device: str,
        lock: threading.RLock,
        fetch: Fetch | None = None,
    ) -> None:
        self._model = model
        self._device = device
        self._lock = lock
        self.held: IdleModel[_Loaded | _Lent] = fetched_when_used(model, settings, lock, self._load, fetch)

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639 codes of the languages it knows."""
        return LANGUAGES

    def _load(self, folder: Path) -> _Loaded | _Lent:
        if self._device == LENT:
            return _Lent(Recipe(_Loaded, (self._model, folder, LENT_DEVICE)))
        return _Loaded(self._model, folder, self._device)

    def align(self, samples: Float32Array, words: Sequence[str]) -> tuple[Span, ...]:
        """Find words in speech that holds nothing but them.

        Args:
            samples: [N] mono at 16 kHz.
            words: as they are spoken, without punctuation.

        Returns:
            One span a word, in seconds from the first sample, in order and inside the stretch; nothing when a word
            cannot be read or the stretch is longer than the model hears.

        Raises:
            HubError: the model cannot be loaded or run.
        """
        duration = len(samples) / SAMPLE_RATE
        if not words or not 0 < duration <= LONGEST_SECONDS:
            return ()
        with self.held.use() as loaded, self._lock:
            return loaded.align(np.asarray(samples, np.float32), words, duration)


@dataclass(frozen=True)
class _Lent:
    """A `_Loaded` on the GPU that ZeroGPU lends for single calls."""

    recipe: Recipe

    def align(self, samples: Float32Array, words: Sequence[str], duration: float) -> tuple[Span, ...]:
        found: tuple[Span, ...] = lend(self.recipe, _Loaded.align, samples, tuple(words), duration)
        return found


class _Loaded:
    """The network with its processor."""

    def __init__(self, model: HubModel, folder: Path, device: str) -> None:
        import transformers

        self._model, self._folder = model, folder
        with loading_failures(model, folder):
            load: Any = transformers.AutoProcessor.from_pretrained
            self._processor = load(folder, **SAFE)
        self._network = load_model(transformers.AutoModelForTokenClassification, model, folder, device)
        if not hasattr(self._processor, "prepare_forced_aligner_inputs"):
            kind = self._network.config.model_type
            raise ModelUnusable(model=model.repository, kind=kind, cause="it does not align words")
        self._controls = control_tokens(self._processor)

    def align(self, samples: Float32Array, words: Sequence[str], duration: float) -> tuple[Span, ...]:
        plain = [plain_text(word, self._controls) for word in words]
        counts = [len(self._processor.split_words_for_alignment(word)) for word in plain]
        if not all(counts):
            return ()
        found = self._times(samples, " ".join(plain))
        if len(found) != sum(counts):
            return ()
        edges = np.clip(np.maximum.accumulate(np.array(found).ravel()), 0.0, duration).reshape(-1, 2)  # [tokens, 2]
        ends = list(itertools.accumulate(counts))
        return tuple(
            Span(float(edges[end - count, 0]), float(edges[end - 1, 1]))
            for end, count in zip(ends, counts, strict=True)
        )

    def _times(self, samples: Float32Array, transcript: str) -> list[tuple[float, float]]:
        """Return start and end of every token that the processor makes of a transcript, in seconds."""
        import torch

        with loading_failures(self._model, self._folder), torch.inference_mode():
            # Without a language the processor cuts at spaces and around Chinese characters, which words are already.
            inputs, tokens = self._processor.prepare_forced_aligner_inputs(audio=samples, transcript=transcript)
            inputs = inputs.to(device=self._network.device, dtype=self._network.dtype)
            logits = self._network(**inputs).logits  # [1, T, bins]
            marker = self._network.config.timestamp_token_id
            if int((inputs["input_ids"][0] == marker).sum()) != 2 * len(tokens[0]):
                return []
            found = self._processor.decode_forced_alignment(logits, inputs["input_ids"], tokens, marker)
        return [(item["start_time"], item["end_time"]) for item in found[0]]
