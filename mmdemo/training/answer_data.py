"""From a data folder to what the answering network learns from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from mmdemo.backbone.joint_space import JointSpace
from mmdemo.detection.detector import ThingDetector
from mmdemo.evaluation.caption_data import archive_names, archive_pictures
from mmdemo.evaluation.qa_questions import IMAGES_FILE
from mmdemo.generators.decoder_network import PromptedDecoder
from mmdemo.generators.tokenizer import plain
from mmdemo.training.answer_batches import PictureTable
from mmdemo.training.assembly import compressed
from mmdemo.training.features import Float16Array, archive_key, content_key, picture_features
from mmdemo.training.question_captions import caption_asks, neighbours
from mmdemo.training.question_facts import PictureFacts, chinese_facts, english_facts
from mmdemo.training.question_open import Ask
from mmdemo.training.sources import Towers, split_captions, split_views
from mmdemo.training.stages import HELD_OUT_PICTURES, is_held_out
from mmdemo.training.thing_features import archive_things
from mmdemo.verified_files import disk_errors, ensure_folder

EMBEDDED_TOGETHER = 64


@dataclass(frozen=True, eq=False)
class CaptionAsks:
    """What can be asked about captioned pictures."""

    learned: list[Ask]
    held_out: list[Ask]


def picture_table(
    grids: Sequence[Float16Array], names: Sequence[str], decoder: PromptedDecoder, towers: Towers, space: JointSpace
) -> PictureTable:
    """Bring pictures into the form that the network reads.

    Args:
        grids: V views of [N, 81, 1280]; embeddings are of the first.
        names: N file names.
        decoder: with the compression.
        towers: with the image tower's classifier.
        space: the joint space.
    """
    parts = [
        space.embed_images(np.asarray(grids[0][start : start + EMBEDDED_TOGETHER], np.float32))
        for start in range(0, len(grids[0]), EMBEDDED_TOGETHER)
    ]
    return PictureTable(
        [compressed(grid, decoder.compress) for grid in grids],
        [class_logits(grid, towers).half() for grid in grids],
        torch.from_numpy(np.concatenate(parts)).float(),
        tuple(names),
    )


def class_logits(grid: Float16Array, towers: Towers) -> torch.Tensor:
    """Run the tower's own classifier on stored tokens [N, 81, 1280]; returns [N, K]."""
    parts = [towers.image.classify(grid[start : start + 256].astype(np.float32)) for start in range(0, len(grid), 256)]
    return torch.from_numpy(np.concatenate(parts))


def kept_table(path: Path, make: Callable[[], PictureTable]) -> PictureTable:
    """Return a table from the cache, made and kept there on the first call."""
    if path.is_file():
        stored = torch.load(path, weights_only=True, mmap=True)
        return PictureTable(stored["views"], stored["logits"], stored["embeddings"], tuple(stored["names"]))
    table = make()
    ensure_folder(path.parent)
    with disk_errors(path.parent, sum(view.nbytes for view in table.views)):
        partial = path.with_suffix(".partial")
        torch.save({**vars(table), "names": list(table.names)}, partial)
        partial.replace(path)
    return table


def _key(archive: Path, views: int, decoder: PromptedDecoder, space: JointSpace) -> str:
    compression = hashlib.sha256(decoder.compress.weight.detach().cpu().numpy().tobytes()).hexdigest()
    return content_key(archive_key(archive), views, compression, space.model_id)


def asked_pictures(
    folder: Path,
    views: int,
    decoder: PromptedDecoder,
    towers: Towers,
    space: JointSpace,
    detector: ThingDetector,
) -> PictureTable:
    """Read the pictures that people asked about.

    Args:
        folder: holds ``images.tar``.
        views: of each.
        decoder: with the compression.
        towers: with the cache of features.
        space: the joint space.
        detector: finds the things.
    """
    archive = folder / IMAGES_FILE

    def make() -> PictureTable:
        names, key = archive_names(archive), archive_key(archive)
        grids = [
            picture_features(
                towers.image, towers.cache, key, len(names), lambda first: archive_pictures(archive, first), view
            )
            for view in range(views)
        ]
        return picture_table(grids, names, decoder, towers, space)

    table = kept_table(towers.cache / f"answers-{_key(archive, views, decoder, space)}.pt", make)
    return replace(table, things=archive_things(archive, detector, towers.cache))


def captioned_table(
    flickr: Path,
    split: str,
    views: int,
    decoder: PromptedDecoder,
    towers: Towers,
    space: JointSpace,
    detector: ThingDetector,
) -> PictureTable:
    """Read the pictures of a split that have captions."""
    archive = flickr / f"{split}.tar"

    def make() -> PictureTable:
        return picture_table(split_views(flickr, split, views, towers), archive_names(archive), decoder, towers, space)

    table = kept_table(towers.cache / f"answers-{_key(archive, views, decoder, space)}.pt", make)
    return replace(table, things=archive_things(archive, detector, towers.cache))


def picture_facts(flickr: Path, split: str, sources: Sequence[str]) -> list[PictureFacts]:
    """Read what the captions of a split say, picture by picture.

    Args:
        flickr: holds the tables.
        split: such as ``train``.
        sources: ``en``, ``zh`` or both; then what either says is true.
    """
    readers = {"en": english_facts, "zh": chinese_facts}
    read = [
        [
            readers[source]([plain(text, source) for text in captions])
            for captions in split_captions(flickr, source, split)
        ]
        for source in sources
    ]
    facts = read[0]
    for other in read[1:]:
        for own, more in zip(facts, other, strict=True):
            own.merge(more)
    return facts


def captioned_asks(facts: Sequence[PictureFacts], table: PictureTable, seed: int) -> CaptionAsks:
    """Make the questions out of captions, and keep those about some pictures back."""
    near = neighbours(table.embeddings.numpy())
    asks = caption_asks(facts, near, np.random.default_rng(seed))
    kept_back = [is_held_out(name, HELD_OUT_PICTURES) for name in table.names]
    return CaptionAsks(
        [ask for ask in asks if not kept_back[ask.picture]], [ask for ask in asks if kept_back[ask.picture]]
    )
