"""The hub profile's generator: any multimodal chat model behind the `mmdemo.generators.base.Generator` protocol.

It looks at the small copies of pictures that the hub's backbone leaves in an encoding (`Encoding.pictures`). Nothing in
it was measured with real weights; tests run it with tiny random ones of the same classes.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mmdemo.config import Settings
from mmdemo.generators.base import Candidate, CaptionPrompt, Material, NamedThing, Sampling, WrittenAnswer
from mmdemo.generators.hub_chat import HubChat, Prompt
from mmdemo.generators.hub_lent import LentChat
from mmdemo.generators.hub_texts import (
    YES_NO,
    answer_prompt,
    caption_prompt,
    is_closed,
    material_prompt,
    plain_answer,
    plain_caption,
    sound_line,
)
from mmdemo.hub.catalogue import GEMMA_4_E2B, SMOLVLM2_500M, HubModel, named_model
from mmdemo.hub.fetched import Fetch, fetched_when_used
from mmdemo.hub.idle import IdleModel
from mmdemo.stepwise import run_through
from mmdemo.types import CaptionLanguage, Encoding, Float32Array, Guess, UInt8Array, WordHeatmap
from mmdemo.zero_gpu import LENT

if TYPE_CHECKING:
    from mmdemo.generators.hub_running import WrittenTokens

CAPTION_TOKENS = {"short": 48, "medium": 80, "long": 200}
"""Most tokens of a caption; Chinese takes about one a character."""
ANSWER_TOKENS = 16
WRITTEN_TOKENS = 256
BEAMS = 5
MOST_CANDIDATES = 8
"""Beams or samples of one prompt: each holds a cache of its own."""
LEAST_TEMPERATURE, HIGHEST_TEMPERATURE = 0.1, 2.0
MOST_PICTURES = 4
MOST_SOUNDS = 2
"""Of the evidence that is shown; each costs a prompt some hundred tokens."""
GRID = 9
"""Cells of a heatmap in a row, as the protocol wants them."""


def chosen_generator(settings: Settings, device: str) -> HubModel:
    """Return the model that the settings name, or the one that suits the device.

    Args:
        settings: of the hub profile.
        device: what `mmdemo.device.network_device` returned.
    """
    if settings.hub.generator:
        return named_model(settings.hub.generator)
    return SMOLVLM2_500M if device == "cpu" else GEMMA_4_E2B


class HubGenerator:
    """Writes with a chat model of the hub; it is fetched and loaded when first needed, and goes when it idles.

    Args:
        model: which one (any id that ``AutoModelForMultimodalLM`` takes).
        fetch: see `mmdemo.hub.fetched.fetched_when_used`.
        settings: folders.
        device: what `mmdemo.device.network_device` returned.
        lock: held while the network runs.
    """

    def __init__(
        self,
        model: HubModel,
        settings: Settings,
        device: str,
        lock: threading.RLock,
        fetch: Fetch | None = None,
    ) -> None:
        self._model = model
        self._device = device
        self._lock = lock
        self.held: IdleModel[HubChat] = fetched_when_used(model, settings, lock, self._load, fetch)

    @property
    def model_id(self) -> str:
        """Repository and commit."""
        return f"hub:{self._model.name}"

    @property
    def beams(self) -> int:
        """How many candidates are searched; each costs memory for a vocabulary of 262,144 words."""
        return BEAMS

    @property
    def calibrated(self) -> bool:
        """Whether probabilities of answers are: never."""
        return False

    def _load(self, folder: Path) -> HubChat:
        if self._device == LENT:
            return LentChat(self._model, folder, self._lock)
        return HubChat.load(self._model, folder, self._device, self._lock)

    def captions(
        self, encodings: Sequence[Encoding], prompts: Sequence[CaptionPrompt], sampling: Sampling
    ) -> list[list[Candidate]]:
        """Write candidates, one prompt after the other (see the protocol)."""
        return run_through(self.caption_steps(encodings, prompts, sampling))

    def caption_steps(
        self, encodings: Sequence[Encoding], prompts: Sequence[CaptionPrompt], sampling: Sampling
    ) -> Generator[str, None, list[list[Candidate]]]:
        """Write candidates and show the leading one as it comes (see `mmdemo.generators.base.Writer`)."""
        found = []
        with self.held.use() as chat:
            for encoding, prompt in zip(encodings, prompts, strict=True):
                asked = Prompt(caption_prompt(prompt), pictures=(_picture(encoding),))
                written = yield from chat.write(asked, CAPTION_TOKENS[prompt.length or "short"], _options(sampling))
                found.append(self._candidates(chat, written))
        return found

    def _candidates(self, chat: HubChat, written: Sequence[WrittenTokens]) -> list[Candidate]:
        best: dict[str, float] = {}
        for one in written:
            text = plain_caption(chat.text(one.ids))
            mean = one.log_probability / max(len(one.ids), 1)
            if text and math.isfinite(mean):
                best[text] = max(mean, best.get(text, mean))
        return sorted((Candidate(text, mean) for text, mean in best.items()), key=lambda found: -found.log_probability)

    def names(self, encoding: Encoding) -> tuple[NamedThing, ...]:
        """Name nothing: a chat model has no classifier (see the protocol)."""
        return ()

    def heatmaps(self, encoding: Encoding, text: str, language: CaptionLanguage) -> tuple[WordHeatmap, ...]:
        """Show nothing: where a chat model looks is not known of all the models that may stand here."""
        return ()

    def answer_heatmap(self, encoding: Encoding, question: str, answer: str, language: CaptionLanguage) -> Float32Array:
        """Show all of the picture evenly, for the same reason."""
        return np.full((GRID, GRID), 1 / GRID**2, np.float32)

    def answers(
        self, encoding: Encoding, questions: Sequence[str], language: CaptionLanguage, count: int = 5
    ) -> list[tuple[Guess, ...]]:
        """Answer questions about a picture (see the protocol); the probabilities are the network's own.

        A yes or no is read from the first token alone; other answers are found by beam search.
        """
        with self.held.use() as chat:
            return [_guesses(chat, _picture(encoding), question, language, count) for question in questions]

    def answer_steps(
        self, question: str, language: CaptionLanguage, material: Material
    ) -> Generator[str, None, WrittenAnswer | None]:
        """Answer a question from evidence in free words (see `mmdemo.generators.base.Writer`)."""
        with self.held.use() as chat:
            asked = evidence_prompt(chat, question, language, material)
            written = yield from chat.write(asked, WRITTEN_TOKENS, _options(Sampling(count=1)))
            if not written:
                return None
            best = written[0]
            text = " ".join(chat.text(best.ids).split())
        if not text or not math.isfinite(best.log_probability):
            return None
        return WrittenAnswer(text, math.exp(best.log_probability / len(best.ids)), best.ended)


def _guesses(
    chat: HubChat, picture: UInt8Array, question: str, language: CaptionLanguage, count: int
) -> tuple[Guess, ...]:
    """Answer one question in a few words, best first."""
    asked = Prompt(answer_prompt(chat.plain(question), language), pictures=(picture,))
    shares: dict[str, float] = {}
    if is_closed(question, language):
        shares = chat.first_words(asked, YES_NO[language])
        scale = sum(shares.values()) or 1.0
    else:
        beams = _options(Sampling(count=count))
        for one in run_through(chat.write(asked, ANSWER_TOKENS, beams)):
            text = plain_answer(chat.text(one.ids), language)
            if text and math.isfinite(one.log_probability):
                shares[text] = shares.get(text, 0.0) + math.exp(one.log_probability)
        scale = max(sum(shares.values()), 1.0)
    found = [Guess(text, share / scale) for text, share in shares.items()]
    return tuple(sorted(found, key=lambda guess: -guess.probability)[:count])


def evidence_prompt(chat: HubChat, question: str, language: CaptionLanguage, material: Material) -> Prompt:
    """Put evidence and question into one prompt; sound goes in as sound where the model can hear it.

    Args:
        chat: makes texts from outside plain.
        question: as the user wrote it.
        language: of it and of the answer.
        material: the evidence; what is beyond the bounds is left out.
    """
    audible = [sound.waveform for sound in material.sounds if sound.waveform is not None and len(sound.waveform)]
    unspoken = [sound_line(sound.span, chat.plain(sound.name)) for sound in material.sounds]
    text = material_prompt(chat.plain(question), language, chat.plain_material(material), unspoken)
    pictures = tuple(_picture(picture) for picture in material.pictures[:MOST_PICTURES])
    return Prompt(text, pictures, tuple(audible[:MOST_SOUNDS]) if chat.hears else ())


def _picture(encoding: Encoding) -> UInt8Array:
    assert encoding.pictures, "the hub's backbone leaves a small copy of every picture in its encoding"
    return encoding.pictures[0]


def _options(sampling: Sampling) -> dict[str, Any]:
    """Return the options of a search within bounds: beams, or draws from the most probable words."""
    count = min(max(sampling.count, 1), MOST_CANDIDATES)
    if sampling.nucleus is None:
        return {"do_sample": False, "num_beams": count, "num_return_sequences": count}
    temperature = min(max(sampling.temperature, LEAST_TEMPERATURE), HIGHEST_TEMPERATURE)
    return {
        "do_sample": True,
        "num_beams": 1,
        "num_return_sequences": count,
        "top_p": min(max(sampling.nucleus, 0.05), 1.0),
        "top_k": 0,
        "temperature": temperature,
        "seed": sampling.seed,
    }
