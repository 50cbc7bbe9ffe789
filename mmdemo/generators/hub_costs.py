"""Which models the hub profile would use here, and what they cost before they are chosen."""

from __future__ import annotations

from mmdemo.config import Settings
from mmdemo.generators.hub import chosen_generator
from mmdemo.hub.catalogue import named_model
from mmdemo.hub.plan import HubPlan, hub_plan
from mmdemo.hub.speech_models import chosen_speech


def plan_of(settings: Settings, device: str, speech_device: str) -> HubPlan:
    """Plan the models that settings and device choose.

    Args:
        settings: of the hub profile.
        device: of the networks (see `mmdemo.device.network_device`).
        speech_device: of Whisper (see `mmdemo.device.choose_device`).
    """
    speech = chosen_speech(settings, speech_device)
    aligner = named_model(settings.hub.aligner) if settings.hub.aligner else None
    others = [model for model in (speech, aligner) if model is not None]
    return hub_plan(named_model(settings.hub.backbone), chosen_generator(settings, device), others, device)
