"""Labels and pairs against a backbone that reads file names."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmdemo.config import Limits
from mmdemo.errors import DuplicateLabel, EmptyLabel, EmptyText, InputError, NoLabels, TextTooLong, TooManyLabels
from mmdemo.evaluation.sample_media import sample
from mmdemo.media import open_media
from mmdemo.tasks.pair_matching import match
from mmdemo.tasks.zero_shot import LABEL_LIMIT, check_labels, classify
from tests.tasks.word_backbone import WordBackbone

LION = sample("images/lion.jpg")
SAX = sample("audio/sax.wav")


def test_the_label_that_fits_comes_first() -> None:
    found = classify(open_media(LION, Limits()), ["tower", "lion", "狮"], WordBackbone())
    assert found.labels[0].label == "lion" and {score.label for score in found.labels} == {"tower", "lion", "狮"}
    assert sum(score.probability for score in found.labels) == pytest.approx(1.0)
    similarities = [score.similarity for score in found.labels]
    assert similarities == sorted(similarities, reverse=True) and found.fit > 0.9 and found.reasons == ()


def test_an_encoding_is_taken_in_place_of_the_media() -> None:
    backbone = WordBackbone()
    encoding = backbone.encode(open_media(SAX, Limits()))
    assert classify(encoding, ["sax", "drum"], backbone).labels[0].label == "sax"
    assert backbone.encoded == ["sax"]


def test_labels_that_do_not_fit_and_close_calls_are_told() -> None:
    found = classify(open_media(LION, Limits()), ["tower", "bridge"], WordBackbone())
    assert any("perhaps none of them is right" in reason.en for reason in found.reasons)
    close = classify(open_media(LION, Limits()), ["lion lions", "lions lion"], WordBackbone())
    assert any("about equally well" in reason.en for reason in close.reasons)


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([], NoLabels, "no labels"),
        (["one"], NoLabels, "at least two"),
        (["a", "  "], EmptyLabel, "Label 2 is empty"),
        (["cat", "dog", " Cat "], DuplicateLabel, "“Cat” is there twice"),
        ([str(n) for n in range(1000)], TooManyLabels, f"1000 labels; the limit is {LABEL_LIMIT}"),
        (["a", "b" * 5000], TextTooLong, "5000 characters"),
    ],
)
def test_labels_that_cannot_be_used_are_sentences(labels: list[str], error: type[InputError], message: str) -> None:
    with pytest.raises(error, match=message):
        classify(open_media(LION, Limits()), labels, WordBackbone())


def test_braces_in_a_label_are_text() -> None:
    assert check_labels(["{0}", "{x}"], Limits()) == ("{0}", "{x}")
    assert classify(open_media(LION, Limits()), ["{0} lion", "{x}"], WordBackbone()).labels[0].label == "{0} lion"


def test_a_text_matches_what_it_describes() -> None:
    picture = open_media(LION, Limits())
    fits, other = match("a lion", picture, WordBackbone()), match("a tower", picture, WordBackbone())
    assert fits.probability > 0.8 > 0.3 > other.probability and fits.similarity > other.similarity
    assert fits.reasons == () == other.reasons


def test_a_match_without_a_text_or_media_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(EmptyText):
        match("  ", open_media(LION, Limits()), WordBackbone())
    with pytest.raises(InputError):
        match("a lion", open_media(tmp_path / "none.png", Limits()), WordBackbone())
