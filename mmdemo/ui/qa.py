"""The Ask tab: pictures, recordings and clips are dropped, questions about them answered, and the evidence shown."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import gradio as gr
from gradio.context import Context

from mmdemo.errors import NothingToAskAbout
from mmdemo.text import text_of
from mmdemo.ui.activity import Witness
from mmdemo.ui.common import Session, remove_nameless_uploads, user_error
from mmdemo.ui.i18n import Localisation
from mmdemo.ui.qa_events import connect_events
from mmdemo.ui.qa_inputs import checked_media, checked_question
from mmdemo.ui.qa_job import Result, run_ask_job, run_look_job
from mmdemo.ui.qa_layout import build_components
from mmdemo.ui.qa_media import MediaFolder, MediaFolders
from mmdemo.ui.qa_offers import EXAMPLES, suggested
from mmdemo.ui.qa_player import copies_for_player
from mmdemo.ui.qa_session import AskJob, AskSession
from mmdemo.ui.qa_updates import (
    Updates,
    all_updates,
    chat_updates,
    download_updates,
    media_updates,
    offer_updates,
    status_updates,
)
from mmdemo.ui.qa_view import AskView, Phase
from mmdemo.ui.rates import admit
from mmdemo.ui.retrieval_errors import search_errors, sentence_without_path
from mmdemo.ui.retrieval_inputs import visitor_of
from mmdemo.ui.texts import TEXTS


class AskTab:
    """Components and handlers of the tab; make it inside a ``gr.Tab``."""

    def __init__(self, localisation: Localisation, session: gr.State) -> None:
        """Build the components and connect their events.

        Args:
            localisation: learns which component shows which text.
            session: the visitor's `Session`.
        """
        self.session = session
        self.state = gr.State(AskSession())
        self.folders = MediaFolders()
        self.parts = build_components(localisation)
        self._page = Context.root_block
        connect_events(self)

    def add(self, session: Session, state: AskSession, files: object, request: gr.Request) -> Updates:
        """Take dropped files in; those that cannot be used are named, the others stay.

        Raises:
            gr.Error: no files, too many, or not one of them can be used.
        """
        remove_nameless_uploads()
        state.forget_lost()
        paths = checked_media(files, session.language, len(state.items))
        admit(session.language)
        self._take(session, state, paths, request)
        return self._media_shown(session, state) | self.free_drop_zone()

    def free_drop_zone(self) -> Updates:
        """Empty the drop zone, the recorder and the camera, so that more can come."""
        return {part: gr.update(value=None) for part in self.parts.sources}

    def remove(self, session: Session, state: AskSession, event: gr.SelectData) -> Updates:
        """Take an item out.

        Raises:
            gr.Error: an answer about it is being worked on.
        """
        if state.answering:
            raise user_error(TEXTS["ask_busy"], session.language)
        state.remove(str(event.index).removeprefix("remove:"))
        return self._media_shown(session, state) | chat_updates(self.parts, state, session.language)

    def copy_for_player(self, session: Session, state: AskSession) -> Iterator[Updates]:
        """Make copies of what the browser cannot play."""
        yield {self.parts.strip: gr.skip()}
        for made in copies_for_player(state):
            shown = media_updates(self.parts, state, session.language) | chat_updates(
                self.parts, state, session.language
            )
            # A page that was closed is noticed only at a yield.
            yield shown if made else {self.parts.strip: gr.skip()}

    def look(self, session: Session, state: AskSession) -> Iterator[Updates]:
        """Look at the media before anything is asked, and suggest questions; a question comes before that."""
        yield {self.parts.status: gr.skip()}
        if not state.items or state.suggestions or state.folder is None or state.answering:
            return
        job = state.look = AskJob(state.items, state.folder, witness=Witness(session.ledger, "ask"))
        found = None
        try:
            found = yield from self._progress(session, state, job, run_look_job(job))
        except Exception as error:  # nobody asked for it; a question will say what is wrong
            sentence_without_path(error, job.media[0].name)
        if state.look is not job:
            return
        if found is not None and state.items == job.media:
            state.suggestions = found
        phase: Phase = "waiting" if state.answering else "cancelled" if job.cancelled else "idle"
        state.view = AskView(phase, problems=state.view.problems)
        shown = offer_updates(self.parts, state, session.language)
        yield shown | status_updates(self.parts, state, session.language)

    def ask(self, session: Session, state: AskSession, question: object) -> Updates:
        """Check a question and note it, so that the next event can answer it.

        Raises:
            gr.Error: nothing is asked, or about nothing, or another answer is being worked on.
        """
        if state.answering:
            raise user_error(TEXTS["ask_busy"], session.language)
        if state.forget_lost():
            return all_updates(self.parts, state, session.language)
        checked = checked_question(question, session.language)
        if not state.items:
            raise user_error(NothingToAskAbout().sentence, session.language)
        admit(session.language)
        session.ledger.add_text(text_of(checked))
        state.note(checked, Witness(session.ledger, "ask"))
        shown = chat_updates(self.parts, state, session.language)
        emptied = {self.parts.question: gr.update(value="")}
        return shown | emptied | status_updates(self.parts, state, session.language)

    def choose(self, session: Session, state: AskSession, request: gr.Request, event: gr.SelectData) -> Updates:
        """Ask an example or a suggested question.

        Raises:
            gr.Error: as in `ask`.
        """
        kind, _, number = str(event.index).partition(":")
        index = int(number) if number.isdecimal() and len(number) < 4 else -1
        if kind == "example" and 0 <= index < len(EXAMPLES) and not state.items:
            example = EXAMPLES[index]
            self._take(session, state, (example.path,), request)
            shown = self._media_shown(session, state)
            return shown | self.ask(session, state, TEXTS[example.question].text(session.language))
        questions = suggested(state.suggestions, session.language)
        if kind == "suggest" and 0 <= index < len(questions):
            return self.ask(session, state, questions[index])
        return {self.parts.offers: gr.skip()}

    def run(self, session: Session, state: AskSession) -> Iterator[Updates]:
        """Answer the question that was noted last, unless it was stopped while it waited.

        Raises:
            gr.Error: the sentence for whatever failed; it also stays in the conversation.
        """
        job = state.job
        if job is None or job.started or job.cancelled:
            yield {self.parts.status: gr.skip()}
            return
        job.started = True
        try:
            answer = yield from self._progress(session, state, job, run_ask_job(job))
            if state.job is job:  # not cleared meanwhile
                state.finish("cancelled" if answer is None else "done", answer)
                yield self._talk_shown(session, state)
        except Exception as error:
            if state.job is not job:
                return
            problem = sentence_without_path(error, job.media[0].name)
            state.finish("idle", problem=problem)
            yield self._talk_shown(session, state)
            raise user_error(problem, session.language) from error
        finally:
            if state.job is job and state.answering:  # closed from outside
                state.finish("cancelled")

    def stop(self, session: Session, state: AskSession) -> Updates:
        """Ask the work to stop; a question that waits for its turn is given up at once."""
        given_up = state.stop()
        return self._talk_shown(session, state) if given_up else status_updates(self.parts, state, session.language)

    def clear(self, session: Session, state: AskSession, request: gr.Request) -> Updates:
        """Delete the conversation, the media and their files, and stop what works on them."""
        state.clear()
        self.folders.close(visitor_of(request))
        emptied = {self.parts.question: gr.update(value="")} | self.free_drop_zone()
        return all_updates(self.parts, state, session.language) | emptied

    def relabel(self, session: Session, state: AskSession) -> Updates:
        """Render what depends on the language and on the moment."""
        return all_updates(self.parts, state, session.language)

    def close(self, request: gr.Request) -> None:
        """Delete the files of a visitor who left."""
        self.folders.close(visitor_of(request))

    def _take(self, session: Session, state: AskSession, paths: tuple[Path, ...], request: gr.Request) -> None:
        def open_folder() -> MediaFolder:
            folder = MediaFolder(self._is_shared)
            self.folders.add(visitor_of(request), folder)
            return folder

        with search_errors(lambda: session.language):
            count, problems = state.take(paths, open_folder)
        if not count:
            raise user_error(problems[0], session.language)

    def _is_shared(self, upload: Path) -> bool:
        """Tell whether another tab took the same upload."""
        blocks = self._page.blocks.values() if self._page is not None else ()
        return any(str(upload) in block.temp_files for block in blocks if block not in self.parts.sources)

    def _media_shown(self, session: Session, state: AskSession) -> Updates:
        shown = media_updates(self.parts, state, session.language)
        return shown | status_updates(self.parts, state, session.language)

    def _talk_shown(self, session: Session, state: AskSession) -> Updates:
        language = session.language
        shown = chat_updates(self.parts, state, language) | status_updates(self.parts, state, language)
        return shown | download_updates(self.parts, state, language)

    def _progress(
        self, session: Session, state: AskSession, job: AskJob, steps: Generator[AskView, None, Result | None]
    ) -> Generator[Updates, None, Result | None]:
        """Show how far a job is for as long as it is wanted; return its result."""
        with closing(steps):
            while True:
                try:
                    view = next(steps)
                except StopIteration as ended:
                    result: Result | None = ended.value
                    return result
                if job is not state.job and job is not state.look:  # cleared
                    return None
                job.folder.touch()
                view = replace(view, phase="stopping" if job.cancelled else view.phase, problems=state.view.problems)
                changed, state.view = view != state.view, view
                # A page that was closed is noticed only at a yield.
                yield status_updates(self.parts, state, session.language) if changed else {self.parts.status: gr.skip()}
