"""The Search tab: a visitor's files become a library that a sentence, a picture, a sound or a clip searches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import gradio as gr

from mmdemo.ui.activity import Witness
from mmdemo.ui.common import ASSETS, Session, remove_nameless_uploads, user_error
from mmdemo.ui.i18n import Localisation, merged
from mmdemo.ui.rates import admit
from mmdemo.ui.retrieval_choice import copy_item, open_item
from mmdemo.ui.retrieval_errors import search_errors, sentence_without_path
from mmdemo.ui.retrieval_events import connect_events
from mmdemo.ui.retrieval_inputs import checked_files, checked_kind, checked_query_file, visitor_of
from mmdemo.ui.retrieval_job import encode_query, example_files, run_index_job
from mmdemo.ui.retrieval_layout import build_components
from mmdemo.ui.retrieval_library import IndexJob, Libraries, Library, RetrievalSession
from mmdemo.ui.retrieval_updates import (
    Updates,
    detail_updates,
    empty_updates,
    hit_updates,
    map_updates,
    player_updates,
    results_updates,
    shown_hits,
    status_updates,
    waiting_updates,
)
from mmdemo.ui.retrieval_view import RUNNING_PHASES, RetrievalView, joined_view
from mmdemo.ui.texts import TEXTS


class SearchTab:
    """Components and handlers of the tab; make it inside a ``gr.Tab``."""

    def __init__(self, localisation: Localisation, session: gr.State) -> None:
        """Build the components and connect their events.

        Args:
            localisation: learns which component shows which text.
            session: the visitor's `Session`.
        """
        self.session = session
        self.state = gr.State(RetrievalSession())
        self.libraries = Libraries()
        self.parts = build_components(localisation)
        connect_events(self)

    def start(self, session: Session, state: RetrievalSession, files: object, request: gr.Request) -> Updates:
        """Check what was given and note the job, so that the next event can work on it.

        Raises:
            gr.Error: no files, too many, or others are being read.
        """
        remove_nameless_uploads()
        if state.view.phase in RUNNING_PHASES:  # a second job would take the first one's place, and its Cancel
            raise user_error(TEXTS["library_busy"], session.language)
        library = self._library(request)
        paths = checked_files(files, session.language, len(library.items) if library else 0)
        admit(session.language)
        lost = self._lost(session, state, request) or {}
        state.job = IndexJob(paths, Witness(session.ledger, "search"))
        state.view = replace(state.view, phase="waiting", total=len(paths), done=0, failures=(), known=0, problem=None)
        status = status_updates(self.parts, state.view, session.language)
        return merged(lost, status, self.free_drop_zone())

    def start_examples(self, session: Session, state: RetrievalSession, request: gr.Request) -> Updates:
        """Note a job on the media that come with the demo."""
        return self.start(session, state, [str(path) for path in example_files(ASSETS / "examples")], request)

    def run(self, session: Session, state: RetrievalSession, request: gr.Request) -> Iterator[Updates]:
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
            with closing(run_index_job(job, self.libraries, visitor_of(request))) as views:  # type: ignore[type-var]
                for view in views:
                    state.view = joined_view(view, state.view, job.cancelled)
                    yield status_updates(self.parts, state.view, session.language)
            yield self._found(session, state, request)
        except Exception as error:
            problem = sentence_without_path(error, state.view.name)
            state.view = replace(state.view, phase="cancelled", problem=problem)
            yield status_updates(self.parts, state.view, session.language)
            raise user_error(problem, session.language) from error
        finally:
            if state.view.phase in RUNNING_PHASES:  # closed from outside: nothing runs that others would wait for
                state.view = replace(state.view, phase="cancelled")

    def cancel(self, session: Session, state: RetrievalSession) -> Updates:
        """Ask the job to stop; one that waits for its turn is given up at once."""
        if state.job is not None and state.view.phase in RUNNING_PHASES:
            state.job.cancelled = True
            state.view = replace(state.view, phase="cancelled" if state.view.phase == "waiting" else "stopping")
        return status_updates(self.parts, state.view, session.language)

    def free_drop_zone(self) -> Updates:
        """Empty the drop zone after files were refused, so that others can be dropped."""
        return {self.parts.files: gr.update(value=None)}

    def clear(self, session: Session, state: RetrievalSession, request: gr.Request) -> Updates:
        """Delete the library and start anew, unless files are being read into it."""
        if state.view.phase in RUNNING_PHASES:
            return status_updates(self.parts, state.view, session.language)
        self.libraries.close(visitor_of(request))
        return self._anew(session, state, RetrievalView())

    def ask(self, session: Session) -> Updates:
        """Say that a search waits for its turn."""
        return waiting_updates(self.parts, session.language)

    def give_up(self, session: Session, state: RetrievalSession) -> Updates:
        """Say again what the gallery shows after a search that failed."""
        return results_updates(self.parts, state.view, session.language)

    def search_text(
        self, session: Session, state: RetrievalSession, query: object, kind: object, request: gr.Request
    ) -> Updates:
        """Search by a text.

        Raises:
            gr.Error: the text or the library is empty.
        """
        written = query if isinstance(query, str) else ""
        return self._searched(session, state, written, " ".join(written.split()), kind, request)

    def search_file(
        self, session: Session, state: RetrievalSession, file: object, kind: object, request: gr.Request
    ) -> Updates:
        """Search by a file.

        Raises:
            gr.Error: the file cannot be used, or the library is empty.
        """
        path = checked_query_file(file, session.language)
        return self._searched(session, state, path, path.name, kind, request)

    def refilter(self, session: Session, state: RetrievalSession, kind: object, request: gr.Request) -> Updates:
        """Show another kind of hits for the same query.

        Raises:
            gr.Error: no such kind, or the library cannot be read.
        """
        with search_errors(lambda: session.language):
            state.modality = checked_kind(kind, session.language)
            return self._lost(session, state, request) or self._found(session, state, request)

    def choose_hit(
        self, session: Session, state: RetrievalSession, request: gr.Request, event: gr.SelectData
    ) -> Iterator[Updates]:
        """Open a hit of the gallery."""
        index = event.index if isinstance(event.index, int) else -1
        hits = shown_hits(state.view, self._library(request))
        yield from self._chosen(session, state, hits[index].item_id if 0 <= index < len(hits) else "", request)

    def choose_mark(
        self, session: Session, state: RetrievalSession, request: gr.Request, event: gr.SelectData
    ) -> Iterator[Updates]:
        """Open an item of the map."""
        yield from self._chosen(session, state, str(event.index), request)

    def copy_for_player(self, session: Session, state: RetrievalSession, request: gr.Request) -> Iterator[Updates]:
        """Make a copy of the chosen item that the browser can play, unless something else is chosen meanwhile.

        Raises:
            gr.Error: the sentence for whatever failed.
        """
        yield {self.parts.detail: gr.skip()}
        library = self._library(request)
        item = library.items.get(state.chosen) if library is not None else None
        if library is not None and item is not None and state.copying:
            yield from copy_item(self.parts, session, state, library, item)

    def relabel(self, session: Session, state: RetrievalSession, request: gr.Request) -> Updates:
        """Render what depends on the language and on the moment.

        Raises:
            gr.Error: the library cannot be read.
        """
        with search_errors(lambda: session.language):
            return self._lost(session, state, request) or self.rendered(session, state, self._library(request))

    def rendered(self, session: Session, state: RetrievalSession, library: Library | None) -> Updates:
        """Render the tab for a visitor who has a library, or none yet."""
        return merged(
            status_updates(self.parts, state.view, session.language),
            hit_updates(self.parts, state.view, library, session.language),
            detail_updates(self.parts, state, library, session.language),
            map_updates(self.parts, state, library, session.language),
        )

    def close(self, request: gr.Request) -> None:
        """Delete the library of a visitor who left."""
        self.libraries.close(visitor_of(request))

    def _library(self, request: gr.Request) -> Library | None:
        return self.libraries.get(visitor_of(request))

    def _anew(self, session: Session, state: RetrievalSession, view: RetrievalView) -> Updates:
        state.view, state.query, state.chosen, state.copying = view, None, "", False
        return empty_updates(self.parts, state, session.language)

    def _lost(self, session: Session, state: RetrievalSession, request: gr.Request) -> Updates | None:
        """Start anew when the library was deleted because nobody used it; None when it was not."""
        if state.view.phase in RUNNING_PHASES or not state.view.count or self._library(request) is not None:
            return None
        return self._anew(session, state, RetrievalView("expired"))

    def _searched(
        self,
        session: Session,
        state: RetrievalSession,
        query: str | Path,
        name: str,
        kind: object,
        request: gr.Request,
    ) -> Updates:
        with search_errors(lambda: session.language, name):
            state.modality = checked_kind(kind, session.language)
            lost = self._lost(session, state, request)
            if lost is not None:
                return lost
            library = self._library(request)
            if library is None or not library.items:
                raise user_error(TEXTS["no_library"], session.language)
            admit(session.language)
            state.query = encode_query(query, Witness(session.ledger, "search"))
            state.view = replace(state.view, query=name, problem=None)
            if not library.index.answers(state.query):  # the profile was changed: `run` follows and reads all again
                state.job = IndexJob((), Witness(session.ledger, "search"))
                state.view = replace(
                    state.view, phase="waiting", total=len(library.items), done=0, failures=(), known=0
                )
            state.chosen, state.copying = "", False
            closed = detail_updates(self.parts, state, None, session.language) | player_updates(self.parts, None, None)
            return self._found(session, state, request) | closed

    def _found(self, session: Session, state: RetrievalSession, request: gr.Request) -> Updates:
        """Search again with the query there is, and draw the results and the map."""
        library = self._library(request)
        if library is not None and state.query is not None and library.index.answers(state.query):
            hits, probability = library.search(state.query, state.modality)
            state.view = replace(state.view, hits=hits, best_probability=probability)
        return hit_updates(self.parts, state.view, library, session.language) | map_updates(
            self.parts, state, library, session.language
        )

    def _chosen(
        self, session: Session, state: RetrievalSession, item_id: str, request: gr.Request
    ) -> Iterator[Updates]:
        lost = self._lost(session, state, request)
        if lost is not None:
            yield lost
            return
        library = self._library(request)
        item = library.items.get(item_id) if library is not None else None
        if library is not None and item is not None:
            yield open_item(self.parts, session, state, library, item)
