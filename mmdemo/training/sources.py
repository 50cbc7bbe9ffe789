"""From data folders to features: what each stage of the training of the joint space reads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmdemo.backbone.audio_tower import AudioTower
from mmdemo.backbone.image_tower import ImageTower
from mmdemo.backbone.text_tower import TextTower
from mmdemo.config import Settings
from mmdemo.device import choose_device, choose_threads, torch_device
from mmdemo.evaluation.caption_data import archive_names, archive_pictures, captioned_pictures
from mmdemo.evaluation.sound_data import held_out_speech, spoken_texts
from mmdemo.training.features import (
    Float16Array,
    archive_key,
    content_key,
    picture_features,
    ragged,
)
from mmdemo.training.pair_data import TextFeatures
from mmdemo.training.speech_data import Clip, encode_clips, training_clips
from mmdemo.types import Float32Array
from mmdemo.weights import AUDIO_TOWER, IMAGE_TOWER, TEXT_TOWER, locate


@dataclass(frozen=True)
class Towers:
    """The frozen towers and where their features are kept."""

    image: ImageTower
    text: TextTower
    audio: AudioTower
    cache: Path


def load_towers(settings: Settings) -> Towers:
    """Load all three towers.

    Args:
        settings: device, threads and cache folder.

    Raises:
        WeightsMissing: one is not installed.
    """
    import torch

    device, threads = choose_device(settings), choose_threads(settings)
    place = torch.device(torch_device(device))
    return Towers(
        load_image_tower(settings),
        TextTower.load(locate(TEXT_TOWER, settings).folder, place),
        AudioTower.load(locate(AUDIO_TOWER, settings).folder, device, threads),
        settings.cache_dir / "features",
    )


def load_image_tower(settings: Settings) -> ImageTower:
    """Load the image tower alone.

    Args:
        settings: device and threads.

    Raises:
        WeightsMissing: it is not installed.
    """
    import torch

    device = choose_device(settings)
    torch.set_num_threads(choose_threads(settings))
    return ImageTower.load(locate(IMAGE_TOWER, settings).file(IMAGE_TOWER.files[0]), torch.device(torch_device(device)))


def text_features(texts: Sequence[str], towers: Towers) -> TextFeatures:
    """Return what the text tower makes of texts, from the cache when the very same list was read before."""
    key = content_key(TextTower.model_id, hashlib.sha256("\n".join(texts).encode()).hexdigest())

    def rows() -> list[Float32Array]:
        # The sentence vector rides as the first row of each text's tokens.
        encoded = towers.text.encode(texts, 128)
        return [np.concatenate([found.pooled[None], found.tokens]) for found in encoded]

    stored, _ = ragged(towers.cache / f"texts-{key}.npz", rows)
    return TextFeatures.of(np.stack([row[0] for row in stored]), [row[1:] for row in stored])


def split_views(folder: Path, split: str, views: int, towers: Towers) -> list[Float16Array]:
    """Return the grid tokens of a split's pictures in several views, each [N, 81, 1280]."""
    archive = folder / f"{split}.tar"
    key, count = archive_key(archive), len(archive_names(archive))
    return [
        picture_features(towers.image, towers.cache, key, count, lambda first: archive_pictures(archive, first), view)
        for view in range(views)
    ]


def split_captions(folder: Path, language: str, split: str) -> list[tuple[str, ...]]:
    """Return the captions of each picture of a split, in the archive's order."""
    return [picture.captions for picture in captioned_pictures(folder, language, split)]


@dataclass(frozen=True, eq=False)
class SoundFeatures:
    """Tokens of every training clip and what the clip is."""

    tokens: list[Float16Array]
    texts: list[tuple[str, ...]]
    groups: list[str]


def sound_features(data: Path, espeak_count: int, variants: int, seed: int, towers: Towers) -> SoundFeatures:
    """Make and encode the clips for the audio head, unless the same were encoded before.

    Args:
        data: folder with ``sounds`` and ``flickr8k``.
        espeak_count: captions to be read by espeak-ng.
        variants: changed versions of each recording.
        seed: of all choices.
        towers: the audio tower and the cache.
    """
    captions = spoken_training_captions(data)
    archives = sorted((data / "sounds").glob("*.tar"))
    key = content_key(
        AudioTower.model_id,
        espeak_count,
        variants,
        seed,
        len(captions),
        *(archive_key(archive) for archive in archives),
    )
    path = towers.cache / f"sounds-{key}.npz"
    names = path.with_suffix(".tsv")
    clips: list[Clip] = []
    if not (path.is_file() and names.is_file()):
        clips = training_clips(data, captions, espeak_count, variants, seed)
        towers.cache.mkdir(parents=True, exist_ok=True)
        names.write_text("".join("\t".join([clip.group, *clip.texts]) + "\n" for clip in clips), "utf-8")
    tokens, _ = ragged(path, lambda: encode_clips(clips, towers.audio, seed))
    lines = [line.split("\t") for line in names.read_text("utf-8").splitlines()]
    return SoundFeatures(tokens, [tuple(line[1:]) for line in lines], [line[0] for line in lines])


def spoken_training_captions(data: Path) -> list[str]:
    """Return the English captions of training pictures without those that the held-out recordings say."""
    captions = split_captions(data / "flickr8k", "en", "train")
    archive = data / "sounds" / "spoken_captions.tar"
    held_out: set[str] = set()
    if archive.is_file():
        texts = spoken_texts(data / "flickr8k")
        held_out = {texts[Path(name).stem] for name in held_out_speech(archive)}
    return [caption for own in captions for caption in own if caption not in held_out]


def data_hash(data: Path) -> str:
    """Name the training data by the bytes of its archives and tables."""
    files = sorted(path for folder in ("flickr8k", "sounds") for path in (data / folder).glob("*.t*"))
    return content_key(*(f"{path.name}:{archive_key(path)}" for path in files))
