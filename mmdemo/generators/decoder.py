"""The local profile's generator: our decoder behind the `mmdemo.generators.base.Generator` protocol."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mmdemo.errors import WeightsCorrupt
from mmdemo.generators.base import Candidate, CaptionPrompt, NamedThing, Sampling
from mmdemo.generators.decoder_files import MEND, TOKENIZER_FILE, WEIGHTS_NAME, read_decoder_config
from mmdemo.types import CaptionLanguage, Encoding, Float32Array, Guess, WordHeatmap

if TYPE_CHECKING:  # importing torch takes seconds
    import torch

    from mmdemo.generators.answering import PictureAnswers
    from mmdemo.generators.decoder_network import Memory, PromptedDecoder, Sight
    from mmdemo.generators.expected_ngrams import ExpectedNgrams
    from mmdemo.generators.label_names import LabelReader
    from mmdemo.generators.tokenizer import Tokenizer

BEAMS = 8


@dataclass(frozen=True, eq=False)
class LoadedDecoder:
    """A decoder in memory."""

    network: PromptedDecoder  # in evaluation mode, on the device
    tokenizer: Tokenizer
    reader: LabelReader


def load_decoder(folder: Path, device: str) -> LoadedDecoder:
    """Load weights and tokenizer.

    Args:
        folder: see `mmdemo.generators.decoder_files`.
        device: where the network runs.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: a file is damaged or does not fit the config.
    """
    import torch

    from mmdemo.backbone.head_files import read_head
    from mmdemo.generators.decoder_network import DecoderShape, PromptedDecoder
    from mmdemo.generators.label_names import LabelReader, label_names
    from mmdemo.generators.tokenizer import Tokenizer

    config = read_decoder_config(folder)
    try:
        shape = DecoderShape(**config["shape"])
        network = PromptedDecoder(shape)
        network.load_state_dict(read_head(folder, WEIGHTS_NAME), strict=True)
        tokenizer = Tokenizer.load(folder / TOKENIZER_FILE)
    except Exception as error:  # tokenizers and safetensors raise classes of their own for damaged files
        raise WeightsCorrupt(path=folder, command=MEND) from error
    network.to(torch.device(device)).eval().requires_grad_(False)
    return LoadedDecoder(network, tokenizer, LabelReader(tokenizer, shape, label_names()))


class DecoderGenerator:
    """Writes captions with the decoder that is trained here; it is loaded when first needed.

    Args:
        folder: of the weights.
        device: where the network runs.
        lock: held while it does.
        with_labels: whether it reads the image tower's classes; evaluation measures what they give.
    """

    def __init__(self, folder: Path, device: str, lock: threading.RLock, with_labels: bool = True) -> None:
        self._with_labels = with_labels
        self._folder = folder
        self._device_name = device
        self._lock = lock

    @property
    def lock(self) -> threading.RLock:
        """Held while the network runs."""
        return self._lock

    @cached_property
    def _answering(self) -> PictureAnswers:
        from mmdemo.generators.answering import PictureAnswers

        return PictureAnswers(self)

    @property
    def beams(self) -> int:
        """How many candidates are searched: eight, as the ranking finds a better one among them (the model card)."""
        return BEAMS

    @cached_property
    def model_id(self) -> str:
        """Name of the weights."""
        return str(read_decoder_config(self._folder)["model_id"])

    @cached_property
    def loaded(self) -> LoadedDecoder:
        """The network with its tokenizer and labels."""
        import torch

        # Weights made in inference mode could not serve the gradients of heatmaps.
        with self._lock, torch.inference_mode(False):
            return load_decoder(self._folder, self._device_name)

    def captions(
        self, encodings: Sequence[Encoding], prompts: Sequence[CaptionPrompt], sampling: Sampling
    ) -> list[list[Candidate]]:
        """Write candidates for each pair of encoding and prompt (see the protocol)."""
        import torch

        from mmdemo.generators.search import beam_search, sample

        with self._lock, torch.inference_mode():
            memory = self.memory(encodings, [prompt.language for prompt in prompts])
            ids = torch.tensor([self.prompt_ids(prompt) for prompt in prompts], device=self._device)
            if sampling.nucleus is None:
                found = beam_search(self.loaded.network, memory, ids, sampling.count)
            else:
                generator = torch.Generator(self._device).manual_seed(sampling.seed)
                options = (sampling.count, generator, sampling.nucleus, sampling.temperature)
                found = sample(self.loaded.network, memory, ids, *options)
            means = (found.log_probabilities / found.lengths().clamp(min=1)).tolist()
            every = zip(encodings, prompts, found.ids.tolist(), means, strict=True)
            return [self._candidates(*one) for one in every]

    def _candidates(
        self, encoding: Encoding, prompt: CaptionPrompt, rows: Sequence[Sequence[int]], means: Sequence[float]
    ) -> list[Candidate]:
        import torch

        best: dict[str, float] = {}
        for ids, mean in zip(rows, means, strict=True):
            text = self.loaded.tokenizer.text(ids)
            if text:
                best[text] = max(mean, best.get(text, mean))
        expected = self._expected.get(prompt.language)
        scores = [0.0] * len(best)
        if expected is not None and best:
            tokens = torch.from_numpy(np.asarray(encoding.tokens, np.float32))  # [81, 1280]
            scores = expected.scores(tokens, self.loaded.tokenizer.ids(list(best)))
        found = [Candidate(text, mean, score) for (text, mean), score in zip(best.items(), scores, strict=True)]
        return sorted(found, key=lambda one: -one.log_probability)

    @cached_property
    def _expected(self) -> dict[str, ExpectedNgrams]:
        from mmdemo.generators.expected_ngrams import load_expected_ngrams

        return load_expected_ngrams(self._folder / TOKENIZER_FILE)

    @property
    def _device(self) -> torch.device:
        return self.loaded.network.embedding.device

    def prompt_ids(self, prompt: CaptionPrompt) -> list[int]:
        """Return the tokens of a prompt; an open length is told by the task standing twice."""
        return self.loaded.tokenizer.prompt(f"caption:{prompt.language}", prompt.length) * (1 if prompt.length else 2)

    def sights(self, encodings: Sequence[Encoding]) -> tuple[Sight, torch.Tensor, torch.Tensor]:
        """Let the network read pictures; returns what it sees, and the classes [B, L] with their probabilities."""
        import torch

        distinct = list({id(encoding): encoding for encoding in encodings}.values())
        tokens = torch.from_numpy(np.stack([np.asarray(encoding.tokens, np.float32) for encoding in distinct]))
        tokens = tokens.to(self._device)  # [U, 81, 1280]
        ids, probabilities = self.loaded.reader.most_probable(self.loaded.network.classifier(tokens.mean(dim=1)))
        probabilities = probabilities * float(self._with_labels)
        sight = self.loaded.network.sight(self.loaded.network.see(tokens), ids, probabilities)
        places = {id(encoding): place for place, encoding in enumerate(distinct)}
        rows = torch.tensor([places[id(encoding)] for encoding in encodings], device=self._device)
        return type(sight)(sight.tokens[rows], sight.mask[rows]), ids[rows], probabilities[rows]

    def memory(self, encodings: Sequence[Encoding], languages: Sequence[CaptionLanguage]) -> Memory:
        """Return what the network attends to when it writes about pictures, each in a language."""
        import torch

        sight, ids, probabilities = self.sights(encodings)
        pieces = torch.cat(
            [
                self.loaded.reader.pieces(ids[i : i + 1], probabilities[i : i + 1], own)
                for i, own in enumerate(languages)
            ]
        )
        return self.loaded.network.memory(sight, pieces)

    def names(self, encoding: Encoding) -> tuple[NamedThing, ...]:
        """Name what a picture shows by the image tower's own classes (see the protocol)."""
        import torch

        from mmdemo.generators.label_names import label_names

        with self._lock, torch.inference_mode():
            tokens = torch.from_numpy(np.asarray(encoding.tokens, np.float32)).to(self._device)  # [81, 1280]
            logits = self.loaded.network.classifier(tokens.mean(dim=0, keepdim=True))
            ids, probabilities = self.loaded.reader.most_probable(logits)
        found = zip(ids[0].tolist(), probabilities[0].tolist(), strict=True)
        return tuple(NamedThing(label_names()[i].en, label_names()[i].zh, p) for i, p in found if p > 0)

    def heatmaps(self, encoding: Encoding, text: str, language: CaptionLanguage) -> tuple[WordHeatmap, ...]:
        """Show where the network looked for each word (see the protocol)."""
        import torch

        from mmdemo.generators.heatmaps import word_heatmaps

        with self._lock, torch.no_grad():
            return word_heatmaps(self, encoding, text, language)

    def answers(
        self, encoding: Encoding, questions: Sequence[str], language: CaptionLanguage, count: int = 5
    ) -> list[tuple[Guess, ...]]:
        """Answer questions about a picture (see the protocol)."""
        return self._answering.answers(encoding, questions, language, count)

    def answer_heatmap(self, encoding: Encoding, question: str, answer: str, language: CaptionLanguage) -> Float32Array:
        """Show where in the picture the network looked for an answer (see the protocol)."""
        return self._answering.heatmap(encoding, question, answer, language)
