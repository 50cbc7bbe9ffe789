"""The tasks over both profiles: captions, questions, transcripts and alignment, with whatever writes and hears there.

The hub's models are tiny and random, so that nothing is asked of what they say, only of its form; the local ones are
held to the same.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as PillowImage

from mmdemo import reasons
from mmdemo.config import Limits
from mmdemo.generators.base import is_calibrated, writes_freely
from mmdemo.media import open_media
from mmdemo.runtime import Models
from mmdemo.stepwise import run_through, shown_as
from mmdemo.tasks.caption_text import ALT_TEXT_CHARACTERS
from mmdemo.tasks.captioning import CaptionRequest, caption, caption_in_steps
from mmdemo.tasks.qa import ask
from mmdemo.tasks.qa_media import AskProgress
from mmdemo.tasks.questions import read_question
from mmdemo.tasks.suggested_questions import suggest_questions
from mmdemo.tasks.video_captioning import caption_video
from mmdemo.tasks.visual_answers import answer_pictures
from mmdemo.types import Answer, Image
from tests.media_factory import write_scenes
from tests.profiles import knows

pytestmark = pytest.mark.real
ASSETS = Path(__file__).parents[2] / "assets"
KINDS = {"image": {"region", "whole"}, "video": {"frame", "passage", "sound", "whole"}, "audio": {"passage", "sound"}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("asked")
    random = np.random.default_rng(0)
    scenes = [random.integers(0, 255, (72, 96, 3)).astype(np.uint8) for _ in range(2)]
    PillowImage.fromarray(scenes[0]).save(where / "picture.png")
    write_scenes(where / "clip.mp4", scenes, seconds=2.0)
    return where


def _opened(name: str, folder: Path) -> Any:
    return open_media(ASSETS / name if "/" in name else folder / name, Limits())


def _asked(question: str, media: list[Any], models: Models) -> tuple[Answer, list[AskProgress]]:
    steps: list[AskProgress] = []
    running: Generator[AskProgress, None, Answer] = ask(question, media, models, Limits())
    return run_through(shown_as(running, steps.append)), steps


def test_captions_come_in_both_languages_and_show_as_they_come_where_the_generator_can(
    both_profiles: Models, folder: Path
) -> None:
    request = CaptionRequest(("en", "zh"), count=2)
    steps = caption_in_steps(both_profiles.backbone.encode(_opened("picture.png", folder)), both_profiles, request)
    shown: list[Any] = []
    found = run_through(shown_as(steps, shown.append))
    assert bool(shown) is writes_freely(both_profiles.generator)
    assert found.captions[0].language == "en" and 1 <= len(found.of("en")) <= 2 and found.of("zh")
    assert all(one.text.strip() and 0 <= one.score <= 1 for one in found.captions)


def test_styles_and_explanations_are_possible_with_and_without_heatmaps(both_profiles: Models, folder: Path) -> None:
    found = caption(_opened("picture.png", folder), both_profiles, CaptionRequest(("en",), "alt", explain=True))
    assert 0 < len(found.captions[0].text) <= ALT_TEXT_CHARACTERS
    assert bool(found.captions[0].heatmaps) is knows(both_profiles), "a chat model does not tell where it looks"


def test_scenes_of_a_clip_are_captioned(both_profiles: Models, folder: Path) -> None:
    *_, last = caption_video(_opened("clip.mp4", folder), both_profiles, CaptionRequest(("en",)))
    assert last.finished and last.scenes
    assert all(scene.captions[0].text for scene in last.scenes)


@pytest.mark.parametrize(
    ("question", "name", "kind"),
    [
        ("What is the dog doing?", "picture.png", "image"),
        ("图里有狗吗？", "picture.png", "image"),
        ("What colour is the house?", "clip.mp4", "video"),
        ("What is he talking about?", "examples/buenos-dias.mp3", "audio"),
    ],
)
def test_answers_have_their_form_and_evidence_of_their_media(
    both_profiles: Models, folder: Path, question: str, name: str, kind: str
) -> None:
    answer, steps = _asked(question, [_opened(name, folder)], both_profiles)
    assert answer.text and 0 <= answer.probability <= 1
    assert {piece.kind for piece in answer.evidence} <= KINDS[kind]
    assert all(piece.media == 0 for piece in answer.evidence)
    shares = [step.share for step in steps]
    assert shares == sorted(shares)
    if any(step.text for step in steps):
        assert reasons.uncalibrated_answer() in answer.reasons


def test_only_calibrated_generators_are_believed_without_a_word(hub_models: Models, real_models: Models) -> None:
    assert is_calibrated(real_models.generator) and not is_calibrated(hub_models.generator)
    encoding = hub_models.backbone.encode(Image(np.full((40, 60, 3), 90, np.uint8), "grey", "9" * 64))
    answer = answer_pictures(read_question("What is the dog doing?", Limits()), [encoding], hub_models)
    assert reasons.uncalibrated_answer() in answer.reasons


def test_several_media_are_compared(both_profiles: Models, folder: Path) -> None:
    media = [_opened("picture.png", folder), _opened("clip.mp4", folder)]
    answer, _ = _asked("Which of them shows a dog?", media, both_profiles)
    assert answer.text and {piece.media for piece in answer.evidence} <= {0, 1}


def test_questions_are_suggested(both_profiles: Models, folder: Path) -> None:
    found = run_through(suggest_questions([_opened("picture.png", folder)], both_profiles))
    assert set(found) == {"en", "zh"} and all(found.values())


def test_a_generator_over_another_backbones_encoding_is_our_mistake(hub_models: Models, folder: Path) -> None:
    encoding = replace(hub_models.backbone.encode(_opened("picture.png", folder)), pictures=())
    with pytest.raises(AssertionError, match="small copy"):
        hub_models.generator.answers(encoding, ["what is it"], "en")
