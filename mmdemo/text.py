"""Texts from users: checked against the limits, named by their content."""

from __future__ import annotations

import hashlib

from mmdemo.config import Limits
from mmdemo.errors import EmptyText, TextTooLong
from mmdemo.types import Text, TextRole


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
    return text_of(stripped)


def text_of(text: str, role: TextRole = "query") -> Text:
    """Give a text of our own making its content hash."""
    return Text(text, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), role)


def clock(seconds: float) -> str:
    """Write a time as people read it off a player: ``1:05`` or ``1:02:03``.

    Args:
        seconds: what is below zero counts as zero.
    """
    whole = int(max(seconds, 0.0) + 1e-6)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
