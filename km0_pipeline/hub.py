"""hub.toml: who the hub is, who publishes, which sources it reads and when.

Belongs here: the settings as pydantic models (each field's description is its documentation),
and the reading of the file. Every error is one sentence that names the key, the line to mend
and what is expected there.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import warnings
from datetime import date, time
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from km0_pipeline.claims import PROPERTIES, Claim, digest, mention_id
from km0_pipeline.portal_settings import Portals


class HubError(ValueError):
    """hub.toml can't be used; the message has one sentence a mistake, for the person who can mend it."""


def _relative(path: str) -> str:
    p = PurePosixPath(path)
    if p.is_absolute() or ".." in p.parts or not p.parts:
        raise ValueError("a path below data/raw, without a leading / and without ..")
    return str(p)


def _day(stated: str) -> str:
    try:
        date.fromisoformat(stated + "2000-01-01"[len(stated) :])
    except ValueError:
        raise ValueError("a date that the calendar has") from None
    return stated


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("a time zone such as Europe/Paris")
    return name


def _property(name: str) -> str:
    if name and name not in PROPERTIES:
        raise ValueError(f"a property of the vocabulary, or empty to leave the column out; nearest: {nearest(name, PROPERTIES)}")
    return name


FRENCH_MODEL = "fr_core_news_md"


def _models(given: dict[str, str]) -> dict[str, str]:
    for package in given.values():
        if not package.isidentifier() or find_spec(package) is None:
            raise ValueError(f"a spaCy model that is installed; {package!r} is not: .venv/bin/python -m pip install {package.replace('_', '-')}")
    return {"fr": FRENCH_MODEL} | given


Url = Annotated[str, StringConstraints(pattern=r"^(https?://\S+)?$")]
RawPath = Annotated[str, AfterValidator(_relative)]
Words = tuple[Annotated[str, Field(min_length=1)], ...]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Identity(_Model):
    """Who the hub is."""

    name: str = Field(min_length=1, description="Name of the hub, as it is published.")
    aliases: Words = Field((), description="Other spellings that mean the hub.")
    legal_name: str = Field("", description="Legal name of the body that runs it, where known.")
    website: str = Field("", pattern=r"^(https?://\S+)?$", description="Web site of the hub.")
    commune: str = Field(pattern=r"^(\d{5}|2[AB]\d{3})$", description="INSEE code of its commune (not the postcode).")
    commune_name: str = Field(min_length=1, description="Name of its commune.")
    department: str = Field("", description="Name of its department.")
    timezone: Annotated[str, AfterValidator(_time_zone)] = Field("Europe/Paris", description="Time zone of its dates.")


class Publisher(_Model):
    """Who publishes the data, and under which terms."""

    name: str = Field(min_length=1, description="Name of the publisher.")
    contact: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", description="Mailbox of a role, not of a person.")
    licence: str = Field("etalab-2.0", description="SPDX id of the licence.")
    licence_title: str = Field("Licence Ouverte 2.0", description="Name of the licence.")
    licence_url: str = Field(
        "https://www.etalab.gouv.fr/licence-ouverte-open-licence", pattern=r"^https?://\S+$", description="Address of the licence."
    )
    base_url: str = Field("", pattern=r"^(https?://\S+/)?$", description="Where data/published is served, ending in /; empty: relative links.")
    package: str = Field("km0", pattern=r"^[a-z0-9._-]+$", description="Name of the data package.")
    title: str = Field(min_length=1, description="Title of the data package, in French.")
    title_en: str = Field(min_length=1, description="Title of the data package, in English.")
    description: str = Field(min_length=50, description="What the data are, in French, 50 characters or more.")
    description_en: str = Field(min_length=50, description="What the data are, in English, 50 characters or more.")
    keywords: Words = Field((), description="Keywords.")
    frequency: Literal["daily", "weekly", "monthly", "quarterly", "semiannual", "annual", "irregular", "unknown"] = Field(
        "irregular", description="How often a new version is to be expected; irregular: when something has changed."
    )


class Site(_Model):
    """A building or site of the hub."""

    id: str = Field(pattern=r"^[a-z0-9-]+$", description="Short id, which stays when the name changes.")
    name: str = Field(min_length=1, description="Name of the site.")
    aliases: Words = Field((), description="Other names.")
    address: str = Field("", description="Street address, where known.")
    postcode: str = Field("", pattern=r"^(\d{5})?$", description="Postcode, where known.")


