"""Answers in a generator's own words: from which evidence, what it is shown, and what stays as it was found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from mmdemo import reasons
from mmdemo.config import Limits
from mmdemo.stepwise import run_through
from mmdemo.tasks.captioning import CaptionRequest, caption_in_steps
from mmdemo.tasks.qa import ask
from mmdemo.tasks.qa_media import medium_of
from mmdemo.tasks.qa_presence import SEEN
from mmdemo.tasks.qa_writing import MOST_SOUND_SECONDS, in_own_words
from mmdemo.tasks.questions import read_question
from mmdemo.types import SAMPLE_RATE, Answer, Audio, Evidence, Span
from tests.fakes import WritingGenerator
from tests.media_factory import tone, write_scenes, write_wav
from tests.tasks.qa_fakes import ask_models, opened

SPEECH = ("The museum opens at nine on Monday.", "A ticket costs twelve dollars.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("written")
    red, blue = (np.full((96, 160, 3), colour, np.uint8) for colour in ((230, 20, 20), (20, 20, 230)))
    PillowImage.fromarray(red).save(where / "red.png")
    write_wav(where / "talk.wav", tone(40.0))
    write_scenes(where / "clip.mp4", [red, blue], seconds=3.0)
    return where


def answered(question: str, path: Path, generator: WritingGenerator) -> tuple[Answer, list[str]]:
    """Return the answer and the texts that showed meanwhile."""
    models = replace(ask_models(SPEECH)[0], generator=generator)
    shown = []
    steps = ask(question, [opened(path)], models, Limits())
    while True:
        try:
            step = next(steps)
        except StopIteration as ended:
            return ended.value, shown
        if step.text:
            assert step.stage == "answering"
            shown.append(step.text)


def test_an_answer_about_a_picture_is_written_as_it_comes_and_says_what_its_probability_is(folder: Path) -> None:
    generator = WritingGenerator()
    answer, shown = answered("What is on the red wall?", folder / "red.png", generator)
    assert shown == ["A", "A dog", "A dog runs", "A dog runs over", "A dog runs over wet", "A dog runs over wet grass."]
    assert (answer.text, answer.sure, answer.probability) == ("A dog runs over wet grass.", True, 0.9)
    assert reasons.uncalibrated_answer() in answer.reasons
    assert answer.evidence[0].kind == "region"
    (material,) = generator.materials
    assert [picture.modality for picture in material.pictures] == ["image"] and not material.passages


def test_an_answer_from_speech_quotes_passages_and_is_no_surer_than_their_finding(folder: Path) -> None:
    generator = WritingGenerator("It costs twelve dollars.")
    answer, _ = answered("How much is the ticket?", folder / "talk.wav", generator)
    (material,) = generator.materials
    assert SPEECH[1] in [passage.text for passage in material.passages]
    assert not material.pictures
    found = run_through(ask("How much is the ticket?", [opened(folder / "talk.wav")], ask_models(SPEECH)[0], Limits()))
    assert answer.text.endswith("It costs twelve dollars.")
    assert answer.probability == pytest.approx(min(0.9, found.probability))
    assert answer.evidence == found.evidence


def test_a_clip_is_shown_by_the_frames_of_the_evidence(folder: Path) -> None:
    generator = WritingGenerator()
    answer, _ = answered("What is the dog doing?", folder / "clip.mp4", generator)
    frames = {piece.span for piece in answer.evidence if piece.kind == "frame"}
    assert len(generator.materials[0].pictures) == len(frames) >= 1


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Is there a dog?", "red.png"),
        ("What is said?", "talk.wav"),
        ("red ball", "red.png"),
        ("Describe it", "red.png"),
    ],
)
def test_what_is_better_as_it_was_found_stays(folder: Path, question: str, name: str) -> None:
    generator = WritingGenerator()
    answered(question, folder / name, generator)
    assert generator.materials == []


@pytest.mark.parametrize(
    ("generator", "sure"),
    [
        (WritingGenerator("I am not sure what that is.", 0.99), False),
        (WritingGenerator("A dog.", 0.1), False),
        (WritingGenerator("A dog.", 0.9, complete=False), True),
    ],
)
def test_doubt_is_said(folder: Path, generator: WritingGenerator, sure: bool) -> None:
    answer, _ = answered("What is on the red wall?", folder / "red.png", generator)
    assert answer.sure is sure
    assert answer.text.startswith("I am not sure: ") is not sure
    assert (reasons.answer_cut_short() in answer.reasons) is not generator.complete


def test_what_is_hardly_seen_is_never_written_about_for_sure(folder: Path) -> None:
    answer, _ = answered("What is the dog doing?", folder / "red.png", WritingGenerator("A dog runs.", 0.99))
    assert answer.text == "I am not sure: A dog runs." and not answer.sure and answer.probability < SEEN
    assert reasons.hardly_seen("dog") in answer.reasons


@pytest.mark.parametrize("name", ["red.png", "clip.mp4"])
def test_what_is_not_seen_at_all_is_not_written_about(folder: Path, name: str) -> None:
    generator = WritingGenerator("A green dog runs over wet grass.", 0.99)
    answer, shown = answered("What is the green dog doing?", folder / name, generator)
    assert answer.text == "Not sure: I do not see “green dog” here." and not answer.sure
    assert shown == [] and generator.materials == []


def test_a_generator_that_writes_nothing_leaves_the_answer_as_it_was(folder: Path) -> None:
    question, path = "What is the dog doing?", folder / "red.png"
    answer, _ = answered(question, path, WritingGenerator(""))
    found = run_through(ask(question, [opened(path)], ask_models(SPEECH)[0], Limits()))
    assert (answer.text, answer.probability) == (found.text, found.probability)


def test_closing_stops_the_writing(folder: Path) -> None:
    generator = WritingGenerator()
    models = replace(ask_models()[0], generator=generator)
    steps = ask("What is the dog doing?", [opened(folder / "red.png")], models, Limits())
    while not next(steps).text:
        pass
    steps.close()
    assert generator.stopped == 1


@pytest.mark.parametrize("span", [Span(1.0, 3.0), Span(39.0, 45.0), Span(0.0, 40.0)])
def test_sounds_come_with_what_is_to_be_heard_there(folder: Path, span: Span) -> None:
    generator = WritingGenerator()
    models = replace(ask_models()[0], generator=generator)
    answer = Answer("a tone", "en", 0.7, True, evidence=(Evidence(0, "sound", 0.7, span=span, text="a tone"),))
    held = Audio(tone(40.0), SAMPLE_RATE, "held", "1" * 64)
    for media in (opened(folder / "talk.wav"), held):
        question = read_question("What sound is it?", Limits())
        run_through(in_own_words(question, answer, medium_of(0, media), models))
    for material in generator.materials:
        waveform = material.sounds[0].waveform
        assert waveform is not None
        expected = held.waveform[round(span.start * SAMPLE_RATE) :][: round(MOST_SOUND_SECONDS * SAMPLE_RATE)]
        expected = expected[: round(span.duration * SAMPLE_RATE)]
        np.testing.assert_allclose(waveform[: len(expected)], expected, atol=1e-3)


def test_captions_can_be_watched_and_come_out_the_same(folder: Path) -> None:
    models, backbone, _ = ask_models()
    written = replace(models, generator=WritingGenerator("a dog"))
    encoding = backbone.encode(opened(folder / "red.png"))
    steps = caption_in_steps(encoding, written, CaptionRequest(("en",), count=2))
    assert [next(steps), next(steps)] == ["a", "a dog"]
    with pytest.raises(StopIteration) as ended:
        next(steps)
    plain = run_through(caption_in_steps(encoding, models, CaptionRequest(("en",), count=2)))
    texts = [one.text for one in plain.captions]
    assert len(texts) == 2 and [one.text for one in ended.value.value.captions] == texts
