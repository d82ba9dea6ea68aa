"""Pages of tables, directories, search and versions: what they promise, on the sample and on worlds made worse or larger."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from km0_pipeline.catalogue.addresses import LANGUAGES
from km0_pipeline.catalogue.edition import Edition, newest
from km0_pipeline.catalogue.pages import changes, directories, search, tables
from km0_pipeline.catalogue.rendering import Page, render
from km0_pipeline.catalogue.site import build
from km0_pipeline.steps import Project
from tests.sample_world import sample

NASTY = "<img src=x onerror=alert(1)>&\"'"
LONG = "Donaudampfschifffahrts" * 12


def copied(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the sample's newest version and of hub.toml, to be changed."""
    made = sample(tmp_path_factory)
    shutil.copy(made.root / "hub.toml", tmp_path)
    shutil.copytree(made.published, tmp_path / "data" / "published", symlinks=True)
    return Project.at(tmp_path)


@pytest.fixture
def world(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copied(tmp_path, tmp_path_factory)


def refill(project: Project, **queries: str) -> None:
    """Put what each query gives in the place of the table's rows; `old` is what it had."""
    folder = project.last_snapshot()
    assert folder is not None
    package = json.loads((folder / "datapackage.json").read_text())
    with duckdb.connect() as db:
        for name, query in queries.items():
            path = folder / f"{name}.parquet"
            db.execute(f"create or replace table old as from read_parquet('{path}')")
            db.execute(f"copy ({query}) to '{path}' (format parquet)")
            rows = db.execute(f"select count(*) from read_parquet('{path}')").fetchall()[0][0]
            for resource in package["resources"]:
                if resource.get("km0:table") == name:
                    resource["km0:rows"] = rows
    (folder / "datapackage.json").write_text(json.dumps(package))


def organisations(n: int, name: str) -> str:
    """A query for n organisations like the first of the sample, with other ids and this name, in SQL over their number `i`."""
    return f"select * replace (printf('org-%016x', i) as organisation_id, {name} as name, null as other_names) from range({n}) as t(i), (from old order by organisation_id limit 1)"


@contextmanager
def edition_of(project: Project) -> Iterator[Edition]:
    with newest(project) as edition:
        assert edition is not None
        yield edition


def html(edition: Edition, page: Page, language: str = "fr") -> str:
    return render(edition, "assets/0", page, "en" if language == "en" else "fr")


def every(edition: Edition) -> Iterator[tuple[str, str]]:
    """Each page of this part in each language: its address and text."""
    for kind in (tables, directories, search, changes):
        for page in kind.pages(edition):
            for language in LANGUAGES:
                yield f"{language}/{page.address}", html(edition, page, language)


def test_a_table_of_very_many_rows_makes_a_page_as_light_as_a_small_one(world: Project) -> None:
    sizes, seconds = [], []
    for n in (200, 200_000):
        claims = f"select * replace (printf('%020x', i) as claim_id) from range({n}) as t(i) join (select *, row_number() over (order by claim_id) - 1 as k from old where entity_id is not null) as o on o.k = i % 20"
        refill(world, claims=f"select * exclude (i, k) from ({claims})")
        with edition_of(world) as edition:
            start = time.process_time()
            page = next(p for p in tables.pages(edition) if p.address == "tables/claims.html")
            sizes.append(len(html(edition, page)))
            seconds.append(time.process_time() - start)
    assert sizes[1] < 1.05 * sizes[0]
    assert seconds[1] < seconds[0] + 10  # much less on a quiet machine


def test_markup_and_very_long_words_are_text(world: Project) -> None:
    quoted = NASTY.replace("'", "''")
    refill(world, organisations=f"select * replace (case when row_number() over (order by organisation_id) = 1 then '{quoted}' else '{LONG}' end as name, '{quoted}' as activity, '{quoted}|{quoted}' as other_names) from old",
           tenancies=f"select * replace ('{quoted}' as space) from old", people=f"select * replace ('{quoted}' as roles) from old")  # fmt: skip
    with edition_of(world) as edition:
        found = dict(every(edition))
        assert all("<img" not in text for text in found.values())
        assert "&lt;img src=x onerror=alert(1)&gt;" in found["fr/organisations.html"]
        assert any(NASTY in content.decode().replace('\\"', '"') for _, content in search.files(edition))


def test_tables_without_rows_say_so_and_every_page_stands(world: Project) -> None:
    names = [p.stem for p in world.last_snapshot().glob("*.parquet")]  # type: ignore[union-attr]
    refill(world, **dict.fromkeys(names, "from old limit 0"))
    with edition_of(world) as edition:
        found = dict(every(edition))
        assert "Cette table ne contient encore aucune ligne." in found["fr/tables/organisations.html"]
        assert "There is nothing here yet." in found["en/people.html"]
        assert dict(search.files(edition)) == {"search/index.json": b"{}"}


def test_one_organisation_alone_has_no_facet_to_choose(world: Project) -> None:
    refill(world, organisations="from old order by organisation_id limit 1", tenancies="from old limit 0")
    with edition_of(world) as edition:
        page = next(p for p in directories.pages(edition) if p.address == "organisations.html")
        text = html(edition, page)
        assert text.count('class="k1"') == 1
        assert "<fieldset>" not in text


def test_ten_thousand_organisations_are_divided_by_letter(world: Project) -> None:
    refill(world, organisations=organisations(10_000, "chr((65 + i % 26)::int) || 'telier ' || i"), tenancies="from old limit 0")
    with edition_of(world) as edition:
        start = time.process_time()
        found = [p for p in directories.pages(edition) if p.address.startswith("organisations")]
        listed = [line for p in found for _, _, lines in p.said["sections"] for line in lines]
        assert len(found) == 27
        assert len(listed) == len({line.row["id"] for line in listed}) == 10_000
        assert max(len(html(edition, p)) for p in found) < 200_000
        assert time.process_time() - start < 20


def find(index: dict[str, list[search.Entry]], query: str) -> set[str]:
    """Names found as static/js/search.js finds them: in the files of the first word, the others checked."""
    wanted = search.fold(query)
    shards = [b for b in index if (b[:-1].startswith(wanted[0]) if b.endswith("$") else b.startswith(wanted[0]) or wanted[0].startswith(b))]
    return {e[0] for b in shards for e in index[b] if all(any(h.startswith(w) for h in search.fold(f"{e[0]} {e[4]} {e[3] if e[1] == 'source' else ''}")) for w in wanted)}


def test_ten_thousand_names_are_found_by_any_word_in_small_files(world: Project) -> None:
    refill(world, organisations=organisations(10_000, "'Société ' || ['Œuvre', 'Écluse', 'Straße', 'KMØ', 'Ilôt'][i % 5 + 1] || ' n' || i"))
    with edition_of(world) as edition:
        made = dict(search.files(edition))
        beginnings = json.loads(made["search/index.json"])
        index = {b: json.loads(made[f"search/{search.file_of(b)}"]) for b in beginnings}
        assert find(index, "N1234 societe") == {"Société Ilôt n1234"}
        assert find(index, "n4321 ECL") == {"Société Écluse n4321"}
        assert find(index, "n7776 oeuv") == set()
        assert {"Société KMØ n3"} <= find(index, "n3 kmo")
        assert max(map(len, made.values())) < 120_000


def test_words_are_folded() -> None:
    assert search.fold("L'Œuvre — KMØ, STRAßE & Ilôt 23") == ["l", "oeuvre", "kmo", "strasse", "ilot", "23"]
    assert search.file_of("km") == "w-km.json"
    assert re.fullmatch(r"w-[a-z0-9-]+\.json", search.file_of("цé"))


def test_each_cell_that_rests_on_a_claim_leads_to_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    top = sample(tmp_path_factory).published
    seen = 0
    for page in (top / "tables").glob("*.html"):
        for path, anchor in re.findall(r'<a href="([^"#]+)#([^"]+)" class="p"', page.read_text()):
            target = (page.parent / path).read_text()
            assert f'id="{anchor}"' in target, (page.name, path, anchor)
            seen += 1
    assert seen > 500
    assert 'class="p"' in (top / "tables/organisations.html").read_text()
    assert 'class="p"' in (top / "tables/headcounts.html").read_text()


def test_a_change_log_is_told_as_it_stands(tmp_path: Path) -> None:
    assert changes.inline(r"**A\*b** : \<b\> et `c<d`, \& fin") == "<strong>A*b</strong> : &lt;b&gt; et <code>c&lt;d</code>, &amp; fin"
    (tmp_path / "CHANGELOG.md").write_text("# T\n\n*t*\n\n## Français\n\nDepuis.\n\n### Personnes\n\n- Une.\n- Deux.\n\n## English\n\nSince.\n")
    french, english = changes.parts(tmp_path)["fr"], changes.parts(tmp_path)["en"]
    assert [(p.heading, p.blocks) for p in french] == [("", ["Depuis."]), ("Personnes", [["Une.", "Deux."]])]
    assert [p.blocks for p in english] == [["Since."]]
    assert changes.parts(tmp_path / "gone") == {"fr": [], "en": []}


def test_versions_are_told_newest_first_with_what_was_withdrawn(world: Project) -> None:
    path = world.published / "index.json"
    index = json.loads(path.read_text())
    first = index["versions"][0]
    again = first | {"version": "2026.11.20+r1", "path": "2026.11.20+r1/", "published_on": "2026-11-20", "withdrawn": {"rows": 3, "cells": 5, "on": "2026-11-21"}}
    told = first | {"changes": {"since": "2026.11.20", "tables": {"people": {"add": 2}}}}
    path.write_text(json.dumps(index | {"versions": [again, told]}))
    with edition_of(world) as edition:
        found = {p.address: html(edition, p) for p in changes.pages(edition)}
    assert set(found) == {"changes.html", "changes/2026.11.20+r1.html", "changes/2026.11.22.html"}
    assert found["changes.html"].index("22 novembre") < found["changes.html"].index("20 novembre")
    assert "Personnes" in found["changes.html"]
    assert "retirées à la demande" in found["changes/2026.11.20+r1.html"]
    assert 'href="../changes/2026.11.20+r1.html" rel="prev"' in found["changes/2026.11.22.html"]


def test_with_an_address_pages_say_theirs_and_search_engines_get_a_map(world: Project) -> None:
    hub = world.root / "hub.toml"
    hub.write_text(hub.read_text().replace('base_url = ""', 'base_url = "https://donnees.example/km0/"'))
    build(Project.at(world.root))
    page = (world.published / "en/tables/funding.html").read_text()
    assert '<link rel="canonical" href="https://donnees.example/km0/en/tables/funding.html">' in page
    assert '<link rel="alternate" hreflang="fr" href="https://donnees.example/km0/tables/funding.html">' in page
    said = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])  # type: ignore[index]
    assert (said["@context"], said["@type"], said["url"]) == ("https://schema.org/", "Dataset", "https://donnees.example/km0/tables/funding.html")
    assert {d["contentUrl"] for d in said["distribution"]} == {f"https://donnees.example/km0/2026.11.22/funding.{e}" for e in ("csv", "parquet")}
    sitemap = (world.published / "sitemap.xml").read_text()
    assert "<loc>https://donnees.example/km0/tables/funding.html</loc>" in sitemap
    assert "km0/people.html" not in sitemap
    assert "km0/tables/people.html" not in sitemap
    assert "search.html" not in sitemap


def test_the_code_shown_reads_the_table(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    """From the folder that holds the version, as the page says; the pandas and DuckDB code as it stands there."""
    top = sample(tmp_path_factory).published
    page = (top / "tables/organisations.html").read_text()
    pandas, sql = (re.sub(r"&#39;", "'", re.search(rf'id="code-{n}">(.*?)</code>', page, re.S)[1]).replace("&#34;", '"').replace("&quot;", '"') for n in (1, 2))  # type: ignore[index]
    code = f"{pandas}\nimport duckdb\nprint(len(organisations), len(duckdb.sql({sql!r}).fetchall()))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=top, check=True, capture_output=True, text=True, timeout=120)
    assert ran.stdout.split() == ["24", "10"]
