"""The choice of models on the page: its price, its progress, and a sentence when it fails."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from mmdemo import runtime
from mmdemo.errors import HubUnreachable
from mmdemo.hub.plan import HubPlan, PlannedModel
from mmdemo.hub.progress import DownloadProgress, under_way
from mmdemo.ui import pipeline
from mmdemo.ui.common import Session
from mmdemo.ui.header import status_line_html
from mmdemo.ui.i18n import Localisation
from mmdemo.ui.profile import ProfileChoice, Switch, cost_lines

MISSING = PlannedModel("google/embeddinggemma-2", False, 1_490_000_000, 3_400_000_000)
CACHED = PlannedModel("someone/writer", True, 0, 2_300_000_000)


@pytest.fixture
def panel() -> ProfileChoice:
    """The panel in a page of its own."""
    with gr.Blocks():
        return ProfileChoice(Localisation(), gr.State(Session()))


@pytest.fixture
def profile(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The process's choice, which nothing is loaded for."""
    chosen = SimpleNamespace(name="local")
    monkeypatch.setattr(pipeline, "active_profile", lambda: chosen.name)
    monkeypatch.setattr(runtime, "fetches_when_used", lambda: chosen.name == "hub")
    return chosen


def _run(
    panel: ProfileChoice, work: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, language: str = "en"
) -> list[dict]:
    monkeypatch.setattr(pipeline, "switch_profile", work)
    return list(panel.switch(Session(language), Switch(), "hub"))


def test_the_price_is_said_before(profile: SimpleNamespace) -> None:
    english = " ".join(cost_lines(HubPlan(MISSING, CACHED, "cpu"), "en"))
    assert "1.5 GB (google/embeddinggemma-2)" in english and "3.4 GB with one large model" in english
    assert "3.6 s" in english and "12 s" in english
    assert "GPU" not in " ".join(cost_lines(HubPlan(CACHED, CACHED, "cuda"), "en"))
    assert "无需下载" in cost_lines(HubPlan(CACHED, CACHED, "cuda"), "zh-CN")[0]


def test_what_fits_into_how_much_memory() -> None:
    plan = HubPlan(MISSING, CACHED, "cpu")
    assert [plan.fits(size) for size in (2, 4, 8)] == ["none", "one", "all"]
    whisper = PlannedModel("someone/whisper", True, 0, 1_900_000_000, stays=True)
    heard = HubPlan(MISSING, CACHED, "cuda", (whisper,))
    assert [heard.fits(size) for size in (4, 6, 8)] == ["none", "one", "all"] and heard.fetch_bytes == 1_490_000_000
    assert HubPlan(MISSING, PlannedModel("x/y", False, 0, 0), "cpu").fits(8) == "?"


def test_bytes_are_counted_on_the_page(
    panel: ProfileChoice, profile: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    shown = threading.Event()

    def work(name: str, told: Callable[[DownloadProgress], None]) -> None:
        told(DownloadProgress(300_000_000, 1_490_000_000))
        shown.wait(5)
        profile.name = name

    monkeypatch.setattr(pipeline, "switch_profile", work)
    views = []
    for view in panel.switch(Session("en"), Switch(), "hub"):
        views.append(view)
        if "300 of 1490 MB" in view[panel.status]["value"]:
            shown.set()
    assert any("300 of 1490 MB" in view[panel.status]["value"] for view in views)
    assert views[0][panel.use]["interactive"] is False and views[0][panel.stop]["interactive"] is True
    assert "hub are in use" in views[-1][panel.status]["value"] and views[-1][panel.choice]["value"] == "hub"


def test_what_is_fetched_when_it_is_first_used_shows_on_the_status_line(
    profile: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile.name = "hub"
    monkeypatch.setattr(pipeline, "models_loaded", lambda: False)
    with under_way("someone/<writer>", None) as told:
        told(DownloadProgress(300_000_000, 10_200_000_000))
        assert "300 of 10200 MB" in status_line_html("en") and "someone/&lt;writer&gt;" in status_line_html("en")
        profile.name = "local"
        assert "10200" not in status_line_html("en")
    profile.name = "hub"
    assert "10200" not in status_line_html("en")


@pytest.mark.parametrize(("language", "expected"), [("en", "cannot be reached"), ("zh-CN", "无法连接")])
def test_a_failure_is_a_sentence_and_the_choice_goes_back(
    language: str, expected: str, panel: ProfileChoice, profile: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(name: str, told: Callable[[DownloadProgress], None]) -> None:
        raise HubUnreachable(model="google/embeddinggemma-2")

    last = _run(panel, work, monkeypatch, language)[-1]
    assert expected in last[panel.status]["value"]
    assert last[panel.choice]["value"] == "local" and last[panel.use]["interactive"] is True


def test_a_download_can_be_stopped(
    panel: ProfileChoice, profile: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = Switch()

    def work(name: str, told: Callable[[DownloadProgress], None]) -> None:
        panel.cancel(state)
        told(DownloadProgress(1, 2))

    monkeypatch.setattr(pipeline, "switch_profile", work)
    last = list(panel.switch(Session("en"), state, "hub"))[-1]
    assert "nothing was changed" in last[panel.status]["value"]
