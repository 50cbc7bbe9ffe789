"""The Ask tab with answers that need no model: handlers, in the order in which the page calls them."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio.utils import get_upload_folder

from mmdemo.config import settings
from mmdemo.evaluation.sample_media import sample
from mmdemo.ui.common import Session
from mmdemo.ui.i18n import CHINESE, Localisation
from mmdemo.ui.qa import AskTab
from mmdemo.ui.qa_media import MOST_MEDIA
from mmdemo.ui.qa_session import AskSession
from tests.fakes import GATE_SECONDS
from tests.ui.qa_fakes import SUGGESTED, FakeAsker
from tests.ui.test_app import wait_until

LION, TALK, CLIP = "images/lion.jpg", "audio/cate_blanch.mp3", "videos/world.mp4"
AVI = "videos/b.avi"


class Page:
    """Applies updates the way the browser does."""

    def __init__(self, tab: AskTab, visitor: str, uploads: Path) -> None:
        self.tab, self.parts = tab, tab.parts
        self.session, self.state = Session(), AskSession()
        self.request: Any = SimpleNamespace(session_hash=visitor)
        self.uploads = uploads
        self.shown: dict[Any, dict[str, Any]] = {}
        self.statuses: list[str] = []

    def apply(self, updates: dict[Any, dict[str, Any]]) -> None:
        assert updates.keys() <= set(self.parts.outputs)
        for component, update in updates.items():
            self.shown.setdefault(component, {}).update(update)
        if "value" in updates.get(self.parts.status, {}):
            self.statuses.append(self.of(self.parts.status))

    def of(self, component: Any, name: str = "value") -> Any:
        return self.shown.get(component, {}).get(name)

    @property
    def chat(self) -> str:
        return str(self.of(self.parts.chat))

    def upload(self, name: str) -> Path:
        """Put a sample where Gradio would."""
        folder = self.uploads / f"{len(list(self.uploads.iterdir())):064d}"
        folder.mkdir()
        return Path(shutil.copy(sample(name), folder))

    def add(self, *names: str) -> list[Path]:
        paths = [self.upload(name) for name in names]
        self.apply(self.tab.add(self.session, self.state, [str(path) for path in paths], self.request))
        return paths

    def all(self, updates: Iterator[Any]) -> None:
        for update in updates:
            self.apply(update)

    def run(self) -> None:
        self.all(self.tab.run(self.session, self.state))

    def note(self, question: object) -> None:
        self.apply(self.tab.ask(self.session, self.state, question))

    def ask(self, question: object) -> None:
        self.note(question)
        self.run()

    def look(self) -> None:
        self.all(self.tab.look(self.session, self.state))

    def click(self, index: object) -> None:
        event: Any = SimpleNamespace(index=index)
        self.apply(self.tab.choose(self.session, self.state, self.request, event))

    def remove(self, place: int) -> None:
        event: Any = SimpleNamespace(index=f"remove:{self.state.items[place].key}")
        self.apply(self.tab.remove(self.session, self.state, event))


@pytest.fixture
def asker(monkeypatch: pytest.MonkeyPatch) -> FakeAsker:
    fake = FakeAsker()
    fake.install(monkeypatch)
    return fake


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "uploads"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    assert get_upload_folder() == str(folder)
    return folder


@pytest.fixture
def tab(asker: FakeAsker) -> AskTab:
    with gr.Blocks():
        return AskTab(Localisation(), gr.State(Session()))


@pytest.fixture
def page(tab: AskTab, uploads: Path) -> Iterator[Page]:
    page = Page(tab, "visitor", uploads)
    yield page
    page.state.clear()


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_media_get_numbers_players_and_suggestions(page: Page, asker: FakeAsker) -> None:
    page.add(LION, TALK, CLIP)
    strip = page.of(page.parts.strip)
    assert [strip.count(f'mm-ask-number">{n}<') for n in (1, 2, 3, 4)] == [1, 1, 1, 0]
    assert strip.count("<img ") == strip.count("<audio ") == strip.count("<video ") == 1
    assert "Ready. Ask a question." in page.statuses[-1] and page.of(page.parts.files) is None
    page.look()
    assert "Encoding 2 of 3: cate_blanch.mp3…" in "".join(page.statuses)
    assert "Ready" in page.statuses[-1] and asker.looked == 1
    offers = page.of(page.parts.offers)
    assert "What colour is it?" in offers and "Is there a &lt;i&gt;dog&lt;/i&gt;?" in offers
    page.look()
    assert asker.looked == 1, "nothing has changed since"


def test_an_answer_with_confidence_and_evidence(page: Page, asker: FakeAsker) -> None:
    page.add(LION, TALK, CLIP)
    page.note("  What animal <b>is this</b>?\nAnd why? ")
    assert page.of(page.parts.question) == "" and "Waiting" in page.statuses[-1]
    assert "Working on it" in page.chat and page.of(page.parts.stop, "interactive") is True
    page.run()
    assert asker.asked == [
        ("What animal <b>is this</b>?\nAnd why?", ("lion.jpg", "cate_blanch.mp3", "world.mp4"), None)
    ]
    assert "Encoding 1 of 3: lion.jpg…" in "".join(page.statuses)
    assert "Listening to 2 of 3: cate_blanch.mp3…" in "".join(page.statuses) and "Done" in page.statuses[-1]
    assert "What animal &lt;b&gt;is this&lt;/b&gt;?" in page.chat and "<script>" not in page.chat
    assert "Confidence 86 %" in page.chat and "width: 86%" in page.chat and "✓</span> sure" in page.chat
    key = [item.key for item in page.state.items]
    assert f'data-cite="{key[0]}" data-region="0.2500,0.2000,0.7500,0.8000"' in page.chat
    assert f'data-cite="{key[1]}" data-start="1.500" data-end="2.500"' in page.chat
    assert "The doors open &lt;img src=x onerror=&quot;alert(1)&quot;&gt; at ten." in page.chat
    assert "#t=3.000" in page.chat and "mm-ask-unsure" not in page.chat
    assert "Confidence 86 %" in page.of(page.parts.announcement)
    assert page.of(page.parts.stop, "interactive") is False


def test_not_sure_looks_different_and_gives_guesses_and_reasons(page: Page) -> None:
    page.add(LION)
    page.ask("unsure what")
    assert "mm-ask-unsure" in page.chat and "Not sure" in page.chat and "Hard to say." in page.chat
    assert "Best guesses" in page.chat and "a &lt;b&gt;cat&lt;/b&gt;" in page.chat and "31 %" in page.chat
    assert "The picture is &lt;b&gt;dark&lt;/b&gt;." in page.chat and "mm-badge-high" not in page.chat
    assert page.of(page.parts.announcement).startswith("Not sure.")


def test_follow_ups_keep_media_and_history(page: Page, asker: FakeAsker) -> None:
    page.add(LION)
    page.ask("What is this?")
    page.add(TALK)
    page.ask("And the second?")
    assert [media for _, media, _ in asker.asked] == [("lion.jpg",), ("lion.jpg", "cate_blanch.mp3")]
    assert page.chat.count('<section class="mm-ask-turn">') == 2


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("", "The text is empty"),
        (" \n\t", "The text is empty"),
        (None, "The text is empty"),
        ({"text": "x"}, "The text is empty"),
        ("x" * 10_000, "The text has 10000 characters"),
        ("?!…", "has no words in it"),
    ],
)
def test_strange_questions_are_sentences_and_stay_in_the_box(page: Page, question: object, sentence: str) -> None:
    page.add(LION)
    with pytest.raises(gr.Error, match=sentence):
        page.note(question)
    assert page.state.turns == () and page.of(page.parts.question) is None


def test_a_question_about_nothing_is_a_sentence(page: Page) -> None:
    page.session.language = CHINESE
    with pytest.raises(gr.Error, match="请添加图片、录音或视频"):
        page.note("这是什么？")


def test_a_failure_stays_in_the_conversation(page: Page) -> None:
    page.add(LION)
    page.note("fail please")
    with pytest.raises(gr.Error, match="breaks off before its end"):
        page.run()
    assert "mm-ask-failed" in page.chat and "breaks off before its end" in page.chat
    page.ask("What is this?")
    assert page.chat.count("mm-ask-text") == 1, "the next question is answered"


def test_unusable_files_are_named_and_the_others_stay(page: Page, uploads: Path) -> None:
    notes = uploads / "notes.txt"
    notes.write_text("x")
    good = page.upload(LION)
    page.apply(page.tab.add(page.session, page.state, [str(notes), str(good)], page.request))
    assert len(page.state.items) == 1 and "“notes.txt” cannot be read" in page.statuses[-1]
    with pytest.raises(gr.Error, match="“notes.txt” cannot be read"):
        page.tab.add(page.session, page.state, [str(notes)], page.request)
    assert len(page.state.items) == 1


@pytest.mark.parametrize("files", [None, [], "", [None], {"path": "x"}, [3], [[]]])
def test_no_files_are_a_sentence(page: Page, files: object) -> None:
    with pytest.raises(gr.Error, match="nothing to ask about"):
        page.tab.add(page.session, page.state, files, page.request)


def test_folders_and_too_many_files_are_sentences(page: Page, uploads: Path) -> None:
    with pytest.raises(gr.Error, match="That is not a file"):
        page.tab.add(page.session, page.state, [str(uploads)], page.request)
    with pytest.raises(gr.Error, match=f"at most {MOST_MEDIA}"):
        page.tab.add(page.session, page.state, [str(sample(LION))] * (MOST_MEDIA + 1), page.request)
    assert page.state.items == ()


def test_removing_moves_numbers_up_and_leaves_the_history_readable(page: Page, asker: FakeAsker) -> None:
    uploaded = page.add(LION, TALK)
    page.look()
    page.ask("What is this?")
    page.remove(0)
    assert not uploaded[0].exists() and uploaded[1].exists()
    strip = page.of(page.parts.strip)
    assert "lion.jpg" not in strip and 'mm-ask-number">1<' in strip and 'mm-ask-number">2<' not in strip
    assert "lion.jpg <span" not in page.chat and "(removed)" in page.chat and page.chat.count("data-cite=") == 1
    assert "What colour" not in page.of(page.parts.offers), "other media need other questions"
    page.ask("And now?")
    assert asker.asked[-1][1] == ("cate_blanch.mp3",)


def test_stop_does_not_wait_for_the_step(page: Page, asker: FakeAsker) -> None:
    page.add(LION, TALK)
    asker.gate = threading.Semaphore(1)
    page.note("What is this?")
    running = page.tab.run(page.session, page.state)
    while asker.steps < 1:
        page.apply(next(running))
    started = time.monotonic()
    page.apply(page.tab.stop(page.session, page.state))
    assert "Stopping" in page.statuses[-1] and page.of(page.parts.stop, "interactive") is False
    page.all(running)
    assert time.monotonic() - started < GATE_SECONDS / 4, "two seconds on an idle machine"
    assert "Stopped" in page.statuses[-1] and "Stopped before there was an answer" in page.chat
    asker.gate.release(5)
    wait_until(lambda: asker.running == 0)
    assert asker.closed == 1 and asker.steps <= 2, "nothing goes on behind the page"


def test_a_question_that_waits_is_given_up_at_once(page: Page, asker: FakeAsker) -> None:
    page.add(LION)
    page.note("What is this?")
    page.apply(page.tab.stop(page.session, page.state))
    page.run()
    assert "Stopped before there was an answer" in page.chat and asker.asked == []


def test_one_question_at_a_time(page: Page) -> None:
    page.add(LION)
    page.note("What is this?")
    with pytest.raises(gr.Error, match="being worked on"):
        page.note("And this?")
    with pytest.raises(gr.Error, match="being worked on"):
        page.remove(0)
    page.run()
    assert page.chat.count("mm-ask-text") == 1


def test_a_question_comes_before_suggestions(page: Page, asker: FakeAsker) -> None:
    page.add(LION, TALK)
    asker.gate = threading.Semaphore(1)
    looking = page.tab.look(page.session, page.state)
    while asker.steps < 1:
        page.apply(next(looking))
    page.note("What is this?")
    asker.gate.release(50)
    page.all(looking)
    assert "Waiting" in page.statuses[-1] and page.state.suggestions == {}
    page.run()
    page.look()
    assert page.state.suggestions == SUGGESTED and page.chat.count("mm-ask-text") == 1


def test_clear_deletes_history_media_and_files(page: Page, uploads: Path, asker: FakeAsker) -> None:
    page.add(LION, TALK)
    page.look()
    page.ask("What is this?")
    assert {"lion.jpg", "shown.jpg", "conversation.md", "conversation.json"} <= set(files_in(uploads))
    page.apply(page.tab.clear(page.session, page.state, page.request))
    assert files_in(uploads) == [] and list(uploads.iterdir()) == []
    assert page.state.items == page.state.turns == () and page.tab.folders._folders == {}
    assert "mm-ask-turn" not in page.chat and "mm-ask-item" not in page.of(page.parts.strip)
    assert "are deleted" in page.statuses[-1] and page.of(page.parts.clear, "interactive") is False
    assert all(page.of(button, "visible") is False for button in page.parts.downloads.values())
    page.add(LION)
    page.ask("What is this?")
    assert page.chat.count("mm-ask-text") == 1, "a new conversation can begin"


def test_clear_ends_an_answer_that_is_being_worked_on(page: Page, asker: FakeAsker) -> None:
    page.add(LION)
    asker.gate = threading.Semaphore(1)
    page.note("What is this?")
    running = page.tab.run(page.session, page.state)
    while asker.steps < 1:
        page.apply(next(running))
    page.apply(page.tab.clear(page.session, page.state, page.request))
    asker.gate.release(50)
    page.all(running)
    assert page.state.turns == () and "mm-ask-turn" not in page.chat


def test_an_upload_that_another_tab_works_with_is_left_to_it(page: Page) -> None:
    kept, gone = page.add(LION, TALK)
    other = page.tab.parts.strip
    other.temp_files.add(str(kept))
    page.apply(page.tab.clear(page.session, page.state, page.request))
    assert kept.exists() and not gone.exists()


def test_an_upload_that_somebody_sent_anew_is_theirs(page: Page) -> None:
    (upload,) = page.add(LION)
    upload.unlink()
    shutil.copy(sample(LION), upload)
    page.apply(page.tab.clear(page.session, page.state, page.request))
    assert upload.exists()


def test_a_closed_page_takes_its_files_along(page: Page, uploads: Path, asker: FakeAsker) -> None:
    page.add(LION)
    asker.gate = threading.Semaphore(1)
    page.note("What is this?")
    running = page.tab.run(page.session, page.state)
    while asker.steps < 1:
        page.apply(next(running))
    page.tab.close(page.request)
    assert files_in(uploads) == []
    asker.gate.release(50)
    started = time.monotonic()
    page.all(running)
    assert time.monotonic() - started < GATE_SECONDS / 4, "and nobody works for a page that is gone"


def test_media_nobody_used_for_long_are_said_to_be_gone(page: Page) -> None:
    page.add(LION)
    page.ask("What is this?")
    page.tab.folders.close_stale(older_than=-1.0)
    page.note("And now?")
    assert "drop them again" in page.statuses[-1]
    assert page.state.items == () and page.chat.count("mm-ask-text") == 1 and "(removed)" in page.chat
    with pytest.raises(gr.Error, match="nothing to ask about"):
        page.note("And now?")


def test_the_conversation_can_be_downloaded(page: Page) -> None:
    page.add(LION, TALK)
    page.ask("# What *is* <b>this</b>?")
    page.ask("unsure what")
    written = json.loads(Path(page.of(page.parts.downloads["json"])).read_text("utf-8"))
    first, second = written["turns"]
    assert first["question"] == "# What *is* <b>this</b>?" and first["sure"] is True and first["probability"] == 0.86
    assert first["evidence"][1] == {
        "media": 2,
        "file": "cate_blanch.mp3",
        "kind": "passage",
        "score": 0.8,
        "start": 1.5,
        "end": 2.5,
        "region": None,
        "others": [],
        "text": 'The doors open <img src=x onerror="alert(1)"> at ten.',
    }
    assert second["sure"] is False and second["guesses"][0]["text"] == "a <b>cat</b>"
    markdown = Path(page.of(page.parts.downloads["md"])).read_text("utf-8")
    assert "## \\# What \\*is\\* \\<b\\>this\\</b\\>?" in markdown and "<img" not in markdown.replace("\\<img", "")
    assert "Not sure · Confidence 31 %" in markdown and "0:01–0:02" in markdown


def test_another_language_renders_everything_anew(page: Page) -> None:
    page.add(LION, TALK)
    page.look()
    page.ask("unsure what")
    page.session.language = CHINESE
    page.apply(page.tab.relabel(page.session, page.state))
    assert "没有把握" in page.chat and "最可能的回答" in page.chat and "图片&lt;b&gt;较暗" in page.chat
    assert "它是什么颜色？" in page.of(page.parts.offers) and "移除 1：lion.jpg" in page.of(page.parts.strip)
    assert "完成" in page.statuses[-1] and "Not sure" not in page.chat
    page.click("suggest:0")
    page.run()
    assert "是一只狮子。" in page.chat


def test_examples_and_suggestions_are_asked_with_one_click(page: Page, asker: FakeAsker) -> None:
    page.apply(page.tab.relabel(page.session, page.state))
    assert page.of(page.parts.offers).count("data-ask=") == 3
    page.click("example:1")
    page.run()
    assert asker.asked[0][:2] == ("When do the doors open?", ("museum-message.mp4",))
    page.look()
    page.click("suggest:1")
    page.run()
    assert asker.asked[1][0] == SUGGESTED["en"][1]
    before = len(page.state.turns)
    for nonsense in ("example:0", "suggest:9", "suggest:-1", "x", None, "suggest:1e3", "suggest:" + "9" * 50, ":"):
        page.click(nonsense)
    assert len(page.state.turns) == before


def test_what_the_browser_cannot_play_gets_a_copy(page: Page) -> None:
    page.add(AVI)
    assert "a copy for the player is being made" in page.of(page.parts.strip)
    page.all(page.tab.copy_for_player(page.session, page.state))
    assert "copy.mp4" in page.of(page.parts.strip) and page.state.items[0].name == "b.avi"
    page.remove(0)
    assert page.state.folder is not None and not list(page.state.folder.path.rglob("copy.mp4"))


def test_visitors_see_nothing_of_each_other(page: Page, tab: AskTab, uploads: Path) -> None:
    other = Page(tab, "somebody else", uploads)
    page.add(LION)
    page.ask("My secret?")
    other.add(TALK)
    other.ask("What is this?")
    assert "My secret" not in other.chat and "lion.jpg" not in other.of(other.parts.strip)
    assert page.state.folder is not None and other.state.folder is not None
    assert page.state.folder.path != other.state.folder.path and len(page.state.folder.path.name) > 32
    other.apply(other.tab.clear(other.session, other.state, other.request))
    assert not page.state.folder.closed and "lion.jpg" in files_in(uploads)


def test_limits_on_the_drop_zone(page: Page) -> None:
    from mmdemo.ui.qa_layout import ask_hint_html

    assert f"{settings().limits.image_megabytes:g} MB" in ask_hint_html("en") and "拖放" in ask_hint_html(CHINESE)
