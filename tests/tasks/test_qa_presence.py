"""Whether things show: the joint space's calibrated probability, and the generator as second witness."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmdemo.runtime import Models
from mmdemo.tasks.qa_presence import closed_question, confirmed_presence, phrase_embedding, presence
from mmdemo.types import Encoding
from tests.fakes import FakeGenerator
from tests.tasks.picture_backbone import WIDTH, colour_vector
from tests.tasks.qa_fakes import ask_models

PICTURE = Encoding("image", np.zeros((81, 4), np.float32), np.zeros((81, 4), np.float32), "m", "0" * 64)
RED = colour_vector(np.full((2, 2, 3), (230, 20, 20), np.uint8))
GREEN = colour_vector(np.full((2, 2, 3), (20, 230, 20), np.uint8))


def with_generator(present: tuple[str, ...] | None, probability: float) -> Models:
    return replace(ask_models()[0], generator=FakeGenerator(present, probability))


def test_what_is_near_is_there() -> None:
    backbone = ask_models()[0].backbone
    red, green = presence("red wall", "en", [RED, GREEN], backbone)
    assert red > 0.9 and green < 0.2
    assert presence("红色的墙", "zh", np.stack([RED, GREEN]), backbone)[0] > 0.9
    assert np.linalg.norm(phrase_embedding("red wall", "en", backbone)) == pytest.approx(1.0)


def test_pictures_that_are_near_to_every_text_are_held_against_it() -> None:
    axis = np.eye(WIDTH, dtype=np.float32)[WIDTH - 1]
    backbone = ask_models()[0].backbone
    backbone.text_vectors = lambda text: RED if "red" in text else axis  # type: ignore[attr-defined]
    mixed = (RED + axis) / np.float32(np.sqrt(2))
    as_picture = presence("red wall", "en", [mixed], backbone, "image")[0]
    as_sound = presence("red wall", "en", [mixed], backbone, "audio")[0]
    assert as_picture < as_sound, "the labels know pictures only"
    assert presence("red wall", "en", [RED], backbone)[0] > 0.9, "this one is not near to them"


def test_the_second_witness_confirms_or_doubts() -> None:
    sure, doubting = with_generator(("dog",), 0.9), with_generator(("cat",), 0.9)
    assert confirmed_presence("dog", "en", PICTURE, 0.6, sure) > 0.6
    assert confirmed_presence("dog", "en", PICTURE, 0.6, doubting) < 0.55
    assert confirmed_presence("狗", "zh", PICTURE, 0.6, with_generator(("狗",), 0.9)) > 0.6


def test_the_hopeless_is_not_asked_about() -> None:
    models = with_generator(None, 0.9)
    assert confirmed_presence("dog", "en", PICTURE, 0.01, models) == 0.01
    assert models.generator.asked == []  # type: ignore[attr-defined]


def test_questions_to_the_witness() -> None:
    assert closed_question("the dog", "en") == "is there a dog in the picture?"
    assert closed_question("children playing", "en") == "is there children playing in the picture?"
    assert closed_question("狗", "zh") == "图里有狗吗"
