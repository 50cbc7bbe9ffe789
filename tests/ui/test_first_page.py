"""The first page: in the visitor's language before any script runs, from memory, with everything it needs named."""

from __future__ import annotations

import gzip
import json
import re
import time

import brotli
import gradio as gr
import httpx
import pytest

from mmdemo.ui import first_page, frontend_files
from mmdemo.ui.first_page import Calm, changed, shown
from mmdemo.ui.i18n import INTERFACE_LANGUAGES
from mmdemo.ui.texts import TEXTS
from tests.ui.fakes import FakePipeline

Served = tuple[str, FakePipeline]
CONFIG = re.compile(r"window\.gradio_config = (\{.*?\});</script>", re.DOTALL)


def page(served: Served, accept: str, **headers: str) -> httpx.Response:
    return httpx.get(served[0], headers={"accept-language": accept} | headers, timeout=60)


def on_page(html: str) -> dict[str, dict[str, object]]:
    """Return what the page says about its components, by the name they have in style sheets."""
    found = CONFIG.search(html)
    assert found is not None
    components = json.loads(found[1])["components"]
    return {one["props"]["elem_id"]: one["props"] for one in components if one["props"].get("elem_id")}


@pytest.mark.parametrize("language", [tag for _, tag in INTERFACE_LANGUAGES])
def test_the_page_comes_in_the_language_of_the_browser(served: Served, language: str) -> None:
    answer = page(served, language)
    parts = on_page(answer.text)
    assert parts["mm-start"]["value"] == TEXTS["start"].text(language)
    assert parts["mm-language"]["value"] == language
    assert TEXTS["tagline"].text(language) in str(parts["mm-title"]["value"])
    assert TEXTS["tour_start"].text(language) == parts["mm-tour-start"]["value"]
    assert f'lang="{language}"' in answer.text[:60]
    assert answer.headers["vary"] and "accept-language" in answer.headers["vary"]


def test_the_page_is_made_once_and_comes_compressed(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    first = page(served, "en").text
    monkeypatch.setattr(first_page, "_dressed", None)  # would be called for another one
    for encoding in ("br", "gzip", "identity"):
        with httpx.stream("GET", served[0], headers={"accept-language": "en", "accept-encoding": encoding}) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers.get("content-encoding", "identity") == encoding
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}[encoding]
        assert unpack(raw).decode() == first
        assert len(raw) < len(first) / 5 or encoding == "identity"


def test_another_address_gets_a_page_of_its_own_and_memory_is_bounded(served: Served) -> None:
    pages = {page(served, "en", **{"x-forwarded-host": f"host{n}.example"}).text for n in range(first_page.KEPT + 2)}
    assert len(pages) == first_page.KEPT + 2
    assert all(sum(f"host{n}.example" in one for one in pages) == 1 for n in range(2, 4))
    assert "deep_link" not in page(served, "en").url.query.decode()
    assert httpx.get(f"{served[0]}?deep_link=none", timeout=60).status_code == 200


def test_what_a_first_visit_needs_is_named_and_there(served: Served) -> None:
    names = frontend_files.PRELOADED.read_text("ascii").split()
    assert len(names) > 50 and set(names) <= frontend_files.names(), "run tools/list_preloaded.py"
    html = page(served, "en").text
    for name in (names[0], names[-1]):
        assert f'href="./assets/{name}"' in html
        answer = httpx.get(f"{served[0]}assets/{name}", timeout=60)
        assert answer.content == (frontend_files.FOLDER / name).read_bytes()
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].startswith("text/")


@pytest.mark.parametrize("name", ["nothing.js", "..%2Findex.html", "%2e%2e/index.html"])
def test_nothing_but_the_frontend_is_there(served: Served, name: str) -> None:
    assert httpx.get(f"{served[0]}assets/{name}", timeout=60).status_code in (403, 404)


def test_a_description_in_a_language_leaves_the_first_one_alone() -> None:
    with gr.Blocks() as demo:
        button = gr.Button("Start", variant="primary")
        menu = gr.Dropdown([("one", 1)], label="Menu")
    config = demo.get_config_file()
    updates = {button: gr.update(value="Los", variant="primary"), menu: gr.update(choices=[("eins", 1)])}
    changes = {component._id: shown(component, new) for component, new in updates.items()}
    assert changes[button._id] == {"value": "Los"}, "what stays as it was built needs no change"
    spoken = changed(config, changes)
    props = {one["id"]: one["props"] for one in spoken["components"]}
    assert (props[button._id]["value"], props[button._id]["variant"]) == ("Los", "primary")
    assert (props[menu._id]["choices"], props[menu._id]["label"]) == ([("eins", 1)], "Menu")
    assert next(one["props"]["value"] for one in config["components"] if one["id"] == button._id) == "Start"


def test_work_in_the_background_waits_for_calm_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_page, "CALM_SECONDS", 0.3)
    calm = Calm()
    started = time.monotonic()
    calm.wait()
    assert time.monotonic() - started >= 0.3
    monkeypatch.setattr(first_page, "LONGEST_WAIT", 0.2)
    calm.broken = started + 60  # page after page
    calm.wait()
    assert time.monotonic() - started < 10


def test_a_busy_server_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradio gives a server three seconds to answer itself, which tests side by side, or other users, may take."""
    asked: list[float] = []

    def head(url: str, timeout: float, verify: bool) -> httpx.Response:
        asked.append(timeout)
        return httpx.Response(200)

    monkeypatch.setattr(httpx, "head", head)
    assert first_page._answers("http://127.0.0.1:1/") and asked[0] >= 30.0

    def fail(url: str, timeout: float, verify: bool) -> httpx.Response:
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(httpx, "head", fail)
    assert not first_page._answers("http://127.0.0.1:1/")
