"""The text tower: a sentence becomes contextual tokens and one vector, from all-MiniLM-L6-v2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mmdemo.errors import WeightsCorrupt, WeightsMissing
from mmdemo.types import Float32Array
from mmdemo.weights import TEXT_TOWER

if TYPE_CHECKING:  # importing torch takes seconds, and jobs on sound alone do without it
    import torch
    from tokenizers import Encoding as TokenizedText
    from tokenizers import Tokenizer

    from mmdemo.backbone.minilm import MiniLm

MAX_TOKENS = 256
"""The longest text the model was trained on, its two special tokens included."""


@dataclass(frozen=True, eq=False)
class TextTokens:
    """One encoded text.

    The tokens are those of the text itself: the model's [CLS] and [SEP] are left out, for no characters stand under
    them, so a blank text has none. The pooled vector averages over all, special tokens included, as the model was
    trained.
    """

    tokens: Float32Array  # [T, 384]
    spans: Float32Array  # [T, 2] first character and the one behind the last
    pooled: Float32Array  # [384] unit norm
    truncated: bool  # the text went on past `MAX_TOKENS`; what came after was not read


class TextTower:
    """Maps English texts of up to 256 tokens to 384-d vectors; a word in another script may become unknown.

    Args:
        network: with weights, on the device.
        tokenizer: cuts texts to `MAX_TOKENS` and does not pad.
        device: ``cpu`` or ``cuda``.
    """

    model_id = "all-minilm-l6-v2"
    width = 384

    def __init__(self, network: MiniLm, tokenizer: Tokenizer, device: torch.device) -> None:
        self._network = network
        self._tokenizer = tokenizer
        self._device = device

    @classmethod
    def load(cls, folder: Path, device: torch.device) -> TextTower:
        """Load the published model.

        Args:
            folder: holds ``config.json``, ``model.safetensors`` and ``tokenizer.json``.
            device: where the tower runs.

        Raises:
            WeightsMissing: one of the files is not there.
            WeightsCorrupt: one of the files is damaged or of another model.
        """
        from safetensors import SafetensorError

        from mmdemo.backbone.minilm import load_network

        if not all((folder / name).is_file() for name in TEXT_TOWER.files):
            raise WeightsMissing(component=TEXT_TOWER.title, command=TEXT_TOWER.install)
        try:
            return cls(load_network(folder, device), _load_tokenizer(folder / "tokenizer.json"), device)
        except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
            raise WeightsCorrupt(path=folder, command=TEXT_TOWER.install) from error

    def encode(self, texts: Sequence[str], batch_size: int = 32) -> list[TextTokens]:
        """Encode texts.

        Args:
            texts: of any length; see `TextTokens.truncated`.
            batch_size: texts encoded at once.

        Returns:
            One result a text, in the same order.
        """
        # Half a character (a lone surrogate) cannot be passed on; one "?" in its place keeps the spans right.
        tokenized = self._tokenizer.encode_batch([text.encode("utf-8", "replace").decode() for text in texts])
        # Texts of like length together need the least padding.
        order = sorted(range(len(texts)), key=lambda position: len(tokenized[position].ids))
        found: dict[int, TextTokens] = {}
        for start in range(0, len(order), batch_size):
            positions = order[start : start + batch_size]
            encoded = self._encode_batch([tokenized[position] for position in positions])
            found.update(zip(positions, encoded, strict=True))
        return [found[position] for position in range(len(texts))]

    def _encode_batch(self, batch: Sequence[TokenizedText]) -> list[TextTokens]:
        import torch
        from torch.nn import functional as F

        lengths = torch.tensor([len(text.ids) for text in batch])  # [B]
        ids = torch.zeros((len(batch), int(lengths.max())), dtype=torch.long)  # [B, T]
        for row, text in zip(ids, batch, strict=True):
            row[: len(text.ids)] = torch.tensor(text.ids)
        mask = (torch.arange(ids.shape[1]) < lengths[:, None]).to(self._device)  # [B, T]
        with torch.inference_mode():
            hidden = self._network(ids.to(self._device), mask)  # [B, T, D]
            summed = (hidden * mask[:, :, None]).sum(dim=1)  # [B, D]; unit norm makes it the mean's direction
            pooled = F.normalize(summed, dim=1).cpu().numpy()
            vectors = hidden.cpu().numpy()
        return [_text_tokens(text, vectors[i], pooled[i]) for i, text in enumerate(batch)]


def _load_tokenizer(path: Path) -> Tokenizer:
    """Read the tokenizer.

    Raises:
        ValueError: the file is damaged.
    """
    from tokenizers import Tokenizer

    # Read by Python, for the library raises a bare Exception whatever is wrong.
    content = path.read_text(encoding="utf-8")
    try:
        tokenizer = Tokenizer.from_str(content)
    except Exception as error:
        raise ValueError(f"{path} holds no tokenizer") from error
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return tokenizer


def _text_tokens(text: TokenizedText, vectors: Float32Array, pooled: Float32Array) -> TextTokens:
    own = slice(1, len(text.ids) - 1)  # between [CLS] and [SEP]
    return TextTokens(
        tokens=vectors[own].copy(),  # a view would keep the whole batch in memory
        spans=np.array(text.offsets[own], np.float32).reshape(-1, 2),
        pooled=pooled.copy(),
        truncated=len(text.overflowing) > 0,
    )
