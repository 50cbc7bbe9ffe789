"""The Caption tab with models that decode nothing: handlers, rendering, downloads, the public API."""

from __future__ import annotations

import csv
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import httpx
import numpy as np
import PIL.Image
import pytest
from gradio.utils import get_upload_folder
from gradio_client import Client, handle_file

from mmdemo.errors import WeightsCorrupt
from mmdemo.evaluation.sample_media import sample
from mmdemo.tasks import captioning as task
from mmdemo.tasks.captioning import CaptionRequest, PictureCaptions
from mmdemo.tasks.unfamiliar_pictures import NamedLabel
from mmdemo.tasks.video_captioning import SceneCaption, VideoCaptionStep
from mmdemo.types import Caption, Sentence, Span, WordHeatmap
from mmdemo.ui import captioning_inputs, pipeline
from mmdemo.ui.app import build_demo, launch_kwargs
from mmdemo.ui.captioning import CaptionTab
from mmdemo.ui.captioning_job import CaptionSession
from mmdemo.ui.captioning_result import result_html
from mmdemo.ui.captioning_tables import LIVE_ROWS
from mmdemo.ui.captioning_view import CaptionView, badge_html, status_html
from mmdemo.ui.captioning_words import heat_levels, joined, word_pieces
from mmdemo.ui.common import Session
from mmdemo.ui.i18n import CHINESE, Localisation
from mmdemo.ui.previews import preview_of
from tests.media_factory import write_png_bomb
from tests.test_app import free_port
from tests.ui.conftest import PATIENT
from tests.ui.picture_fakes import PhotoGenerator, PictureBackbone, install, picture_models

PHOTO = "images/cheetah1.jpg"
HOSTILE = '<img src=x onerror="alert(1)">'
BOTH = ["en", "zh"]
SCENE_SECONDS = 5.0


def heat(word: str) -> WordHeatmap:
    return WordHeatmap(word, np.full((9, 9), 1 / 81, np.float32))


def fake_video(count: int) -> Any:
    """Make a stand-in for the task that finds so many scenes, one a step."""

    def caption_video(path: Path, models: Any, request: CaptionRequest) -> Iterator[VideoCaptionStep]:
        scenes: tuple[SceneCaption, ...] = ()
        yield VideoCaptionStep(0, 0, (), 0.1)
        for number in range(count):
            span = Span(number * SCENE_SECONDS, (number + 1) * SCENE_SECONDS)
            said = tuple(
                Caption(f"Scene {number} & more." if own == "en" else f"场景{number}。", own, 0.9)
                for own in request.languages
            )
            scenes += (SceneCaption(span, said, span.start),)
            yield VideoCaptionStep(number + 1, count, scenes, (number + 1) / count)
        yield VideoCaptionStep(count, count, scenes, 1.0, finished=True)

    return caption_video


class Page:
    """Applies updates the way the browser does."""

    def __init__(self, tab: CaptionTab) -> None:
        self.tab = tab
        self.parts = tab.parts
        self.session = Session()
        self.state = CaptionSession()
        self.options: list[object] = [BOTH, "short", 3]
        self.shown: dict[Any, dict[str, Any]] = {}
        self.statuses: list[str] = []
        self.files: dict[str, bytes] = {}

    def apply(self, updates: dict[Any, dict[str, Any]]) -> None:
        assert updates.keys() <= set(self.parts.outputs)
        for component, update in updates.items():
            self.shown.setdefault(component, {}).update(update)
            if isinstance(component, gr.DownloadButton):
                self.files.clear()
        if self.parts.status in updates:
            self.statuses.append(self.of(self.parts.status))
        for button in self.parts.downloads.values():  # Gradio copies the files at the yield
            update = updates.get(button, {})
            if update.get("visible"):
                self.files[Path(update["value"]).name] = Path(update["value"]).read_bytes()

    def of(self, component: Any, name: str = "value") -> Any:
        return self.shown.get(component, {}).get(name)

    @property
    def result(self) -> str:
        return str(self.of(self.parts.result))

    def start(self, *files: object) -> None:
        self.apply(self.tab.start(self.session, self.state, [str(path) for path in files], *self.options))

    def run(self) -> None:
        for updates in self.tab.run(self.session, self.state):
            self.apply(updates)

    def drop(self, *files: object) -> None:
        self.start(*files)
        self.run()

    def change(self, *options: object) -> None:
        self.options = list(options)
        self.apply(self.tab.change(self.session, self.state, *options))
        self.run()

    def choose(self, index: object) -> None:
        event: Any = SimpleNamespace(index=index)
        for updates in self.tab.choose(self.session, self.state, event):
            self.apply(updates)


