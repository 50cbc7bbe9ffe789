"""The protocol of everything that writes text about encoded media, and what it is asked for."""

from __future__ import annotations

from collections.abc import Generator as Steps
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from mmdemo.types import CaptionLanguage, Encoding, Float32Array, Guess, Span, WordHeatmap

CaptionLength = Literal["short", "medium", "long"]


@dataclass(frozen=True)
class CaptionPrompt:
    """Which caption is wanted."""

    language: CaptionLanguage
    length: CaptionLength | None = None  # None leaves it to the generator
    alt: bool = False  # for people who do not see the picture; heeded by generators that can be told so


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
    expected: float = 0.0  # how well it says what is expected of the picture's captions, about CIDEr; 0 = not known


@dataclass(frozen=True)
class Quoted:
    """Words that are said in a recording."""

    text: str
    span: Span | None  # seconds


@dataclass(frozen=True, eq=False)
class HeardSound:
    """A stretch of sound without words."""

    name: str  # what it seems to be
    span: Span | None  # seconds
    waveform: Float32Array | None = None  # [N] mono at 16 kHz, where it is at hand


@dataclass(frozen=True, eq=False)
class Material:
    """What an answer is to rest on, as the backbone found it."""

    pictures: tuple[Encoding, ...] = ()  # whole pictures, and frames of clips
    passages: tuple[Quoted, ...] = ()
    sounds: tuple[HeardSound, ...] = ()


@dataclass(frozen=True)
class WrittenAnswer:
    """An answer in a generator's own words."""

    text: str
    probability: float  # geometric mean of its tokens' probabilities: not calibrated
    complete: bool = True  # False: it was cut at the bound of its length


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

    @property
    def beams(self) -> int:
        """How many candidates are worth their time when one caption is wanted."""

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


@runtime_checkable
class Writer(Protocol):
    """What a generator offers besides when it writes freely, token by token."""

    def caption_steps(
        self, encodings: Sequence[Encoding], prompts: Sequence[CaptionPrompt], sampling: Sampling
    ) -> Steps[str, None, list[list[Candidate]]]:
        """Write captions as `Generator.captions` does.

        Yields:
            What stands there so far; closing stops within one token.

        Returns:
            The candidates.
        """

    def answer_steps(
        self, question: str, language: CaptionLanguage, material: Material
    ) -> Steps[str, None, WrittenAnswer | None]:
        """Answer a question from evidence.

        Args:
            question: as the user wrote it.
            language: of it and of the answer.
            material: what the answer is to rest on.

        Yields:
            What stands there so far; closing stops within one token.

        Returns:
            The answer; None when nothing was written.
        """


def writes_freely(generator: Generator) -> bool:
    """Tell whether a generator answers in its own words (see `Writer`)."""
    return isinstance(generator, Writer)


def is_calibrated(generator: Generator) -> bool:
    """Tell whether the probabilities of a generator's answers were fitted to how often they are right."""
    return bool(getattr(generator, "calibrated", True))


def caption_steps(
    generator: Generator, encodings: Sequence[Encoding], prompts: Sequence[CaptionPrompt], sampling: Sampling
) -> Steps[str, None, list[list[Candidate]]]:
    """Write captions and show them as they come, where the generator can; others write them in one go.

    Args:
        generator: of any kind.
        encodings: see `Generator.captions`, as the rest.
        prompts: one for each.
        sampling: how to search.

    Yields:
        What stands there so far.

    Returns:
        The candidates.
    """
    if isinstance(generator, Writer):
        return (yield from generator.caption_steps(encodings, prompts, sampling))
    return generator.captions(encodings, prompts, sampling)


def answer_steps(
    generator: Generator, question: str, language: CaptionLanguage, material: Material
) -> Steps[str, None, WrittenAnswer | None]:
    """Answer a question from evidence in the generator's own words, where it has any.

    Args:
        generator: of any kind.
        question: see `Writer.answer_steps`, as the rest.
        language: of it and of the answer.
        material: what the answer is to rest on.

    Yields:
        What stands there so far.

    Returns:
        The answer; None where the generator does not write freely, or wrote nothing.
    """
    if isinstance(generator, Writer):
        return (yield from generator.answer_steps(question, language, material))
    return None
