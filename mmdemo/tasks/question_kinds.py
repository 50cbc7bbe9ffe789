"""What questions ask for, and how the wordings that show it are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

QuestionKind = Literal[
    "yes_no",
    "how_many",  # a count
    "how_much",  # an amount with its unit: price, height, age, …
    "how_long",
    "how",
    "who",
    "when",
    "where",
    "which",
    "why",
    "what",
    "colour",
    "sound",  # what sound it is
    "describe",  # what all of it is about
    "transcript",  # what is said, word for word
    "before_after",  # what happens before, after or during something
]
Relation = Literal["", "before", "after", "during", "start", "end"]


@dataclass(frozen=True)
class Patterns:
    """All tables of one language."""

    kinds: tuple[tuple[QuestionKind, re.Pattern[str]], ...]
    relations: tuple[tuple[Relation, re.Pattern[str]], ...]
    lead_in: re.Pattern[str]
    media_time: re.Pattern[str]
    seconds: re.Pattern[str]