@pytest.fixture
def backbone(monkeypatch: pytest.MonkeyPatch) -> PictureBackbone:
    fake = PictureBackbone()
    install(monkeypatch, picture_models(fake, PhotoGenerator()))
    return fake


@pytest.fixture
def page(backbone: PictureBackbone) -> Page:
    with gr.Blocks():
        return Page(CaptionTab(Localisation(), gr.State(Session())))


def test_a_picture_becomes_cards_in_both_languages(page: Page, backbone: PictureBackbone) -> None:
    page.start(sample(PHOTO))
    assert "Waiting" in page.statuses[-1] and page.of(page.parts.cancel, "interactive") is True
    assert page.of(page.parts.files) is None, "the drop zone is free for the next"
    page.run()
    assert "Done: cheetah1.jpg" in page.statuses[-1]
    assert page.of(page.parts.cancel, "interactive") is False and page.of(page.parts.again, "interactive") is True
    assert page.result.count('class="mm-card"') == 2 and page.result.count("data:image/jpeg;base64,") == 1
    assert ">dog</span> " in page.result and 'lang="zh-CN"' in page.result and "sure" in page.result
    assert (
        page.result.count("data-choose=") == 4 and 'data-copy="A brown dog runs through the wet grass."' in page.result
    )
    assert page.result.count("data-heat=") == len("a brown dog runs through the wet grass".split()) + 7
    assert backbone.encoded == ["cheetah1.jpg"]


def test_other_options_need_no_second_encoding(page: Page, backbone: PictureBackbone, tmp_path: Path) -> None:
    upload = Path(shutil.copy(sample(PHOTO), tmp_path))
    page.drop(upload)
    upload.unlink()  # uploads are deleted after an hour; the page may stay open longer
    page.change(["zh"], "alt", 1)
    assert page.result.count('class="mm-card"') == 1 and "data-choose" not in page.result
    assert "一只棕色的狗在湿草地上奔跑" in page.of(page.parts.result).replace("</span>", "").split("data-copy=")[1]
    assert backbone.encoded == ["cheetah1.jpg"] and "Done" in page.statuses[-1]


def test_options_alone_start_nothing(page: Page) -> None:
    page.change(["en"], "detailed", 5)
    assert page.state.job is None
    with pytest.raises(gr.Error, match="choose a picture, a video, or several"):
        page.tab.again(page.session, page.state, ["en"], "short", 1)


def test_another_caption_can_be_chosen_and_is_downloaded(page: Page) -> None:
    page.drop(sample(PHOTO))
    assert (
        page.files["cheetah1.txt"].decode() == "A brown dog runs through the wet grass.\n一只棕色的狗在湿草地上奔跑。\n"
    )
    page.choose("en:1")
    assert page.files["cheetah1.txt"].decode().startswith("A dog is playing outside.\n")
    described = json.loads(page.files["cheetah1.json"])
    assert described["chosen"]["en"] == "A dog is playing outside." and len(described["captions"]) == 6
    assert described["file"] == "cheetah1.jpg" and len(described["captions"][0]["heatmaps"]) == 8
    assert "shown for the best caption" in page.result and set(page.files) == {"cheetah1.txt", "cheetah1.json"}
    for nonsense in ("en:99", "de:0", "x", None, "en:-1", "en:1e9", "zh:" + "9" * 99):
        page.choose(nonsense)
    assert page.files["cheetah1.txt"].decode().startswith("An animal on a meadow.")


