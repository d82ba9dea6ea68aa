"""feed.xml is a valid Atom feed with one entry a version, whatever hub.toml says and however a run ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree
from publish_world import DAY, TABLES, fill_world
from test_publish_snapshot import killed

from km0_pipeline.hub import Hub
from km0_pipeline.publish.feed import NAME, feed
from km0_pipeline.publish.privacy import PublicationStopped
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.steps import Project
from km0_pipeline.storage import read_json
from tests.conftest import ROOT

SUM = "0" * 64


def hub(**publisher: str) -> Hub:
    found = Hub.load(ROOT / "hub.toml")
    return found.model_copy(update={"publisher": found.publisher.model_copy(update=publisher)})


def version(name: str, day: str, **more: Any) -> dict[str, Any]:
    files = [{"path": p, "bytes": 7, "sha256": SUM} for p in ("CHANGELOG.md", "datapackage.json", "organisations.csv", "organisations.parquet")]
    return {"version": name, "path": f"{name}/", "published_on": day, "content_digest": SUM, "rows": {"organisations": 3, "people": 1}, "files": files} | more


VERSIONS = [
    version("2026.11.22", "2026-11-22"),
    version("2026.11.22-2", "2026-11-22", changes={"since": "2026.11.22", "tables": {"organisations": {"add": 3, "merge": 1}, "people": {"modify": 1}}}),
    version("2026.12.1", "2026-12-01"),
]


def wrong_with(text: bytes) -> list[str]:
    """What RFC 4287 has against a feed: by its shape, and what no shape tells."""
    schema = etree.RelaxNG(etree.parse(str(ROOT / "tests" / "atom.rng")))
    try:
        tree = etree.fromstring(text)
    except etree.XMLSyntaxError as e:
        return [str(e)]
    found = [] if schema.validate(tree) else [str(e) for e in schema.error_log]
    ids = [e.text for e in tree.iter("{*}id")]
    if len(ids) != len(set(ids)):
        found.append("two of one id")
    if any(not e.xpath("*[local-name() = 'link' and @rel = 'alternate']") for e in tree.iter("{*}entry")):
        found.append("an entry without content leads nowhere")
    if feedparser.parse(text).bozo:
        found.append("feedparser stumbles")
    return found


@pytest.mark.parametrize("base", ["", "https://donnees.example/km0/"])
def test_the_feed_is_valid_and_leads_to_every_version_newest_first(base: str) -> None:
    text = feed(hub(base_url=base, title="Données & <hub> \x00 du KM0"), VERSIONS)
    assert wrong_with(text) == []
    read = feedparser.parse(text)
    assert read.feed.title == "Données & <hub> du KM0"
    assert [e.title for e in read.entries] == ["Version 2026.12.1", "Version 2026.11.22-2", "Version 2026.11.22"]
    assert [e.updated for e in read.entries] == ["2026-12-01T00:00:00Z", "2026-11-22T00:00:01Z", "2026-11-22T00:00:00Z"]
    assert read.feed.updated == "2026-12-01T00:00:00Z"
    second = read.entries[1]
    assert second.id == (f"{base}2026.11.22-2/" if base else "tag:km0.info,2026-11-22:km0/2026.11.22-2")
    links = {(link.rel, link.href, link.get("length")) for link in second.links}
    assert ("alternate", f"{base}2026.11.22-2/README.md", None) in links
    assert ("related", f"{base}2026.11.22-2/CHANGELOG.md", None) in links
    assert ("enclosure", f"{base}2026.11.22-2/organisations.csv", "7") in links
    assert "Depuis la version 2026.11.22. Organisations : 3 ajouts, 1 réunion. Personnes : 1 modification." in second.summary
    assert "Since version 2026.11.22. Organisations: 3 added, 1 merged. People: 1 modified." in second.summary
    assert read.entries[2].summary.startswith("Première version : trois organisations, une personne.")


def test_what_has_been_told_of_a_version_stays_when_another_comes() -> None:
    def entries(text: bytes) -> list[bytes]:
        return [etree.tostring(e, with_tail=False) for e in etree.fromstring(text).iter("{*}entry")]

    assert entries(feed(hub(), VERSIONS))[1:] == entries(feed(hub(), VERSIONS[:2]))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<updated>2026-12-01T00:00:00Z</updated>", ""),
        ("2026-12-01T00:00:00Z", "2026-12-01"),
        ("2026-12-01T00:00:00Z", "2026-13-01T00:00:00Z"),
        ("<title>", "<title/><title>"),
        ("<id>tag:", "<id>"),
        (':km0/2026.11.22-2</id>', ':km0/2026.11.22</id>'),
        ('rel="alternate" type="text/markdown"', 'rel="related" type="text/markdown"'),
        ('rel="enclosure"', 'rel="attached"'),
        ('length="7"', 'length="seven"'),
        ("<author>", "<writer>"),
        ("</summary>", "</summary><content/>"),
        ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"),
        ("</feed>", ""),
    ],
)  # fmt: skip
def test_the_check_sees_what_is_broken(old: str, new: str) -> None:
    text = feed(hub(), VERSIONS)
    assert old.encode() in text
    assert wrong_with(text.replace(old.encode(), new.encode(), 1))


@pytest.mark.parametrize("kill", ["snapshot._write_index", "snapshot.write_json"])
def test_a_run_killed_between_feed_and_index_is_mended_by_the_next(project: Project, kill: str) -> None:
    fill_world(project)
    publish(project, DAY, TABLES)
    path: Path = project.published / NAME
    fill_world(project, ["Atelier Fictif"] * 20)
    killed(project, kill)
    assert read_json(project.published / "index.json")["latest"] == "2026.11.22", "what is not in the index is not published"
    assert len(feedparser.parse(path.read_bytes()).entries) == (1 if kill.endswith("_write_index") else 2)
    with pytest.raises(PublicationStopped, match="killed before it could announce"):
        publish(project, DAY, TABLES)
    text = path.read_bytes()
    assert len(feedparser.parse(text).entries) == 2
    assert wrong_with(text) == []
    path.write_bytes(b"<feed")
    assert not publish(project, DAY, TABLES).new
    assert path.read_bytes() == text, "a feed that is not what the index says is made again"
