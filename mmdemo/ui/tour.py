"""The Tour tab: four real steps on media that come with the app, and what the backbone did for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from mmdemo.ui import pipeline
from mmdemo.ui.common import BACKBONE_CONCURRENCY, BACKBONE_QUEUE, Session, sentence_for, user_error
from mmdemo.ui.i18n import ENGLISH, Localisation, text
from mmdemo.ui.rates import admit
from mmdemo.ui.tour_steps import STEPS, StepName, StepResult, TourRun, run_step, step_media
from mmdemo.ui.tour_view import end_html, heading_html, intro_html, result_html, status_html, steps_html

Updates = dict[Any, Any]
END = len(STEPS)
KEYS_SCRIPT = """
element.closest("#mm-tour")?.addEventListener("keydown", (event) => {
  const ids = { ArrowRight: "mm-tour-next", ArrowLeft: "mm-tour-back", Escape: "mm-tour-cancel" };
  const id = ids[event.key];
  if (!id || event.target.closest?.("input, textarea, video, [contenteditable]")) return;
  const button = document.getElementById(id);
  if (!button || button.disabled || !button.checkVisibility()) return;
  event.preventDefault();
  button.click();
});
"""
"""Runs when the component is loaded; the buttons themselves work by keyboard anyway."""


@dataclass
class TourSession:
    """Where one visitor is on the tour."""

    place: int = -1  # of the step that is shown; -1 before the tour, `END` behind it
    results: dict[StepName, StepResult] = field(default_factory=dict)
    skipped: set[StepName] = field(default_factory=set)
    run: TourRun | None = None  # what is being worked on
    status: str = ""  # key of a text about it

    @property
    def step(self) -> StepName | None:
        """The step that is shown."""
        return STEPS[self.place] if 0 <= self.place < END else None

    def stop(self) -> None:
        """Ask the step that is being worked on to stop."""
        if self.run is not None:
            self.run.cancelled = True
        self.run, self.status = None, ""

    def go(self, place: int) -> None:
        """Show another step; one that has no result yet waits to be run."""
        self.stop()
        self.place = min(max(place, -1), END)
        waits = self.step is not None and self.step not in self.results and self.step not in self.skipped
        self.status = "tour_waiting" if waits else ""


class TourTab:
    """Components and handlers of the tab; make it inside a ``gr.Tab``."""

    def __init__(self, localisation: Localisation, session: gr.State) -> None:
        """Build the components and connect their events.

        Args:
            localisation: learns which component shows which text.
            session: the visitor's `Session`.
        """
        self.session = session
        self.state = gr.State(TourSession())
        make = localisation.make
        with gr.Column(elem_id="mm-tour"):
            self.steps = gr.HTML(steps_html(-1, frozenset(), ENGLISH), js_on_load=KEYS_SCRIPT, elem_id="mm-tour-steps")
            self.words = gr.HTML(intro_html(ENGLISH), elem_id="mm-tour-words")
            self.status = gr.HTML("", elem_id="mm-tour-status")
            self.video = make(
                gr.Video,
                {"label": "player"},
                interactive=False,
                visible=False,
                buttons=[],
                height=280,
                elem_id="mm-tour-video",
            )
            self.result = gr.HTML("", elem_id="mm-tour-result")
            with gr.Row(elem_id="mm-tour-buttons"):
                self.begin = make(
                    gr.Button, {"value": "tour_start"}, variant="primary", min_width=140, elem_id="mm-tour-start"
                )
                hidden: dict[str, Any] = {"visible": False, "min_width": 110}
                self.back = make(gr.Button, {"value": "tour_back"}, elem_id="mm-tour-back", **hidden)
                self.next = make(gr.Button, {"value": "tour_next"}, variant="primary", elem_id="mm-tour-next", **hidden)
                self.skip = make(gr.Button, {"value": "tour_skip"}, elem_id="mm-tour-skip", **hidden)
                self.cancel = make(gr.Button, {"value": "tour_cancel"}, elem_id="mm-tour-cancel", **hidden)
        self._connect()

    @property
    def outputs(self) -> list[Any]:
        """What an event may change."""
        buttons = [self.begin, self.back, self.next, self.skip, self.cancel]
        return [self.steps, self.words, self.status, self.video, self.result, *buttons]

    def start(self, session: Session, state: TourSession) -> Updates:
        """Begin with the first step, with nothing known from an earlier tour."""
        state.results, state.skipped = {}, set()
        return self._moved(session, state, 0)

    def forward(self, session: Session, state: TourSession) -> Updates:
        """Go to the next step, or to the end."""
        return self._moved(session, state, state.place + 1)

    def backward(self, session: Session, state: TourSession) -> Updates:
        """Show the step before again; its result is still there."""
        return self._moved(session, state, state.place - 1)

    def leave_out(self, session: Session, state: TourSession) -> Updates:
        """Stop the step that is shown, and go on without it."""
        if state.step is not None:
            state.skipped.add(state.step)
        return self._moved(session, state, state.place + 1)

    def end(self, session: Session, state: TourSession) -> Updates:
        """Stop everything and show the beginning."""
        return self._moved(session, state, -1)

    def run(self, session: Session, state: TourSession) -> Iterator[Updates]:
        """Work on the step that is shown, if it waits for that.

        Raises:
            gr.Error: the sentence for whatever failed; the tour can go on without the step.
        """
        step = state.step
        if step is None or state.status != "tour_waiting":
            yield {self.status: gr.skip()}
            return
        mine = state.run = TourRun(step, session.ledger, session.language)
        state.status = "tour_running" if pipeline.models_loaded() else "tour_loading"
        try:
            yield self.shown(session, state)
            with closing(run_step(mine)) as steps:
                while True:
                    try:
                        next(steps)
                    except StopIteration as ended:
                        found: StepResult | None = ended.value
                        break
                    if state.run is not mine:
                        return
                    loaded = state.status == "tour_loading" and pipeline.models_loaded()
                    state.status = "tour_running" if loaded else state.status
                    running = gr.update(value=status_html(state.status, session.language)) if loaded else gr.skip()
                    yield {self.status: running}  # a page that was closed is noticed only at a yield
            if state.run is mine and found is not None:
                state.results[step] = found
                state.stop()
                yield self.shown(session, state)
        except Exception as error:
            if state.run is mine:
                state.stop()
                yield self.shown(session, state)
                raise user_error(
                    sentence_for(error, text(f"tour_step_{step}", session.language)), session.language
                ) from error
        finally:
            if state.run is mine:  # closed from outside
                state.stop()

    def relabel(self, session: Session, state: TourSession) -> Updates:
        """Render everything in the language of the page."""
        return self.shown(session, state)

    def shown(self, session: Session, state: TourSession) -> Updates:
        """Render where the visitor is."""
        step, language = state.step, session.language
        result = state.results.get(step) if step is not None else None
        words = intro_html(language) if state.place < 0 else heading_html(step, language) if step is not None else ""
        shown = end_html(session.ledger, language) if state.place == END else ""
        if result is not None:
            shown = result_html(result, language)
        elif step in state.skipped:
            shown = f'<p class="mm-empty">{text("tour_skipped", language)}</p>'
        clip = step_media(step) if step is not None else None
        return {
            self.steps: gr.update(value=steps_html(state.place, frozenset(state.results), language)),
            self.words: gr.update(value=words, visible=bool(words)),
            self.status: gr.update(value=status_html(state.status, language) if state.status else ""),
            self.video: gr.update(value=None if clip is None else str(clip), visible=clip is not None),
            self.result: gr.update(value=shown),
        } | self._buttons(state, language)

    def _buttons(self, state: TourSession, language: str) -> Updates:
        outside, running = state.step is None, bool(state.status)
        restart = text("tour_restart" if state.place == END else "tour_start", language)
        return {
            self.begin: gr.update(visible=outside, value=restart),
            self.back: gr.update(visible=state.place > 0),
            self.next: gr.update(visible=not outside and not running),
            self.skip: gr.update(visible=not outside and running),
            self.cancel: gr.update(visible=not outside),
        }

    def _moved(self, session: Session, state: TourSession, place: int) -> Updates:
        state.go(place)
        if state.status:
            try:
                admit(session.language)
            except gr.Error:
                state.go(-1)
                raise
        return self.shown(session, state)

    def _connect(self) -> None:
        here, outputs = [self.session, self.state], self.outputs
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        moves = (
            (self.begin, self.start),
            (self.next, self.forward),
            (self.back, self.backward),
            (self.skip, self.leave_out),
            (self.cancel, self.end),
        )
        for button, handler in moves:
            moved = button.click(handler, here, outputs, concurrency_limit=8, **quiet)
            moved.success(
                self.run,
                here,
                outputs,
                trigger_mode="multiple",
                concurrency_id=BACKBONE_QUEUE,
                concurrency_limit=BACKBONE_CONCURRENCY,
                **quiet,
            )
