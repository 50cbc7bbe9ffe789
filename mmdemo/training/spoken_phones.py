"""Trains the reader of phones (see `mmdemo.backbone.spoken_phones`).

``python -m mmdemo.training.spoken_phones --data ../shared/data --out assets/weights/spoken-phones`` lets espeak-ng read
in many voices and languages, encodes that (kept in ``--work``, so that a run that was stopped goes on from there) and
fits a small network. Where words begin and end is known; which of their phones is spoken when is divided evenly at
first and then, twice, as the network hears it. Every twelfth recording is held out and decides which weights are kept.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from mmdemo.backbone.spoken_phones import (
    FRAMES_A_TOKEN,
    PHONES,
    SHIPPED_FOLDER,
    SPOKEN_PHONES,
    TOWER_ID,
    PhoneReader,
)
from mmdemo.runtime import models
from mmdemo.training.small_weights import save_arrays
from mmdemo.training.spoken_phone_data import DataRecipe, SpokenRecording, recordings
from mmdemo.training.spoken_phone_labels import UNKNOWN, evenly, heard
from mmdemo.training.spoken_phone_texts import reading_matter
from mmdemo.training.spoken_scenes import Scenes

LEAST_DEVIATION = 1e-3
HELD_OUT_EVERY = 12
STATISTICS_EVERY = 7  # tokens


@dataclass(frozen=True)
class FitRecipe:
    """How the network is trained."""

    hidden: int = 192
    units: int = 96
    dropped: float = 0.3
    stretches: int = 64  # of a batch
    stretch_tokens: int = 100
    rate: float = 3e-3
    decay: float = 0.05
    rounds: tuple[int, ...] = (3, 3, 14)  # passes over the data; labels are made anew between two rounds
    seed: int = 0


@dataclass(frozen=True)
class Figures:
    """How well frames of held-out recordings are told."""

    round: int
    training_loss: float
    loss: float
    right: float  # share of the frames
    right_spoken: float  # of those that are not silent


class PhoneNetwork(nn.Module):
    """The network of `PhoneReader`, to be trained.

    Args:
        width: of the tokens.
        recipe: its sizes.
    """

    def __init__(self, width: int, recipe: FitRecipe) -> None:
        super().__init__()
        self.hidden = nn.Linear(width, recipe.hidden)
        self.halves = nn.Linear(recipe.hidden, FRAMES_A_TOKEN * recipe.units)
        self.beside = nn.Conv1d(recipe.units, recipe.units, 3, padding=1)
        self.output = nn.Linear(recipe.units, len(PHONES))
        self.dropped = nn.Dropout(recipe.dropped)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return [B, 2T, P] scores of scaled tokens [B, T, W]."""
        hidden = torch.relu(self.hidden(self.dropped(tokens)))  # [B, T, H]
        frames = torch.relu(self.halves(hidden).reshape(len(tokens), FRAMES_A_TOKEN * tokens.shape[1], -1))
        near = self.beside(self.dropped(frames).transpose(1, 2)).transpose(1, 2)  # [B, 2T, U]
        found: torch.Tensor = self.output(frames + torch.relu(near))
        return found


