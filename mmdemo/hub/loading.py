"""Loading from the disk under fixed rules: no remote code, safetensors only, bf16 on a GPU, float32 on a CPU."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmdemo.errors import ModelTooLarge, ModelUnusable
from mmdemo.hub.catalogue import HubModel
from mmdemo.hub.failures import loading_failures
from mmdemo.hub.files import parameter_count

if TYPE_CHECKING:
    import torch

SAFE = {"local_files_only": True, "trust_remote_code": False}
"""Given to every ``from_pretrained``."""
WORKING_SHARE = 1.15
"""Memory a model needs while it runs, over that of its parameters: a rule of thumb, not measured with these weights."""


def model_dtype(device: str) -> torch.dtype:
    """Return the number format: bfloat16 on a GPU, float32 on a CPU; float16 overflows in these models.

    Args:
        device: ``cpu``, ``cuda`` or ``meta``.
    """
    import torch

    return torch.bfloat16 if device.startswith("cuda") else torch.float32


def free_memory(device: str) -> int:
    """Return the bytes that are free on a GPU, or in the machine; 0 when that cannot be told."""
    if device.startswith("cuda"):
        import torch

        return int(torch.cuda.mem_get_info()[0])
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")), 0)


def check_memory(model: HubModel, folder: Path, device: str) -> None:
    """Refuse a model that does not fit before any of it is read.

    Raises:
        ModelTooLarge: less memory is free than it needs.
    """
    with loading_failures(model, folder):
        needed = int(parameter_count(folder) * model_dtype(device).itemsize * WORKING_SHARE)
    free = free_memory(device)
    if free and needed > free:
        raise ModelTooLarge(model=model.repository)


def load_model(auto_class: Any, model: HubModel, folder: Path, device: str, **options: Any) -> Any:
    """Load a model's network, in evaluation mode and without gradients.

    Which attention runs is left to transformers: it takes torch's own (sdpa) in every part that can; naming it would
    refuse models with one part that cannot, such as Gemma's audio tower.

    Args:
        auto_class: such as ``transformers.AutoModel``.
        model: what is loaded, for the sentences.
        folder: as `mmdemo.hub.download.download` returned it.
        device: ``cpu`` or ``cuda``.
        options: further ones for ``from_pretrained``, such as a config without a tower.

    Returns:
        The network.

    Raises:
        HubError: a sentence for what went wrong (see `mmdemo.hub.failures.loading_failures`).
        ModelUnusable: weights are missing or have other shapes than the config says.
    """
    import transformers

    transformers.utils.logging.disable_progress_bar()  # it would draw into the log of the app
    check_memory(model, folder, device)
    with loading_failures(model, folder):
        network, found = auto_class.from_pretrained(
            folder,
            dtype=model_dtype(device),
            use_safetensors=True,
            output_loading_info=True,
            **SAFE,
            **options,
        )
        absent = sorted(found["missing_keys"]) + sorted(str(key) for key in found["mismatched_keys"])
        if absent:
            kind = network.config.model_type
            raise ModelUnusable(model=model.repository, kind=kind, cause=f"missing weights: {absent[0]}")
        return network.to(device).eval().requires_grad_(False)
