"""The hub's models on a real GPU: ``python -m tests.hub.gpu_check [--device cpu]``, not collected by pytest.

Tiny random checkpoints of the real classes go through the code that loads and runs the real ones. It needs torch,
transformers and Pillow, nothing of the app; what lacks a package, or a class in the installed transformers, is skipped.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from mmdemo.alignment.neural_words import NeuralAligner
from mmdemo.backbone.hub_embedder import Embedded, Embedder, load_embedder, mean_embedding
from mmdemo.config import HubSettings, Settings
from mmdemo.generators.base import CaptionPrompt, HeardSound, Material, Quoted, Sampling
from mmdemo.generators.hub import WRITTEN_TOKENS, HubGenerator
from mmdemo.hub.catalogue import HubModel
from mmdemo.hub.idle import unload_idle
from mmdemo.hub.loading import free_memory, model_dtype
from mmdemo.stepwise import run_through
from mmdemo.text import text_of
from mmdemo.types import SAMPLE_RATE, Encoding, Span
from tests.hub.chat_checkpoints import write_aligner, write_gemma4, write_smolvlm
from tests.hub.tiny_models import make_embedding_gemma, make_siglip

LEAST_COSINE = 0.98
"""Between bf16 on the GPU and float32 on the CPU, as for bf16 on a CPU in ``test_embedders``."""
RANDOM = np.random.default_rng(0)
PIXELS = [RANDOM.integers(0, 255, (90, 120, 3), dtype=np.uint8) for _ in range(3)]
SOUNDS = [RANDOM.normal(0, 0.1, round(s * SAMPLE_RATE)).astype(np.float32) for s in (1.0, 31.0)]
PICTURE = Encoding(
    "image", np.zeros((1, 4), np.float32), np.zeros((1, 4), np.float32), "hub:check", "sha", pictures=(PIXELS[0],)
)


def check_network(network: Any, device: str) -> None:
    """Assert that every weight is on the device in its number format, and none is trained."""
    for name, weight in network.named_parameters():
        assert weight.device.type == device and weight.dtype is model_dtype(device), (name, weight.device, weight.dtype)
        assert not weight.requires_grad, name


def _embedded(embedder: Embedder) -> Iterator[tuple[str, list[Embedded]]]:
    yield "text", embedder.embed_texts([text_of("a dog"), text_of("一只狗在草地上奔跑", role="document")])
    yield "image", embedder.embed_pictures(PIXELS[:1])
    yield "video", embedder.embed_pictures(PIXELS)  # the frames of a clip
    if "audio" in embedder.modalities:
        yield "audio", embedder.embed_sounds(SOUNDS)


def check_embedder(make: Callable[[Path], Path], folder: Path, device: str) -> str:
    """Embed all kinds of media and compare with the same weights in float32 on the CPU."""
    model, settings = HubModel(str(make(folder))), HubSettings(image_tokens=70)
    embedder: Any = load_embedder(model, folder, settings, device)
    check_network(embedder._network, device)
    said = []
    for (kind, found), (_, wanted) in zip(
        _embedded(embedder), _embedded(load_embedder(model, folder, settings, "cpu")), strict=True
    ):
        least = min(_cosine(one, other, embedder.dimension) for one, other in zip(found, wanted, strict=True))
        assert least > LEAST_COSINE, (kind, least)
        said.append(f"{kind} {least:.4f}")
    return "cosine with float32 on the CPU: " + ", ".join(said)


def _cosine(first: Embedded, second: Embedded, dimension: int) -> float:
    vectors = [mean_embedding(one.tokens, dimension) for one in (first, second)]
    assert first.tokens.shape == second.tokens.shape and first.tokens.dtype == np.float32
    assert all(abs(float(np.linalg.norm(vector)) - 1) < 1e-5 for vector in vectors)
    return float(vectors[0] @ vectors[1])


def check_generator(make: Callable[[Path], Path], folder: Path, device: str) -> str:
    """Write captions and answers, watch a text as it comes, stop it, and unload the model."""
    settings = Settings(cache_dir=folder / "cache", hub=HubSettings(idle_minutes=0.0))
    writer = HubGenerator(HubModel(str(make(folder))), settings, device, threading.RLock())
    with writer.held.use() as chat:
        check_network(chat.network, device)
    for sampling in (Sampling(count=3), Sampling(count=2, nucleus=0.9, seed=1)):
        assert writer.captions([PICTURE], [CaptionPrompt("en", "short")], sampling)[0]
    (closed,) = writer.answers(PICTURE, ["Is there a dog?"], "en")
    assert abs(sum(guess.probability for guess in closed) - 1) < 1e-3, closed
    sounds = (HeardSound("a dog", Span(0, 1), SOUNDS[0]),)
    steps = writer.answer_steps("what?", "en", Material((PICTURE,), (Quoted("a dog", Span(0, 1)),), sounds))
    shown = list(itertools.islice(steps, 3))
    assert len(shown) == 3 and len(set(shown)) == 3, shown
    started = time.monotonic()
    steps.close()
    stopped = time.monotonic() - started
    assert not [thread for thread in threading.enumerate() if thread.name == "mmdemo-writing"]
    assert run_through(writer.answer_steps("what?", "en", Material((PICTURE,)))) is not None
    _check_leaves(writer.held, device)
    return f"at most {WRITTEN_TOKENS} tokens, stopped after 3 within {stopped:.2f} s"


def check_aligner(make: Callable[[Path], Path], folder: Path, device: str) -> str:
    """Find the times of words, and unload the model."""
    settings = Settings(cache_dir=folder / "cache", hub=HubSettings(idle_minutes=0.0))
    aligner = NeuralAligner(HubModel(str(make(folder))), settings, device, threading.RLock())
    with aligner.held.use() as loaded:
        check_network(loaded._network, device)
    found = aligner.align(SOUNDS[0], ["hello", "the", "dog"])
    assert len(found) == 3 and all(0 <= span.start <= span.end <= 1 for span in found), found
    _check_leaves(aligner.held, device)
    return "3 words in order"


def _check_leaves(held: Any, device: str) -> None:
    before = _gpu_bytes(device)
    assert held.loaded and unload_idle() >= 1 and not held.loaded
    assert device == "cpu" or _gpu_bytes(device) < before, (before, _gpu_bytes(device))


def _gpu_bytes(device: str) -> int:
    if device == "cpu":
        return 0
    import torch

    gc.collect()
    return int(torch.cuda.memory_allocated())


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


CHECKS: dict[str, tuple[Callable[[Callable[[Path], Path], Path, str], str], Callable[[Path], Path]]] = {
    "EmbeddingGemma 2": (check_embedder, make_embedding_gemma),
    "SigLIP": (check_embedder, make_siglip),
    "Gemma 4": (check_generator, write_gemma4),
    "SmolVLM": (check_generator, write_smolvlm),
    "Qwen3-ForcedAligner": (check_aligner, write_aligner),
}


def run_checks(device: str, names: Sequence[str] = tuple(CHECKS)) -> dict[str, str]:
    """Run checks, each for itself.

    Args:
        device: ``cuda`` or ``cpu``.
        names: of `CHECKS`.

    Returns:
        What came of each: it begins with ``ok``, ``skipped`` or ``failed``.
    """
    found = {}
    for name in names:
        check, make = CHECKS[name]
        started = time.monotonic()
        try:
            with _folder() as folder:
                found[name] = f"ok, {check(make, folder, device)}; {time.monotonic() - started:.1f} s"
        except ImportError as error:
            found[name] = f"skipped: {error}"
        except Exception as error:
            traceback.print_exc()
            found[name] = f"failed: {type(error).__name__}: {error}"
    return found


def main(arguments: Sequence[str]) -> int:
    """Print what came of each check; 1 when one failed."""
    import torch
    import transformers

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    device = parser.parse_args(arguments).device
    if device == "cuda" and not torch.cuda.is_available():
        print("no CUDA device; nothing was checked")
        return 1
    where = torch.cuda.get_device_name(0) if device == "cuda" else "CPU"
    print(f"{where}, {free_memory(device) / 1e9:.0f} GB free, torch {torch.__version__},", end=" ")
    print(f"transformers {transformers.__version__}, weights in {model_dtype(device)}")
    found = run_checks(device)
    for name, said in found.items():
        print(f"{name}: {said}")
    return int(any(said.startswith("failed") for said in found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
