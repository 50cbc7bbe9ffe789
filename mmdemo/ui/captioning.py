"""The Caption tab: a picture, a video or many pictures become captions in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import gradio as gr

from mmdemo.ui.activity import Witness
from mmdemo.ui.captioning_inputs import checked_dropped, checked_request
from mmdemo.ui.captioning_job import CaptionJob, CaptionSession, Dropped, run_caption_job
from mmdemo.ui.captioning_layout import build_components
from mmdemo.ui.captioning_updates import Updates, download_updates, player_updates, result_updates, status_updates
from mmdemo.ui.captioning_view import FINAL_PHASES, RUNNING_PHASES, CaptionView
from mmdemo.ui.common import (
    BACKBONE_CONCURRENCY,
    BACKBONE_QUEUE,
    EDIT_CONCURRENCY,
    Session,
    remove_nameless_uploads,
    user_error,
    work_folder,
)
from mmdemo.ui.i18n import Localisation, merged
from mmdemo.ui.rates import admit
from mmdemo.ui.retrieval_errors import search_errors, sentence_without_path
from mmdemo.ui.texts import TEXTS


class CaptionTab:
    """Components and handlers of the tab; make it inside a ``gr.Tab``."""

    def __init__(self, localisation: Localisation, session: gr.State) -> None:
        """Build the components and connect their events.

        Args:
            localisation: learns which component shows which text.
            session: the visitor's `Session`.
        """
        self.session = session
        self.state = gr.State(CaptionSession())
        self.parts = build_components(localisation)
        self._connect()

    def start(
        self, session: Session, state: CaptionSession, files: object, languages: object, style: object, count: object
    ) -> Updates:
        """Check what was given and note the job, so that the next event can work on it; it ends an earlier one.

        Raises:
            gr.Error: no files, too many, or options nobody knows.
        """
        remove_nameless_uploads()
        with search_errors(lambda: session.language):
            paths = checked_dropped(files, session.language)
            request = checked_request(languages, style, count, True, session.language)
        return (
            self._noted(session, state, CaptionJob(Dropped(paths), request, Witness(session.ledger, "caption")))
            | self.free_drop_zone()
        )

    def again(
        self, session: Session, state: CaptionSession, languages: object, style: object, count: object
    ) -> Updates:
        """Note the same files with other options.

        Raises:
            gr.Error: nothing was dropped yet, or options nobody knows.
        """
        if state.job is None:
            raise user_error(TEXTS["no_caption_file"], session.language)
        request = checked_request(languages, style, count, True, session.language)
        return self._noted(session, state, CaptionJob(state.job.dropped, request, Witness(session.ledger, "caption")))

    def change(
        self, session: Session, state: CaptionSession, languages: object, style: object, count: object
    ) -> Updates:
        """Caption a single picture anew as soon as an option changes; anything longer waits for the button.

        Raises:
            gr.Error: options nobody knows.
        """
        undecided = not state.view.subject and state.view.phase in RUNNING_PHASES  # nobody knows yet what it is
        if state.job is None or not (undecided or state.view.subject == "picture"):
            return {self.parts.status: gr.skip()}
        return self.again(session, state, languages, style, count)

    def run(self, session: Session, state: CaptionSession) -> Iterator[Updates]:
        """Work on the job that was noted last, unless it was cancelled while it waited.

        Raises:
            gr.Error: the sentence for whatever failed; it also stays on the page.
        """
        job = state.job
        if job is None or job.started or job.cancelled:
            yield {self.parts.status: gr.skip()}
            return
        job.started = True
        try:
            with closing(run_caption_job(job)) as views:
                for view in views:
                    if state.job is not job:  # something else was dropped meanwhile
                        return
                    phase = "stopping" if job.cancelled and view.phase in RUNNING_PHASES else view.phase
                    yield from self._shown(session, state, replace(view, phase=phase))
        except Exception as error:
            if state.job is not job:
                return
            problem = sentence_without_path(error, job.dropped.name)
            yield from self._shown(session, state, replace(state.view, phase="cancelled", problem=problem))
            raise user_error(problem, session.language) from error
        finally:
            if state.job is job and state.view.phase in RUNNING_PHASES:  # closed from outside
                state.view = replace(state.view, phase="cancelled")

    def cancel(self, session: Session, state: CaptionSession) -> Updates:
        """Ask the job to stop; one that waits for its turn is given up at once."""
        if state.job is not None and state.view.phase in RUNNING_PHASES:
            state.job.cancelled = True
            state.view = replace(state.view, phase="cancelled" if state.view.phase == "waiting" else "stopping")
        return status_updates(self.parts, state.view, session.language)

    def choose(self, session: Session, state: CaptionSession, event: gr.SelectData) -> Iterator[Updates]:
        """Put another caption on the card of its language, and into the downloads."""
        language, _, number = str(event.index).partition(":")
        found = state.view.picture
        if found is None or language not in state.view.languages or not number.isdecimal() or len(number) > 3:
            return
        state.view = replace(state.view, chosen={**state.view.chosen, language: int(number)})
        with search_errors(lambda: session.language, state.view.name), work_folder() as folder:
            yield result_updates(self.parts, state.view, session.language) | download_updates(
                self.parts, state.view, session.language, folder
            )

    def free_drop_zone(self) -> Updates:
        """Empty the drop zone, so that the next file can be dropped."""
        return {self.parts.files: gr.update(value=None)}

    def relabel(self, session: Session, state: CaptionSession) -> Updates:
        """Render what depends on the language and on the moment."""
        return status_updates(self.parts, state.view, session.language) | result_updates(
            self.parts, state.view, session.language
        )

    def _noted(self, session: Session, state: CaptionSession, job: CaptionJob) -> Updates:
        admit(session.language)
        if state.job is not None:
            state.job.cancelled = True
        same = state.job is not None and state.job.dropped is job.dropped
        previous = state.view
        # The picture with its captions stays on the page until the new ones come.
        kept = replace(previous, phase="waiting", problem=None) if same and previous.picture is not None else None
        state.job, state.view = job, kept or CaptionView("waiting", name=job.dropped.name)
        return merged(
            status_updates(self.parts, state.view, session.language),
            result_updates(self.parts, state.view, session.language),
            player_updates(self.parts, state.view, previous),
            download_updates(self.parts, state.view, session.language, None),
        )

    def _shown(self, session: Session, state: CaptionSession, view: CaptionView) -> Iterator[Updates]:
        previous = state.view
        if previous.picture is not None and view.subject != "video" and view.picture is None:
            view = replace(view, picture=previous.picture, chosen=previous.chosen)
        state.view = view
        updates = status_updates(self.parts, view, session.language) | player_updates(self.parts, view, previous)
        if _content(view) != _content(previous):
            updates |= result_updates(self.parts, view, session.language)
        if view.phase not in FINAL_PHASES or view.problem is not None:
            yield updates
            return
        with work_folder() as folder:  # Gradio copies the files at the yield
            yield updates | download_updates(self.parts, view, session.language, folder)

    def _connect(self) -> None:
        parts, outputs, here = self.parts, self.parts.outputs, [self.session, self.state]
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        edits: dict[str, Any] = {"concurrency_limit": EDIT_CONCURRENCY, **quiet}
        # Through the queue, because only there an error reaches the page as a sentence.
        dropped = parts.files.upload(self.start, [*here, parts.files, *parts.options], outputs, **edits)
        dropped.failure(self.free_drop_zone, None, [parts.files], queue=False, **quiet)
        photo = parts.camera.input(self.start, [*here, parts.camera, *parts.options], outputs, **edits)
        clicked = parts.again.click(self.again, [*here, *parts.options], outputs, **edits)
        changed = [
            option.input(self.change, [*here, *parts.options], outputs, trigger_mode="always_last", **edits)
            for option in (parts.languages, parts.style, parts.count)
        ]
        for started in (dropped, photo, clicked, *changed):
            started.success(
                self.run,
                here,
                outputs,
                trigger_mode="multiple",
                concurrency_id=BACKBONE_QUEUE,
                concurrency_limit=BACKBONE_CONCURRENCY,
                **quiet,
            )
        parts.cancel.click(self.cancel, here, outputs, queue=False, **quiet)
        parts.result.select(self.choose, here, outputs, trigger_mode="always_last", **edits)


def _content(view: CaptionView) -> tuple[object, ...]:
    """Return what the rendering of the result depends on."""
    return (view.picture, view.preview, view.scenes, view.rows, view.phase)
