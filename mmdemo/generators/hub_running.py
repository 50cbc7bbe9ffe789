"""One run of a network of the hub: text as it comes, an end within one token, and what each text's tokens are worth."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # importing torch takes seconds
    import torch

Tokens = tuple[int, ...]


@dataclass(frozen=True)
class WrittenTokens:
    """One text as a network wrote it."""

    ids: Tokens  # without prompt, end and padding
    log_probability: float  # of all its tokens together, natural logarithm
    ended: bool  # False: it was cut at the bound of its length


class TokenLog:
    """Follows a run token by token: adds up log-probabilities, tells what stands there, and ends the run when asked.

    Adding up on the way needs the scores of one step only; transformers' own record keeps those of all steps, which at
    262,144 words are 840 MB for five beams of 160 tokens.

    Args:
        prompt_tokens: length of the prompt.
        told: called with the tokens of the leading text after every step.
    """

    def __init__(self, prompt_tokens: int, told: Callable[[Tokens], None]) -> None:
        self._prompt_tokens = prompt_tokens
        self._told = told
        self._totals: dict[Tokens, float] = {(): 0.0}
        self._rows: dict[Tokens, int] = {}
        self._scores: torch.Tensor | None = None  # [rows, V] of the step before
        self.stop = threading.Event()

    def before_choice(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Note what each next token is worth; a logits processor that changes nothing.

        Args:
            ids: [rows, L] so far.
            scores: [rows, V] of the next token.
        """
        self._scores = scores.log_softmax(dim=-1)
        self._rows = {tuple(row): place for place, row in enumerate(ids[:, self._prompt_tokens :].tolist())}
        return scores

    def after_choice(self, ids: torch.Tensor, scores: object, **options: object) -> torch.Tensor:
        """Add up what was chosen and say which rows are to end; a stopping criterion.

        Args:
            ids: [rows, L + 1] with the chosen tokens; beam search shows more rows than it keeps, the best first.
            scores: not used.
            options: not used.

        Returns:
            [rows] all True once the run is to stop.
        """
        import torch

        assert self._scores is not None, "a token is chosen from scores"
        chosen = [tuple(row) for row in ids[:, self._prompt_tokens :].tolist()]
        for own in chosen:
            row = self._rows.get(own[:-1])
            if row is not None:
                self._totals[own] = self._totals[own[:-1]] + float(self._scores[row, own[-1]])
        self._told(chosen[0])
        return torch.full((len(chosen),), self.stop.is_set(), dtype=torch.bool, device=ids.device)

    def written(self, row: Sequence[int], ends: frozenset[int], padding: int) -> WrittenTokens:
        """Describe one sequence that the run returned.

        Args:
            row: its tokens behind the prompt.
            ends: tokens that end a text.
            padding: token behind the end.
        """
        ids: list[int] = []
        ended = False
        for token in row:
            ended = token in ends or (token == padding and bool(ids))
            if ended:
                break
            ids.append(token)
        return WrittenTokens(tuple(ids), self._totals.get(tuple(ids), float("-inf")), ended)


def run_network(
    network: Any, inputs: Any, options: dict[str, Any], lock: threading.RLock
) -> Generator[Tokens, None, list[WrittenTokens]]:
    """Let a network write, in a thread, and pass on what stands there after every token.

    Args:
        network: with ``generate``.
        inputs: of the processor, on the network's device, one prompt.
        options: for ``generate``.
        lock: held while it runs.

    Yields:
        The tokens of the leading text. Closing the generator ends the run within one token and waits for that.

    Returns:
        The texts, in the order of ``generate``.

    Raises:
        Exception: whatever the network raises.
    """
    news: SimpleQueue[Tokens | BaseException | list[WrittenTokens]] = SimpleQueue()
    log = TokenLog(inputs["input_ids"].shape[1], news.put)

    def run() -> None:
        try:
            news.put(_generate(network, inputs, dict(options), lock, log))
        except BaseException as error:
            news.put(error)

    worker = threading.Thread(target=run, name="mmdemo-writing", daemon=True)
    worker.start()
    try:
        while True:
            found = news.get()
            if isinstance(found, BaseException):
                raise found
            if isinstance(found, list):
                return found
            yield found
    finally:
        log.stop.set()
        worker.join()


def _generate(
    network: Any, inputs: Any, options: dict[str, Any], lock: threading.RLock, log: TokenLog
) -> list[WrittenTokens]:
    import torch

    seed = options.pop("seed", 0)
    devices = [network.device] if network.device.type == "cuda" else []
    with lock, torch.inference_mode(), torch.random.fork_rng(devices):
        if log.stop.is_set():  # stopped while others held the lock
            return []
        torch.manual_seed(seed)
        sequences = network.generate(
            **inputs, **options, logits_processor=[log.before_choice], stopping_criteria=[log.after_choice]
        )
    found = network.generation_config
    ends = found.eos_token_id if isinstance(found.eos_token_id, list) else [found.eos_token_id]
    known = frozenset(token for token in ends if token is not None)
    padding = found.pad_token_id if found.pad_token_id is not None else -1
    behind = sequences[:, inputs["input_ids"].shape[1] :].tolist()
    return [log.written(row, known, padding) for row in behind]
