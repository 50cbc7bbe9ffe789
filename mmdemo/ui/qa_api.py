"""The public API of the Ask tab: one call from media and a question to an answer with its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import gradio as gr

from mmdemo.config import settings
from mmdemo.ui import pipeline, qa_backend
from mmdemo.ui.common import BACKBONE_CONCURRENCY, BACKBONE_QUEUE, remove_nameless_uploads
from mmdemo.ui.i18n import Localisation, request_language
from mmdemo.ui.qa_files import answer_json
from mmdemo.ui.qa_inputs import checked_language, checked_media, checked_question
from mmdemo.ui.qa_steps import in_steps
from mmdemo.ui.retrieval_errors import search_errors

if TYPE_CHECKING:
    from mmdemo.tasks.qa_media import AskProgress

PROGRESS = gr.Progress()
"""Gradio finds the progress bar of a call by this default value."""


def ask(
    files: Any,
    question: Any,
    language: Any = "auto",
    request: gr.Request | None = None,
    progress: gr.Progress = PROGRESS,
) -> Iterator[dict[str, Any]]:
    """Ask a question about pictures, recordings and clips.

    Args:
        files: The media, in the order in which the question counts them.
        question: What to ask, in English or Chinese.
        language: Language of the answer: en, zh, or auto for that of the question.

    Returns:
        The answer with its calibrated probability, whether it is sure, the best guesses, reasons to distrust it, and
        the evidence: for each piece the number and name of the file, what kind it is (region, frame, passage, sound or
        whole), start and end in seconds, the region in parts of the picture's sides, and the words. Until complete is
        true, how far the work is.
    """
    interface = request_language(request)
    with search_errors(lambda: interface):
        remove_nameless_uploads()
        paths = checked_media(files, interface)
        asked = checked_question(question, interface)
        chosen = checked_language(language, interface)
    from mmdemo.media import open_media

    media = []
    for path in paths:
        with search_errors(lambda: interface, path.name):
            media.append(open_media(path, settings().limits))
    names = [one.source for one in media]
    with search_errors(lambda: interface, ", ".join(names)):
        steps = qa_backend.ask(asked, media, pipeline.load_models(), chosen)
        with closing(in_steps(steps, lambda: False)) as running:
            step = None
            while True:
                try:
                    step = next(running) or step
                except StopIteration as ended:
                    yield {"complete": True, **answer_json(ended.value, names, interface)}
                    return
                # Also while nothing is new: a call that was cancelled is noticed only at a yield.
                if step is not None:
                    progress(step.share)
                    yield _step_json(step)


def _step_json(step: AskProgress) -> dict[str, Any]:
    shown = {"complete": False, "stage": step.stage, "share": round(step.share, 3), "media": step.media + 1}
    return {**shown, "text": step.text} if step.text else shown


def connect(localisation: Localisation) -> None:
    """Add the endpoint ``/ask``; its components are on no page."""
    make = localisation.make
    files = make(gr.File, {"label": "api_media"}, file_count="multiple", type="filepath", visible=False)
    question = make(gr.Textbox, {"label": "api_question"}, visible=False)
    language = make(gr.Textbox, {"label": "api_question_language"}, value="auto", visible=False)
    answer = make(gr.JSON, {"label": "api_answer"}, visible=False)
    gr.Button(visible=False).click(
        ask,
        [files, question, language],
        [answer],
        api_name="ask",
        concurrency_id=BACKBONE_QUEUE,
        concurrency_limit=BACKBONE_CONCURRENCY,
    )
