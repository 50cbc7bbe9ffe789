"""The models of this process: loaded once, when first needed or ahead of time in the background."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmdemo.config import Settings, settings
from mmdemo.errors import MMDemoError

if TYPE_CHECKING:
    from mmdemo.backbone.base import Backbone
    from mmdemo.backbone.familiarity import FamiliarityJudge
    from mmdemo.generators.base import Generator
    from mmdemo.speech import SpeechRecognizer


@dataclass(frozen=True)
class Models:
    """What tasks need to do their work."""

    backbone: Backbone
    speech: SpeechRecognizer
    generator: Generator
    familiarity: FamiliarityJudge


_lock = threading.Lock()
_models: Models | None = None
_loading_failed = False


def load_models(chosen: Settings) -> Models:
    """Load the backbone and the speech recogniser of a profile; the rest follows when first used.

    Args:
        chosen: profile, device and folders.

    Returns:
        The models.

    Raises:
        WeightsError: weights are missing, damaged or cannot be prepared.
        ConfigError: the settings ask for what this machine does not have.
    """
    from mmdemo.backbone.familiarity import LocalFamiliarity
    from mmdemo.backbone.local import LocalBackbone
    from mmdemo.device import torch_device
    from mmdemo.generators.decoder import DecoderGenerator
    from mmdemo.generators.decoder_files import decoder_folder
    from mmdemo.speech import SpeechRecognizer
    from mmdemo.weights import AUDIO_TOWER, locate

    backbone = LocalBackbone(chosen)
    folder = locate(AUDIO_TOWER, chosen).folder
    return Models(
        backbone,
        SpeechRecognizer(backbone.audio_tower.whisper, folder, backbone.lock),
        DecoderGenerator(decoder_folder(), torch_device(backbone.device), backbone.lock),
        LocalFamiliarity(),
    )


def models() -> Models:
    """Return the models of this process, loading them on the first call.

    Raises:
        WeightsError: weights are missing, damaged or cannot be prepared.
        ConfigError: the settings ask for what this machine does not have.
    """
    global _models, _loading_failed
    with _lock:
        if _models is None:
            _loading_failed = True  # until it is known to be otherwise
            _models = load_models(settings())
            _loading_failed = False
        return _models


def models_loaded() -> bool:
    """Tell whether `models` would return at once."""
    return _models is not None


def loading_failed() -> bool:
    """Tell whether the last try to load the models ended in an error."""
    return _loading_failed and not _lock.locked()


def preload() -> None:
    """Start loading in the background; a failure is reported by the first call of `models`."""

    def load() -> None:
        with contextlib.suppress(MMDemoError):
            models()

    threading.Thread(target=load, name="mmdemo-preload", daemon=True).start()
