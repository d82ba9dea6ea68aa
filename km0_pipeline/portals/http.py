"""Asking a portal over HTTP: with its key, with patience, and with errors that a person can act on.

The key goes to the portal of hub.toml and nowhere else: no redirect is followed with it to another host, and what the portal says is
repeated without it. What may pass (no answer, HTTP 429 and 5xx) is asked for again, where asking twice does no harm.
Belongs here: HTTP; what is asked for belongs to `datagouv` and `ckan`.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
import traceback
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from km0_pipeline.fetch import REDIRECTS, retry_after, user_agent
from km0_pipeline.hub import Hub
from km0_pipeline.portals.outcome import PortalError
from km0_pipeline.publish.places import SUMS
from km0_pipeline.service_settings import HERE, secret

if TYPE_CHECKING:
    import httpx

    from km0_pipeline.portal_settings import Ckan, DataGouv
    from km0_pipeline.portals.offer import File

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that may be another one in a moment."""


class Http:
    """A portal's API below `base`, asked with the key that `header` carries."""

    def __init__(self, hub: Hub, settings: DataGouv | Ckan, base: str, header: str) -> None:
        import httpx

        self._base = httpx.URL(settings.url.rstrip("/") + base)
        self.host = self._base.netloc.decode("ascii")
        if self._base.scheme != "https" and self._base.host not in HERE:
            raise PortalError(f"{settings.url}: the key would go there unencrypted; give the address with https in hub.toml.")
        self._settings = settings
        self._key = secret(settings.key, f"key of {self.host}")
        self._header = header
        logging.getLogger("httpcore").setLevel(logging.INFO)  # at DEBUG it writes the headers of answers, where a portal may repeat the key
        timeout = httpx.Timeout(settings.max_seconds)
        self._client = httpx.Client(timeout=timeout, trust_env=False, headers={"User-Agent": user_agent(hub)})  # no .netrc, no proxy

    def __enter__(self) -> Http:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Closes; an answer of another shape than the portal's API gives is told in a sentence."""
        self._client.close()
        if isinstance(error, (LookupError, TypeError, AttributeError)):
            at = traceback.extract_tb(trace)[-1]
            raise PortalError(f"{self.host} answers otherwise than a portal of this kind does ({kind and kind.__name__} in {at.name}, line {at.lineno}); is url in hub.toml right?") from None

    def ask(self, method: str, path: str, *, missing: tuple[int, ...] = (), again: bool = True, **content: Any) -> Any:
        """The JSON that the portal answers; None for one of the statuses in `missing`. Raises PortalError.

        `content` is what httpx takes (json, data, files, params); `again`: whether it may be asked twice, since the first may have been
        done though no answer came.
        """
        url = self._base.join(self._base.path.rstrip("/") + path)
        for attempt in range(1, self._settings.attempts + 1):
            last = attempt == self._settings.attempts or not again
            response, why = self._send(method, url, **content)
            if response is None:
                if last:
                    raise PortalError(f"{self.host} can't be reached ({why}); try again later, and check url in hub.toml if this goes on.", passing=True)
                time.sleep(self._settings.pause_seconds * 2 ** (attempt - 1))
                continue
            if response.status_code in missing:
                return None
            if response.status_code in PASSING and not last:
                wait = retry_after(response.headers.get("retry-after", ""))
                if wait > self._settings.max_seconds:
                    raise PortalError(f"{self.host} asks to be left alone for {wait:.0f} seconds (HTTP {response.status_code}); push again then.", passing=True)
                time.sleep(max(wait, self._settings.pause_seconds * 2 ** (attempt - 1)))
                continue
            return self._read(response, f"{method} {path}")
        raise AssertionError("unreachable")

    def sum_of(self, url: str, most: int) -> str:
        """SHA-256 of the file at `url`, read up to `most` bytes; redirects are followed, and the key goes to the portal alone. Raises PortalError."""
        import httpx

        try:
            here = self._base.join(url)
        except httpx.InvalidURL:
            raise PortalError(f"{url[:200]!r} is no address of a file.") from None
        for _ in range(REDIRECTS + 1):
            digest, moved, why = self._download(here, most)
            if digest:
                return digest
            if not moved:
                break
            here = moved
        raise PortalError(f"{here.copy_with(query=None)} can't be downloaded ({why}); push again when it can.", passing=True)

    def check_served(self, files: Iterable[File]) -> None:
        """Raises PortalError unless base_url has the snapshot that is to be linked to: by the list of its sums."""
        sums = next(f for f in files if f.path == SUMS)
        if self.sum_of(sums.url, sums.bytes) != sums.sha256:
            raise PortalError(f"{sums.url} is not the {SUMS} of this snapshot: publish it where base_url points to first (`km0 push s3`, or a copy), then push again.")

    def clean(self, text: str, most: int = 300) -> str:
        """What a portal says, as it may be repeated: one line, not long, without the key."""
        words = " ".join(re.sub(r"[^\S ]|[\x00-\x1f\x7f-\x9f]", " ", text).split()).replace(self._key, "(the key)")
        return words[:most] + ("…" if len(words) > most else "")

    def _send(self, method: str, url: httpx.URL, **content: Any) -> tuple[httpx.Response | None, str]:
        """The response, or None and why there is none; no exception that knows the request gets out."""
        import httpx

        try:
            return self._client.request(method, url, headers={self._header: self._key}, **content), ""
        except (httpx.HTTPError, OSError) as e:
            return None, self.clean(str(e)) or type(e).__name__

    def _read(self, response: httpx.Response, what: str) -> Any:
        status = response.status_code
        if 200 <= status < 300:
            found = _json(response) if response.content else {}
            if found is None:
                raise PortalError(f"{self.host} answers {what} with what is no JSON: {self.clean(response.text, 100)!r}; is url in hub.toml a portal of this kind?")
            return found
        said = f"{self.host} answers {what} with HTTP {status}"
        if 300 <= status < 400:
            to = response.headers.get("location", "").partition("?")[0]
            raise PortalError(f"{said}: it has moved to {self.clean(to)}; the key was not sent there. Set url in hub.toml to the address at which a browser ends up.")
        words = self.clean(_message(response))
        if status in (401, 403):
            raise PortalError(f"{said} ({words}): the key in {self._settings.key} is not known there or may not do this; make another, or ask for the right.")
        if status == 413:
            raise PortalError(f'{said}: a file is larger than it takes. Set files = "link" (with base_url), or ask the portal for more room.')
        raise PortalError(f"{said}: {words or 'no reason given'}." + (" Push again later: what is done is not done twice." if status in PASSING else ""), passing=status in PASSING)

    def _download(self, url: httpx.URL, most: int) -> tuple[str, httpx.URL | None, str]:
        """SHA-256, or where to look instead, and why there is none."""
        import httpx

        own = (url.scheme, url.netloc) == (self._base.scheme, self._base.netloc)
        try:
            with self._client.stream("GET", url, headers={self._header: self._key} if own else {}) as response:
                if response.is_redirect:
                    return "", url.join(response.headers.get("location", "")), "it redirects in circles"
                if response.status_code != 200:
                    return "", None, f"HTTP {response.status_code}"
                digest, n = hashlib.sha256(), 0
                for chunk in response.iter_bytes():
                    n += len(chunk)
                    if n > most:
                        break
                    digest.update(chunk)
                return digest.hexdigest(), None, ""
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as e:
            return "", None, self.clean(str(e)) or type(e).__name__


def _json(response: httpx.Response) -> Any:
    """What a response says in JSON; None where it says none."""
    try:
        return response.json()
    except ValueError:  # nothing is raised from here: the error would hold the whole answer
        return None


def _message(response: httpx.Response) -> str:
    """The words of an error: `message`, `error` or `errors` of its JSON, or its text."""
    found = _json(response)
    if found is None:
        return "" if "html" in response.headers.get("content-type", "") else response.text
    if isinstance(found, dict):
        told = {k: v for k, v in found.items() if k in ("message", "error", "errors") and v}
        return "; ".join(v if isinstance(v, str) else repr(v) for v in told.values()) or repr(found)
    return repr(found)
