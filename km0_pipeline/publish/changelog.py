"""CHANGELOG.md: what changed since the version before, in sentences for people who read no tables, in French and English.

It is written from the table `changes` and the tables that tell what its ids are. Who and what
it names stands in this version: of rows that went only the number is told, so who asked to be withdrawn is not named on
leaving; values of before are told of organisations, places and the like, not of people. Belongs here: which sentences there are, and how many; their words are in `phrases`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from km0_pipeline.publish.changes import NAME as CHANGES
from km0_pipeline.publish.changes import compared, counts, reshaped
from km0_pipeline.publish.phrases import (
    NOUNS,
    QUALIFIERS,
    RELATIONS,
    ROW,
    SCOPES,
    STATUS,
    Language,
    agreed,
    counted,
    grouped,
    headline,
    listed,
    of,
)
from km0_pipeline.publish.staged import Staged
from km0_pipeline.tables.table import Column, Table, all_tables
from km0_pipeline.tables.table import table as by_name
from km0_pipeline.versions import as_published, folder_of

NAME = "CHANGELOG.md"
NAMES = 12
"""Most names of one sentence."""
ROWS = 6
"""Most rows of a table whose modifications are told one by one."""
LONGEST = 90
"""Characters of a value that are told."""
PROVENANCE = re.compile(r".*_(id|version|locator)|locator|sources|publishers|stated_on|path|format|latitude|longitude|is_hub|basis|status|chosen_qualifier")
"""Columns whose modification is only counted: where a value stands, ids, and what has sentences of its own."""
ARRIVING = frozenset({"organisations", "people"})
LABELS = {
    "organisations": "t.name",
    "people": "t.name",
    "places": "t.name",
    "events": "concat_ws(', ', coalesce(t.name, t.kind), t.held_on)",
    "sources": "concat_ws(', ', coalesce(t.title, t.kind), t.publisher, t.published_on)",
    "discrepancies": "concat_ws(', ', t.entity_name, t.property)",
    "tenancies": "concat_ws(', ', o.name, t.space)",
    "headcounts": "o.name",
    "funding": "concat_ws(' → ', t.funder_name, t.recipient_name)",
    "relationships": "concat_ws(' → ', t.subject_name, t.object_name)",
}
"""What a row is called, in SQL over the table `t` and, where it is about one, the organisation `o`."""
SOURCE = "concat_ws(', ', s.title, s.publisher, s.published_on)"
Escape = Callable[[str], str]


class Words(NamedTuple):
    """The language, how a text of the data is made safe, and how many rows of each table were withdrawn at request."""

    language: Language
    escape: Escape
    withdrawn: Mapping[str, int]

    def name(self, text: str | None) -> str:
        return self.escape(clipped(text or "?"))

    def quoted(self, text: str) -> str:
        return f"« {self.name(text)} »" if self.language == "fr" else f"“{self.name(text)}”"

    def say(self, french: str, english: str) -> str:
        return english if self.language == "en" else french


def write(staged: Staged, path: Path) -> bool:
    """Write CHANGELOG.md of the snapshot; no file where it has no table `changes`.

    Rows that left a version at somebody's request, since when it is written again, are told as a number, without who.
    """
    release = staged.release("changes")
    if release is None or release.table.columns != by_name("changes").columns:
        return False
    withdrawn = {r.name: n for r in staged.releases if (n := r.withheld.get("R7", 0))} if staged.withdrawn else {}
    publisher = staged.project.hub.publisher
    told = counts(staged.folder)
    parts = [f"# {markdown(publisher.title)} : ce qui a changé", f"*{markdown(publisher.title_en)}: what changed* · version {staged.version} · {staged.day.isoformat()} · [English below](#english)"]
    since = told["since"] if told else as_published(staged.last.name) if staged.last else None
    old = folder_of(staged.last.parent, since) if staged.last and since else None
    with compared(old, staged.folder, staged.folder / CHANGES) as connection:
        for words, heading in ((Words("fr", markdown, withdrawn), "## Français"), (Words("en", markdown, withdrawn), "## English")):
            lines = [*since_when(since, told, words), *sections(connection, words, reshaped(old, staged.folder))] if old and since else held(staged.rows, words)
            parts += [heading, *lines]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8", newline="\n")
    return True


def held(rows: Mapping[str, int], words: Words) -> list[str]:
    """What is said of the first version: what it holds."""
    listing = [counted(rows[name], name, words.language) for name in NOUNS if rows.get(name)]
    first = words.say("Première version. Elle contient :", "First version. It holds:")
    said = [first, "\n".join(f"- {line}" for line in listing)] if listing else [words.say("Première version, encore vide.", "First version, still empty.")]
    return said + _at_request(words)


def since_when(since: str, told: Mapping[str, Any] | None, words: Words) -> list[str]:
    """Since which version, and how many rows of each table changed."""
    titles = {t.name: of(words.language, (t.title.fr, t.title.en)) for t in all_tables()}
    start = words.say(f"Depuis la version {since}.", f"Since version {since}.")
    if told is None and not words.withdrawn:
        return [start + words.say(" Aucune ligne de ces tables n'a changé.", " No row of these tables has changed.")]
    return [f"{start} {headline(told['tables'] if told else {}, titles, words.language)}".strip()]


def sections(connection: duckdb.DuckDBPyConnection, words: Words, columns: Mapping[str, tuple[list[str], list[str]]]) -> list[str]:
    """A heading and a list of sentences for each table that changed, from a connection of `changes.compared`.

    `columns` are those that tables have got or lost, as `changes.reshaped` says: of a new one no single values are told.
    """
    found = []
    for table in sorted((t for t in all_tables() if t.tracked), key=lambda t: (list(NOUNS).index(t.name) if t.name in NOUNS else len(NOUNS), t.name)):
        came, went = columns.get(table.name, ([], []))
        lines = _columns(table, came, went, words) + _table(connection, table, words, came)
        if lines:
            title = of(words.language, (table.title.fr, table.title.en))
            found += [f"### {title}", "\n".join(f"- {line}" for line in lines)]
    return found + _at_request(words)


def _at_request(words: Words) -> list[str]:
    """How many rows were withdrawn at somebody's request; not who."""
    if not (n := sum(words.withdrawn.values())):
        return []
    return [words.say(f"À la demande des personnes concernées, {grouped(n, 'fr')} {ROW[n > 1]} ont été retirées." if n > 1 else "À la demande de la personne concernée, une ligne a été retirée.",
                      f"{grouped(n, 'en')} {ROW[2 + (n > 1)]} {'were' if n > 1 else 'was'} withdrawn at request.")]  # fmt: skip


