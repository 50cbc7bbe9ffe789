"""The choice between the local models and those of the hub: what it costs, how far it is, what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr

from mmdemo.config import PROFILES, settings
from mmdemo.errors import MMDemoError
from mmdemo.ui import pipeline
from mmdemo.ui.background import in_background
from mmdemo.ui.common import Session, sentence_for
from mmdemo.ui.i18n import ENGLISH, Localisation, text

if TYPE_CHECKING:
    from mmdemo.hub.plan import HubPlan
    from mmdemo.hub.progress import DownloadProgress

QUEUE: dict[str, Any] = {
    "concurrency_id": "profile",
    "concurrency_limit": 1,
    "api_visibility": "private",
    "show_progress": "hidden",
}
"""Not the queue of the models: they go on serving while others are fetched."""


class Stopped(Exception):
    """Raised in the download when the visitor wants no more of it."""


@dataclass
class Switch:
    """A change of models that is under way; mutable as the threads of the download write into it."""

    progress: DownloadProgress | None = None
    stopped: bool = False

    def told(self, progress: DownloadProgress) -> None:
        """Note how far the download is, or end it."""
        if self.stopped:
            raise Stopped
        self.progress = progress


def cost_lines(plan: HubPlan, language: str) -> list[str]:
    """Say what the hub's models cost before they are chosen.

    Args:
        plan: of the models.
        language: interface language tag.
    """
    from mmdemo.hub.plan import CPU_SOUND_SECONDS, picture_seconds

    missing = [model.repository for model in plan.models if not model.cached]
    if missing:
        unknown = any(not model.cached and not model.fetch_bytes for model in plan.models)
        size = f"{'≥ ' if unknown else ''}{plan.fetch_bytes / 1e9:.1f}" if plan.fetch_bytes else "?"
        lines = [text("profile_cost_fetch", language, size=size, names=", ".join(missing))]
    else:
        names = ", ".join(model.repository for model in plan.models)
        lines = [text("profile_cost_cached", language, names=names)]
    if all(model.memory_bytes for model in plan.models):
        largest, together = f"{plan.largest_bytes / 1e9:.1f}", f"{plan.together_bytes / 1e9:.1f}"
        lines.append(text("profile_cost_memory", language, largest=largest, together=together))
    seconds = picture_seconds(plan, settings())
    if seconds:
        lines.append(text("profile_cost_cpu", language, picture=f"{seconds:g}", sound=f"{CPU_SOUND_SECONDS:g}"))
    return [*lines, text("profile_cost_again", language), text("profile_shared", language)]


def _said(lines: list[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


class ProfileChoice:
    """The panel; made inside the page, not on a public Space, where one visitor would choose for all.

    Args:
        localisation: its texts follow the language of the page.
        session: of the visitor.
    """

    def __init__(self, localisation: Localisation, session: gr.State) -> None:
        self.session, self.state = session, gr.State(Switch())
        with localisation.make(gr.Accordion, {"label": "profile_title"}, open=False, elem_id="mm-profile"):
            self.choice = localisation.make(
                gr.Radio,
                {"label": "models"},
                choices=_choices(ENGLISH),
                value=settings().profile,
                show_label=False,
                elem_id="mm-profile-choice",
            )
            localisation.follow(self.choice, lambda tag: {"choices": _choices(tag)})
            self.cost = gr.HTML(elem_id="mm-profile-cost")
            with gr.Row():
                self.use = localisation.make(gr.Button, {"value": "profile_switch"}, elem_id="mm-profile-use")
                self.stop = localisation.make(gr.Button, {"value": "cancel"}, interactive=False)
            self.status = gr.HTML(elem_id="mm-profile-status")
        localisation.follow(self.status, lambda tag: {"value": _in_use(tag)}, moves=True)
        localisation.follow(self.cost, lambda tag: {"value": ""})  # said again with the next choice

    def connect(self, status_line: gr.HTML, render_line: Any, timer: gr.Timer) -> None:
        """Connect the panel's events.

        Args:
            status_line: of the page, which names the models in use.
            render_line: language → its HTML.
            timer: of the line, which stops where nothing is fetched any more.
        """
        outputs = [self.status, self.choice, self.use, self.stop]
        self.choice.input(self.price, [self.session, self.choice], [self.cost], **QUEUE)
        used = self.use.click(self.switch, [self.session, self.state, self.choice], outputs, **QUEUE)
        used.then(
            lambda visitor: (render_line(visitor.language), gr.Timer(active=True)),
            [self.session],
            [status_line, timer],
            api_visibility="private",
            show_progress="hidden",
            queue=False,
        )
        self.stop.click(self.cancel, [self.state], None, api_visibility="private", queue=False)

    def price(self, session: Session, choice: object) -> str:
        """Say what the chosen models cost."""
        if choice != "hub":
            return _said([text("profile_cost_local", session.language)])
        return _said(cost_lines(pipeline.hub_plan(), session.language))

    def cancel(self, state: Switch) -> None:
        """Stop a download; what arrived whole stays on the disk."""
        state.stopped = True

    def switch(self, session: Session, state: Switch, choice: object) -> Iterator[dict[Any, Any]]:
        """Fetch and load the chosen models; whatever fails leaves those in use as they were."""
        profile = choice if choice in PROFILES else settings().profile
        state.stopped = False
        state.progress = None
        yield self._view(text("profile_loading", session.language), running=True)
        try:
            for _ in in_background(lambda: pipeline.switch_profile(str(profile), state.told)):
                yield self._view(_progress(state, session.language), running=True)
        except Stopped:
            yield self._view(text("profile_stopped", session.language))
            return
        except Exception as error:
            # Who chooses the models runs the app: the sentence may name folders and commands.
            problem = error.sentence if isinstance(error, MMDemoError) else sentence_for(error, str(profile))
            said = text("profile_kept", session.language, problem=problem.text(session.language))
            yield self._view(said)
            return
        yield self._view(_in_use(session.language))

    def _view(self, said: str, running: bool = False) -> dict[Any, Any]:
        """Show a line; while the work runs the button stops it, and afterwards the choice is what is in use."""
        view: dict[Any, Any] = {
            self.status: gr.update(value=said if said.startswith("<") else _said([said])),
            self.use: gr.update(interactive=not running),
            self.stop: gr.update(interactive=running),
        }
        return view if running else {**view, self.choice: gr.update(value=pipeline.active_profile())}


def _choices(language: str) -> list[tuple[str, str]]:
    return [(text(f"profile_{profile}", language), profile) for profile in PROFILES]


def _in_use(language: str) -> str:
    return _said([text(f"profile_is_{pipeline.active_profile()}", language)])


def _progress(state: Switch, language: str) -> str:
    progress = state.progress
    if progress is None or progress.done_bytes >= progress.total_bytes:
        return text("profile_loading", language)
    return f"<p>{bytes_html(progress, language)}</p>"


def bytes_html(progress: DownloadProgress, language: str) -> str:
    """Say how many bytes of a model are there, in words and as a bar."""
    done, total = progress.done_bytes // 1_000_000, progress.total_bytes // 1_000_000
    said = escape(text("profile_fetching", language, done=done, total=total))
    return f'{said} <progress max="1" value="{progress.share:.3f}"></progress>'
