"""The local backbone on real media: shapes, spans, one encoding a file, resuming after a stop."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mmdemo.backbone.base import read_windows
from mmdemo.backbone.image_tower import grid_boxes
from mmdemo.backbone.local import LocalBackbone
from mmdemo.config import Limits
from mmdemo.errors import NoSamples
from mmdemo.evaluation.empty_cache import empty_cache
from mmdemo.evaluation.sample_media import PICTURE_FILE, SPEECH_FILES, VIDEO_FILE, sample, write_long_recording
from mmdemo.media import load_audio, load_image, open_media
from mmdemo.runtime import Models
from mmdemo.text import read_text
from mmdemo.types import AudioFile, VideoFile

pytestmark = pytest.mark.real


def test_a_picture_becomes_a_grid_and_is_found_again(real_models: Models, limits: Limits) -> None:
    backbone = real_models.backbone
    handle = open_media(sample(PICTURE_FILE), limits)
    encoding = backbone.encode(handle)
    assert (encoding.modality, encoding.tokens.shape, encoding.spans.shape) == ("image", (81, 1280), (81, 4))
    hits = backbone.statistics().hits
    assert backbone.encode(load_image(sample(PICTURE_FILE), limits)) is encoding, "handle and picture are one"
    assert backbone.encode(encoding) is encoding
    assert backbone.statistics().hits == hits + 1


def test_a_batch_keeps_its_order_and_encodes_only_what_is_new(real_models: Models, limits: Limits) -> None:
    backbone = real_models.backbone
    known = load_image(sample(PICTURE_FILE), limits)
    fresh = [load_image(np.full((50, 60, 3), level, np.uint8), limits) for level in (0, 128)]
    alone = backbone.encode(known)
    before = backbone.statistics().misses
    encoded = backbone.encode_images([fresh[0], known, fresh[1]])
    assert [item.sha256 for item in encoded] == [fresh[0].sha256, known.sha256, fresh[1].sha256]
    assert encoded[1] is alone
    assert backbone.statistics().misses == before + 2


def test_a_text_has_tokens_with_their_characters(real_models: Models, limits: Limits) -> None:
    encoding = real_models.backbone.encode(read_text("A dog runs.", limits))
    assert encoding.tokens.shape == (4, 384)
    assert encoding.spans.tolist() == [[0, 1], [2, 5], [6, 10], [10, 11]]


def test_a_clip_has_frames_and_a_soundtrack(real_models: Models, limits: Limits) -> None:
    clip = open_media(sample(VIDEO_FILE), limits)
    assert isinstance(clip, VideoFile)
    encoding = real_models.backbone.encode(clip)
    assert encoding.modality == "video"
    assert len(encoding.tokens) == len(encoding.spans) and len(encoding.tokens) % 81 == 0
    assert encoding.soundtrack is not None and encoding.soundtrack.modality == "audio"
    assert encoding.duration == pytest.approx(30.5, abs=0.5)
    assert (np.diff(encoding.spans[:, 0]) >= 0).all()


def test_speech_has_a_token_each_20_ms(real_models: Models, limits: Limits) -> None:
    encoding = real_models.backbone.encode(open_media(sample(SPEECH_FILES[0]), limits))
    assert encoding.tokens.shape == (len(encoding.spans), 512)
    assert len(encoding.tokens) <= encoding.duration / 0.02 + 1
    assert encoding.voice_activity is not None
    spoken = (encoding.spans[:, 0] > 0.6) & (encoding.spans[:, 1] < 1.3)  # “sleep with the dagger”
    assert encoding.voice_activity[spoken].mean() > 0.8


def test_a_stopped_encoding_goes_on_and_ends_the_same(tmp_path: Path, real_models: Models, limits: Limits) -> None:
    recording = tmp_path / "long.wav"
    write_long_recording(recording, 65)
    media = open_media(recording, limits)
    assert isinstance(media, AudioFile)
    whole = list(real_models.backbone.encode_windows(media))
    settings = empty_cache(tmp_path / "cache")
    stopped = LocalBackbone(settings)
    windows = stopped.encode_windows(media)
    next(windows)
    next(windows)
    windows.close()
    resumed = LocalBackbone(settings)
    tower = resumed.audio_tower
    calls = []
    original = tower.encode
    tower.encode = lambda waveform: calls.append(len(waveform)) or original(waveform)  # type: ignore
    found = list(resumed.encode_windows(media))
    assert len(calls) == len(whole) - 2, "the first two windows were not encoded again"
    assert [window.window for window in found] == [window.window for window in whole]
    for one, other in zip(found, whole, strict=True):
        np.testing.assert_array_equal(one.tokens, other.tokens)
    np.testing.assert_array_equal(
        np.concatenate([window.tokens for window in read_windows(resumed.encode(media))]),
        np.concatenate([window.tokens for window in whole]),
    )


def test_two_threads_encode_at_once_without_harm(tmp_path: Path, limits: Limits) -> None:
    backbone = LocalBackbone(empty_cache(tmp_path / "cache"))
    media = load_audio(sample(SPEECH_FILES[0]), limits)
    found = []
    threads = [threading.Thread(target=lambda: found.append(backbone.encode(media))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 2
    np.testing.assert_array_equal(np.asarray(found[0].tokens), np.asarray(found[1].tokens))


def test_a_failing_file_leaves_the_cache_usable(tmp_path: Path, real_models: Models, limits: Limits) -> None:
    good = load_audio(sample(SPEECH_FILES[2]), limits)
    missing = AudioFile(tmp_path / "gone.wav", 1.0, "gone.wav", "f" * 64)
    (tmp_path / "gone.wav").write_bytes(
        (b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
        + b"\x80>\x00\x00\x00}\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00"
    )
    with pytest.raises(NoSamples):
        real_models.backbone.encode(missing)
    assert len(real_models.backbone.encode(good).tokens) > 100


def test_the_memory_bound_is_kept(tmp_path: Path, limits: Limits) -> None:
    backbone = LocalBackbone(replace(empty_cache(tmp_path / "cache"), memory_cache_megabytes=1.0))
    pictures = [load_image(np.full((20, 20, 3), level, np.uint8), limits) for level in range(5)]
    backbone.encode_images(pictures)
    assert 0 < backbone.statistics().memory_bytes <= 1_000_000


def test_grid_boxes_tile_the_picture() -> None:
    boxes = grid_boxes(9)
    assert boxes[0].tolist() == pytest.approx([0, 0, 1 / 9, 1 / 9])
    assert boxes[10].tolist() == pytest.approx([1 / 9, 1 / 9, 2 / 9, 2 / 9])
    assert ((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sum() == pytest.approx(1.0)
