"""The search page and its index: names of organisations, people, places and events, titles and publishers of sources.

The index is files made here and read by static/js/search.js, one for each beginning of words; a search fetches the list of
beginnings (`search/index.json`: beginning -> how many entries) and one file (`search/w-<beginning>.json`), however many names there are.
An entry: name, kind, address, what is told beside, other words that it is found by, how many sources name it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from km0_pipeline.catalogue import words
from km0_pipeline.catalogue.addresses import LANGUAGES, of_entity, of_source
from km0_pipeline.catalogue.edition import Edition
from km0_pipeline.catalogue.rendering import Page

LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ı": "i"})
"""Letters that are written as others and yet are not these with an accent; the same in static/js/fold.js."""
SHARD = 300
"""Entries of one file, beyond which it is divided by the next letter of the word."""
CAPPED = 600
"""Entries of the file of one word that very many have: those that most sources name."""
LONGEST = 120
"""Characters of what is told of an entry."""
CUT = 24
"""Letters of a word that tell files apart: what makes a file's name, and no name is longer than file systems allow."""
Entry = tuple[str, str, str, str, str, int]

_ENTRIES = """
select organisation_id as id, name, coalesce(kind, 'organisation') as kind, concat_ws(', ', commune, activity) as beside, other_names as others, sources from organisations
union all select person_id, name, 'person', replace(roles, '|', ', '), other_names, sources from people
union all select place_id, name, coalesce(kind, 'place'), commune, other_names, sources from places
union all select event_id, name, coalesce(kind, 'event'), held_on, null, sources from events
union all select document_id, coalesce(title, publisher, kind), 'source', concat_ws(', ', publisher, left(published_on, 4)), null, 1 from sources
order by id
"""


def pages(edition: Edition) -> Iterator[Page]:
    about = ("Chercher un nom dans les données du hub : organisations, personnes, lieux, événements, sources.", "Search the data of the hub for a name: organisations, people, places, events, sources.")
    found = [r["kind"] for r in edition.rows(f"select distinct kind from ({_ENTRIES}) order by kind")]
    kinds = {language: {kind: words.code(kind, language) for kind in found} for language in LANGUAGES}
    yield Page("search.html", "search.html.j2", ("Rechercher", "Search"), {"kinds": kinds}, about, scripts=("search.js",), own={"indexed": False})


def files(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """The index, by path below data/published; the same for both languages."""
    entries: list[Entry] = []
    by_word: dict[str, list[int]] = defaultdict(list)
    for r in edition.rows(_ENTRIES):
        if not r["name"]:
            continue
        address = of_source(r["id"]) if r["kind"] == "source" else of_entity(r["id"])
        others = (r["others"] or "").replace("|", " · ")
        beside = (r["beside"] or "")[:LONGEST]
        entries.append((r["name"][: 2 * LONGEST], r["kind"], address, beside, others[:LONGEST], r["sources"]))
        found = " ".join((r["name"], others, beside if r["kind"] == "source" else ""))
        for word in sorted({word[:CUT] for word in fold(found)}):
            by_word[word].append(len(entries) - 1)
    shards = dict(_shards(by_word, 1))
    yield "search/index.json", _json({beginning: len(numbers) for beginning, numbers in shards.items()})
    for beginning, numbers in shards.items():
        ranked = sorted(numbers, key=lambda n: (-entries[n][5], entries[n][:3]))
        yield f"search/{file_of(beginning)}", _json([entries[n] for n in ranked[:CAPPED]])


def fold(text: str) -> list[str]:
    """Its words as they are compared: without accents, capitals or signs. The same as `words` in static/js/fold.js."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower().translate(LETTERS)
    return re.findall(r"[^\W_]+", plain)


def file_of(beginning: str) -> str:
    """`w-km.json`; a letter that not every file system has in names is written as its number."""
    return "w-" + "".join(c if re.fullmatch("[a-z0-9]", c) else f"-{ord(c):x}-" for c in beginning) + ".json"


def _shards(by_word: dict[str, list[int]], length: int) -> Iterator[tuple[str, list[int]]]:
    """Beginnings of words with the entries that have such a word: as short as they can be, as long as they must."""
    groups: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for word in sorted(by_word):
        groups[word[:length]][word] = by_word[word]
    for beginning, within in groups.items():
        numbers = sorted({n for some in within.values() for n in some})
        longer = {w: some for w, some in within.items() if len(w) > length}
        if len(numbers) <= SHARD or not longer or len(within) == 1:
            yield beginning, numbers
            continue
        if beginning in within:
            yield beginning + "$", within[beginning]
        yield from _shards(longer, length + 1)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
