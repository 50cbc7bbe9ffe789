"""What every head's training shares: the optimiser, the schedule, the running mean of the weights, checkpoints."""

from __future__ import annotations

import copy
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import distributed, nn
from torch.nn import functional as F

from mmdemo.device import multiplies_bfloat16

STARTING_SCALE = 1 / 0.07
"""Radford et al. 2021 (CLIP)."""
LARGEST_SCALE = 100.0
WARM_UP = 0.1
"""Part of all steps during which the learning rate grows."""


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to learn."""

    epochs: int
    batch_size: int
    learning_rate: float = 1e-3
    weight_decay: float = 0.1
    dropout: float = 0.3
    smoothing: float = 0.05
    average_decay: float = 0.98  # of the running mean of the weights, a step
    patience: int = 6  # epochs without a better validation figure
    restarts: tuple[int, ...] = ()  # epochs at which the learning rate rises again (Loshchilov & Hutter 2017)


class Temperature(nn.Module):
    """The learned scale and offset of similarities.

    Args:
        start: of the scale; in a few thousand steps it does not get far from there.
    """

    def __init__(self, start: float = STARTING_SCALE) -> None:
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(start)))
        self.offset = nn.Parameter(torch.tensor(-10.0))

    def scale(self) -> torch.Tensor:
        """Return the inverse temperature, bounded."""
        return self.log_scale.exp().clamp(max=LARGEST_SCALE)


class Learner:
    """Steps a network and keeps the running mean of its weights, which is what gets validated and shipped.

    Args:
        network: to train.
        schedule: how.
        steps: in all.
    """

    def __init__(self, network: nn.Module, schedule: Schedule, steps: int) -> None:
        self.network = network
        self.averaged = copy.deepcopy(network).eval().requires_grad_(False)
        self._decay = schedule.average_decay
        bounds = [0, *(steps * epoch // schedule.epochs for epoch in schedule.restarts), steps]
        weights = [weight for weight in network.parameters() if weight.requires_grad]
        groups = [
            {"params": [weight for weight in weights if weight.ndim >= 2], "weight_decay": schedule.weight_decay},
            {"params": [weight for weight in weights if weight.ndim < 2], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=schedule.learning_rate, betas=(0.9, 0.98))
        self._pace = torch.optim.lr_scheduler.LambdaLR(self.optimizer, lambda step: restarted_pace(step, bounds))
        self.step_count = 0

    def step(self, loss: torch.Tensor) -> None:
        """Take one step downhill."""
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        average_gradients(self.network)
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self._pace.step()
        self.step_count += 1
        decay = min(self._decay, (1 + self.step_count) / (10 + self.step_count))
        with torch.no_grad():
            for mean, weight in zip(self.averaged.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(weight, 1 - decay)

    def state(self) -> dict[str, Any]:
        """Return what a resumed training needs."""
        return {
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "pace": self._pace.state_dict(),
            "step_count": self.step_count,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state, at the learning rate of this schedule, which may have been changed since."""
        rates = self._pace.base_lrs
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimizer.load_state_dict(state["optimizer"])
        self._pace.load_state_dict(state["pace"])
        self._pace.base_lrs = rates
        for group, rate, factor in zip(self.optimizer.param_groups, rates, self._pace.lr_lambdas, strict=True):
            group["initial_lr"], group["lr"] = rate, rate * factor(self._pace.last_epoch)
        self.step_count = state["step_count"]


def pace(step: int, steps: int) -> float:
    """Return the part of the learning rate at a step: a linear rise, then half a cosine down to 1 %."""
    rise = max(int(WARM_UP * steps), 1)
    if step < rise:
        return (step + 1) / rise
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min((step - rise) / max(steps - rise, 1), 1.0)))


def restarted_pace(step: int, bounds: Sequence[int]) -> float:
    """Return the part of the learning rate at a step, when every two bounds hold a rise and a fall of their own."""
    start = max(bound for bound in bounds[:-1] if bound <= step)
    return pace(step - start, bounds[bounds.index(start) + 1] - start)


def process_count() -> int:
    """Return how many processes train together."""
    return distributed.get_world_size() if distributed.is_available() and distributed.is_initialized() else 1


def process_rank() -> int:
    """Return which of them this is."""
    return distributed.get_rank() if process_count() > 1 else 0


@contextmanager
def first_process_first() -> Iterator[None]:
    """Let the first process do its work, such as filling a cache, before the others find it done."""
    if process_rank():
        distributed.barrier()
    yield
    if process_count() > 1 and not process_rank():
        distributed.barrier()


def average_gradients(network: nn.Module) -> None:
    """Average gradients over all processes, when there are several."""
    if process_count() == 1:
        return
    for weight in network.parameters():
        if weight.grad is not None:
            distributed.all_reduce(weight.grad)
            weight.grad /= process_count()


def own_part(positions: torch.Tensor) -> torch.Tensor:
    """Return this process's share of a batch."""
    even = len(positions) // process_count() * process_count()  # every process must bring as many rows
    return positions[:even][process_rank() :: process_count()]


def save_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write a checkpoint whole or not at all."""
    if process_rank() == 0:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(dict(state), path.with_suffix(".partial"))
        path.with_suffix(".partial").replace(path)


def training_device() -> torch.device:
    """Return this process's GPU when there is one: ``torchrun`` names its number in ``LOCAL_RANK``."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")) % torch.cuda.device_count())


def device_of(network: nn.Module) -> torch.device:
    """Return where a network's weights lie."""
    return next(network.parameters()).device


def half_precision() -> torch.autocast:
    """Multiply matrices in bfloat16 where the device has units for it; elsewhere autocast changes nothing."""
    device = training_device().type
    return torch.autocast(device, torch.bfloat16, enabled=device == "cuda" or multiplies_bfloat16())


def unit(vectors: torch.Tensor) -> torch.Tensor:
    """Scale rows to unit norm, inside training where gradients must pass."""
    return F.normalize(vectors, dim=1)