class Press(_Model):
    """Press releases and articles."""

    path: RawPath = Field("press", description="Folder below data/raw.")
    licence: str = Field("", description="Licence of a note that does not name its own.")
    known_names: Words = Field((), description="Names of organisations to look for that no registry holds.")
    models: Annotated[dict[Annotated[str, Field(pattern=r"^[a-z]{2}$")], str], AfterValidator(_models)] = Field(
        {"fr": FRENCH_MODEL}, description="spaCy model for the names in each language, besides French."
    )
    review_below: float = Field(
        0.93, ge=0, le=1, description="Confidence below which a claim of the press waits for `km0 review claims`, and is not published; 0: none waits."
    )
    max_megabytes: int = Field(50, ge=1, description="Largest file that is read, in megabytes: a press kit with its pictures.")
    max_pages: int = Field(300, ge=1, description="Most pages of a document: more is a book, not press.")
    max_characters: int = Field(
        300_000, ge=1000, description="Longest text of a document: a hundred pages, which the language model reads in some seconds."
    )
    max_seconds: int = Field(60, ge=1, description="Longest time that reading one file may take; a usual one takes some hundredths.")


class Server(_Model):
    """How a server of the open web is asked (`fetch`)."""

    allow_private: bool = Field(False, description="Whether it, and what it links to, may lie on a network of one's own.")
    max_megabytes: int = Field(10, ge=1, description="Largest answer that is taken, in megabytes, unpacked.")
    max_seconds: float = Field(30, gt=0, description="Longest time that one answer may take, and longest wait before asking again.")
    attempts: int = Field(3, ge=1, description="How often what may pass is asked for: an answer that is late, or HTTP 429 or 5xx.")
    pause_seconds: float = Field(1, ge=0, description="Least time between two requests to one host; doubled for each attempt.")


class Feed(Server):
    """An RSS or Atom feed whose articles are kept in data/raw, in the folder of press that has its name."""

    name: str = Field(pattern=r"^[a-z0-9_-]+$", description="Short name of the feed: the folder its articles are kept in.")
    url: str = Field(pattern=r"^https?://\S+$", description="Address of the feed itself (RSS or Atom), not of a page.")
    publisher: str = Field("", description="Who publishes it; empty: as the feed calls itself.")
    licence: str = Field("", description="Licence of its articles, where they name none.")
    max_items: int = Field(50, ge=1, description="Most articles fetched in one refresh, newest first; the others follow at the next.")


