"""Settings come from the environment, checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmdemo.config import SPACE_LIMITS, Limits, read_settings
from mmdemo.errors import InvalidSetting


def test_an_empty_environment_gives_the_defaults() -> None:
    found = read_settings({})
    assert (found.profile, found.device, found.threads) == ("local", "auto", 0)
    assert found.limits == Limits()


def test_a_space_has_the_public_limits_and_single_ones_can_be_set() -> None:
    found = read_settings({"SPACE_ID": "me/demo", "MMDEMO_LIMIT_IMAGE_MEGAPIXELS": "12.5"})
    assert found.limits.media_minutes == SPACE_LIMITS.media_minutes
    assert found.limits.image_megapixels == 12.5


def test_whole_numbers_stay_whole() -> None:
    limits = read_settings({"MMDEMO_LIMIT_SUBTITLE_CUES": "100"}).limits
    assert limits.subtitle_cues == 100 and isinstance(limits.subtitle_cues, int)


def test_the_cache_folder_may_name_the_home() -> None:
    assert read_settings({"MMDEMO_CACHE_DIR": "~/x"}).cache_dir == Path("~/x").expanduser()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MMDEMO_PROFILE", "cloud"),
        ("MMDEMO_DEVICE", "tpu"),
        ("MMDEMO_THREADS", "many"),
        ("MMDEMO_LIMIT_MEDIA_MINUTES", "-3"),
        ("MMDEMO_LIMIT_MEDIA_MINUTES", "nan"),
        ("MMDEMO_EMBEDDING_SIZE", "700"),
        ("MMDEMO_IMAGE_TOKENS", "71"),
        ("MMDEMO_HUB_WITHOUT", "text"),
        ("MMDEMO_IDLE_MINUTES", "soon"),
    ],
)
def test_wrong_values_name_the_setting(name: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=name):
        read_settings({name: value})


def test_the_hub_profile_names_its_models() -> None:
    environment = {
        "MMDEMO_PROFILE": "hub",
        "MMDEMO_HUB_BACKBONE": "google/siglip2-base-patch16-224",
        "MMDEMO_EMBEDDING_SIZE": "256",
        "MMDEMO_IMAGE_TOKENS": "140",
        "MMDEMO_HUB_WITHOUT": "audio, image",
        "MMDEMO_IDLE_MINUTES": "0",
    }
    found = read_settings(environment)
    assert found.profile == "hub"
    assert (found.hub.embedding_size, found.hub.image_tokens, found.hub.idle_minutes) == (256, 140, 0.0)
    assert found.hub.without == {"audio", "image"}
    assert read_settings({}).hub.idle_minutes is None
