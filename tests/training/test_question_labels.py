"""Questions out of classes, and the tables of pictures that are kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from mmdemo.generators.label_names import label_names
from mmdemo.training.answer_batches import PictureTable
from mmdemo.training.answer_data import kept_table
from mmdemo.training.question_labels import GROUPS, NAMED, label_asks
from mmdemo.training.question_words import concept_named


def _logits(classes: list[int | None]) -> np.ndarray:
    logits = np.zeros((len(classes), 1000), np.float32)
    for row, class_ in enumerate(classes):
        if class_ is not None:
            logits[row, class_] = 12.0
    return logits


def test_groups_hold_classes_of_their_name() -> None:
    names = label_names()
    for group, class_ in (("zebra", 340), ("airplane", 404), ("cow", 345), ("dog", 207), ("bus", 779), ("cat", 281)):
        assert NAMED[class_] == group
    assert names[340].en == "zebra"
    assert all(concept_named(group) for group in GROUPS)


def test_only_pictures_of_a_sure_class_are_asked_about() -> None:
    asks = label_asks(_logits([340, None, 207, 963]), [0, 1, 2, 3], np.random.default_rng(0))
    assert {ask.picture for ask in asks} == {0, 2, 3}
    named = {ask.picture: ask.answers[0][0] for ask in asks if ask.kind == "label"}
    assert named[0] == "zebra" and named[2] == "dog"
    assert named[3] == label_names()[963].en.lower()


def test_what_is_asked_in_vain_is_not_the_pictures_own() -> None:
    asks = label_asks(_logits([340, 207, 281, 404] * 5), list(range(20)), np.random.default_rng(0))
    own = {row: name for row, name in enumerate(["zebra", "dog", "cat", "airplane"] * 5)}
    checks = [ask for ask in asks if ask.kind == "label-check"]
    assert {ask.answers[0][0] for ask in checks} == {"yes", "no"}
    for ask in checks:
        assert (ask.about[0] == concept_named(own[ask.picture])) == (ask.answers[0][0] == "yes")


def test_held_out_pictures_are_not_asked_about() -> None:
    assert {ask.picture for ask in label_asks(_logits([340, 207]), [1], np.random.default_rng(0))} == {1}


def test_a_table_is_made_once_and_comes_back_the_same(tmp_path: Path) -> None:
    table = PictureTable([torch.randn(2, 81, 4).half()], [torch.randn(2, 6).half()], torch.randn(2, 5), ("a", "b"))
    made: list[int] = []

    def make() -> PictureTable:
        made.append(1)
        return table

    for _ in range(2):
        found = kept_table(tmp_path / "deep" / "table.pt", make)
        assert torch.equal(found.views[0], table.views[0])
        assert torch.equal(found.logits[0], table.logits[0])
        assert torch.equal(found.embeddings, table.embeddings)
        assert found.names == table.names
    assert made == [1]