def test_an_unfamiliar_picture_is_said_to_be_one(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "load_models", lambda: picture_models(generator=PhotoGenerator(), foreign=0.9))
    page.drop(sample(PHOTO))
    assert "mm-unsure" in page.result and "Not sure" in page.result and "unlike the photographs" in page.result
    assert "It may rather show:" in page.result and page.result.count("<li>") >= 4
    assert "mm-badge-high" not in page.result and "not sure" in page.result
    page.session.language = CHINESE
    page.apply(page.tab.relabel(page.session, page.state))
    assert "它可能是：" in page.result and "没有把握" in page.result and "It may rather" not in page.result


def test_a_cancelled_picture_stays_without_captions(page: Page, backbone: PictureBackbone) -> None:
    backbone.gate = threading.Semaphore(0)
    page.start(sample(PHOTO))
    running = page.tab.run(page.session, page.state)
    while "Looking at" not in "".join(page.statuses):
        page.apply(next(running))
    page.apply(next(running))
    page.apply(page.tab.cancel(page.session, page.state))
    assert "Stopping" in page.statuses[-1]
    for updates in running:
        page.apply(updates)
    assert "Cancelled" in page.statuses[-1] and page.of(page.parts.again, "interactive") is True
    backbone.gate.release()
    backbone.gate = None
    page.apply(page.tab.again(page.session, page.state, *page.options))
    page.run()
    assert "Done" in page.statuses[-1]


def test_a_job_that_waits_is_given_up_at_once(page: Page, backbone: PictureBackbone) -> None:
    page.start(sample(PHOTO))
    page.apply(page.tab.cancel(page.session, page.state))
    page.run()
    assert "Cancelled" in page.statuses[-1] and backbone.encoded == []


def test_the_last_drop_wins(page: Page, backbone: PictureBackbone) -> None:
    page.start(sample(PHOTO))
    running = page.tab.run(page.session, page.state)
    page.apply(next(running))
    page.start(sample("images/lion.jpg"))
    for updates in running:
        page.apply(updates)
    page.run()
    assert "Done: lion.jpg" in page.statuses[-1] and not any("Done: cheetah1" in status for status in page.statuses)


def test_a_video_becomes_scenes_and_subtitles(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "caption_video", fake_video(3))
    page.drop(sample("videos/world.mp4"))
    assert "Looking at the scenes: 2 of 3" in "".join(page.statuses) and "Scenes: 3." in page.statuses[-1]
    assert page.of(page.parts.video, "visible") is True and page.result.count("data-scene=") == 3
    assert "0:05 – 0:10" in page.result and "Scene 1 &amp; more." in page.result
    assert set(page.files) == {f"world.{own}.{kind}" for own in ("en", "zh") for kind in ("srt", "vtt")}
    assert "00:00:05,000" in page.files["world.en.srt"].decode() and "场景1" in page.files["world.zh.vtt"].decode()
    page.drop(sample(PHOTO))
    assert page.of(page.parts.video, "visible") is False and set(page.files) == {"cheetah1.txt", "cheetah1.json"}


def test_a_cancelled_video_keeps_its_scenes(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "caption_video", fake_video(9))
    page.start(sample("videos/world.mp4"))
    running = page.tab.run(page.session, page.state)
    while "scenes: 2 of 9" not in "".join(page.statuses):
        page.apply(next(running))
    page.apply(page.tab.cancel(page.session, page.state))
    for updates in running:
        page.apply(updates)
    assert "Cancelled" in page.statuses[-1] and page.result.count("data-scene=") == 3 and len(page.files) == 4


