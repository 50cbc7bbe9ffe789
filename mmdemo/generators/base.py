"""The protocol of everything that writes text about encoded media, and what it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from mmdemo.types import CaptionLanguage, Encoding, Float32Array, Guess, WordHeatmap

CaptionLength = Literal["short", "medium", "long"]


@dataclass(frozen=True)
class CaptionPrompt:
    """Which caption is wanted."""

    language: CaptionLanguage
    length: CaptionLength | None = None  # None leaves it to the generator


@dataclass(frozen=True)
class Sampling:
    """How candidates are found: by beam search, or drawn from the most probable words (nucleus sampling)."""

    count: int = 5  # candidates a prompt; the width of the beam when there is one
    nucleus: float | None = None  # share of the probability that is drawn from (Holtzman et al. 2020); None = beam
    temperature: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class Candidate:
    """A caption that the generator would write."""

    text: str  # without capital letter and full stop
    log_probability: float  # mean a token, natural logarithm


@dataclass(frozen=True)
class NamedThing:
    """Something that a picture shows, by a name in both languages."""

    en: str
    zh: str
    probability: float


class Generator(Protocol):
    """Writes captions from an encoding alone."""

    @property
    def model_id(self) -> str:
        """Name of the model and its version."""

    def captions(
        self, encodings: Sequence[Encoding], prompts: Sequence[CaptionPrompt], sampling: Sampling
    ) -> list[list[Candidate]]:
        """Write candidates for each pair of encoding and prompt, all in one batch.

        Args:
            encodings: B pictures.
            prompts: B prompts, one for each.
            sampling: how to search.

        Returns:
            B lists, each most probable first, without doubles.
        """

    def names(self, encoding: Encoding) -> tuple[NamedThing, ...]:
        """Name what a picture shows, most probable first; nothing where the generator has no classifier.

        Args:
            encoding: of a picture.
        """

    def heatmaps(self, encoding: Encoding, text: str, language: CaptionLanguage) -> tuple[WordHeatmap, ...]:
        """Show where in the picture the generator looked for each word of a text.

        Args:
            encoding: of a picture.
            text: a candidate's.
            language: it is written in.

        Returns:
            One heatmap a word, in order.
        """

    def answers(
        self, encoding: Encoding, questions: Sequence[str], language: CaptionLanguage, count: int = 5
    ) -> list[tuple[Guess, ...]]:
        """Answer questions about a picture, all in one batch.

        Args:
            encoding: of a picture.
            questions: Q of them, as users write them.
            language: they are written in, and the answers too.
            count: guesses for each at most.

        Returns:
            Q lists of guesses with calibrated probabilities, best first.
        """

    def answer_heatmap(self, encoding: Encoding, question: str, answer: str, language: CaptionLanguage) -> Float32Array:
        """Show where in the picture the generator looked for an answer.

        Args:
            encoding: of a picture.
            question: that was asked.
            answer: that was given.
            language: of both.

        Returns:
            [9, 9] rows from the top, adds up to 1.
        """
