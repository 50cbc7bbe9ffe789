"""Texts from users: checked against the limits, named by their content."""

from __future__ import annotations

import hashlib

from mmdemo.config import Limits
from mmdemo.errors import EmptyText, TextTooLong
from mmdemo.types import Text


def read_text(text: str, limits: Limits) -> Text:
    """Check a text and give it its content hash.

    Args:
        text: what the user wrote.
        limits: names the longest text.

    Returns:
        The text without white space around it.

    Raises:
        EmptyText: nothing but white space.
        TextTooLong: over the limit.
    """
    stripped = text.strip()
    if not stripped:
        raise EmptyText()
    if len(stripped) > limits.text_characters:
        raise TextTooLong(length=len(stripped), limit=limits.text_characters)
    return Text(stripped, hashlib.sha256(stripped.encode("utf-8", "surrogatepass")).hexdigest())
