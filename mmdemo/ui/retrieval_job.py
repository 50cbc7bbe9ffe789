"""Reading files into a visitor's library as a stream of views, and encoding queries; knows nothing of Gradio."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from mmdemo.types import Encoding, Text
from mmdemo.ui import pipeline
from mmdemo.ui.activity import Witness, observed
from mmdemo.ui.background import watched
from mmdemo.ui.retrieval_library import IndexJob, Libraries, Library
from mmdemo.ui.retrieval_view import Failure, RetrievalView


def run_index_job(job: IndexJob, libraries: Libraries, visitor: str) -> Iterator[RetrievalView]:
    """Read files into a visitor's library.

    Args:
        job: read for its Cancel flag after every file. What the library has read by other models comes before its
            files.
        libraries: of all visitors.
        visitor: whose.

    Yields:
        A view after every file; the last one is in phase ``done`` or ``cancelled``. What was read is kept.

    Raises:
        MMDemoError: the models cannot be loaded, or the folder cannot be written.
    """
    view = RetrievalView("loading", total=len(job.paths))
    yield view
    models = yield from watched(pipeline.load_models, view, lambda: job.cancelled)
    if models is None:
        existing = libraries.get(visitor)
        yield replace(view, phase="cancelled", count=len(existing.items) if existing else 0)
        return
    library = libraries.open(visitor, observed(models, job.witness).backbone)
    paths = job.paths
    if not library.fits(models.backbone):
        paths = (*library.renew(models.backbone), *paths)
    try:
        view = replace(view, phase="indexing", count=len(library.items), name=paths[0].name if paths else "")
        yield view
        yield from _steps(job, paths, library, view)
    finally:
        # The visitor may have left meanwhile; the index then made its folder anew to keep what was read.
        if libraries.get(visitor) is not library:
            shutil.rmtree(library.folder, ignore_errors=True)


def _steps(job: IndexJob, paths: Sequence[Path], library: Library, view: RetrievalView) -> Iterator[RetrievalView]:
    failures: list[Failure] = []
    with closing(library.index.add(paths)) as steps:  # type: ignore[type-var]
        for step in steps:
            library.touch()
            if step.problem is not None:
                failures.append(Failure(step.path.name, step.problem))
            elif step.modality is not None:
                library.add(step.path, step.item_id, step.modality)
            view = replace(
                view,
                done=step.done,
                total=step.total,
                name=step.path.name,
                count=len(library.items),
                known=view.known + (step.outcome == "known"),
                failures=tuple(failures),
            )
            if job.cancelled:
                break
            yield view
    yield replace(view, phase="cancelled" if job.cancelled else "done")


def encode_query(query: str | Path, witness: Witness | None = None) -> Encoding:
    """Encode a text or a file that somebody searches by.

    Args:
        query: a text, or the path of a picture, a recording or a clip.
        witness: is told what is encoded.

    Raises:
        InputError: it cannot be used.
    """
    from mmdemo.config import settings
    from mmdemo.media import open_media
    from mmdemo.text import read_text

    limits = settings().limits
    media = open_media(query, limits) if isinstance(query, Path) else read_text(query, limits)
    if witness is not None and isinstance(media, Text):
        witness.ledger.add_text(media)
    return observed(pipeline.load_models(), witness).backbone.encode(media)


def example_files(folder: Path) -> Sequence[Path]:
    """List the media that come with the demo."""
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
