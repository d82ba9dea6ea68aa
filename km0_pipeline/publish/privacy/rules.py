"""The rules, R1 to R14 of STANDARDS §7: what each promises, whether it holds of what is about to leave, and what it did.

Most are kept upstream, where claims and tables are made, or by `gate`; a rule here asks whether they did, and counts. One small
function a rule: it gets what `Asked` holds, and returns an `Outcome`; what it finds broken stops the publication. No outcome holds a
value, a name or an id but those in `broken`, which nobody but the steward reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

from km0_pipeline.claims import PROPERTIES, RELEASABLE
from km0_pipeline.hub import Hub
from km0_pipeline.publish.privacy.matching import Names, plain
from km0_pipeline.publish.privacy.retention import overdue
from km0_pipeline.publish.privacy.scanner import scan
from km0_pipeline.publish.privacy.suppression import suppression
from km0_pipeline.publish.staged import Staged
from km0_pipeline.reference import public_roles, words
from km0_pipeline.sql import literal, location
from km0_pipeline.tables.build import banded


@dataclass(frozen=True)
class Outcome:
    """What a rule did: rows kept and withheld by table, cells masked by table and column, other figures; and sentences on what breaks it."""

    kept: Mapping[str, int] = field(default_factory=dict)
    masked: Mapping[str, int] = field(default_factory=dict)
    withheld: Mapping[str, int] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    broken: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What a rule may look at: the snapshot as staged, a connection with its tables as views, and the private names."""

    staged: Staged
    db: duckdb.DuckDBPyConnection
    names: Names

    @property
    def hub(self) -> Hub:
        return self.staged.project.hub

    def has(self, *tables: str) -> bool:
        """Whether all these tables leave."""
        return all(self.staged.release(t) for t in tables)

    def step(self, name: str) -> str:
        """SQL of what the step called `name` made; an empty relation of its usual columns has no name here: ask `made` first."""
        return f"read_parquet({location(self.staged.project.made(name))})"

    def made(self, *steps: str) -> bool:
        return all(self.staged.project.made(s).exists() for s in steps)

    def count(self, query: str) -> int:
        return int(self.db.execute(query).fetchall()[0][0])

    def rows(self, *tables: str) -> dict[str, int]:
        """Rows of those of the tables that leave."""
        return {t: self.staged.rows[t] for t in tables if self.staged.release(t)}

    def done(self, rule: str) -> Outcome:
        """What the gate did to the tables for `rule`."""
        releases = self.staged.releases
        return Outcome(
            masked={f"{r.name}.{c}": n for r in releases for c, n in r.masked.get(rule, {}).items()},
            withheld={r.name: r.withheld[rule] for r in releases if r.withheld.get(rule)},
        )


@dataclass(frozen=True)
class Rule:
    """A rule, its name in French and English, and how it is asked."""

    id: str
    fr: str
    en: str
    ask: Callable[[Asked], Outcome]


def r1(asked: Asked) -> Outcome:
    """Only declared columns leave: any other has stopped the publication before (`release`)."""
    return Outcome(kept=dict(asked.staged.rows), figures={"columns": sum(len(r.table.columns) for r in asked.staged.releases)})


def r2(asked: Asked) -> Outcome:
    """Only columns and properties of a releasable class leave."""
    columns = [(r.name, f) for r in asked.staged.releases for f in r.table.fields]
    broken = tuple(f"{t}: the column {f.name} is of the class {f.privacy} (rule R2); nothing was published." for t, f in columns if f.privacy not in RELEASABLE)
    classes = {c: sum(f.privacy == c for _, f in columns) for c in sorted(RELEASABLE)}
    private = _listed(p.name for p in PROPERTIES.values() if p.privacy not in RELEASABLE)
    held = {s: asked.count(f"select count(*) from {asked.step(s)} where property in ({private})") for s in ("registry_claims", "press_reviewed") if asked.made(s)}
    return Outcome(withheld={s: n for s, n in held.items() if n}, figures={"columns": classes}, broken=broken)


def r3(asked: Asked) -> Outcome:
    """No e-mail address, telephone number or contact person leaves, of a person or of an organisation."""
    if not asked.has("claims"):
        return Outcome()
    contacts = asked.count("select count(*) from claims where property in ('email', 'phone', 'contact_name')")
    return Outcome(figures={"contacts": contacts}, broken=_broken("claims", contacts, "give a contact", "R3"))


