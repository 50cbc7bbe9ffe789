"""The Search tab with a backbone that reads file names: handlers, rendering, the public API."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio.utils import get_upload_folder
from gradio_client import Client, handle_file

from mmdemo.errors import DiskFull, IndexDamaged, OutputNotWritable
from mmdemo.evaluation.sample_media import sample
from mmdemo.types import Hit, Sentence, Span
from mmdemo.ui import pipeline
from mmdemo.ui.app import build_demo, launch_kwargs
from mmdemo.ui.common import WORK_FOLDER, Session
from mmdemo.ui.i18n import CHINESE, Localisation
from mmdemo.ui.retrieval import SearchTab
from mmdemo.ui.retrieval_library import Libraries, Library, RetrievalSession
from mmdemo.ui.retrieval_map import DRAWN_ITEMS, MapItem, map_html
from mmdemo.ui.retrieval_view import Failure, RetrievalView, caption, detail_html, failures_html, results_html
from tests.fakes import models_of
from tests.tasks.word_backbone import WordBackbone, words_vector
from tests.test_app import free_port
from tests.ui.conftest import PATIENT

PICTURES = ("images/lion.jpg", "images/tower.jpg", "images/cheetah1.jpg")
HOSTILE = '<img src=x onerror="alert(1)">'


class Page:
    """Applies updates the way the browser does."""

    def __init__(self, tab: SearchTab, name: str = "visitor") -> None:
        self.tab = tab
        self.parts = tab.parts
        self.session = Session()
        self.state = RetrievalSession()
        self.request: Any = SimpleNamespace(session_hash=name)
        self.shown: dict[Any, dict[str, Any]] = {}
        self.statuses: list[str] = []

    def apply(self, updates: dict[Any, dict[str, Any]]) -> None:
        assert updates.keys() <= set(self.parts.outputs)
        for component, update in updates.items():
            self.shown.setdefault(component, {}).update(update)
        if self.parts.status in updates:
            self.statuses.append(self.of(self.parts.status))

    def of(self, component: Any, name: str = "value") -> Any:
        return self.shown.get(component, {}).get(name)

    def start(self, files: object) -> None:
        self.apply(self.tab.start(self.session, self.state, files, self.request))

    def run(self) -> None:
        for updates in self.tab.run(self.session, self.state, self.request):
            self.apply(updates)

    def add(self, *paths: Path) -> None:
        self.start([str(path) for path in paths])
        self.run()

    def search(self, query: object, kind: object = "all") -> list[str]:
        self.apply(self.tab.search_text(self.session, self.state, query, kind, self.request))
        return self.captions()

    def captions(self) -> list[str]:
        return [text for _, text in self.of(self.parts.gallery)]

    def choose(self, index: int) -> None:
        event: Any = SimpleNamespace(index=index)
        for updates in self.tab.choose_hit(self.session, self.state, self.request, event):
            self.apply(updates)

    def copy(self) -> None:
        for updates in self.tab.copy_for_player(self.session, self.state, self.request):
            self.apply(updates)

    @property
    def library(self) -> Library:
        library = self.tab.libraries.get(self.request.session_hash)
        assert library is not None
        return library

    def choose_mark(self, item_id: object) -> None:
        event: Any = SimpleNamespace(index=item_id)
        for updates in self.tab.choose_mark(self.session, self.state, self.request, event):
            self.apply(updates)


@pytest.fixture
def backbone(monkeypatch: pytest.MonkeyPatch) -> WordBackbone:
    fake = WordBackbone()
    monkeypatch.setattr(pipeline, "load_models", lambda: models_of(fake))
    return fake


@pytest.fixture
def page(backbone: WordBackbone) -> Iterator[Page]:
    with gr.Blocks():
        tab = SearchTab(Localisation(), gr.State(Session()))
    yield Page(tab)
    tab.libraries.close("visitor")


def test_other_models_read_the_library_again_and_answer_with_their_own_vectors(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.add(*[sample(name) for name in PICTURES])
    before = page.search("lion")
    other = WordBackbone("another")
    monkeypatch.setattr(pipeline, "load_models", lambda: models_of(other))
    page.search("lion")
    assert page.state.view.phase == "waiting" and page.state.view.total == 3
    page.run()
    assert page.captions() == before and len(page.library.items) == 3
    assert page.library.index.model_id == "another"
    assert all(item.path.exists() for item in page.library.items.values())
    page.run()
    assert page.library.index.count() == 3, "nothing is read a third time"


def test_files_become_a_library_that_a_text_searches(page: Page) -> None:
    page.start([str(sample(name)) for name in PICTURES])
    assert "Waiting" in page.statuses[-1] and page.of(page.parts.cancel, "interactive") is True
    assert page.of(page.parts.files, "value") is None, "the drop zone is free for more"
    page.run()
    assert any("Reading 2 of 3" in status for status in page.statuses)
    assert "In the library: 3." in page.statuses[-1]
    assert page.of(page.parts.cancel, "interactive") is False and page.of(page.parts.clear, "interactive") is True
    assert page.of(page.parts.map).count('role="button"') == 3
    assert page.search("the  lion")[0].endswith("· lion.jpg")
    assert "Best matches for “the lion”" in page.of(page.parts.results)
    assert page.of(page.parts.gallery, "visible") is True
    assert all(Path(path).stat().st_size > 500 for path, _ in page.of(page.parts.gallery))
    assert "mm-query-mark" in page.of(page.parts.map) and "Query: the lion" in page.of(page.parts.map)


def test_a_long_recording_opens_at_its_best_moment(page: Page) -> None:
    page.add(sample("audio/sax.wav"), sample(PICTURES[0]))
    assert page.search("sax part1")[0].endswith("0:05 · sax.wav")
    page.choose(0)
    assert Path(page.of(page.parts.audio)).read_bytes() == sample("audio/sax.wav").read_bytes()
    assert 'data-cue="5.000"' in page.of(page.parts.detail)
    assert "best moment 0:05 – 0:10" in page.of(page.parts.detail)
    assert page.of(page.parts.image, "visible") is False and page.of(page.parts.video, "visible") is False


def test_what_browsers_do_not_play_is_copied_once(page: Page) -> None:
    page.add(sample("videos/b.avi"))
    item_id = next(iter(page.library.items))
    page.choose_mark(item_id)
    assert "a copy is being made" in page.of(page.parts.detail) and page.of(page.parts.video, "visible") is False
    page.copy()
    copy = Path(page.of(page.parts.video))
    assert copy.suffix == ".mp4" and pipeline.player_ready(copy, pipeline.probe(copy))
    assert "being made" not in page.of(page.parts.detail)
    written = copy.stat().st_mtime_ns
    page.choose_mark(item_id)
    page.copy()
    assert page.of(page.parts.video) == str(copy) and copy.stat().st_mtime_ns == written


def test_a_copy_that_nobody_waits_for_stops(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    page.add(sample("videos/b.avi"), sample(PICTURES[0]))
    ended = threading.Event()

    def convert(path: Path, out_path: Path, info: object, cancelled: Callable[[], bool]) -> Path:
        while not cancelled():
            time.sleep(0.01)
        ended.set()
        raise CancelledError

    monkeypatch.setattr(pipeline, "transcode_for_player", convert)
    clip, picture = sorted(page.library.items.values(), key=lambda item: item.modality, reverse=True)
    page.choose_mark(clip.item_id)
    copying = page.tab.copy_for_player(page.session, page.state, page.request)
    next(copying), next(copying)
    page.choose_mark(picture.item_id)
    for updates in copying:
        page.apply(updates)
    assert ended.wait(5) and page.of(page.parts.image) == str(picture.path)
    assert page.of(page.parts.video, "visible") is False


def test_a_copy_that_fails_is_a_sentence_without_a_path(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def convert(*_: object) -> Path:
        raise DiskFull(path="/secret/place", needed_mb=1)

    page.add(sample("videos/b.avi"))
    monkeypatch.setattr(pipeline, "transcode_for_player", convert)
    page.choose_mark(next(iter(page.library.items)))
    with pytest.raises(gr.Error, match="cannot store the files") as failure:
        page.copy()
    assert "secret" not in str(failure.value) and "being made" not in page.of(page.parts.detail)


def test_the_map_opens_items_and_ignores_what_is_none(page: Page) -> None:
    page.add(*(sample(name) for name in PICTURES))
    library = page.tab.libraries.get("visitor")
    assert library is not None
    chosen = next(item for item in library.items.values() if item.name == "tower.jpg")
    page.choose_mark(chosen.item_id)
    assert page.of(page.parts.image) == str(chosen.path) and "tower.jpg" in page.of(page.parts.detail)
    assert page.of(page.parts.map).count("mm-chosen") == 1
    for nonsense in ("../../etc/passwd", None, 99):
        page.choose_mark(nonsense)
    page.choose(99)
    assert page.of(page.parts.image) == str(chosen.path)


def test_a_file_searches_too_and_a_filter_narrows(page: Page) -> None:
    page.add(*(sample(name) for name in PICTURES), sample("audio/sax.wav"))
    file = str(sample("audio/sax.wav"))
    page.apply(page.tab.search_file(page.session, page.state, file, "all", page.request))
    assert "sax.wav" in page.captions()[0] and len(page.captions()) == 4
    page.apply(page.tab.refilter(page.session, page.state, "image", page.request))
    assert len(page.captions()) == 3 and not any("sax" in text for text in page.captions())
    page.apply(page.tab.refilter(page.session, page.state, "video", page.request))
    assert page.captions() == [] and "Nothing of this kind" in page.of(page.parts.results)
    assert page.of(page.parts.gallery, "visible") is False


def test_files_that_fail_are_listed_and_the_rest_goes_on(page: Page, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "nothing.png").touch()
    page.add(tmp_path / "notes.txt", sample(PICTURES[0]), tmp_path / "nothing.png")
    assert "In the library: 1." in page.statuses[-1]
    failures = page.of(page.parts.failures)
    assert "could not be used: 2" in failures and "“notes.txt” cannot be read" in failures and "is empty" in failures
    page.add(sample(PICTURES[0]))
    assert "There already: 1." in page.statuses[-1] and page.of(page.parts.failures) == ""


def test_cancel_keeps_what_was_read(page: Page, backbone: WordBackbone, tmp_path: Path) -> None:
    files = [shutil.copy(sample("audio/sax.wav"), tmp_path / "a.wav"), sample(PICTURES[0]), sample("audio/cantina.wav")]
    page.start([str(path) for path in files])
    for updates in page.tab.run(page.session, page.state, page.request):
        page.apply(updates)
        if "Reading 1" in page.statuses[-1]:
            page.apply(page.tab.cancel(page.session, page.state))
            assert "Stopping" in page.statuses[-1]
    assert "Cancelled" in page.statuses[-1] and 0 < page.state.view.count < 3
    assert page.search("a")[0].endswith("a.wav")


def test_a_job_cancelled_while_it_waits_never_starts(page: Page, backbone: WordBackbone) -> None:
    page.start([str(sample(PICTURES[0]))])
    page.apply(page.tab.cancel(page.session, page.state))
    page.run()
    assert backbone.encoded == [] and page.of(page.parts.examples, "interactive") is True


def test_emptying_deletes_the_folder(page: Page) -> None:
    page.add(sample(PICTURES[0]))
    folder = page.tab.libraries.get("visitor").folder  # type: ignore[union-attr]
    page.search("lion")
    page.apply(page.tab.clear(page.session, page.state, page.request))
    assert not folder.exists() and "library is empty" in page.statuses[-1]
    assert page.captions() == [] and page.of(page.parts.map).count("data-item") == 0
    with pytest.raises(gr.Error, match="library is empty"):
        page.search("lion")


def test_visitors_do_not_see_each_others_files(page: Page) -> None:
    page.add(sample(PICTURES[0]))
    other = Page(page.tab, "somebody else")
    with pytest.raises(gr.Error, match="library is empty"):
        other.search("lion")
    other.add(sample(PICTURES[1]))
    assert other.search("lion") and not any("lion.jpg" in text for text in other.captions())
    folder = other.tab.libraries.get("somebody else").folder  # type: ignore[union-attr]
    page.tab.close(other.request)
    assert not folder.exists() and page.search("lion")[0].endswith("lion.jpg")


def test_forgotten_libraries_are_deleted(backbone: WordBackbone) -> None:
    libraries = Libraries()
    folder = libraries.open("gone", backbone).folder
    libraries.close_stale(older_than=3600)
    assert folder.exists()
    libraries.close_stale(older_than=-1)
    assert not folder.exists() and libraries.get("gone") is None


@pytest.mark.parametrize("query", ["", "   ", None, 7])
def test_an_empty_query_is_a_sentence(page: Page, query: object) -> None:
    page.add(sample(PICTURES[0]))
    with pytest.raises(gr.Error, match="text is empty"):
        page.search(query)


@pytest.mark.parametrize("files", [None, [], "", "a.png", [{"path": "/etc/passwd"}], {"a": 1}])
def test_what_is_no_list_of_files_is_a_sentence(page: Page, files: object) -> None:
    with pytest.raises(gr.Error, match="choose one or more files"):
        page.start(files)


def test_a_folder_is_no_file(page: Page, tmp_path: Path) -> None:
    shutil.copy(sample(PICTURES[0]), tmp_path)
    with pytest.raises(gr.Error, match="not a file"):
        page.start([str(sample(PICTURES[0])), str(tmp_path)])
    page.add(sample(PICTURES[0]))
    for nonsense in (tmp_path, tmp_path / "gone.png", "a\0b", "/dev/null"):
        with pytest.raises(gr.Error, match="not a file"):
            page.start([str(nonsense)])
        with pytest.raises(gr.Error, match="not a file"):
            page.tab.search_file(page.session, page.state, str(nonsense), "all", page.request)


def test_a_second_drop_is_refused_while_files_are_read(page: Page) -> None:
    page.start([str(sample(PICTURES[0])), str(sample(PICTURES[1]))])
    job = page.state.job
    with pytest.raises(gr.Error, match="still being read"):
        page.start([str(sample(PICTURES[2]))])
    running = page.tab.run(page.session, page.state, page.request)
    next(running)
    page.session.language = CHINESE
    with pytest.raises(gr.Error, match="仍在读取文件"):
        page.start([str(sample(PICTURES[2]))])
    page.tab.cancel(page.session, page.state)
    assert page.state.job is job and job is not None and job.cancelled
    running.close()  # type: ignore[attr-defined]
    page.add(sample(PICTURES[2]))
    assert "素材库中有 1 项" in page.statuses[-1]
    assert page.tab.free_drop_zone()[page.parts.files]["value"] is None


def test_a_page_that_is_closed_while_files_are_read_leaves_nothing(page: Page) -> None:
    before = set(WORK_FOLDER.glob("*")) if WORK_FOLDER.exists() else set()
    page.start([str(sample(name)) for name in PICTURES])
    running = page.tab.run(page.session, page.state, page.request)
    while "Reading 2" not in "".join(page.statuses):
        page.apply(next(running))
    folder = page.library.folder
    assert folder.parent == WORK_FOLDER
    page.tab.close(page.request)
    running.close()  # type: ignore[attr-defined]
    assert not folder.exists() and set(WORK_FOLDER.glob("*")) <= before


def test_a_library_outlives_its_uploads(page: Page, tmp_path: Path) -> None:
    upload = Path(shutil.copy(sample("audio/sax.wav"), tmp_path))
    page.add(upload)
    upload.unlink()
    page.search("sax")
    page.choose(0)
    assert Path(page.of(page.parts.audio)).stat().st_size > 1000 and "sax.wav" in page.of(page.parts.detail)


def test_a_library_that_is_gone_is_said_to_be(page: Page) -> None:
    page.add(sample(PICTURES[0]))
    page.search("lion")
    page.tab.libraries.close_stale(older_than=-1)
    page.apply(page.tab.search_text(page.session, page.state, "lion", "all", page.request))
    assert "is deleted. Please add the files again" in page.statuses[-1] and page.captions() == []
    assert page.of(page.parts.clear, "interactive") is False and page.state.view.count == 0
    page.add(sample(PICTURES[1]))
    assert "In the library: 1." in page.statuses[-1]


@pytest.mark.parametrize("error", [IndexDamaged(path="/secret"), OutputNotWritable(path="/secret")])
def test_sentences_name_no_folder_of_the_server(page: Page, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    page.add(sample(PICTURES[0]))
    page.search("lion")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(page.library.index, "search", fail)
    for ask in (page.tab.search_text, page.tab.refilter):
        given = ("lion", "all") if ask == page.tab.search_text else ("all",)
        with pytest.raises(gr.Error) as failure:
            ask(page.session, page.state, *given, page.request)
        assert "/secret" not in str(failure.value) and "went wrong" not in str(failure.value)
    with pytest.raises(gr.Error):
        page.add(sample(PICTURES[1]))
    assert "/secret" not in page.statuses[-1] and "mm-problem" in page.statuses[-1]


def test_a_waiting_search_is_said_to_wait(page: Page) -> None:
    page.apply(page.tab.ask(page.session))
    assert "Searching…" in page.of(page.parts.results)
    page.apply(page.tab.give_up(page.session, page.state))
    assert "Searching…" not in page.of(page.parts.results)


def test_too_many_files_and_unknown_kinds_are_sentences(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmdemo.ui.retrieval_inputs.LIBRARY_LIMIT", 2)
    with pytest.raises(gr.Error, match="3 files; the library takes 2"):
        page.start(["a", "b", "c"])
    page.add(sample(PICTURES[0]))
    with pytest.raises(gr.Error, match="all, image, audio or video"):
        page.search("lion", "smell")


def test_the_language_switches_everything(page: Page) -> None:
    page.add(*(sample(name) for name in PICTURES))
    page.search("lion")
    page.choose(0)
    page.session.language = CHINESE
    page.apply(page.tab.relabel(page.session, page.state, page.request))
    assert "素材库中有 3 项" in page.statuses[-1] and "最佳匹配" in page.of(page.parts.results)
    assert "相似度" in page.of(page.parts.detail)
    assert "素材库地图" in page.of(page.parts.map) and len(page.captions()) == 3


def test_a_failure_stays_on_the_page(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise MemoryError

    monkeypatch.setattr(pipeline, "load_models", fail)
    page.session.language = CHINESE
    page.start([str(sample(PICTURES[0]))])
    with pytest.raises(gr.Error, match="内存不足"):
        page.run()
    assert "内存不足" in page.statuses[-1] and page.of(page.parts.examples, "interactive") is True


def test_everything_from_outside_is_escaped() -> None:
    hit = Hit("a" * 64, "audio", -0.25, HOSTILE, Span(65.0, 70.0))
    item = MapItem(f'"{HOSTILE}', "image", HOSTILE, words_vector("x"))
    near = Hit(item.item_id, "image", 0.5, HOSTILE)
    rendered = [
        map_html([item], [near], HOSTILE, item.item_id, "en"),
        results_html(RetrievalView("done", query=HOSTILE, hits=(hit,)), "en"),
        detail_html(HOSTILE, hit, "en"),
        failures_html(RetrievalView(failures=(Failure(HOSTILE, Sentence(HOSTILE, HOSTILE)),)), "en"),
    ]
    for html in rendered:
        assert "<img" not in html and "&lt;img" in html
    assert caption(hit) == "1 % · 1:05 · " + Path(HOSTILE).name


def test_a_weak_best_match_is_called_so() -> None:
    hit = Hit("a" * 64, "image", 0.1, "a.png")
    assert "even the best match is unlikely (4 %)" in results_html(
        RetrievalView("done", query="q", hits=(hit,), best_probability=0.04), "en"
    )
    assert "unlikely" not in results_html(RetrievalView("done", query="q", hits=(hit,), best_probability=0.9), "en")


def test_a_large_map_says_what_it_leaves_out() -> None:
    items = [MapItem(f"{n:064x}", "image", f"{n}.png", words_vector(f"w{n}")) for n in range(DRAWN_ITEMS + 5)]
    html = map_html(items, [], "", "", "en")
    assert html.count("data-item") == DRAWN_ITEMS and f"{DRAWN_ITEMS} of {DRAWN_ITEMS + 5}" in html


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with pytest.MonkeyPatch.context() as patch:
        fake = WordBackbone()
        patch.setattr(pipeline, "load_models", lambda: models_of(fake))
        patch.setattr(pipeline, "models_loaded", lambda: False)
        demo = build_demo(examples=[])
        _, url, _ = demo.launch(**launch_kwargs(), server_port=free_port(), prevent_thread_lock=True, quiet=True)
        client = Client(url, verbose=False, httpx_kwargs=PATIENT)
        yield client
        client.close()
        demo.close()


def test_the_api_searches_files_in_one_call(client: Client, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("x")
    files = [handle_file(str(path)) for path in (*(sample(name) for name in PICTURES), notes)]
    found = client.predict(files, "lion", None, "image", 2, api_name="/search")
    assert [hit["name"] for hit in found["hits"]][0] == "lion.jpg" and len(found["hits"]) == 2
    assert found["failures"][0]["name"] == "notes.txt" and json.dumps(found)
    by_file = client.predict(files, query_file=handle_file(str(sample(PICTURES[1]))), api_name="/search", limit=1)
    assert by_file["hits"][0]["name"] == "tower.jpg" and by_file["hits"][0]["start"] is None


def test_the_api_refuses_the_folder_of_all_uploads(client: Client) -> None:
    Path(get_upload_folder()).mkdir(parents=True, exist_ok=True)
    folder = {"path": get_upload_folder(), "meta": {"_type": "gradio.FileData"}}
    # The client of Gradio would upload what it is given, so this one speaks for itself.
    call = f"{client.src.rstrip('/')}/gradio_api/call/search"
    for files, query_file in (([folder], None), ([handle_file(str(sample(PICTURES[0])))], folder)):
        started = httpx.post(call, json={"data": [files, "lion", query_file, "all", 3]}, timeout=60).json()
        answer = httpx.get(f"{call}/{started['event_id']}", timeout=60).text
        assert "event: error" in answer and '"hits"' not in answer


def test_the_api_says_how_far_it_is(client: Client) -> None:
    files = [handle_file(str(sample(name))) for name in PICTURES]
    job = client.submit(files, "lion", None, "all", 1, api_name="/search")
    found = job.result()
    assert [hit["name"] for hit in found["hits"]] == ["lion.jpg"]
    assert len(job.outputs()) > len(PICTURES) and job.outputs()[0] == {"hits": [], "failures": []}


def test_the_api_describes_itself(client: Client) -> None:
    described = client.view_api(return_format="dict")["named_endpoints"]
    assert "/search" in described
    names = [parameter["parameter_name"] for parameter in described["/search"]["parameters"]]
    assert names == ["files", "query", "query_file", "kind", "limit"]


@pytest.mark.parametrize(("files", "query", "message"), [([], "lion", "one or more files"), (None, "", "one or more")])
def test_the_api_answers_mistakes_with_sentences(client: Client, files: object, query: str, message: str) -> None:
    with pytest.raises(Exception, match=message):
        client.predict(files, query, None, "all", 3, api_name="/search")
