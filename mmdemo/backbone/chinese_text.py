"""Chinese text: told apart by its script, simplified, cut into characters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # importing torch takes seconds, and jobs on sound alone do without it
    import torch

PADDING = 0
UNKNOWN = 1
FIRST_CHARACTER = 2
MAX_CHARACTERS = 128

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORDS = re.compile(r"[^\W\d_\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")


def is_chinese(text: str) -> bool:
    """Tell whether a text is for the Chinese encoder: at least as many Han characters as words in other letters."""
    han = len(_HAN.findall(text))
    return han > 0 and han >= len(_WORDS.findall(text))


def known_characters(texts: Iterable[str], least: int = 2) -> str:
    """Return the characters that occur often enough to be learned, most frequent first.

    Args:
        texts: of the training data.
        least: occurrences.
    """
    counts = Counter(character for text in texts for character in "".join(text.lower().split()))
    kept = sorted((character for character, count in counts.items() if count >= least), key=lambda c: (-counts[c], c))
    return "".join(kept)


class CharacterTokenizer:
    """Turns texts into rows of character numbers.

    Args:
        characters: known ones, in order.
    """

    def __init__(self, characters: str) -> None:
        self._numbers = {character: i for i, character in enumerate(characters, FIRST_CHARACTER)}

    @cached_property
    def _simplifier(self) -> Any:
        from opencc import OpenCC

        return OpenCC("t2s")

    def numbers(self, text: str) -> list[int]:
        """Return the numbers of a text's characters, white space left out; an empty text is one unknown character."""
        # Half of a surrogate pair, such as a byte of a file name that is no Unicode, would make OpenCC fail.
        clean = text.encode("utf-8", "replace").decode("utf-8")
        simplified = self._simplifier.convert("".join(clean.lower().split())[:MAX_CHARACTERS])
        return [self._numbers.get(character, UNKNOWN) for character in simplified[:MAX_CHARACTERS]] or [UNKNOWN]

    def ids(self, texts: Sequence[str]) -> torch.Tensor:
        """Return [B, T] int64 with `PADDING` behind each end."""
        import torch

        rows = [self.numbers(text) for text in texts]
        ids = torch.full((len(rows), max(len(row) for row in rows)), PADDING)
        for target, row in zip(ids, rows, strict=True):
            target[: len(row)] = torch.tensor(row)
        return ids
