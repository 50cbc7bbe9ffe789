"""The span of a sentence that fits the type of a question."""

from __future__ import annotations

import pytest

from mmdemo.config import Limits
from mmdemo.tasks.answer_spans import asks_for_subject, english_span
from mmdemo.tasks.answer_spans_chinese import chinese_span
from mmdemo.tasks.questions import read_question


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("When was the mill built?", "The mill was built in 1874 by two brothers.", "1874"),
        ("What time does the ferry leave?", "The ferry leaves at half past six every day.", "half past six"),
        ("When is the concert?", "The concert is on the fifth of May in the town hall.", "the fifth of May"),
        ("Who won the race?", "After ten minutes Laura Bennett won the race.", "Laura Bennett"),
        ("Who is the captain?", "My name is George Hill and I am the captain.", "George Hill"),
        ("Who is feeding the ducks?", "An old woman is feeding the ducks.", "An old woman"),
        ("How many geese did they count?", "In 2019 they counted 85 geese on the lake.", "85 geese"),
        ("How much does the soup cost?", "The soup costs four dollars and the bread is free.", "four dollars"),
        ("How high is the wall?", "The wall is nine meters high.", "nine meters"),
        ("How long did the storm last?", "The storm lasted three days.", "three days"),
        ("How often does the bus stop here?", "The bus stops here twice a day.", "twice a day"),
        ("Where does the path end?", "The path ends behind the chapel, near a well.", "behind the chapel"),
        ("Why was the show cancelled?", "The show was cancelled because of heavy rain.", "heavy rain"),
        ("What colour is the gate?", "You enter through the green gate.", "green"),
        ("What did the thief steal?", "The thief stole a silver spoon.", "a silver spoon"),
        ("What blocked the tunnel?", "A fallen tree blocked the tunnel.", "A fallen tree"),
        ("Which museum shows the ship?", "The Museum of Bergen shows the ship.", "The Museum of Bergen"),
    ],
)
def test_english_spans(question: str, sentence: str, answer: str) -> None:
    asked = read_question(question, Limits())
    span = english_span(asked.kind, sentence, asked.topic, asks_for_subject(asked.text))
    assert span is not None and span.text.lower() == answer.lower()
    assert sentence[span.start : span.end] in span.text or span.text.startswith(sentence[span.start : span.end].strip())


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("大桥是什么时候建成的？", "大桥是一九九八年建成的。", "一九九八年"),
        ("商店几点开门？", "商店早上八点开门。", "早上八点"),
        ("树上有几只鸟？", "树上有五只鸟。", "五只"),
        ("这本书多少钱？", "这本书三十块钱。", "三十块钱"),
        ("旅行花了多久？", "旅行花了三个星期。", "三个星期"),
        ("门是什么颜色的？", "那是一扇绿色的门。", "绿色"),
        ("比赛为什么取消？", "因为下雨，比赛取消了。", "下雨"),
        ("他在哪里工作？", "他在上海工作。", "上海"),
        ("产量下降了多少？", "产量下降了百分之二十。", "百分之二十"),
        ("妹妹学习什么？", "妹妹学习法律。", "法律"),
    ],
)
def test_chinese_spans(question: str, sentence: str, answer: str) -> None:
    asked = read_question(question, Limits())
    span = chinese_span(asked.kind, sentence, asked.topic)
    assert span is not None and span.text == answer


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("When was the mill built?", "The mill belongs to my uncle."),
        ("Why did he leave?", "He left with a smile."),
        ("What colour is the gate?", "The gate is open."),
    ],
)
def test_a_sentence_without_the_form_has_no_span(question: str, sentence: str) -> None:
    asked = read_question(question, Limits())
    assert english_span(asked.kind, sentence, asked.topic) is None
