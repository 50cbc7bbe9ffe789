"""What the tests of tasks need to run over the models of both profiles, and over those of the hub in little time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

from mmdemo.runtime import Models
from mmdemo.speech import SpeechRecognizer
from mmdemo.types import EncodedWindow

DECODING = ("transcribe_window", "translate_window", "align_text", "detect_language")
"""What a recogniser does that takes seconds and depends on nothing but its arguments."""


def knows(models: Models) -> bool:
    """Tell whether models know the world: the hub's are tiny and random here, and only the form is asked of them."""
    return not models.backbone.model_id.startswith("hub:")


def remembering(speech: SpeechRecognizer, kept: dict[Any, Any]) -> SpeechRecognizer:
    """Return a recogniser that decodes the same window once, as both profiles hear with the Whisper that ships.

    Args:
        speech: of one profile.
        kept: what it and others found; they have the same weights.
    """
    remembered = copy(speech)
    for name in DECODING:
        setattr(remembered, name, _once(getattr(speech, name), name, kept))
    return remembered


def _once(decode: Callable[..., Any], name: str, kept: dict[Any, Any]) -> Callable[..., Any]:
    def found(encoded: EncodedWindow | Sequence[EncodedWindow], *others: Any, **options: Any) -> Any:
        windows = [encoded] if isinstance(encoded, EncodedWindow) else list(encoded)
        key = (name, *(_key(window) for window in windows), repr((others, options)))
        if key not in kept:
            kept[key] = decode(encoded, *others, **options)
        return kept[key]

    return found


def _key(window: EncodedWindow) -> str:
    digest = hashlib.sha256(window.tokens.tobytes())
    digest.update(f"{window.window}{window.tokens.dtype}".encode())
    return digest.hexdigest()
