"""Addresses of Gradio that this app has no use for and that would let strangers use its network: refused."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

REFUSED = ("/gradio_api/proxy=", "/gradio_api/file=http:", "/gradio_api/file=https:")
"""Beginnings of paths, decoded and in lower case: Gradio fetches public addresses for anybody who asks."""


class Refusals:
    """Answers 403 where an address is refused and passes everything else on.

    Args:
        app: what comes next.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        path = scope["path"].lower() if scope["type"] == "http" else ""
        if path.startswith(REFUSED):
            await PlainTextResponse("Forbidden", 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


MIDDLEWARE = [Middleware(Refusals)]
