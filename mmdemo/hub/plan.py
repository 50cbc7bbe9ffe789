"""What the hub profile costs before it is chosen: bytes to fetch, memory, seconds; and what fits on a machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mmdemo.config import Settings
from mmdemo.hub.catalogue import EMBEDDING_GEMMA_2, HubModel
from mmdemo.hub.download import local_copy
from mmdemo.hub.files import CTRANSLATE2, parameter_count

CPU_BYTES, GPU_BYTES = 4 * 2.4, 2 * 1.15
"""Memory a parameter takes while the model runs. In float32: EmbeddingGemma 2 at full size took 7.2 GB for 744 million
(random weights); taken for the generators too. In bfloat16: a rule of thumb, as nothing was run on a GPU."""
CPU_SPEECH_BYTES, GPU_SPEECH_BYTES = 1.15, 2 * 1.15
"""Likewise of a Whisper, which runs in int8 on a CPU and in float16 on a GPU; a rule of thumb."""
GIGABYTE = 10**9
CPU_PICTURE_SECONDS = {70: 3.6, 280: 17.0}
"""Of one picture on a CPU by tokens: full size, random weights, float32 (``../shared/reference/hub-models.md``)."""
CPU_SOUND_SECONDS = 12.0
"""Likewise of ten seconds of sound."""
MACHINES = (8, 16, 24)
"""Gigabytes of memory that plans are made for."""


@dataclass(frozen=True)
class PlannedModel:
    """One model of the profile."""

    repository: str
    cached: bool  # whole on the disk
    fetch_bytes: int  # 0 when cached, or not known
    memory_bytes: int  # while it runs; 0 when not known
    stays: bool = False  # in memory as long as the app runs


@dataclass(frozen=True)
class HubPlan:
    """All models of the profile, as the settings and the device choose them."""

    backbone: PlannedModel
    generator: PlannedModel
    device: str
    others: tuple[PlannedModel, ...] = ()  # for speech, where the settings or the device want any

    @property
    def models(self) -> tuple[PlannedModel, ...]:
        """All of them."""
        return self.backbone, self.generator, *self.others

    @property
    def fetch_bytes(self) -> int:
        """To be fetched."""
        return sum(model.fetch_bytes for model in self.models)

    @property
    def together_bytes(self) -> int:
        """Memory when all run."""
        return sum(model.memory_bytes for model in self.models)

    @property
    def largest_bytes(self) -> int:
        """Memory when one goes before another comes."""
        staying = sum(model.memory_bytes for model in self.models if model.stays)
        return staying + max(model.memory_bytes for model in self.models if not model.stays)

    def fits(self, gigabytes: int) -> str:
        """Tell what fits into so much memory: ``all``, ``one`` at a time, ``none``, or ``?`` if that is not known."""
        if not all(model.memory_bytes for model in self.models):
            return "?"
        room = gigabytes * GIGABYTE
        return "all" if self.together_bytes <= room else "one" if self.largest_bytes <= room else "none"


def _planned(model: HubModel, device: str) -> PlannedModel:
    folder = local_copy(model)
    parameters = model.parameters
    if folder is not None:
        try:
            parameters = parameter_count(folder)
        except (OSError, ValueError, KeyError):
            folder = None
    speech = CTRANSLATE2 in model.patterns
    sizes = (CPU_SPEECH_BYTES, GPU_SPEECH_BYTES) if speech else (CPU_BYTES, GPU_BYTES)
    fetch = 0 if folder is not None else model.download_bytes
    memory = int(parameters * sizes[device != "cpu"])
    return PlannedModel(model.repository, folder is not None, fetch, memory, stays=speech)


def hub_plan(backbone: HubModel, generator: HubModel, others: Sequence[HubModel], device: str) -> HubPlan:
    """Tell what a choice of models costs; the disk is looked at, the network is not asked.

    Args:
        backbone: makes the embeddings.
        generator: writes.
        others: recognise speech and time its words, where they are of the hub.
        device: what `mmdemo.device.network_device` returned.
    """
    planned = tuple(_planned(model, device) for model in others)
    return HubPlan(_planned(backbone, device), _planned(generator, device), device, planned)


def picture_seconds(plan: HubPlan, settings: Settings) -> float:
    """Return how long a picture takes with the tokens it is set to get; 0 when that was not measured."""
    if plan.device != "cpu" or plan.backbone.repository != EMBEDDING_GEMMA_2.repository:
        return 0.0
    return CPU_PICTURE_SECONDS.get(settings.hub.image_tokens or 70, 0.0)
