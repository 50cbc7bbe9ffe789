"""The closed list of answers: what people answered, what questions out of captions ask for, and names of classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional as F

from mmdemo.backbone.joint_space import JointSpace
from mmdemo.backbone.text_tower import TextTower
from mmdemo.evaluation.qa_questions import PeoplesQuestion
from mmdemo.evaluation.vqa_metric import answer_accuracies, normalised_answer
from mmdemo.generators.answer_files import ListedAnswer
from mmdemo.generators.answer_network import AnswerNetwork
from mmdemo.generators.label_names import label_names
from mmdemo.generators.tokenizer import Tokenizer, plain
from mmdemo.training.question_data import common_answers
from mmdemo.training.question_words import concepts

LARGEST_NUMBER = 20
"""Numbers are listed up to here, in both languages, whether anybody answered them or not."""
CHINESE_ANSWERS = {
    "yes": "是",
    "no": "不是",
    "none": "没有",
    "nothing": "什么也没有",
    "left": "左边",
    "right": "右边",
    "outside": "外面",
    "wood": "木头",
    "black and white": "黑白",
    "silver": "银色",
    "gold": "金色",
    "zebra": "斑马",
    "giraffe": "长颈鹿",
    "apple": "苹果",
    "banana": "香蕉",
    "sandwich": "三明治",
    "hot dog": "热狗",
    "toilet": "马桶",
    "bathroom": "浴室",
    "living room": "客厅",
    "bedroom": "卧室",
    "people": "人们",
    "teddy bear": "泰迪熊",
    "donut": "甜甜圈",
    "luggage": "行李",
    "wine": "葡萄酒",
    "broccoli": "西兰花",
    "skateboarding": "滑板",
    "winter": "冬天",
    "summer": "夏天",
}
"""Frequent answers of people that are no words of the questions out of captions."""


def answer_list(questions: Sequence[PeoplesQuestion]) -> list[ListedAnswer]:
    """List the answers.

    Args:
        questions: of people, for training.
    """
    chinese = {normalised_answer(concept.en): concept.zh for concept in concepts()} | CHINESE_ANSWERS
    chinese |= {str(number): str(number) for number in range(LARGEST_NUMBER + 1)}
    classes = {normalised_answer(name.en): name.zh for name in label_names()}
    names = [*chinese, *common_answers(questions), *classes]
    return [ListedAnswer(name, chinese.get(name) or classes.get(name, "")) for name in dict.fromkeys(names) if name]


@torch.no_grad()
def fill_answers(
    network: AnswerNetwork,
    answers: Sequence[ListedAnswer],
    tokenizer: Tokenizer,
    tower: TextTower,
    space: JointSpace,
    embeddings: torch.Tensor,
    questions: Sequence[PeoplesQuestion],
) -> None:
    """Put what is known of the answers into a fresh network: their vectors, and where their rows start.

    Args:
        network: fresh.
        answers: A of them.
        tokenizer: of the decoder.
        tower: the text tower.
        space: the joint space.
        embeddings: [N, 384] of pictures in it.
        questions: of people, for training; how often each answer is given.
    """
    texts = [f"a photo of a {answer.en}" for answer in answers]  # as the classes' names are read
    read = tower.encode(texts, 64)
    pooled = np.stack([found.pooled for found in read])
    network.answer_vectors.copy_(torch.from_numpy(pooled))
    joint = torch.from_numpy(np.asarray(space.embed_english(pooled, [found.tokens for found in read])))  # [A, 384]
    network.joint_vectors.copy_(joint)
    network.joint_means.copy_((embeddings @ joint.T).mean(dim=0))
    table = network.decoder.embedding
    for row, ids in enumerate(tokenizer.ids([plain(answer.en, "en") for answer in answers])):
        if ids:
            network.answers[row] = table[torch.tensor(ids)].mean(dim=0)
    network.answers.copy_(0.5 * F.normalize(network.answers, dim=1))
    network.answer_bias.copy_(_prior([answer.en for answer in answers], questions))


def _prior(answers: Sequence[str], questions: Sequence[PeoplesQuestion]) -> torch.Tensor:
    """Return the logarithm of how often each answer is given, half a time added."""
    places = {answer: place for place, answer in enumerate(answers)}
    counts = torch.full((len(answers),), 0.5)
    for question in questions:
        for answer, score in answer_accuracies(question.answers).items():
            if answer in places:
                counts[places[answer]] += score
    return (counts / counts.sum()).log()