def r4(asked: Asked) -> Outcome:
    """Of whom the national register withholds, nothing leaves; where those are that object to its diffusion, neither."""
    if not asked.has("organisations") or not asked.made("entity_withheld", "register_rows", "entity_mentions"):
        return Outcome()
    withheld = f"(select entity_id from {asked.step('entity_withheld')})"
    reserved = f"(select m.entity_id from {asked.step('register_rows')} r join {asked.step('entity_mentions')} m on m.mention_id = r.mention_id where r.diffusion = 'partial')"
    there = asked.count(f"select count(*) from organisations where organisation_id in {withheld}")
    placed = asked.count(f"select count(*) from organisations where organisation_id in {reserved} and coalesce(address, postcode) is not null")
    return Outcome(
        kept=asked.rows("organisations"),
        withheld={"organisations": asked.count(f"select count(*) from {withheld}")},
        masked={"organisations.address": asked.count(f"select count(*) from organisations where organisation_id in {reserved}")},
        broken=_broken("organisations", there, "are of whom the national register publishes nothing", "R4")
        + _broken("organisations", placed, "give the address of who objects to its diffusion", "R4"),
    )


def r5(asked: Asked) -> Outcome:
    """Sole traders leave only where a registry says that they may."""
    return asked.done("R5")


def r6(asked: Asked) -> Outcome:
    """People leave only for a public role that a dated document with an address tells; the names of others stand in no text."""
    done = asked.done("R6")
    if not asked.has("people", "claims", "sources", "organisations"):
        return done
    role = f"w.property = 'works_for' and c.property = 'role' and regexp_matches(lower(strip_accents(c.value)), {literal(public_roles())})"
    without = asked.count(f"""
        select count(*) from people as p where not exists (
            from claims as c
            join sources as s on s.document_id = c.document_id
            join claims as w on w.entity_id = c.entity_id and w.document_id = c.document_id
            join organisations as o on o.organisation_id = w.object_entity_id
            where c.entity_id = p.person_id and s.url is not null and coalesce(c.stated_on, c.as_of, s.published_on) is not null
                and (w.property in ('founder_of', 'heads') and w.claim_id = c.claim_id or {role}))""")
    known = 0
    if asked.made("press_reviewed", "entity_mentions"):
        known = asked.count(f"select count(distinct entity_id) from {asked.step('entity_mentions')} where kind = 'person'")
    people = asked.staged.rows["people"]
    return Outcome(
        kept={"people": people}, masked=done.masked, withheld={"people": max(known - people, 0)},
        broken=_broken("people", without, "have no public role that a dated source with an address tells", "R6"),
    )  # fmt: skip


def r7(asked: Asked) -> Outcome:
    """Whoever asked to be left out is."""
    listed, done = suppression(asked.staged.project), asked.done("R7")
    return Outcome(masked=done.masked, withheld=done.withheld, figures={"list_sha256": listed.digest, "entities": len(listed.ids)})


def r8(asked: Asked) -> Outcome:
    """Exact headcounts of registries that keep them to themselves leave as bands."""
    if not asked.has("claims", "sources", "headcounts"):
        return Outcome()
    private = literal(banded(asked.hub))
    exact = asked.count(
        f"select count(*) from claims c join sources s on s.document_id = c.document_id where c.property = 'headcount' and s.kind = 'registry' and regexp_full_match(s.path, {private})"
    ) + asked.count(f"select count(*) from headcounts h join sources s on s.document_id = h.document_id where s.kind = 'registry' and regexp_full_match(s.path, {private})")
    masked = asked.count(f"select count(size_band) from {asked.step('registry_rows')}") if asked.made("registry_rows") else 0
    return Outcome(kept=asked.rows("headcounts"), masked={"registry_rows.headcount": masked}, broken=_broken("headcounts or claims", exact, "give an exact headcount of a registry whose headcounts are bands", "R8"))


def r9(asked: Asked) -> Outcome:
    """Of texts only short words leave: of an article at most limits.quotation characters, of a cell 200."""
    if not asked.has("claims", "sources"):
        return Outcome()
    most = asked.hub.limits.quotation
    long = asked.count(
        f"select count(*) from claims c join sources s on s.document_id = c.document_id where length(c.original) > case when s.kind = 'press' then {most} else 200 end"
    )
    return Outcome(
        kept={"claims": asked.count("select count(original) from claims")}, masked={"claims.original": asked.count("select count(*) from claims where original is null")},
        figures={"quotation": most}, broken=_broken("claims", long, f"quote more than {most} characters of an article, or 200 of a cell", "R9"),
    )  # fmt: skip


def r10(asked: Asked) -> Outcome:
    """No text of any file holds a contact, an identity number, a date of birth or a private name."""
    read, broken = scan(asked.staged, asked.names)
    masked: dict[str, int] = {}
    for release in (r for r in asked.staged.releases if r.table.texts):
        counts = ", ".join(f"count(*) filter (where contains(\"{c}\", '[…]'))" for c in release.table.texts)
        found = zip(release.table.texts, asked.db.execute(f"select {counts} from {release.name}").fetchall()[0], strict=True)
        masked |= {f"{release.name}.{column}": n for column, n in found if n}
    return Outcome(masked=masked, figures={"texts": read, "private_names": asked.names.count}, broken=tuple(broken))


