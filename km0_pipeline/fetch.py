"""Asking a server of the open web for one answer, politely and without trusting it.

One request at a time, a pause between two to the same host, again what may pass; redirects followed
by hand; limits of time and size; and only addresses that anyone may reach. Belongs here: HTTP, and
what may go wrong with it. What is asked for, and what is done with the answer, belongs to who asks: feeds of the press, the register.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import string
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urldefrag, urljoin, urlsplit

from km0_pipeline.deadline import Crashed, Deadline, Overdue
from km0_pipeline.hub import Hub, Server

if TYPE_CHECKING:  # for a hub without feeds it would only cost time
    import httpx

REDIRECTS = 5
"""Most redirects that are followed for one page."""
LONGEST_WAIT = 7 * 86_400
"""Seconds for which a server may ask to be left alone."""
_MOVED = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that may be another one in a moment."""
_EMBEDDED = (("::ffff:0:0/96", 0), ("64:ff9b::/96", 0), ("2002::/16", 80))
"""Networks of IPv6 that lead to an address of IPv4, and the bits that stand to its right."""


class Unfetched(Exception):
    """A page that could not be had: a reason code, a sentence on what to do, and whether it may be had later.

    `wait` is how many seconds the server asks to be left alone.
    """

    def __init__(self, reason: str, sentence: str, passing: bool = False, wait: float = 0) -> None:
        super().__init__(reason, sentence, passing, wait)  # all of them, so that it travels between processes
        self.reason, self.sentence, self.passing, self.wait = reason, sentence, passing, wait


class Answer(NamedTuple):
    """What a server answered: the address that was asked last, headers by their names in lower case, the unpacked body.

    The body is empty where it was written to a file.
    """

    url: str
    status: int
    headers: dict[str, str]
    body: bytes


class Fetcher:
    """Asks within the settings of a `server`; a context that ends the process in which the asking is done.

    `asked` says when each host was asked last; fetchers of several servers share it.
    """

    def __init__(self, hub: Hub, server: Server, asked: dict[str, float]) -> None:
        _transport()  # loaded here, once, and not for each request in a process that is forked
        self._server = server
        self._asked = asked
        self._agent = user_agent(hub)
        self._ask = Deadline(ask, server.max_seconds)

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ask.__exit__(kind, error, trace)

    def get(self, url: str, conditions: Mapping[str, str] | None = None, into: Path | None = None) -> Answer:
        """The answer at `url`, or where it redirects to: 200 with its body, or another status; raises Unfetched.

        `conditions` are headers such as If-None-Match; `into` is the file that the body is written to, for large ones.
        """
        headers = {"User-Agent": self._agent, "Accept-Encoding": "gzip", **(conditions or {})}
        seen: list[str] = []
        url = _joined(url, "")
        while True:
            if url in seen or len(seen) > REDIRECTS:
                how = "in a circle" if url in seen else f"more than {REDIRECTS} times"
                raise Unfetched("redirects", f"redirects {how}; give the address at which a browser ends up.")
            seen.append(url)
            answer = self._patiently(url, headers, b"", into)
            if answer.status not in _MOVED or "location" not in answer.headers:
                return answer
            url = _joined(url, answer.headers["location"].strip())

    def post(self, url: str, content: bytes, content_type: str) -> Answer:
        """The answer to `content` sent to `url`, wherever it would redirect to; raises Unfetched."""
        headers = {"User-Agent": self._agent, "Accept-Encoding": "gzip", "Content-Type": content_type}
        return self._patiently(_joined(url, ""), headers, content, None)

    def _patiently(self, url: str, headers: dict[str, str], content: bytes, into: Path | None) -> Answer:
        """The answer of one server, asked again where what went wrong may pass."""
        server = self._server
        attempt = 0
        while True:
            attempt += 1
            host = urlsplit(url).netloc
            since = time.monotonic() - self._asked.get(host, float("-inf"))
            time.sleep(max(0.0, server.pause_seconds - since))
            try:
                return self._once(url, headers, content, into)
            except Unfetched as e:
                wait = max(e.wait, server.pause_seconds * 2**attempt)
                if not e.passing or attempt == server.attempts or wait > server.max_seconds:
                    raise
            finally:
                self._asked[host] = time.monotonic()
            time.sleep(wait)

    def _once(self, url: str, headers: dict[str, str], content: bytes, into: Path | None) -> Answer:
        server = self._server
        most = server.max_megabytes * 1_000_000
        try:
            answer = self._ask(url, headers, most, server.max_seconds, server.allow_private, content, into)
        except Overdue:
            later = "it is asked again at the next refresh; raise max_seconds if it is always slow."
            raise Unfetched("unavailable", f"takes more than {server.max_seconds:g} s to answer; {later}", True) from None
        except Crashed:
            sentence = "makes the reader of its answer crash; leave it out if this goes on."
            raise Unfetched("unavailable", sentence) from None
        if isinstance(answer, Unfetched):
            raise answer
        if answer.status in _PASSING:
            said = "asks to be left alone" if answer.status == 429 else "is not well"
            sentence = f"{said} (HTTP {answer.status}); it is asked again at a later refresh."
            raise Unfetched("unavailable", sentence, True, retry_after(answer.headers.get("retry-after", "")))
        return answer


