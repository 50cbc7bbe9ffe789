"""What is read out of captions, and the questions made of it."""

from __future__ import annotations

from collections import Counter

import numpy as np

from mmdemo.evaluation.qa_questions import PeoplesQuestion
from mmdemo.training import question_chinese, question_english
from mmdemo.training.question_captions import caption_asks, neighbours, worded
from mmdemo.training.question_data import common_answers, is_kept_back, training_part, with_weights
from mmdemo.training.question_facts import PictureFacts, chinese_facts, english_facts, people_total
from mmdemo.training.question_words import concept_named, concepts

BOYS = ["two boys in red shirts play with a blue ball on the beach", "two boys run on the beach", "two boys playing"]


def question(number: int, picture: str, split: str, answers: tuple[str, ...]) -> PeoplesQuestion:
    return PeoplesQuestion(number, picture, split, "What is this?", "other", "what is this", answers)


def test_captions_tell_numbers_colours_and_places() -> None:
    facts = english_facts(BOYS)
    boy, shirt, ball = concept_named("boy"), concept_named("shirt"), concept_named("ball")
    assert facts.numbers[boy] == Counter({2: 3})
    assert facts.colours[shirt] == Counter({concept_named("red"): 1})
    assert facts.colours[ball] == Counter({concept_named("blue"): 1})
    assert facts.places[concept_named("beach")] == 2
    assert facts.actions[boy][concept_named("running")] == 1
    assert people_total(facts) == 2


def test_a_noun_before_a_noun_is_no_thing_of_its_own() -> None:
    facts = english_facts(["a soccer player kicks a ball", "a snow hat"])
    assert concept_named("snow") not in facts.things
    assert concept_named("player") in facts.things


def test_another_makes_a_number_uncertain() -> None:
    assert not english_facts(["a dog chases another dog"]).numbers.get(concept_named("dog"))


def test_relations_take_the_noun_behind_their_verb() -> None:
    facts = english_facts(["a man wearing a black hat rides a white horse"])
    man = concept_named("man")
    assert facts.relations[(man, "wearing")] == Counter({concept_named("hat"): 1})
    assert facts.relations[(man, "riding")] == Counter({concept_named("horse"): 1})


def test_chinese_captions_tell_the_same() -> None:
    facts = chinese_facts(["两只黑狗在草地上奔跑", "两只狗在草地上"])
    dog = concept_named("dog")
    assert facts.numbers[dog] == Counter({2: 2})
    assert facts.colours[dog] == Counter({concept_named("black"): 1})
    assert facts.things[concept_named("grass")] == 2
    assert facts.actions[dog] == Counter({concept_named("running"): 1})


def _world(count: int = 40) -> list[PictureFacts]:
    captions = [
        ["a man in a red shirt rides a horse on the beach", "two dogs run in the snow"],
        ["a woman wearing a blue hat sits on a bench", "a boy jumps into a pool"],
    ]
    return [english_facts([captions[n % 2][n // 2 % 2]]) for n in range(count)]


def test_yes_and_no_are_balanced_for_every_thing() -> None:
    facts = _world()
    vectors = np.random.default_rng(0).normal(size=(len(facts), 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    asks = caption_asks(facts, neighbours(vectors), np.random.default_rng(1))
    closed = [ask for ask in asks if ask.kind == "presence"]
    assert closed
    counts = Counter((tuple(ask.wordings(question_english)), ask.answers[0][0]) for ask in closed)
    for wordings, _ in counts:
        assert counts[wordings, "yes"] == counts[wordings, "no"]
    for ask in closed:
        named = [c for c in concepts() if question_english.presence(c) == ask.wordings(question_english)]
        assert (facts[ask.picture].things[named[0]] > 0) == (ask.answers[0][0] == "yes")


def test_the_very_same_is_asked_in_both_languages() -> None:
    facts = _world(8)
    asks = caption_asks(facts, neighbours(np.eye(8, dtype=np.float32)), np.random.default_rng(1))
    english, chinese = (worded(asks, language, np.random.default_rng(2)) for language in ("en", "zh"))
    assert [(one.picture, one.answers) for one in english] == [(one.picture, one.answers) for one in chinese]
    assert all(one.text.isascii() for one in english)
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in one.text) for one in chinese)


def test_every_concept_can_be_asked_about_in_both_languages() -> None:
    for concept in concepts():
        for words in (question_english, question_chinese):
            assert all("{" not in text and text == text.strip() for text in words.presence(concept))
            assert words.number(concept) and words.colour(concept, None)


def test_pictures_of_other_splits_are_left_out_of_the_training() -> None:
    own = [question(1, "a", "train", ("x",)), question(2, "b", "train", ("x",)), question(3, "a", "val", ("x",))]
    assert [one.number for one in training_part(own)] == [2]


def test_answers_weigh_what_they_score() -> None:
    asked = with_weights(question(1, "a", "train", ("red",) * 8 + ("pink",) * 2), 5)
    weights = dict(asked.answers)
    assert asked.picture == 5
    assert sum(weights.values()) == 1.0
    assert weights["red"] > weights["pink"] > 0


def test_only_answers_people_agree_on_are_listed() -> None:
    asked = [question(1, "a", "train", ("red",) * 8 + ("pink",) * 2)]
    assert common_answers(asked) == ["red"]


def test_the_held_out_share_is_kept() -> None:
    names = [f"{n}.jpg" for n in range(4000)]
    assert 0.12 < sum(map(is_kept_back, names)) / len(names) < 0.18
