"""Profile, limits and folders: small frozen dataclasses, read from the environment once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path

from platformdirs import user_cache_path

from mmdemo.errors import InvalidSetting

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    """The largest input each door lets in; everything past it is refused before heavy work starts."""

    image_megapixels: float = 40.0
    image_megabytes: float = 50.0
    media_minutes: float = 120.0
    media_megabytes: float = 500.0
    video_frames: int = 64
    text_characters: int = 4_000
    subtitle_megabytes: float = 5.0
    subtitle_cues: int = 20_000
    queue_places: int = 20
    session_jobs_per_minute: int = 300
    address_jobs_per_minute: int = 1_500


SPACE_LIMITS = Limits(
    image_megabytes=20.0,
    media_minutes=10.0,
    media_megabytes=50.0,
    session_jobs_per_minute=12,
    address_jobs_per_minute=60,
)
"""Limits for public use, when the app runs on a Hugging Face Space."""


@dataclass(frozen=True)
class Settings:
    """Everything the environment decides."""

    profile: str = "local"
    device: str = "auto"  # auto | cpu | cuda
    threads: int = 0  # 0 = every core this process may use
    cache_dir: Path = field(default_factory=lambda: user_cache_path("mmdemo"))
    encoding_cache_megabytes: float = 4_000.0
    memory_cache_megabytes: float = 256.0
    limits: Limits = field(default_factory=Limits)
    log: str = "text"  # text | json, what the app writes to standard error
    public: bool = False  # on a Hugging Face Space, behind its proxy


PROFILES = ("local",)
DEVICES = ("auto", "cpu", "cuda")
LOGS = ("text", "json")


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name, "").strip()
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < 1e9:
        raise InvalidSetting(name=name, value=text, wanted="a positive number")
    return value


def _choice(environment: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    text = environment.get(name, "").strip().lower() or choices[0]
    if text not in choices:
        raise InvalidSetting(name=name, value=text, wanted=" | ".join(choices))
    return text


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from environment variables.

    ``MMDEMO_PROFILE``, ``MMDEMO_DEVICE``, ``MMDEMO_THREADS``, ``MMDEMO_CACHE_DIR``,
    ``MMDEMO_ENCODING_CACHE_MEGABYTES``,
    ``MMDEMO_MEMORY_CACHE_MEGABYTES``, ``MMDEMO_LOG``, and one ``MMDEMO_LIMIT_…`` for each field of `Limits`.

    Args:
        environment: usually ``os.environ``.

    Returns:
        The settings; `SPACE_LIMITS` are the defaults when ``SPACE_ID`` is set.

    Raises:
        InvalidSetting: a value cannot be used.
    """
    limits = SPACE_LIMITS if environment.get("SPACE_ID") else Limits()
    for item in fields(Limits):
        default = getattr(limits, item.name)
        value = _number(environment, f"MMDEMO_LIMIT_{item.name.upper()}", default)
        limits = replace(limits, **{item.name: type(default)(value)})
    cache_dir = environment.get("MMDEMO_CACHE_DIR", "").strip()
    defaults = Settings()
    return Settings(
        profile=_choice(environment, "MMDEMO_PROFILE", PROFILES),
        device=_choice(environment, "MMDEMO_DEVICE", DEVICES),
        threads=int(_number(environment, "MMDEMO_THREADS", defaults.threads)),
        cache_dir=Path(cache_dir).expanduser() if cache_dir else defaults.cache_dir,
        encoding_cache_megabytes=_number(
            environment, "MMDEMO_ENCODING_CACHE_MEGABYTES", defaults.encoding_cache_megabytes
        ),
        memory_cache_megabytes=_number(environment, "MMDEMO_MEMORY_CACHE_MEGABYTES", defaults.memory_cache_megabytes),
        limits=limits,
        log=_choice(environment, "MMDEMO_LOG", LOGS),
        public=bool(environment.get("SPACE_ID")),
    )


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process, read once.

    Raises:
        InvalidSetting: a value in the environment cannot be used.
    """
    return read_settings(os.environ)
