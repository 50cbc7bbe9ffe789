"""Captions of a picture: ranking, styles, doubt; and with the real models on real pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmdemo.config import settings
from mmdemo.errors import WrongMediaKind
from mmdemo.evaluation.sample_media import sample
from mmdemo.generators.base import Candidate, NamedThing
from mmdemo.media import load_image
from mmdemo.runtime import Models, models
from mmdemo.tasks.caption_ranking import RankedCaption, RankingWeights, rank_candidates, rank_scores
from mmdemo.tasks.caption_text import ALT_TEXT_CHARACTERS, as_alt_text, as_sentence, detailed
from mmdemo.tasks.captioning import CaptionRequest, caption
from mmdemo.tasks.unfamiliar_pictures import everyday_labels, nearest_labels
from mmdemo.training.caption_ranking import amid_good_ones, weights_at
from mmdemo.types import Encoding, Float32Array, Image
from tests.fakes import FakeFamiliarity, FakeGenerator, fake_models
from tests.tasks.picture_backbone import PictureBackbone, text_vector


def _picture(colour: tuple[int, int, int] = (230, 20, 20)) -> Image:
    return Image(np.full((8, 8, 3), colour, np.uint8), "red.png", "1" * 64)


def _models(foreign: float = 0.0, backbone: PictureBackbone | None = None) -> Models:
    found = fake_models(backbone or PictureBackbone())  # type: ignore[arg-type]
    return replace(found, familiarity=FakeFamiliarity(foreign))


def _ranked(text: str, probability: float = 0.9) -> RankedCaption:
    return RankedCaption(text, -1.0, 0.5, probability)


def test_each_language_has_as_many_captions_as_were_asked_for_best_first() -> None:
    found = caption(_picture(), _models(), CaptionRequest(("en", "zh"), count=3))
    assert [one.language for one in found.captions] == ["en"] * 3 + ["zh"] * 3
    assert found.of("en")[0].text == "Caption 0 of None."
    assert found.of("zh")[0].text == "描述0。"
    assert found.labels == () and not any(one.heatmaps for one in found.captions)


def test_the_best_caption_of_each_language_is_explained_when_asked_for() -> None:
    found = caption(_picture(), _models(), CaptionRequest(("en", "zh"), count=2, explain=True))
    assert [bool(one.heatmaps) for one in found.captions] == [True, False, True, False]
    assert [heatmap.word for heatmap in found.captions[0].heatmaps] == ["caption", "0", "of", "None"]


def test_the_joint_space_puts_what_fits_the_picture_first() -> None:
    backbone = PictureBackbone()
    encoding = backbone.encode(_picture())
    toward = {"far": 0.0, "near": 0.9}

    def vectors(text: str) -> Float32Array:
        assert encoding.embedding is not None
        mixed = toward[text] * encoding.embedding + (1 - toward[text]) * text_vector(text)
        return (mixed / np.linalg.norm(mixed)).astype(np.float32)

    backbone.text_vectors = vectors
    candidates = [Candidate("far", -0.9), Candidate("near", -1.0)]
    ranked = rank_candidates(encoding, [candidates], ["en"], backbone)[0]  # type: ignore[arg-type]
    assert [one.text for one in ranked] == ["near", "far"]


def test_the_ranking_is_the_sum_of_its_parts() -> None:
    random = np.random.default_rng(0)
    embeddings = random.standard_normal((4, 6))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    own, similarities, expected = random.random(4), random.random(4), random.random(4)
    scores = rank_scores(own, similarities, embeddings, expected, RankingWeights(2.0, 3.0, 4.0))
    for i in range(4):
        agreement = np.mean([embeddings[i] @ embeddings[j] for j in range(4) if j != i])
        assert scores[i] == pytest.approx(own[i] + 2 * similarities[i] + 3 * agreement + 4 * expected[i])


def test_weights_amid_good_ones_are_preferred_to_a_lucky_one() -> None:
    places = [(i, j, k) for i in range(5) for j in range(5) for k in range(5)]
    ciders = {p: 0.6 if max(abs(np.subtract(p, (3, 3, 3)))) <= 1 else 0.5 for p in places}
    assert amid_good_ones({**ciders, (0, 0, 0): 0.7}) == (3, 3, 3)
    assert weights_at((3, 0, 1)) == RankingWeights(2.0, 0.0, 0.5)


def test_an_unfamiliar_picture_is_doubted_and_offered_labels() -> None:
    sure, doubted = (caption(_picture(), _models(foreign)) for foreign in (0.1, 0.9))
    assert doubted.captions[0].score < sure.captions[0].score
    assert len(doubted.labels) == 3
    assert any("unlike" in reason.en for reason in doubted.reasons)
    assert not any("unlike" in reason.en for reason in sure.reasons)


def test_what_the_classifier_is_sure_of_is_offered_before_the_nearest_labels() -> None:
    class Sure(FakeGenerator):
        def names(self, encoding: Encoding) -> tuple[NamedThing, ...]:
            return NamedThing("cheetah", "猎豹", 0.9), NamedThing("mop", "拖把", 0.1)

    backbone = PictureBackbone()
    found = nearest_labels(backbone.encode(_picture()), backbone, Sure())  # type: ignore[arg-type]
    assert (found[0].en, found[0].zh) == ("cheetah", "猎豹")
    assert all((one.en, one.zh) in everyday_labels() for one in found[1:])
    assert found[1].similarity >= found[2].similarity


def test_only_pictures_have_captions() -> None:
    clip = Encoding("audio", np.zeros((1, 4)), np.zeros((1, 2), np.float32), "m", "0" * 64)
    with pytest.raises(WrongMediaKind):
        caption(clip, _models())


def test_sentences_in_both_languages() -> None:
    assert as_sentence("a dog and i", "en") == "A dog and I."
    assert as_sentence("一只狗", "zh") == "一只狗。"


@pytest.mark.parametrize(
    ("text", "language", "unsure", "expected"),
    [
        ("a picture of two dogs", "en", False, "Two dogs"),
        ("there is a dog", "en", True, "Possibly a dog"),
        ("图中有一只狗", "zh", False, "一只狗"),
        ("一只狗", "zh", True, "可能是：一只狗"),
    ],
)
def test_alt_text_comes_to_the_point_and_admits_doubt(text: str, language: str, unsure: bool, expected: str) -> None:
    assert as_alt_text(text, language, unsure) == expected  # type: ignore[arg-type]


def test_alt_text_is_cut_between_words() -> None:
    text = as_alt_text("word " * 40, "en", False)
    assert len(text) <= ALT_TEXT_CHARACTERS and text.endswith("word")


def test_details_come_from_a_candidate_that_says_something_else_and_fits() -> None:
    first = _ranked("a man rides a red bike")
    same, other, unfit = _ranked("a man rides a bike"), _ranked("trees near water"), _ranked("two cats asleep", 0.1)
    assert detailed(first, [first, same, unfit, other], "en") == "A man rides a red bike. Trees near water."
    assert detailed(first, [first, same, unfit], "en") == "A man rides a red bike."


@pytest.mark.real
def test_real_pictures_are_named_or_flagged() -> None:
    limits = settings().limits
    lion = caption(load_image(sample("images/lion.jpg"), limits), models(), CaptionRequest(("en", "zh"), explain=True))
    assert "lion" in lion.of("en")[0].text and lion.of("zh")[0].text.endswith("。")
    assert [heatmap.word for heatmap in lion.of("en")[0].heatmaps] == lion.of("en")[0].text.lower().strip(".").split()
    for name in ("images/logo.png", "images/screenshot.gif", "images/cheetah.jpg"):
        found = caption(load_image(sample(name), limits), models())
        assert found.foreign >= models().familiarity.threshold and found.reasons and found.labels
    assert found.labels[0].en == "cheetah"


@pytest.mark.real
def test_an_encoded_picture_is_not_encoded_again() -> None:
    picture = load_image(sample("images/lion.jpg"), settings().limits)
    backbone = models().backbone
    encoding = backbone.encode(picture)
    first = caption(encoding, models())
    misses = backbone.statistics().misses
    again = caption(picture, models())
    assert again.captions[0].text == first.captions[0].text
    assert backbone.statistics().misses == misses
