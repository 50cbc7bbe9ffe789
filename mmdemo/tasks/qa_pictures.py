"""Whether a picture shows what somebody merely named, without asking anything."""

from __future__ import annotations

from mmdemo.runtime import Models
from mmdemo.tasks.captioning import CaptionRequest, caption_encoding
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.tasks.qa_phrases import no_question, yes
from mmdemo.tasks.qa_presence import SEEN, confirmed_presence, presence
from mmdemo.tasks.qa_topic import depicted
from mmdemo.tasks.questions import Question
from mmdemo.types import Answer, Encoding, Evidence


def answer_named(question: Question, encoding: Encoding, models: Models) -> Answer:
    """Tell whether a picture shows a thing that was named, and what it shows.

    Args:
        question: a text that asks for nothing: a thing, or orders to a machine.
        encoding: of the picture.
        models: backbone and generator.

    Returns:
        Yes with the caption, or not sure with the caption of what there is.
    """
    phrase, language = depicted(question), question.language
    found = caption_encoding(encoding, models, CaptionRequest(languages=(language,)))
    caption = found.captions[0].text if found.captions else ""
    near = float(presence(phrase, language, whole_embedding(encoding)[None], models.backbone)[0]) if phrase else 0.0
    shown = confirmed_presence(phrase, language, encoding, near, models)
    whole = (Evidence(0, "whole", shown),)
    if shown >= SEEN:
        return Answer(yes(caption.rstrip(".。"), language), language, shown, True, (), whole)
    return Answer(no_question(caption).text(language), language, shown, False, (), whole)
