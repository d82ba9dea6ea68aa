"""hub.toml: who the hub is, who publishes, which sources it reads and when.

Belongs here: the settings as pydantic models (each field's description is its documentation),
and the reading of the file. Every error is one sentence that names the key, the line to mend
and what is expected there.
"""

from __future__ import annotations

import tomllib
import warnings
from datetime import date, time
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from km0_pipeline.claims import PROPERTIES, Claim, digest, mention_id
from km0_pipeline.economic_site import EconomicSite
from km0_pipeline.portal_settings import Portals
from km0_pipeline.service_settings import Alerts, Storage
from km0_pipeline.toml_errors import keys_in, line_of, named, nearest, sentence


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


def _bbox(given: tuple[float, ...]) -> tuple[float, ...]:
    if given and not (len(given) == 4 and -180 <= given[0] < given[2] <= 180 and -90 <= given[1] < given[3] <= 90):
        raise ValueError("west, south, east and north, in degrees: [7.27, 47.72, 7.38, 47.78]")
    return given


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


def _spark(master: str) -> str:
    if master and (find_spec("pyspark") is None or find_spec("splink") is None):
        raise ValueError("empty, as long as Spark and Splink are not installed: make spark")
    return master


_NOT = r"""\s<>"{}|\\^`"""
"""Characters that no address may hold (RFC 3987): catalogues name it."""
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
    website: str = Field("", pattern=rf"^(https?://[^{_NOT}]+)?$", description="Web site of the hub.")
    commune: str = Field(pattern=r"^(\d{5}|2[AB]\d{3})$", description="INSEE code of its commune (not the postcode).")
    commune_name: str = Field(min_length=1, description="Name of its commune.")
    department: str = Field("", description="Name of its department.")
    timezone: Annotated[str, AfterValidator(_time_zone)] = Field("Europe/Paris", description="Time zone of its dates.")


class Publisher(_Model):
    """Who publishes the data, and under which terms."""

    name: str = Field(min_length=1, description="Name of the publisher.")
    contact: str = Field(pattern=rf"^[^@{_NOT}]+@[^@{_NOT}]+\.[^@{_NOT}]+$", description="Mailbox of a role, not of a person.")
    licence: str = Field("etalab-2.0", description="SPDX id of the licence.")
    licence_title: str = Field("Licence Ouverte 2.0", description="Name of the licence.")
    licence_url: str = Field(
        "https://www.etalab.gouv.fr/licence-ouverte-open-licence", pattern=rf"^https?://[^{_NOT}]+$", description="Address of the licence."
    )
    base_url: str = Field("", pattern=rf"^(https?://[^{_NOT}]+/)?$", description="Where data/published is served, ending in /; empty: relative links.")
    privacy_url: Url = Field("", description="Address of the notice on personal data: who is responsible, on what basis, how to object; empty: README.md of each version says it.")
    package: str = Field("km0", pattern=r"^[a-z0-9._-]+$", description="Name of the data package, of its workbook and of its zip.")
    title: str = Field(min_length=1, description="Title of the data package, in French.")
    title_en: str = Field(min_length=1, description="Title of the data package, in English.")
    description: str = Field(min_length=50, description="What the data are, in French, 50 characters or more.")
    description_en: str = Field(min_length=50, description="What the data are, in English, 50 characters or more.")
    keywords: Words = Field((), description="Keywords.")
    themes: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z_]{4,9}$")], ...] = Field(
        ("ECON",), description="Themes of the European portals: ECON, REGI, TECH, GOVE, SOCI, EDUC, TRAN, ENVI, ENER, HEAL, AGRI, JUST, INTR or OP_DATPRO."
    )
    frequency: Literal["daily", "weekly", "monthly", "quarterly", "semiannual", "annual", "irregular", "unknown"] = Field(
        "irregular", description="How often a new version is to be expected; irregular: when something has changed."
    )
    bbox: Annotated[tuple[float, ...], AfterValidator(_bbox)] = Field(
        (), description="West, south, east and north of what the data speak of, in degrees (WGS 84); portals draw it."
    )


class Site(_Model):
    """A building or site of the hub."""

    id: str = Field(pattern=r"^[a-z0-9-]+$", description="Short id, which stays when the name changes.")
    name: str = Field(min_length=1, description="Name of the site.")
    aliases: Words = Field((), description="Other names.")
    address: str = Field("", description="Street address, where known.")
    postcode: str = Field("", pattern=r"^(\d{5})?$", description="Postcode, where known.")


class Source(_Model):
    """What is read again and again."""

    expected_every: str = Field(
        "", pattern=r"^(P[1-9]\d{0,2}[DWMY])?$", description="How often something new is expected, such as P7D, P1W, P1M or P1Y (ISO 8601); empty: it is never late."
    )


class _Kept(Source):
    """How long the files of a source are kept in data/raw."""

    keep_until: Annotated[str, AfterValidator(_day)] = Field("", pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="Last day on which its files are kept in data/raw, YYYY-MM-DD; release_report.json says so.")
    keep_for: int = Field(0, ge=0, description="Days that each of its files is kept, from the day it states; 0: no such limit.")


