"""Scenes of clips with their captions, with a backbone that sees colours and a generator that names them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mmdemo.config import Limits
from mmdemo.errors import UnreadableMedia, WrongMediaKind
from mmdemo.generators.base import Candidate, CaptionPrompt, Sampling
from mmdemo.media import load_video, open_media
from mmdemo.runtime import Models
from mmdemo.subtitles import reading_violations
from mmdemo.tasks.captioning import CaptionRequest
from mmdemo.tasks.video_captioning import (
    SceneCaption,
    VideoCaptionStep,
    caption_video,
    frame_encoding,
    merge_same,
    scene_cues,
)
from mmdemo.types import Caption, Encoding, Float32Array, Sentence, Span, VideoFile
from tests.fakes import FakeGenerator, fake_models
from tests.media_factory import write_scenes, write_video
from tests.tasks.picture_backbone import PictureBackbone, text_vector

RED, GREEN, BLUE = (230, 20, 20), (20, 230, 20), (20, 20, 230)
NAMES = {"en": ("red", "green", "blue"), "zh": ("红色", "绿色", "蓝色")}


class ColourGenerator(FakeGenerator):
    """Names the strongest of the three colours in a picture."""

    def captions(
        self, encodings: Sequence[Encoding], prompts: Sequence[CaptionPrompt], sampling: Sampling
    ) -> list[list[Candidate]]:
        found = []
        for encoding, prompt in zip(encodings, prompts, strict=True):
            assert encoding.tokens.dtype == np.float32 and encoding.tokens.shape == (81, 4)
            assert encoding.spans.shape == (81, 4) and encoding.modality == "image"
            colour = NAMES[prompt.language][int(np.argmax(encoding.tokens[0, :3]))]
            text = f"只有{colour}" if prompt.language == "zh" else f"nothing but {colour}"
            found.append([Candidate(text, -1.0)])
        return found


def plain(colour: tuple[int, int, int]) -> np.ndarray:
    noise = np.random.default_rng(sum(colour)).integers(-15, 15, (96, 160, 3))
    return np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)


def colour_models(backbone: PictureBackbone | None = None) -> Models:
    models = fake_models(backbone or PictureBackbone())  # type: ignore[arg-type]
    return replace(models, generator=ColourGenerator())


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> VideoFile:
    path = tmp_path_factory.mktemp("clips") / "colours.mp4"
    write_scenes(path, [plain(RED), plain(GREEN), plain(BLUE)], seconds=3.0)
    media = open_media(path, Limits())
    assert isinstance(media, VideoFile)
    return media


def last(steps: object) -> VideoCaptionStep:
    *_, step = steps  # type: ignore[misc]
    assert isinstance(step, VideoCaptionStep) and step.finished and step.share == 1.0
    return step


def test_every_scene_has_its_caption_and_times(clip: VideoFile) -> None:
    step = last(caption_video(clip, colour_models(), CaptionRequest(languages=("en", "zh"))))
    assert [scene.captions[0].text for scene in step.scenes] == [
        "Nothing but red.",
        "Nothing but green.",
        "Nothing but blue.",
    ]
    assert [scene.captions[1].text for scene in step.scenes] == ["只有红色。", "只有绿色。", "只有蓝色。"]
    for scene, start in zip(step.scenes, (0.0, 3.0, 6.0), strict=True):
        assert scene.span.start == pytest.approx(start, abs=0.3)
        assert scene.span.end == pytest.approx(start + 3.0, abs=0.3)
        assert scene.span.start <= scene.frame_time < scene.span.end
    assert step.done == step.total == 3


def test_steps_tell_how_far_it_is(clip: VideoFile) -> None:
    steps = list(caption_video(clip, colour_models()))
    shares = [step.share for step in steps]
    assert shares == sorted(shares) and shares[0] == 0.0
    assert steps[0].total == 0 and [step.done for step in steps if step.total] == [0, 1, 2, 3]
    assert [len(step.scenes) for step in steps if step.total] == [0, 1, 2, 3]
    assert [step.finished for step in steps].count(True) == 1


def test_an_encoding_and_sampled_frames_do_as_well(clip: VideoFile) -> None:
    backbone = PictureBackbone()
    expected = last(caption_video(clip, colour_models(backbone)))
    encoding = backbone.encode(clip)
    count = len(backbone.encoded)
    for media in (encoding, load_video(clip.path, Limits())):
        step = last(caption_video(media, colour_models(backbone)))
        assert [scene.span for scene in step.scenes] == [scene.span for scene in expected.scenes]
        assert len(backbone.encoded) == count or media is not encoding, "an encoding is not encoded again"


def test_one_caption_a_language_whatever_is_asked(clip: VideoFile) -> None:
    step = last(caption_video(clip, fake_models(PictureBackbone()), CaptionRequest(count=4)))  # type: ignore[arg-type]
    assert {len(scene.captions) for scene in step.scenes} == {1}


def test_scenes_that_say_the_same_become_one(clip: VideoFile) -> None:
    step = last(caption_video(clip, fake_models(PictureBackbone())))  # type: ignore[arg-type]
    assert len(step.scenes) == 1 and step.scenes[0].span.start == 0.0
    assert step.scenes[0].span.end == pytest.approx(9.0, abs=0.3)
    assert step.done == step.total == 3


def test_closing_stops_the_work_wherever_it_stands(clip: VideoFile) -> None:
    total = len(list(caption_video(clip, colour_models())))
    seconds: list[float] = []
    for stop in range(1, total):
        backbone = PictureBackbone()
        steps = caption_video(clip, colour_models(backbone))
        for _ in range(stop):
            before, started = len(backbone.encoded), time.thread_time()
            next(steps)
            seconds.append(time.thread_time() - started)
            assert len(backbone.encoded) <= before + 1, "one batch of frames between two steps"
        before = len(backbone.encoded)
        steps.close()
        assert len(backbone.encoded) == before
    assert max(seconds) < 1.0, "of the processor, as other programs may hold it at any time"


def test_what_is_no_clip_is_refused(tmp_path: Path) -> None:
    picture = Encoding("image", np.zeros((81, 4), np.float32), np.zeros((81, 4), np.float32), "m", "0" * 64)
    with pytest.raises(WrongMediaKind, match="kind “image”"):
        list(caption_video(picture, colour_models()))
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0" * 5000)
    with pytest.raises(UnreadableMedia):
        list(caption_video(VideoFile(broken, 1.0, None, "broken.mp4", "0" * 64), colour_models()))


@pytest.mark.parametrize("count", [1, 2])
def test_clips_of_a_moment(tmp_path: Path, count: int) -> None:
    write_video(tmp_path / "short.mp4", [plain(RED)] * count, [0.04 * i for i in range(count)])
    media = open_media(tmp_path / "short.mp4", Limits())
    step = last(caption_video(media, colour_models()))  # type: ignore[arg-type]
    assert [scene.captions[0].text for scene in step.scenes] == ["Nothing but red."]
    for cue in scene_cues(step.scenes, "en"):
        assert 0.0 <= cue.start <= cue.end <= step.scenes[0].span.end


def test_reasons_stay_with_their_scene(clip: VideoFile) -> None:
    models = colour_models()
    models.familiarity.foreign = 0.9  # type: ignore[attr-defined]
    step = last(caption_video(clip, models))
    assert all(scene.reasons for scene in step.scenes)


def test_a_frame_becomes_a_picture_of_its_own() -> None:
    tokens = np.arange(3 * 81 * 4, dtype=np.float16).reshape(3 * 81, 4)
    spans = np.repeat(np.array([[0, 1], [1, 2], [2, 2]], np.float32), 81, axis=0)
    clip = Encoding("video", tokens, spans, "m", "ab" * 32, duration=2.0)
    pictures = [frame_encoding(clip, n, 3, np.ones(4, np.float32)) for n in range(3)]
    assert all(picture.tokens.dtype == np.float32 and picture.tokens.shape == (81, 4) for picture in pictures)
    np.testing.assert_array_equal(pictures[2].tokens, tokens[162:].astype(np.float32))
    assert len({picture.sha256 for picture in pictures} | {clip.sha256}) == 4


def scene(start: float, end: float, text: str, score: float = 0.5, zh: str = "") -> SceneCaption:
    captions = [Caption(text, "en", score)] if text else []
    captions += [Caption(zh, "zh", score)] if zh else []
    return SceneCaption(Span(start, end), tuple(captions), start, (Sentence(text, text),))


def test_merging_keeps_the_surer_caption_and_its_reasons() -> None:
    scenes = [scene(0, 2, "A dog."), scene(2, 4, "A dog.", 0.9), scene(4, 5, "A cat."), scene(5, 9, "A dog.")]
    merged = merge_same(scenes, PictureBackbone())
    assert [(found.span, found.captions[0].text) for found in merged] == [
        (Span(0, 4), "A dog."),
        (Span(4, 5), "A cat."),
        (Span(5, 9), "A dog."),
    ]
    assert merged[0].captions[0].score == 0.9 and merged[0].frame_time == 2


def test_merging_reads_the_joint_space_too() -> None:
    def vectors(text: str) -> Float32Array:
        return text_vector("dog" if "dog" in text or "puppy" in text else text)

    scenes = [scene(0, 2, "A puppy runs."), scene(2, 4, "A dog is running.", 0.9), scene(4, 5, "A cat.")]
    merged = merge_same(scenes, PictureBackbone(text_vectors=vectors))
    assert [found.captions[0].text for found in merged] == ["A dog is running.", "A cat."]


def test_merging_nothing_or_scenes_without_captions() -> None:
    assert merge_same([], PictureBackbone()) == ()
    merged = merge_same([scene(0, 1, ""), scene(1, 2, ""), scene(2, 3, "A dog.")], PictureBackbone())
    assert [found.span for found in merged] == [Span(0, 2), Span(2, 3)]


def test_cues_stand_within_their_scenes_and_no_longer_than_people_read() -> None:
    scenes = [scene(0, 4, "A dog runs across the grass."), scene(4, 64, "A cat sleeps."), scene(64, 64.5, "A bird.")]
    cues = scene_cues(scenes, "en")
    assert [cue.index for cue in cues] == [1, 2, 3]
    assert [cue.start for cue in cues] == [0, 4, 64]
    assert cues[0].end == pytest.approx(4 - 2 / 24) and cues[1].end == pytest.approx(11.0) and cues[2].end <= 64.5
    assert {found.kind for found in reading_violations(cues[:2], "en")} == set()


def test_long_captions_are_wrapped_and_cut() -> None:
    text = "A man in a long green coat walks his two brown dogs along the beach. The sea behind them is grey and rough."
    chinese = "一个穿着绿色长外套的男人在海滩上遛着两只棕色的狗。他们身后的大海灰蒙蒙的，波涛汹涌。"
    scenes = [scene(0, 12, text, zh=chinese), scene(12, 20, "A cat.", zh="一只猫。")]
    for language in ("en", "zh"):
        cues = scene_cues(scenes, language)  # type: ignore[arg-type]
        assert len(cues) >= 3 and cues[-1].start == 12 and cues[-2].end <= 12
        kinds = {found.kind for found in reading_violations(cues, language)}
        assert not kinds & {"line_too_wide", "too_many_lines", "overlap", "too_long"}
    joined = " ".join(cue.text.replace("\n", " ") for cue in scene_cues(scenes, "en")[:-1])
    assert joined == text


def test_cues_of_a_language_nobody_asked_for() -> None:
    assert scene_cues([scene(0, 2, "A dog.")], "zh") == ()
