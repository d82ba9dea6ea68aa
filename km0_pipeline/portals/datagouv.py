"""data.gouv.fr, and every other portal made with udata (STANDARDS 5.1).

What it guarantees. With `files = "link"` a push is one request: the dataset is wholly old or wholly new. With `files = "upload"`
udata replaces one file a request. So all bytes are sent first, as parts that nobody sees; then, where more than one file changes, the dataset is
hidden, the parts are put together (short requests), and one last request describes all and shows it again. A push that breaks off in between leaves it
hidden, never half new, and the next push completes it. Ids of resources, and so their permalinks, stay.

Traps: a PUT drops tags and dates that are not sent again, so everything is; an unknown licence is taken and stored as
none, so it is looked up first; `.parquet` is often refused, so the portal is asked what it takes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from km0_pipeline.hub import Hub
from km0_pipeline.portal_settings import DataGouv
from km0_pipeline.portals.http import Http
from km0_pipeline.portals.offer import File, Offer
from km0_pipeline.portals.outcome import Outcome, PortalError

PART = 4 * 1024 * 1024
"""Bytes sent in one request; a file of fewer is sent in two halves, since a whole one would be shown at once."""
PUSHING = "km0:pushing"
"""Marks a dataset that a push has hidden; one that is hidden without it was hidden by a person, and stays so."""
STEWARDS = ("acronym", "description_short", "contact_points", "featured", "frequency_date")
"""What stewards may have set on the portal itself: sent back as it was found."""


def push(hub: Hub, settings: DataGouv, offer: Offer, dry_run: bool, say: Callable[[str], None]) -> Outcome:
    """Let the portal show `offer`. Raises PortalError."""
    with Http(hub, settings, "/api/1", "X-API-KEY") as portal:
        one = _Push(portal, settings, offer, say)
        try:
            return one.run(dry_run)
        except PortalError as e:
            if not one.hiding:
                raise
            said, passing = str(e), e.passing
        raise PortalError(f"{said} Until a push has gone through, the dataset is hidden.", passing)


class _Push:
    """One push: what is wanted, what was found, and the way from one to the other."""

    def __init__(self, portal: Http, settings: DataGouv, offer: Offer, say: Callable[[str], None]) -> None:
        self.portal, self.settings, self.offer, self.say = portal, settings, offer, say
        self.taken = set(portal.ask("GET", "/datasets/extensions/"))
        self.linked = {f.path for f in offer.files if f.url and (settings.files == "link" or self._name(f) is None)}
        if settings.files == "link" and not self.linked:
            raise PortalError('files = "link" needs base_url in [publisher] of hub.toml: where data/published is served.')
        self.files = [f for f in offer.files if f.path in self.linked or self._name(f) is not None]
        out = [f for f in offer.files if f not in self.files]
        self.left_out = tuple(
            f"{', '.join(f.path for f in out if f.format == form)}: the portal takes no .{form}; set base_url in [publisher] and it is linked to."
            for form in sorted({f.format for f in out})
        )
        self.wanted = self._wanted()
        self.hiding = False
        """Whether the dataset is hidden by this push, at this moment."""

    def run(self, dry_run: bool) -> Outcome:
        found = self._find()
        if found and found["private"] and PUSHING not in (found.get("extras") or {}):
            self.wanted["private"] = True  # hidden by a person, who will show it
        mine = self._mine(found)
        old = {f.path: mine[f.path] for f in self.files if f.path in mine}
        added = [f for f in self.files if f.path not in old]
        replaced = [f for f in self.files if f.path in old and not self._holds(old[f.path], f)]
        removed = sorted(mine.keys() - old.keys())
        described = _different(self._seen(found), self.wanted) if found else []
        described += [f.path for f in self.files if f.path in old and f not in replaced and self._described_otherwise(old[f.path], f)]
        outcome = Outcome(
            "datagouv", (found or {}).get("page") or "", self.offer.version, found is None, _paths(added), _paths(replaced), tuple(removed),
            tuple(described), self.left_out, dry_run,
        )  # fmt: skip
        if dry_run or not outcome.changed:
            return outcome
        if self.linked:
            self.portal.check_served(self.offer.files)
        if found is None:
            found = self.portal.ask("POST", "/datasets/", json=self._hidden({}), again=False)
            self.hiding = not self.wanted["private"]
            self.say(f"made the dataset {found['id']}, hidden until it is whole")
        self.hiding |= PUSHING in (found.get("extras") or {})
        self._bring(found, mine, added, replaced, removed)
        self.hiding = False
        stored = self.portal.ask("GET", f"/datasets/{found['id']}/")
        self._check(stored)
        return Outcome(**outcome.__dict__ | {"address": stored.get("page") or stored.get("uri") or ""})

    def _bring(self, found: dict[str, Any], mine: dict[str, dict[str, Any]], added: list[File], replaced: list[File], removed: list[str]) -> None:
        """The dataset `found` from what it has to what is wanted."""
        at = f"/datasets/{found['id']}"
        uploads = [f for f in (*added, *replaced) if f.path not in self.linked]
        parts = {f.path: self._send_parts(at, f) for f in uploads}
        gone = [r for path, r in mine.items() if path in removed and r["filetype"] == "file"]
        if (uploads or gone) and len(added) + len(replaced) + len(removed) > 1 and not found["private"]:
            self.portal.ask("PUT", f"{at}/", json=self._hidden(found))
            self.hiding = True
            self.say("hid the dataset while its files are replaced")
        for file in uploads:
            mine[file.path] = self._assemble(at, file, parts[file.path], mine.get(file.path))
        if gone:  # deleted one by one, since a list without them would leave their bytes on the portal; first what could be refused
            self._describe(at, hidden=True)
            for resource in gone:
                self.portal.ask("DELETE", f"{at}/resources/{resource['id']}/", missing=(404,))
        self._describe(at, hidden=False)
        self.say("described the dataset and its files")

    def _describe(self, at: str, hidden: bool) -> None:
        """One request that says all: of the dataset, of each file, and their order. What people put there stays, after ours."""
        now = self.portal.ask("GET", f"{at}/")
        mine = self._mine(now)
        ours = [self._resource(f, mine.get(f.path)) for f in self.files]
        known = {r["id"] for r in ours if "id" in r} | {r["id"] for r in mine.values() if r["filetype"] == "remote"}
        others = [{"id": r["id"]} for r in now["resources"] if r["id"] not in known]
        self.portal.ask("PUT", f"{at}/", json=(self._hidden(now) if hidden else self._payload(now)) | {"resources": [*ours, *others]})

    def _send_parts(self, at: str, file: File) -> dict[str, Any]:
        """Send the bytes of `file` as parts; returns the form that has them put together."""
        content = file.local.read_bytes()
        size = min(PART, -(-len(content) // 2))
        parts = [content[i : i + size] for i in range(0, len(content), size)]
        form = {"uuid": str(uuid4()), "filename": self._name(file), "totalparts": len(parts)}
        for n, part in enumerate(parts):
            said = self.portal.ask(
                "POST", f"{at}/upload/", data=form | {"partindex": n, "partbyteoffset": n * size, "chunksize": len(part)},
                files={"file": (form["filename"], part, file.media_type)},
            )  # fmt: skip
            if said.get("success") is not True:
                raise PortalError(f"{self.portal.host} did not take part {n + 1} of {file.path} ({self.portal.clean(str(said))}); what it shows is unchanged. Push again.", passing=True)
        self.say(f"sent {file.path} ({file.bytes:,} bytes)")
        return form

    def _assemble(self, at: str, file: File, form: dict[str, Any], old: dict[str, Any] | None) -> dict[str, Any]:
        """Have the parts put together, in the place of the resource `old` if there is one; returns the resource."""
        into = f"{at}/resources/{old['id']}/upload/" if old else f"{at}/upload/"
        stored: dict[str, Any] = self.portal.ask("POST", into, data=form, again=False)
        if not self._holds(stored, file):
            raise PortalError(
                f"{self.portal.host} took {file.path} but stored something else ({stored.get('filesize')} bytes, {(stored.get('checksum') or {}).get('value')}; "
                f"sent were {file.bytes}, {file.sha1}); push again.", passing=True,
            )  # fmt: skip
        if not old:  # marked at once, so that the next push knows it if this one goes no further
            self.portal.ask("PUT", f"{at}/resources/{stored['id']}/", json=self._resource(file, stored))
        return stored

    def _find(self) -> dict[str, Any] | None:
        """The dataset to update: the one of hub.toml, or the one that a push made before."""
        if self.settings.dataset:
            found: dict[str, Any] | None = self.portal.ask("GET", f"/datasets/{self.settings.dataset}/", missing=(404, 410))
            if found is None or found.get("deleted"):
                raise PortalError(f"{self.portal.host} has no dataset {self.settings.dataset!r} (or it was deleted); correct dataset in hub.toml, or leave it out and one is made.")
            return found
        known = [d for d in self.portal.ask("GET", "/me/org_datasets/") if (d.get("extras") or {}).get("km0:package") == self.offer.name and not d.get("deleted")]
        owned = [d for d in known if ((d.get("organization") or {}).get("id") or "") == self.settings.organisation]
        if len(owned) > 1:
            raise PortalError(f"{self.portal.host} has {len(owned)} datasets of the package {self.offer.name!r}: say which in dataset of hub.toml ({', '.join(d['id'] for d in owned)}).")
        return owned[0] if owned else None

    def _mine(self, found: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
        """The resources that pushes put there, by path; one that can't become what is wanted (a link, a file) counts as another."""
        mine = {}
        for resource in (found or {}).get("resources", ()):
            path = (resource.get("extras") or {}).get("km0:path")
            if path is None and resource["filetype"] == "file":  # uploaded by a push that ended before it could mark it
                path = next((f.path for f in self.files if self._holds(resource, f)), None)
            if path is not None:
                turned = path in {f.path for f in self.files} and resource["filetype"] != self._filetype(path)
                mine[f"{path} ({'link' if resource['filetype'] == 'remote' else 'file'} of before)" if turned or path in mine else path] = resource
        return mine

    def _holds(self, resource: dict[str, Any], file: File) -> bool:
        """Whether a resource has the bytes of `file`: by the sum that udata made when it stored it, or that a link declares."""
        value = (resource.get("checksum") or {}).get("value")
        if file.path in self.linked:
            return bool(resource["url"] == file.url and value == file.sha256)
        return bool(value == file.sha1 and resource.get("filesize") == file.bytes)

    def _described_otherwise(self, resource: dict[str, Any], file: File) -> bool:
        wanted = self._resource(file, resource)
        extras = {k: (resource.get("extras") or {}).get(k) for k in wanted["extras"]}
        return any(_text(resource.get(k)) != _text(wanted[k]) for k in ("title", "description", "type")) or extras != wanted["extras"]

    def _name(self, file: File) -> str | None:
        """Under which name the portal takes a file: its own, or with .txt where it is plain text; None: under none."""
        if file.path.rpartition(".")[2].lower() in self.taken and "." in file.path:
            return file.path
        return f"{file.path}.txt" if file.format in ("md", "txt") else None

    def _filetype(self, path: str) -> str:
        return "remote" if path in self.linked else "file"

    def _resource(self, file: File, old: dict[str, Any] | None) -> dict[str, Any]:
        said: dict[str, Any] = {
            "title": file.title,
            "description": file.description,
            "type": "main" if file.data else "documentation",
            "filetype": self._filetype(file.path),
            "extras": ((old or {}).get("extras") or {}) | {"km0:path": file.path, "km0:sha256": file.sha256},
            "schema": (old or {}).get("schema") or None,
        }
        if old:
            said["id"] = old["id"]
        if file.path in self.linked:
            said |= {"url": file.url, "format": file.format, "mime": file.media_type, "filesize": file.bytes, "checksum": {"type": "sha256", "value": file.sha256}}
        else:
            said |= {k: (old or {}).get(k) for k in ("url", "format", "mime", "filesize", "checksum")}  # required, though the portal's own stay
        return said

    def _wanted(self) -> dict[str, Any]:
        """What the dataset is to say, in the words that the portal answers in."""
        offer = self.offer
        said = {
            "title": offer.title,
            "description": offer.description,
            "license": self._licence(),
            "frequency": offer.frequency,
            "tags": sorted({t for k in offer.keywords if 3 <= len(t := _slug(k)) <= 96}),
            "temporal_coverage": {"start": (offer.start or offer.end).isoformat(), "end": offer.end.isoformat()},
            "spatial": {"zones": [f"fr:commune:{offer.commune}"], "granularity": "fr:commune"},
            "private": self.settings.private,
            "extras": {"km0:package": offer.name, "km0:version": offer.version},
        }
        return said | ({"organization": self.settings.organisation} if self.settings.organisation else {})

    def _licence(self) -> str:
        """The portal's id for the licence; refused here where it knows none, since it would store none and say nothing."""
        known: dict[str, list[str]] = {x["id"]: [u for u in (x.get("url"), *(x.get("alternate_urls") or ())) if u] for x in self.portal.ask("GET", "/datasets/licenses/")}
        if self.settings.licence in known:
            return self.settings.licence
        found = next((i for i, urls in known.items() if _address(self.offer.licence_url) in map(_address, urls)), None)
        if self.settings.licence or found is None:
            asked = self.settings.licence or self.offer.licence_url
            raise PortalError(f"{self.portal.host} knows no licence {asked}; set licence in [portals.datagouv] to one of {', '.join(sorted(known))}. Nothing was pushed.")
        return found

    def _payload(self, found: dict[str, Any]) -> dict[str, Any]:
        """All that a PUT must hold: what is wanted, and what stewards set on the portal."""
        kept = {k: found[k] for k in STEWARDS if found.get(k)}
        if "contact_points" in kept:
            kept["contact_points"] = [{"id": c["id"]} for c in kept["contact_points"]]
        extras = {k: v for k, v in (found.get("extras") or {}).items() if k != PUSHING}
        return kept | self.wanted | {"extras": extras | self.wanted["extras"]}

    def _hidden(self, found: dict[str, Any]) -> dict[str, Any]:
        """The same, with the dataset hidden until the push is through; marked, unless it stays hidden then."""
        payload = self._payload(found)
        return payload | {"private": True, "extras": payload["extras"] | ({} if self.wanted["private"] else {PUSHING: self.offer.version})}

    def _seen(self, stored: dict[str, Any]) -> dict[str, Any]:
        """What a dataset says, of what is wanted, in the same shape."""
        coverage, spatial = stored.get("temporal_coverage") or {}, stored.get("spatial") or {}
        zones = [z["id"] if isinstance(z, dict) else z for z in spatial.get("zones") or ()]
        return {k: stored.get(k) for k in self.wanted} | {
            "tags": sorted(stored.get("tags") or ()),
            "temporal_coverage": {k: (coverage.get(k) or "")[:10] for k in ("start", "end")},
            "spatial": {"zones": zones, "granularity": spatial.get("granularity")},
            "extras": {k: (stored.get("extras") or {}).get(k) for k in self.wanted["extras"]},
            "organization": (stored.get("organization") or {}).get("id"),
        }

    def _check(self, stored: dict[str, Any]) -> None:
        """Raises PortalError if the portal shows something else than what was sent."""
        wrong = _different(self._seen(stored), self.wanted)
        resources = {(r.get("extras") or {}).get("km0:path"): r for r in stored["resources"]}
        for file in self.files:
            resource = resources.get(file.path)
            if resource is None or not self._holds(resource, file) or self._described_otherwise(resource, file):
                wrong.append(file.path)
        if wrong:
            raise PortalError(f"{self.portal.host} took the push but shows something else in: {', '.join(wrong)}. Look at {stored.get('page')}, and push again.")


def _different(seen: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Names of what differs."""
    return [k for k in wanted if _text(seen.get(k)) != _text(wanted[k])]


def _text(value: Any) -> Any:
    """A text without what portals change in it: ends of lines, and blanks around it."""
    return "\n".join(value.split("\r\n")).strip() if isinstance(value, str) else value


def _slug(words: str) -> str:
    """A keyword as udata writes tags: small letters without accents, joined by hyphens."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", words.lower()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _address(url: str) -> str:
    """An address without what does not tell pages apart: scheme, www, final slash."""
    return re.sub(r"^https?://(www\.)?", "", url.lower()).rstrip("/")


def _paths(files: Iterable[File]) -> tuple[str, ...]:
    return tuple(f.path for f in files)
