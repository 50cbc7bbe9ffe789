"""Models for questions about recordings: texts that share words are near, and nothing is heard or decoded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mmdemo.evaluation.qa_speech_transcripts import read_aloud
from mmdemo.runtime import Models
from mmdemo.tasks.heard import Heard
from mmdemo.tasks.passage_terms import english_stem
from mmdemo.types import Encoding, Text
from tests.fakes import FakeFamiliarity, FakeGenerator, FakeSpeech
from tests.tasks.word_backbone import WordBackbone, words_vector


class SentenceBackbone(WordBackbone):
    """Embeds a text as the sum of its stems, in the tower as in the joint space."""

    def __init__(self) -> None:
        super().__init__("sentences")
        self.texts: list[str] = []

    def encode_texts(self, texts: Sequence[Text]) -> list[Encoding]:
        self.texts += [text.text for text in texts]
        found = []
        for text in texts:
            vector = words_vector(" ".join(english_stem(word.strip("?.,")) for word in text.text.split()))
            found.append(replace(self.encode(text), tokens=vector[None], embedding=vector))
        return found


def spoken_models() -> Models:
    """Return models whose backbone embeds sentences."""
    backbone: Any = SentenceBackbone()
    speech: Any = FakeSpeech()
    return Models(backbone, speech, FakeGenerator(), FakeFamiliarity())  # type: ignore[arg-type]


def heard_text(lines: Sequence[str], models: Models, language: str = "en") -> Heard:
    """Return a recording in which these lines are said, one every five seconds."""
    return read_aloud("test", lines, language, models)[0]
