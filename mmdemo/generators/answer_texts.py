"""Questions as the decoder reads them, and answers as it gives them."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from mmdemo.generators.tokenizer import SPECIAL, Tokenizer, plain
from mmdemo.types import CaptionLanguage

LONGEST_QUESTION = 14
"""Tokens of a question that are read; 97 % are shorter. Every batch is padded to it, as matrices of a new size cost
oneDNN 20 ms of compiling each."""
ANSWER_ID = SPECIAL.index("<answer>")


def question_ids(
    questions: Sequence[str], language: CaptionLanguage, tokenizer: Tokenizer
) -> tuple[torch.Tensor, torch.Tensor]:
    """Put questions between their prompt and ``<answer>``.

    Args:
        questions: as people write them.
        language: they are written in.
        tokenizer: of the decoder.

    Returns:
        [Q, T] tokens padded to one length, and [Q] where ``<answer>`` stands.
    """
    prompt = tokenizer.prompt(f"ask:{language}")
    found = tokenizer.ids([plain(question, language) for question in questions])
    ids = torch.zeros(len(found), len(prompt) + LONGEST_QUESTION + 1, dtype=torch.long)
    ends = torch.zeros(len(found), dtype=torch.long)
    for row, own in enumerate(found):
        # A long question ends with what it asks for as often as it begins with it: the middle goes.
        kept = own if len(own) <= LONGEST_QUESTION else own[: LONGEST_QUESTION // 2] + own[-(LONGEST_QUESTION // 2) :]
        whole = torch.tensor([*prompt, *kept, ANSWER_ID])
        ids[row, : len(whole)] = whole
        ends[row] = len(whole) - 1
    return ids, ends
