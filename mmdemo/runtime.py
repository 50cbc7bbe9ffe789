"""The models of this process: loaded once, when first needed or ahead of time in the background."""

from __future__ import annotations

import contextlib
import importlib
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from mmdemo.config import PROFILES, Settings, settings
from mmdemo.errors import InvalidSetting, MMDemoError

if TYPE_CHECKING:
    from mmdemo.alignment.word_refinement import ManyLanguageAligner
    from mmdemo.backbone.base import Backbone
    from mmdemo.backbone.familiarity import FamiliarityJudge
    from mmdemo.backbone.hearing import Hearing
    from mmdemo.detection.detector import ThingDetector
    from mmdemo.generators.base import Generator
    from mmdemo.hub.progress import DownloadProgress
    from mmdemo.separation.separator import VoiceSeparator
    from mmdemo.speech import SpeechRecognizer


@dataclass(frozen=True)
class Models:
    """What tasks need to do their work."""

    backbone: Backbone
    speech: SpeechRecognizer
    generator: Generator
    familiarity: FamiliarityJudge
    detector: ThingDetector | None = None  # of the local profile; the hub's generators look for themselves
    separator: VoiceSeparator | None = None


POLITE_SWITCH_SECONDS = 0.0005
"""How long the loading ahead of time may keep a visitor's request waiting each time it needs the interpreter."""

_lock = threading.Lock()
_switching = threading.Lock()
_models: Models | None = None
_profile = ""  # chosen while the process runs; "" = that of the settings
_loading_failed = False


def load_models(chosen: Settings, progress: Callable[[DownloadProgress], None] | None = None) -> Models:
    """Load the backbone and the speech recogniser of a profile; the rest follows when first used.

    Args:
        chosen: profile, device and folders.
        progress: told of bytes that are fetched; only the hub profile fetches any.

    Returns:
        The models.

    Raises:
        WeightsError: weights are missing, damaged or cannot be prepared.
        ConfigError: the settings ask for what this machine does not have.
    """
    return _hub_models(chosen, progress) if chosen.profile == "hub" else _local_models(chosen)


def _local_models(chosen: Settings) -> Models:
    from mmdemo.backbone.familiarity import LocalFamiliarity
    from mmdemo.backbone.local import LocalBackbone
    from mmdemo.detection.detector import ThingDetector
    from mmdemo.device import torch_device
    from mmdemo.generators.decoder import DecoderGenerator
    from mmdemo.generators.decoder_files import decoder_folder
    from mmdemo.separation.separator import VoiceSeparator

    backbone = LocalBackbone(chosen)
    device = torch_device(backbone.device)
    return Models(
        backbone,
        _recogniser(backbone.hearing, backbone.lock),
        DecoderGenerator(decoder_folder(), device, backbone.lock),
        LocalFamiliarity(),
        ThingDetector(chosen, device, backbone.lock),
        VoiceSeparator(chosen, device, backbone.lock),
    )


def _hub_models(chosen: Settings, progress: Callable[[DownloadProgress], None] | None) -> Models:
    from mmdemo.alignment.neural_words import NeuralAligner
    from mmdemo.backbone.familiarity import UnknownFamiliarity
    from mmdemo.backbone.hub import HubBackbone
    from mmdemo.device import choose_device, torch_device
    from mmdemo.generators.hub import HubGenerator, chosen_generator
    from mmdemo.hub.catalogue import named_model
    from mmdemo.hub.download import download
    from mmdemo.hub.failures import loading_failures
    from mmdemo.hub.speech_models import chosen_speech, speech_files
    from mmdemo.separation.separator import VoiceSeparator

    model, speech = named_model(chosen.hub.backbone), chosen_speech(chosen, choose_device(chosen))
    whisper = None if speech is None else speech_files(speech, download(speech, chosen, progress))
    backbone = HubBackbone(chosen, model, download(model, chosen, progress), whisper)
    backbone.check()
    device = backbone.network_device
    named = chosen.hub.aligner
    aligner = NeuralAligner(named_model(named), chosen, device, backbone.lock) if named else None
    with contextlib.nullcontext() if whisper is None or speech is None else loading_failures(speech, whisper.folder):
        recogniser = _recogniser(backbone.hearing, backbone.lock, aligner)
    return Models(
        backbone,
        recogniser,
        HubGenerator(chosen_generator(chosen, device), chosen, device, backbone.lock),
        UnknownFamiliarity(),
        separator=VoiceSeparator(chosen, torch_device(choose_device(chosen)), backbone.lock),
    )


