"""The public API of the Search tab: one call from files and a query to hits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import gradio as gr

from mmdemo.types import Encoding, Hit, Modality, Sentence
from mmdemo.ui import pipeline
from mmdemo.ui.background import in_background
from mmdemo.ui.common import (
    BACKBONE_CONCURRENCY,
    BACKBONE_QUEUE,
    remove_nameless_uploads,
    work_folder,
)
from mmdemo.ui.i18n import Localisation, request_language
from mmdemo.ui.retrieval_errors import search_errors
from mmdemo.ui.retrieval_inputs import checked_files, checked_kind, checked_query_file
from mmdemo.ui.retrieval_job import encode_query
from mmdemo.ui.retrieval_library import HITS, LIBRARY_LIMIT

PROGRESS = gr.Progress()
"""Gradio finds the progress bar of a call by this default value."""


def hits_json(hits: tuple[Hit, ...], failures: list[tuple[str, Sentence]], language: str) -> dict[str, Any]:
    """Describe hits for programs.

    Args:
        hits: best first.
        failures: name and sentence of each file that could not be used.
        language: interface language of the sentences.

    Returns:
        Plain data; times in seconds.
    """
    return {
        "hits": [
            {
                "name": Path(hit.source).name,
                "item_id": hit.item_id,
                "modality": hit.modality,
                "probability": round(hit.probability, 4),
                "score": round(hit.score, 4),
                "start": None if hit.span is None else round(hit.span.start, 3),
                "end": None if hit.span is None else round(hit.span.end, 3),
            }
            for hit in hits
        ],
        "failures": [{"name": name, "reason": sentence.text(language)} for name, sentence in failures],
    }


def search(
    files: Any,
    query: Any = "",
    query_file: Any = None,
    kind: Any = "all",
    limit: Any = HITS,
    request: gr.Request | None = None,
    progress: gr.Progress = PROGRESS,
) -> Iterator[dict[str, Any]]:
    """Search files by a sentence in English or Chinese, or by a picture, a sound or a clip.

    Args:
        files: Pictures, recordings and videos to search in.
        query: What to look for; leave it empty to search by a file.
        query_file: A picture, a recording or a video to search by, in place of a text.
        kind: all, image, audio or video.
        limit: How many hits at most.

    Returns:
        The hits, best first, with their similarity and the best moment of sounds and videos in seconds, and the files
        that could not be used with the reason. While the work runs, results without hits come.
    """
    interface = request_language(request)
    with search_errors(lambda: interface):
        remove_nameless_uploads()
        paths, modality = checked_files(files, interface), checked_kind(kind, interface)
        count = int(limit) if isinstance(limit, int | float) and 1 <= limit <= LIBRARY_LIMIT else HITS
        asked = checked_query_file(query_file, interface) if query_file else str(query or "")
        yield hits_json((), [], interface)  # a client that left is noticed only at a yield
        for _ in in_background(pipeline.load_models):
            yield hits_json((), [], interface)
        encoding = encode_query(asked)
        with work_folder() as folder:
            yield from _indexed(paths, encoding, count, modality, folder, interface, progress)


def _indexed(
    paths: tuple[Path, ...],
    query: Encoding,
    count: int,
    modality: Modality | None,
    folder: Path,
    interface: str,
    progress: gr.Progress,
) -> Iterator[dict[str, Any]]:
    from mmdemo.tasks.retrieval import EmbeddingIndex

    index = EmbeddingIndex.open(folder / "index", pipeline.load_models().backbone)
    failures: list[tuple[str, Sentence]] = []
    with closing(index.add(paths)) as steps:  # type: ignore[type-var]
        for step in steps:
            progress((step.done, step.total))
            if step.problem is not None:
                failures.append((step.path.name, step.problem))
            yield hits_json((), failures, interface)
    yield hits_json(index.search(query, count, modality), failures, interface)


def connect(localisation: Localisation) -> None:
    """Add the endpoint ``/search``; its components are on no page."""
    make = localisation.make
    files = make(gr.File, {"label": "library_files"}, type="filepath", file_count="multiple", visible=False)
    query = make(gr.Textbox, {"label": "query"}, value="", visible=False)
    query_file = make(gr.File, {"label": "query_file"}, type="filepath", visible=False)
    kind = make(gr.Textbox, {"label": "kind_filter"}, value="all", visible=False)
    limit = make(gr.Number, {"label": "api_limit"}, value=HITS, precision=0, visible=False)
    hits = make(gr.JSON, {"label": "api_hits"}, visible=False)
    gr.Button(visible=False).click(
        search,
        [files, query, query_file, kind, limit],
        [hits],
        api_name="search",
        concurrency_id=BACKBONE_QUEUE,
        concurrency_limit=BACKBONE_CONCURRENCY,
    )
