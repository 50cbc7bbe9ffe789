"""Measures the decoder on pictures it does not learn from: CIDEr by word of its beam search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import torch

from mmdemo.evaluation.caption_metrics import caption_words
from mmdemo.generators.consensus import CiderScorer
from mmdemo.generators.decoder_network import Memory, PromptedDecoder
from mmdemo.generators.label_names import LabelReader
from mmdemo.generators.search import beam_search
from mmdemo.generators.tokenizer import Tokenizer
from mmdemo.training.caption_examples import CaptionExamples
from mmdemo.training.loop import device_of, half_precision

BEAMS = 3
PICTURES_AT_ONCE = (100, 500)
"""On a processor, and on a GPU, which takes as long for a few as for many."""


@lru_cache(maxsize=200_000)
def words(text: str, language: str) -> tuple[str, ...]:
    """Split a plain caption into the words that figures count."""
    return tuple(caption_words(text, language))


def memories(
    network: PromptedDecoder, reader: LabelReader, examples: CaptionExamples, language: str
) -> Iterator[Memory]:
    """Let the decoder read the first view of every picture, some pictures at a time."""
    device = device_of(network)
    at_once = PICTURES_AT_ONCE[device.type == "cuda"]
    for start in range(0, len(examples.names), at_once):
        places = range(start, min(start + at_once, len(examples.names)))
        compressed, logits = examples.pictures([0] * len(places), places)
        ids, probabilities = reader.most_probable(logits.to(device))
        sight = network.sight(compressed.to(device).float(), ids, probabilities)
        yield network.memory(sight, reader.pieces(ids, probabilities, language))


@torch.inference_mode()
def best_captions(
    network: PromptedDecoder,
    tokenizer: Tokenizer,
    reader: LabelReader,
    examples: CaptionExamples,
    source: str,
    length: str | None,
) -> list[str]:
    """Write the best caption of each picture.

    Args:
        network: in evaluation mode.
        tokenizer: of the decoder.
        reader: of the classes.
        examples: pictures.
        source: which prompt.
        length: which length is asked for; None leaves it open.
    """
    prompt = tokenizer.prompt(f"caption:{source}", length) * (1 if length else 2)
    found: list[str] = []
    with half_precision():
        for memory in memories(network, reader, examples, source[:2]):
            prompts = torch.tensor([prompt] * len(memory.pieces), device=device_of(network))
            best = beam_search(network, memory, prompts, BEAMS).ids[:, 0].tolist()
            found += [tokenizer.text(ids) for ids in best]
    return found


def reference_words(examples: CaptionExamples, source: str) -> list[list[tuple[str, ...]]]:
    """Return the words of every picture's captions."""
    return [[words(text, source[:2]) for text in own] for own in examples.texts[source]]


def validation_cider(captions: Sequence[str], examples: CaptionExamples, source: str) -> float:
    """Return the CIDEr of one caption a picture, as a share of 1."""
    hypotheses = [words(text, source[:2]) for text in captions]
    return float(_scorer(examples, source).scores(hypotheses, range(len(hypotheses))).mean())


@lru_cache(maxsize=4)
def _scorer(examples: CaptionExamples, source: str) -> CiderScorer:
    """Return the scorer over a split, which every epoch asks again."""
    return CiderScorer(reference_words(examples, source))