class Registry(_Model):
    """A tenant registry: one file, or several editions of it."""

    name: str = Field(pattern=r"^[a-z0-9_-]+$", description="Short name of the registry.")
    title: str = Field(min_length=1, description="Title, as shown to readers.")
    path: RawPath = Field(description="File below data/raw; * and ? stand for any characters.")
    publisher: str = Field("", description="Who keeps it.")
    url: str = Field("", description="Where it can be had, if public.")
    licence: str = Field("", description="Licence it is under.")
    stated_on: Annotated[str, AfterValidator(_day)] = Field("", pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$", description="Date of the files whose name bears none: YYYY, YYYY-MM or YYYY-MM-DD.")
    left_after: int = Field(2, ge=0, description="How many editions in a row must no longer list a tenancy before it counts as ended; 0: it never does.")
    at_hub: bool = Field(True, description="Whether each row is a tenant of the hub; false: an organisation anywhere.")
    sheet: str = Field("", description="Sheet to read; empty: every sheet that holds a table.")
    encoding: str = Field("", description="Encoding, where the file's own can't be found.")
    delimiter: Annotated[str, StringConstraints(strip_whitespace=False)] = Field("", max_length=1, description="Delimiter, where it can't be found.")
    header_row: int = Field(0, ge=0, description="Row of the header, from 1; 0: found.")
    strict: bool = Field(
        False, description="Whether a column that is gone, new or changed in kind since the edition before stops the run; false: it is reported."
    )
    columns: dict[str, Annotated[str, AfterValidator(_property)]] = Field(
        default_factory=dict, description="Header of the file -> property; empty: leave the column out."
    )


class Register(Server):
    """The national register of companies, SIRENE: by its monthly stock, or by the public search service."""

    stock: Words = Field((), description="Files or addresses of the monthly stock, StockUniteLegale and StockEtablissement: Parquet, or CSV in a ZIP.")
    service: Url = Field("", description="Address of the search service, where no stock is given; it is asked for each SIREN.")
    days: int = Field(30, ge=1, description="Days after which the service is asked for a SIREN again.")
    pause_seconds: float = Field(0.15, ge=0, description="Least time between two requests to one host; the service allows 7 a second.")


class Geocoder(Server):
    """The public geocoder, which says where addresses lie."""

    url: Url = Field("", description="Address of the geocoder; empty: no address is looked up.")
    min_score: float = Field(0.7, ge=0, le=1, description="Least score with which its answer is believed.")
    pause_seconds: float = Field(0.05, ge=0, description="Least time between two requests to one host; the geocoder allows 50 a second.")


class Schedule(_Model):
    """When the data refresh themselves."""

    daily: time = Field(time(6, 30), description="Time of the daily refresh, in the hub's time zone.")
    watch_seconds: int = Field(30, ge=5, description="Seconds between two looks for new files in data/raw.")


class Limits(_Model):
    """What stops a publication."""

    row_drop: float = Field(0.3, ge=0, le=1, description="Largest share of a table's rows that may vanish since the last snapshot.")
    quotation: int = Field(100, ge=0, le=200, description="Most characters of an article that are published as the words of a claim; 0: none.")
    claims: Literal["all", "shared"] = Field(
        "all",
        description="Which claims of registries stand in the claims table: all, or only those of organisations that two or more "
        "sources speak of (for registries of 100,000 rows and more; the others are their own row, named in tenancies).",
    )


# pydantic warns of what every class has (ABCMeta.register); an instance has nothing of that name
warnings.filterwarnings("ignore", 'Field name "register" in "Hub" shadows an attribute', UserWarning)


class Hub(_Model):
    """The whole of hub.toml."""

    hub: Identity
    publisher: Publisher
    sites: tuple[Site, ...] = ()
    press: Press = Press.model_construct()
    feeds: tuple[Feed, ...] = ()
    registries: tuple[Registry, ...] = ()
    register: Register = Register.model_construct()
    geocoder: Geocoder = Geocoder.model_construct()
    schedule: Schedule = Schedule.model_construct()
    limits: Limits = Limits.model_construct()
    portals: Portals = Portals.model_construct()

    @classmethod
    def load(cls, path: Path) -> Hub:
        """The settings in `path`. Raises HubError with a sentence for each mistake."""
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise HubError(f"{path}: there is no such file; every hub needs one.") from None
        except UnicodeDecodeError as e:
            raise HubError(f"{path}: not UTF-8 (byte {e.start}); save it as UTF-8.") from None
        try:
            settings = tomllib.loads(text)
        except tomllib.TOMLDecodeError as e:
            raise HubError(f"{path.name}: not valid TOML: {e}.") from None
        try:
            hub = cls.model_validate(settings)
        except ValidationError as e:
            raise HubError("\n".join(_sentence(path.name, text, error) for error in e.errors())) from None
        for group in ("registries", "sites", "feeds"):
            ids = [getattr(x, "id" if group == "sites" else "name") for x in getattr(hub, group)]
            for twice in sorted({i for i in ids if ids.count(i) > 1}):
                line = _line(text, (group, len(ids) - 1 - ids[::-1].index(twice)))
                raise HubError(f"{path.name}, line {line}: {group}: {twice!r} is used twice; give each its own.")
        return hub

    @property
    def names(self) -> tuple[str, ...]:
        """The hub's name and its aliases."""
        return (self.hub.name, *self.hub.aliases)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.hub.timezone)

    @property
    def document_id(self) -> str:
        """Id of hub.toml as a document: of what it says of the hub itself, so a new schedule changes nothing."""
        return digest(self.hub.model_dump_json(), *(s.model_dump_json() for s in self.sites))

    @property
    def mention_id(self) -> str:
        """The hub as hub.toml speaks of it: the object of `tenant_of` in every registry, whatever else hub.toml says."""
        return mention_id("hub.toml", "organisation", "hub")

    def claims(self) -> list[Claim]:
        """What hub.toml itself says: of the hub, its commune and its sites."""
        document = self.document_id
        commune = mention_id("hub.toml", "place", "commune")

        def say(subject: str, kind: Any, prop: str, value: str, key: str, words: str = "") -> Claim:
            return Claim(document, f"key:{key}", subject, kind, prop, value, words or value, method="hub/1")

        me = self.hub
        found = [
            say(self.mention_id, "organisation", "name", me.name, "hub.name"),
            say(self.mention_id, "organisation", "kind", "hub", "hub"),
            say(self.mention_id, "organisation", "website", me.website, "hub.website"),
            say(self.mention_id, "organisation", "commune", me.commune_name, "hub.commune_name"),
            say(self.mention_id, "organisation", "commune_code", me.commune, "hub.commune"),
            say(self.mention_id, "organisation", "located_in", commune, "hub.commune", me.commune),
            say(commune, "place", "name", me.commune_name, "hub.commune_name"),
            say(commune, "place", "kind", "commune", "hub.commune"),
            say(commune, "place", "commune_code", me.commune, "hub.commune"),
            say(commune, "place", "department", me.department, "hub.department"),
        ]
        for n, site in enumerate(self.sites):
            at = f"sites[{n}]"
            place = mention_id("hub.toml", "place", f"site {site.id}")
            found += [
                say(place, "place", "name", site.name, f"{at}.name"),
                say(place, "place", "kind", "site", at),
                say(place, "place", "address", site.address, f"{at}.address"),
                say(place, "place", "postcode", site.postcode, f"{at}.postcode"),
                say(place, "place", "commune", me.commune_name, "hub.commune_name"),
                say(place, "place", "commune_code", me.commune, "hub.commune"),
                say(place, "place", "located_in", commune, "hub.commune", me.commune),
            ]
        return [c for c in found if c.value]


