"""A hub on this machine: it answers as the real one does, and can be cut, cut off or full of damage."""

from __future__ import annotations

import hashlib
import json
import socket
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

REVISION = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class FakeHub:
    """What the hub offers and how it behaves; tests change it as they go."""

    files: dict[str, bytes] = field(default_factory=dict)
    cut_after: dict[str, int] = field(default_factory=dict)  # bytes of a file until the cable is pulled
    damaged: set[str] = field(default_factory=set)  # files that arrive with other bytes
    refusal: tuple[int, str] | None = None  # status and the hub's own error code
    asked: list[str] = field(default_factory=list)

    @classmethod
    def offering(cls, folder: Path) -> FakeHub:
        """Offer the files of a folder."""
        return cls({path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()})

    def listing(self) -> list[dict[str, object]]:
        """Describe the files as the hub's tree does: large ones with their SHA-256."""
        entries: list[dict[str, object]] = []
        for name, data in self.files.items():
            entry: dict[str, object] = {"type": "file", "path": name, "size": len(data), "oid": etag(name, data)[:40]}
            if name.endswith(".safetensors"):
                entry["lfs"] = {"oid": etag(name, data), "size": len(data), "pointerSize": 134}
            entries.append(entry)
        return entries


def etag(name: str, data: bytes) -> str:
    """Return a file's tag: SHA-256 for weights, a git hash otherwise."""
    if name.endswith(".safetensors"):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def serve(hub: FakeHub) -> ThreadingHTTPServer:
    """Start answering for a hub on a free port; the caller shuts it down."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: object) -> None:
            pass

        def _headers(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def _whole(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self._headers(status, {**headers, "Content-Length": str(len(body))})
            if self.command == "GET":
                self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            hub.asked.append(f"{self.command} {self.path}")
            if hub.refusal is not None:
                self._whole(hub.refusal[0], b"{}", {"X-Error-Code": hub.refusal[1], "X-Error-Message": "no"})
            elif "/tree/" in self.path:
                self._whole(200, json.dumps(hub.listing()).encode(), {"Content-Type": "application/json"})
            elif "/api/models/" in self.path:
                self._whole(200, json.dumps({"id": "someone/tiny", "sha": REVISION}).encode(), {})
            else:
                self._file(self.path.rsplit("/", 1)[-1].partition("?")[0])

        def _file(self, name: str) -> None:
            if name not in hub.files:
                self._whole(404, b"", {"X-Error-Code": "EntryNotFound"})
                return
            data = hub.files[name]
            headers = {"ETag": f'"{etag(name, data)}"', "X-Repo-Commit": REVISION, "Accept-Ranges": "bytes"}
            if name in hub.damaged:
                data = data[:-4] + bytes(4 * [0x55])
            first = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").partition("-")[0])
            if self.command == "HEAD" or name not in hub.cut_after:
                self._whole(206 if first else 200, data[first:], headers)
                return
            self._headers(200, {**headers, "Content-Length": str(len(data))})
            self.wfile.write(data[: hub.cut_after[name]])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)