def user_agent(hub: Hub) -> str:
    """Who asks, and whom to write to: `km0_pipeline/0.1.0 (https://km0.example; donnees@km0.example)`."""
    said = "; ".join(filter(None, (hub.hub.website, hub.publisher.contact)))
    return f"km0_pipeline/{version('km0-pipeline')} ({quote(said, safe=string.punctuation + ' ')})"


def ask(
    url: str,
    headers: Mapping[str, str],
    most: int,
    seconds: float,
    allow_private: bool,
    content: bytes = b"",
    into: Path | None = None,
) -> Answer | Unfetched:
    """The answer to one request at `url`, or why there is none; at most `most` bytes, unpacked, in the file `into` if given.

    It is a GET, or a POST where there is `content` to send.

    The name is resolved once, each address it has is checked, and the connection goes to an address
    that was checked: a name that leads elsewhere a moment later leads nowhere.
    """
    import httpx

    try:
        target = httpx.URL(url)
        name = target.raw_host.decode("ascii")
        if target.scheme not in ("http", "https") or not name or target.userinfo:
            raise _no_address(url)
        addresses = _addresses(name, target.port or {"http": 80, "https": 443}[target.scheme], allow_private)
        headers = {**headers, "Host": target.netloc.decode("ascii")}
        timeout = httpx.Timeout(seconds, connect=seconds / 3)  # where a name has several addresses, one may be dead
        client = httpx.Client(transport=_transport(), timeout=timeout, trust_env=False)  # no cookies, proxy or .netrc
        for address in addresses:
            request = client.build_request(
                "POST" if content else "GET",
                target.copy_with(host=address),
                headers=headers,
                content=content or None,
                extensions={"sni_hostname": name},
            )
            try:
                response = client.send(request, stream=True)
                break
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if address == addresses[-1]:
                    raise
        with closing(response):
            body = _body(response, most, into) if response.status_code == 200 else b""
            return Answer(url, response.status_code, dict(response.headers), body)
    except Unfetched as e:
        return e
    except (httpx.InvalidURL, UnicodeError):
        return _no_address(url)
    except (httpx.HTTPError, OSError) as e:
        why = str(e) or type(e).__name__
        return Unfetched("unavailable", f"can't be reached ({why}); check the address if this goes on.", passing=True)


@cache
def _transport() -> httpx.HTTPTransport:
    """Connections, and whom to believe who they are. None is kept: one name could get the connection of another."""
    import httpx

    return httpx.HTTPTransport(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))


def _body(response: httpx.Response, most: int, into: Path | None) -> bytes:
    """The body, unpacked and read only as far as it may go; empty where it is written to `into`."""
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if packed not in ("identity", "gzip", ""):  # of what was not asked for, one chunk could unpack to any size
        raise Unfetched("unavailable", f"answers packed as {packed!r}, which was not asked for; tell its publisher.")
    with into.open("wb") if into else BytesIO() as body:
        for chunk in response.iter_bytes():
            body.write(chunk)
            if body.tell() > most:
                size = f"is larger than {most // 1_000_000} MB"
                raise Unfetched("too_large", f"{size}; raise its max_megabytes, if it is worth it.")
        return body.getvalue() if isinstance(body, BytesIO) else b""


def _addresses(name: str, port: int, allow_private: bool) -> list[str]:
    """Where `name` leads to; raises Unfetched unless all of it is public, or may be private."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    private = [a for a in addresses if not is_public(a)]
    if private and not allow_private:
        sentence = f"leads to {private[0]}, which is not on the public internet; if that is meant, set allow_private."
        raise Unfetched("not_public", sentence)
    return addresses


def is_public(address: str) -> bool:
    """Whether an address of IPv4 or IPv6 is one that anyone may reach: none of a house, a machine, a link or a group."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        for network, shift in _EMBEDDED:
            if ip in ipaddress.ip_network(network):
                return is_public(str(ipaddress.IPv4Address(int(ip) >> shift & 0xFFFFFFFF)))
        if ip not in ipaddress.ip_network("2000::/3"):
            return False
    return ip.is_global and not ip.is_multicast


def _joined(url: str, link: str) -> str:
    """Where `link` on the page at `url` leads to, without a place in the page."""
    try:
        return urldefrag(urljoin(url, link))[0]
    except ValueError:
        raise _no_address(link or url) from None


def _no_address(url: str) -> Unfetched:
    known = "an http(s) address of a page, without name and password"
    shown = re.sub("//[^/]*@", "//…@", url[:200])
    return Unfetched("not_public", f"has or leads to the address {shown!r}, which is not {known}; correct it.")


def retry_after(value: str) -> float:
    """Seconds that a Retry-After header asks for, in seconds or as a date; 0 if it asks for nothing, a week at most."""
    try:
        if value.strip().isdecimal():
            return min(float(value), LONGEST_WAIT)
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # a year of twelve digits
        return 0
    seconds = ((until if until.tzinfo else until.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0), LONGEST_WAIT)


def moment(later: timedelta = timedelta()) -> str:
    """When it is now, or so much later, ISO 8601 in UTC to the second: for when a server was or may be asked, never for what is published."""
    return (datetime.now(UTC) + later).isoformat(timespec="seconds")