def nearest(word: str, words: Any) -> str:
    """The few of `words` that look most like `word`, for a person who mistyped; else all of them."""
    return ", ".join(difflib.get_close_matches(word, list(words), n=3, cutoff=0.5) or sorted(words))


def _sentence(file: str, text: str, error: ErrorDetails) -> str:
    loc = error["loc"]
    key = ".".join(f"[{p}]" if isinstance(p, int) else str(p) for p in loc).replace(".[", "[")
    where = f"{file}, line {_line(text, loc)}: {key}"
    model, description = _setting(loc)
    if error["type"] == "extra_forbidden":
        return f"{where}: no such setting; did you mean {nearest(str(loc[-1]), model.model_fields)}?"
    if error["type"] == "missing":
        return f"{where} is missing and must be given: {description}"
    expected = re.sub("^(Value error, |Input should be |String should )", "", error["msg"]).replace("valid tuple", "list")
    if error["type"] == "string_pattern_mismatch":
        return f"{where}: found {error['input']!r}; expected: {description}"
    return f"{where}: found {error['input']!r}; expected: {expected} ({description.rstrip('.')})."


def _setting(loc: tuple[int | str, ...]) -> tuple[type[BaseModel], str]:
    """The model that holds the setting at `loc` (or would, if there were one) and the setting's description."""
    model: Any = Hub
    inside: Any = Hub
    description = ""
    for part in loc:
        if isinstance(part, str) and inside and part in inside.model_fields:
            model, field = inside, inside.model_fields[part]
            inside = next((a for a in (field.annotation, *getattr(field.annotation, "__args__", ())) if hasattr(a, "model_fields")), None)
            description = field.description or (inside.__doc__ if inside else "")
        elif isinstance(part, str) and inside:
            model = inside
    return model, description


_KEY = r"""(?:"[^"]*"|'[^']*'|[\w-]+)"""
_KEYS = rf"{_KEY}(?:\s*\.\s*{_KEY})*"


def _line(text: str, loc: tuple[int | str, ...]) -> int:
    """Line, from 1, of the TOML `text` at which the key at `loc` stands; of the nearest table where it doesn't."""
    best, found = 0, 1
    table: tuple[int | str, ...] = ()
    sizes: dict[tuple[str, ...], int] = {}  # of the arrays of tables
    for n, line in enumerate(text.splitlines(), 1):
        header = re.match(rf"\s*(\[\[?)\s*({_KEYS})\s*\]", line)
        setting = re.match(rf"\s*({_KEYS})\s*=", line)
        keys = tuple(k.strip("\"'") for k in re.findall(_KEY, (header and header[2]) or (setting and setting[1]) or ""))
        if header:
            if header[1] == "[[":
                sizes[keys] = sizes.get(keys, 0) + 1
            table = ()
            for i, key in enumerate(keys, 1):
                table += (key, sizes[keys[:i]] - 1) if keys[:i] in sizes else (key,)
        here = table if header else (*table, *keys)
        if not (header or setting):
            continue
        same = next((i for i, (a, b) in enumerate(zip(here, loc, strict=False)) if a != b), min(len(here), len(loc)))
        if same > best:
            best, found = same, n
    return found
