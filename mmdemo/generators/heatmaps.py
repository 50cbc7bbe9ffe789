"""Where the decoder looked: attention to the grid, weighted by how much each word gained from it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch

from mmdemo.generators.base import CaptionPrompt
from mmdemo.generators.decoder_network import Memory, PromptedDecoder
from mmdemo.types import CaptionLanguage, Encoding, Float32Array, WordHeatmap

if TYPE_CHECKING:
    from mmdemo.generators.decoder import DecoderGenerator

HeatmapMethod = Literal["attention", "gradient"]
METHOD: HeatmapMethod = "gradient"
"""The better one in ``python -m mmdemo.evaluation.caption_heatmaps``."""


def word_heatmaps(
    generator: DecoderGenerator,
    encoding: Encoding,
    text: str,
    language: CaptionLanguage,
    method: HeatmapMethod = METHOD,
) -> tuple[WordHeatmap, ...]:
    """Return a heatmap for each word of a caption.

    Args:
        generator: with the network that wrote it.
        encoding: of the picture.
        text: plain.
        language: of the text.
        method: mean cross-attention, or the same weighted by its gradient where that is positive (Chefer et al. 2021).

    Returns:
        In order; Chinese by phrase.
    """
    tokenizer = generator.loaded.tokenizer
    ids = tokenizer.ids([text])[0]
    if not ids:
        return ()
    memory = generator.memory([encoding], [language])
    prompt = generator.prompt_ids(CaptionPrompt(language))
    maps = token_heatmaps(generator.loaded.network, memory, prompt, ids, method)  # [T, 81]
    side = math.isqrt(maps.shape[1])
    found = []
    for word, first, last in spans_of_words(tokenizer.token_texts(ids), text, language):
        weights = maps[first:last].mean(axis=0)
        found.append(WordHeatmap(word, (weights / max(float(weights.sum()), 1e-12)).reshape(side, side)))
    return tuple(found)


def token_heatmaps(
    network: PromptedDecoder, memory: Memory, prompt: Sequence[int], ids: Sequence[int], method: HeatmapMethod
) -> Float32Array:
    """Return how much each grid token counted for each token of a text.

    Args:
        network: in evaluation mode.
        memory: of one picture, made without gradients.
        prompt: tokens before the text.
        ids: T tokens of the text.
        method: see `word_heatmaps`.

    Returns:
        [T, 81], each row adds up to 1.
    """
    device = network.embedding.device
    row = torch.tensor([*prompt, *ids], device=device)
    count, start = len(ids), len(prompt) - 1
    # A copy of the text for each token, so that one pass back gives every token's own gradient.
    rows = memory.select(torch.zeros(count, dtype=torch.long, device=device))
    with torch.enable_grad():
        embedded = network.embed(row[None].expand(count, -1)).detach().requires_grad_(True)
        hidden, weights = network.attentions(rows, embedded)
        scores = network.log_probabilities(hidden, rows, row[None].expand(count, -1))  # [T, P + T, V]
        own = torch.arange(count, device=device)
        gained = scores[own, start + own, row[len(prompt) :]].sum()
        gradients = torch.autograd.grad(gained, weights) if method == "gradient" else None
    grid = network.shape.positions
    total = torch.zeros(count, grid, device=device)
    for layer, attention in enumerate(weights):
        looked = attention.detach()[own, :, start + own, :grid]  # [T, N, 81]
        if gradients is not None:
            looked = (looked * gradients[layer][own, :, start + own, :grid]).clamp(min=0)
        total += looked.mean(dim=1)
    total = total + 1e-9  # a word that gained from no place is shown evenly
    maps: Float32Array = (total / total.sum(dim=1, keepdim=True)).cpu().numpy().astype(np.float32)
    return maps


def spans_of_words(pieces: Sequence[str], text: str, language: CaptionLanguage) -> list[tuple[str, int, int]]:
    """Tell which tokens make up which word.

    Args:
        pieces: tokens as the vocabulary writes them, ``▁`` for a space.
        text: that they spell.
        language: Chinese is cut into phrases by BudouX, as it has no spaces.

    Returns:
        Words with their first token and the one behind their last.
    """
    words = _chinese_phrases(text) if language == "zh" else text.split()
    spans, first = [], 0
    for word in words:
        last, spelled = first, ""
        while last < len(pieces) and len(spelled) < len(word):
            spelled += pieces[last].replace("▁", "") if not pieces[last].startswith("<0x") else "?"
            last += 1
        spans.append((word, first, max(last, first + 1)))
        first = min(last, len(pieces) - 1)
    return spans


@lru_cache(maxsize=1)
def _phrase_parser() -> object:
    import budoux

    return budoux.load_default_simplified_chinese_parser()


def _chinese_phrases(text: str) -> list[str]:
    return [phrase for phrase in _phrase_parser().parse(text) if phrase.strip()]  # type: ignore[attr-defined]
