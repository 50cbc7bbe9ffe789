"""Captions of pictures: candidates from the generator, ranked by the joint space, with reasons to distrust them."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mmdemo import reasons
from mmdemo.backbone.base import Media
from mmdemo.errors import WrongMediaKind
from mmdemo.generators.base import CaptionLength, CaptionPrompt, Sampling, caption_steps
from mmdemo.runtime import Models
from mmdemo.stepwise import run_through
from mmdemo.tasks.caption_ranking import RankedCaption, rank_candidates
from mmdemo.tasks.caption_text import as_alt_text, as_sentence, detailed
from mmdemo.tasks.unfamiliar_pictures import NamedLabel, nearest_labels
from mmdemo.types import Caption, CaptionLanguage, Encoding, Sentence

CaptionStyle = Literal["short", "detailed", "alt"]
STYLES: tuple[CaptionStyle, ...] = ("short", "detailed", "alt")
LANGUAGES: tuple[CaptionLanguage, ...] = ("en", "zh")
MOST_ALTERNATIVES = 5
UNSURE = 0.5
"""Score below which a caption is called unsure."""


@dataclass(frozen=True)
class CaptionRequest:
    """What is wanted of a picture."""

    languages: tuple[CaptionLanguage, ...] = ("en",)
    style: CaptionStyle = "short"
    count: int = 1  # captions in each language, 1 to `MOST_ALTERNATIVES`
    explain: bool = False  # with a heatmap a word for the best caption of each language


@dataclass(frozen=True, eq=False)
class PictureCaptions:
    """What there is to say about one picture."""

    captions: tuple[Caption, ...]  # the languages in the order asked for, each best first
    sha256: str
    foreign: float  # probability that the picture is unlike what the models learned from
    labels: tuple[NamedLabel, ...] = ()  # offered when it is
    reasons: tuple[Sentence, ...] = ()

    def of(self, language: CaptionLanguage) -> tuple[Caption, ...]:
        """Return the captions in one language, best first."""
        return tuple(caption for caption in self.captions if caption.language == language)


def caption(media: Media | Encoding, models: Models, request: CaptionRequest | None = None) -> PictureCaptions:
    """Caption a picture.

    Args:
        media: a picture, or the encoding of one.
        models: backbone and generator.
        request: languages, style and number; None for one short English caption.

    Returns:
        Captions with scores and reasons to distrust them.

    Raises:
        WrongMediaKind: not a picture.
        InputError: the picture cannot be decoded.
        WeightsError: the models cannot be loaded.
    """
    return caption_encoding(models.backbone.encode(media), models, request or CaptionRequest())


def caption_encoding(encoding: Encoding, models: Models, request: CaptionRequest) -> PictureCaptions:
    """Caption an encoded picture (see `caption`)."""
    return run_through(caption_in_steps(encoding, models, request))


def caption_in_steps(
    encoding: Encoding, models: Models, request: CaptionRequest
) -> Generator[str, None, PictureCaptions]:
    """Caption an encoded picture and show text as it comes, where the generator can.

    Args:
        encoding: of a picture.
        models: backbone and generator.
        request: languages, style and number.

    Yields:
        What stands there so far of the likeliest caption; closing the generator stops the work.

    Returns:
        As `caption` does.

    Raises:
        WrongMediaKind: not a picture.
        WeightsError: the models cannot be loaded.
    """
    if encoding.modality != "image":
        raise WrongMediaKind(name=encoding.modality, kind=encoding.modality, wanted="image")
    foreign = models.familiarity.foreign_probability(encoding)
    unfamiliar = foreign >= models.familiarity.threshold
    found: list[Caption] = []
    ranked = yield from _ranked(encoding, models, request)
    for language, candidates in zip(request.languages, ranked, strict=True):
        own = _shown(candidates, language, request, foreign)
        if request.explain and own:
            maps = models.generator.heatmaps(encoding, candidates[0].text, language)
            own[0] = replace(own[0], heatmaps=maps)
        found += own
    doubts = [reasons.unfamiliar_picture()] if unfamiliar else []
    if not unfamiliar and any(caption.score < UNSURE for caption in found[:1]):
        doubts.append(reasons.unsure_caption(found[0].score))
    labels = nearest_labels(encoding, models.backbone, models.generator) if unfamiliar else ()
    return PictureCaptions(tuple(found), encoding.sha256, foreign, labels, (*doubts, *encoding.reasons))


def _ranked(
    encoding: Encoding, models: Models, request: CaptionRequest
) -> Generator[str, None, list[list[RankedCaption]]]:
    """Return the candidates of each language, best first."""
    length: CaptionLength | None = "long" if request.style == "detailed" else None
    prompts = [CaptionPrompt(language, length, request.style == "alt") for language in request.languages]
    sampling = Sampling(count=max(models.generator.beams, request.count))
    candidates = yield from caption_steps(models.generator, [encoding] * len(prompts), prompts, sampling)
    return rank_candidates(encoding, candidates, request.languages, models.backbone)


def _shown(
    candidates: Sequence[RankedCaption], language: CaptionLanguage, request: CaptionRequest, foreign: float
) -> list[Caption]:
    """Put the best candidates into the form that the style asks for."""
    shown = []
    for chosen in candidates[: request.count]:
        # The calibration of matches knows photographs of the familiar kind only.
        score = chosen.probability * (1 - foreign)
        if request.style == "alt":
            text = as_alt_text(chosen.text, language, unsure=score < UNSURE)
        elif request.style == "detailed":
            text = detailed(chosen, candidates, language)
        else:
            text = as_sentence(chosen.text, language)
        shown.append(Caption(text, language, score))
    return shown
