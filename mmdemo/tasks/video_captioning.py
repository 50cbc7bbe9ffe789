"""Captions of videos: a caption a scene, with times, and as cues for audio description."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmdemo.backbone.base import Backbone, read_rows
from mmdemo.backbone.image_tower import grid_boxes
from mmdemo.errors import WrongMediaKind
from mmdemo.runtime import Models
from mmdemo.stepwise import shown_as
from mmdemo.subtitles import rules_for, shape_cues
from mmdemo.subtitles.reading_rules import reading_time
from mmdemo.tasks.captioning import CaptionRequest, caption_encoding
from mmdemo.tasks.change_points import central_frame, find_scenes
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.text import text_of
from mmdemo.types import (
    Caption,
    CaptionLanguage,
    Cue,
    Encoding,
    Float32Array,
    Segment,
    Sentence,
    Span,
    Video,
    VideoFile,
)

READING_SHARE = 0.5
"""Of the progress of a clip that has to be encoded first."""


@dataclass(frozen=True, eq=False)
class SceneCaption:
    """What there is to say about one scene."""

    span: Span  # seconds
    captions: tuple[Caption, ...]  # one a language, in the order asked for
    frame_time: float  # seconds; of the frame that was captioned
    reasons: tuple[Sentence, ...] = ()

    def of(self, language: CaptionLanguage) -> Caption | None:
        """Return the caption in one language, if there is one."""
        return next((caption for caption in self.captions if caption.language == language), None)


@dataclass(frozen=True, eq=False)
class VideoCaptionStep:
    """How far the captioning of a clip has come."""

    done: int  # scenes captioned
    total: int  # scenes found; 0 while the clip is still being read
    scenes: tuple[SceneCaption, ...]  # in the last step, neighbours that say the same are one
    share: float = 0.0  # of all the work, 0..1
    finished: bool = False  # in the last step only


def caption_video(
    media: VideoFile | Video | Encoding, models: Models, request: CaptionRequest | None = None
) -> Generator[VideoCaptionStep, None, None]:
    """Caption the scenes of a clip.

    Args:
        media: a clip, or the encoding of one; its sound plays no part and is not encoded.
        models: backbone and generator.
        request: languages and style; one caption a language, whatever its number says. None for English.

    Yields:
        A step at least every second or so on two cores; closing the generator stops the work. What was encoded by
        then stays in the backbone's cache once the whole clip was.

    Raises:
        WrongMediaKind: the encoding of something else.
        InputError: the clip cannot be decoded.
        WeightsError: the models cannot be loaded.
    """
    request = replace(request or CaptionRequest(), count=1)
    if isinstance(media, Encoding) and media.modality != "video":
        raise WrongMediaKind(name=media.sha256[:8], kind=media.modality, wanted="video")
    # Before the models load, so that whoever shows progress has something to show at once.
    yield VideoCaptionStep(0, 0, ())
    clip = media if isinstance(media, Encoding) else (yield from _reading(media, models.backbone))
    frames = models.backbone.embed_spans(clip)
    embeddings = np.stack([embedding for _, embedding in frames])  # [F, D]
    scenes = find_scenes(embeddings, np.array([[span.start, span.end] for span, _ in frames], np.float32))
    found: list[SceneCaption] = []
    read = 0.0 if isinstance(media, Encoding) else READING_SHARE
    for number, scene in enumerate(scenes):
        yield VideoCaptionStep(number, len(scenes), tuple(found), read + (1 - read) * number / len(scenes))
        frame = central_frame(embeddings, scene)
        said = caption_encoding(frame_encoding(clip, frame, len(frames), embeddings[frame]), models, request)
        found.append(SceneCaption(scene.span, said.captions, frames[frame][0].start, said.reasons))
    merged = merge_same(found, models.backbone)
    yield VideoCaptionStep(len(scenes), len(scenes), merged, 1.0, finished=True)


def _reading(media: VideoFile | Video, backbone: Backbone) -> Generator[VideoCaptionStep, None, Encoding]:
    """Encode the pictures of a clip and pass its progress on."""
    steps = backbone.encode_frames(media)
    return (yield from shown_as(steps, lambda share: VideoCaptionStep(0, 0, (), READING_SHARE * share)))


def frame_encoding(clip: Encoding, frame: int, frame_count: int, embedding: Float32Array) -> Encoding:
    """Return one frame of an encoded clip as the encoding of a picture.

    Args:
        clip: encoding of video.
        frame: its place, from 0.
        frame_count: of the clip; all frames have equally many tokens.
        embedding: [D] of the frame.

    Returns:
        An encoding with float32 tokens [T, W].
    """
    count = len(clip.tokens) // frame_count
    rows = slice(frame * count, (frame + 1) * count)
    assert (clip.spans[rows] == clip.spans[rows.start]).all(), "the tokens of a frame share its span"
    digest = hashlib.sha256(f"{clip.sha256}:frame:{clip.spans[rows.start, 0]:.3f}".encode()).hexdigest()
    tokens = read_rows(clip.tokens, rows)  # [T, W]
    side = math.isqrt(count)
    # Towers that keep a picture's shape have no square grid; their tokens are then of the whole frame.
    boxes = grid_boxes(side) if side * side == count else np.repeat(grid_boxes(1), count, axis=0)
    pictures = clip.pictures[frame : frame + 1]
    return Encoding("image", tokens, boxes, clip.model_id, digest, embedding=embedding, pictures=pictures)


def merge_same(scenes: Sequence[SceneCaption], backbone: Backbone) -> tuple[SceneCaption, ...]:
    """Join neighbouring scenes whose captions say the same; the first language decides.

    Args:
        scenes: in order.
        backbone: embeds the captions.

    Returns:
        The scenes that are left; a joined one has the captions of the part whose first caption scores highest.
    """
    texts = [scene.captions[0].text if scene.captions else "" for scene in scenes]
    written = sorted({text for text in texts if text})
    encodings = backbone.encode_texts([text_of(text) for text in written]) if len(written) > 1 else []
    embedded = dict(zip(written, map(whole_embedding, encodings), strict=False))
    merged: list[SceneCaption] = []
    last = ""  # what the scene before says
    for scene, text in zip(scenes, texts, strict=True):
        if merged and _same(last, text, embedded, backbone.scale.same_text):
            merged[-1] = _joined(merged[-1], scene)
        else:
            merged.append(scene)
        last = merged[-1].captions[0].text if merged[-1].captions else ""
    return tuple(merged)


def _same(first: str, second: str, embedded: dict[str, Float32Array], least: float) -> bool:
    if first == second:
        return True
    if not first or not second:
        return False
    return float(embedded[first] @ embedded[second]) >= least


def _joined(first: SceneCaption, second: SceneCaption) -> SceneCaption:
    better = max(first, second, key=lambda scene: scene.captions[0].score if scene.captions else 0.0)
    return replace(better, span=Span(first.span.start, second.span.end))


def scene_cues(scenes: Sequence[SceneCaption], language: CaptionLanguage) -> tuple[Cue, ...]:
    """Write the captions of scenes as subtitles, for audio description.

    Args:
        scenes: in order.
        language: of the captions to take.

    Returns:
        Cues numbered from 1; each stands within its scene, to its end unless that is longer than a cue should stand.
    """
    cues: list[Cue] = []
    for scene in scenes:
        caption = scene.of(language)
        if caption is not None and caption.text.strip() and scene.span.duration > 0:
            cues += _cues_of(scene.span, caption.text, language)
    return tuple(replace(cue, index=index) for index, cue in enumerate(cues, start=1))


def _cues_of(span: Span, text: str, language: str) -> Iterator[Cue]:
    """Cut and wrap one caption."""
    rules = rules_for(language)
    # A voice would read the text from the beginning of the scene, about as fast as people read.
    spoken = Segment(span.start, span.start + min(reading_time(text, rules), span.duration), text, ())
    parts = [cue for cue in shape_cues([spoken], language) if cue.start < span.end]
    room = rules.min_gap if span.duration > 2 * rules.min_gap else 0.0
    for number, cue in enumerate(parts):
        last = number + 1 == len(parts)
        wanted = cue.start + rules.max_duration if last else cue.end
        yield replace(cue, end=max(min(wanted, span.end - room), cue.start))
