"""Gradio's scripts and style sheets, kept compressed in memory: a first visit asks for a hundred of them at once."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import brotli
import gradio as gr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mmdemo.ui.common import ASSETS

FOLDER = Path(gr.__file__).parent / "templates" / "frontend" / "assets"
PRELOADED = ASSETS / "ui" / "preloaded.txt"
"""Names of the files that every first visit needs, one a line; ``tools/list_preloaded.py`` writes them down."""
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".ttf": "font/ttf"}
PACKED_ALREADY = {".woff": "font/woff", ".woff2": "font/woff2"}
FOR_A_YEAR = {"cache-control": "public, max-age=31536000, immutable"}
"""The names hold a checksum of the content, so that a file never changes."""
BROTLI_QUALITY = 6
NOT_WORTH_IT = 400
"""Bytes below which nothing is compressed."""


@dataclass(frozen=True)
class Packed:
    """Bytes in the encodings that browsers take, each made when it is first asked for."""

    body: bytes
    media_type: str
    encodings: tuple[str, ...] = ("br", "gzip")  # best first

    @cached_property
    def br(self) -> bytes:
        """The bytes in Brotli."""
        return bytes(brotli.compress(self.body, quality=BROTLI_QUALITY))

    @cached_property
    def gzip(self) -> bytes:
        """The bytes for clients that know nothing newer."""
        return gzip.compress(self.body, mtime=0)

    def response(self, accepted: str, headers: dict[str, str]) -> Response:
        """Answer in the smallest encoding that a client takes.

        Args:
            accepted: its ``accept-encoding`` header.
            headers: to send with it.
        """
        known = {one.partition(";")[0].strip() for one in accepted.split(",")}
        for name in self.encodings if len(self.body) >= NOT_WORTH_IT else ():
            if name in known:
                headers = headers | {"content-encoding": name}
                return Response(getattr(self, name), headers=headers, media_type=self.media_type)
        return Response(self.body, headers=headers, media_type=self.media_type)


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Return the names of the files that Gradio's frontend has."""
    known = MEDIA_TYPES | PACKED_ALREADY
    return frozenset(path.name for path in FOLDER.iterdir() if path.suffix in known)


@lru_cache(maxsize=1024)
def packed(name: str) -> Packed:
    """Read a file of the frontend, once.

    Args:
        name: one of `names`.
    """
    suffix, body = Path(name).suffix, (FOLDER / name).read_bytes()
    if suffix in PACKED_ALREADY:
        return Packed(body, PACKED_ALREADY[suffix], ())
    return Packed(body, MEDIA_TYPES[suffix])


@lru_cache(maxsize=1)
def preloaded() -> tuple[str, ...]:
    """Return the names of what every first visit needs, those of another version of Gradio left out."""
    lines = PRELOADED.read_text("ascii").splitlines() if PRELOADED.is_file() else ()
    return tuple(name for name in lines if name in names())


def preload_links() -> str:
    """Render the links by which a browser fetches everything at once, and not script after script."""
    kinds = {".js": 'rel="modulepreload"', ".css": 'rel="preload" as="style"'}
    return "".join(f'<link {kinds[Path(name).suffix]} crossorigin href="./assets/{name}">' for name in preloaded())


def prepare() -> None:
    """Compress what every first visit needs."""
    for name in preloaded():
        packed(name).br  # noqa: B018  is kept


async def _answer(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in names():
        return PlainTextResponse("Not Found", 404)
    headers = FOR_A_YEAR | {"vary": "accept-encoding"}
    return packed(name).response(request.headers.get("accept-encoding", ""), headers)


ROUTE = Route("/assets/{name}", _answer, methods=["GET"])
