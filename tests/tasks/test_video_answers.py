"""Answers about a clip of three coloured scenes with a soundtrack, with fakes that see colours and say sentences."""

from __future__ import annotations

import pytest

from mmdemo.config import Limits
from mmdemo.media import open_media
from mmdemo.runtime import Models
from mmdemo.stepwise import run_through
from mmdemo.tasks.qa import ask
from mmdemo.tasks.questions import read_question
from mmdemo.tasks.video_answers import stronger
from mmdemo.types import Answer, Evidence, Guess, VideoFile
from tests.media_factory import tone, write_scenes
from tests.tasks.qa_fakes import SayingSpeech, ask_models
from tests.tasks.test_qa import BLUE, GREEN, RED, SPEECH, plain


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> VideoFile:
    path = tmp_path_factory.mktemp("clips") / "walls.mp4"
    write_scenes(path, [plain(RED), plain(GREEN), plain(BLUE)], seconds=3.0, sound=tone(9.0, rate=48_000))
    media = open_media(path, Limits())
    assert isinstance(media, VideoFile) and media.audio is not None
    return media


@pytest.fixture
def models() -> tuple[Models, SayingSpeech]:
    found, _, speech = ask_models(SPEECH)
    return found, speech


def answer(question: str, clip: VideoFile, models: Models) -> Answer:
    return run_through(ask(question, [clip], models, Limits()))


def start(evidence: Evidence) -> float:
    assert evidence.span is not None
    return evidence.span.start


def test_when_something_shows(clip: VideoFile, models: tuple[Models, SayingSpeech]) -> None:
    for question in ("When does the green wall appear?", "绿色的墙什么时候出现？"):
        found = answer(question, clip, models[0])
        assert found.sure and found.evidence[0].kind == "frame"
        assert start(found.evidence[0]) == pytest.approx(3.0, abs=0.3)
        assert found.evidence[0].span is not None and found.evidence[0].span.end == pytest.approx(6.0, abs=0.3)
        assert "0:03" in found.text or "0:02" in found.text


def test_when_something_is_said(clip: VideoFile, models: tuple[Models, SayingSpeech]) -> None:
    found = answer("When does she mention the bakery?", clip, models[0])
    assert found.evidence[0].kind == "passage" and "bakery" in found.evidence[0].text
    assert start(found.evidence[0]) == pytest.approx(11.0)


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("What happens after the red wall appears?", 3.0),
        ("What is shown after the green wall?", 6.0),
        ("What is shown before the blue wall?", 3.0),
        ("What is shown at the beginning?", 0.0),
        ("What is shown at the end?", 6.0),
        ("What happens at 0:04?", 3.0),
        ("红色的墙出现之后发生了什么？", 3.0),
        ("蓝色的墙出现之前有什么？", 3.0),
    ],
)
def test_the_scene_beside_the_anchor(
    clip: VideoFile, models: tuple[Models, SayingSpeech], question: str, begins: float
) -> None:
    found = answer(question, clip, models[0])
    assert found.evidence[0].kind == "frame" and start(found.evidence[0]) == pytest.approx(begins, abs=0.3)
    assert found.language == ("zh" if "墙" in question else "en")


def test_there_is_nothing_beyond_the_ends(clip: VideoFile, models: tuple[Models, SayingSpeech]) -> None:
    assert answer("What happens after the blue wall appears?", clip, models[0]).text.startswith("Nothing comes after")
    assert answer("What happens before the red wall appears?", clip, models[0]).text.startswith("Nothing comes before")


def test_an_anchor_that_is_not_there(clip: VideoFile, models: tuple[Models, SayingSpeech]) -> None:
    found = answer("What happens after the submarine appears?", clip, models[0])
    assert not found.sure and found.text.startswith("Not sure")


def test_what_is_said_beside_what_is_shown(clip: VideoFile, models: tuple[Models, SayingSpeech]) -> None:
    found = answer("What does she say after the green wall appears?", clip, models[0])
    assert found.evidence[0].kind == "passage" and "dog runs" in found.evidence[0].text
    assert found.evidence[1].kind == "frame"


def test_what_it_is_about(clip: VideoFile, models: tuple[Models, SayingSpeech]) -> None:
    found = answer("What is this video about?", clip, models[0])
    kinds = [piece.kind for piece in found.evidence]
    assert kinds[0] == "frame" and "passage" in kinds and "It is said" in found.text
    assert "画面" in answer("这段视频讲的是什么？", clip, models[0]).text


def test_looks_are_answered_by_the_frame_that_shows_it(clip: VideoFile, models: tuple[Models, SayingSpeech]) -> None:
    found = answer("What colour is the blue house?", clip, models[0])
    assert {piece.kind for piece in found.evidence} == {"frame"} and start(found.evidence[0]) >= 5.7
    assert not models[1].heard, "nobody has to listen for that"


def test_a_second_question_looks_and_listens_no_more(clip: VideoFile) -> None:
    models, backbone, speech = ask_models(SPEECH)
    answer("What is this video about?", clip, models)
    encoded, heard, embedded = len(backbone.encoded), len(speech.heard), backbone.embedded
    for question in ("When does the red wall appear?", "How much is a ticket?", "What is said?"):
        answer(question, clip, models)
    assert (len(backbone.encoded), len(speech.heard)) == (encoded, heard)
    assert backbone.embedded == embedded, "the frames are embedded once"


def given(probability: float, sure: bool, text: str = "it") -> Answer:
    evidence = (Evidence(0, "frame", probability),)
    return Answer(text, "en", probability, sure, (Guess(text, probability),), evidence)


def test_the_surer_of_pictures_and_speech_answers() -> None:
    what, who = read_question("What is it?", Limits()), read_question("Who is it?", Limits())
    assert stronger(what, given(0.5, True, "seen"), given(0.9, False, "said")).text == "seen"
    assert stronger(what, given(0.5, False, "seen"), given(0.4, True, "said")).text == "said"
    assert stronger(what, given(0.7, True, "seen"), given(0.6, True, "said")).text == "seen"
    assert stronger(who, given(0.7, True, "seen"), given(0.6, True, "said")).text == "said", "names are said, not shown"
    both = stronger(what, given(0.3, False, "seen"), given(0.2, False, "said"))
    assert not both.sure and [guess.text for guess in both.guesses] == ["seen", "said"] and len(both.evidence) == 2
