"""The check of a real GPU keeps running: whole where there is one, and its cheapest parts on the CPU."""

from __future__ import annotations

import pytest
import torch

from tests.hub.gpu_check import CHECKS, main, run_checks


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_runs_the_hubs_models(name: str) -> None:
    assert run_checks("cuda", [name])[name].startswith("ok")


def test_the_check_itself_runs_without_a_gpu() -> None:
    found = run_checks("cpu", ["SigLIP", "Qwen3-ForcedAligner"])
    assert all(said.startswith("ok") for said in found.values()), found


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_without_a_gpu_it_says_that_nothing_was_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 1
    assert "nothing was checked" in capsys.readouterr().out
