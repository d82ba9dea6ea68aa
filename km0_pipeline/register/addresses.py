"""Where addresses lie: step `address_claims`, asked of the public geocoder of the Base adresse nationale (BAN).

Asked for are the addresses of hub.toml's sites and those that registries give, but for who objects to the national register's
diffusion. What the geocoder answers is believed only where it found a street or a number in it, in the right commune (by INSEE code;
where that is not known, by postcode, or else by name), with at least `geocoder.min_score`: it answers something to nonsense too. Then it is a
claim, `coordinates`, of who has that address.

Answers are kept in data/warehouse/register/addresses.json and never asked for again: delete the file to do so. Some are asked for one
by one, many as CSV. Belongs here: asking and believing. https://data.geopf.fr/geocodage/openapi
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pyarrow as pa

from km0_pipeline import storage
from km0_pipeline.claims import CLAIMS, Claim, Reject, SubjectKind, claims_table, digest, rejects_table
from km0_pipeline.entities.names import NAMES_SQL
from km0_pipeline.fetch import Fetcher, Unfetched
from km0_pipeline.register.statements import DOCUMENTS, LICENCE
from km0_pipeline.sql import connect, literal, location
from km0_pipeline.steps import Made, Project, make, modules_version

VERSION = modules_version(__file__)
METHOD = "geocoder/1"
SEVERAL, BATCH = 10, 1000
"""From how many addresses on they are sent as CSV; most in one."""
PRECISE = ("housenumber", "street")
"""What an answer must have found: of a commune or a hamlet the middle says nothing."""
BAN_URL = "https://adresse.data.gouv.fr"
GEOCODER = "register/geocoder"
"""Where rejects of asking stand, and claims."""


class Sought(NamedTuple):
    """Who has an address, and the address; '' where a part of it is not known."""

    mention_id: str
    kind: SubjectKind
    address: str
    postcode: str
    commune: str
    commune_code: str

    @property
    def key(self) -> str:
        return digest(*self[2:])


class Place(NamedTuple):
    """What the geocoder answers; '' and 0 where it finds nothing. Degrees, WGS 84."""

    label: str = ""
    kind: str = ""
    score: float = 0
    latitude: float = 0
    longitude: float = 0
    ban_id: str = ""
    postcode: str = ""
    commune: str = ""
    commune_code: str = ""


def address_claims(project: Project) -> Made:
    """Step: `address_claims` (`claims.CLAIMS`), `address_documents` (`statements.DOCUMENTS`) and `address_rejects`.

    Empty where hub.toml names no geocoder. Figures: addresses `given`, `found` (believed), and not `asked` for yet.
    """
    sought, rejects = list[Sought](), list[Reject]()
    places = dict[str, Place]()
    if project.hub.geocoder.url:
        sought = _sought(project)
        places = _places(project, {s.key: s for s in sought}, rejects)
    found = [(s, places[s.key]) for s in sought if s.key in places]
    right = _in_right_commune(project, found)
    believed = [
        (s, p)
        for (s, p), here in zip(found, right, strict=True)
        if here and p.kind in PRECISE and p.score >= project.hub.geocoder.min_score
        if abs(p.latitude) <= 90 and abs(p.longitude) <= 180
    ]
    document = digest(*(str(part) for _, p in sorted(believed) for part in p))
    claims = claims_table(
        Claim(
            document,
            f"ban:{p.ban_id}",
            s.mention_id,
            s.kind,
            "coordinates",
            f"{p.latitude:.6f},{p.longitude:.6f}",
            p.label,
            method=METHOD,
        )
        for s, p in believed
    )

    def build(claims_out: Path, documents_out: Path, rejects_out: Path) -> dict[str, Any]:
        import pyarrow.parquet as pq

        row = (
            document,
            GEOCODER,
            "Base adresse nationale (géocodage)",
            "IGN et Base adresse nationale",
            BAN_URL,
            "",
            LICENCE,
            "json",
        )
        documents = [dict(zip(DOCUMENTS.names, row, strict=True))] if believed else []
        pq.write_table(claims, claims_out, compression="zstd")
        pq.write_table(pa.Table.from_pylist(documents, DOCUMENTS), documents_out)
        pq.write_table(rejects_table(rejects), rejects_out)
        return {"given": len(sought), "found": len(believed), "not asked": len(sought) - len(found)}

    outcome = json.dumps(
        [
            claims.to_pylist() and document,
            len(sought),
            len(found),
            claims.column("claim_id").to_pylist(),
            [astuple(r) for r in rejects],
        ]
    )
    return make(
        project,
        ("address_claims", "address_documents", "address_rejects"),
        build,
        version=VERSION,
        parameters=[outcome, *CLAIMS.names],
    )


_SOUGHT = """
with sites as (
    select subject_id as mention_id, 'place' as kind, {columns}
    from read_parquet({hub})
    where subject_kind = 'place'
    group by subject_id
),
tenants as (
    select mention_id, 'organisation' as kind, address, postcode, commune, commune_code, at_hub
    from read_parquet({rows})
    where coalesce(siren, left(siret, 9), '') not in (select siren from read_parquet({register}) where diffusion <> 'full')
)
select
    mention_id, kind, address, coalesce(postcode, '') as postcode, coalesce(commune, '') as commune,
    -- the hub's commune is known by name, and who gives none in a registry of its tenants is there
    coalesce(commune_code, case when text_key(commune) = text_key($name) or (at_hub and commune is null and postcode is null) then $code end, '') as commune_code
