"""Settings over an empty cache, so that no measurement is served by what an earlier run encoded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mmdemo.config import Settings, settings
from mmdemo.weights import AUDIO_TOWER, locate


def empty_cache(folder: Path) -> Settings:
    """Return this process's settings with another cache folder, which holds the joined weights and nothing else.

    Args:
        folder: does not exist yet.

    Returns:
        The settings.
    """
    weights = locate(AUDIO_TOWER, settings()).folder
    (folder / "weights").mkdir(parents=True)
    (folder / "weights" / weights.name).symlink_to(weights)
    return replace(settings(), cache_dir=folder)