def _recogniser(
    hearing: Hearing, lock: threading.RLock, aligner: ManyLanguageAligner | None = None
) -> SpeechRecognizer:
    from mmdemo.speech import SpeechRecognizer

    return SpeechRecognizer(hearing.audio_tower.whisper, hearing.folder, lock, hearing.model_id, aligner)


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
            _models = load_models(active_settings())
            _loading_failed = False
        return _models


def active_settings() -> Settings:
    """Return the settings with the profile that is in use now.

    Raises:
        InvalidSetting: a value in the environment cannot be used.
    """
    return replace(settings(), profile=_profile) if _profile else settings()


def switch_profile(profile: str, progress: Callable[[DownloadProgress], None] | None = None) -> Models:
    """Change to the models of another profile while the process runs.

    Whoever works with the old models finishes with them; encodings of one model are never compared with those of
    another, as each backbone has caches of its own and search indices name theirs.

    Args:
        profile: ``local`` or ``hub``.
        progress: told of bytes that are fetched.

    Returns:
        The new models.

    Raises:
        WeightsError: they cannot be fetched or loaded; the old ones stay in use.
        InvalidSetting: there is no such profile.
    """
    global _models, _profile, _loading_failed
    if profile not in PROFILES:
        raise InvalidSetting(name="profile", value=profile, wanted=" | ".join(PROFILES))
    with _switching:
        if _models is not None and active_settings().profile == profile:
            return _models
        loaded = load_models(replace(settings(), profile=profile), progress)
        with _lock:
            _models, _profile, _loading_failed = loaded, profile, False
        if profile != "hub":
            _let_go()
        return loaded


def _let_go() -> None:
    """Unload the hub's models, which a library or a running job may still hold."""
    from mmdemo.hub.idle import unload_idle

    unload_idle()


def fetches_when_used() -> bool:
    """Tell whether some of the models in use are fetched only when they are first needed."""
    return active_settings().profile == "hub"


def downloads() -> dict[str, DownloadProgress]:
    """Return what is being fetched, by the model's name; nothing is imported for it where nothing is fetched."""
    if not fetches_when_used():
        return {}
    from mmdemo.hub import progress

    return progress.downloads()


def models_loaded() -> bool:
    """Tell whether `models` would return at once."""
    return _models is not None


def loading_failed() -> bool:
    """Tell whether the last try to load the models ended in an error."""
    return _loading_failed and not _lock.locked()


def preload(others: Iterable[Callable[[], object]] = (), before_each: Callable[[], object] | None = None) -> None:
    """Start loading in the background; a failure is reported by the first call of `models`.

    Args:
        others: are called behind the models, such as to read dictionaries.
        before_each: is called before every step, such as to wait until a page has been delivered.
    """

    def load() -> None:
        usual = sys.getswitchinterval()
        sys.setswitchinterval(POLITE_SWITCH_SECONDS)
        try:
            for step in chain((_import_libraries, _try_models), others):
                if before_each is not None:
                    before_each()
                step()
        finally:
            sys.setswitchinterval(usual)

    threading.Thread(target=load, name="mmdemo-preload", daemon=True).start()


def _import_libraries() -> None:
    """Import what takes longest."""
    importlib.import_module("torch")


def _try_models() -> None:
    with contextlib.suppress(MMDemoError):
        models()
