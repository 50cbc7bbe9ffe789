"""Files of all kinds on their way into the index."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from mmdemo.backbone.chinese_text import CharacterTokenizer
from mmdemo.errors import (
    FileMissing,
    OutOfMemory,
    UnreadableMedia,
)
from mmdemo.media import file_sha256
from mmdemo.tasks import disk_search, indexing, retrieval
from mmdemo.tasks.index_rows import IndexedItem, ItemVector
from mmdemo.tasks.retrieval import EmbeddingIndex
from mmdemo.types import Encoding, Modality
from tests.tasks.index_media import add, names, picture, recording, text
from tests.tasks.word_backbone import WordBackbone, words_vector


def test_names_that_are_no_unicode(index: EmbeddingIndex, photos: Path) -> None:
    shutil.copy(photos / "red dog.png", os.fsencode(photos) + b"/blue \xff cat.wav.png")
    (photos / "red dog.png").unlink()
    step = next(step for step in add(index, photos) if "cat" in step.path.name)
    assert step.outcome == "added"
    hit = index.search(text("cat"), 1)[0]
    assert hit.item_id == step.item_id and hit.source.endswith(r"blue \xff cat.wav.png")
    assert hit.source.encode() and step.item_id in {item.item_id for item in index.items()}
    index.delete([step.item_id])
    assert index.count() == 4


def test_chinese_with_a_stray_byte_is_read() -> None:
    assert CharacterTokenizer("猫").numbers("貓\udcff") == CharacterTokenizer("猫").numbers("猫?")


class OutOfMemoryError(RuntimeError):
    """Named like torch's, which cannot be raised without a GPU."""


FAILURES = [
    MemoryError(),
    OutOfMemory(name="x"),
    OutOfMemoryError("CUDA"),
    RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_one_file_that_needs_too_much_memory_does_not_stop_the_rest(
    tmp_path: Path, photos: Path, failure: Exception
) -> None:
    def fail(name: str) -> None:
        if name in {"red car", "long"}:
            raise failure

    recording(photos / "long.wav", 6.0)
    index = EmbeddingIndex.open(tmp_path / "index", WordBackbone(on_encode=fail))
    steps = {step.path.stem: step for step in add(index, photos)}
    assert {name for name, step in steps.items() if step.outcome == "failed"} == {"red car", "long"}
    assert "not enough memory" in steps["long"].problem.en and index.count() == 4  # type: ignore[union-attr]


def test_a_mistake_of_ours_is_not_blamed_on_a_file(tmp_path: Path, photos: Path) -> None:
    def fail(name: str) -> None:
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes"):
        add(EmbeddingIndex.open(tmp_path / "index", WordBackbone(on_encode=fail)), photos)


@pytest.mark.parametrize("when", ["hashed", "encoded"])
def test_a_file_that_vanishes(tmp_path: Path, photos: Path, when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def vanish(name: str) -> None:
        if name == "red car":
            (photos / "red car.png").unlink(missing_ok=True)
            raise FileNotFoundError(name)

    def hash_file(path: Path) -> str:
        vanish(path.stem)
        return file_sha256(path)

    if when == "hashed":
        monkeypatch.setattr(indexing, "file_sha256", hash_file)
    index = EmbeddingIndex.open(tmp_path / "index", WordBackbone(on_encode=vanish))
    steps = {step.path.stem: step for step in add(index, photos)}
    assert steps["red car"].problem == FileMissing(name="red car.png").sentence and index.count() == 4


def test_a_twin_of_a_broken_file_is_broken_too(index: EmbeddingIndex, photos: Path) -> None:
    picture(photos / "broken one.png", 99)
    shutil.copy(photos / "broken one.png", photos / "twin.png")
    recording(photos / "broken sound.wav", 6.0)
    shutil.copy(photos / "broken sound.wav", photos / "twin.wav")
    steps = {step.path.name: step for step in add(index, photos)}
    assert {name for name, step in steps.items() if step.outcome == "failed"} == {
        "broken one.png",
        "broken sound.wav",
        "twin.png",
        "twin.wav",
    }
    assert steps["twin.png"].problem == UnreadableMedia(name="twin.png").sentence and index.count() == 5


def test_a_long_recording_does_not_crowd_out_the_rest(
    index: EmbeddingIndex, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording(photos / "red dog talk.wav", 125.0)  # 25 spans
    add(index, photos)
    expected = names(index.search(text("red dog talk"), 4))
    monkeypatch.setattr(retrieval, "MEMORY_ROWS", 0)
    monkeypatch.setattr(disk_search, "ROWS_A_HIT", 1)
    index._version = -1
    assert names(index.search(text("red dog talk"), 4)) == expected
    for limit in (99, 2**80):
        assert len(index.search(text("red dog talk"), limit)) == 6
        assert len(index.search(text("red dog talk"), limit, modality="image")) == 5
    assert index.search(text("red dog talk"), 0) == ()


class HeardBackbone(WordBackbone):
    """Finds sounds half as probable as pictures of the same similarity."""

    def match_probability(self, similarity: float, first: Modality, second: Modality) -> float:
        return super().match_probability(similarity, first, second) / (2 if second == "audio" else 1)


@pytest.mark.parametrize("rows_in_memory", [0, 400_000])
@pytest.mark.parametrize(("query", "share"), [("red dog", 1.0), ("barking", 0.5)])
def test_what_is_heard_in_a_clip_is_judged_as_sound(
    tmp_path: Path, query: str, share: float, rows_in_memory: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval, "MEMORY_ROWS", rows_in_memory)
    backbone = HeardBackbone()
    tokens = np.zeros((1, 4), np.float32)
    sound = Encoding("audio", tokens, tokens, "words", "b", embedding=words_vector("barking"), duration=6.0)
    clip = Encoding("video", tokens, tokens, "words", "a", embedding=words_vector("red dog"), soundtrack=sound)
    index = EmbeddingIndex.open(tmp_path / "index", backbone)
    index._table.append([IndexedItem("a" * 64, "video", "clip.mp4", indexing.item_vectors(clip, backbone))])
    hit = index.search(text(query), 1)[0]
    alone = WordBackbone.match_probability(backbone, hit.score, "text", "image")
    assert hit.modality == "video" and hit.probability == pytest.approx(share * alone)
    assert hit.score > 0.7


def test_a_picture_goes_before_a_sound_that_scores_higher_on_its_own_scale(tmp_path: Path) -> None:
    class FarSounds(WordBackbone):
        def match_probability(self, similarity: float, first: Modality, second: Modality) -> float:
            return super().match_probability(similarity - (0.5 if second == "audio" else 0.0), first, second)

    backbone = FarSounds()
    index = EmbeddingIndex.open(tmp_path / "index", backbone)
    picture, sound = words_vector("red dog barn"), words_vector("red dog")
    index._table.append(
        [
            IndexedItem("a" * 64, "image", "picture.png", (ItemVector(picture),)),
            IndexedItem("b" * 64, "audio", "sound.wav", (ItemVector(sound, heard=True),)),
        ]
    )
    first, second = index.search(text("red dog"))
    assert (first.modality, second.modality) == ("image", "audio")
    assert first.score < second.score and first.probability > second.probability
