"""Caption metrics against counting by hand and brute force."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from mmdemo.errors import PackageMissing
from mmdemo.evaluation import caption_metrics
from mmdemo.evaluation.caption_metrics import caption_words, distinct_share, score_captions
from mmdemo.generators.consensus import cider_d

DOG = "a dog runs on the beach".split()
CAT = "two cats sleep under a table".split()


def _ngrams(words: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[i : i + size]) for i in range(len(words) - size + 1))


def _bleu(hypotheses: Sequence[list[str]], references: Sequence[list[list[str]]], longest: int) -> float:
    precisions = []
    for size in range(1, longest + 1):
        hits = guesses = 0
        for words, several in zip(hypotheses, references, strict=True):
            for ngram, count in _ngrams(words, size).items():
                hits += min(count, max(_ngrams(other, size)[ngram] for other in several))
                guesses += count
        precisions.append(hits / guesses)
    length = sum(map(len, hypotheses))
    closest = sum(
        min((abs(len(other) - len(words)), len(other)) for other in several)[1]
        for words, several in zip(hypotheses, references, strict=True)
    )
    brevity = min(1.0, math.exp(1 - closest / length))
    return brevity * math.prod(precisions) ** (1 / longest)


def _common_subsequence(a: list[str], b: list[str]) -> int:
    if not a or not b:
        return 0
    if a[-1] == b[-1]:
        return 1 + _common_subsequence(a[:-1], b[:-1])
    return max(_common_subsequence(a[:-1], b), _common_subsequence(a, b[:-1]))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A black-and-white dog , running .", "a black-and-white dog running"),
        ("The man's dogs aren't here; they're “fine”!", "the man 's dogs are n't here they 're fine"),
        ("The boys’ toys — and Mr. Smith's hat …", "the boys toys and mr. smith 's hat"),
        ("At 3:30 p.m. it costs $5.50, or 50% off.", "at 3:30 p.m. it costs $ 5.50 or 50 % off"),
        ("We cannot say 'tis five o'clock", "we can not say 't is five o'clock"),
        ("brown,the other (white).One and/or two", "brown the other -lrb- white -rrb- one and/or two"),
        ("  \n", ""),
        ("... !", ""),
    ],
)
def test_english_is_split_as_ptb_does(text: str, words: str) -> None:
    # Expectations are what the Java tokenizer of pycocoevalcap 1.2 leaves, run once by hand.
    assert caption_words(text, "en") == words.split()


def test_chinese_is_split_into_words_or_characters(capfd: pytest.CaptureFixture[str]) -> None:
    assert caption_words("一个女人，在海边跑步。", "zh") == ["一个", "女人", "在", "海边", "跑步"]
    assert caption_words("一个女人，ＡＢ 3。", "zh", by="character") == ["一", "个", "女", "人", "a", "b", "3"]
    assert caption_words("，。！", "zh") == []
    assert capfd.readouterr() == ("", "")


def test_english_characters_leave_out_spaces() -> None:
    assert caption_words("A dog.", "en", by="character") == ["a", "d", "o", "g"]


@pytest.mark.parametrize("seed", range(5))
def test_scores_equal_brute_force(seed: int) -> None:
    generator = np.random.default_rng(seed)
    # So few words that some n-grams of every length are found: coco-caption adds 1e-15 to hits, which shows at none.
    hypotheses = [generator.choice(list("abc"), generator.integers(4, 9)).tolist() for _ in range(20)]
    references = [
        [generator.choice(list("abc"), generator.integers(4, 9)).tolist() for _ in range(3)] for _ in range(20)
    ]
    scores = score_captions(hypotheses, references)
    found = [scores.bleu1, scores.bleu2, scores.bleu3, scores.bleu4]
    assert found == pytest.approx([_bleu(hypotheses, references, longest) for longest in (1, 2, 3, 4)], abs=1e-6)
    rouge = []
    for words, several in zip(hypotheses, references, strict=True):
        common = [_common_subsequence(words, other) for other in several]
        precision = max(common) / len(words)
        recall = max(count / len(other) for count, other in zip(common, several, strict=True))
        rouge.append((1 + 1.2**2) * precision * recall / (recall + 1.2**2 * precision) if precision else 0.0)
    assert scores.rouge_l == pytest.approx(np.mean(rouge))
    assert scores.cider == pytest.approx(cider_d(hypotheses, references), abs=1e-9)


def test_bleu_by_hand() -> None:
    # Papineni et al. 2002, section 2.1: “the” counts twice at most, as in the first reference.
    hypothesis = "the the the the the the the".split()
    references = ["the cat is on the mat".split(), "there is a cat on the mat".split()]
    assert score_captions([hypothesis], [references]).bleu1 == pytest.approx(2 / 7)


def test_identical_captions_score_highest() -> None:
    scores = score_captions([DOG, CAT], [[DOG], [CAT]])
    assert [scores.bleu1, scores.bleu4, scores.rouge_l] == pytest.approx([1, 1, 1], abs=1e-6)
    assert scores.cider == pytest.approx(10)
    assert scores.mean_length == 6


def test_word_order_matters_from_two_words_on() -> None:
    right, turned = score_captions([DOG, CAT], [[DOG], [CAT]]), score_captions([DOG[::-1], CAT], [[DOG], [CAT]])
    assert turned.bleu1 == pytest.approx(right.bleu1)
    assert turned.bleu4 < right.bleu4 and turned.rouge_l < right.rouge_l and turned.cider < right.cider


def test_an_empty_caption_scores_nothing() -> None:
    scores = score_captions([[], []], [[DOG, []], [CAT]])
    assert (scores.bleu1, scores.bleu4, scores.rouge_l, scores.cider) == (0, 0, 0, 0)
    assert (scores.distinct1, scores.mean_length) == (0, 0)
    half = score_captions([[], CAT], [[DOG], [CAT]])
    assert (half.rouge_l, half.cider, half.mean_length) == pytest.approx((0.5, 5, 3))


def test_no_captions_have_no_figures() -> None:
    assert math.isnan(score_captions([], []).cider)


def test_distinct_shares_are_counted_over_the_set() -> None:
    captions = ["a dog runs".split(), "a dog sleeps".split(), []]
    assert distinct_share(captions, 1) == 4 / 6
    assert distinct_share(captions, 2) == 3 / 4
    assert distinct_share([[]], 1) == 0


def test_scoring_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    score_captions([DOG], [[CAT]])
    assert capfd.readouterr() == ("", "")


def test_a_missing_package_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pycocoevalcap.cider.cider", None)
    with pytest.raises(PackageMissing, match="pip install pycocoevalcap"):
        score_captions([DOG], [[DOG]])
    monkeypatch.setitem(sys.modules, "jieba", None)
    caption_metrics._chinese_cutter.cache_clear()
    with pytest.raises(PackageMissing, match="pip install jieba"):
        caption_words("你好", "zh")
