"""Batches for the answering network: pictures, the questions about each, and how much each answer weighs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from mmdemo.detection.thing_questions import support_rows
from mmdemo.generators.answer_texts import question_ids
from mmdemo.generators.label_names import LabelReader, unknown_to_detector
from mmdemo.generators.tokenizer import SPECIAL, UNKNOWN, Tokenizer
from mmdemo.training.question_data import TrainingQuestion
from mmdemo.types import CaptionLanguage, Thing

BLIND_SHARE = 0.1
"""Share of the training pictures that come without anything to be seen: so the network learns what questions alone
tell, and its own answers without the picture are a fair baseline."""
WITHOUT_LABELS = 0.15
"""Share of those that come without classes."""
WITHOUT_THINGS = 0.15
"""Share of those that come without what the detector found, as frames of clips do."""
FAVOURED = {"number": 3.0, "colour": 2.0, "label": 2.0}
"""How much rather than others some kinds of questions out of captions are drawn; people ask for them often."""
HIDDEN_WORDS = 0.1
"""Share of the tokens of questions that are hidden: two thousand questions of people are soon known by heart."""
MIRRORED = 0.5
"""Share of those that are mirrored: the grid's columns change places, nearly as if the tower had seen a mirror."""


@dataclass(frozen=True, eq=False)
class PictureTable:
    """What the network reads of pictures, view by view."""

    views: Sequence[torch.Tensor]  # V of [N, 81, I] float16, compressed
    logits: Sequence[torch.Tensor]  # V of [N, 1000] of the tower's own classifier
    embeddings: torch.Tensor  # [N, 384] in the joint space
    names: tuple[str, ...]
    things: Sequence[tuple[Thing, ...]] = ()  # N, that the detector found; none where it did not look


@dataclass(frozen=True, eq=False)
class AnswerBatch:
    """B pictures with K questions about each, all in one language."""

    language: CaptionLanguage
    compressed: torch.Tensor  # [B, 81, I]
    label_ids: torch.Tensor  # [B, L]
    label_probabilities: torch.Tensor  # [B, L]
    classes: torch.Tensor  # [B, 1000]
    embeddings: torch.Tensor  # [B, 384]
    support: torch.Tensor  # [B * K, A] what the detector says to the questions
    ids: torch.Tensor  # [B * K, T]
    ends: torch.Tensor  # [B * K] where ``<answer>`` stands
    targets: torch.Tensor  # [B * K, A] weights of the answers


class BatchMaker:
    """Turns questions into tensors.

    Args:
        pictures: that they are about.
        tokenizer: of the decoder.
        reader: of the classes.
        places: of the answers in the list.
    """

    def __init__(
        self, pictures: PictureTable, tokenizer: Tokenizer, reader: LabelReader, places: Mapping[str, int]
    ) -> None:
        self.pictures = pictures
        self._tokenizer = tokenizer
        self._reader = reader
        self._places = places
        self._answers = list(places)
        self._things: list[tuple[Thing, ...] | None] = list(pictures.things) or [None] * len(pictures.names)

    def batch(
        self, rows: Sequence[int], questions: Sequence[TrainingQuestion], random: np.random.Generator | None
    ) -> AnswerBatch:
        """Make one batch.

        Args:
            rows: of B pictures.
            questions: K about each, those of one picture behind each other.
            random: changes the pictures for training; None leaves them as they are.
        """
        language = questions[0].language
        table = self.pictures
        views = random.integers(len(table.views), size=len(rows)) if random else np.zeros(len(rows), int)
        compressed = torch.stack([table.views[view][row] for view, row in zip(views, rows, strict=True)]).float()
        logits = torch.stack([table.logits[view][row] for view, row in zip(views, rows, strict=True)]).float()
        embeddings = table.embeddings[torch.tensor(list(rows))].clone()
        label_ids, probabilities = self._reader.most_probable(logits)
        classes = logits.softmax(dim=1)
        each = len(questions) // len(rows)
        found = [self._things[row] for row in rows for _ in range(each)]
        outside = (classes * unknown_to_detector()[: classes.shape[1]]).amax(dim=1).repeat_interleave(each).tolist()
        texts = [question.text for question in questions]
        support = support_rows(texts, language, found, self._answers, outside)
        if random is not None:
            compressed = _mirrored(compressed, random)
            hidden = _hidden(len(rows), random)
            compressed = compressed * hidden.seen[:, :, None]
            probabilities, classes = probabilities * hidden.labelled, classes * hidden.labelled
            embeddings = embeddings * hidden.seen
            support = support * hidden.detected.repeat_interleave(each, dim=0)
        ids, ends = question_ids([question.text for question in questions], language, self._tokenizer)
        if random is not None:
            # Only words are hidden: what stands between the prompt, which comes first, and ``<answer>``.
            unread = torch.from_numpy(random.random(tuple(ids.shape)) < HIDDEN_WORDS) & (ids >= len(SPECIAL))
            ids = ids.masked_fill(unread, SPECIAL.index(UNKNOWN))
        return AnswerBatch(
            language,
            compressed,
            label_ids,
            probabilities,
            classes,
            embeddings,
            support,
            ids,
            ends,
            self._targets(questions),
        )

    def _targets(self, questions: Sequence[TrainingQuestion]) -> torch.Tensor:
        targets = torch.zeros(len(questions), len(self._places))
        for row, question in enumerate(questions):
            for answer, weight in question.answers:
                if answer in self._places:
                    targets[row, self._places[answer]] += weight
        return targets