def test_several_pictures_become_a_table(page: Page, tmp_path: Path) -> None:
    notes = tmp_path / "=notes.jpg"
    notes.write_text("no picture")
    page.drop(sample(PHOTO), sample("images/lion.jpg"), notes)
    assert "Pictures: 3; could not be used: 1." in page.statuses[-1]
    assert page.result.count("<tr") == 4 and "cannot be read as a picture" in page.result
    assert page.result.count("一只棕色的狗在湿草地上奔跑。</span>") == 2
    assert set(page.files) == {"captions.csv", "captions.jsonl"}
    rows = list(csv.DictReader(page.files["captions.csv"].decode("utf-8-sig").splitlines()))
    assert {row["name"] for row in rows} >= {"cheetah1.jpg", "lion.jpg"} and len(rows) == 3
    assert all("/" not in row["path"] for row in rows) and str(tmp_path) not in page.files["captions.jsonl"].decode()
    page.change(["en"], "short", 1)
    assert "一只" in page.result, "a long job is not done again by itself"
    page.apply(page.tab.again(page.session, page.state, ["en"], "short", 1))
    page.run()
    assert "一只" not in page.result and page.result.count("A brown dog") >= 2


def odd_pictures(folder: Path) -> dict[str, tuple[Path, str]]:
    """Write what people drop by mistake, with what is said about it; an empty sentence: it is captioned."""
    photo = sample(PHOTO).read_bytes()
    (folder / "empty.jpg").touch()
    (folder / "notes.jpg").write_text("words, no picture")
    (folder / "cut.jpg").write_bytes(photo[: len(photo) // 3])
    PIL.Image.new("RGB", (1, 1), "red").save(folder / "dot.png")
    PIL.Image.new("RGBA", (40, 30), (255, 0, 0, 90)).save(folder / "clear.png")
    PIL.Image.new("L", (3000, 2)).save(folder / "thread.png")
    write_png_bomb(folder / "bomb.png")
    shutil.copy(sample("audio/sax.wav"), folder / "sound.jpg")
    said = {
        "empty.jpg": "is empty",
        "notes.jpg": "cannot be read as a picture",
        "cut.jpg": "breaks off before its end",
        "dot.png": "",
        "clear.png": "",
        "thread.png": "",
        "bomb.png": "the limit is 40 megapixels",
        "sound.jpg": "is a recording and shows nothing",
    }
    return {name: (folder / name, sentence) for name, sentence in said.items()}


def test_odd_pictures_are_captioned_or_refused_in_a_sentence(page: Page, tmp_path: Path) -> None:
    for path, sentence in odd_pictures(tmp_path).values():
        if not sentence:
            page.drop(path)
            assert f"Done: {path.name}" in page.statuses[-1]
            continue
        with pytest.raises(gr.Error, match=sentence):
            page.drop(path)
        assert sentence in page.statuses[-1] and "mm-problem" in page.statuses[-1]
        assert str(tmp_path) not in page.statuses[-1] and page.files == {}
    page.session.language = CHINESE
    with pytest.raises(gr.Error, match="是空文件"):
        page.drop(tmp_path / "empty.jpg")
    page.drop(sample(PHOTO))
    assert "完成：cheetah1.jpg" in page.statuses[-1]


@pytest.mark.parametrize("files", [None, [], "", [""], [7], {"path": "x"}, [None]])
def test_nothing_at_all_is_a_sentence(page: Page, files: object) -> None:
    with pytest.raises(gr.Error, match="choose a picture, a video, or several"):
        page.tab.start(page.session, page.state, files, *page.options)


def test_folders_and_what_is_gone_are_refused(page: Page, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.jpg", "\0"):
        with pytest.raises(gr.Error, match="not a file, or it is no longer there"):
            page.start(path)
    with pytest.raises(gr.Error, match="201 files; at most 200"):
        page.start(*[tmp_path] * 201)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (([], "short", 1), "at least one language"),
        ((["de"], "short", 1), "at least one language"),
        ((None, "short", 1), "at least one language"),
        ((["en"], "epic", 1), "short, detailed or alt"),
        ((["en"], None, 1), "short, detailed or alt"),
        ((["en"], "short", 0), "from 1 to 5"),
        ((["en"], "short", 2.5), "from 1 to 5"),
        ((["en"], "short", "many"), "from 1 to 5"),
        ((["en"], "short", float("nan")), "from 1 to 5"),
    ],
)
def test_unknown_options_are_sentences(page: Page, options: tuple[object, ...], sentence: str) -> None:
    with pytest.raises(gr.Error, match=sentence):
        page.tab.start(page.session, page.state, [str(sample(PHOTO))], *options)


def test_failures_name_no_folder_of_the_server(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise WeightsCorrupt(path="/secret/decoder.safetensors", command="x")

    monkeypatch.setattr(pipeline, "load_models", fail)
    with pytest.raises(gr.Error, match="cannot be used at the moment"):
        page.drop(sample(PHOTO))
    assert "secret" not in page.statuses[-1]


def test_the_options_are_those_of_the_task() -> None:
    assert captioning_inputs.LANGUAGES == task.LANGUAGES and captioning_inputs.STYLES == task.STYLES
    assert captioning_inputs.MOST_ALTERNATIVES == task.MOST_ALTERNATIVES


def test_everything_from_outside_is_escaped() -> None:
    said = Sentence(HOSTILE, HOSTILE)
    caption = Caption(HOSTILE, "en", 0.2, (heat("img"), heat("alert")))
    other = Caption(f"'{HOSTILE}", "en", 0.1)
    label = NamedLabel(HOSTILE, HOSTILE, 0.5)
    found = PictureCaptions((caption, other), "0" * 64, 0.9, (label,), (said,))
    picture = CaptionView("done", "picture", HOSTILE, picture=found, preview=f'x"{HOSTILE}', languages=("en",))
    scenes = (SceneCaption(Span(0, 1), (caption,), 0.0, (said,)),)
    video = CaptionView("done", "video", HOSTILE, scenes=scenes, player_path=Path("x.mp4"))
    row: Any = SimpleNamespace(name=HOSTILE, captions=(caption,), reasons=(said,), problem=said)
    table = CaptionView("done", "files", HOSTILE, rows=(row,), languages=("en",))
    for view in (picture, video, table):
        html = result_html(view, "en")
        assert HOSTILE not in html and "<img src=x" not in html and '"alert(1)' not in html
    assert HOSTILE not in status_html(replace(picture, phase="reading"), "en")
    assert HOSTILE not in status_html(replace(picture, problem=said), "en")


def test_a_long_table_is_sent_in_part_while_the_work_runs() -> None:
    rows: Any = tuple(SimpleNamespace(name=f"{n}.jpg", captions=(), reasons=(), problem=None) for n in range(50))
    view = CaptionView("writing", "files", rows=rows, languages=("en",))
    assert result_html(view, "en").count("<tr>") == LIVE_ROWS + 1 and "is done: 20." in result_html(view, "en")
    assert result_html(replace(view, phase="done"), "en").count("<tr>") == 51


@pytest.mark.parametrize(
    ("score", "words"), [(0.95, "95 % · sure"), (0.6, "fairly sure"), (0.2, "not sure"), (1, "99")]
)
def test_scores_are_said_in_words(score: float, words: str) -> None:
    assert words in badge_html(score, "en")


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("A dog runs.", ["a", "dog", "runs"], ["A", "dog", "runs"]),
        ("Possibly a dog", ["a", "dog"], ["a", "dog"]),
        ("Dog in the sun", ["there", "is", "dog", "in", "the", "sun"], ["Dog", "in", "the", "sun"]),
        ("A dog. A ball lies there.", ["a", "dog"], ["A", "dog"]),
        ("一只狗在跑。", ["一只", "狗", "在", "跑"], ["一只", "狗", "在", "跑"]),
        ("A t-shirt isn't red.", ["a", "t-shirt", "isn't", "red"], ["A", "t-shirt", "isn't", "red"]),
        ("Nothing alike", ["xyz"], []),
        ("", ["a"], []),
    ],
)
def test_heatmaps_find_their_words_in_every_style(text: str, words: list[str], found: list[str]) -> None:
    pieces = word_pieces(Caption(text, "en", 0.9, tuple(map(heat, words))))
    assert joined(pieces) == text and [piece for piece, own in pieces if own is not None] == found
    assert [own.word.lower() for _, own in pieces if own is not None] == [word.lower() for word in found]


