"""The public API of the Caption tab: one call from a picture to captions."""

from __future__ import annotations

from typing import Any

import gradio as gr

from mmdemo.ui import pipeline
from mmdemo.ui.captioning_files import captions_json
from mmdemo.ui.captioning_inputs import checked_picture, checked_request
from mmdemo.ui.common import BACKBONE_CONCURRENCY, BACKBONE_QUEUE, remove_nameless_uploads
from mmdemo.ui.i18n import Localisation, request_language
from mmdemo.ui.retrieval_errors import search_errors


def caption(
    picture: Any,
    languages: Any = "en,zh",
    style: Any = "short",
    alternatives: Any = 1,
    explain: Any = False,
    request: gr.Request | None = None,
) -> dict[str, Any]:
    """Caption a picture in English, in Chinese, or in both.

    Args:
        picture: A picture.
        languages: en, zh, or both with a comma between them.
        style: short, detailed or alt (alternative text for a web page).
        alternatives: How many captions in each language, 1 to 5.
        explain: Whether to say where the model looked for every word of the best caption.

    Returns:
        The captions, best first in each language, with the probability that each fits the picture; on request a
        heatmap of 9 by 9 weights for every word, rows from the top. Reasons to distrust the captions, and what the
        picture may rather show when it is unlike anything the model knows.
    """
    interface = request_language(request)
    with search_errors(lambda: interface):
        remove_nameless_uploads()
        path = checked_picture(picture, interface)
        wanted = checked_request(languages, style, alternatives, explain, interface)
    with search_errors(lambda: interface, path.name):
        image = pipeline.load_image(path)
        models = pipeline.load_models()
        return captions_json(pipeline.caption(models.backbone.encode(image), models, wanted), interface)


def connect(localisation: Localisation) -> None:
    """Add the endpoint ``/caption``; its components are on no page."""
    make = localisation.make
    picture = make(gr.File, {"label": "api_picture"}, type="filepath", visible=False)
    languages = make(gr.Textbox, {"label": "caption_languages"}, value="en,zh", visible=False)
    style = make(gr.Textbox, {"label": "caption_style"}, value="short", visible=False)
    count = make(gr.Number, {"label": "caption_count"}, value=1, visible=False)
    explain = make(gr.Checkbox, {"label": "api_explain"}, value=False, visible=False)
    captions = make(gr.JSON, {"label": "api_captions"}, visible=False)
    gr.Button(visible=False).click(
        caption,
        [picture, languages, style, count, explain],
        [captions],
        api_name="caption",
        concurrency_id=BACKBONE_QUEUE,
        concurrency_limit=BACKBONE_CONCURRENCY,
    )
