"""The page as it first arrives: in the visitor's language from the start, made once and kept compressed."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

import gradio as gr
import httpx
from gradio import networking
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mmdemo.ui import frontend_files
from mmdemo.ui.frontend_files import Packed, preload_links
from mmdemo.ui.i18n import ENGLISH, INTERFACE_LANGUAGES, preferred_language

Updates = Mapping[Any, dict[str, Any]]
KEPT = 12
"""Pages in memory; an address that differs makes another page, as Gradio writes its own address into it."""
ADDRESS_HEADERS = ("host", "x-forwarded-host", "x-forwarded-proto")
DIFFERENT = (b"deep_link", b"all_endpoints")
"""Parameters of the address that make a page of its own."""
HEADERS = {"cache-control": "no-cache", "vary": "accept-language, accept-encoding"}

START_SECONDS = 60.0
CALM_SECONDS, LONGEST_WAIT = 2.0, 8.0
"""A page is on its way for so long; what waits for calm waits no longer than this."""

asked_language: ContextVar[str] = ContextVar("asked_language", default=ENGLISH)
"""Of the request that is being answered."""


def shown(component: Any, properties: dict[str, Any]) -> dict[str, Any]:
    """Give properties of a component as a browser gets them.

    Args:
        component: as it was built.
        properties: of its constructor, with the values of an update.

    Returns:
        Those that differ from what it was built with.
    """
    built = component.constructor_args
    given = {name: value for name, value in properties.items() if name != "__type__" and built.get(name) != value}
    if not given:
        return {}
    config = type(component)(**{**built, **given, "render": False}).get_config()
    return {name: config[name] for name in given}


def changed(config: Mapping[str, Any], changes: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    """Give the description of a page with other properties of some components.

    Args:
        config: of Gradio, which stays as it is.
        changes: number of a component → properties.
    """
    components = [
        {**one, "props": one["props"] | changes[one["id"]]} if changes.get(one["id"]) else one
        for one in config["components"]
    ]
    return {**config, "components": components}


def _answers(url: str) -> bool:
    """Tell whether the new server answers on this machine; Gradio's own look gives a busy one three seconds."""
    try:
        return httpx.head(url, timeout=START_SECONDS, verify=False).status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    except httpx.HTTPError:
        return False


class Calm:
    """When the last page was asked for, so that heavy work in the background leaves it the cores it needs."""

    def __init__(self) -> None:
        self.broken = time.monotonic()

    def wait(self) -> None:
        """Wait until no page is on its way."""
        until = time.monotonic() + LONGEST_WAIT
        while (now := time.monotonic()) < until and now - self.broken < CALM_SECONDS:
            time.sleep(0.1)


CALM = Calm()


class SpeakingBlocks(gr.Blocks):
    """Gradio's page, described in the language of the request."""

    def __init__(self, **options: Any) -> None:
        """Take the options of ``gr.Blocks``."""
        self.first_updates: Callable[[str], Updates] = lambda language: {}
        self._changes: dict[str, dict[int, dict[str, Any]]] = {}
        self._described: dict[str, Any] = {}
        super().__init__(**options)

    @property
    def config(self) -> Any:
        """The description of the page that Gradio sends."""
        language = asked_language.get()
        if language not in self._described:
            self._described[language] = changed(self._described[""], self._in_language(language))
        return self._described[language]

    @config.setter
    def config(self, config: Any) -> None:
        self._described = {"": config}

    def get_api_info(self, *arguments: Any, **named: Any) -> Any:
        """Describe the endpoints, in English for everybody."""
        token = asked_language.set(ENGLISH)
        try:
            return super().get_api_info(*arguments, **named)
        finally:
            asked_language.reset(token)

    def launch(self, *arguments: Any, **named: Any) -> Any:
        """Start the server, with all ready that a first visit asks for.

        It is made ready here, as Gradio gives up a server that needs some seconds for its start.
        """
        frontend_files.prepare()
        for _, language in INTERFACE_LANGUAGES:
            self._in_language(language)
        CALM.broken = time.monotonic()  # somebody may be waiting for the server
        networking.url_ok = _answers  # looked up there by Gradio's `launch`
        return super().launch(*arguments, **named)

    def _in_language(self, language: str) -> dict[int, dict[str, Any]]:
        if language not in self._changes:
            updates = self.first_updates(language)
            self._changes[language] = {component._id: shown(component, new) for component, new in updates.items()}
        return self._changes[language]


class FirstPage:
    """Answers with the page from memory, once it was made for the address and the language.

    Args:
        app: what comes next.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._made: OrderedDict[tuple[str, ...], Packed] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if not _is_page(scope):
            await self._app(scope, receive, send)
            return
        CALM.broken = time.monotonic()
        headers = Headers(scope=scope)
        language = preferred_language(headers.get("accept-language"))
        key = (language, scope["scheme"], *(headers.get(name, "") for name in ADDRESS_HEADERS))
        if key not in self._made:
            made = await self._make(scope, receive, send, language)
            if made is None:
                return
            self._made[key] = made
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
        page = self._made[key]
        self._made.move_to_end(key)
        await page.response(headers.get("accept-encoding", ""), HEADERS)(scope, receive, send)

    async def _make(self, scope: Scope, receive: Receive, send: Send, language: str) -> Packed | None:
        """Let Gradio make the page; None when it had something else to say, which is sent then."""
        messages: list[Message] = []

        async def catch(message: Message) -> None:
            messages.append(message)

        token = asked_language.set(language)
        try:
            await self._app(scope, receive, catch)
        finally:
            asked_language.reset(token)
        if not messages or messages[0].get("status") != 200:
            for message in messages:
                await send(message)
            return None
        html = b"".join(message.get("body", b"") for message in messages).decode("utf-8")
        page = Packed(_dressed(html, language).encode("utf-8"), "text/html")
        await asyncio.to_thread(lambda: page.br)
        return page


MIDDLEWARE = Middleware(FirstPage)


def _is_page(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] != "/":
        return False
    return not any(name in scope["query_string"] for name in DIFFERENT)


def _dressed(html: str, language: str) -> str:
    """Say the language in the page, and what the browser needs next."""
    html = html.replace('lang="en"', f'lang="{language}"', 1)
    return html.replace("</head>", f"{preload_links()}</head>", 1)
