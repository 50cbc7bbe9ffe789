"""The interface in three languages: one table of texts, and one register of which component shows which text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from mmdemo.traditional import is_traditional_interface, traditional
from mmdemo.types import is_chinese_interface
from mmdemo.ui.texts import TEXTS

ENGLISH = "en"
CHINESE = "zh-CN"
TRADITIONAL = "zh-TW"
INTERFACE_LANGUAGES = (("English", ENGLISH), ("简体中文", CHINESE), ("繁體中文", TRADITIONAL))
"""(name in its own language, tag), as the selector shows them."""


def text(key: str, language: str = ENGLISH, /, **values: object) -> str:
    """Look up a text of the interface.

    Args:
        key: a key of `TEXTS`.
        language: interface language tag.
        **values: what the text names in braces.

    Returns:
        The text, filled in.

    Raises:
        KeyError: no such text, or a value is missing (a mistake of ours).
    """
    return TEXTS[key].text(language).format_map(values)


def preferred_language(accept_language: str | None) -> str:
    """Guess the interface language from an ``accept-language`` header.

    >>> preferred_language("fr;q=0.9, zh-TW;q=0.8, en;q=0.5")
    'zh-TW'

    Args:
        accept_language: the header, or None when there is none.

    Returns:
        The first of our languages by the weights the browser gives, English when it names none.
    """
    weighted: list[tuple[float, int, str]] = []
    for position, part in enumerate((accept_language or "").split(",")):
        tag, _, parameters = part.strip().partition(";")
        try:
            weight = float(parameters.strip().removeprefix("q=") or 1.0)
        except ValueError:
            weight = 0.0
        weighted.append((-weight, position, tag.strip().lower()))
    for negative_weight, _, tag in sorted(weighted):
        if negative_weight == 0:
            continue
        if is_chinese_interface(tag):
            return known_language(tag)
        if tag.split("-")[0] == ENGLISH:
            return ENGLISH
    return ENGLISH


def request_language(request: gr.Request | None) -> str:
    """Return the interface language that the headers of a request ask for, English without a request."""
    return preferred_language(request.headers.get("accept-language") if request is not None else None)


def known_language(value: object) -> str:
    """Return an interface language we have for whatever a client sent."""
    if not isinstance(value, str) or not is_chinese_interface(value):
        return ENGLISH
    return TRADITIONAL if is_traditional_interface(value) else CHINESE


def for_reader(chinese: str, language: str) -> str:
    """Write what a model wrote in Chinese in the characters that the visitor reads.

    Args:
        chinese: Simplified; other languages stay as they are.
        language: interface language tag.
    """
    return traditional(chinese) if is_traditional_interface(language) else chinese


def written_tag(language_written: str, language: str) -> str:
    """Return the language tag of what a model wrote, as `for_reader` shows it.

    Args:
        language_written: ``en`` or ``zh``.
        language: interface language tag.
    """
    if language_written != "zh":
        return language_written
    return TRADITIONAL if is_traditional_interface(language) else CHINESE


def merged(*changes: dict[Any, dict[str, Any]]) -> dict[Any, dict[str, Any]]:
    """Join updates of components; where several name the same component, their properties are joined."""
    joined: dict[Any, dict[str, Any]] = {}
    for change in changes:
        for component, update in change.items():
            joined[component] = joined.get(component, {}) | update
    return joined


Renderer = tuple[Any, Callable[[str], dict[str, Any]]]
"""A component, and what it shows by interface language."""


class Localisation:
    """Remembers which property of which component shows which text, and re-renders them all for a language."""

    def __init__(self) -> None:
        self._labels: list[Renderer] = []  # in English from the start
        self._renderers: list[Renderer] = []
        self.moving: list[Any] = []
        """Components whose text depends on the moment too, such as on whether the models are loaded."""

    def make(self, kind: type, texts: dict[str, str], **options: Any) -> Any:
        """Make a component whose texts follow the interface language.

        Args:
            kind: the component class, such as ``gr.Button``.
            texts: property name → key of `TEXTS`.
            **options: everything else the component takes.

        Returns:
            The component, in English until the page has loaded.
        """
        component = kind(**{name: text(key) for name, key in texts.items()}, **options)
        self._labels.append((component, lambda language: {name: text(key, language) for name, key in texts.items()}))
        return component

    def follow(self, component: Any, render: Callable[[str], dict[str, Any]], moves: bool = False) -> Any:
        """Let properties of a component be computed from the interface language.

        Args:
            component: a component that exists.
            render: language → property values.
            moves: they also depend on the moment, and must be rendered for a visitor who comes later.

        Returns:
            The same component.
        """
        if moves:
            self.moving.append(component)
        self._renderers.append((component, render))
        return component

    @property
    def components(self) -> list[Any]:
        """Every component that follows the language, each once."""
        return list(dict.fromkeys(component for component, _ in [*self._labels, *self._renderers]))

    def updates(self, language: str) -> dict[Any, dict[str, Any]]:
        """Render every component for a language.

        Args:
            language: interface language tag.

        Returns:
            component → ``gr.update(…)``.
        """
        properties: dict[Any, dict[str, Any]] = {}
        for component, render in [*self._labels, *self._renderers]:
            properties.setdefault(component, {}).update(render(language))
        return {component: gr.update(**values) for component, values in properties.items()}

    def of_the_moment(self, language: str) -> dict[Any, dict[str, Any]]:
        """Render what may have changed since the page was made."""
        return {
            component: gr.update(**render(language))
            for component, render in self._renderers
            if component in self.moving
        }