@dataclass(frozen=True, eq=False)
class _Hidden:
    """What of B pictures a training step shows, [B, 1] of 1 and 0."""

    seen: torch.Tensor  # anything at all
    labelled: torch.Tensor  # the classes
    detected: torch.Tensor  # the things


def _hidden(count: int, random: np.random.Generator) -> _Hidden:
    def shown(hidden: float) -> torch.Tensor:
        return torch.from_numpy((random.random(count) >= hidden).astype(np.float32))[:, None]

    seen = shown(BLIND_SHARE)
    return _Hidden(seen, seen * shown(WITHOUT_LABELS), seen * shown(WITHOUT_THINGS))


def _mirrored(compressed: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """Mirror some pictures [B, 81, I]."""
    side = round(compressed.shape[1] ** 0.5)
    mirrored = torch.from_numpy(random.random(len(compressed)) < MIRRORED)
    flipped = compressed.unflatten(1, (side, side)).flip(2).flatten(1, 2)
    return torch.where(mirrored[:, None, None], flipped, compressed)


def people_batches(
    questions: Sequence[TrainingQuestion], size: int, random: np.random.Generator
) -> Iterator[tuple[list[int], list[TrainingQuestion]]]:
    """Go through questions once in random order, one about each picture of a batch; a rest too small is left out."""
    order = random.permutation(len(questions))
    size = min(size, len(order))
    for start in range(0, len(order) - size + 1, size):
        own = [questions[i] for i in order[start : start + size]]
        yield [question.picture for question in own], own


def caption_batches(
    questions: Sequence[TrainingQuestion], pictures: int, each: int, random: np.random.Generator
) -> Iterator[tuple[list[int], list[TrainingQuestion]]]:
    """Go through pictures for ever, some questions about each, kinds drawn evenly and then one of the kind."""
    by_picture: dict[int, dict[str, list[TrainingQuestion]]] = {}
    for question in questions:
        by_picture.setdefault(question.picture, {}).setdefault(question.kind, []).append(question)
    rows = list(by_picture)
    while True:
        order = random.permutation(len(rows))
        pictures = min(pictures, len(order))
        for start in range(0, len(order) - pictures + 1, pictures):
            chosen = [rows[i] for i in order[start : start + pictures]]
            own = []
            for row in chosen:
                pool = [question for few in by_picture[row].values() for question in few]
                weights = np.array([FAVOURED.get(q.kind, 1.0) / len(by_picture[row][q.kind]) ** 0.5 for q in pool])
                drawn = random.choice(len(pool), each, replace=len(pool) < each, p=weights / weights.sum())
                own += [pool[i] for i in drawn]
            yield chosen, own
