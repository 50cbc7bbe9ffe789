"""The public API of the shared encoder itself: what media becomes, which label fits it, whether a text describes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from mmdemo.config import settings
from mmdemo.types import AudioFile, Encoding, ImageFile, Sentence, VideoFile
from mmdemo.ui import pipeline
from mmdemo.ui.background import in_background
from mmdemo.ui.common import BACKBONE_CONCURRENCY, BACKBONE_QUEUE, remove_nameless_uploads, user_error
from mmdemo.ui.i18n import Localisation, request_language
from mmdemo.ui.retrieval_errors import search_errors
from mmdemo.ui.retrieval_inputs import checked_query_file
from mmdemo.ui.texts import TEXTS

if TYPE_CHECKING:
    from mmdemo.backbone.base import Backbone

Result = dict[str, Any]


def encode(file: Any, request: gr.Request | None = None) -> Iterator[Result]:
    """Run media through the shared encoder.

    Args:
        file: A picture, a recording or a video.

    Returns:
        The kind of media, the shape of its tokens, its length in seconds, the hash of its content, the encoder, and
        one vector of unit norm in the joint space, where media and texts that belong together lie close. While the
        work runs, complete is false.
    """
    interface = request_language(request)
    with search_errors(lambda: interface):
        path = _checked(file, interface)
    for encoding in _encodings(path, interface):
        if encoding is None:
            yield {"complete": False}
            continue
        from mmdemo.tasks.indexing import whole_embedding

        yield {
            "complete": True,
            "modality": encoding.modality,
            "tokens": list(encoding.tokens.shape),
            "duration": round(encoding.duration, 3),
            "sha256": encoding.sha256,
            "model_id": encoding.model_id,
            "embedding": [round(float(value), 6) for value in whole_embedding(encoding)],
            "reasons": _told(encoding.reasons, interface),
        }


def classify(file: Any, labels: Any, request: gr.Request | None = None) -> Iterator[Result]:
    """Tell which of some labels describes a picture, a recording or a video best.

    Args:
        file: A picture, a recording or a video.
        labels: Two or more labels in English or Chinese, one a line.

    Returns:
        Every label, best first, with its probability among the labels and its similarity; how probable it is that the
        best one describes the media at all; and reasons to distrust it. While the work runs, complete is false.
    """
    from mmdemo.tasks.zero_shot import check_labels
    from mmdemo.tasks.zero_shot import classify as task

    interface = request_language(request)
    with search_errors(lambda: interface):
        path = _checked(file, interface)
        lines = labels.splitlines() if isinstance(labels, str) else labels if isinstance(labels, list) else []
        known = check_labels([str(line) for line in lines], settings().limits)
    for encoding in _encodings(path, interface):
        if encoding is None:
            yield {"complete": False}
            continue
        with search_errors(lambda: interface, path.name):
            found = task(encoding, known, pipeline.load_models().backbone)
        scores = [
            {"label": one.label, "probability": round(one.probability, 4), "similarity": round(one.similarity, 4)}
            for one in found.labels
        ]
        yield {"complete": True, "labels": scores, "fit": round(found.fit, 4)} | {
            "reasons": _told(found.reasons, interface)
        }


def match(file: Any, text: Any, request: gr.Request | None = None) -> Iterator[Result]:
    """Tell how probable it is that a text describes a picture, a recording or a video.

    Args:
        file: A picture, a recording or a video.
        text: A sentence in English or Chinese.

    Returns:
        The calibrated probability, the similarity, and reasons to distrust them. While the work runs, complete is
        false.
    """
    from mmdemo.tasks.pair_matching import match as task
    from mmdemo.text import read_text

    interface = request_language(request)
    with search_errors(lambda: interface):
        path = _checked(file, interface)
        sentence = read_text(text if isinstance(text, str) else "", settings().limits).text
    for encoding in _encodings(path, interface):
        if encoding is None:
            yield {"complete": False}
            continue
        with search_errors(lambda: interface, path.name):
            found = task(sentence, encoding, pipeline.load_models().backbone)
        told = {"probability": round(found.probability, 4), "similarity": round(found.similarity, 4)}
        yield {"complete": True, **told, "reasons": _told(found.reasons, interface)}


def _told(reasons: tuple[Sentence, ...], interface: str) -> list[str]:
    return [reason.text(interface) for reason in reasons]


def _checked(file: object, interface: str) -> Path:
    remove_nameless_uploads()
    if not file:
        raise user_error(TEXTS["no_media"], interface)
    return checked_query_file(file, interface)


def _encodings(path: Path, interface: str) -> Iterator[Encoding | None]:
    """Encode a file; None comes while that lasts, as a client that left is noticed only at a yield."""
    from mmdemo.media import open_media

    with search_errors(lambda: interface, path.name):
        media = open_media(path, settings().limits)
        for _ in in_background(pipeline.load_models):
            yield None
        backbone = pipeline.load_models().backbone
        for _ in _steps(media, backbone):
            yield None
        encoding = backbone.encode(media)
    yield encoding


def _steps(media: ImageFile | AudioFile | VideoFile, backbone: Backbone) -> Iterator[None]:
    """Encode long media window by window and frame by frame; the backbone keeps what is done."""
    audio = media.audio if isinstance(media, VideoFile) else media if isinstance(media, AudioFile) else None
    if isinstance(media, VideoFile):
        with closing(backbone.encode_frames(media)) as frames:
            for _ in frames:
                yield None
    if audio is not None:
        with closing(backbone.encode_windows(audio)) as windows:
            for _ in windows:
                yield None


def connect(localisation: Localisation) -> None:
    """Add the endpoints ``/encode``, ``/classify`` and ``/match``; their components are on no page."""
    make = localisation.make
    file = make(gr.File, {"label": "api_one_medium"}, type="filepath", visible=False)
    labels = make(gr.Textbox, {"label": "api_labels"}, lines=3, visible=False)
    text = make(gr.Textbox, {"label": "api_sentence"}, visible=False)
    result = make(gr.JSON, {"label": "api_result"}, visible=False)
    for handler, inputs in ((encode, [file]), (classify, [file, labels]), (match, [file, text])):
        gr.Button(visible=False).click(
            handler,
            inputs,
            [result],
            api_name=handler.__name__,
            concurrency_id=BACKBONE_QUEUE,
            concurrency_limit=BACKBONE_CONCURRENCY,
        )
