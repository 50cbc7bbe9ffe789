"""Profile, limits and folders: small frozen dataclasses, read from the environment once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path

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
class HubSettings:
    """Which models the hub profile uses, and how."""

    backbone: str = "google/embeddinggemma-2"  # repository, repository@revision or a folder; likewise below
    generator: str = ""  # "" = what suits the device
    speech: str = ""  # likewise
    aligner: str = ""  # of words in speech; "" = none of the hub
    embedding_size: int = 768  # dimensions kept of models trained to be cut (Matryoshka)
    image_tokens: int = 0  # tokens a picture; 0 = 70 on a CPU, 280 on a GPU
    without: frozenset[str] = frozenset()  # of `TOWERS`: not loaded
    idle_minutes: float | None = None  # models unused for so long leave the memory, 0 = never; None = on small machines


def _user_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("mmdemo")


@dataclass(frozen=True)
class Settings:
    """Everything the environment decides."""

    profile: str = "local"
    device: str = "auto"  # auto | cpu | cuda
    threads: int = 0  # 0 = every core this process may use
    cache_dir: Path = field(default_factory=_user_cache)
    encoding_cache_megabytes: float = 4_000.0
    memory_cache_megabytes: float = 256.0
    limits: Limits = field(default_factory=Limits)
    log: str = "text"  # text | json, what the app writes to standard error
    public: bool = False  # on a Hugging Face Space, behind its proxy
    hub: HubSettings = field(default_factory=HubSettings)


PROFILES = ("local", "hub")
DEVICES = ("auto", "cpu", "cuda")
LOGS = ("text", "json")
EMBEDDING_SIZES = (768, 512, 256, 128)
IMAGE_TOKENS = (70, 140, 280, 560, 1120)
TOWERS = ("image", "audio")
"""That can be left out of the hub's backbone; without text there would be nothing to compare."""


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


def _one_of(environment: Mapping[str, str], name: str, choices: tuple[int, ...], default: int) -> int:
    text = environment.get(name, "").strip()
    if not text:
        return default
    if text not in map(str, choices):
        raise InvalidSetting(name=name, value=text, wanted=" | ".join(map(str, choices)))
    return int(text)


def _towers(environment: Mapping[str, str], name: str) -> frozenset[str]:
    named = environment.get(name, "").replace(",", " ").lower().split()
    if not set(named) <= set(TOWERS):
        raise InvalidSetting(name=name, value=" ".join(named), wanted=" | ".join(TOWERS))
    return frozenset(named)


def read_hub_settings(environment: Mapping[str, str]) -> HubSettings:
    """Read what concerns the hub profile.

    ``MMDEMO_HUB_BACKBONE``, ``MMDEMO_HUB_GENERATOR``, ``MMDEMO_HUB_SPEECH``, ``MMDEMO_HUB_ALIGNER``,
    ``MMDEMO_EMBEDDING_SIZE``,
    ``MMDEMO_IMAGE_TOKENS``, ``MMDEMO_HUB_WITHOUT`` and ``MMDEMO_IDLE_MINUTES``.

    Args:
        environment: usually ``os.environ``.

    Raises:
        InvalidSetting: a value cannot be used.
    """
    defaults = HubSettings()
    idle = environment.get("MMDEMO_IDLE_MINUTES", "").strip()
    return HubSettings(
        backbone=environment.get("MMDEMO_HUB_BACKBONE", "").strip() or defaults.backbone,
        generator=environment.get("MMDEMO_HUB_GENERATOR", "").strip(),
        speech=environment.get("MMDEMO_HUB_SPEECH", "").strip(),
        aligner=environment.get("MMDEMO_HUB_ALIGNER", "").strip(),
        embedding_size=_one_of(environment, "MMDEMO_EMBEDDING_SIZE", EMBEDDING_SIZES, defaults.embedding_size),
        image_tokens=_one_of(environment, "MMDEMO_IMAGE_TOKENS", IMAGE_TOKENS, defaults.image_tokens),
        without=_towers(environment, "MMDEMO_HUB_WITHOUT"),
        idle_minutes=0.0 if idle == "0" else _number(environment, "MMDEMO_IDLE_MINUTES", 0.0) if idle else None,
    )


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from environment variables.

    ``MMDEMO_PROFILE``, ``MMDEMO_DEVICE``, ``MMDEMO_THREADS``, ``MMDEMO_CACHE_DIR``,
    ``MMDEMO_ENCODING_CACHE_MEGABYTES``,
    ``MMDEMO_MEMORY_CACHE_MEGABYTES``, ``MMDEMO_LOG``, one ``MMDEMO_LIMIT_…`` for each field of `Limits`, and those of
    `read_hub_settings`.

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
        hub=read_hub_settings(environment),
    )


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process, read once.

    Raises:
        InvalidSetting: a value in the environment cannot be used.
    """
    return read_settings(os.environ)
