"""Contrastive losses between two modalities, and what lets them see the batches of other processes."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import distributed
from torch.nn import functional as F

LossName = Literal["infonce", "sigmoid", "triplet"]
TRIPLET_MARGIN = 0.2
"""Faghri et al. 2018 (VSE++)."""
HARDEST_NEGATIVES = 16
"""With the one hardest alone, all vectors fall together within six epochs."""


def symmetric_infonce(similarity: torch.Tensor, scale: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Cross entropy of the scaled similarities over rows and over columns (Radford et al. 2021).

    Args:
        similarity: [N, N] dot products of unit vectors.
        scale: inverse temperature.
        targets: [N, N] of 0 and more; each row and column with what should be found in it, normalised here.

    Returns:
        The mean over both directions.
    """
    logits = scale * similarity
    rows = -(targets / targets.sum(dim=1, keepdim=True) * logits.log_softmax(dim=1)).sum(dim=1).mean()
    columns = -(targets / targets.sum(dim=0, keepdim=True) * logits.log_softmax(dim=0)).sum(dim=0).mean()
    return (rows + columns) / 2


def pairwise_sigmoid(
    similarity: torch.Tensor, scale: torch.Tensor, offset: torch.Tensor, positive: torch.Tensor
) -> torch.Tensor:
    """Judge each pair on its own (Zhai et al. 2023, SigLIP).

    Args:
        similarity: [N, N].
        scale: inverse temperature.
        offset: added to every logit.
        positive: [N, N] bool.

    Returns:
        The sum over all pairs, divided by N.
    """
    signs = torch.where(positive, 1.0, -1.0)
    return -F.logsigmoid(signs * (scale * similarity + offset)).sum() / len(similarity)


def hardest_triplet(
    similarity: torch.Tensor, positive: torch.Tensor, margin: float = TRIPLET_MARGIN, hardest: int = HARDEST_NEGATIVES
) -> torch.Tensor:
    """Hinge on the hardest negatives of each row and column (Faghri et al. 2018, who take the one hardest).

    Args:
        similarity: [N, N] with the pairs on the diagonal.
        positive: [N, N] bool; what is never a negative.
        margin: by which a pair should win.
        hardest: negatives of each row and column that count.

    Returns:
        The mean over both directions.
    """
    own = similarity.diagonal()
    others = similarity.masked_fill(positive, -1.0)
    count = min(hardest, max(len(own) - 1, 1))
    rows = (margin + others.topk(count, dim=1).values - own[:, None]).clamp(min=0).mean()
    columns = (margin + others.topk(count, dim=0).values - own[None, :]).clamp(min=0).mean()
    return (rows + columns) / 2


def contrastive(
    name: LossName,
    first: torch.Tensor,
    second: torch.Tensor,
    scale: torch.Tensor,
    offset: torch.Tensor,
    groups: torch.Tensor,
    smoothing: float = 0.0,
) -> torch.Tensor:
    """Compare two batches of vectors whose rows belong together, across all processes when there are several.

    Args:
        name: which loss.
        first: [N, D], of any norm.
        second: [N, D].
        scale: inverse temperature.
        offset: for the sigmoid loss.
        groups: [N] integers; rows of one group fit each other as well.
        smoothing: share of the target that is spread over the batch (InfoNCE only).

    Returns:
        A scalar.
    """
    first, second = gathered(F.normalize(first, dim=1)), gathered(F.normalize(second, dim=1))
    groups = gathered(groups)
    similarity = first @ second.T  # [N, N]
    positive = groups[:, None] == groups[None, :]
    if name == "sigmoid":
        return pairwise_sigmoid(similarity, scale, offset, positive)
    if name == "triplet":
        return hardest_triplet(similarity, positive)
    targets = positive.float()
    targets = (1 - smoothing) * targets / targets.sum(dim=1, keepdim=True) + smoothing / len(targets)
    return symmetric_infonce(similarity, scale, targets)


class GatheredRows(torch.autograd.Function):
    """Joins the rows of every process; each gets back the gradients that all processes have for its rows."""

    @staticmethod
    def forward(context: Any, rows: torch.Tensor) -> torch.Tensor:
        """Map this process's [N, …] to every process's [W * N, …]."""
        parts = [torch.empty_like(rows) for _ in range(distributed.get_world_size())]
        distributed.all_gather(parts, rows.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(context: Any, *gradients: torch.Tensor) -> torch.Tensor:
        """Sum the gradients over the processes and keep this one's rows."""
        summed = gradients[0].contiguous().clone()
        distributed.all_reduce(summed)
        return summed.chunk(distributed.get_world_size())[distributed.get_rank()]


def gathered(rows: torch.Tensor) -> torch.Tensor:
    """Join the rows of every process, with their gradients; alone, return them as they are.

    Every process computes the loss of the whole batch, so the gradients of its rows arrive summed over all processes
    and those of the weights are averaged (`mmdemo.training.loop.average_gradients`): together the gradient of one
    process with the whole batch.
    """
    if not (distributed.is_available() and distributed.is_initialized()) or distributed.get_world_size() == 1:
        return rows
    joined: torch.Tensor = GatheredRows.apply(rows) if rows.is_floating_point() else GatheredRows.forward(None, rows)
    return joined
