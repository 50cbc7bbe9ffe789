"""The Search tab: a visitor's files become a library that a sentence, a picture, a sound or a clip searches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from mmdemo.types import Encoding
from mmdemo.ui.common import (
    ASSETS,
    BACKBONE_CONCURRENCY,
    BACKBONE_QUEUE,
    EDIT_CONCURRENCY,
    Session,
    checked_path,
    errors_for_user,
    remove_nameless_uploads,
    sentence_for,
    user_error,
)
from mmdemo.ui.i18n import Localisation, merged
from mmdemo.ui.retrieval_inputs import checked_files, checked_kind, visitor_of
from mmdemo.ui.retrieval_layout import build_components
from mmdemo.ui.retrieval_library import (
    IndexJob,
    Libraries,
    Library,
    RetrievalSession,
    encode_query,
    example_files,
    run_index_job,
)
from mmdemo.ui.retrieval_updates import (
    Updates,
    chosen_updates,
    empty_updates,
    hit_updates,
    map_updates,
    status_updates,
)
from mmdemo.ui.retrieval_view import RUNNING_PHASES, RetrievalView, joined_view
from mmdemo.ui.texts import TEXTS

SHOW_CHOSEN = """() => setTimeout(() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.querySelector("#mm-detail")?.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}, 200)"""
"""The chosen item may open below the window."""


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
        self._connect()

    def start(self, session: Session, state: RetrievalSession, files: object, request: gr.Request) -> Updates:
        """Check what was given and note the job, so that the next event can work on it.

        Raises:
            gr.Error: no files, or too many.
        """
        remove_nameless_uploads()
        library = self._library(request)
        paths = checked_files(files, session.language, len(library.items) if library else 0)
        state.job = IndexJob(paths)
        state.view = replace(state.view, phase="waiting", total=len(paths), done=0, failures=(), known=0, problem=None)
        return status_updates(self.parts, state.view, session.language) | {self.parts.files: gr.update(value=None)}

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
        except Exception as error:
            problem = sentence_for(error, state.view.name)
            state.view = replace(state.view, phase="cancelled", problem=problem)
            yield status_updates(self.parts, state.view, session.language)
            raise user_error(problem, session.language) from error
        yield self._found(session, state, request)

    def cancel(self, session: Session, state: RetrievalSession) -> Updates:
        """Ask the job to stop; one that waits for its turn is given up at once."""
        if state.job is not None and state.view.phase in RUNNING_PHASES:
            state.job.cancelled = True
            state.view = replace(state.view, phase="cancelled" if state.view.phase == "waiting" else "stopping")
        return status_updates(self.parts, state.view, session.language)

    def clear(self, session: Session, state: RetrievalSession, request: gr.Request) -> Updates:
        """Delete the library and start anew."""
        self.libraries.close(visitor_of(request))
        state.view, state.query, state.chosen = RetrievalView(), None, ""
        return empty_updates(self.parts, state, session.language)

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
        path = checked_path(file, session.language)
        return self._searched(session, state, path, path.name, kind, request)

    def refilter(self, session: Session, state: RetrievalSession, kind: object, request: gr.Request) -> Updates:
        """Show another kind of hits for the same query."""
        state.modality = checked_kind(kind, session.language)
        return self._found(session, state, request)

    def choose_hit(
        self, session: Session, state: RetrievalSession, request: gr.Request, event: gr.SelectData
    ) -> Iterator[Updates]:
        """Open a hit of the gallery."""
        index = event.index if isinstance(event.index, int) else -1
        if 0 <= index < len(state.view.hits):
            yield from self._chosen(session, state, state.view.hits[index].item_id, request)

    def choose_mark(
        self, session: Session, state: RetrievalSession, request: gr.Request, event: gr.SelectData
    ) -> Iterator[Updates]:
        """Open an item of the map."""
        yield from self._chosen(session, state, str(event.index), request)

    def relabel(self, session: Session, state: RetrievalSession, request: gr.Request) -> Updates:
        """Render what depends on the language and on the moment."""
        library = self._library(request)
        return merged(
            status_updates(self.parts, state.view, session.language),
            hit_updates(self.parts, state.view, library, session.language),
            map_updates(self.parts, state, library, session.language),
        )

    def close(self, request: gr.Request) -> None:
        """Delete the library of a visitor who left."""
        self.libraries.close(visitor_of(request))

    def _library(self, request: gr.Request) -> Library | None:
        return self.libraries.get(visitor_of(request))

    def _searched(
        self,
        session: Session,
        state: RetrievalSession,
        query: str | Path,
        name: str,
        kind: object,
        request: gr.Request,
    ) -> Updates:
        with errors_for_user(lambda: session.language, name):
            state.modality = checked_kind(kind, session.language)
            library = self._library(request)
            if library is None or not library.items:
                raise user_error(TEXTS["no_library"], session.language)
            encoding: Encoding = encode_query(query)
            state.query, state.view = encoding, replace(state.view, query=name, problem=None)
            state.chosen = ""
            return self._found(session, state, request) | chosen_updates(self.parts, None, None, session.language)

    def _found(self, session: Session, state: RetrievalSession, request: gr.Request) -> Updates:
        """Search again with the query there is, and draw the results and the map."""
        library = self._library(request)
        if library is not None and state.query is not None:
            hits, probability = library.search(state.query, state.modality)
            state.view = replace(state.view, hits=hits, best_probability=probability)
        return hit_updates(self.parts, state.view, library, session.language) | map_updates(
            self.parts, state, library, session.language
        )

    def _chosen(
        self, session: Session, state: RetrievalSession, item_id: str, request: gr.Request
    ) -> Iterator[Updates]:
        library = self._library(request)
        item = library.items.get(item_id) if library is not None else None
        if library is None or item is None:
            return
        state.chosen = item_id
        hit = next((hit for hit in state.view.hits if hit.item_id == item_id), None)
        with errors_for_user(lambda: session.language, item.name):
            shown = chosen_updates(self.parts, item, hit, session.language, library.folder)
            yield shown | map_updates(self.parts, state, library, session.language)

    def _connect(self) -> None:
        parts, outputs = self.parts, self.parts.outputs
        here = [self.session, self.state]
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        models = {"concurrency_id": BACKBONE_QUEUE, "concurrency_limit": BACKBONE_CONCURRENCY, **quiet}
        edits = {"concurrency_limit": EDIT_CONCURRENCY, **quiet}
        uploaded = parts.files.upload(self.start, [*here, parts.files], outputs, **edits)
        clicked = parts.examples.click(self.start_examples, here, outputs, **edits)
        for started in (uploaded, clicked):
            started.success(self.run, here, outputs, trigger_mode="multiple", **models)
        parts.cancel.click(self.cancel, here, outputs, queue=False, **quiet)
        parts.clear.click(self.clear, here, outputs, **edits)
        asked = [*here, parts.query, parts.kind]
        for source in (parts.search.click, parts.query.submit):
            source(self.search_text, asked, outputs, **models)
        parts.query_file.upload(self.search_file, [*here, parts.query_file, parts.kind], outputs, **models)
        parts.kind.input(self.refilter, [*here, parts.kind], outputs, **edits)
        for chosen, handler in ((parts.gallery.select, self.choose_hit), (parts.map.select, self.choose_mark)):
            chosen(handler, here, outputs, **edits).success(None, None, None, js=SHOW_CHOSEN, **quiet)
