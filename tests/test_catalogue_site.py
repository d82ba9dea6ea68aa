"""The site: written where something changed, removed where it is gone, never what others put beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from km0_pipeline.catalogue import site as site_module
from km0_pipeline.catalogue.site import build
from km0_pipeline.steps import Project
from tests.sample_world import sample


@pytest.fixture
def site(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the sample with its site, to be changed."""
    made = sample(tmp_path_factory)
    shutil.copy(made.root / "hub.toml", tmp_path)
    shutil.copytree(made.published, tmp_path / "data" / "published", symlinks=True)
    return Project.at(tmp_path)


def content(project: Project) -> dict[str, bytes]:
    return {p.relative_to(project.published).as_posix(): p.read_bytes() for p in project.published.rglob("*") if p.is_file()}


def test_a_site_that_has_not_changed_is_not_written_again(site: Project) -> None:
    home = site.published / "index.html"
    before = home.stat().st_mtime_ns
    built = build(site)
    assert built.files > 4
    assert (built.written, built.removed, home.stat().st_mtime_ns) == (0, 0, before)


def test_no_page_is_made_where_nothing_has_changed_and_one_that_somebody_touched_is_put_back(site: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    files = build(site).files  # notes how they lie

    def no_page(*_: object) -> None:
        raise AssertionError("a page was made")

    with monkeypatch.context() as without:
        without.setattr(site_module, "render", no_page)
        assert (build(site).files, build(site).written) == (files, 0)
        (site.published / "id" / "somebody.html").write_text("mine", encoding="utf-8")
        with pytest.raises(AssertionError, match="a page was made"):
            build(site)
    page = site.published / "tables.html"
    before = page.read_bytes()
    page.write_bytes(before.replace(b"<", b">", 1))
    built = build(site)
    assert (built.written, built.removed, page.read_bytes()) == (1, 1, before)


def test_made_from_nothing_it_is_the_same(site: Project) -> None:
    before = content(site)
    for path in (site.published / ".site").read_text().splitlines():
        (site.published / path).unlink()
    (site.published / ".site").unlink()
    build(site)
    assert content(site) == before


def test_a_page_that_is_no_longer_made_goes_and_what_others_put_there_stays(site: Project) -> None:
    listed = site.published / ".site"
    for path in ("id/org/gone.html", "en/id/per/unlisted.html", "CNAME"):
        (site.published / path).parent.mkdir(parents=True, exist_ok=True)
        (site.published / path).write_text("mine")
    listed.write_text(listed.read_text() + "id/org/gone.html\n../../hub.toml\n")
    built = build(site)
    assert built.removed == 2
    assert not (site.published / "id/org/gone.html").exists()
    assert not (site.published / "en/id/per/unlisted.html").exists(), "a killed run had made somebody's page before it was listed"
    assert (site.published / "CNAME").read_text() == "mine"
    assert (site.root / "hub.toml").exists()


def test_before_the_first_version_there_is_no_site(project: Project) -> None:
    assert build(project).files == 0
    assert not (project.published / "index.html").exists()


def test_a_sitemap_that_would_be_too_long_lists_others(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [f"sources/{n}.html" for n in range(5)]
    one = dict(site_module._sitemaps("https://a.example/?x&y/", paths))
    assert list(one) == ["sitemap.xml"]
    assert one["sitemap.xml"].count(b"<url><loc>https://a.example/?x&amp;y/") == 5
    monkeypatch.setattr(site_module, "LOCATIONS", 2)
    several = dict(site_module._sitemaps("https://a.example/", paths))
    assert list(several) == ["sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml", "sitemap.xml"]
    assert several["sitemap.xml"].count(b"<sitemap>") == 3
    assert sum(x.count(b"<url>") for x in several.values()) == 5


def test_of_more_things_than_hub_toml_allows_there_is_no_site(site: Project) -> None:
    hub = site.root / "hub.toml"
    hub.write_text(hub.read_text(encoding="utf-8").replace("[limits]\n", "[limits]\npages = 20\n", 1), encoding="utf-8")
    assert build(Project.at(site.root)).files == 0
    assert not (site.published / "index.html").exists()
    assert (site.published / "latest" / "organisations.csv").exists()