def test_levels_show_where_a_heatmap_is_high() -> None:
    weights = np.full((9, 9), 0.001, np.float32)
    weights[2, 3] = 0.5
    levels = heat_levels(weights)
    assert len(levels) == 81 and levels[2 * 9 + 3] == 100 and levels.count(0) == 80
    assert set(heat_levels(np.full((9, 9), 1 / 81, np.float32))) == {35}
    assert all(0 <= level <= 100 for level in heat_levels(np.full((9, 9), np.nan, np.float32)))


def test_previews_are_small() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (2000, 3000, 3)).astype(np.uint8)
    preview = preview_of(pixels)
    assert preview.startswith("data:image/jpeg;base64,") and len(preview) < 300_000


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with pytest.MonkeyPatch.context() as patch:
        install(patch, picture_models(generator=PhotoGenerator()), loaded=False)
        demo = build_demo(examples=[])
        _, url, _ = demo.launch(**launch_kwargs(), server_port=free_port(), prevent_thread_lock=True, quiet=True)
        client = Client(url, verbose=False, httpx_kwargs=PATIENT)
        yield client
        client.close()
        demo.close()


def test_the_api_captions_a_picture(client: Client) -> None:
    photo = handle_file(str(sample(PHOTO)))
    found = client.predict(photo, api_name="/caption")
    assert [caption["language"] for caption in found["captions"]] == BOTH and json.dumps(found)
    assert found["captions"][0]["text"] == "A brown dog runs through the wet grass." and found["reasons"] == []
    assert found["labels"] == [] and "heatmaps" not in found["captions"][0]
    explained = client.predict(photo, "zh", "alt", 2, True, api_name="/caption")
    assert [caption["text"] for caption in explained["captions"]] == ["一只棕色的狗在湿草地上奔跑", "一只狗在户外玩耍"]
    weights = explained["captions"][0]["heatmaps"][0]["weights"]
    assert np.shape(weights) == (9, 9) and abs(np.sum(weights) - 1) < 0.01


