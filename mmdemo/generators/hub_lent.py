"""A chat model on the GPU that ZeroGPU lends for single calls; only its processor is in this process."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmdemo.generators.hub_chat import HubChat, Prompt
from mmdemo.hub.catalogue import HubModel
from mmdemo.zero_gpu import LENT_DEVICE, Recipe, lend, lend_steps

if TYPE_CHECKING:
    from mmdemo.generators.hub_running import WrittenTokens


class LentChat(HubChat):
    """Reads and writes texts here, and runs the network there.

    Args:
        model: for the sentences.
        folder: as `mmdemo.hub.download.download` returned it.
        lock: of the models in this process.

    Raises:
        HubError: one sentence for what its processor lacks.
    """

    def __init__(self, model: HubModel, folder: Path, lock: threading.RLock) -> None:
        from mmdemo.generators.hub_processor import load_processor

        super().__init__(None, load_processor(model, folder), model, folder, lock)
        self._recipe = Recipe(_load, (model, folder, LENT_DEVICE))

    def write(
        self, prompt: Prompt, most_tokens: int, options: dict[str, Any]
    ) -> Generator[str, None, list[WrittenTokens]]:
        """Answer a prompt there (see `HubChat.write`)."""
        found: list[WrittenTokens] = yield from lend_steps(self._recipe, HubChat.write, prompt, most_tokens, options)
        return found

    def first_words(self, prompt: Prompt, words: Sequence[str]) -> dict[str, float]:
        """Look at the first token there (see `HubChat.first_words`)."""
        found: dict[str, float] = lend(self._recipe, HubChat.first_words, prompt, tuple(words))
        return found


def _load(model: HubModel, folder: Path, device: str) -> HubChat:
    return HubChat.load(model, folder, device, threading.RLock())
