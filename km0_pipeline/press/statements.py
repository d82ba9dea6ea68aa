"""Who says what, where: step `press_claims`.

Puts together what the model found (`press_spans`), the names known beforehand, and the rules, and
writes claims with their words and their place in the text. Belongs here: ids, locators, name
claims, confidence, and the reuse of documents nothing changed for; no rule.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from km0_pipeline import claims, reference
from km0_pipeline.claims import CLAIMS, Claim, SubjectKind, claims_table, digest, mention_id
from km0_pipeline.press import (
    accounts,
    bonds,
    buildings,
    dates,
    frames,
    giving,
    happenings,
    nearby,
    nominal,
    posts,
    quantities,
    relations,
    roles,
)
from km0_pipeline.press.clauses import clauses
from km0_pipeline.press.document import locator
from km0_pipeline.press.folding import fold, key, spell, straighten
from km0_pipeline.press.furniture import readable
from km0_pipeline.press.grammar import Reader, Rule, Said
from km0_pipeline.press.happenings import EVENT_NAMES
from km0_pipeline.press.known import Names
from km0_pipeline.press.mention import Mention
from km0_pipeline.press.mentions import Span
from km0_pipeline.press.naming import mentions
from km0_pipeline.press.resumed import resumed
from km0_pipeline.press.reuse import Previous, write_keys
from km0_pipeline.press.sentences import Sentence, sentences
from km0_pipeline.press.speech import Speech, speaker_of, speeches
from km0_pipeline.press.topics import focus, hero, paper, topic
from km0_pipeline.shards import sharded
from km0_pipeline.sql import connect
from km0_pipeline.steps import Made, Project, code_version, made, make, modules_version

VERSION = digest(code_version(__file__), modules_version(claims.__file__))
METHOD = "press/1"
REFERENCE = "reference/1"
"""Method of what the words do not say themselves: it is known, from our own lists, of the name that stands there."""
_FOOT = 250
"""Characters at the end of a text in which it is signed."""
LONGEST_SENTENCE = 2000
"""Characters from which on what stands between two full stops is no sentence: a list, a table, page furniture."""
LIKELY = 0.4
"""Score below which a bond between two names is no claim: of those below it hardly more are right than wrong, and stewards have other things to do."""
RULES: tuple[Rule, ...] = (
    *relations.RULES,
    *giving.RULES,
    *posts.RULES,
    *roles.RULES,
    *nearby.RULES,
    *nominal.RULES,
    *bonds.RULES,
    *frames.RULES,
    *accounts.RULES,
    *happenings.RULES,
    *buildings.RULES,
)
KINDS: dict[str, SubjectKind] = {"H": "organisation", "O": "organisation", "P": "person", "L": "place", "V": "event"}
"""Letter of a mention -> what it is."""


def press_claims(project: Project) -> Made:
    """Step: the claims (schema `claims.CLAIMS`) of every press document in a language with a model."""
    import pyarrow.parquet as pq

    hub = project.hub
    settings = digest(hub.hub.model_dump_json(), hub.press.model_dump_json(), *(s.model_dump_json() for s in hub.sites))

    def build(claims_out: Path, keys_out: Path) -> dict[str, int]:
        columns = ["document_id", "title", "published_on", "language", "text"]
        rows = pq.read_table(made(project, "press_documents").path, columns=columns).to_pylist()
        documents = {r["document_id"]: r for r in rows if r["language"] in hub.press.models}
        names = known_names(project, [r["text"] for r in documents.values()])
        spans = tagged(project, documents)
        before = Previous.keys(project, "press_extracted")
        keys = {"": names.version}
        for i, r in documents.items():
            of_text = digest(VERSION, settings, i, r["title"], r["published_on"], r["text"], repr(spans[i]), length=64)
            held = before.get(i, "").removeprefix(of_text) if before.get("") == names.version else ""
            # searched anew only where the text or the names are others than last time
            keys[i] = of_text + (held if len(held) == len(of_text) else digest(repr(names.find(r["text"])), length=64))
        previous = Previous(project, "press_extracted", keys, "press_claims")
        new = [i for i in documents if i not in previous.same]
        found = sharded(lambda some: claims_table(c for i in some for c in extract(documents[i], spans[i], names)), new)
        table = pa.concat_tables([previous.rows("press_claims", "document_id", CLAIMS), *found]).sort_by("claim_id")
        pq.write_table(table, claims_out, compression="zstd")
        write_keys(keys_out, keys)
        return {
            "documents": len(documents),
            "extracted": len(new),
            "reused": len(documents) - len(new),
            "claims": table.num_rows,
        }

    return make(
        project,
        ("press_claims", "press_extracted"),
        build,
        inputs=["press_documents", "press_spans", "registry_rows"],
        version=VERSION,
        parameters=[settings, code_version(reference.__file__)],
    )


def known_names(project: Project, texts: list[str]) -> Names:
    """The names to look for in `texts`: those of hub.toml, of the registries and of `reference`."""
    return Names(project.hub, _registry_names(project, texts))


def _registry_names(project: Project, texts: list[str]) -> list[str]:
    """Names of the registries that may occur in the press: it holds their first word, and the others but for one (a legal form)."""
    words = sorted({w for t in texts for w in re.findall(r"\w+", spell(fold(t))[0])})
    with connect(project.warehouse) as db:
        db.register("words", pa.table({"word": pa.array(words, pa.string())}))
        found = db.execute(
            r"""
            select distinct name from read_parquet(?)
            where name is not null and
                replace(replace(lower(strip_accents(regexp_extract(name, '[\p{L}\p{N}]+'))), 'œ', 'oe'), 'æ', 'ae') in (select word from words)
            order by name
            """,
            [str(made(project, "registry_rows").path)],
        ).fetchall()
    vocabulary = frozenset(words)
    return [n for (n,) in found if sum(w not in vocabulary for w in re.findall(r"\w+", key(n))) <= 1]


def tagged(project: Project, document_ids: Iterable[str]) -> Mapping[str, list[Span]]:
    """What the step `press_spans` found in each of these documents."""
    found: dict[str, list[Span]] = defaultdict(list)
    with connect(project.warehouse) as db:
        rows = db.execute(
            'select document_id, start, "end", label from read_parquet(?) where document_id in (select unnest(?::varchar[])) order by all',
            [str(made(project, "press_spans").path), list(document_ids)],
        ).fetchall()
    for i, start, end, label in rows:
        found[i].append((start, end, label))
    return found


def mentioned(document: Mapping[str, Any], spans: list[Span], names: Names) -> list[Mention]:
    """Who and what one document (as in `extract`) speaks of, and where: in its text, without page furniture."""
    about_hub = any(m.known.sort == "hub" for m in names.find(document["title"]))
    text = readable(document["text"])
    return resumed(text, mentions(text, spans, names, about_hub=about_hub), document["title"])


def recognise(document: Mapping[str, Any], spans: list[Span], names: Names) -> tuple[list[Mention], list[Sentence]]:
    """The mentions of one document, and its sentences that have items and can be read; takes what `extract` takes."""
    text = readable(document["text"])
    found = mentioned(document, spans, names)
    flat = straighten(text).replace("\n", " ")
    split = sentences(text, found, quantities.find(flat), dates.find(flat, document["published_on"]))
    return found, [s for s in split if (s.items or s.listed) and s.end - s.start <= LONGEST_SENTENCE]


def extract(document: Mapping[str, Any], spans: list[Span], names: Names) -> list[Claim]:
    """The claims of one document: a row of `press_documents`, its `press_spans`, and the known names.

    The rules read French; of a document in another language it is said who is named there, no more.
    """
    text = document["text"]
    found, split = recognise(document, spans, names)
    hub = next((m for m in found if m.letter == "H" and m.named), None) or next(
        (m for m in found if m.letter == "H"), None
    )
    about = topic(document["title"], text, found)
    seems, own = about or focus(text, found), paper(text, found)
    spoken, who = speeches(text, found), hero(found)
    said: list[Said] = []
    for n, sentence in enumerate(split):
        once: set[tuple[object, ...]] = set()
        reader = Reader(sentence, hub, about, spoken, *clauses(sentence, about), seems, own, sentence.start > len(text) - _FOOT, split[max(0, n - 2) : n], who)
        for rule in RULES if document["language"] == "fr" else ():
            for s in rule(reader):
                what = (
                    s.subject.key,
                    s.subject.letter,
                    s.property,
                    s.value.key if isinstance(s.value, Mention) else s.value or text[s.start : s.end],
                    str(s.scope),
                )
                if what not in once:
                    once.add(what)
                    said.append(s)
    return list(_claims(document, names, found, _without_shorter(said, text), spoken))


def _without_shorter(said: list[Said], text: str) -> list[Said]:
    """Without a former use or role that a longer one of the same subject says more fully (« usine », « usine de mécanique »)."""
    words = {id(s): text[s.start : s.end] for s in said if s.property == "former_use"}
    return [
        s
        for s in said
        if id(s) not in words
        or not any(len(w) > len(words[id(s)]) and w.startswith(words[id(s)]) for w in words.values())
    ]


def _claims(
    document: Mapping[str, Any], names: Names, found: list[Mention], said: list[Said], speech: list[Speech]
) -> Iterable[Claim]:
    text, document_id, stated_on = document["text"], document["document_id"], document["published_on"]

    ids: dict[tuple[str, str], str] = {}

    def subject(m: Mention) -> tuple[str, SubjectKind]:
        kind = KINDS[m.letter]
        if (kind, m.key) not in ids:
            ids[kind, m.key] = mention_id(document_id, kind, m.key)
        return ids[kind, m.key], kind

    def claim(
        m: Mention, prop: str, value: str, start: int, end: int, confidence: float, method: str = METHOD, **more: Any
    ) -> Claim:
        i, kind = subject(m)
        return Claim(
            document_id,
            locator(text, start, end),
            i,
            kind,
            prop,
            value,
            text[start:end],
            stated_on=stated_on,
            method=method,
            confidence=round(confidence, 2),
            **more,
        )

    inner = {m.key: m for m in found if m.letter == "O" and not m.part_of}
    spoken: dict[str, Mention] = {}
    for s in said:
        for m in (s.subject, s.value, s.scope, speaker_of(speech, s.start, s.end)):
            if isinstance(m, Mention):
                spoken.setdefault(subject(m)[0], m)
    for m in list(spoken.values()):
        if m.part_of and m.part_of in inner:
            spoken.setdefault(subject(inner[m.part_of])[0], inner[m.part_of])
            yield claim(m, "part_of", subject(inner[m.part_of])[0], m.start, m.end, 0.85 * m.confidence)
    named: set[tuple[str, str]] = set()
    shown: dict[str, Mention] = {}
    for m in found:
        i, _ = subject(m)
        if not m.named or (m.weak and i not in spoken):
            continue
        shown.setdefault(i, m)
        surface = " ".join(text[m.start : m.end].split())
        if (i, surface) not in named:
            named.add((i, surface))
            yield claim(m, "name", surface, m.start, m.end, m.confidence)
    for i, m in spoken.items():
        if i not in shown:
            shown[i] = m
            yield claim(m, "name", _name_of(m, names, text, found), m.start, m.end, m.confidence * 0.9)
    for m in shown.values():
        if m.kind:
            listed = m.known is not None and m.known.kind == m.kind
            yield claim(m, "kind", m.kind, m.start, m.end, m.confidence, REFERENCE if listed else METHOD)
        if m.known and m.kind == "commune":
            yield claim(m, "commune_code", m.known.code, m.start, m.end, m.confidence, REFERENCE)
    for s in said:
        if isinstance(s.value, Mention):
            value, sure = subject(s.value)[0], s.value.confidence
        else:
            value, sure = s.value or " ".join(text[s.start : s.end].split()), 1.0
        sure = s.confidence * min(sure, s.subject.confidence)
        if isinstance(s.value, Mention) and sure < LIKELY:
            continue
        scope = subject(s.scope)[0] if isinstance(s.scope, Mention) else s.scope
        speaker = speaker_of(speech, s.start, s.end)
        yield claim(
            s.subject,
            s.property,
            value,
            s.start,
            s.end,
            sure,
            qualifier=s.qualifier,
            scope=scope,
            as_of=s.as_of,
            said_by=subject(speaker)[0] if speaker else "",
        )


def _name_of(m: Mention, names: Names, text: str, found: list[Mention]) -> str:
    """Name of a subject that no name of the text names: an event, a pronoun's or title's hub."""
    what, _, about = m.key.partition(" ")
    if m.letter == "V" and (form := EVENT_NAMES.get(what)):
        about = about.split("|")[0]
        named = next((f for f in found if f.key == about and f.named), None)
        name = names.hub.name if about == "hub" else " ".join(text[named.start : named.end].split()) if named else about
        return form.format(name)
    if m.letter == "V":
        return " ".join(re.sub('["«»“”„]', " ", text[m.start : m.end]).split())
    if m.kind == "railway":
        return m.key
    return m.known.name if m.known and m.known.name else " ".join(text[m.start : m.end].split())
