"""How fast an index of 100,000 vectors is filled and searched, and whether the result is that of brute force.

``python -m mmdemo.evaluation.index_speed`` makes random unit vectors: the hardest case for the bound of the scan, as
nothing is near anything.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from mmdemo.evaluation.reports import evaluation_parser, finish, load_average
from mmdemo.tasks.index_rows import IndexedItem, ItemVector
from mmdemo.tasks.index_writer import IndexWriter
from mmdemo.tasks.retrieval import EmbeddingIndex
from mmdemo.tasks.vector_table import VectorTable
from mmdemo.types import Encoding, Float32Array, Modality

WIDTH = 384
LIMIT = 10
PARTS = 10
"""The filling is timed in so many parts: when it is linear, the later ones take no longer than the first."""


class VectorBackbone:
    """Stands in for a backbone: its encodings are made by the benchmark."""

    model_id = "random"

    def encode(self, media: Encoding) -> Encoding:
        """Return what is encoded already."""
        return media

    def match_probability(self, similarity: float, first: Modality, second: Modality) -> float:
        """Return something that grows with the similarity."""
        return (1.0 + similarity) / 2.0


def _query(embedding: Float32Array) -> Encoding:
    return Encoding("text", np.zeros((1, 1)), np.zeros((1, 2), np.float32), "random", "", embedding=embedding)


def unit_vectors(count: int, seed: int) -> Float32Array:
    """Return random directions, [N, 384]."""
    vectors = np.random.default_rng(seed).standard_normal((count, WIDTH)).astype(np.float32)
    scaled: Float32Array = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return scaled


def _fill(table: VectorTable, vectors: Float32Array) -> Iterator[float]:
    """Add the vectors by the same commits as files are added, and yield the seconds each part took."""
    writer = IndexWriter(table)
    for part in np.array_split(np.arange(len(vectors)), PARTS):
        started = time.perf_counter()
        for i in part.tolist():
            writer.put(IndexedItem(f"{i:064x}", "image", f"{i}.png", (ItemVector(vectors[i]),)))
            writer.commit_when_due()
        writer.commit()
        writer.compact()
        yield time.perf_counter() - started


def _search_ms(
    index: EmbeddingIndex, vectors: Float32Array, queries: Float32Array
) -> tuple[list[float], list[float], int]:
    """Time each query by the clock and by the processor, and count those whose hits are those of brute force."""
    milliseconds, processor, equal = [], [], 0
    for query in queries:
        encoding = _query(query)
        busy, started = time.process_time(), time.perf_counter()
        hits = index.search(encoding, LIMIT)
        milliseconds.append(1000 * (time.perf_counter() - started))
        processor.append(1000 * (time.process_time() - busy))
        expected = np.argsort(-(vectors @ query), kind="stable")[:LIMIT]
        equal += [int(hit.item_id, 16) for hit in hits] == expected.tolist()
    return milliseconds, processor, equal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; returns 0 when half of the queries take at most 20 ms and all agree with brute force."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument("--vectors", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=200)
    options = parser.parse_args(arguments)
    vectors, queries = unit_vectors(options.vectors, 0), unit_vectors(options.queries, 1)
    with tempfile.TemporaryDirectory() as folder:
        table = VectorTable(Path(folder) / "index", VectorBackbone.model_id)
        parts = list(_fill(table, vectors))
        index = EmbeddingIndex(table, VectorBackbone())  # type: ignore[arg-type]
        started = time.perf_counter()
        index.search(_query(queries[0]), LIMIT)
        opening = time.perf_counter() - started
        milliseconds, processor, equal = _search_ms(index, vectors, queries)
        megabytes = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 1e6
    p50, p95 = (float(np.percentile(milliseconds, share)) for share in (50, 95))
    headline = {
        "p50_ms": round(p50, 2),
        "p95_ms": round(p95, 2),
        "processor_p50_ms": round(float(np.median(processor)), 2),  # what an idle machine would take
        "vectors_a_second": round(len(vectors) / sum(parts)),
        "second_half_over_first": round(sum(parts[PARTS // 2 :]) / sum(parts[: PARTS // 2]), 2),
        "equal_to_brute_force": equal / len(queries),
        "first_search_s": round(opening, 2),
        "disk_mb": round(megabytes),
        "load_average": load_average(),
    }
    rows = [{"tenth": number, "seconds": seconds} for number, seconds in enumerate(parts, start=1)]
    finish({"headline": headline, "filling": rows, "search_ms": milliseconds}, rows, headline, options.json)
    return 0 if p50 <= 20 and equal == len(queries) else 1


if __name__ == "__main__":
    sys.exit(main())