def r11(asked: Asked) -> Outcome:
    """No file of data/raw leaves as it is; until when those of each source are kept, and how many are there past it (`km0 purge`)."""
    sources = {"press": asked.hub.press} | {f"registries/{r.name}": r for r in asked.hub.registries}
    kept = {n: {k: v for k, v in (("keep_until", s.keep_until), ("keep_for", s.keep_for)) if v} for n, s in sources.items()}
    late = Counter(file.source for file in overdue(asked.staged.project, asked.staged.day))
    documents = {d for (d,) in asked.db.execute("select document_id from sources where kind in ('press', 'registry')").fetchall()} if asked.has("sources") else set()
    raw = sorted(path for path, (_, digest) in asked.staged.written.items() if any(digest.startswith(d) for d in documents))
    return Outcome(
        figures={"sources": kept, "without_limit": sorted(n for n, k in kept.items() if not k), "past_limit": dict(sorted(late.items()))},
        broken=tuple(f"{path}: is a file of data/raw as it came (rule R11); nothing was published. This is an error of the programme: tell its makers." for path in raw),
    )


def r12(asked: Asked) -> Outcome:
    """Who is responsible can be reached at the mailbox of a role, and a notice says so."""
    return Outcome(figures={"notice": asked.hub.publisher.privacy_url or "README.md"}, broken=personal_mailbox(asked.hub))


def personal_mailbox(hub: Hub) -> tuple[str, ...]:
    """A sentence where `publisher.contact` is not the mailbox of a role: none of its words is one of a role, nor of the hub's or publisher's name."""
    mailbox, _, domain = hub.publisher.contact.partition("@")
    own = {w for name in (*hub.names, hub.publisher.name, hub.publisher.package) for w in plain(name).split()}
    parts = set(plain(mailbox).split())
    if parts & (words("mailbox") | own) and domain.lower() not in words("consumer_mail"):
        return ()
    return (
        "hub.toml, publisher.contact: is not the mailbox of a role, as far as its name tells (rule R12); it is published, so it may not be a person's. "
        "Give one such as contact@, donnees@, or named after the hub, at the hub's own domain. Nothing was published.",
    )


def r13(asked: Asked) -> Outcome:
    """Every rule was asked: `report` refuses the snapshot else."""
    return Outcome(figures={"rules": len(RULES)})


def r14(asked: Asked) -> Outcome:
    """Each source says its licence, and who published it and when; what comes of a national register must (its day it can't always: the base of addresses gives none)."""
    if not asked.has("sources"):
        return Outcome()
    columns = ("licence", "publisher", "published_on", "url")
    missing = {c: asked.count(f"select count(*) from sources where {c} is null and kind <> 'hub'") for c in columns}
    without = asked.count("select count(*) from sources where kind = 'register' and closed_version is null and (licence is null or publisher is null)")
    return Outcome(
        kept=asked.rows("sources"), figures={"without": {c: n for c, n in missing.items() if n}},
        broken=_broken("sources", without, "come of a national register and say no licence or no publisher", "R14"),
    )  # fmt: skip


RULES: tuple[Rule, ...] = (
    Rule("R1", "Liste blanche des tables et colonnes", "Allow-list of tables and columns", r1),
    Rule("R2", "Une classe par colonne", "A class for each column", r2),
    Rule("R3", "Aucune coordonnée", "No contacts", r3),
    Rule("R4", "Statut de diffusion Sirene", "Diffusion status of the national register", r4),
    Rule("R5", "Entrepreneurs individuels", "Sole traders", r5),
    Rule("R6", "Personnes en fonction publique seulement", "People in public roles only", r6),
    Rule("R8", "Effectifs exacts", "Exact headcounts", r8),
    Rule("R9", "Textes courts seulement", "Short texts only", r9),
    Rule("R11", "Durée de conservation des fichiers", "How long files are kept", r11),
    Rule("R12", "Mention d'information et contact", "Notice and contact", r12),
    Rule("R14", "Licence et attribution des sources", "Licence and attribution of sources", r14),
    Rule("R10", "Relecture de tous les textes", "All texts read once more", r10),
    Rule("R7", "Liste d'opposition", "Opt-out list", r7),
    Rule("R13", "Compte rendu de publication", "Record of the decision", r13),
)


def _broken(table: str, rows: int, what: str, rule: str) -> tuple[str, ...]:
    return (f"{table}: {rows} rows {what} (rule {rule}); nothing was published. This is an error of the programme: tell its makers.",) if rows else ()


def _listed(names: Any) -> str:
    return ", ".join(literal(n) for n in sorted(names))