from (select *, false as at_hub from sites union all by name select * from tenants)
where address is not null and coalesce(nullif(postcode, ''), nullif(commune, ''), nullif(commune_code, ''), case when at_hub then 'hub' end) is not null
order by mention_id
"""


def _sought(project: Project) -> list[Sought]:
    """Addresses of which at least the commune or the postcode is known: of no other the answer could be judged."""
    hub, rows, register = (location(project.made(n)) for n in ("hub_claims", "registry_rows", "register_rows"))
    columns = ", ".join(
        f"max(value) filter (where property = {literal(p)}) as {p}" for p in ("address", "postcode", "commune", "commune_code")
    )
    with connect(project.warehouse) as db:
        db.execute(NAMES_SQL)
        me = {"name": project.hub.hub.commune_name, "code": project.hub.hub.commune}
        return [
            Sought(*row)
            for row in db.execute(_SOUGHT.format(columns=columns, hub=hub, rows=rows, register=register), me).fetchall()
        ]


def _in_right_commune(project: Project, found: list[tuple[Sought, Place]]) -> list[bool]:
    with connect(project.warehouse) as db:
        db.execute(NAMES_SQL)
        names = db.execute(
            "select text_key(unnest(?::varchar[])) = text_key(unnest(?::varchar[]))",
            [[s.commune for s, _ in found], [p.commune for _, p in found]],
        ).fetchall()
    return [
        p.commune_code == s.commune_code if s.commune_code else p.postcode == s.postcode if s.postcode else bool(same)
        for (s, p), (same,) in zip(found, names, strict=True)
    ]


def _places(project: Project, wanted: dict[str, Sought], rejects: list[Reject]) -> dict[str, Place]:
    """Address -> answer, as far as they are known or the geocoder can be asked; what goes wrong is told in `rejects`."""
    path = project.warehouse / "register" / "addresses.json"
    known: dict[str, list[Any]] = {}
    with suppress(ValueError):
        known = storage.read_json(path) or {}
    new = [wanted[k] for k in sorted(wanted) if k not in known]
    geocoder = project.hub.geocoder
    try:
        with Fetcher(project.hub, geocoder, {}) as fetcher:
            for key, place in (
                _many(fetcher, geocoder.url, new) if len(new) >= SEVERAL else _singly(fetcher, geocoder.url, new)
            ):
                known[key] = list(place)
    except Unfetched as e:
        left = sum(s.key not in known for s in new)
        sentence = (
            f"The geocoder ({geocoder.url}) {e.sentence} Of {left:,} addresses it is not known yet where they lie."
        )
        rejects.append(Reject("", GEOCODER, "", e.reason, sentence))
    if new:
        storage.write_json(path, known)
    return {k: Place(*known[k]) for k in wanted if k in known}


def _singly(fetcher: Fetcher, url: str, sought: list[Sought]) -> Iterator[tuple[str, Place]]:
    for s in sought:
        query = {
            "q": f"{s.address} {s.commune}".strip(),
            "postcode": s.postcode,
            "citycode": s.commune_code,
            "limit": "1",
        }
        answer = fetcher.get(f"{url.rstrip('/')}/search?{urlencode({k: v for k, v in query.items() if v})}")
        body = _body(answer.status, answer.body)
        try:
            features = json.loads(body)["features"]
            yield s.key, _feature(features[0]) if features else Place()
        except (ValueError, LookupError, TypeError, RecursionError) as e:
            raise _otherwise(e) from None


def _feature(feature: dict[str, Any]) -> Place:
    of = feature["properties"]
    longitude, latitude = feature["geometry"]["coordinates"][:2]
    number = float(of["score"]), float(latitude), float(longitude)
    return Place(
        of["label"],
        of["type"],
        *number,
        str(of.get("banId") or of["id"]),
        of.get("postcode") or "",
        of.get("city") or "",
        of.get("citycode") or "",
    )


def _many(fetcher: Fetcher, url: str, sought: list[Sought]) -> Iterator[tuple[str, Place]]:
    for start in range(0, len(sought), BATCH):
        batch = sought[start : start + BATCH]
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(("key", "address", "commune", "postcode", "citycode"))
        writer.writerows((s.key, s.address, s.commune, s.postcode, s.commune_code) for s in batch)
        boundary = f"km0-{digest(text.getvalue())}"
        fields = [("columns", "address"), ("columns", "commune"), ("postcode", "postcode"), ("citycode", "citycode")]
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields
        ]
        file = f'--{boundary}\r\nContent-Disposition: form-data; name="data"; filename="addresses.csv"\r\nContent-Type: text/csv\r\n\r\n'
        content = "".join((*parts, file, text.getvalue(), f"\r\n--{boundary}--\r\n")).encode()
        answer = fetcher.post(f"{url.rstrip('/')}/search/csv", content, f"multipart/form-data; boundary={boundary}")
        body = _body(answer.status, answer.body)
        try:
            places = {row["key"]: _row(row) for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig")))}
            if places.keys() != {s.key for s in batch}:
                raise ValueError(f"{len(places)} rows to {len(batch)}")
        except (ValueError, LookupError, TypeError) as e:
            raise _otherwise(e) from None
        yield from places.items()


def _row(row: dict[str, str]) -> Place:
    if not (row["result_score"] and row["latitude"]):
        return Place()
    number = float(row["result_score"]), float(row["latitude"]), float(row["longitude"])
    ids = row.get("result_banId") or row["result_id"]
    return Place(
        row["result_label"],
        row["result_type"],
        *number,
        ids,
        row["result_postcode"],
        row["result_city"],
        row["result_citycode"],
    )


def _body(status: int, body: bytes) -> bytes:
    if status != 200:
        raise Unfetched("refused", f"answers HTTP {status}; check its address in hub.toml, [geocoder] url.")
    return body


def _otherwise(error: Exception) -> Unfetched:
    return Unfetched(
        "refused",
        f"answers otherwise than its documentation says ({type(error).__name__}: {error}); look for its new one.",
    )
