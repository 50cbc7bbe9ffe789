"""The training of answers on a world of two colours: it learns, goes on after a stop, and is calibrated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mmdemo.evaluation.qa_questions import PeoplesQuestion
from mmdemo.generators.answer_network import AnswerNetwork, AnswerShape
from mmdemo.generators.decoder_network import DecoderShape, PromptedDecoder
from mmdemo.generators.label_names import LabelName, LabelReader
from mmdemo.generators.tokenizer import SPECIAL, UNKNOWN, Tokenizer
from mmdemo.training.answer_batches import BatchMaker, PictureTable, caption_batches, people_batches
from mmdemo.training.answer_calibration import fit_calibration
from mmdemo.training.answer_scores import accuracies, scored, without_picture
from mmdemo.training.answer_stage import AnswerCurve, AnswerTraining, answer_loss, train_answers
from mmdemo.training.loop import Schedule
from mmdemo.training.question_data import TrainingQuestion, with_weights

ANSWERS = ["yes", "no", "red", "blue", "2", "3"]
PICTURES = 40
SCHEDULE = Schedule(epochs=3, batch_size=8, learning_rate=1e-2, weight_decay=0.0, smoothing=0.0, average_decay=0.9)


def _question(row: int) -> PeoplesQuestion:
    answer = "red" if row % 2 else "blue"
    return PeoplesQuestion(row, f"{row}.png", "train", "what color is it", "other", "what color", (answer,) * 10)


def _training(seed: int = 0) -> AnswerTraining:
    torch.manual_seed(seed)
    tokenizer = Tokenizer.train(["what color is it", "is it red", "是什么颜色"] * 4, 320)
    shape = DecoderShape(
        vocabulary=tokenizer.size,
        width=16,
        heads=2,
        layers=1,
        token_width=12,
        compressed=8,
        positions=9,
        classes=3,
        class_width=5,
        labels=2,
        pieces=2,
        length=32,
    )
    network = AnswerNetwork(PromptedDecoder(shape), AnswerShape(len(ANSWERS), 4, 2, 5))
    reader = LabelReader(tokenizer, shape, (LabelName("a", "甲"), LabelName("b", "乙"), LabelName("c", "丙")))
    # Against the sign of every second channel, as what all channels share is normed away.
    signs = torch.tensor([1.0, -1.0] * 4)
    shades = torch.tensor([1.0 if row % 2 else -1.0 for row in range(PICTURES)])[:, None, None] * signs
    table = PictureTable(
        [(torch.randn(PICTURES, 9, 8) * 0.2 + shades).half()],
        [torch.zeros(PICTURES, 3)],
        torch.nn.functional.normalize(torch.randn(PICTURES, 5), dim=1),
        tuple(f"{row}.png" for row in range(PICTURES)),
    )
    maker = BatchMaker(table, tokenizer, reader, {answer: place for place, answer in enumerate(ANSWERS)})
    asked = [(_question(row), with_weights(_question(row), row)) for row in range(PICTURES)]
    closed = [
        TrainingQuestion(row, "is it red", "en", "colour", (("yes" if row % 2 else "no", 1.0),))
        for row in range(PICTURES)
    ]
    return AnswerTraining(
        network,
        reader,
        maker,
        maker,
        [question for _, question in asked[:30]],
        lambda language, seed: [replace(one, language=language) for one in closed[:30]],
        lambda language, seed: [],
        asked[30:],
        {"en": closed[30:], "zh": [replace(one, language="zh") for one in closed[30:]]},
        ANSWERS,
        ("en", "zh"),
    )


def _run(training: AnswerTraining, path: Path, epochs: int = 3, resume: bool = False) -> list[AnswerCurve]:
    schedule = replace(SCHEDULE, epochs=epochs)
    return train_answers(training, schedule, 25, 0, path / "state.pt", resume, lambda curve: None)


def test_it_learns_what_only_the_picture_tells(tmp_path: Path) -> None:
    training = _training()
    curves = _run(training, tmp_path)
    assert curves[-1].overall > 90
    assert curves[-1].blind <= 60
    assert max(curve.captions_en for curve in curves) > 90
    assert set(fit_calibration(training)) == {"closed", "number", "other"}


def test_a_stopped_training_goes_on_where_it_was(tmp_path: Path) -> None:
    whole = _run(_training(), tmp_path / "whole", 2)
    schedule = replace(SCHEDULE, epochs=2)
    stopped = _training()

    class Stop(Exception):
        pass

    def stop(curve: AnswerCurve) -> None:
        if curve.epoch == 1:
            raise Stop

    with pytest.raises(Stop):
        train_answers(stopped, schedule, 25, 0, tmp_path / "state.pt", False, stop)
    resumed = _run(_training(), tmp_path, 2, resume=True)
    assert [curve.loss for curve in resumed] == pytest.approx([curve.loss for curve in whole], rel=1e-3)


def test_a_question_whose_answers_are_not_listed_counts_nothing() -> None:
    logits = torch.randn(2, 4, requires_grad=True)
    targets = torch.tensor([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    loss = answer_loss(logits, targets, 0.0)
    assert float(loss.detach()) == pytest.approx(-float(logits.detach()[0].log_softmax(0)[1]))
    loss.backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert not logits.grad[1].any()


def test_blind_scores_do_not_depend_on_the_picture() -> None:
    training = _training()
    own = [question for _, question in training.held_out]
    network = training.network.eval()
    blind = scored(network, training.reader, training.people, own, blind=True)
    assert np.allclose(blind, blind[0], atol=1e-2)
    seen = scored(network, training.reader, training.people, own)
    assert not np.allclose(seen, seen[0], atol=1e-2)
    batch = training.people.batch([0], own[:1], None)
    assert not without_picture(batch).compressed.any()


def test_the_accuracy_is_that_of_the_best_answer() -> None:
    people = [_question(0), _question(1)]
    logits = np.zeros((2, len(ANSWERS)), np.float32)
    logits[0, 3], logits[1, 3] = 1.0, 1.0  # blue, which is right for the first alone
    found = accuracies(logits, people, ANSWERS)
    assert found["overall"] == found["other"] == 50.0
    assert found["number"] == 0.0


def test_only_words_are_hidden_while_training() -> None:
    training = _training()
    asked = [question for _, question in training.held_out] * 5
    batch = training.people.batch([q.picture for q in asked], asked, np.random.default_rng(0))
    plain = training.people.batch([q.picture for q in asked], asked, None)
    changed = batch.ids != plain.ids
    assert changed.any()
    assert set(batch.ids[changed].tolist()) == {SPECIAL.index(UNKNOWN)}
    assert (plain.ids[changed] >= len(SPECIAL)).all()


def test_batches_of_captions_bring_as_many_questions_for_every_picture() -> None:
    asked = [TrainingQuestion(row % 4, f"q{row}", "en", "colour", (("red", 1.0),)) for row in range(10)]
    rows, questions = next(caption_batches(asked, 3, 5, np.random.default_rng(0)))
    assert [question.picture for question in questions] == [row for row in rows for _ in range(5)]
    seen = [q for _, own in people_batches(asked, 4, np.random.default_rng(0)) for q in own]
    assert len(seen) == 8 and len({question.text for question in seen}) == 8
