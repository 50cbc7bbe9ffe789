"""How models are loaded, and a sentence for everything that can be wrong with one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError
from transformers import AutoModel

from mmdemo.backbone.hub_embedder import load_embedder
from mmdemo.config import HubSettings
from mmdemo.errors import (
    HubError,
    MMDemoError,
    ModelTooLarge,
    ModelUnusable,
    PackageMissing,
    UnknownArchitecture,
    VisionPackageUnfit,
)
from mmdemo.hub import loading
from mmdemo.hub.catalogue import HubModel
from mmdemo.hub.failures import loading_failures
from mmdemo.hub.loading import load_model, model_dtype

MODEL = HubModel("someone/tiny")


@pytest.fixture
def copy(siglip_folder: Path, tmp_path: Path) -> Path:
    """A model that may be damaged."""
    return shutil.copytree(siglip_folder, tmp_path / "copy")


def test_numbers_are_bf16_on_a_gpu_float32_on_a_cpu_and_never_float16() -> None:
    assert model_dtype("cuda") is torch.bfloat16
    assert model_dtype("cpu") is model_dtype("meta") is torch.float32


def test_the_way_to_a_gpu_is_the_same_and_asks_for_bf16(siglip_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    class Recorder(AutoModel):  # type: ignore[misc]
        @classmethod
        def from_pretrained(cls, *arguments: Any, **options: Any) -> Any:
            asked.update(options)
            return AutoModel.from_pretrained(*arguments, **options)

    moved: list[str] = []
    monkeypatch.setattr(torch.nn.Module, "to", lambda self, device: (moved.append(device), self)[1])
    monkeypatch.setattr(loading, "free_memory", lambda device: 10**12)
    network = load_model(Recorder, MODEL, siglip_folder, "cuda")
    assert moved[-1] == "cuda"
    assert {parameter.dtype for parameter in network.parameters()} == {torch.bfloat16}
    assert asked["trust_remote_code"] is False and asked["use_safetensors"] is True
    assert asked["local_files_only"] is True
    assert not network.training and not any(parameter.requires_grad for parameter in network.parameters())


def test_the_network_of_a_gpu_fits_together_on_the_meta_device(embedding_gemma_folder: Path) -> None:
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(embedding_gemma_folder)
    with torch.device("meta"):
        network = AutoModel.from_config(config, dtype=model_dtype("cuda"))
    ids = torch.full((2, 9), 300, device="meta")
    states = network(input_ids=ids).last_hidden_state
    assert states.shape == (2, 9, 768) and states.dtype is torch.bfloat16
    assert network.language_model.config._attn_implementation == "sdpa"


def test_a_model_larger_than_the_memory_is_refused_before_it_is_read(
    siglip_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "free_memory", lambda device: 1000)
    with pytest.raises(ModelTooLarge, match="someone/tiny"):
        load_model(None, MODEL, siglip_folder, "cpu")


def test_an_unknown_architecture_is_named(copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text("utf-8"))
    (copy / "config.json").write_text(json.dumps({**config, "model_type": "from_the_future"}), "utf-8")
    with pytest.raises(UnknownArchitecture, match="from_the_future"):
        load_embedder(MODEL, copy, HubSettings(), "cpu")


def test_a_model_that_would_bring_its_own_code_is_not_trusted(copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text("utf-8"))
    config |= {"model_type": "own_code", "auto_map": {"AutoConfig": "code.Config", "AutoModel": "code.Model"}}
    (copy / "config.json").write_text(json.dumps(config), "utf-8")
    (copy / "code.py").write_text("raise SystemExit('ran')", "utf-8")
    with pytest.raises(HubError):
        load_embedder(MODEL, copy, HubSettings(), "cpu")


def test_a_model_of_another_kind_is_refused(gemma4_folder: Path) -> None:
    with pytest.raises(ModelUnusable, match="gemma4"):
        load_embedder(MODEL, gemma4_folder, HubSettings(), "cpu")


def test_missing_weights_are_not_made_up(copy: Path) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(copy / "model.safetensors")
    del tensors["logit_bias"]
    save_file(tensors, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelUnusable, match="logit_bias"):
        load_embedder(MODEL, copy, HubSettings(), "cpu")


def test_pickles_are_not_read(copy: Path) -> None:
    torch.save({}, copy / "pytorch_model.bin")
    (copy / "model.safetensors").unlink()
    with pytest.raises(HubError):
        load_embedder(MODEL, copy, HubSettings(), "cpu")


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (ImportError("X requires the Torchvision library but it was not found"), VisionPackageUnfit),
        (RuntimeError("operator torchvision::nms does not exist"), VisionPackageUnfit),
        (ModuleNotFoundError("No module named 'num2words'", name="num2words"), PackageMissing),
        (torch.OutOfMemoryError("CUDA out of memory"), ModelTooLarge),
        (MemoryError(), ModelTooLarge),
        (SafetensorError("Error while deserializing header"), ModelUnusable),
        (OSError("no file named model.safetensors"), ModelUnusable),
    ],
    ids=["no torchvision", "other torchvision", "no package", "gpu memory", "memory", "safetensors", "no file"],
)
def test_every_failure_is_a_sentence(raised: Exception, expected: type[MMDemoError], siglip_folder: Path) -> None:
    with pytest.raises(expected) as caught, loading_failures(MODEL, siglip_folder):
        raise raised
    assert caught.value.sentence.zh and caught.value.__cause__ is raised
