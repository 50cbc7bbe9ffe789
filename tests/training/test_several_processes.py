"""Two processes that share a batch take the very step that one process takes with the whole of it."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import distributed, multiprocessing, nn

from mmdemo.training.loop import average_gradients, own_part
from mmdemo.training.losses import contrastive

BATCH = 6


def _gradients() -> list[torch.Tensor]:
    """Return the gradients of a small network after one batch, of which each process takes its part."""
    generator = torch.Generator().manual_seed(0)
    first, second = torch.rand(2, BATCH, 5, generator=generator)
    torch.manual_seed(1)
    network = nn.Linear(5, 4)
    scale = nn.Parameter(torch.tensor(3.0))
    network.register_parameter("scale", scale)
    positions = own_part(torch.arange(BATCH))
    loss = contrastive("infonce", network(first[positions]), network(second[positions]), scale, scale, positions, 0.1)
    loss.backward()  # type: ignore[no-untyped-call]
    average_gradients(network)
    return [weight.grad.clone() for weight in network.parameters() if weight.grad is not None]


def _run(rank: int, folder: str) -> None:
    distributed.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2)
    torch.save(_gradients(), f"{folder}/{rank}.pt")
    distributed.destroy_process_group()


def test_two_processes_step_like_one(tmp_path: Path) -> None:
    alone = _gradients()
    multiprocessing.spawn(_run, args=(str(tmp_path),), nprocs=2)
    assert len(alone) == 3
    for rank in (0, 1):
        for mine, whole in zip(torch.load(tmp_path / f"{rank}.pt"), alone, strict=True):
            torch.testing.assert_close(mine, whole, rtol=1e-4, atol=1e-6)
