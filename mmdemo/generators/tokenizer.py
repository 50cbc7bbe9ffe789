"""The decoder's tokenizer: byte-pair tokens for English and characters for Chinese, and prompts as tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import tokenizers
from tokenizers import decoders, models, pre_tokenizers, trainers

PADDING, END, UNKNOWN = "<pad>", "<end>", "<unknown>"
PADDING_ID, END_ID = 0, 1
TASKS = ("caption:en", "caption:zh", "caption:zh-mt", "ask:en", "ask:zh")
"""What the decoder can be asked for. ``caption:zh-mt`` imitates machine translations: it is trained beside
``caption:zh`` because they are plenty, and never shown; ``ask`` has its place in the vocabulary already."""
LENGTHS = ("short", "medium", "long")
SPECIAL = (PADDING, END, UNKNOWN, *(f"<{task}>" for task in TASKS), *(f"<{length}>" for length in LENGTHS), "<answer>")

_DROPPED = re.compile(r"[^\w\s'\-]|_")
_CHINESE_DROPPED = re.compile(r"[^\w\s，]|_")
_CJK = r"\u3400-\u4dbf\u4e00-\u9fff"
_GAP_IN_CHINESE = re.compile(rf"(?<=[{_CJK}，])\s+|\s+(?=[{_CJK}，])")


def plain(text: str, language: str) -> str:
    """Bring a caption into the form that the decoder reads and writes.

    Args:
        text: as it was written.
        language: ``en`` or ``zh``.

    Returns:
        Lower case without punctuation; Chinese keeps the commas between its clauses.
    """
    if language.startswith("zh"):
        kept = _CHINESE_DROPPED.sub(" ", text.lower().replace(",", "，").replace("、", "，"))
        return _GAP_IN_CHINESE.sub("", " ".join(kept.split())).strip("，")
    return " ".join(_DROPPED.sub(" ", text.lower().replace(" 's", "'s").replace("’", "'")).split()).strip(" '-")


def _spaced(text: str) -> str:
    """Give the first word the space that all others have, so that it is the same token."""
    return text if not text or re.match(f"[{_CJK}]", text) else f" {text}"


class Tokenizer:
    """Turns plain text into tokens and back.

    Args:
        inner: trained.
    """

    def __init__(self, inner: tokenizers.Tokenizer) -> None:
        self._inner = inner
        self.size: int = inner.get_vocab_size()

    @classmethod
    def train(cls, texts: Iterable[str], size: int) -> Tokenizer:
        """Learn a vocabulary from plain texts (byte-pair encoding, Sennrich et al. 2016).

        Args:
            texts: in both languages.
            size: of the vocabulary.
        """
        inner = tokenizers.Tokenizer(models.BPE(unk_token=UNKNOWN, byte_fallback=True))
        # Chinese goes character by character: captions have eight to sixteen of them, and every name can be spelled.
        inner.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Metaspace(prepend_scheme="never"),
                pre_tokenizers.Split(tokenizers.Regex(f"[{_CJK}]"), "isolated"),
            ]
        )
        inner.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace(prepend_scheme="never")])
        bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
        trainer = trainers.BpeTrainer(
            vocab_size=size, special_tokens=[*SPECIAL, *bytes_], max_token_length=16, show_progress=False
        )
        inner.train_from_iterator(map(_spaced, texts), trainer)
        return cls(inner)

    @classmethod
    def load(cls, path: Path) -> Tokenizer:
        """Read a tokenizer.

        Raises:
            Exception: the file cannot be read; the library has no class of its own for it.
        """
        return cls(tokenizers.Tokenizer.from_file(str(path)))

    def save(self, path: Path) -> None:
        """Write the tokenizer as JSON."""
        self._inner.save(str(path))

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the tokens of plain texts."""
        found = self._inner.encode_batch([_spaced(text) for text in texts], add_special_tokens=False)
        return [encoded.ids for encoded in found]

    def text(self, ids: Sequence[int]) -> str:
        """Return the plain text of tokens; prompts, padding and the end are left out."""
        kept = [i for i in ids if i >= len(SPECIAL)]
        return str(self._inner.decode(kept, skip_special_tokens=False)).strip()

    def prompt(self, task: str, length: str | None = None) -> list[int]:
        """Return the tokens of a prompt, such as ``caption:en``, and how long the text should be."""
        names = [f"<{task}>"] + ([f"<{length}>"] if length else [])
        return [SPECIAL.index(name) for name in names]

    def token_texts(self, ids: Sequence[int]) -> list[str]:
        """Return each token as the vocabulary writes it, ``▁`` for the space before a word."""
        return [str(self._inner.id_to_token(i)) for i in ids]
