"""Answers questions about pictures with the decoder's ``ask`` prompt."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mmdemo.detection.thing_questions import support_rows
from mmdemo.errors import WeightsCorrupt
from mmdemo.generators.answer_calibration import ANSWER_KINDS, answer_kind, calibrated
from mmdemo.generators.answer_files import (
    MEND,
    WEIGHTS_NAME,
    ListedAnswer,
    answers_folder,
    read_answer_list,
    read_answers_config,
)
from mmdemo.types import CaptionLanguage, Encoding, Float32Array, Guess, Thing

if TYPE_CHECKING:  # importing torch takes seconds
    import torch

    from mmdemo.generators.answer_network import AnswerNetwork, Look
    from mmdemo.generators.decoder import DecoderGenerator

QUESTIONS_TOGETHER = 8
"""Questions are padded to a multiple: matrices of a size not met before cost oneDNN 20 ms of compiling."""


@dataclass(frozen=True, eq=False)
class LoadedAnswers:
    """The answering weights in memory."""

    network: AnswerNetwork  # in evaluation mode
    answers: list[ListedAnswer]
    calibration: Mapping[str, Sequence[float]]


@dataclass(frozen=True, eq=False)
class _Read:
    """A picture as the network reads it."""

    look: Look
    evidence: torch.Tensor  # [1, A, 2]
    things: tuple[Thing, ...] | None  # that the detector found
    outside: float  # how probable something is that it has no name for


def load_answers(folder: Path, generator: DecoderGenerator) -> LoadedAnswers:
    """Load the weights on top of a decoder.

    Args:
        folder: of the weights.
        generator: with the decoder that they belong to.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: a file is damaged, does not fit the config, or belongs to another decoder.
    """
    from mmdemo.backbone.head_files import read_head
    from mmdemo.generators.answer_network import AnswerNetwork, AnswerShape

    config = read_answers_config(folder, generator.model_id)
    try:
        network = AnswerNetwork(generator.loaded.network, AnswerShape(**config["shape"]))
        network.load_state_dict(read_head(folder, WEIGHTS_NAME), strict=True)
        answers = read_answer_list(folder)
        calibration = {kind: (float(line[0]), float(line[1])) for kind, line in config["calibration"].items()}
        if len(answers) != network.shape.answers or set(calibration) != set(ANSWER_KINDS):
            raise ValueError("the list or the calibration is of other weights")
    except Exception as error:  # safetensors raises classes of its own for damaged files
        raise WeightsCorrupt(path=folder, command=MEND) from error
    network.to(generator.loaded.network.embedding.device).eval().requires_grad_(False)
    return LoadedAnswers(network, answers, calibration)


class PictureAnswers:
    """Answers questions about encoded pictures; the weights are loaded when first needed.

    Args:
        generator: whose decoder answers.
        folder: of the answering weights; None for `answers_folder`.
    """

    def __init__(self, generator: DecoderGenerator, folder: Path | None = None) -> None:
        self._generator = generator
        self._folder = folder

    @cached_property
    def loaded(self) -> LoadedAnswers:
        """The network with its list of answers."""
        import torch

        with self._generator.lock, torch.inference_mode(False):
            return load_answers(self._folder or answers_folder(), self._generator)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """The answers in English, in order."""
        return tuple(answer.en for answer in self.loaded.answers)

    def answers(
        self, encoding: Encoding, questions: Sequence[str], language: CaptionLanguage, count: int
    ) -> list[tuple[Guess, ...]]:
        """Answer questions (see `mmdemo.generators.base.Generator.answers`)."""
        import torch

        if not questions:
            return []
        loaded = self.loaded
        with self._generator.lock, torch.inference_mode():
            padded = [*questions, *[questions[-1]] * (-len(questions) % QUESTIONS_TOGETHER)]
            logits, _, _ = self._scores(self._read(encoding, language), padded, language)
        spoken = [place for place, answer in enumerate(loaded.answers) if answer.text(language)]
        rows = logits[: len(questions), spoken].softmax(dim=1).cpu().numpy()  # [Q, A']
        return [self._guesses(row, spoken, language)[:count] for row in rows]

    def _guesses(self, row: Float32Array, spoken: Sequence[int], language: CaptionLanguage) -> tuple[Guess, ...]:
        """Put answers of the same words together and say how probable each is."""
        shares: dict[str, float] = {}
        names: dict[str, str] = {}
        for at in np.argsort(-row)[:40].tolist():
            answer = self.loaded.answers[spoken[at]]
            text = answer.text(language)
            shares[text] = shares.get(text, 0.0) + float(row[at])
            names.setdefault(text, answer.en)
        guesses, ceiling = [], 1.0
        for text, share in sorted(shares.items(), key=lambda item: -item[1]):
            # No guess may look more probable than one before it, nor all of them together than certain.
            kept = min(calibrated(names[text], share, self.loaded.calibration), ceiling)
            guesses.append(Guess(text, kept))
            ceiling = min(kept, 1 - sum(guess.probability for guess in guesses))
            if ceiling <= 0:
                break
        return tuple(guesses)

    def _read(self, encoding: Encoding, language: CaptionLanguage) -> _Read:
        import torch

        from mmdemo.generators.label_names import unknown_to_detector

        decoder, reader = self._generator.loaded.network, self._generator.loaded.reader
        device = decoder.embedding.device
        tokens = torch.from_numpy(np.asarray(encoding.tokens, np.float32)).to(device)[None]  # [1, 81, 1280]
        # A picture whose tokens are zeroed shows nothing, as the blind examples of the training.
        seen = float(bool(tokens.any()))
        class_logits = decoder.classifier(tokens.mean(dim=1))
        ids, probabilities = reader.most_probable(class_logits)
        probabilities = probabilities * seen
        network = self.loaded.network
        pieces = reader.pieces(ids, probabilities, language)
        look = network.look(decoder.see(tokens) * seen, ids, probabilities, pieces)
        embedding = encoding.embedding if encoding.embedding is not None else np.zeros(network.shape.vector_width)
        joint = torch.from_numpy(np.asarray(embedding, np.float32)).to(device)[None] * seen
        classes = class_logits.softmax(dim=1)  # [1, 1000]
        evidence = network.evidence(classes * seen, joint)
        outside = float((classes * unknown_to_detector().to(device)).max())
        return _Read(look, evidence, encoding.things if seen else None, outside)

    def _scores(
        self, read: _Read, questions: Sequence[str], language: CaptionLanguage
    ) -> tuple[torch.Tensor, list[torch.Tensor], torch.Tensor]:
        """Return logits [Q, A], each layer's attention [1, N, Q * T, S], and the embedded questions [Q, T, D]."""
        import torch

        from mmdemo.generators.answer_texts import question_ids

        network = self.loaded.network
        ids, ends = question_ids(questions, language, self._generator.loaded.tokenizer)
        device = read.evidence.device
        embedded = network.embed(ids.to(device))
        if torch.is_grad_enabled():
            embedded = embedded.detach().requires_grad_(True)
        last, weights = network.hidden(read.look, embedded, ends.to(device))
        count = len(questions)
        outside = [read.outside] * count
        support = support_rows(questions, language, [read.things] * count, self._names, outside)  # [Q, A]
        return network.logits(last, read.look, read.evidence) + support.to(device), weights, embedded

    def heatmap(self, encoding: Encoding, question: str, answer: str, language: CaptionLanguage) -> Float32Array:
        """Show where the network looked (see `mmdemo.generators.base.Generator.answer_heatmap`).

        The attention to the grid, weighted by its gradient where that is positive (Chefer et al. 2021).
        """
        import torch

        with self._generator.lock:
            with torch.no_grad():
                read = self._read(encoding, language)
            with torch.enable_grad():
                logits, weights, _ = self._scores(read, [question], language)
                gradients = torch.autograd.grad(logits[0].log_softmax(dim=0)[self._place(answer, logits)], weights)
        grid = self._generator.loaded.network.shape.positions
        total = np.full(grid, 1e-9, np.float32)  # what gained from no place is shown evenly
        for attention, gradient in zip(weights, gradients, strict=True):
            gained = (attention.detach() * gradient)[0, :, :, :grid].clamp(min=0).sum(dim=(0, 1))  # [81]
            total += gained.cpu().numpy().astype(np.float32)
        side = math.isqrt(grid)
        found: Float32Array = (total / total.sum()).reshape(side, side).astype(np.float32)
        return found

    def _place(self, answer: str, logits: torch.Tensor) -> int:
        """Return where an answer stands in the list; the best one when it is not of the list."""
        wanted = answer.strip().lower()
        for place, listed in enumerate(self.loaded.answers):
            if wanted in (listed.en, listed.zh):
                return place
        return int(logits[0].argmax())


__all__ = ["LoadedAnswers", "PictureAnswers", "answer_kind", "load_answers"]
