"""A chat model in memory: prompts go in through its chat template alone, texts come out token by token."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmdemo.generators.base import Material
from mmdemo.generators.hub_texts import SPELLINGS, plain_text
from mmdemo.hub.catalogue import HubModel
from mmdemo.types import SAMPLE_RATE, Float32Array, UInt8Array

if TYPE_CHECKING:
    from mmdemo.generators.hub_running import WrittenTokens

CPU_IMAGE_OPTIONS = {"max_soft_tokens": 70, "do_image_splitting": False}
"""Fewer tokens of a picture, for image processors that let one choose: Gemma's 70 in place of 280, and SmolVLM's whole
picture without its 16 close-ups. What that costs in quality was not measured."""
MOST_SOUND_SECONDS = 30
"""Gemma 4 hears no more."""


@dataclass(frozen=True, eq=False)
class Prompt:
    """One turn of a user."""

    text: str
    pictures: tuple[UInt8Array, ...] = ()  # each [H, W, 3] RGB
    sounds: tuple[Float32Array, ...] = ()  # each [N] mono at 16 kHz


class HubChat:
    """A network with its processor.

    Args:
        network: in evaluation mode, on the device.
        processor: see `mmdemo.generators.hub_processor.load_processor`.
        model: for the sentences.
        folder: of the model, likewise.
        lock: held while the network runs.
    """

    def __init__(self, network: Any, processor: Any, model: HubModel, folder: Path, lock: threading.RLock) -> None:
        from mmdemo.generators.hub_processor import control_tokens

        self.network = network
        self.processor = processor
        self._model = model
        self._folder = folder
        self._lock = lock
        self._controls = control_tokens(processor)

    @classmethod
    def load(cls, model: HubModel, folder: Path, device: str, lock: threading.RLock) -> HubChat:
        """Load a model from its folder.

        Args:
            model: for the sentences.
            folder: as `mmdemo.hub.download.download` returned it.
            device: ``cpu`` or ``cuda``.
            lock: held while the network runs.

        Raises:
            HubError: one sentence for what went wrong.
        """
        import transformers

        from mmdemo.generators.hub_processor import load_processor
        from mmdemo.hub.loading import load_model

        processor = load_processor(model, folder)
        network = load_model(transformers.AutoModelForMultimodalLM, model, folder, device)
        return cls(network, processor, model, folder, lock)

    @property
    def hears(self) -> bool:
        """Whether the model takes sound."""
        return getattr(self.processor, "feature_extractor", None) is not None

    def plain(self, text: str) -> str:
        """Return a text from outside as words of one line (see `mmdemo.generators.hub_texts.plain_text`)."""
        return plain_text(text, self._controls)

    def plain_material(self, material: Material) -> Material:
        """Do the same with every passage of some evidence."""
        passages = tuple(replace(passage, text=self.plain(passage.text)) for passage in material.passages)
        return replace(material, passages=passages)

    def text(self, ids: Sequence[int]) -> str:
        """Return what tokens say, without control tokens and control characters."""
        decoded = self.processor.tokenizer.decode(list(ids), skip_special_tokens=True)
        return "".join(letter for letter in decoded if letter == "\n" or letter.isprintable()).strip()

    def inputs(self, prompt: Prompt) -> Any:
        """Return the inputs of the network for a prompt, on its device and in its number format.

        Args:
            prompt: texts from outside in it are plain.
        """
        import PIL.Image

        sounds = [{"type": "audio", "audio": sound[: MOST_SOUND_SECONDS * SAMPLE_RATE]} for sound in prompt.sounds]
        pictures = [{"type": "image", "image": PIL.Image.fromarray(pixels)} for pixels in prompt.pictures]
        # Gemma 4 wants sound before text; SmolVLM's template looks if a picture stands first.
        content = [*sounds, *pictures, {"type": "text", "text": prompt.text}]
        found = self.processor.apply_chat_template(
            [{"role": "user", "content": content}],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            processor_kwargs=self._picture_options() if pictures else None,
        )
        return found.to(device=self.network.device, dtype=self.network.dtype)

    def _picture_options(self) -> dict[str, Any] | None:
        known = self.processor.image_processor
        own = {name: value for name, value in CPU_IMAGE_OPTIONS.items() if hasattr(known, name)}
        return {"images_kwargs": own} if own and self.network.device.type == "cpu" else None

    def write(
        self, prompt: Prompt, most_tokens: int, options: dict[str, Any]
    ) -> Generator[str, None, list[WrittenTokens]]:
        """Answer a prompt.

        Args:
            prompt: texts from outside in it are plain.
            most_tokens: bound of the reply.
            options: of ``generate``; ``seed`` is that of a draw.

        Yields:
            What stands there so far, after every token that changes it; closing stops within one token.

        Returns:
            The replies, best first.

        Raises:
            HubError: one sentence for what went wrong, such as a lack of memory.
        """
        from mmdemo.generators.hub_running import run_network
        from mmdemo.hub.failures import loading_failures

        bounded = {**options, "max_new_tokens": most_tokens}
        shown = ""
        with loading_failures(self._model, self._folder):
            with closing(run_network(self.network, self.inputs(prompt), bounded, self._lock)) as steps:
                while True:
                    try:
                        ids = next(steps)
                    except StopIteration as ended:
                        found: list[WrittenTokens] = ended.value
                        return found
                    text = self.text(ids)
                    if text != shown and not text.endswith("\ufffd"):  # which stands for the first bytes of a character
                        shown = text
                        yield text

    def first_words(self, prompt: Prompt, words: Sequence[str]) -> dict[str, float]:
        """Return how probable it is that a reply begins as each of some words, by its first token.

        Args:
            prompt: see `write`.
            words: of `mmdemo.generators.hub_texts.SPELLINGS`.

        Returns:
            Probabilities; they do not add up to 1, as a reply may begin otherwise.
        """
        import torch

        from mmdemo.hub.failures import loading_failures

        with loading_failures(self._model, self._folder), self._lock, torch.inference_mode():
            logits = self.network(**self.inputs(prompt), logits_to_keep=1).logits[0, -1]  # [V]
            shares = logits.float().softmax(dim=-1)
        return {word: float(shares[ids].sum()) for word, ids in self._beginnings(words).items()}

    def _beginnings(self, words: Sequence[str]) -> dict[str, list[int]]:
        """Return the tokens that a reply may begin with when it means a word, and none of the others."""
        encode = self.processor.tokenizer.encode
        found = {
            word: {encode(spelling, add_special_tokens=False)[0] for spelling in SPELLINGS[word]} for word in words
        }
        return {
            word: sorted(own - set().union(*(found[other] for other in words if other != word)))
            for word, own in found.items()
        }
