"""Questions to the models of both profiles about real photographs, synthetic speech, and a clip made of both.

The local models know the answers; of the hub's, which are random here, the form is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from mmdemo.config import Limits
from mmdemo.evaluation.sample_media import sample
from mmdemo.media import load_audio, open_media
from mmdemo.runtime import Models
from mmdemo.speech import RecognisedWindow
from mmdemo.stepwise import run_through
from mmdemo.tasks.qa import ask
from mmdemo.tasks.qa_media import Askable
from mmdemo.tasks.suggested_questions import suggest_questions
from mmdemo.types import Answer, CaptionLanguage, EncodedWindow, Encoding, Text
from tests.media_factory import speak, write_scenes
from tests.profiles import knows

SCENE_SECONDS = 4.0
SAID = (
    "The museum opens at nine o'clock on Monday. A ticket costs twelve dollars. "
    "Our guide is called Margaret, and the tour begins at the fountain."
)


def _photograph(name: str) -> Path:
    if name == "flower":
        spec = find_spec("sklearn")
        assert spec is not None and spec.origin is not None, "librosa brings it"
        return Path(spec.origin).parent / "datasets" / "images" / "flower.jpg"
    return sample(f"images/{name}.jpg")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("asked")
    pictures = []
    for name in ("lion", "tower", "flower"):
        picture = PillowImage.open(_photograph(name)).convert("RGB").resize((320, 240))
        picture.save(where / f"{name}.png")
        pictures.append(np.asarray(picture))
    speak(where / "museum.wav", SAID)
    speak(where / "flower.wav", "A red flower with green leaves.")
    spoken = load_audio(where / "museum.wav", Limits())
    times = np.arange(round(spoken.duration * 48_000)) / 48_000
    sound = np.interp(times, np.arange(len(spoken.waveform)) / spoken.sample_rate, spoken.waveform).astype(np.float32)
    write_scenes(where / "clip.mp4", pictures, SCENE_SECONDS, sound=sound)
    return where


Ask = Callable[[str, str], Answer]


@pytest.fixture
def asking(folder: Path, both_profiles: Models) -> Ask:
    """Asks, and checks what holds for every answer."""

    def answer(question: str, names: str) -> Answer:
        media: list[Askable] = [open_media(folder / name, Limits()) for name in names.split()]
        found = run_through(ask(question, media, both_profiles, Limits()))
        assert found.text.strip() and 0 <= found.probability <= 1
        assert {piece.media for piece in found.evidence} <= set(range(len(media)))
        assert list(found.guesses) == sorted(found.guesses, key=lambda guess: -guess.probability)
        return found

    return answer


@pytest.fixture
def known(both_profiles: Models) -> bool:
    """Whether the models know the answers."""
    return knows(both_profiles)


QUESTIONS = (
    "What is this video about?",
    "When does the flower appear?",
    "What happens after the lion appears?",
    "What colour is the flower?",
    "How much does a ticket cost?",
    "Who is the guide?",
    "Is there an elephant?",
    "花什么时候出现？",
    "How many animals are there?",
    "What is said?",
)


def test_ten_questions_about_a_clip_encode_it_once(
    folder: Path, both_profiles: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    backbone, speech = both_profiles.backbone, both_profiles.speech
    clip = open_media(folder / "clip.mp4", Limits())
    text_misses, windows = 0, 0
    encode_texts, transcribe = backbone.encode_texts, speech.transcribe_window

    def counted_texts(texts: Sequence[Text]) -> list[Encoding]:
        nonlocal text_misses
        earlier = backbone.statistics().misses
        found = encode_texts(texts)
        text_misses += backbone.statistics().misses - earlier
        return found

    def counted_windows(window: EncodedWindow, language: str) -> RecognisedWindow:
        nonlocal windows
        windows += 1
        return transcribe(window, language)

    monkeypatch.setattr(backbone, "encode_texts", counted_texts)
    monkeypatch.setattr(speech, "transcribe_window", counted_windows)
    before = backbone.statistics().misses
    after_first = 0
    # A chat model of random weights writes to the bound of its length every time.
    for number, question in enumerate(QUESTIONS if knows(both_profiles) else QUESTIONS[:3]):
        assert run_through(ask(question, [clip], both_profiles, Limits())).text
        media_misses = backbone.statistics().misses - before - text_misses
        assert media_misses == 2, "the frames once, the sound once"
        after_first = after_first or windows
        assert windows == after_first, f"question {number + 1} transcribes nothing again"
    assert windows, "the soundtrack was heard"


def test_the_time_at_which_something_shows(asking: Ask, known: bool) -> None:
    for question in ("When does the flower appear?", "花什么时候出现？"):
        answer = asking(question, "clip.mp4")
        span = answer.evidence[0].span
        assert answer.evidence[0].kind == "frame" or not known
        assert span is not None and (span.start >= 2 * SCENE_SECONDS - 0.5 and answer.sure or not known)


@pytest.mark.parametrize(
    ("question", "start"),
    [("What happens after the tower appears?", 8.0), ("What is shown before the flower?", 4.0)],
)
def test_what_comes_after_and_before(asking: Ask, known: bool, question: str, start: float) -> None:
    answer = asking(question, "clip.mp4")
    if known:
        assert answer.evidence[0].span is not None and answer.evidence[0].span.start == pytest.approx(start, abs=0.6)


def test_speech_answers_what_pictures_cannot(asking: Ask, known: bool) -> None:
    answer, opening = (
        asking("How much does a ticket cost?", "clip.mp4"),
        asking("When does the museum open?", "museum.wav"),
    )
    assert opening.evidence[0].kind == "passage" and opening.evidence[0].span is not None
    if known:
        assert answer.evidence[0].kind == "passage" and ("12" in answer.text or "twelve" in answer.text)
        assert opening.evidence[0].span.start < 1.0


def test_the_picture_that_shows_it(asking: Ask, known: bool) -> None:
    names = "lion.png tower.png flower.png"
    for question, place in (
        ("Which of these shows a flower?", 2),
        ("Which picture shows a tower?", 1),
        ("哪一张图片里有花？", 2),
    ):
        answer = asking(question, names)
        assert {piece.media for piece in answer.evidence} == {0, 1, 2}
        assert answer.evidence[0].media == place or not known, (question, answer.text)
    answer = asking("Which of these mentions a museum?", "flower.wav museum.wav")
    assert answer.evidence[0].media == 1 and answer.evidence[0].kind == "passage"


def test_what_is_not_there_is_not_made_up(asking: Ask, known: bool) -> None:
    for question in (
        "Which of these shows a submarine?",
        "Which picture shows a bicycle?",
        "哪一张图片里有潜水艇？",
    ):
        assert not asking(question, "lion.png tower.png flower.png").sure or not known, question
    for question in ("When does the submarine appear?", "What happens after the birthday party?"):
        assert not asking(question, "clip.mp4").sure or not known, question


def test_the_same_thing_in_two_pictures(asking: Ask, known: bool) -> None:
    answer = asking("Is the flower in the third picture in the first?", "lion.png tower.png flower.png")
    assert {piece.media for piece in answer.evidence} == {0, 2}
    assert not answer.text.startswith("Yes") or not known


def test_a_recording_and_a_picture_belong_together_or_not(asking: Ask, known: bool) -> None:
    fits = asking("Does this recording describe this photo?", "flower.wav flower.png")
    other = asking("Does this recording describe this photo?", "flower.wav tower.png")
    chinese = asking("这段录音描述的是这张照片吗？", "museum.wav lion.png")
    assert {piece.media for piece in fits.evidence} == {0, 1}
    if known:
        assert fits.text.startswith("Yes") and other.text.startswith("No") and chinese.text.startswith("不")


def test_questions_are_suggested_from_what_is_there(folder: Path, both_profiles: Models, known: bool) -> None:
    def suggested(*names: str) -> dict[CaptionLanguage, tuple[str, ...]]:
        return run_through(suggest_questions([open_media(folder / name, Limits()) for name in names], both_profiles))

    about, clip, spoken = suggested("flower.png"), suggested("clip.mp4"), suggested("museum.wav")
    both = suggested("flower.png", "tower.png")
    assert all(1 <= len(found[language]) <= 4 for found in (about, clip, spoken, both) for language in ("en", "zh"))
    assert suggested() == {"en": (), "zh": ()}
    if known:
        assert len(about["en"]) >= 3 and len(spoken["en"]) >= 3
        assert any("flower" in question for question in about["en"])
        assert any("common" in question for question in both["en"])
        assert any("花" in question for question in about["zh"])
        assert any("flower" in question or "lion" in question for question in clip["en"])
