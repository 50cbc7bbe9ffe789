"""Looking again at what a page has seen, to place it on the map and to compare it; knows nothing of Gradio."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from mmdemo.errors import InputError
from mmdemo.types import Encoding, ImageFile
from mmdemo.ui import pipeline
from mmdemo.ui.activity import Ledger, SeenItem, Witness, observed
from mmdemo.ui.previews import preview_of

if TYPE_CHECKING:
    from mmdemo.backbone.base import Backbone
    from mmdemo.tasks.matching_parts import Comparison


def place_all(ledger: Ledger) -> int:
    """Find the places of all items that came without one, such as recordings that were only transcribed.

    Args:
        ledger: of the page.

    Returns:
        How many were placed; what is no longer at hand stays without a place.
    """
    if not ledger.items():
        return 0
    backbone = _backbone(ledger)
    waiting = [item for item in ledger.items() if item.embedding is None or item.model_id != backbone.model_id]
    placed = 0
    for item in waiting:
        encoding = encoding_of(item, backbone)
        if encoding is not None and encoding.embedding is not None:
            ledger.place(item.sha256, encoding.embedding, backbone.model_id)
            placed += 1
    return placed


def encoding_of(item: SeenItem, backbone: Backbone) -> Encoding | None:
    """Return an item's encoding: as the cache holds it, or by looking at the item again.

    Args:
        item: that the page has seen.
        backbone: finds it in its cache, or encodes it anew.

    Returns:
        The encoding; None when its file is gone, and it was not in the cache.
    """
    if item.media is not None:
        with suppress(InputError, OSError):
            return backbone.encode(item.media)
    held = item.held() if item.held is not None else None  # of a picture that was only in memory, say
    known = held is not None and all(part in backbone.model_id for part in held.model_id.split("+"))
    return held if known else None


def compared(first: SeenItem, second: SeenItem, ledger: Ledger) -> Comparison | SeenItem:
    """Hold two items against each other.

    Args:
        first: an item.
        second: another.
        ledger: of the page that has seen both.

    Returns:
        The comparison, or the item that is no longer at hand.
    """
    from mmdemo.tasks.matching_parts import compare

    backbone = _backbone(ledger)
    encodings = []
    for item in (first, second):
        encoding = encoding_of(item, backbone)
        if encoding is None or encoding.embedding is None:
            return item
        encodings.append(encoding)
    return compare(encodings[0], encodings[1], backbone)


def with_preview(item: SeenItem) -> SeenItem:
    """Return an item with a small picture of it, if it is a picture that can still be read."""
    if item.preview or not isinstance(item.media, ImageFile):
        return item
    try:
        return replace(item, preview=preview_of(pipeline.load_image(item.media.path).pixels))
    except (InputError, OSError):
        return item


def _backbone(ledger: Ledger) -> Backbone:
    return observed(pipeline.load_models(), Witness(ledger, "backbone")).backbone
