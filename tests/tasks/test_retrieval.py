"""The index on disk: what goes in is found, once, by everything, and nothing is lost when the power is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mmdemo.config import Limits
from mmdemo.errors import (
    FileMissing,
    IndexFromAnotherModel,
    NoMediaFound,
    NotAnIndex,
)
from mmdemo.tasks import retrieval
from mmdemo.tasks.index_rows import IndexedItem, ItemVector
from mmdemo.tasks.retrieval import EmbeddingIndex
from mmdemo.tasks.vector_table import VectorTable
from mmdemo.types import Modality, Span
from tests.tasks.index_media import NAMES, add, names, picture, recording, text
from tests.tasks.word_backbone import WordBackbone, words_vector


def test_a_text_finds_the_picture_it_names(index: EmbeddingIndex, photos: Path) -> None:
    steps = add(index, photos)
    assert [(step.done, step.total, step.outcome) for step in steps] == [(n, 5, "added") for n in range(1, 6)]
    hits = index.search(text("the red dog"), limit=2)
    assert names(hits)[0] == "red dog" and len(hits) == 2
    assert hits[0].modality == "image" and hits[0].span is None and hits[0].item_id == steps[-1].item_id
    expected = {name: float(words_vector(name) @ words_vector("the red dog")) for name in NAMES}
    found = {Path(hit.source).stem: hit.score for hit in index.search(text("the red dog"), limit=99)}
    assert found == pytest.approx(expected, abs=1e-5)


def test_a_picture_finds_itself_and_its_like(index: EmbeddingIndex, photos: Path) -> None:
    from mmdemo.media import open_media

    add(index, photos)
    hits = index.search(open_media(photos / "red car.png", Limits()), limit=5)
    assert names(hits)[0] == "red car" and hits[0].score == pytest.approx(1.0, abs=1e-5)


def test_the_same_content_is_indexed_once(index: EmbeddingIndex, photos: Path, tmp_path: Path) -> None:
    add(index, photos)
    shutil.copy(photos / "red dog.png", photos / "copy of it.png")
    again = add(index, photos)
    assert {step.outcome for step in again} == {"known"} and index.count() == 5
    both = tmp_path / "twins"
    both.mkdir()
    picture(both / "one.png", 77)
    shutil.copy(both / "one.png", both / "two.png")
    assert [step.outcome for step in add(index, both)] == ["added", "known"]
    assert index.count() == 6


def test_long_media_are_one_hit_with_their_best_moment(index: EmbeddingIndex, photos: Path) -> None:
    recording(photos / "long talk.wav", 32.0)
    add(index, photos)
    hits = index.search(text("talk part4"), limit=10)
    assert names(hits).count("long talk") == 1 and names(hits)[0] == "long talk"
    assert hits[0].span == Span(20.0, 25.0) and hits[0].modality == "audio"
    assert index.search(text("long talk"), limit=1)[0].span is not None, "the player needs a place to start"


@pytest.mark.parametrize(("modality", "expected"), [("image", 5), ("audio", 1), ("video", 0)])
def test_a_filter_by_kind(index: EmbeddingIndex, photos: Path, modality: Modality, expected: int) -> None:
    recording(photos / "red talk.wav", 12.0)
    add(index, photos)
    hits = index.search(text("red"), limit=99, modality=modality)
    assert len(hits) == expected and {hit.modality for hit in hits} <= {modality}


def test_files_that_fail_do_not_stop_the_rest(index: EmbeddingIndex, photos: Path) -> None:
    (photos / "notes.txt").write_text("not media")
    (photos / "empty.png").touch()
    picture(photos / "broken inside.png", 99)
    (photos / ".hidden.png").write_bytes(b"x")
    steps = {step.path.name: step for step in add(index, photos)}
    failed = {name for name, step in steps.items() if step.outcome == "failed"}
    assert failed == {"notes.txt", "empty.png", "broken inside.png"} and index.count() == 5
    assert "“empty.png” is empty" in steps["empty.png"].problem.en  # type: ignore[union-attr]


def test_a_closed_generator_keeps_what_was_done(index: EmbeddingIndex, photos: Path, tmp_path: Path) -> None:
    steps = index.add([recording(tmp_path / f"talk{n}.wav", 6.0 + n) for n in range(3)])
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert index.count() == 1


def test_deleted_items_are_gone_and_can_come_back(index: EmbeddingIndex, photos: Path) -> None:
    first = add(index, photos)[0].item_id
    index.delete([first, "not there", "quote ' in it"])
    assert index.count() == 4 and first not in {hit.item_id for hit in index.search(text("red"), limit=9)}
    assert [step.outcome for step in add(index, photos)].count("added") == 1 and index.count() == 5


def test_an_index_is_found_again_and_copied(index: EmbeddingIndex, photos: Path, tmp_path: Path) -> None:
    add(index, photos)
    again = EmbeddingIndex.load(tmp_path / "index", WordBackbone())
    copy = again.save(tmp_path / "copy")
    loaded = EmbeddingIndex.load(tmp_path / "copy", WordBackbone())
    for opened in (again, copy, loaded):
        assert opened.search(text("green tree"), 3) == index.search(text("green tree"), 3)
    with pytest.raises(NotAnIndex):
        index.save(tmp_path / "copy")


def test_commits_of_another_process_are_seen(index: EmbeddingIndex, photos: Path, tmp_path: Path) -> None:
    add(index, photos / "red dog.png")
    assert len(index.search(text("dog"), 9)) == 1
    other = EmbeddingIndex.open(tmp_path / "index", WordBackbone())
    add(other, photos / "blue dog.png")
    assert len(index.search(text("dog"), 9)) == 2
    add(index, photos)
    assert index.count() == 5 and len(other.search(text("dog"), 9)) == 5


def test_two_writers_at_once_double_nothing(tmp_path: Path) -> None:
    item = IndexedItem("a" * 64, "image", "a.png", (ItemVector(words_vector("a")),))
    first, second = VectorTable(tmp_path / "index", "words"), VectorTable(tmp_path / "index", "words")
    for table in (first, second, first):
        table.append([item])
    assert first.row_count() == 1


def test_a_library_beyond_memory_is_searched_where_it_lies(
    index: EmbeddingIndex, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording(photos / "red talk.wav", 22.0)
    add(index, photos)
    queries = [text("red dog"), text("talk part2"), text("green")]
    in_memory = [index.search(query, 3) for query in queries]
    monkeypatch.setattr(retrieval, "MEMORY_ROWS", 0)
    index = EmbeddingIndex.load(tmp_path / "index", WordBackbone())
    for query, expected in zip(queries, in_memory, strict=True):
        found = index.search(query, 3)
        assert names(found) == names(expected)
        assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=1e-5)
    assert index.search(queries[1], 1)[0].span == in_memory[1][0].span
    assert {hit.modality for hit in index.search(queries[0], 9, modality="audio")} == {"audio"}
    assert len(index.items()) == 6


def test_an_object_store_works_like_a_folder(photos: Path) -> None:
    index = EmbeddingIndex.open("memory://library", WordBackbone())
    add(index, photos)
    assert names(index.search(text("old house"), 1)) == ["old house"] and index.count() == 5


def test_another_models_index_refuses_queries_and_files(index: EmbeddingIndex, photos: Path, tmp_path: Path) -> None:
    add(index, photos)
    foreign = EmbeddingIndex.load(tmp_path / "index", WordBackbone("letters"))
    assert foreign.model_id == "words" and foreign.count() == 5
    with pytest.raises(IndexFromAnotherModel, match="filled by the model “words”.*“letters”"):
        foreign.search(text("dog"))
    with pytest.raises(IndexFromAnotherModel):
        add(foreign, photos)
    with pytest.raises(IndexFromAnotherModel, match="“letters”"):
        index.search(WordBackbone("letters").encode(text("dog")))


def test_nothing_to_index_is_a_sentence(index: EmbeddingIndex, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoMediaFound):
        add(index, tmp_path / "empty")
    with pytest.raises(FileMissing):
        add(index, tmp_path / "nowhere")
    assert index.search(text("anything")) == () and index.items() == ()