def test_the_api_describes_itself(client: Client) -> None:
    described = client.view_api(return_format="dict")["named_endpoints"]["/caption"]
    names = [parameter["parameter_name"] for parameter in described["parameters"]]
    assert names == ["picture", "languages", "style", "alternatives", "explain"]


def test_odd_pictures_are_sentences_over_the_api(client: Client, tmp_path: Path) -> None:
    for path, sentence in odd_pictures(tmp_path).values():
        if not sentence:
            assert client.predict(handle_file(str(path)), api_name="/caption")["captions"]
            continue
        # Sound is known by its kind here, and not by what it lacks.
        with pytest.raises(Exception, match="this needs image" if path.name == "sound.jpg" else sentence) as caught:
            client.predict(handle_file(str(path)), api_name="/caption")
        assert str(tmp_path) not in str(caught.value)
    assert client.predict(handle_file(str(sample(PHOTO))), api_name="/caption")["captions"]


def test_the_api_refuses_the_folder_of_all_uploads_and_answers_in_chinese(client: Client) -> None:
    Path(get_upload_folder()).mkdir(parents=True, exist_ok=True)
    folder = {"path": get_upload_folder(), "meta": {"_type": "gradio.FileData"}}
    call = f"{client.src.rstrip('/')}/gradio_api/call/caption"
    for file, sentence in ((folder, ""), (None, "请先选择一张图片")):
        data = {"data": [file, "en", "short", 1, False]}
        started = httpx.post(call, json=data, headers={"accept-language": "zh-CN"}, timeout=60).json()
        answer = httpx.get(f"{call}/{started['event_id']}", timeout=60).text.strip()
        said = json.loads(answer.splitlines()[-1].removeprefix("data: "))
        assert "event: error" in answer and sentence in json.dumps(said, ensure_ascii=False)