class Fit:
    """Training in progress.

    Args:
        found: all recordings.
        recipe: how.
    """

    def __init__(self, found: Sequence[SpokenRecording], recipe: FitRecipe) -> None:
        torch.manual_seed(recipe.seed)
        self.found, self.recipe = found, recipe
        self.random = np.random.default_rng(recipe.seed)
        self.training = [i for i in range(len(found)) if i % HELD_OUT_EVERY != HELD_OUT_EVERY - 1]
        self.held_out = [i for i in range(len(found)) if i % HELD_OUT_EVERY == HELD_OUT_EVERY - 1]
        some = np.concatenate([one.tokens[one.known][::STATISTICS_EVERY] for one in found]).astype(np.float32)
        self.mean, self.deviation = some.mean(axis=0), some.std(axis=0) + LEAST_DEVIATION
        self.labels = [evenly(one) for one in found]
        self.network = PhoneNetwork(some.shape[1], recipe)
        self.steps = max(
            sum(len(found[i].tokens) for i in self.training) // (recipe.stretches * recipe.stretch_tokens), 1
        )
        self.optimiser = torch.optim.AdamW(self.network.parameters(), recipe.rate, weight_decay=recipe.decay)
        total = self.steps * sum(recipe.rounds) + 1
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser, recipe.rate, total_steps=total, pct_start=0.1
        )

    def run(self) -> tuple[PhoneReader, list[Figures]]:
        """Train all rounds; returns the weights of the last round's lowest loss, and the figures of each pass."""
        curve: list[Figures] = []
        best = self.reader()
        for number, passes in enumerate(self.recipe.rounds):
            if number:
                reader = self.reader()
                self.labels = [heard(one, reader.log_probabilities(one.tokens)) for one in self.found]
            for _ in range(passes):
                loss = self._pass()
                curve.append(self._figures(number, loss))
                print(json.dumps(asdict(curve[-1])), file=sys.stderr)
                of_round = [figures.loss for figures in curve if figures.round == number]
                if of_round[-1] == min(of_round):
                    best = self.reader()
        return best, curve

    def _pass(self) -> float:
        self.network.train()
        losses = []
        for _ in range(self.steps):
            tokens, labels = self._batch()
            loss = functional.cross_entropy(self.network(tokens).flatten(0, 1), labels.flatten(), ignore_index=UNKNOWN)
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            self.schedule.step()
            losses.append(loss.item())
        return float(np.mean(losses))

    def _batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        length = self.recipe.stretch_tokens
        tokens, labels = [], []
        for i in self.random.choice(self.training, self.recipe.stretches):
            first = int(self.random.integers(0, max(len(self.found[i].tokens) - length, 0) + 1))
            tokens.append(self.found[i].tokens[first : first + length])
            labels.append(self.labels[i][FRAMES_A_TOKEN * first : FRAMES_A_TOKEN * (first + length)])
        scaled = (np.stack(tokens).astype(np.float32) - self.mean) / self.deviation  # [B, T, W]
        return torch.from_numpy(scaled), torch.from_numpy(np.stack(labels))

    def _figures(self, number: int, training_loss: float) -> Figures:
        reader = self.reader()
        right: list[np.ndarray] = []
        spoken: list[np.ndarray] = []
        losses: list[np.ndarray] = []
        for i in self.held_out:
            labels = self.labels[i]
            known = labels != UNKNOWN
            found = reader.log_probabilities(self.found[i].tokens)[known]
            right.append(found.argmax(axis=1) == labels[known])
            spoken.append(labels[known] != 0)
            losses.append(-found[np.arange(len(found)), labels[known]])
        flags, words = np.concatenate(right), np.concatenate(spoken)
        return Figures(
            number, training_loss, float(np.concatenate(losses).mean()), float(flags.mean()), float(flags[words].mean())
        )

    def reader(self) -> PhoneReader:
        """Return the network as it is now."""
        self.network.eval()
        state = {name: value.detach().numpy().copy() for name, value in self.network.state_dict().items()}
        labels = np.concatenate([self.labels[i] for i in self.training])
        counts = np.bincount(labels[labels != UNKNOWN], minlength=len(PHONES)) + 1.0
        beside = state["beside.weight"].transpose(2, 1, 0)  # [3, U in, U out]
        return PhoneReader(
            mean=self.mean,
            deviation=self.deviation,
            hidden=np.ascontiguousarray(state["hidden.weight"].T),
            hidden_offsets=state["hidden.bias"],
            halves=np.ascontiguousarray(state["halves.weight"].T),
            halves_offsets=state["halves.bias"],
            beside=np.ascontiguousarray(beside.reshape(-1, beside.shape[2])),
            beside_offsets=state["beside.bias"],
            output=np.ascontiguousarray(state["output.weight"].T),
            output_offsets=state["output.bias"],
            frequency=(counts / counts.sum()).astype(np.float32),
        )


def save(reader: PhoneReader, folder: Path, recipe: dict[str, object], curve: Sequence[Figures]) -> dict[str, object]:
    """Write weights, matrices in 16 bits, and what they were made from (see `save_arrays`)."""
    arrays = {name: array.astype(np.float16) if array.ndim == 2 else array for name, array in vars(reader).items()}
    config = {"format": 1, "tower": TOWER_ID, "width": len(reader.mean), "phones": PHONES}
    return save_arrays(folder, SPOKEN_PHONES, arrays, config, recipe, curve)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train as the command line asks; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("runs/spoken-phones"), help="where recordings are kept")
    parser.add_argument("--out", type=Path, default=SHIPPED_FOLDER)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    started, loaded = time.perf_counter(), models()
    data, recipe, matter = DataRecipe(), FitRecipe(seed=options.seed), reading_matter(options.data)
    scenery = Scenes(matter.captions, loaded.separator)
    found: list[SpokenRecording] = []
    for one in recordings(matter, data, loaded.backbone, scenery, options.work):
        found.append(one)
        print(f"{len(found)} of {data.recordings + data.loose_words} recordings", file=sys.stderr)
    reader, curve = Fit(found, recipe).run()
    best = min((figures for figures in curve if figures.round == curve[-1].round), key=lambda figures: figures.loss)
    described: dict[str, object] = {
        "data": {**asdict(data), "hash": data.digest(matter), "tokens": sum(len(one.tokens) for one in found)},
        "fit": asdict(recipe),
        "held out": asdict(best),
        "seconds": round(time.perf_counter() - started),
    }
    config = save(reader, options.out, described, curve)
    print(json.dumps({"model_id": config["model_id"], **asdict(best)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
