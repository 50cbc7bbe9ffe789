"""The fast CIDEr-D against counting by hand and against pycocoevalcap."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np
import pytest
from pycocoevalcap.cider.cider import Cider

from mmdemo.generators.consensus import CiderScorer, cider_d

DOG = "a dog runs on the beach".split()
CAT = "two cats sleep under a table".split()
CORPUS = [[DOG, "the brown dog runs".split()], [CAT, "cats below the table".split()], [["red", "bus"]]]


def _random_captions(generator: np.random.Generator, images: int, each: int) -> list[list[list[str]]]:
    # Few words, so that n-grams of every length are repeated within and between captions.
    return [
        [generator.choice(list("abcde"), generator.integers(1, 14)).tolist() for _ in range(each)]
        for _ in range(images)
    ]


def _coco_scores(hypotheses: Sequence[list[str]], references: Sequence[list[list[str]]]) -> np.ndarray:
    found = {i: [" ".join(words)] for i, words in enumerate(hypotheses)}
    wanted = {i: [" ".join(words) for words in several] for i, several in enumerate(references)}
    scores: np.ndarray = Cider().compute_score(wanted, found)[1]
    return scores


@pytest.mark.parametrize("seed", range(5))
def test_scores_equal_coco_caption(seed: int) -> None:
    generator = np.random.default_rng(seed)
    references = _random_captions(generator, images=20, each=5)
    hypotheses = [captions[0] for captions in _random_captions(generator, images=20, each=1)]
    hypotheses[0], hypotheses[1] = [], ["unseen", "words", "only", "here", "a"]
    wanted = _coco_scores(hypotheses, references)
    assert CiderScorer(references).scores(hypotheses, range(20)) == pytest.approx(wanted, abs=1e-9)
    assert cider_d(hypotheses, references) == pytest.approx(wanted.mean(), abs=1e-9)
    assert wanted.max() > 0.5


def test_one_word_is_scored_by_hand() -> None:
    # Two images; “dog” weighs log 2, and so does the unknown “cat”. Cosine of (1, 1) and (1, 0) is 1 / √2, the lengths
    # differ by one bigram, and one of four lengths of n-grams matches.
    scorer = CiderScorer([[["dog"]], [["bus"]]])
    assert scorer.score(["dog"], 0) == pytest.approx(10 / 4)
    assert scorer.score(["dog", "cat"], 0) == pytest.approx(10 / 4 / math.sqrt(2) * math.exp(-1 / 72))


def test_a_repeated_word_counts_once() -> None:
    scorer = CiderScorer([[["dog"]], [["bus"]]])
    assert scorer.score(["dog"] * 3, 0) == pytest.approx(10 / 4 / 3 * math.exp(-4 / 72))


def test_the_reference_itself_scores_highest() -> None:
    scorer = CiderScorer([[DOG], [CAT]])
    assert scorer.score(DOG, 0) == pytest.approx(10)
    assert scorer.score(DOG, 1) < 1
    assert scorer.score(DOG[:-1], 0) < 10


def test_word_order_matters() -> None:
    scorer = CiderScorer(CORPUS)
    assert 0 < scorer.score(DOG[::-1], 0) < scorer.score(DOG, 0)


def test_nothing_scores_nothing() -> None:
    scorer = CiderScorer([*CORPUS, [[]], []])
    assert len(scorer) == 5
    assert [scorer.score([], image) for image in range(5)] == [0] * 5
    assert [scorer.score(DOG, image) for image in (3, 4)] == [0, 0]
    assert scorer.scores([], []).shape == (0,)
    assert math.isnan(cider_d([], []))


def test_a_single_image_cannot_tell_words_apart() -> None:
    assert cider_d([DOG], [[DOG]]) == 0


def test_numbers_score_as_words_do() -> None:
    numbers: dict[Hashable, int] = {}
    coded = [[[numbers.setdefault(word, len(numbers)) for word in words] for words in several] for several in CORPUS]
    hypothesis = "the dog runs on a table".split()
    assert CiderScorer(coded).score([numbers[word] for word in hypothesis], 0) == pytest.approx(
        CiderScorer(CORPUS).score(hypothesis, 0)
    )


def test_references_are_indexed_once() -> None:
    scorer = CiderScorer(CORPUS)
    assert scorer.prepare(0) is scorer.prepare(0)
    assert scorer.score_against(CAT, scorer.prepare_captions(CORPUS[1])) == scorer.score(CAT, 1)


def test_candidates_agree_with_what_most_say() -> None:
    candidates = [DOG, [*DOG[:-1], "sand"], CAT]
    agreement = CiderScorer(CORPUS).agreement(candidates)
    assert agreement.shape == (3,)
    assert agreement.argmin() == 2
    one = CiderScorer(CORPUS)
    against = [one.score_against(DOG, one.prepare_captions([other])) for other in candidates[1:]]
    assert agreement[0] == pytest.approx(np.mean(against))
    assert one.agreement([DOG]).tolist() == [0]
    assert one.agreement([]).shape == (0,)
