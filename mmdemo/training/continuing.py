"""Lets trained heads go on learning from a user's own pairs of file and caption (incremental learning)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from mmdemo.backbone.chinese_text import CharacterTokenizer, is_chinese
from mmdemo.backbone.head_files import read_config, read_head
from mmdemo.backbone.heads import ImageHead, TextHead, build_heads
from mmdemo.config import settings
from mmdemo.evaluation.retrieval_metrics import ranks, recall
from mmdemo.media import load_audio, load_image
from mmdemo.training.assembly import save_heads
from mmdemo.training.chinese import ChineseData, chinese_objective, embed_ids
from mmdemo.training.features import content_key, picture_features
from mmdemo.training.followers import Follower, train_follower
from mmdemo.training.image_text import Curve, JoinedMember, train_member
from mmdemo.training.loop import Schedule
from mmdemo.training.own_pairs import CaptionedFile, read_pairs
from mmdemo.training.pair_data import PairData
from mmdemo.training.sounds import SoundData, audio_objective, embed_sounds
from mmdemo.training.sources import Towers, load_towers, text_features
from mmdemo.training.speech_data import Clip, encode_clips, without_silence
from mmdemo.training.stages import is_held_out, picture_vectors, subset, text_vectors
from mmdemo.types import Float32Array, UInt8Array
from mmdemo.verified_files import file_sha256

SCHEDULE = Schedule(epochs=6, batch_size=64, learning_rate=1e-4, weight_decay=0.01, dropout=0.1, patience=3)
"""Slow and short: the heads should learn the new without losing the old."""
LEAST_FOR_VALIDATION = 20


def load_heads(folder: Path, dropout: float) -> tuple[dict[str, nn.Module], dict[str, object]]:
    """Load heads to be trained further, with their config.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: a file is damaged or does not fit its config.
    """
    from mmdemo.backbone.joint_space import JointSpace

    JointSpace.load(folder)  # says what is wrong, if anything is
    config = read_config(folder)
    heads = build_heads(config, dropout)
    for name, head in heads.items():
        head.load_state_dict(read_head(folder, name))
    return heads, config


def continue_on_pairs(table: Path, source: Path, out: Path, views: int, epochs: int | None, seed: int) -> None:
    """Train heads further on a user's pairs and write them.

    Pictures with English captions move the image and English heads; Chinese captions then move the Chinese encoder and
    sounds the audio head, towards where the others stand.

    Args:
        table: see `read_pairs`.
        source: folder of the heads to start from.
        out: folder of the new ones.
        views: of each picture.
        epochs: None = 6.
        seed: of every choice.

    Raises:
        FileMissing: a file is not there.
        EmptyText: a caption is missing.
        WeightsError: the heads cannot be read or written.
    """
    pairs = read_pairs(table)
    schedule = SCHEDULE if epochs is None else replace(SCHEDULE, epochs=epochs)
    heads, config = load_heads(source, schedule.dropout)
    towers = load_towers(settings())
    pictures = [pair for pair in pairs if pair.is_picture]
    sounds = [pair for pair in pairs if not pair.is_picture]
    curves: dict[str, list[dict[str, object]]] = {}
    if pictures:
        curves |= _learn_pictures(pictures, heads, config, towers, views, schedule, seed, out)
    if sounds:
        curves |= _learn_sounds(sounds, heads, towers, schedule, seed, out)
    for head in heads.values():
        head.eval()
    recipe = {
        "continued_from": read_config(source)["model_id"],
        "pairs": file_sha256(table),
        "seed": seed,
        "schedule": asdict(schedule),
    }
    save_heads(out, config, heads, recipe, curves)
    print(f"heads written to {out}")


def _learn_pictures(
    files: Sequence[CaptionedFile],
    heads: dict[str, nn.Module],
    config: dict[str, object],
    towers: Towers,
    views: int,
    schedule: Schedule,
    seed: int,
    out: Path,
) -> dict[str, list[dict[str, object]]]:
    from mmdemo.training.assembly import compressed

    def decode(first: int) -> Iterator[UInt8Array]:
        for file in files[first:]:
            yield load_image(file.path, settings().limits).pixels

    key = content_key(*(file_sha256(file.path) for file in files))
    compress = heads["image"].compress
    assert isinstance(compress, nn.Linear)
    tokens = [
        compressed(picture_features(towers.image, towers.cache, key, len(files), decode, view), compress)
        for view in range(views)
    ]
    english = [[caption for caption in file.captions if not is_chinese(caption)] for file in files]
    flat = [caption for own in english for caption in own]
    curves: dict[str, list[dict[str, object]]] = {}
    with_english = [i for i, own in enumerate(english) if own]
    if with_english:
        ends = np.cumsum([len(own) for own in english])
        positions = [list(range(end - len(own), end)) for end, own in zip(ends, english, strict=True)]
        data = PairData(tokens, text_features(flat, towers), positions)
        train, validation = (subset(data, sorted(part)) for part in _examples(with_english, files))
        image, text_head = heads["image"], heads["english"]
        assert isinstance(image, ImageHead) and isinstance(text_head, TextHead)
        member = JoinedMember(image, text_head)
        found = train_member(
            member, train, validation, schedule, seed, out / "checkpoints" / "pairs.pt", False, report=_print_curve
        )
        curves["pairs"] = [asdict(curve) for curve in found]
    chinese = [[caption for caption in file.captions if is_chinese(caption)] for file in files]
    if any(chinese):
        vectors = picture_vectors(heads["image"].eval(), tokens[0])  # type: ignore[arg-type]
        curves["chinese"] = _learn_chinese(chinese, files, vectors, heads["chinese"], config, schedule, seed, out)
    return curves


def _examples(usable: Sequence[int], files: Sequence[CaptionedFile]) -> tuple[frozenset[int], frozenset[int]]:
    """Keep some files for validation when there are enough; else all are used for both."""
    held = frozenset(i for i in usable if is_held_out(files[i].path.name))
    if len(usable) < LEAST_FOR_VALIDATION or not held:
        return frozenset(usable), frozenset(usable)
    return frozenset(usable) - held, held


def _print_curve(curve: Curve) -> None:
    print(f"epoch {curve.epoch}  loss {curve.loss:.3f}  image→text R@1 {curve.image_to_text_r1:.1f}", flush=True)


def _learn_chinese(
    captions: Sequence[Sequence[str]],
    files: Sequence[CaptionedFile],
    pictures: Float32Array,
    head: nn.Module,
    config: dict[str, object],
    schedule: Schedule,
    seed: int,
    out: Path,
) -> list[dict[str, object]]:
    texts = [text for own in captions for text in own]
    owners = torch.tensor([i for i, own in enumerate(captions) for _ in own])
    characters = config["chinese"]["characters"]  # type: ignore[index]
    vectors = torch.from_numpy(pictures)
    ids = CharacterTokenizer(characters).ids(texts)
    data = ChineseData(ids, owners, vectors[owners], vectors)
    follower = Follower(head)
    objective = chinese_objective(follower, data, schedule.smoothing)
    path = out / "checkpoints" / "chinese.pt"
    learned, held = _examples([i for i, own in enumerate(captions) if own], files)
    places = {part: torch.tensor([j for j, i in enumerate(owners.tolist()) if i in part]) for part in (learned, held)}

    def score(trained: nn.Module) -> float:
        found = embed_ids(trained, ids[places[held]]) @ pictures.T  # [M, N]
        return recall(ranks(found, owners[places[held]].numpy()[:, None] == np.arange(len(pictures)))).r1

    found = train_follower(follower, places[learned], objective, score, schedule, seed, path, False)
    return [asdict(curve) for curve in found]


def _learn_sounds(
    files: Sequence[CaptionedFile],
    heads: dict[str, nn.Module],
    towers: Towers,
    schedule: Schedule,
    seed: int,
    out: Path,
) -> dict[str, list[dict[str, object]]]:
    clips = [
        Clip(without_silence(load_audio(file.path, settings().limits).waveform), file.captions, str(i))
        for i, file in enumerate(files)
    ]
    wording = [caption for file in files for caption in file.captions]
    vectors = text_vectors(heads["english"].eval(), text_features(wording, towers), range(len(wording)))  # type: ignore[arg-type]
    targets = list(torch.from_numpy(vectors).split([len(file.captions) for file in files]))
    tokens = [row.astype(np.float16) for row in encode_clips(clips, towers.audio, seed)]
    data = SoundData(tokens, targets, torch.arange(len(files)), [False] * len(files))
    follower = Follower(heads["audio"])
    objective = audio_objective(follower, data, torch.from_numpy(vectors), schedule.smoothing)
    path = out / "checkpoints" / "audio.pt"
    learned, held = _examples(range(len(files)), files)
    owners = np.repeat(np.arange(len(files)), [len(file.captions) for file in files])

    def score(trained: nn.Module) -> float:
        heard = sorted(held)
        found = embed_sounds(trained, [tokens[i] for i in heard]) @ vectors.T  # [H, M]
        return recall(ranks(found, np.array(heard)[:, None] == owners)).r1

    found = train_follower(follower, torch.tensor(sorted(learned)), objective, score, schedule, seed, path, False)
    return {"audio": [asdict(curve) for curve in found]}
