"""Which Whisper the hub profile hears with, and what must be known of it before it is loaded."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from mmdemo.config import Settings
from mmdemo.errors import ModelUnusable
from mmdemo.hub.catalogue import HubModel, named_model
from mmdemo.hub.ctranslate2_files import MODEL_FILE, whisper_width
from mmdemo.hub.files import identity

WHISPER_FILES = (MODEL_FILE, "config.json", "tokenizer.json", "vocabulary.*", "preprocessor_config.json")
WHISPER_LARGE_V3_TURBO = HubModel(
    "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    download_bytes=1_620_000_000,
    parameters=809_000_000,
    patterns=WHISPER_FILES,
)
"""MIT; the one that faster-whisper fetches by the name ``large-v3-turbo``. Its format is CTranslate2's own, which holds
arrays and no code, as safetensors does."""
SHIPPED = "whisper-base"
"""Name of the Whisper that comes with the local profile."""


@dataclass(frozen=True)
class SpeechFiles:
    """A Whisper on the disk."""

    model_id: str  # fit for a file name
    width: int  # of its encoder's tokens
    folder: Path


def chosen_speech(settings: Settings, device: str) -> HubModel | None:
    """Return the Whisper that the settings name, or the one that suits the device.

    Args:
        settings: of the hub profile.
        device: ``cpu`` or ``cuda``.

    Returns:
        The model; None for the one that comes with the local profile, which a CPU keeps unless another is named.
    """
    name = settings.hub.speech
    if name == SHIPPED or (not name and device != "cuda"):
        return None
    return replace(
        named_model(name or WHISPER_LARGE_V3_TURBO.repository, (WHISPER_LARGE_V3_TURBO,)), patterns=WHISPER_FILES
    )


def speech_files(model: HubModel, folder: Path) -> SpeechFiles:
    """Describe a Whisper that was fetched.

    Args:
        model: which.
        folder: as `mmdemo.hub.download.download` returned it.

    Raises:
        ModelUnusable: it is not a Whisper in CTranslate2's format, or has no ``tokenizer.json``.
    """
    try:
        width = whisper_width(folder / MODEL_FILE)
    except (OSError, ValueError) as error:
        raise ModelUnusable(model=model.repository, kind="?", cause=f"no Whisper of CTranslate2: {error}") from error
    if not (folder / "tokenizer.json").is_file():
        raise ModelUnusable(model=model.repository, kind="whisper", cause="it has no tokenizer.json")
    return SpeechFiles(re.sub(r"[^\w.@-]+", "--", identity(model, folder)), width, folder)
