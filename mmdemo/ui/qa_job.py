"""One job of the Ask tab as a stream of views: an answer, or questions to suggest; knows nothing of Gradio."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from mmdemo.types import Answer
from mmdemo.ui import pipeline, qa_backend
from mmdemo.ui.activity import observed
from mmdemo.ui.background import watched
from mmdemo.ui.qa_session import AskJob, Suggestions
from mmdemo.ui.qa_steps import in_steps
from mmdemo.ui.qa_view import AskView
from mmdemo.ui.writing import is_worth_showing

if TYPE_CHECKING:
    from mmdemo.runtime import Models
    from mmdemo.tasks.qa_media import AskProgress

Result = TypeVar("Result")


def run_ask_job(job: AskJob) -> Generator[AskView, None, Answer | None]:
    """Answer a question.

    Args:
        job: read for its Stop flag several times a second.

    Yields:
        A view at every step. Closing the generator stops the work.

    Returns:
        The answer, or None when it was stopped.

    Raises:
        MMDemoError: media cannot be used, or the models cannot be loaded.
    """
    models = yield from _models(job)
    if models is None:
        return None
    media = [item.media for item in job.media]
    return (yield from _shown(job, qa_backend.ask(job.question, media, models)))


def run_look_job(job: AskJob) -> Generator[AskView, None, Suggestions | None]:
    """Look at media before anything is asked, so that the first answer comes fast, and find questions to suggest.

    Args:
        job: as in `run_ask_job`.

    Yields:
        A view at every step.

    Returns:
        Questions in both languages of the interface, or None when it was stopped.

    Raises:
        MMDemoError: media cannot be used, or the models cannot be loaded.
    """
    models = yield from _models(job)
    if models is None:
        return None
    media = [item.media for item in job.media]
    return (yield from _shown(job, qa_backend.suggest(media, models)))


def _models(job: AskJob) -> Generator[AskView, None, Models | None]:
    view = AskView("encoding" if pipeline.models_loaded() else "loading", total=len(job.media))
    view = replace(view, number=1, name=job.media[0].name)
    yield view
    models = yield from watched(pipeline.load_models, view, lambda: job.unwanted)
    return None if models is None else observed(models, job.witness)


def _shown(job: AskJob, steps: Generator[AskProgress, None, Result]) -> Generator[AskView, None, Result | None]:
    """Turn the steps of a task into views of them."""
    view = AskView("encoding", total=len(job.media), number=1, name=job.media[0].name)
    with closing(in_steps(steps, lambda: job.unwanted)) as running:
        while True:
            try:
                step = next(running)
            except StopIteration as ended:
                result: Result | None = ended.value
                return result
            if step is not None and step.text and view.writing and not is_worth_showing(step.text, view.writing):
                continue
            view = view if step is None else view_of(job, step)
            yield view


def view_of(job: AskJob, step: AskProgress) -> AskView:
    """Describe a step of a task."""
    number = min(max(step.media, 0), len(job.media) - 1)
    return AskView(step.stage, step.share, number + 1, len(job.media), job.media[number].name, writing=step.text)
