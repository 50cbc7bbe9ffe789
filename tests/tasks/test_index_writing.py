"""Commits: none is lost or doubled, by whoever and whenever the process ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mmdemo.errors import (
    IndexFromAnotherModel,
    IndexMissing,
)
from mmdemo.tasks import retrieval
from mmdemo.tasks.index_rows import IndexedItem, ItemVector, table_schema
from mmdemo.tasks.retrieval import EmbeddingIndex
from mmdemo.tasks.vector_table import VectorTable
from tests.tasks.index_media import add, picture, text
from tests.tasks.word_backbone import WordBackbone, words_vector

INDEXER = """
import itertools, sys, time
from mmdemo.tasks import index_writer, vector_table
from mmdemo.tasks.retrieval import EmbeddingIndex
from tests.tasks.word_backbone import WordBackbone

index_writer.COMMIT_SECONDS, vector_table.LEAST_FILES, vector_table.LOOSE_SHARE = 0.0, 3, 0.0
calls, last = itertools.count(), int(sys.argv[3]) + 15  # however late the kill comes, it comes before the end
wait = lambda name: time.sleep(0.005 if next(calls) < last else 60)
index = EmbeddingIndex.open(sys.argv[2], WordBackbone(on_encode=wait))
for step in index.add([sys.argv[1]]):
    print(step.done, flush=True)
"""


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(60):
        picture(folder / f"thing{n}.png", n)
    yield folder


@pytest.mark.parametrize("kill_after", [1, 17, 40])
def test_a_killed_run_loses_and_doubles_nothing(many: Path, tmp_path: Path, kill_after: int) -> None:
    command = [sys.executable, "-c", INDEXER, str(many), str(tmp_path / "index"), str(kill_after)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= kill_after:
                time.sleep(0.01 * (kill_after % 7))
                process.send_signal(signal.SIGKILL)
                break
    index = EmbeddingIndex.open(tmp_path / "index", WordBackbone())
    before = index.count()
    assert 0 < before < 60
    outcomes = [step.outcome for step in add(index, many)]
    assert outcomes.count("known") == before and outcomes.count("added") == 60 - before
    table = VectorTable(tmp_path / "index", "words")
    assert table.row_count() == 60 == len(table.known_ids())
    assert sorted(Path(item.source).name for item in index.items()) == sorted(path.name for path in many.iterdir())


@pytest.mark.parametrize("limit", [0, 400_000])
def test_an_index_without_rows_is_no_damage(
    index: EmbeddingIndex, photos: Path, tmp_path: Path, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval, "MEMORY_ROWS", limit)
    add(index, photos)
    index.delete([item.item_id for item in index.items()])
    for opened in (index, EmbeddingIndex.load(tmp_path / "index", WordBackbone())):
        assert opened.items() == () and opened.count() == 0
        assert opened.search(text("red"), 3) == () == opened.search(text("red"), 3, modality="image")
    assert {step.outcome for step in add(index, photos)} == {"added"}


@pytest.mark.parametrize("left", ["_transactions/0-1f.txn", "_versions/.tmp"])
def test_what_a_kill_at_birth_leaves_is_no_table(tmp_path: Path, photos: Path, left: str) -> None:
    leftover = tmp_path / "index" / "items.lance" / left
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(b"\x00\x01")
    with pytest.raises(IndexMissing):
        EmbeddingIndex.load(tmp_path / "index", WordBackbone())
    index = EmbeddingIndex.open(tmp_path / "index", WordBackbone())
    add(index, photos)
    assert EmbeddingIndex.load(tmp_path / "index", WordBackbone()).count() == 5


def test_a_kill_between_table_and_first_commit_is_no_damage(tmp_path: Path, photos: Path) -> None:
    import lancedb

    lancedb.connect(tmp_path / "index").create_table("items", schema=table_schema(32, "words"))
    index = EmbeddingIndex.load(tmp_path / "index", WordBackbone())
    assert index.search(text("red")) == () and index.items() == () and index.count() == 0
    add(index, photos)
    assert index.count() == 5


def test_two_models_in_one_empty_folder_do_not_mix(tmp_path: Path, photos: Path) -> None:
    first = EmbeddingIndex.open(tmp_path / "index", WordBackbone())
    second = EmbeddingIndex.open(tmp_path / "index", WordBackbone("letters"))
    add(first, photos / "red dog.png")
    for _ in range(2):
        with pytest.raises(IndexFromAnotherModel, match="filled by the model “words”.*“letters”"):
            add(second, photos)
        with pytest.raises(IndexFromAnotherModel):
            second.search(text("dog"))
        with pytest.raises(IndexFromAnotherModel):
            second._table.append([IndexedItem("a" * 64, "image", "a.png", (ItemVector(words_vector("a")),))])
    assert first.count() == 1


@pytest.mark.parametrize("rows_in_memory", [0, 400_000])
def test_a_reader_sees_the_first_commit(
    tmp_path: Path, photos: Path, rows_in_memory: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval, "MEMORY_ROWS", rows_in_memory)
    reader, writer = (EmbeddingIndex.open(tmp_path / "index", WordBackbone()) for _ in range(2))
    assert reader.search(text("red")) == () and reader.count() == 0
    add(writer, photos)
    assert len(reader.search(text("red"), 9)) == 5 == reader.count() == len(reader.items())


def test_files_are_joined_only_when_it_pays(index: EmbeddingIndex, tmp_path: Path) -> None:
    table = VectorTable(tmp_path / "index", "words")
    joined = []
    for n in range(60):
        table.append([IndexedItem(f"{n:064x}", "image", f"{n}.png", (ItemVector(words_vector(f"a{n}")),))])
        if table.compact_when_due():
            joined.append(n + 1)
        assert table._table.stats()["fragment_stats"]["num_fragments"] < 40
    assert joined[0] == 10 and 2 < len(joined) < 6, "each time the table has grown by half"
    assert index.count() == 60
