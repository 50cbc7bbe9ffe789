"""The router with fakes: which media is looked at or listened to, in which language, and what is not done twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from mmdemo.config import Limits
from mmdemo.errors import EmptyText, NoSuchMedia, NothingToAskAbout, TextTooLong, WrongMediaKind
from mmdemo.runtime import Models
from mmdemo.stepwise import run_through
from mmdemo.tasks.qa import ask
from mmdemo.tasks.qa_media import Askable
from mmdemo.types import Answer, Encoding
from tests.media_factory import tone, write_scenes, write_wav
from tests.tasks.qa_fakes import ask_models, opened

RED, GREEN, BLUE = (230, 20, 20), (20, 230, 20), (20, 20, 230)
SPEECH = (
    "The museum opens at nine on Monday.",
    "Then the dog runs away from the bakery.",
    "A ticket costs twelve dollars.",
    "Goodbye everybody and thank you.",
)


def plain(colour: tuple[int, int, int], seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(sum(colour) + seed).integers(-15, 15, (96, 160, 3))
    return np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("ask")
    for name, colour in (("red", RED), ("green", GREEN), ("blue", BLUE)):
        PillowImage.fromarray(plain(colour)).save(where / f"{name}.png")
    write_wav(where / "talk.wav", tone(40.0))
    write_wav(where / "other.wav", tone(39.0))
    write_scenes(where / "clip.mp4", [plain(RED), plain(GREEN), plain(BLUE)], seconds=3.0)
    return where


def answer(question: str, folder: Path, names: str, models: Models) -> Answer:
    media: list[Askable] = [opened(folder / name) for name in names.split()]
    return run_through(ask(question, media, models, Limits()))


def test_no_media_is_a_sentence_and_needs_no_models() -> None:
    for question in ("What is this?", "这是什么？"):
        with pytest.raises(NothingToAskAbout, match="add a picture"):
            run_through(ask(question, [], None, Limits()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "problem"), [("  \n", EmptyText), ("<b> </b>", EmptyText), ("x" * 10_000, TextTooLong)]
)
def test_questions_that_cannot_be_used_cost_nothing(folder: Path, question: str, problem: type[Exception]) -> None:
    models, backbone, _ = ask_models()
    with pytest.raises(problem):
        answer(question, folder, "red.png", models)
    assert not backbone.encoded


def test_a_picture_is_asked_the_question(folder: Path) -> None:
    models, backbone, speech = ask_models()
    found = answer("Is there any red?", folder, "red.png", models)
    assert (
        found.sure and found.text.lower().startswith("yes") and found.language == "en" and found.evidence[0].media == 0
    )
    assert len(backbone.encoded) == 1 and not speech.heard


def test_chinese_questions_get_chinese_answers(folder: Path) -> None:
    models, _, _ = ask_models(SPEECH)
    for names in ("red.png", "talk.wav", "clip.mp4", "red.png green.png", "red.png talk.wav"):
        found = answer("图片里有红色的车吗？", folder, names, models)
        assert found.language == "zh" and any("\u4e00" <= character <= "\u9fff" for character in found.text), names


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What is said?", "red.png"),
        ("What can be heard?", "red.png"),
        ("听到了什么？", "red.png"),
        ("What is said?", "clip.mp4"),
        ("What sound is this?", "clip.mp4"),
        ("Qu'est-ce qu'il y a dans la photo ?", "red.png"),
        ("What can be seen?", "talk.wav"),
    ],
)
def test_media_of_the_wrong_kind_gets_a_sentence(folder: Path, question: str, name: str) -> None:
    models, backbone, speech = ask_models(SPEECH)
    found = answer(question, folder, name, models)
    assert found.text and not found.sure and found.probability == 0.0
    assert not backbone.encoded and not speech.heard, "nothing is done for nothing"


def test_a_recording_answers_from_its_words(folder: Path) -> None:
    models, _, speech = ask_models(SPEECH)
    found = answer("How much does a ticket cost?", folder, "talk.wav", models)
    assert "twelve" in found.text
    assert found.evidence[0].kind == "passage" and found.evidence[0].span is not None
    assert found.evidence[0].span.start == pytest.approx(21.0)
    heard = len(speech.heard)
    answer("When does the museum open?", folder, "talk.wav", models)
    assert len(speech.heard) == heard, "a follow-up question transcribes nothing"


def test_named_media_alone_are_looked_at(folder: Path) -> None:
    models, backbone, speech = ask_models(SPEECH)
    found = answer("Is there a dog in the second picture?", folder, "red.png talk.wav green.png", models)
    assert [piece.media for piece in found.evidence] == [2]
    assert backbone.encoded == ["green.png"] and not speech.heard
    found = answer("What does the recording say about the bakery?", folder, "red.png talk.wav", models)
    assert {piece.media for piece in found.evidence} == {1} and "bakery" in found.text
    with pytest.raises(NoSuchMedia, match="third picture"):
        answer("What is in the third picture?", folder, "red.png talk.wav", models)


def test_which_of_these_by_what_they_show(folder: Path) -> None:
    models, _, _ = ask_models(SPEECH)
    found = answer("Which of these pictures shows a green wall?", folder, "red.png green.png blue.png", models)
    assert found.text == "The second picture." and found.sure
    assert sorted(piece.media for piece in found.evidence) == [0, 1, 2]
    found = answer("哪一张图片里有绿色的墙？", folder, "red.png green.png", models)
    assert found.text == "第二张图片。"


def test_which_of_these_by_what_they_say(folder: Path) -> None:
    models, _, _ = ask_models(SPEECH)
    found = answer("Which of these mentions the museum?", folder, "red.png talk.wav", models)
    assert found.text == "The recording." and found.evidence[0].kind == "passage" and found.evidence[0].media == 1


def test_the_rest_is_asked_of_the_one_with_the_most_evidence(folder: Path) -> None:
    models, _, _ = ask_models(SPEECH)
    found = answer("How big is the blue house?", folder, "red.png blue.png green.png", models)
    assert {piece.media for piece in found.evidence} == {1}


def test_progress_never_falls_and_encoding_comes_first(folder: Path) -> None:
    models, _, _ = ask_models(SPEECH)
    media = [opened(folder / name) for name in ("clip.mp4", "talk.wav", "red.png")]
    steps = list(ask("Which of these is about the museum?", media, models, Limits()))
    shares = [step.share for step in steps]
    assert shares == sorted(shares) and all(0 <= share <= 1 for share in shares)
    assert {"encoding", "listening"} <= {step.stage for step in steps}
    assert {step.media for step in steps} == {0, 1, 2}


def test_closing_stops_the_work_wherever_it_stands(folder: Path) -> None:
    media = [opened(folder / name) for name in ("clip.mp4", "talk.wav")]
    question = "Which of these is about the museum?"
    models, _, _ = ask_models(SPEECH)
    total = len(list(ask(question, media, models, Limits())))
    for stop in range(1, total, 3):
        models, backbone, speech = ask_models(SPEECH)
        steps = ask(question, media, models, Limits())
        for _ in range(stop):
            next(steps)
        before = len(backbone.encoded), len(backbone.sounds.encoded), len(speech.heard)
        steps.close()
        assert (len(backbone.encoded), len(backbone.sounds.encoded), len(speech.heard)) == before


def test_encodings_do_as_well(folder: Path) -> None:
    models, backbone, _ = ask_models(SPEECH)
    picture = backbone.encode(opened(folder / "red.png"))
    clip = backbone.encode(opened(folder / "clip.mp4"))
    count = len(backbone.encoded)
    assert run_through(ask("Is there any red?", [picture], models, Limits())).sure
    assert not run_through(ask("Is there a dog?", [picture], models, Limits())).sure, "the joint space sees none"
    assert run_through(ask("When does the green wall appear?", [clip], models, Limits())).text
    assert len(backbone.encoded) == count
    words = Encoding("text", np.zeros((1, 4), np.float32), np.zeros((1, 2), np.float32), "m", "0" * 64)
    with pytest.raises(WrongMediaKind):
        run_through(ask("What is this?", [words], models, Limits()))