def markdown(text: str) -> str:
    """`text` with what Markdown and HTML would read as more than text escaped."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&!])", r"\\\1", text)


def clipped(text: str, longest: int | None = LONGEST) -> str:
    """`text` on one line, without control characters, cut where it is longer than `longest` characters."""
    text = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+", " ", text).split())
    return text if longest is None or len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _columns(table: Table, came: list[str], went: list[str], words: Words) -> list[str]:
    titles = {f.name: of(words.language, (f.title.fr, f.title.en)) for f in table.fields}
    lines = [f"{words.say('Nouvelle colonne :', 'New column:')} {words.name(titles.get(c, c))} (`{c}`)." for c in came]
    return lines + [words.say(f"La colonne `{c}` n'existe plus.", f"The column `{c}` is gone.") for c in went]


def _table(connection: duckdb.DuckDBPyConnection, table: Table, words: Words, new: list[str]) -> list[str]:
    rows = connection.execute("select change, count(distinct row_id) from differences where table_name = ? group by all", [table.name]).fetchall()
    n: dict[str, int] = dict(rows)
    if not n:
        return []
    language, lines = words.language, []
    replaced = 0
    if table.name == "headcounts":
        told, replaced = _headcounts(connection, words)
        lines += told
    elif added := n.get("add"):
        lines.append(f"{_came(added, table.name, words)}{words.say(' :', ':')} {listed(_names(connection, table, 'add', words), added, language)}.")
    if (gone := n.get("remove", 0) - replaced - words.withdrawn.get(table.name, 0)) > 0:
        some = counted(gone, table.name, language)
        lines.append(words.say(f"{some} n'y figure{'nt' if gone > 1 else ''} plus.", f"{some} {'is' if gone == 1 else 'are'} no longer in it."))
    if merged := n.get("merge"):
        into = _names(connection, table, "merge", words)
        some = words.say("Une fiche a été réunie à une autre" if merged == 1 else f"{grouped(merged, 'fr')} fiches ont été réunies à d'autres",
                         "One record was found to be another" if merged == 1 else f"{grouped(merged, 'en')} records were found to be others")  # fmt: skip
        lines.append(f"{some}{words.say(' :', ':')} {listed(into, max(len(into), 1), language) if into else '–'}.")
    if n.get("split"):
        parted = _names(connection, table, "split", words)
        if parted:
            lines.append(f"{words.say('Désormais distingué de ce avec quoi on le confondait :', 'Now told apart from what it was confused with:')} {listed(parted, n['split'], language)}.")
    lines += _closed(connection, table, words)
    if table.name == "tenancies":
        lines += _statuses(connection, words)
    return lines + _modified(connection, table, words, new)


def _came(n: int, table: str, words: Words) -> str:
    some, participle = counted(n, table, words.language), "arrivé" if table in ARRIVING else "ajouté"
    english = "arrived" if table in ARRIVING else "been added"
    return words.say(f"{some} {'est' if n == 1 else 'sont'} {agreed(participle, n, table)}", f"{some} {'has' if n == 1 else 'have'} {english}")


def _from(table: Table, key: str = "d.row_id") -> str:
    """Rows of the table that a difference `d` is about, with the organisation and the source of each."""
    sql = f'from differences as d join {table.name} as t on t."{table.primary_key[0]}" = {key}'
    sql += " left join organisations as o on o.organisation_id = t.organisation_id" if "organisation_id" in table.columns and table.name != "organisations" else ""
    return sql + (" left join sources as s on s.document_id = t.document_id" if "document_id" in table.columns and table.name not in ("sources",) else "")


def _label(table: Table) -> str:
    return LABELS.get(table.name, f't."{table.primary_key[0]}"')


def _names(connection: duckdb.DuckDBPyConnection, table: Table, change: str, words: Words, more: str = "true") -> list[str]:
    """The first names of rows with that change; of merges and splits the row that is there now."""
    label, detail = _label(table), "null"
    if table.name == "funding":
        detail = "coalesce(t.qualifier || '|' || t.amount_eur::decimal(18, 2)::varchar, '')"
    if table.name == "relationships":
        detail = "t.relation"
    rows = connection.execute(
        f"select distinct {label} as label, {detail} as detail {_from(table, 'd.new_value' if change in ('merge', 'split') else 'd.row_id')} "
        f"where d.table_name = ? and d.change = ? and {more} order by label, detail limit {NAMES}",
        [table.name, change],
    ).fetchall()
    if table.name == "relationships":
        return [f" {of(words.language, RELATIONS.get(relation, ('→', '→')))} ".join(map(words.name, label.split(" → ", 1))) for label, relation in rows]
    if table.name == "funding":
        return [words.name(label) + (f" ({_amount(detail, words)})" if detail else "") for label, detail in rows]
    shown = {"organisations": "**{}**", "people": "**{}**", "places": "**{}**", "sources": words.say("« {} »", "“{}”")}.get(table.name, "{}")
    return [shown.format(words.name(label)) for label, _ in rows]


def _amount(detail: str, words: Words) -> str:
    qualifier, _, amount = detail.partition("|")
    euros = grouped(int(float(amount)), words.language)
    return of(words.language, QUALIFIERS.get(qualifier, ("", ""))) + words.say(f"{euros} €", f"€{euros}")


def _headcounts(connection: duckdb.DuckDBPyConnection, words: Words) -> tuple[list[str], int]:
    """New figures, with the one each takes the place of where there is just one; and how many old rows were told so."""
    rows = connection.execute(f"""
        with came as (
            select t.*, count(*) over (partition by t.organisation_id, t.scope) as n
            from differences as d join headcounts as t on t.headcount_id = d.row_id where d.table_name = 'headcounts' and d.change = 'add'
        ),
        went as (
            select t.organisation_id, t.scope, min(t.headcount) as headcount, count(*) as n
            from differences as d join previous_headcounts as t on t.headcount_id = d.row_id where d.table_name = 'headcounts' and d.change = 'remove'
            group by all
        )
        select o.name, t.scope, t.qualifier, t.headcount, w.headcount, {SOURCE}, count(*) over () as total, count(w.n) over () as pairs
        from came as t
        join organisations as o on o.organisation_id = t.organisation_id
        left join sources as s on s.document_id = t.document_id
        left join went as w on w.organisation_id = t.organisation_id and w.scope = t.scope and w.n = 1 and t.n = 1 and w.headcount <> t.headcount
        order by o.name, t.scope, t.headcount_id limit {NAMES}""").fetchall()
    lines = []
    for name, scope, qualifier, now, before, source, _, _ in rows:
        what, said = of(words.language, SCOPES.get(scope, (scope, scope))), f" ({words.name(source)})" if source else ""
        figure = of(words.language, QUALIFIERS.get(qualifier, ("", ""))) + grouped(now, words.language)
        if before is None:
            lines.append(f"**{words.name(name)}**{words.say(' :', ':')} {figure} {what}{said}.")
        else:
            old = grouped(before, words.language)
            moves = words.say(f" : l'effectif ({what}) passe de {old} à {figure}", f": the headcount ({what}) goes from {old} to {figure}")
            lines.append(f"**{words.name(name)}**{moves}{said}.")
    total, pairs = rows[0][-2:] if rows else (0, 0)
    if total > len(rows):
        lines.append(words.say(f"Et {grouped(total - len(rows), 'fr')} autres chiffres.", f"And {grouped(total - len(rows), 'en')} more figures."))
    return lines, pairs


def _closed(connection: duckdb.DuckDBPyConnection, table: Table, words: Words) -> list[str]:
    """What no source speaks of any more, or does again: rows that stay, closed."""
    if not table.keeps_history or table.name == "tenancies":
        return []
    lines = []
    for condition, french, english in (
        ("d.new_value is not null", ("n'est plus citée", "ne sont plus citées"), ("is no longer mentioned", "are no longer mentioned")),
        ("d.new_value is null", ("est de nouveau citée", "sont de nouveau citées"), ("is mentioned again", "are mentioned again")),
    ):
        where = f"d.column_name = 'closed_version' and {condition}"
        (n,) = connection.execute(f"select count(*) from differences as d where d.table_name = ? and {where}", [table.name]).fetchall()[0]
        if n:
            says = of(words.language, (french[n > 1], english[n > 1]))
            lines.append(f"{counted(n, table.name, words.language)} {says}{words.say(' :', ':')} {listed(_names(connection, table, 'modify', words, where), n, words.language)}.")
    return lines


def _statuses(connection: duckdb.DuckDBPyConnection, words: Words) -> list[str]:
    lines = []
    for status, phrases in STATUS.items():
        where = f"d.column_name = 'status' and d.new_value = '{status}'"
        (n,) = connection.execute(f"select count(*) from differences as d where d.table_name = 'tenancies' and d.change = 'modify' and {where}").fetchall()[0]
        if n:
            names = _names(connection, by_name("tenancies"), "modify", words, where)
            says = phrases[(2 if words.language == "en" else 0) + (n > 1)]
            lines.append(f"{counted(n, 'organisations', words.language)} {says}{words.say(' :', ':')} {listed(names, n, words.language)}.")
    return lines


def _modified(connection: duckdb.DuckDBPyConnection, table: Table, words: Words, new: list[str]) -> list[str]:
    """A line a row that was modified, its columns one after the other but for `new` ones; the rest is counted."""
    fields = {f.name: f for f in table.fields if f.name not in new and not PROVENANCE.fullmatch(f.name)}
    chosen = ", ".join(f"'{name}'" for name in fields) or "''"
    where = f"d.table_name = '{table.name}' and d.change = 'modify' and d.column_name in ({chosen})"
    (n,) = connection.execute(f"select count(distinct d.row_id) from differences as d where {where}").fetchall()[0]
    rows = connection.execute(f"""
        with shown as (
            select distinct {_label(table)} as label, d.row_id {_from(table)} where {where} order by label, d.row_id limit {ROWS}
        )
        select s.label, s.row_id, d.column_name, d.old_value, d.new_value from shown as s join differences as d on d.row_id = s.row_id
        where {where} order by all""").fetchall()
    lines = []
    for (label, _), cells in groupby(rows, key=lambda r: r[:2]):
        told = sorted(cells, key=lambda r: table.columns.index(r[2]))
        told_words = [_cell(fields[column], old, new, words) for _, _, column, old, new in told]
        lines.append(f"**{words.name(label)}**{words.say(' :', ':')} {words.say(' ; ', '; ').join(told_words)}.")
    if n > ROWS:
        lines.append(words.say(f"Et {grouped(n - ROWS, 'fr')} autres lignes modifiées.", f"And {grouped(n - ROWS, 'en')} more rows modified."))
    return lines


def _cell(field: Column, old: str | None, new: str | None, words: Words) -> str:
    """`code postal : « 68300 » au lieu de « 68100 »`."""
    title = of(words.language, (field.title.fr, field.title.en))
    title = title if title[1:2].isupper() else title[0].lower() + title[1:]

    def value(text: str) -> str:
        return of(words.language, {"true": ("oui", "yes"), "false": ("non", "no")}[text]) if field.type == "boolean" else words.quoted(text.replace("|", ", "))

    if new is None:
        return title + words.say(" n'est plus indiqué", " is no longer given")
    if old is None or field.privacy == "person_public_role":
        return f"{title} {value(new)}"
    return f"{title} {value(new)} {words.say('au lieu de', 'instead of')} {value(old)}"
