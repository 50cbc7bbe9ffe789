"""One job of the Caption tab as a stream of views; knows nothing of Gradio."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mmdemo.errors import NothingToSee
from mmdemo.types import Encoding
from mmdemo.ui import pipeline
from mmdemo.ui.activity import Witness, observed
from mmdemo.ui.background import watched
from mmdemo.ui.captioning_view import CaptionView
from mmdemo.ui.previews import preview_of
from mmdemo.ui.qa_steps import in_steps
from mmdemo.ui.writing import is_worth_showing

if TYPE_CHECKING:
    from mmdemo.runtime import Models
    from mmdemo.tasks.captioning import CaptionRequest, PictureCaptions


@dataclass
class Dropped:
    """What the visitor gave, and what is known of it so far, so that other options need not read it again."""

    paths: tuple[Path, ...]
    encoding: Encoding | None = None  # of a single picture
    preview: str = ""  # data URI

    @property
    def name(self) -> str:
        """The file name as the user knows it."""
        return self.paths[0].name


@dataclass
class CaptionJob:
    """What to caption and how; mutable because the Cancel button must reach the handler that works on it."""

    dropped: Dropped
    request: CaptionRequest
    witness: Witness | None = None
    started: bool = False
    cancelled: bool = False


@dataclass
class CaptionSession:
    """What one visitor has on the Caption tab."""

    view: CaptionView = field(default_factory=CaptionView)
    job: CaptionJob | None = None

    @property
    def given(self) -> tuple[Path, ...]:
        """The files being worked on."""
        return self.job.dropped.paths if self.job is not None else ()


def run_caption_job(job: CaptionJob) -> Generator[CaptionView, None, None]:
    """Caption a picture, a video or several pictures.

    Args:
        job: read for its Cancel flag at every step; what was found out about the files is kept in it.

    Yields:
        A view at every step; the last one is in phase ``done`` or ``cancelled``. Closing the generator stops the work.

    Raises:
        MMDemoError: the file cannot be used, or the models cannot be loaded.
    """
    dropped = job.dropped
    view = CaptionView("reading", name=dropped.name, preview=dropped.preview, languages=job.request.languages)
    yield view
    if len(dropped.paths) > 1:
        view = replace(view, subject="files", total=len(dropped.paths))
    elif dropped.encoding is None:
        view = _recognised(view, dropped.paths[0])
    else:
        view = replace(view, subject="picture")
    view = replace(view, phase="writing" if pipeline.models_loaded() else "loading")
    yield view
    models = yield from watched(pipeline.load_models, view, lambda: job.cancelled)
    if models is None:
        yield replace(view, phase="cancelled")
        return
    work = {"picture": _picture, "video": _video, "files": _files}[view.subject]
    yield from work(job, observed(models, job.witness), replace(view, phase="writing"))


def _recognised(view: CaptionView, path: Path) -> CaptionView:
    """Find out by its content what a single file is."""
    info = pipeline.probe(path)
    if info.kind == "audio":
        raise NothingToSee(name=path.name)
    if info.kind == "image":
        return replace(view, subject="picture")
    return replace(view, subject="video", player_path=path if pipeline.player_ready(path, info) else None)


def _picture(job: CaptionJob, models: Models, view: CaptionView) -> Iterator[CaptionView]:
    from mmdemo.backbone.base import made_by

    dropped = job.dropped
    if dropped.encoding is None or not made_by(dropped.encoding, models.backbone.model_id):
        dropped.encoding = None
        image = pipeline.load_image(dropped.paths[0])
        dropped.preview = preview_of(image.pixels)
        view = replace(view, preview=dropped.preview)
        yield view
        dropped.encoding = yield from watched(lambda: models.backbone.encode(image), view, lambda: job.cancelled)
    encoding = dropped.encoding
    if encoding is not None:
        explained = replace(job.request, explain=True)
        picture = yield from _written(job, pipeline.caption_in_steps(encoding, models, explained), view)
        view = replace(view, picture=picture)
    yield replace(view, phase="cancelled" if view.picture is None else "done")


def _written(
    job: CaptionJob, steps: Generator[str, None, PictureCaptions], view: CaptionView
) -> Generator[CaptionView, None, PictureCaptions | None]:
    """Show text as it comes; None when it was cancelled."""
    with closing(in_steps(steps, lambda: job.cancelled)) as running:
        while True:
            try:
                text = next(running)
            except StopIteration as ended:
                found: PictureCaptions | None = ended.value
                return found
            if text is not None and not is_worth_showing(text, view.writing):
                continue
            view = view if text is None else replace(view, writing=text)
            yield view


def _video(job: CaptionJob, models: Models, view: CaptionView) -> Iterator[CaptionView]:
    with closing(pipeline.caption_video(job.dropped.paths[0], models, job.request)) as steps:
        for step in steps:
            view = replace(view, done=step.done, total=step.total, share=step.share, scenes=step.scenes)
            if job.cancelled and not step.finished:
                yield replace(view, phase="cancelled")
                return
            yield view
    yield replace(view, phase="done")


def _files(job: CaptionJob, models: Models, view: CaptionView) -> Iterator[CaptionView]:
    request = replace(job.request, count=1, explain=False)  # a table has room for the best of each language
    with closing(pipeline.caption_files(job.dropped.paths, models, request)) as rows:  # type: ignore[type-var]
        for row in rows:
            done, total = row.done, row.total
            view = replace(view, done=done, total=total, share=done / max(total, 1), rows=(*view.rows, row))
            if job.cancelled and done < total:
                yield replace(view, phase="cancelled")
                return
            yield view
    yield replace(view, phase="done")
