"""Views of pictures as the decoder reads them: cropped at random, through the image tower, compressed, kept on disk."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import nn

from mmdemo.backbone.head_files import read_head
from mmdemo.backbone.heads import compand
from mmdemo.backbone.image_tower import ImageTower
from mmdemo.evaluation.caption_data import archive_names, archive_pictures
from mmdemo.generators.decoder_files import WEIGHTS_NAME
from mmdemo.generators.label_names import label_names
from mmdemo.training import stages
from mmdemo.training.assembly import SAMPLED_PICTURES, fit_compression
from mmdemo.training.features import archive_key, cached_rows, content_key, picture_view
from mmdemo.training.loop import training_device
from mmdemo.training.sources import Towers
from mmdemo.types import Float32Array, UInt8Array

PICTURES_AT_ONCE = 128
"""Pictures that are cropped and scaled while those before go through the tower."""
EXACT_VIEWS = 2
"""Views that are no random crop, the picture and its mirror image; they are computed in full precision everywhere."""


@dataclass(frozen=True, eq=False)
class FixedParts:
    """What the decoder holds of the towers and never trains."""

    compress: nn.Linear  # of companded grid tokens
    classifier: nn.Linear  # the image tower's own, on the mean of the tokens
    class_vectors: torch.Tensor  # [K, 384] the text tower's, of the classes' names


def parts_of_towers(train: Path, towers: Towers) -> FixedParts:
    """Take the parts from the towers, with a compression fitted to the pictures of an archive."""
    names = archive_names(train)
    wanted = set(np.linspace(0, len(names) - 1, min(len(names), SAMPLED_PICTURES)).astype(int).tolist())
    sample = [pixels for i, pixels in enumerate(archive_pictures(train)) if i in wanted]
    tokens = towers.image.encode(sample).astype(np.float16)
    classifier = _frozen(*towers.image.classifier())
    # What the text tower is given is English as people write it; the decoder's own form has no capitals or signs.
    texts = [f"a photo of a {name.en}" for name in label_names()]
    vectors = np.stack([found.pooled for found in towers.text.encode(texts, 128)])
    compress = fit_compression(tokens, stages.IMAGE_SHAPE.input_width)
    return FixedParts(compress, classifier, torch.from_numpy(vectors))


def parts_of_decoder(folder: Path) -> FixedParts:
    """Take the parts from a decoder trained before; only the image tower is needed beside it.

    Raises:
        WeightsMissing: there is none.
    """
    stored = read_head(folder, WEIGHTS_NAME)
    compress, classifier = (
        _frozen(stored[f"{name}.weight"], stored[f"{name}.bias"]) for name in ("compress", "classifier")
    )
    return FixedParts(compress, classifier, stored["class_vectors"])


def _frozen(weight: torch.Tensor, bias: torch.Tensor) -> nn.Linear:
    """Return a linear map that is not trained."""
    found = nn.Linear(weight.shape[1], weight.shape[0])
    found.load_state_dict({"weight": weight, "bias": bias})
    return found.requires_grad_(False)


class ViewReader:
    """Computes views and keeps them until the pictures, the tower or the compression change.

    Args:
        tower: the image tower.
        parts: see `FixedParts`.
        cache: folder of the views.
    """

    def __init__(self, tower: ImageTower, parts: FixedParts, cache: Path) -> None:
        self._tower = tower
        self._cache = cache
        self.parts = parts
        self._device = training_device()
        self._compress = copy.deepcopy(parts.compress).to(self._device)
        self._classifier = copy.deepcopy(parts.classifier).to(self._device)
        weights = (parts.compress.weight, parts.compress.bias, parts.classifier.weight)
        self._key = content_key(tower.model_id, *(float(weight.double().abs().sum()) for weight in weights))

    @property
    def _grid_size(self) -> int:
        return self._tower.grid**2 * self.parts.compress.out_features

    def read(self, archive: Path, views: int) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """Return the views of an archive's pictures.

        Args:
            archive: of N pictures.
            views: of each, V; see `mmdemo.training.features.picture_view`.

        Returns:
            V of [N, 81, I] compressed tokens and V of [N, K] logits of the tower's classifier, both float16.
        """
        pictures: list[UInt8Array] = []
        grids, logits = [], []
        names = archive_names(archive)
        for view in range(views):
            path = self._cache / f"compressed-{archive_key(archive)}-{self._key}-view{view}.f16"
            done = path.with_suffix(".done")
            if not pictures and not (done.is_file() and int(done.read_text()) == len(names)):
                pictures = list(archive_pictures(archive))
            width = self._grid_size + self.parts.classifier.out_features
            produce = partial(self._rows, pictures, view)
            cached_rows(path, (len(names), width), produce, PICTURES_AT_ONCE)
            # Mapped, not read: two dozen views are 12 GB, which several trainings may share.
            stored = torch.from_file(str(path), shared=False, size=len(names) * width, dtype=torch.float16)
            stored = stored.view(len(names), width)
            grids.append(stored[:, : self._grid_size].unflatten(1, (self._tower.grid**2, -1)))
            logits.append(stored[:, self._grid_size :])
        return grids, logits

    def _rows(self, pictures: Sequence[UInt8Array], view: int, first: int) -> Iterator[Float32Array]:
        """Yield what is kept of each picture, from one on."""
        faster = self._device.type == "cuda" and view >= EXACT_VIEWS
        for pixels in self._pixels(pictures, view, first):
            with torch.inference_mode(), torch.autocast(self._device.type, torch.float16, enabled=faster):
                tokens = self._tower.encode_pixels(pixels).float()  # [B, 81, 1280]
            with torch.inference_mode():
                seen = self._compress(compand(tokens)).flatten(1)  # [B, 81 * I]
                yield from torch.cat([seen, self._classifier(tokens.mean(dim=1))], dim=1).cpu().numpy()

    def _pixels(self, pictures: Sequence[UInt8Array], view: int, first: int) -> Iterator[torch.Tensor]:
        """Yield pictures as the tower takes them, some at once; the next are prepared meanwhile."""

        def prepared(position: int) -> torch.Tensor:
            return self._tower.preprocess(picture_view(pictures[position], view, position))

        positions = iter(range(first, len(pictures)))
        with ThreadPoolExecutor() as workers:

            def started() -> Iterable[torch.Tensor]:
                return workers.map(prepared, list(islice(positions, PICTURES_AT_ONCE)))

            coming = list(started())
            while coming:
                later = started()
                yield torch.stack(coming)
                coming = list(later)
