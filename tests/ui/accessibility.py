"""Accessibility by axe-core: what our markup, theme or settings cause must not be; what Gradio causes is listed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

GRAVE = ("serious", "critical")


@dataclass(frozen=True)
class Known:
    """A violation of Gradio's own markup that neither CSS nor a setting of ours can mend."""

    rule: str  # of axe-core
    markup: str  # regular expression that the element's HTML must match
    reason: str


GRADIO: tuple[Known, ...] = ()
"""Nothing else may be violated; an entry that no page needs any more should go."""

RUN = """() => axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.flatMap(
  ({ id, impact, nodes }) => nodes.map(({ target, html }) => ({ id, impact, html, target: target.join(" ") }))))"""


@lru_cache(maxsize=1)
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def grave_violations(page: Page) -> list[str]:
    """Return the serious and critical violations that Gradio is not known for.

    Args:
        page: as the visitor sees it now.

    Returns:
        ``rule at selector: html``, one for each element.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe())
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [
        f"{one['id']} at {one['target']}: {one['html'][:200]}"
        for one in found
        if one["impact"] in GRAVE
        and not any(known.rule == one["id"] and re.search(known.markup, one["html"]) for known in GRADIO)
    ]


def expect_accessible(page: Page) -> None:
    """Let no serious or critical violation of ours pass."""
    assert grave_violations(page) == []
