"""The four steps of the tour, each a real run on media that come with the app; knows nothing of Gradio."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mmdemo.stepwise import shown_as
from mmdemo.text import text_of
from mmdemo.types import Answer, CaptionLanguage, Cue, Hit, VideoFile, is_chinese_interface
from mmdemo.ui import pipeline, qa_backend
from mmdemo.ui.activity import Event, Ledger, Task, Witness, observed
from mmdemo.ui.alignment_inputs import understand
from mmdemo.ui.alignment_job import run_alignment
from mmdemo.ui.background import watched
from mmdemo.ui.captioning_inputs import checked_request
from mmdemo.ui.captioning_job import CaptionJob, Dropped, run_caption_job
from mmdemo.ui.captioning_view import CaptionView
from mmdemo.ui.common import ASSETS, work_folder
from mmdemo.ui.qa_steps import in_steps
from mmdemo.ui.retrieval_job import encode_query
from mmdemo.ui.subtitle_job import Job
from mmdemo.ui.subtitle_view import SubtitleView
from mmdemo.ui.texts import TEXTS

if TYPE_CHECKING:
    from mmdemo.runtime import Models

StepName = Literal["caption", "subtitles", "ask", "search"]
STEPS: tuple[StepName, ...] = ("caption", "subtitles", "ask", "search")
PICTURE = ASSETS / "examples" / "sunset.jpg"
CLIP = ASSETS / "examples" / "museum-message.mp4"
RECORDING = ASSETS / "examples" / "buenos-dias.mp3"
LATE = ASSETS / "tour" / "museum-late.srt"
QUERIES = ("tour_query_picture", "tour_query_clip")
"""Keys of what the last step searches for."""


@dataclass
class TourRun:
    """A step that is being worked on; mutable because the buttons must reach the handler that works on it."""

    step: StepName
    ledger: Ledger
    language: str
    cancelled: bool = False
    witness: Witness = field(init=False)  # writes down what the step asks of the backbone

    def __post_init__(self) -> None:
        self.witness = Witness(self.ledger, self.step)


@dataclass(frozen=True, eq=False)
class StepResult:
    """What came out of a step, and what the backbone did for it."""

    step: StepName
    seconds: float  # from start to end
    events: tuple[Event, ...] = ()  # of media, in the order they came
    captioned: CaptionView | None = None
    before: tuple[Cue, ...] = ()
    after: tuple[Cue, ...] = ()
    question: str = ""
    answer: Answer | None = None
    found: tuple[tuple[str, tuple[Hit, ...]], ...] = field(default=())  # query and its hits, best first


Steps = Generator[None, None, StepResult | None]


def run_step(run: TourRun) -> Steps:
    """Work on a step.

    Args:
        run: read for its Cancel flag several times a second.

    Yields:
        None while the work lasts. Closing the generator stops it.

    Returns:
        What came out of it, or None when it was cancelled.

    Raises:
        MMDemoError: the models cannot be loaded, or a file is damaged.
    """
    works: dict[StepName, Callable[[TourRun], Generator[None, None, dict[str, object] | None]]] = {
        "caption": _caption,
        "subtitles": _subtitles,
        "ask": _ask,
        "search": _search,
    }
    began, start = time.time(), time.perf_counter()
    found = yield from works[run.step](run)
    if found is None or run.cancelled:
        return None
    task: Task = run.step
    events = [one for one in run.ledger.events() if one.when >= began and one.task == task and one.part != "text"]
    return StepResult(run.step, time.perf_counter() - start, tuple(reversed(events)), **found)  # type: ignore[arg-type]


def _caption(run: TourRun) -> Generator[None, None, dict[str, object] | None]:
    request = checked_request(["en", "zh"], "short", 1, True, run.language)
    job = CaptionJob(Dropped((PICTURE,)), request, run.witness)
    view: CaptionView | None = None
    with closing(run_caption_job(job)) as views:
        for shown in views:
            view, job.cancelled = shown, run.cancelled
            yield
    if view is None or view.picture is None:
        return None
    for caption in view.picture.captions:
        run.ledger.add_text(text_of(caption.text))
    return {"captioned": view}


def _subtitles(run: TourRun) -> Generator[None, None, dict[str, object] | None]:
    job = Job(CLIP, None, understand(CLIP, LATE, "", run.language), run.witness)
    view: SubtitleView | None = None
    with closing(run_alignment(job)) as views:
        for shown in views:
            view, job.cancelled = shown, run.cancelled
            yield
    if view is None or view.outcome is None or view.tracks is None:
        return None
    return {"before": view.tracks.before, "after": view.cues}


def _ask(run: TourRun) -> Generator[None, None, dict[str, object] | None]:
    models = yield from _models(run)
    if models is None:
        return None
    question = TEXTS["tour_question"].text(run.language)
    language: CaptionLanguage = "zh" if is_chinese_interface(run.language) else "en"
    run.ledger.add_text(text_of(question))
    steps = qa_backend.ask(question, [_clip()], models, language)
    with closing(in_steps(steps, lambda: run.cancelled)) as running:
        answer = yield from shown_as(running, lambda step: None)
    return None if answer is None else {"question": question, "answer": answer}


def _search(run: TourRun) -> Generator[None, None, dict[str, object] | None]:
    from mmdemo.tasks.retrieval import EmbeddingIndex

    models = yield from _models(run)
    if models is None:
        return None
    with work_folder() as folder:
        index = EmbeddingIndex.open(folder / "index", models.backbone)
        with closing(index.add([PICTURE, CLIP, RECORDING])) as steps:  # type: ignore[type-var]
            for _ in steps:
                if run.cancelled:
                    return None
                yield
        found = []
        for key in QUERIES:
            query = TEXTS[key].text(run.language)
            found.append((query, index.search(encode_query(query, run.witness))))
            yield
    return {"found": tuple(found)}


def _models(run: TourRun) -> Generator[None, None, Models | None]:
    models = yield from watched(pipeline.load_models, None, lambda: run.cancelled)
    return None if models is None else observed(models, run.witness)


def _clip() -> VideoFile:
    from mmdemo import media
    from mmdemo.config import settings

    opened = media.open_media(CLIP, settings().limits)
    assert isinstance(opened, VideoFile), "the example is a clip"
    return opened


def step_media(step: StepName) -> Path | None:
    """Return the clip that a step is about, for the player."""
    return CLIP if step in ("subtitles", "ask") else None
