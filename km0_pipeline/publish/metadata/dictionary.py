"""The data dictionary: what each table and column means, for people, in French and English, as Markdown and as a page of HTML.

Of each column: what it means, its type, what holds for its values, how full it is, whom it may concern (its class of privacy), and an example where
that can't lead to a person (`profile`). All of it from datapackage.json and the rows; the page asks nothing of any other server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from km0_pipeline.publish import datapackage
from km0_pipeline.publish.metadata.profile import Profile, is_date
from km0_pipeline.publish.pages import render
from km0_pipeline.publish.staged import Staged

FILES = {"dictionnaire.md": "fr", "dictionnaire.html": "fr", "dictionary.md": "en", "dictionary.html": "en"}
WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "title": "Dictionnaire des données", "other": "dictionary", "other_title": "In English", "tables": "Tables", "files": "Fichiers",
        "column": "colonne", "type": "type", "meaning": "signification", "limits": "contraintes", "filled": "remplie", "privacy": "vie privée", "example": "exemple",
        "key": "clé", "required": "toujours remplie", "unique": "unique", "enum": "une de ces valeurs", "refers": "désigne", "pattern": "forme", "longest": "caractères au plus",
        "rows": "lignes", "row": "ligne", "skip": "Aller aux tables", "colon": " : ", "join": " ; ", "group": "\u202f", "percent": "\u202f%",
        "string": "texte", "integer": "nombre entier", "number": "nombre", "boolean": "vrai ou faux", "date": "date", "edtf": "date (EDTF)",
        "public": "rien de privé", "org": "une organisation", "person_public_role": "une personne, dans un rôle public",
        "about": "Une cellule vide est inconnue. « Remplie » dit la part des lignes de cette version où la colonne l'est ; « vie privée », de qui la colonne peut parler. "
        "Un exemple est la plus petite valeur de la colonne ; il n'y en a pas là où il pourrait mener à une personne. Une date (EDTF) va aussi loin que sa source : README.md dit comment les lire.",
    },
    "en": {
        "title": "Data dictionary", "other": "dictionnaire", "other_title": "En français", "tables": "Tables", "files": "Files",
        "column": "column", "type": "type", "meaning": "meaning", "limits": "constraints", "filled": "filled", "privacy": "privacy", "example": "example",
        "key": "key", "required": "always filled", "unique": "unique", "enum": "one of", "refers": "refers to", "pattern": "form", "longest": "characters at most",
        "rows": "rows", "row": "row", "skip": "Go to the tables", "colon": ": ", "join": "; ", "group": ",", "percent": "%",
        "string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "date": "date", "edtf": "date (EDTF)",
        "public": "nothing private", "org": "an organisation", "person_public_role": "a person, in a public role",
        "about": "An empty cell is unknown. “Filled” is the share of this version's rows in which the column is; “privacy”, whom the column may speak of. "
        "An example is the least value of the column; there is none where it could lead to a person. A date (EDTF) goes as far as its source does: README.md says how to read them.",
    },
}  # fmt: skip


class Limit(NamedTuple):
    """What holds for the values of a column: in words, then codes; `links` if these name columns of tables."""

    words: str
    codes: tuple[str, ...] = ()
    links: bool = False


def write(name: str) -> Callable[[Staged, Path], bool]:
    """What writes the dictionary called `name`, one of `FILES`."""

    def written(staged: Staged, path: Path) -> bool:
        path.write_text(dictionary(name, datapackage.read(staged.folder), staged.profiles), encoding="utf-8", newline="\n")
        return True

    return written


def dictionary(name: str, package: Mapping[str, Any], profiles: Mapping[str, Profile]) -> str:
    """The text of the dictionary called `name`, one of `FILES`, of the snapshot that `package` describes."""
    language = FILES[name]
    tables = [table(package, table_name, language, said) for table_name, said in profiles.items()]
    title = package["title"] if language == "fr" else package["km0:title_en"]
    template = f"dictionary.{name.rpartition('.')[2]}.j2"
    return render(template, words=WORDS[language], language=language, title=title, version=package["version"], tables=tables)


def table(package: Mapping[str, Any], name: str, language: str, profile: Profile) -> dict[str, Any]:
    """What the dictionary says of one table, in words of `language`: for its templates, and for the pages of a site."""
    resources = [r for r in package["resources"] if r.get("km0:table") == name]
    said, schema = resources[0], resources[0]["schema"]
    return {
        "name": name,
        "title": said[_key("title", language)],
        "description": said[_key("description", language)],
        "rows": profile.rows,
        "files": [r["path"] for r in resources],
        "columns": [_column(f, schema, language, profile) for f in schema["fields"]],
    }


def _column(field: Mapping[str, Any], schema: Mapping[str, Any], language: str, profile: Profile) -> dict[str, Any]:
    words, name = WORDS[language], field["name"]
    return {
        "name": name,
        "title": field[_key("title", language)],
        "description": field[_key("description", language)],
        "type": words["edtf" if is_date(field) else field["type"]] + (f" ({field['km0:unit']})" if field.get("km0:unit") else ""),
        "limits": list(_limits(field, schema, words)),
        "privacy": words[field["km0:privacy"]],
        "filled": _share(profile.filled[name], profile.rows) + words["percent"] if profile.rows else "",
        "example": profile.examples.get(name, ""),
    }


def _limits(field: Mapping[str, Any], schema: Mapping[str, Any], words: Mapping[str, str]) -> Iterable[Limit]:
    limits, name = field.get("constraints", {}), field["name"]
    if name in schema["primaryKey"]:
        yield Limit(words["key"])
    elif limits.get("required"):
        yield Limit(words["required"])
    if limits.get("unique") or [name] in schema.get("uniqueKeys", ()):
        yield Limit(words["unique"])
    if "enum" in limits:
        yield Limit(words["enum"], tuple(limits["enum"]))
    if "pattern" in limits and not is_date(field):
        yield Limit(words["pattern"], (limits["pattern"],))
    for limit, sign in (("minimum", "≥"), ("maximum", "≤")):
        if limit in limits:
            yield Limit(f"{sign} {limits[limit]:g}")
    if "maxLength" in limits:
        yield Limit(f"{limits['maxLength']} {words['longest']}")
    keys = [key for key in schema.get("foreignKeys", ()) if name in key["fields"]]
    named = [f"{key['reference']['resource']}.{key['reference']['fields'][key['fields'].index(name)]}" for key in keys]
    if named or field.get("km0:references"):
        yield Limit(words["refers"], (*named, *field.get("km0:references", ())), links=True)


def _key(what: str, language: str) -> str:
    return what if language == "fr" else f"km0:{what}_en"


def _share(filled: int, rows: int) -> str:
    """Whole percents; 0 and 100 only where that is all there is to say."""
    return str(filled * 100 // rows if filled in (0, rows) else min(max(round(filled * 100 / rows), 1), 99))