class Press(_Kept):
    """Press releases and articles."""

    path: RawPath = Field("press", description="Folder below data/raw.")
    licence: str = Field("", description="Licence of a note that does not name its own.")
    known_names: Words = Field((), description="Names of organisations to look for that no registry holds.")
    models: Annotated[dict[Annotated[str, Field(pattern=r"^[a-z]{2}$")], str], AfterValidator(_models)] = Field(
        {"fr": FRENCH_MODEL}, description="spaCy model for the names in each language, besides French."
    )
    review_below: float = Field(
        0.97, ge=0, le=1, description="Confidence below which a claim of the press waits for `km0 review claims`, and is not published; 0: none waits."
    )
    max_megabytes: int = Field(50, ge=1, description="Largest file that is read, in megabytes: a press kit with its pictures.")
    max_pages: int = Field(300, ge=1, description="Most pages of a document: more is a book, not press.")
    max_characters: int = Field(
        300_000, ge=1000, description="Longest text of a document: a hundred pages, which the language model reads in some seconds."
    )
    max_seconds: int = Field(60, ge=1, description="Longest time that reading one file may take; a usual one takes some hundredths.")


class Server(Source):
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


class Registry(_Kept):
    """A tenant registry: one file, or several editions of it."""

    name: str = Field(pattern=r"^[a-z0-9_-]+$", description="Short name of the registry.")
    title: str = Field(min_length=1, description="Title, as shown to readers.")
    path: RawPath = Field(description="File below data/raw; * and ? stand for any characters.")
    publisher: str = Field("", description="Who keeps it.")
    url: str = Field("", description="Where it can be had, if public.")
    licence: str = Field("", description="Licence it is under.")
    stated_on: Annotated[str, AfterValidator(_day)] = Field("", pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$", description="Date of the files whose name bears none: YYYY, YYYY-MM or YYYY-MM-DD.")
    left_after: int = Field(2, ge=0, description="How many editions in a row must no longer list a tenancy before it counts as ended; 0: it never does.")
    headcounts: Literal["bands", "exact"] = Field(
        "bands", description="How the headcounts of its rows leave: as size bands (10-19), or exact, where the registry is public or its tenants agreed."
    )
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
    service: Url = Field("", description="Address of the search service, where no stock is given; it is asked for each SIREN, and for each name without one.")
    spark: Annotated[str, AfterValidator(_spark)] = Field("", description="Master of Spark that looks names up in the stock, such as `local[2]` or `spark://host:7077`; empty: DuckDB, on this machine.")
    days: int = Field(30, ge=1, description="Days after which the service is asked for a SIREN or a name again.")
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
    keep_runs: int = Field(90, ge=1, description="Days that the record of a run is kept in Dagster: its log and figures, a megabyte or two. Versions stay.")


def _ascending(rows: tuple[int, int]) -> tuple[int, int]:
    if rows[0] > rows[1]:
        raise ValueError("the fewest rows, then the most")
    return rows


class TableLimits(_Model):
    """What a table is to hold."""

    rows: Annotated[tuple[Annotated[int, Field(ge=0)], int], AfterValidator(_ascending)] | None = Field(None, description="Fewest and most rows.")
    filled: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict, description="Column -> least share of its cells that are filled.")


class Limits(_Model):
    """What stops a publication."""

    row_drop: float = Field(0.3, ge=0, le=1, description="Largest share of a table's rows, and of a source's documents, that may vanish since the last snapshot.")
    tables: dict[str, TableLimits] = Field(default_factory=dict, description="Table -> its fewest and most rows, and least share of filled cells.")
    quotation: int = Field(100, ge=0, le=200, description="Most characters of an article that are published as the words of a claim; 0: none.")
    pages: int = Field(200_000, ge=0, description="Most organisations, people, places, events and sources together for which the site is made, a page each; of more, there is no site.")
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
    economic_site: EconomicSite = EconomicSite.model_construct()
    storage: Storage = Storage.model_construct()
    alerts: Alerts = Alerts.model_construct()
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
        for loc in keys_in(settings):
            raise HubError(f"{path.name}, line {line_of(text, loc)}: {named(loc)} holds a name and password (…@). Take them out: no key is ever written in hub.toml, and addresses are asked without one.")
        try:
            hub = cls.model_validate(settings)
        except ValidationError as e:
            raise HubError("\n".join(sentence(path.name, text, error, cls) for error in e.errors())) from None
        for group in ("registries", "sites", "feeds"):
            ids = [getattr(x, "id" if group == "sites" else "name") for x in getattr(hub, group)]
            for twice in sorted({i for i in ids if ids.count(i) > 1}):
                line = line_of(text, (group, len(ids) - 1 - ids[::-1].index(twice)))
                raise HubError(f"{path.name}, line {line}: {group}: {twice!r} is used twice; give each its own.")
        return hub

    @property
    def names(self) -> tuple[str, ...]:
        """The hub's name and its aliases."""
        return (self.hub.name, *self.hub.aliases)

    @property
    def published(self) -> dict[str, dict[str, Any]]:
        """The sections whose values are published as they stand, beside the tables; as JSON values."""
        return {section: getattr(self, section).model_dump(mode="json") for section in ("hub", "publisher", "economic_site")}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.hub.timezone)

    @property
    def document_id(self) -> str:
        """Id of hub.toml as a document: of what it says of the hub itself, so a new schedule changes nothing."""
        said = [self.hub, *self.sites, *([self.economic_site] if self.economic_site.given else [])]
        return digest(*(part.model_dump_json() for part in said))

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
