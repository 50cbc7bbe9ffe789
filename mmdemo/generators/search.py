"""Ways to find a good text: beam search and nucleus sampling, both batched, with the past kept."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from mmdemo.generators.decoder_network import Memory, PromptedDecoder
from mmdemo.generators.tokenizer import END_ID, PADDING_ID, SPECIAL

LENGTH_PENALTY = 0.9
"""Power of the length by which sums of log-probabilities are divided (Wu et al. 2016); 1 = the mean."""
LONGEST = 30
"""Tokens written at most; 99 % of the captions are shorter."""


@dataclass(frozen=True, eq=False)
class Found:
    """Texts that a search found."""

    ids: torch.Tensor  # [B, K, T] tokens behind the prompt; the end, then padding
    log_probabilities: torch.Tensor  # [B, K] sums over the tokens, the end among them

    def lengths(self) -> torch.Tensor:
        """Return the number of tokens [B, K], the end among them."""
        return (self.ids != PADDING_ID).sum(dim=2)


def _forbid(scores: torch.Tensor, first: bool) -> torch.Tensor:
    """Take prompts, padding and an end before any word out of the choice [R, V]."""
    scores[:, : len(SPECIAL)] = scores[:, : len(SPECIAL)].where(
        torch.arange(len(SPECIAL), device=scores.device) == END_ID, float("-inf")
    )
    if first:
        scores[:, END_ID] = float("-inf")
    return scores


def _forbid_repetition(scores: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Take out of the choice what would say the last token twice, or three tokens that were said before.

    Args:
        scores: [R, V].
        ids: [R, T] written so far.
    """
    scores = scores.scatter(1, ids[:, -1:], float("-inf"))
    if ids.shape[1] < 3:
        return scores
    pairs = ids.unfold(1, 2, 1)[:, :-1]  # [R, T - 2, 2]
    again = (pairs == ids[:, None, -2:]).all(dim=2)  # [R, T - 2]
    followers = ids[:, 2:].where(again, PADDING_ID)  # padding is never chosen here anyway
    return scores.scatter(1, followers, float("-inf"))


def beam_search(
    network: PromptedDecoder, memory: Memory, prompts: torch.Tensor, width: int, longest: int = LONGEST
) -> Found:
    """Keep the most probable beginnings, token by token.

    Args:
        network: in evaluation mode.
        memory: of B pictures.
        prompts: [B, P].
        width: beginnings that are kept, K.
        longest: tokens written at most.

    Returns:
        K texts a picture, best first.
    """
    batch, vocabulary = len(prompts), network.shape.vocabulary
    hidden, past = network.hidden(memory, prompts)
    scores = _forbid(network.log_probabilities(hidden[:, -1:], memory, prompts[:, -1:])[:, -1], first=True)  # [B, V]
    totals, chosen = scores.topk(width, dim=1)  # [B, K]
    rows = torch.arange(batch, device=prompts.device)[:, None].expand(batch, width).flatten()
    past = [(keys[rows], values[rows]) for keys, values in past]
    ids = chosen[:, :, None]  # [B, K, 1]
    lengths = torch.ones_like(totals)
    done = torch.zeros_like(chosen, dtype=torch.bool)
    for _ in range(longest - 1):
        if bool(done.all()):
            break
        hidden, past = network.hidden(memory, ids[:, :, -1].reshape(-1, 1), past)
        step = _forbid(network.log_probabilities(hidden, memory, ids[:, :, -1].reshape(-1, 1))[:, 0], first=False)
        step = _forbid_repetition(step, ids.flatten(0, 1)).view(batch, width, vocabulary)
        step = step.masked_fill(done[:, :, None], float("-inf"))
        step[:, :, PADDING_ID] = torch.where(done, 0.0, step[:, :, PADDING_ID])
        sums = totals[:, :, None] + step  # [B, K, V]
        longer = (lengths + (~done).float())[:, :, None]
        best = (sums / longer**LENGTH_PENALTY).flatten(1).topk(width, dim=1).indices  # [B, K]
        beams, chosen = best // vocabulary, best % vocabulary
        totals = sums.flatten(1).gather(1, best)
        lengths, done = longer[:, :, 0].gather(1, beams), done.gather(1, beams)
        ids = torch.cat([ids.gather(1, beams[:, :, None].expand(-1, -1, ids.shape[2])), chosen[:, :, None]], dim=2)
        done = done | (chosen == END_ID)
        rows = (torch.arange(batch, device=ids.device)[:, None] * width + beams).flatten()
        past = [(keys[rows], values[rows]) for keys, values in past]
    order = (totals / lengths**LENGTH_PENALTY).argsort(dim=1, descending=True)
    return Found(ids.gather(1, order[:, :, None].expand_as(ids)), totals.gather(1, order))


def sample(
    network: PromptedDecoder,
    memory: Memory,
    prompts: torch.Tensor,
    count: int,
    generator: torch.Generator,
    nucleus: float = 1.0,
    temperature: float = 1.0,
    longest: int = LONGEST,
) -> Found:
    """Draw each token from the most probable ones that together have a share of the probability.

    Args:
        network: in evaluation mode.
        memory: of B pictures.
        prompts: [B, P].
        count: texts for each, K.
        generator: of the random numbers.
        nucleus: share of the probability (Holtzman et al. 2020); 1 = all.
        temperature: below 1 for more careful choices.
        longest: tokens written at most.

    Returns:
        K texts a picture in no order; log-probabilities are the model's own, before nucleus and temperature.
    """
    prompts = prompts.repeat_interleave(count, dim=0)
    hidden, past = network.hidden(memory, prompts)
    done = torch.zeros(len(prompts), dtype=torch.bool, device=prompts.device)
    totals = torch.zeros(len(done), device=prompts.device)
    written: list[torch.Tensor] = []
    for position in range(longest):
        last = written[-1][:, None] if written else prompts[:, -1:]  # [R, 1]
        if written:
            hidden, past = network.hidden(memory, last, past)
        scores = network.log_probabilities(hidden[:, -1:], memory, last)[:, 0]  # [R, V]
        scores = _forbid(scores, first=position == 0)
        drawn = _draw(scores / temperature, nucleus, generator)  # [R]
        totals = totals + scores.gather(1, drawn[:, None])[:, 0].masked_fill(done, 0.0)
        written.append(drawn.masked_fill(done, PADDING_ID))
        done = done | (drawn == END_ID)
        if bool(done.all()):
            break
    ids = torch.stack(written, dim=1).view(-1, count, len(written))
    return Found(ids, totals.view(-1, count))


def _draw(scores: torch.Tensor, nucleus: float, generator: torch.Generator) -> torch.Tensor:
    """Draw one of [R, V] for each row."""
    probabilities = scores.softmax(dim=1)
    if nucleus >= 1.0:
        return torch.multinomial(probabilities, 1, generator=generator)[:, 0]
    ordered, order = probabilities.sort(dim=1, descending=True)
    before = ordered.cumsum(dim=1) - ordered
    kept = ordered.where(before < nucleus, 0.0)
    drawn = torch.multinomial(kept, 1, generator=generator)
    return order.gather(1, drawn)[:, 0]
