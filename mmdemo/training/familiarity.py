"""Fits the detector of pictures that are unlike the training photographs.

``python -m mmdemo.training.familiarity --data ../shared/data --out assets/weights/familiarity`` measures where the
photographs of the Flickr8k train split lie and fits logistic regressions that tell them from made-up documents,
drawings and noise. It must be run again whenever the projection heads change.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageFilter
import torch

from mmdemo.backbone.head_files import SHIPPED_FOLDER
from mmdemo.backbone.image_tower import ImageTower
from mmdemo.backbone.joint_space import JointSpace
from mmdemo.config import settings
from mmdemo.device import choose_device, choose_threads, torch_device
from mmdemo.evaluation import foreign_pictures
from mmdemo.evaluation.caption_data import archive_names, archive_pictures
from mmdemo.evaluation.corruptions import picture_brightness, picture_crop, picture_jpeg, picture_noise
from mmdemo.evaluation.foreign_pictures import FAMILIES, foreign_picture
from mmdemo.training.familiarity_fit import FAMILIAR_SHARE, Groups, Seen, fit_familiarity, save_familiarity, see
from mmdemo.training.features import (
    Float16Array,
    archive_key,
    cached_rows,
    content_key,
    picture_features,
)
from mmdemo.training.stages import HELD_OUT_PICTURES, is_held_out
from mmdemo.types import Float32Array, UInt8Array
from mmdemo.weights import IMAGE_TOWER, locate

SPARE = 5
"""Every fifth photograph of the training is left out of the reference, so that it meets the detector as a new one."""
SPOILT_VIEWS = 2
BATCH = 8


def spoilt(pixels: UInt8Array, position: int, view: int, seed: int) -> UInt8Array:
    """Return a photograph as people also have them, which should stay familiar: grey, sharp, soft, noisy, …

    Args:
        pixels: [H, W, 3].
        position: of the photograph in its archive.
        view: the n-th such change of it.
        seed: of all choices.
    """
    random = np.random.default_rng([seed, view, position])
    picture = PIL.Image.fromarray(pixels)
    severity = int(random.integers(1, 5))
    match (position + view * 3) % 8:
        case 0 | 1:
            return np.asarray(picture.convert("L").convert("RGB"))
        case 2:
            # Photographs of today are sharper than those of Flickr8k, which are 224 pixels wide.
            larger = picture.resize((2 * picture.width, 2 * picture.height), PIL.Image.Resampling.BICUBIC)
            unsharp = PIL.ImageFilter.UnsharpMask(random.uniform(1, 3), int(random.integers(60, 200)), 0)
            return np.asarray(larger.filter(unsharp))
        case 3:
            return np.asarray(picture.filter(PIL.ImageFilter.GaussianBlur(random.uniform(0.5, 2.6))))
        case 4:
            return picture_jpeg(pixels, severity)
        case 5:
            return picture_crop(pixels, severity + 1)
        case 6:
            return picture_brightness(pixels, severity + 1)
        case _:
            return picture_noise(pixels, min(severity, 3))


def encoded(tower: ImageTower, path: Path, count: int, pictures: Iterator[UInt8Array]) -> Float16Array:
    """Encode made-up pictures, unless the same were encoded before; a stopped run starts afresh."""

    def produce(first: int) -> Iterator[Float32Array]:
        stream = islice(pictures, first, None)
        while batch := list(islice(stream, BATCH)):
            yield from tower.encode(batch)

    return cached_rows(path, (count, tower.grid**2, tower.width), produce)


def generators_key() -> str:
    """Name the generators by the bytes of their files."""
    files = sorted(Path(foreign_pictures.__file__).parent.glob("foreign_*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def split_places(names: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return which training photographs make the reference, and which meet the detector as new ones."""
    held = [i for i, name in enumerate(names) if is_held_out(name, HELD_OUT_PICTURES)]
    kept = sorted(set(range(len(names))) - set(held))
    spare = kept[::SPARE]
    return sorted(set(kept) - set(spare)) or spare, sorted([*spare, *held])


def collect(
    options: argparse.Namespace, tower: ImageTower, space: JointSpace, cache: Path
) -> tuple[Seen, Groups, Groups]:
    """See photographs and made-up pictures.

    Returns:
        The reference; the groups of familiar pictures ("clean" and "spoilt"), and of foreign ones by family.
    """
    archive = options.data / "flickr8k" / "train.tar"
    names, key = archive_names(archive), archive_key(archive)
    tokens = picture_features(tower, cache, key, len(names), lambda first: archive_pictures(archive, first), 0)
    reference, new = split_places(names)
    seen = see(tokens, space)
    chosen = set(new)
    photos = [pixels for i, pixels in enumerate(archive_pictures(archive)) if i in chosen]
    made = content_key(key, generators_key(), options.seed, tower.model_id)
    changed = (spoilt(pixels, i, view, options.seed) for view in range(SPOILT_VIEWS) for i, pixels in enumerate(photos))
    count = SPOILT_VIEWS * len(photos)
    familiar = {
        "clean": seen.part(new),
        "spoilt": see(encoded(tower, cache / f"spoilt-{made}.f16", count, changed), space),
    }
    foreign = {}
    for family in FAMILIES:
        stream = (foreign_picture(family, options.seed + i, photos) for i in range(options.pictures))
        path = cache / f"foreign-{family.name}-{options.pictures}-{made}.f16"
        foreign[family.name] = see(encoded(tower, path, options.pictures, stream), space)
        print(f"{family.kind} {family.name}: {options.pictures} pictures", flush=True)
    return seen.part(reference), familiar, foreign


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="holds flickr8k/train.tar")
    parser.add_argument("--out", type=Path, default=Path("runs/familiarity"), help="folder of what is written")
    parser.add_argument("--heads", type=Path, default=SHIPPED_FOLDER, help="projection heads to fit it for")
    parser.add_argument("--pictures", type=int, default=80, help="made-up pictures of each family")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit as the command line asks; returns the exit code."""
    options = _parser().parse_args(arguments)
    started = time.monotonic()
    chosen = settings()
    device = torch_device(choose_device(chosen))
    torch.set_num_threads(choose_threads(chosen))
    tower = ImageTower.load(locate(IMAGE_TOWER, chosen).file(IMAGE_TOWER.files[0]), torch.device(device))
    space = JointSpace.load(options.heads, device)
    reference, familiar, foreign = collect(options, tower, space, chosen.cache_dir / "features")
    held_out = {family.name for family in FAMILIES if family.held_out}
    fitted = fit_familiarity(reference, familiar, foreign, held_out)
    recipe = {
        "module": "mmdemo.training.familiarity",
        "options": {"pictures": options.pictures, "seed": options.seed},
        "data": archive_key(options.data / "flickr8k" / "train.tar"),
        "generators": generators_key(),
        "reference": len(reference.pooled),
        "new photographs": {name: len(seen.pooled) for name, seen in familiar.items()},
        "families": {family.name: family.kind for family in FAMILIES},
        "held out from the classifier “reach”": sorted(held_out),
        "share of new photographs below the threshold": FAMILIAR_SHARE,
        "torch": torch.__version__,
        "pillow": PIL.__version__,
        "seconds": round(time.monotonic() - started),
    }
    save_familiarity(options.out, fitted, {"heads": space.model_id, "tower": tower.model_id}, recipe)
    print(f"detector written to {options.out} after {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
