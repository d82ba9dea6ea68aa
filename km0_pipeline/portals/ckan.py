"""Portals made with CKAN, 2.10 or later (STANDARDS 5.2).

What it guarantees. One request (`package_revise`) carries every changed file and all that is said of them; CKAN takes it whole or not at all, and
refuses it where someone has changed the dataset since it was looked at. A new dataset is a draft until that request has gone through. Ids of
resources stay. (CKAN moves the files into place a moment before it commits: a server that dies in between keeps old words beside new files, and the next push, which
compares sizes and sums, mends it.)

Traps: `hash` is what we say, CKAN never computes it, so changed files are downloaded and compared; tags take letters, digits, blanks and `-_.` only;
what is not sent again of a resource is dropped, so all of it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from km0_pipeline.hub import Hub
from km0_pipeline.portal_settings import Ckan
from km0_pipeline.portals.http import Http
from km0_pipeline.portals.offer import File, Offer
from km0_pipeline.portals.outcome import Outcome, PortalError

FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"
CODES = {"irregular": "IRREG", "semiannual": "ANNUAL_2", "unknown": "UNKNOWN"}
"""Codes of the European list of frequencies that are not the word itself in capitals."""
PATH = "km0_path"
"""Property of a resource that says which file of the snapshot it is."""


def push(hub: Hub, settings: Ckan, offer: Offer, dry_run: bool, say: Callable[[str], None]) -> Outcome:
    """Let the portal show `offer`. Raises PortalError."""
    with Http(hub, settings, "/api/3/action", "Authorization") as portal:
        return _Push(portal, settings, offer, say).run(dry_run)


class _Push:
    """One push: what is wanted, what was found, and the way from one to the other."""

    def __init__(self, portal: Http, settings: Ckan, offer: Offer, say: Callable[[str], None]) -> None:
        self.portal, self.settings, self.offer, self.say = portal, settings, offer, say
        self.link = settings.files == "link"
        if self.link and not all(f.url for f in offer.files):
            raise PortalError('files = "link" needs base_url in [publisher] of hub.toml: where data/published is served.')
        self.name = settings.dataset or re.sub(r"[^a-z0-9_-]", "-", offer.name)
        self.wanted, self.extras = self._wanted()

    def run(self, dry_run: bool) -> Outcome:
        found = self._find()
        mine = {r[PATH]: r for r in (found or {}).get("resources", ()) if r.get(PATH)}
        files = {f.path: f for f in self.offer.files}
        added = [f for f in self.offer.files if f.path not in mine]
        replaced = [f for f in self.offer.files if f.path in mine and not self._holds(mine[f.path], f)]
        removed = sorted(mine.keys() - files.keys())
        described = self._different(found) if found else []
        described += [f.path for f in self.offer.files if f.path in mine and f not in replaced and self._described_otherwise(mine[f.path], f)]
        outcome = Outcome(
            "ckan", self._address(), self.offer.version, found is None, tuple(f.path for f in added), tuple(f.path for f in replaced),
            tuple(removed), tuple(described), (), dry_run,
        )  # fmt: skip
        if dry_run or not outcome.changed:
            return outcome
        if self.link:
            self.portal.check_served(self.offer.files)
        if found is None:
            start = self.wanted | {"name": self.name, "state": "draft", "private": True, "extras": _pairs(self.extras)}
            found = self._ask("package_create", json=start, again=False)
            self.say(f"made the dataset {self.name}, a draft until it is whole")
        changed = [*added, *replaced]
        self._revise(found, mine, [] if self.link else changed)
        self.say(f"sent {len(changed)} {'links' if self.link else 'files'} and what is said of all, in one request")
        self._check(changed)
        return outcome

    def _revise(self, found: dict[str, Any], mine: dict[str, dict[str, Any]], uploads: list[File]) -> None:
        """The request that changes everything."""
        others = [r for r in found.get("resources", ()) if not r.get(PATH)]  # put there by people
        resources = [(mine.get(f.path) or {}) | self._resource(f, mine.get(f.path)) for f in self.offer.files]
        kept = {e["key"]: e["value"] for e in found.get("extras", ())}
        update = self.wanted | {"state": "active", "resources": [*resources, *others], "extras": _pairs(kept | self.extras)}
        match = {"id": found["id"], "metadata_modified": found["metadata_modified"]}
        with ExitStack() as stack:
            parts = {
                f"update__resources__{n}__upload": (f.path, stack.enter_context(f.local.open("rb")), f.media_type)
                for n, f in enumerate(self.offer.files)
                if f in uploads
            }
            form = {"match": json.dumps(match), "update": json.dumps(update)}
            self._ask("package_revise", again=False, data=form, files=parts or None)

    def _check(self, changed: list[File]) -> None:
        """Raises PortalError if the portal shows something else than what was sent."""
        stored = self._find()
        wrong = self._different(stored) if stored else ["the dataset"]
        resources = {r.get(PATH): r for r in (stored or {}).get("resources", ())}
        for file in self.offer.files:
            resource = resources.get(file.path)
            if resource is None or not self._holds(resource, file) or self._described_otherwise(resource, file):
                wrong.append(file.path)
            elif file in changed and not self.link and self.portal.sum_of(resource["url"], file.bytes) != file.sha256:
                wrong.append(file.path)
                self._unmark(resource)
        if wrong:
            raise PortalError(f"{self.portal.host} took the push but shows something else in: {', '.join(wrong)}. Look at {self._address()}, and push again.")

    def _unmark(self, resource: dict[str, Any]) -> None:
        """Take the sum from a resource that does not hold what it says, so that the next push replaces it."""
        self._ask("resource_patch", json={"id": resource["id"], "hash": ""})

    def _find(self) -> dict[str, Any] | None:
        """The dataset of that name; raises PortalError if it was deleted, or is not one that a push made and hub.toml does not name it."""
        found: dict[str, Any] | None = self._ask("package_show", params={"id": self.name}, missing=(404,), method="GET")
        if found is None and not self.settings.dataset:
            return None
        if found is None or found.get("state") == "deleted":
            raise PortalError(f"{self.portal.host} has no dataset {self.name!r} (or it was deleted); correct dataset in [portals.ckan], or have it restored.")
        ours = {"key": "km0:package", "value": self.offer.name} in found.get("extras", ())
        if not ours and not self.settings.dataset:
            raise PortalError(f"{self.portal.host} has a dataset {self.name!r} that no push has made; if it is to be replaced, name it in dataset of [portals.ckan].")
        if found.get("private") and found.get("state") == "active":
            self.wanted["private"] = True  # hidden by a person, who will show it
        return found

    def _holds(self, resource: dict[str, Any], file: File) -> bool:
        """Whether a resource is said to have the bytes of `file`, and has as many."""
        there = resource["url"] == file.url if self.link else resource.get("url_type") == "upload"
        return bool(there and resource.get("hash") == file.sha256 and (resource.get("size") in (None, file.bytes)))

    def _described_otherwise(self, resource: dict[str, Any], file: File) -> bool:
        wanted, kept = self._resource(file, resource), resource | {"format": str(resource.get("format")).upper()}  # CKAN writes GEOJSON as GeoJSON
        return any(_text(kept.get(k)) != _text(wanted[k]) for k in ("name", "description", "format", "mimetype"))

    def _resource(self, file: File, old: dict[str, Any] | None) -> dict[str, Any]:
        said: dict[str, Any] = {
            "name": file.title, "description": file.description, "format": file.format.upper(), "mimetype": file.media_type,
            "hash": file.sha256, "size": file.bytes, PATH: file.path,
        }  # fmt: skip
        if self.link:
            uploaded = (old or {}).get("url_type") == "upload"
            return said | {"url": file.url, "url_type": ""} | ({"clear_upload": "true"} if uploaded else {})
        return said | {"url": (old or {}).get("url") if (old or {}).get("url_type") == "upload" else file.path, "url_type": "upload"}

    def _wanted(self) -> tuple[dict[str, Any], dict[str, str]]:
        """What the dataset is to say, and its extras, by the names that ckanext-dcat gives them."""
        offer = self.offer
        said = {
            "title": offer.title, "notes": offer.description, "owner_org": self.settings.organisation, "license_id": self._licence(),
            "version": offer.version, "author": offer.publisher, "maintainer": offer.publisher, "maintainer_email": offer.contact,
            "tags": [{"name": t} for t in sorted({_tag(k) for k in offer.keywords}) if 2 <= len(t) <= 100], "private": self.settings.private,
        }  # fmt: skip
        extras = {
            "km0:package": offer.name,
            "language": "http://publications.europa.eu/resource/authority/language/FRA",
            "frequency": FREQUENCY + CODES.get(offer.frequency, offer.frequency.upper()),
            "spatial_uri": f"http://id.insee.fr/geo/commune/{offer.commune}",
            "temporal_start": (offer.start or offer.end).isoformat(),
            "temporal_end": offer.end.isoformat(),
        }
        return said, extras

    def _licence(self) -> str:
        """The portal's id for the licence: the one of hub.toml, or the one of the same address; else the SPDX id, which CKAN takes as it is."""
        if self.settings.licence:
            return self.settings.licence
        address = self.offer.licence_url.rstrip("/")
        known = self._ask("license_list", method="GET")
        return next((x["id"] for x in known if (x.get("url") or "").rstrip("/") == address), self.offer.licence)

    def _different(self, stored: dict[str, Any]) -> list[str]:
        """Names of what a dataset says otherwise than it is to."""
        organisation = stored.get("organization") or {}
        seen = stored | {"tags": [{"name": n} for n in sorted(t["name"] for t in stored.get("tags", ()))]}
        if self.settings.organisation in (organisation.get("id"), organisation.get("name")):
            seen["owner_org"] = self.settings.organisation
        extras = {e["key"]: e["value"] for e in stored.get("extras", ())}
        found = [k for k in self.wanted if _text(seen.get(k)) != _text(self.wanted[k])]
        found += ["state"] if stored.get("state") != "active" else []
        return found + [k for k in self.extras if extras.get(k) != self.extras[k]]

    def _address(self) -> str:
        return f"{self.settings.url.rstrip('/')}/dataset/{self.name}"

    def _ask(self, action: str, *, method: str = "POST", **content: Any) -> Any:
        """The result of an action of CKAN's API; None where it is missing."""
        said = self.portal.ask(method, f"/{action}", **content)
        if said is not None and not (isinstance(said, dict) and said.get("success") and "result" in said):
            raise PortalError(f"{self.portal.host} answers {action} with what is no result of CKAN: {self.portal.clean(str(said), 100)}; is url in [portals.ckan] right?")
        return None if said is None else said["result"]


def _pairs(extras: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": k, "value": v} for k, v in sorted(extras.items())]


def _tag(words: str) -> str:
    """A keyword as CKAN takes tags: letters, digits, blanks, hyphens, underscores, full stops."""
    return " ".join(re.sub(r"[^\w \-.]", " ", words).split())


def _text(value: Any) -> Any:
    """A text without what portals change in it: ends of lines, and blanks around it."""
    return "\n".join(value.split("\r\n")).strip() if isinstance(value, str) else value
