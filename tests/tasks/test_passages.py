"""Transcripts cut into sentences, and how well words and meanings find them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mmdemo.config import Limits
from mmdemo.stepwise import run_through
from mmdemo.tasks.passage_terms import chinese_term, english_stem, english_term, glosses, pinyin, sameness
from mmdemo.tasks.passages import (
    BM25_B,
    BM25_K,
    match_passages,
    passage_index,
    split_passages,
)
from mmdemo.tasks.questions import read_question
from mmdemo.tasks.sentence_splitting import LONGEST_PASSAGE_WORDS
from mmdemo.types import Segment, Word
from tests.tasks.spoken_models import SentenceBackbone, heard_text, spoken_models

LINES = (
    "The old mill burned down in 1910.",
    "A baker sold bread to the sailors.",
    "The river floods every spring.",
    "Nobody remembers the miller.",
)


def words_of(text: str, start: float = 0.0, step: float = 0.3) -> tuple[Word, ...]:
    return tuple(Word(f" {word}", start + i * step, start + (i + 1) * step, 0.9) for i, word in enumerate(text.split()))


def segment(words: tuple[Word, ...]) -> Segment:
    return Segment(words[0].start, words[-1].end, "".join(word.text for word in words).strip(), words)


def test_a_long_pause_behind_a_comma_parts_two_sentences() -> None:
    words = (*words_of("one man walks,"), *words_of("two dogs run.", start=3.0))
    found = split_passages([segment(words)], "en")
    assert [passage.text for passage in found] == ["one man walks,", "two dogs run."]
    assert found[1].span.start == 3.0
    joined = split_passages([segment((*words_of("one man walks,"), *words_of("two dogs run.", start=1.0)))], "en")
    assert len(joined) == 1


def test_endless_speech_is_cut_at_its_longest_pauses_and_no_word_is_lost() -> None:
    words = words_of(" ".join(f"word{i}" for i in range(100)))
    paused = tuple(Word(w.text, w.start + (i >= 40), w.end + (i >= 40), w.probability) for i, w in enumerate(words))
    found = split_passages([segment(paused)], "en")
    assert [word for passage in found for word in passage.words] == list(paused)
    assert all(len(passage.words) <= LONGEST_PASSAGE_WORDS for passage in found)
    assert found[0].words[-1].text in (" word39", " word38") or any(p.words[0].text == " word40" for p in found)


@pytest.mark.parametrize(
    ("asked", "said", "least", "most"),
    [
        (english_term("sold"), english_term("sells"), 1.0, 1.0),
        (english_term("sail"), english_term("sailors"), 0.6, 0.9),
        (english_term("Okafor"), english_term("Okaphor"), 0.6, 0.9),
        (english_term("house"), english_term("horse"), 0.0, 0.8),
        (english_term("ship"), english_term("bread"), 0.0, 0.0),
        (chinese_term("灯塔", True), english_term("lighthouse"), 0.8, 0.9),
        (english_term("lighthouse"), chinese_term("灯塔", True), 0.8, 0.9),
        (chinese_term("灯塔", False), chinese_term("登塔", False), 0.8, 0.9),  # homophones, as recognisers write them
        (chinese_term("灯塔", False), chinese_term("医院", False), 0.0, 0.0),
    ],
)
def test_words_are_the_same_by_stem_spelling_sound_or_translation(asked, said, least, most) -> None:  # type: ignore[no-untyped-def]
    assert least <= sameness(asked, said) <= most


def test_pinyin_and_glosses() -> None:
    assert pinyin("灯塔") == "deng ta"
    assert english_stem("bridge") in glosses("桥") and not glosses("☃")


def test_bm25_agrees_with_the_formula() -> None:
    models = spoken_models()
    index = run_through(passage_index(heard_text(LINES, models), models))
    question = read_question("Who sold bread?", Limits())
    matches = match_passages(question, ("bread",), index, models.backbone)
    lengths = np.array([len(passage.terms) for passage in index.passages], float)
    expected = (BM25_K + 1) / (1 + BM25_K * (1 - BM25_B + BM25_B * lengths[1] / lengths.mean()))
    assert matches[1].lexical == pytest.approx(expected, rel=1e-4)
    assert matches[1].coverage == 1.0 and matches[0].coverage == 0.0 and matches[1].complete == 1.0
    assert index.weight(1) == pytest.approx(math.log(1 + (len(LINES) - 1 + 0.5) / 1.5))


def test_the_passage_with_the_words_and_its_neighbour_are_covered() -> None:
    models = spoken_models()
    index = run_through(passage_index(heard_text(LINES, models), models))
    matches = match_passages(read_question("Who sold bread?", Limits()), ("bread",), index, models.backbone)
    assert 0.0 < matches[0].near_coverage < matches[1].near_coverage and matches[3].near_coverage == 0.0
    assert max(matches, key=lambda match: match.meaning).place == 1


def test_a_recording_is_indexed_once() -> None:
    models = spoken_models()
    heard = heard_text(LINES, models)
    first = run_through(passage_index(heard, models))
    assert isinstance(models.backbone, SentenceBackbone) and len(models.backbone.texts) == len(LINES)
    assert run_through(passage_index(heard, models)) is first and len(models.backbone.texts) == len(LINES)


def test_a_chinese_question_finds_an_english_sentence_and_the_reverse() -> None:
    models = spoken_models()
    english = run_through(passage_index(heard_text(LINES, models), models))
    question = read_question("河什么时候泛滥？", Limits())
    found = match_passages(question, question.topic, english, models.backbone)
    assert max(found, key=lambda match: match.coverage).place == 2
    chinese = run_through(passage_index(heard_text(("爷爷住在广州。", "图书馆有三万本书。"), models, "zh"), models))
    question = read_question("How many books does the library have?", Limits())
    found = match_passages(question, question.topic, chinese, models.backbone)
    assert max(found, key=lambda match: match.coverage).place == 1 and found[0].coverage == 0.0


def test_a_recording_without_words_has_no_passages() -> None:
    models = spoken_models()
    index = run_through(passage_index(heard_text((), models), models))
    assert index.passages == () and match_passages(read_question("Who?", Limits()), (), index, models.backbone) == ()
