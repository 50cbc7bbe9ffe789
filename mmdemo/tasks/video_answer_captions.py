"""What the scenes of a clip show, in words: written once a scene and language, then kept."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from mmdemo.runtime import Models
from mmdemo.tasks.captioning import CaptionRequest, caption_encoding
from mmdemo.tasks.qa_kept import Kept
from mmdemo.tasks.qa_media import AskProgress
from mmdemo.tasks.video_answer_frames import SeenClip
from mmdemo.tasks.video_captioning import SceneCaption, merge_same
from mmdemo.types import CaptionLanguage

HELD_CAPTIONS = 4_096

_captions: Kept[tuple[str, int, CaptionLanguage], SceneCaption] = Kept(HELD_CAPTIONS)


def scene_caption(clip: SeenClip, number: int, language: CaptionLanguage, models: Models) -> SceneCaption:
    """Caption one scene by the frame that stands for it.

    Args:
        clip: encoded.
        number: of the scene.
        language: of the caption.
        models: backbone and generator.
    """
    return frame_caption(clip, clip.central(clip.scenes[number]), language, models)


def frame_caption(clip: SeenClip, frame: int, language: CaptionLanguage, models: Models) -> SceneCaption:
    """Caption one frame; the span is that of the scene it is in."""

    def write() -> SceneCaption:
        found = caption_encoding(clip.frame(frame), models, CaptionRequest(languages=(language,)))
        span = clip.scenes[clip.scene_at(frame)].span
        return SceneCaption(span, found.captions, clip.spans[frame].start, found.reasons)

    return _captions.get_or(models.generator, (clip.encoding.sha256, frame, language), write)


def caption_scenes(
    clip: SeenClip, numbers: Sequence[int], language: CaptionLanguage, models: Models, place: int
) -> Generator[AskProgress, None, tuple[SceneCaption, ...]]:
    """Caption some scenes, a step each.

    Args:
        clip: encoded.
        numbers: of the scenes, in order.
        language: of the captions.
        models: backbone and generator.
        place: of the clip among the media.

    Yields:
        Progress.

    Returns:
        The captions in order; neighbours that say the same are one.
    """
    found = []
    for done, number in enumerate(numbers):
        yield AskProgress("reading", done / len(numbers), place)
        found.append(scene_caption(clip, number, language, models))
    written = [scene for scene in found if scene.captions and scene.captions[0].text]
    return merge_same(written, models.backbone)
