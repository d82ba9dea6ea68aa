"""data/published on the web: the site and the files, by a library's server, with Range, ETag and CORS.

No compression: Range counts the bytes of the file as it lies, and Parquet is compressed already.
"""

from __future__ import annotations

import mimetypes
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.applications import Starlette

READABLE = ("Accept-Ranges", "Content-Length", "Content-Range", "ETag", "Last-Modified")
"""Response headers that a page from elsewhere may read."""


class CannotServe(RuntimeError):
    """The address can't be used; the message says why and what to do."""


def serve(folder: Path, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve `folder` until stopped (Ctrl-C or SIGTERM). Raises CannotServe if the port is taken."""
    import uvicorn

    try:
        listening = socket.create_server((host, port), backlog=1024)
    except OSError as e:
        raise CannotServe(f"{host}:{port} can't be used ({e.strerror}); stop what uses it, or give another port.") from None
    with listening:
        uvicorn.Server(uvicorn.Config(application(folder), log_level="warning", server_header=False)).run(sockets=[listening])


def application(folder: Path) -> Starlette:
    """The ASGI application: every file below `folder` but hidden ones; of a folder, its index.html."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.cors import CORSMiddleware
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    class Published(StaticFiles):
        """Files as they lie; links are followed only where they stay inside."""

        def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
            hidden = any(part.startswith(".") for part in Path(path).parts)
            return ("", None) if hidden else super().lookup_path(path)

    mimetypes.add_type("application/vnd.apache.parquet", ".parquet")
    mimetypes.add_type("text/csv", ".csv")
    mimetypes.add_type("text/markdown", ".md")
    mimetypes.add_type("text/turtle", ".ttl")
    mimetypes.add_type("application/ld+json", ".jsonld")
    return Starlette(
        routes=[Mount("/", Published(directory=folder, html=True))],
        middleware=[Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET"], allow_headers=["Range"], expose_headers=READABLE)],
    )

