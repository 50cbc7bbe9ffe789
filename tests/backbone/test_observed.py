from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mmdemo.backbone.audio_store import AudioTokenStore
from mmdemo.backbone.cache import EncodingCache
from mmdemo.backbone.cache_outcomes import collected_outcomes
from mmdemo.backbone.observed import Observation, ObservedBackbone, unobserved
from mmdemo.tasks.qa_kept import Kept
from mmdemo.text import text_of
from mmdemo.types import AudioFile, Encoding, ImageFile, Text, VideoFile
from tests.fakes import FakeBackbone

AUDIO = AudioFile(Path("talk.wav"), 40.0, "talk.wav", "a" * 64)
CLIP = VideoFile(Path("clip.mp4"), 3.0, AUDIO, "clip.mp4", "c" * 64)


def picture(name: str) -> ImageFile:
    return ImageFile(Path(name), name, name)


class CachingBackbone(FakeBackbone):
    """Looks everything but sound up in a real cache first."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._cache = EncodingCache(1_000_000, AudioTokenStore(folder, "fake", 4, 2, 1_000_000))

    def _found(self, key: str, modality: Any) -> Encoding:
        found = self._cache.get(key)
        if found is None:
            found = Encoding(modality, np.zeros((1, 4), np.float32), np.zeros((1, 4), np.float32), "fake", key)
            self._cache.put(key, found)
        return found

    def encode_images(self, images: Sequence[ImageFile]) -> list[Encoding]:
        return [self._found(image.sha256, "image") for image in images]

    def encode_texts(self, texts: Sequence[Text]) -> list[Encoding]:
        return [self._found(text.sha256, "text") for text in texts]

    def encode_frames(self, video: VideoFile) -> Generator[float, None, Encoding]:
        yield 0.5
        return self._found(f"video:{video.sha256}", "video")

    def encode(self, media: Any) -> Encoding:
        return self._found(f"video:{media.sha256}", "video") if isinstance(media, VideoFile) else super().encode(media)


@pytest.fixture
def seen() -> list[Observation]:
    return []


@pytest.fixture
def backbone(tmp_path: Path, seen: list[Observation]) -> ObservedBackbone:
    return ObservedBackbone(CachingBackbone(tmp_path), seen.append)


def test_a_batch_tells_what_was_there_and_shares_its_time(backbone: ObservedBackbone, seen: list[Observation]) -> None:
    backbone.encode(picture("one"))
    first = seen.pop()
    assert first.loading and not first.reused, "nothing had gone through the tower"
    found = backbone.encode_images([picture("one"), picture("two"), picture("three")])
    assert [(one.media.sha256, one.reused, one.loading) for one in seen] == [
        ("one", True, False),
        ("two", False, False),
        ("three", False, False),
    ]
    assert seen[0].seconds == 0.0 and seen[1].seconds == seen[2].seconds > 0.0
    assert [one.encoding for one in seen] == found


def test_a_clip_is_seen_and_heard_apart(backbone: ObservedBackbone, seen: list[Observation]) -> None:
    for _ in range(2):
        backbone.encode(CLIP)
    assert [(one.part, one.reused) for one in seen] == [
        ("frames", False),
        ("sound", False),
        ("frames", True),
        ("sound", False),  # this fake has no cache for sound, and nothing is claimed for it
    ]


def test_windows_count_only_their_own_time_and_an_early_end(
    backbone: ObservedBackbone, seen: list[Observation]
) -> None:
    windows = backbone.encode_windows(AUDIO)
    next(windows)
    windows.close()
    assert not seen[0].complete and len(list(backbone.encode_windows(AUDIO))) == 4
    assert seen[1].complete and seen[1].part == "sound" and seen[1].encoding is None
    frames = backbone.encode_frames(CLIP)
    next(frames)
    frames.close()
    assert not seen[2].complete


def test_texts_and_encodings_pass_through(backbone: ObservedBackbone, seen: list[Observation]) -> None:
    encoding = backbone.encode(text_of("a dog"))
    assert [(one.part, one.media.text) for one in seen] == [("text", "a dog")]  # type: ignore[union-attr]
    assert backbone.encode(encoding) is encoding and len(seen) == 1
    assert (backbone.model_id, backbone.device) == ("fake", "cpu") and backbone.lock is backbone.inner.lock
    assert backbone.statistics().hits == 0


def test_what_is_kept_by_model_outlives_the_observer(backbone: ObservedBackbone) -> None:
    kept: Kept[str, int] = Kept(4)
    made = []
    for _ in range(2):
        observer = ObservedBackbone(backbone.inner, lambda one: None)
        assert unobserved(observer) is backbone.inner
        kept.get_or(observer, "key", lambda: made.append(1) or 7)  # type: ignore[func-returns-value]
        del observer
    assert made == [1]


def test_outcomes_are_those_of_the_block_alone(tmp_path: Path) -> None:
    cache = EncodingCache(1_000, AudioTokenStore(tmp_path, "fake", 4, 2, 1_000))
    cache.get("outside")
    with collected_outcomes() as outcomes:
        cache.get("inside")
    cache.get("outside")
    assert outcomes == [False]
