"""Text that a generator is still writing, as the status lines of two tabs show it."""

from __future__ import annotations

from html import escape

LETTERS_AT_ONCE = 8
"""Between two updates of the page: a word or two, as every one sends a line through the network."""


def is_worth_showing(text: str, shown: str) -> bool:
    """Tell whether what is written has moved on enough since it was last shown.

    Args:
        text: so far.
        shown: on the page; beam search may take back some of it.
    """
    return bool(text) and (not shown or abs(len(text) - len(shown)) >= LETTERS_AT_ONCE)


def writing_html(text: str) -> str:
    """Render what is written so far; "" when nothing is.

    Screen readers are spared it: they are told the whole result when it is there.
    """
    return f'<p class="mm-writing" dir="auto" aria-hidden="true">{escape(text)}</p>' if text else ""
