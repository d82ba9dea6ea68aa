"""Servers that mean harm get nowhere: private addresses in disguise, answers without end, certificates of somebody else.

What feeds make of such answers, redirects and names that lead elsewhere a moment later: `test_press_feeds`.
"""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from press_site import Site, site

from km0_pipeline import fetch
from km0_pipeline.deadline import Deadline, Overdue


@pytest.fixture(scope="module")
def web() -> Iterator[Site]:
    with site() as here:
        yield here


def asked(url: str, allow_private: bool = True) -> fetch.Answer | fetch.Unfetched:
    return fetch.ask(url, {"Accept-Encoding": "gzip"}, 1_000_000, 30, allow_private)


DISGUISES = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1.", "0", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "localhost", "LOCALHOST.", "①②⑦.⓪.⓪.①", "127。0。0。1", "127.0.0.1%00.example", "me@127.0.0.1", "press.example@127.0.0.1", "127.0.0.1\\@press.example"]


@pytest.mark.parametrize("host", DISGUISES)
def test_a_private_address_in_disguise_is_not_asked(web: Site, host: str) -> None:
    web.asked.clear()
    answer = asked(f"http://{host}:{web.url.rpartition(':')[2]}/secret", allow_private=False)
    assert isinstance(answer, fetch.Unfetched) and answer.reason in ("not_public", "unavailable")
    assert web.asked == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1:25/_x", "http:///x", "http://", "//x", "", "http://a b/", "http://x\r\nHost: y/", "https://[::1/", "http://x:99999/", "javascript:1"])
def test_what_is_no_address_of_a_page_is_not_asked(url: str) -> None:
    answer = asked(url)
    assert isinstance(answer, fetch.Unfetched) and len(answer.sentence) < 600


def test_a_name_of_which_one_address_is_private_is_not_asked_at_any(web: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    web.asked.clear()
    leads = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, int(web.url.rpartition(":")[2]))) for a in ("1.1.1.1", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: leads)
    answer = asked("http://press.example/", allow_private=False)
    assert isinstance(answer, fetch.Unfetched) and answer.reason == "not_public" and "127.0.0.1" in answer.sentence
    assert web.asked == []


def raw(*parts: bytes, again: bytes = b"") -> Callable[[BaseHTTPRequestHandler], None]:
    """Exactly these bytes, then some of them without end."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        for part in parts:
            handler.wfile.write(part)
        while again:
            handler.wfile.write(again)

    return answer


def packed_without_end(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
    while True:
        handler.wfile.write(gzip.compress(bytes(5_000_000), mtime=0))


OK = b"HTTP/1.1 200 OK\r\n"
ANSWERS: dict[str, tuple[Callable[[BaseHTTPRequestHandler], None], str]] = {
    "a header of 10 MB": (raw(OK + b"X: " + b"a" * 10_000_000 + b"\r\n\r\n"), "unavailable"),
    "headers without end": (raw(OK, again=b"X: a\r\n" * 1000), "unavailable"),
    "a status without end": (raw(again=b"HTTP" * 1000), "unavailable"),
    "100 Continue without end": (raw(again=b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), "overdue"),
    "chunks without end": (raw(OK + b"Transfer-Encoding: chunked\r\n\r\n", again=b"1000\r\n" + b"a" * 4096 + b"\r\n"), "too_large"),
    "a chunk of a length that no machine has": (raw(OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n", again=b"a" * 9999), "*"),
    "a packed answer without end": (packed_without_end, "too_large"),
    "a length below nothing": (raw(OK + b"Content-Length: -1\r\n\r\n"), "unavailable"),
    "two lengths": (raw(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\naa"), "unavailable"),
    "a status that is none": (raw(b"HTTP/1.1 99999 Hm\r\n\r\n"), "unavailable"),
    "a header with a line in it": (raw(OK + b"X\x00: a\r\n\r\n"), "unavailable"),
    "another packing than was asked for": (raw(OK + b"Content-Encoding: br\r\n\r\nx"), "unavailable"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_means_harm_costs_neither_time_nor_memory(web: Site, name: str) -> None:
    web.routes["/x"], reason = ANSWERS[name]
    with Deadline(asked, 1 if reason == "overdue" else 60) as ask:
        if reason == "overdue":
            with pytest.raises(Overdue):
                ask(f"{web.url}/x")
            return
        answer = ask(f"{web.url}/x")
    assert isinstance(answer, fetch.Unfetched) and (reason == "*" or answer.reason == reason) and len(answer.sentence) < 600


# Certificates


def certificate(folder: Path, name: str, days: int = 1) -> Path:
    """A key and a certificate for `name` that nobody vouches for, valid for so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    called, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]), datetime.now(UTC)
    built = x509.CertificateBuilder(called, called, key.public_key(), x509.random_serial_number(), now - timedelta(days=9), now + timedelta(days=days))
    built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.2"))]), critical=False)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    written = folder / f"{name}{days}.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    written.write_bytes(secret + built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return written


@contextlib.contextmanager
def secured(pem: Path) -> Iterator[int]:
    """A server with this certificate; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(OK + b"Content-Length: 2\r\n\r\nok")

        def log_message(self, *_: Any) -> None: ...

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None: ...

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(
    ("name", "days", "trusted", "why"),
    [("press.example", 1, True, ""), ("press.example", 1, False, "self-signed"), ("other.example", 1, True, "press.example"), ("press.example", -1, True, "expired")],
)
def test_only_who_has_the_certificate_of_the_name_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, days: int, trusted: bool, why: str) -> None:
    import httpx

    pem = certificate(tmp_path, name, days)
    if trusted:
        context = ssl.create_default_context(cafile=str(pem))
        monkeypatch.setattr(fetch, "_transport", lambda: httpx.HTTPTransport(verify=context, trust_env=False))
    with secured(pem) as port:
        leads = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: leads if host == "press.example" else real(host, *a, **k))
        answer = asked(f"https://press.example:{port}/")
        if not why:
            assert isinstance(answer, fetch.Answer) and answer.body == b"ok"
        else:
            assert isinstance(answer, fetch.Unfetched) and "certificate" in answer.sentence and why in answer.sentence


def test_what_is_no_tls_is_said(web: Site) -> None:
    answer = asked(web.url.replace("http:", "https:"))
    assert isinstance(answer, fetch.Unfetched) and answer.reason == "unavailable"
