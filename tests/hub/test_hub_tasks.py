"""The tasks over both profiles: captions, questions, transcripts and alignment, with whatever writes and hears there.

The hub's models are tiny and random, so that nothing is asked of what they say, only of its form; the local ones are
held to the same.
"""

from __future__ import annotations

from collections.abc import Generator
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as PillowImage

from mmdemo import reasons
from mmdemo.backbone.familiarity import UnknownFamiliarity
from mmdemo.backbone.hub import HubBackbone
from mmdemo.config import HubSettings, Limits, Settings
from mmdemo.generators.base import is_calibrated, writes_freely
from mmdemo.generators.hub import HubGenerator
from mmdemo.hub.catalogue import HubModel
from mmdemo.media import open_media
from mmdemo.runtime import Models
from mmdemo.stepwise import run_through
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

pytestmark = pytest.mark.real
ASSETS = Path(__file__).parents[2] / "assets"
KINDS = {"image": {"region", "whole"}, "video": {"frame", "passage", "sound", "whole"}, "audio": {"passage", "sound"}}


@pytest.fixture(scope="module")
def hub_models(
    embedding_gemma_folder: Path, smolvlm: HubGenerator, real_models: Models, tmp_path_factory: pytest.TempPathFactory
) -> Models:
    """Tiny models of the hub around the speech recogniser that ships."""
    cache = tmp_path_factory.mktemp("hub-cache")
    chosen = Settings(device="cpu", threads=1, cache_dir=cache, hub=HubSettings(idle_minutes=0.0))
    backbone = HubBackbone(chosen, HubModel(str(embedding_gemma_folder)), embedding_gemma_folder)
    # Another recogniser, as what was heard is kept under it.
    return Models(backbone, copy(real_models.speech), smolvlm, UnknownFamiliarity())


@pytest.fixture(params=["local", "hub"])
def any_models(request: pytest.FixtureRequest) -> Models:
    """The models of each profile."""
    found: Models = request.getfixturevalue("real_models" if request.param == "local" else "hub_models")
    return found


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
    while True:
        try:
            steps.append(next(running))
        except StopIteration as ended:
            return ended.value, steps


def test_captions_come_in_both_languages_and_show_as_they_come_where_the_generator_can(
    any_models: Models, folder: Path
) -> None:
    request = CaptionRequest(("en", "zh"), count=2)
    steps = caption_in_steps(any_models.backbone.encode(_opened("picture.png", folder)), any_models, request)
    shown = []
    while True:
        try:
            shown.append(next(steps))
        except StopIteration as ended:
            found = ended.value
            break
    assert bool(shown) is writes_freely(any_models.generator)
    assert found.captions[0].language == "en" and 1 <= len(found.of("en")) <= 2 and found.of("zh")
    assert all(one.text.strip() and 0 <= one.score <= 1 for one in found.captions)


def test_styles_and_explanations_are_possible_without_heatmaps(hub_models: Models, folder: Path) -> None:
    found = caption(_opened("picture.png", folder), hub_models, CaptionRequest(("en",), "alt", explain=True))
    assert 0 < len(found.captions[0].text) <= ALT_TEXT_CHARACTERS
    assert found.captions[0].heatmaps == ()


def test_scenes_of_a_clip_are_captioned(hub_models: Models, folder: Path) -> None:
    *_, last = caption_video(_opened("clip.mp4", folder), hub_models, CaptionRequest(("en",)))
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
    hub_models: Models, folder: Path, question: str, name: str, kind: str
) -> None:
    answer, steps = _asked(question, [_opened(name, folder)], hub_models)
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


def test_several_media_are_compared(hub_models: Models, folder: Path) -> None:
    media = [_opened("picture.png", folder), _opened("clip.mp4", folder)]
    answer, _ = _asked("Which of them shows a dog?", media, hub_models)
    assert answer.text and {piece.media for piece in answer.evidence} <= {0, 1}


def test_questions_are_suggested(hub_models: Models, folder: Path) -> None:
    found = run_through(suggest_questions([_opened("picture.png", folder)], hub_models))
    assert set(found) == {"en", "zh"} and all(found.values())


def test_a_generator_over_another_backbones_encoding_is_our_mistake(hub_models: Models, folder: Path) -> None:
    encoding = replace(hub_models.backbone.encode(_opened("picture.png", folder)), pictures=())
    with pytest.raises(AssertionError, match="small copy"):
        hub_models.generator.answers(encoding, ["what is it"], "en")
