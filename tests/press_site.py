"""A small web site for tests of feeds: a real HTTP server on this machine, whose every answer a test decides."""

from __future__ import annotations

import contextlib
import gzip
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, NamedTuple

TEXT = "La pépinière accueille douze jeunes entreprises dans un bâtiment rénové. " * 3


class Reply(NamedTuple):
    """One answer of the site."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})


NONE = Reply(b"no such page", 404)
Route = Reply | list[Reply] | Callable[[BaseHTTPRequestHandler], None]
"""An answer, answers one after another (the last stays), or whatever a function does."""


@dataclass
class Site:
    """`routes` by path, and `otherwise`; `asked` is what came: path, headers, and when (monotonic); `posted`, what was sent with it."""

    url: str
    routes: dict[str, Route] = field(default_factory=dict)
    otherwise: Route = NONE
    asked: list[tuple[str, dict[str, str], float]] = field(default_factory=list)
    posted: list[bytes] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [path for path, *_ in self.asked]


@contextmanager
def site() -> Iterator[Site]:
    """A site that answers 404 until it has routes, on a port of its own; gone at the end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append((self.path, dict(self.headers), time.monotonic()))
            route = here.routes.get(self.path, here.otherwise)
            with contextlib.suppress(ConnectionError):  # the client has heard enough
                if callable(route):
                    route(self)
                else:
                    send(self, route if isinstance(route, Reply) else route.pop(0) if len(route) > 1 else route[0])

        def do_POST(self) -> None:
            here.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(reply.body)))
    handler.end_headers()
    handler.wfile.write(reply.body)


def page(text: str = TEXT, head: str = "", **headers: str) -> Reply:
    html = f"<html><head><meta charset='utf-8'>{head}</head><body><article><p>{text}</p></article></body></html>"
    return Reply(html.encode(), 200, {"Content-Type": "text/html; charset=utf-8", **headers})


def rss(*items: str, encoding: str = "utf-8", declared: str = "utf-8", **headers: str) -> Reply:
    """A feed « Le Courrier » of items made by `item`."""
    xml = f'<?xml version="1.0" encoding="{declared}"?>\n<rss version="2.0"><channel><title>Le Courrier</title><link>https://courrier.example</link>{"".join(items)}</channel></rss>'
    return Reply(xml.encode(encoding), 200, {"Content-Type": "application/rss+xml", **headers})


def item(link: str, title: str = "Une fête au hub", date: str = "Fri, 03 May 2024 22:30:00 +0000", guid: str = "") -> str:
    parts = {"title": title, "link": link, "pubDate": date}
    said = "".join(f"<{k}>{v}</{k}>" for k, v in parts.items() if v)
    return f"<item>{said}" + (f'<guid isPermaLink="false">{guid}</guid>' if guid else "") + "</item>"


def bomb(megabytes: int) -> Reply:
    """Zeros that travel as a thousandth of their size."""
    return Reply(gzip.compress(bytes(megabytes * 1_000_000)), 200, {"Content-Encoding": "gzip", "Content-Type": "text/html"})


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"<p>encore</p>" * 5000)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """A header that never ends, a little at a time: no single wait is long."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        handler.wfile.write(b"a")
        time.sleep(0.05)
