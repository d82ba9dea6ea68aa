"""Every page of both languages, in data/published.

    data/published/
        index.html, en/index.html ...   pages, each as `pages` lists them
        assets/<digest>/                what they are drawn with; a new folder where anything in it changed
        search/                         the index that the search page reads
        sitemap.xml                     where hub.toml says at which address data/published is served; of very many pages, sitemap-1.xml ... too
        .site                           the paths of all these: what is no longer made is removed, what others put beside it is not;
                                        the folders of the site (`OWN`) hold nothing else

A page is replaced by rename, and only where its content changed; none is made where neither what they are made of nor any file of the site has changed
since (`NOTE`). What a page leads to is there before it: first the assets, the home
page last; a killed run leaves pages of the version before among those of the new one, each whole, and the next run goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from xml.sax.saxutils import escape

import km0_pipeline
from km0_pipeline.catalogue.addresses import LANGUAGES
from km0_pipeline.catalogue.edition import Edition, newest
from km0_pipeline.catalogue.pages import files as files_of
from km0_pipeline.catalogue.pages import pages
from km0_pipeline.catalogue.pages.home import picture
from km0_pipeline.catalogue.rendering import render
from km0_pipeline.catalogue.streams import Share
from km0_pipeline.claims import digest
from km0_pipeline.publish.snapshot import alone
from km0_pipeline.shards import forked, processes
from km0_pipeline.steps import Project, code_version
from km0_pipeline.storage import ASIDE, read_json, sha256, sweep, write_aside, write_json

LISTED = ".site"
NOTE = "site.json"
"""In the warehouse: of what the site was made last, and how its files lay there then."""
MANIFOLD = ("organisations", "people", "places", "events", "sources")
"""Tables whose rows have a page each."""
OWN = ("assets", "changes", "en", "id", "search", "sources", "tables")
"""Folders that hold nothing but the site: what a killed run left there before it was listed goes too, were it somebody's page."""
LOCATIONS = 50_000
"""Addresses of one sitemap, as sitemaps.org limits them."""
FEWEST = 300
"""Such rows from which on several processes make the pages: below, forking costs more than it brings."""


@dataclass(frozen=True)
class Built:
    """How many files the site has, how many of them were written (new or changed), and removed; `home` is its first page, `picture` an SVG of it."""

    home: Path
    files: int
    written: int
    removed: int
    picture: str = ""


def build(project: Project, send: bool = True) -> Built:
    """Make the site of what has been published last, and (`send`) let the bucket have it, where there is one.

    There is none of more things than `limits.pages`: a page each would take hours and fill the disk.

    Raises PublicationStopped if someone is publishing at this moment, StorageError if the bucket can't be used.
    """
    top = project.published
    top.mkdir(parents=True, exist_ok=True)
    with alone(top):
        before = {*_listed(top), *(path.relative_to(top).as_posix() for folder in OWN for path in (top / folder).rglob("*") if path.is_file())}
        sweep(top.glob(ASIDE))
        static, note = dict(_static()), project.warehouse / NOTE
        made_of = _made_of(project, static)
        last = read_json(note) or {}
        drawn = last.pop("picture", "")
        if last == {"made_of": made_of, "files": _as_they_lie(top, before)}:
            made = dict.fromkeys(sorted(before, key=lambda path: (path.removeprefix("en/") == "index.html", path)), False)
        else:
            made, drawn = _make(project, static, before)
            write_json(note, {"made_of": made_of, "files": _as_they_lie(top, made), "picture": drawn})
        if send and (bucket := project.published_bucket):
            bucket.send_site(made)
    return Built(top / "index.html", len(made), sum(made.values()), len(before - made.keys()), drawn)


def _made_of(project: Project, static: Mapping[str, bytes]) -> str:
    """Digest of all that a page may rest on: the versions (what is published never changes), hub.toml, the code, what pages are drawn with."""
    index, templates = project.published / "index.json", Path(str(files("km0_pipeline.catalogue") / "templates"))
    code = [code_version(km0_pipeline.__file__), *(sha256(p) for p in sorted(templates.rglob("*")) if p.is_file())]
    return digest(*code, _digest(static), project.hub.model_dump_json(), sha256(index) if index.exists() else "", length=64)


def _as_they_lie(top: Path, paths: Iterable[str]) -> str:
    """Digest of the size and date of each of these files: nobody has touched any of them since where it is the same."""
    found = [(path, (top / path).stat() if (top / path).is_file() else None) for path in sorted(paths)]
    return digest(*(f"{path}|{at.st_size}|{at.st_mtime_ns}" if at else path for path, at in found), length=64)


def _make(project: Project, static: Mapping[str, bytes], before: set[str]) -> tuple[dict[str, bool], str]:
    """Write the site, and delete what of `before` is no longer made; whether each of its files was written, by path, and the picture."""
    top = project.published
    made: dict[str, bool] = {}
    drawn = ""
    with newest(project) as edition:
        if edition is not None and _things(edition) <= project.hub.limits.pages:
            assets = f"assets/{_digest(static)}"
            for path, content in static.items():
                made[f"{assets}/{path}"] = _write(top / assets / path, content)
            for path, content in files_of(edition):
                made[path] = _write(top / path, content)
            made_pages = _pages(project, edition, assets)
            made |= made_pages.written
            last = made_pages.home
            if base := edition.hub.publisher.base_url:
                made |= {path: _write(top / path, content) for path, content in _sitemaps(base, made_pages.indexed)}
            _list(top, before | made.keys() | last.keys())
            made |= {path: _write(top / path, content) for path, content in last.items()}
            drawn = picture(edition)
    for path in sorted(before - made.keys()):
        _remove(top, path)
    _list(top, made)
    return made, drawn


@dataclass(frozen=True)
class _Made:
    """Pages by path: whether each was written; the home page, which is not yet; and those that search engines may keep."""

    written: dict[str, bool]
    home: dict[str, bytes]
    indexed: list[str]


def _pages(project: Project, edition: Edition, assets: str) -> _Made:
    """Every page but the home page written, by as many processes as there are cores where they are many."""
    if _things(edition) < FEWEST or processes() < 2:
        return _made(edition, assets, Share())
    every = forked(partial(_apart, project, assets), [Share(n, processes()) for n in range(processes())])
    return _Made(
        {path: new for made in every for path, new in made.written.items()},
        {path: content for made in every for path, content in made.home.items()},
        [path for made in every for path in made.indexed],
    )


def _things(edition: Edition) -> int:
    """How many things have a page each."""
    return sum(edition.tables[t]["km0:rows"] for t in MANIFOLD if t in edition.tables)


def _apart(project: Project, assets: str, share: Share) -> _Made:
    """A share of the pages, made in a process of its own."""
    with newest(project) as edition:
        if edition is None:
            raise RuntimeError(f"{project.published} holds no version any more")
        return _made(edition, assets, share)


def _made(edition: Edition, assets: str, share: Share) -> _Made:
    made, top = _Made({}, {}, []), edition.folder.parent
    for page in pages(edition, share):
        for language in LANGUAGES:
            path = page.address if language == "fr" else f"en/{page.address}"
            content = render(edition, assets, page, language).encode()
            if page.own.get("indexed", True):
                made.indexed.append(path)
            if page.address == "index.html":
                made.home[path] = content
            else:
                made.written[path] = _write(top / path, content)
    return made


def _static() -> Iterator[tuple[str, bytes]]:
    """What pages are drawn with, by path below the folder of assets, in order; style sheets of every page, whose names begin with a number, as one."""
    static = Path(str(files("km0_pipeline.catalogue") / "static"))
    fonts = static / "vendor" / "fonts.css"
    yield "site.css", b"\n".join(p.read_bytes() for p in [*([fonts] if fonts.is_file() else []), *sorted((static / "css").glob("[0-9]*.css"))])
    for folder in ("css", "js", "vendor"):
        for path in sorted((static / folder).rglob("*")):
            if path.is_file() and not path.name.startswith(".") and not (folder == "css" and path.name[0].isdigit()):
                yield path.relative_to(static).as_posix(), path.read_bytes()


def _digest(static: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path, content in static.items():
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:12]


def _write(path: Path, content: bytes) -> bool:
    """Write the file unless it says that already; whether it was written."""
    try:
        if path.read_bytes() == content:
            return False
    except (FileNotFoundError, NotADirectoryError):
        pass
    with write_aside(path) as aside:
        aside.write_bytes(content)
    return True


def _remove(top: Path, path: str) -> None:
    """Delete a file, and the folders that it leaves empty."""
    file = top / path
    file.unlink(missing_ok=True)
    for folder in file.parents:
        if folder == top or any(folder.iterdir()):
            return
        folder.rmdir()


def _listed(top: Path) -> list[str]:
    """Paths of the site that lies there; none that leads elsewhere is trusted."""
    try:
        paths = (top / LISTED).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [p for p in paths if p and ".." not in Path(p).parts and not Path(p).is_absolute()]


def _list(top: Path, paths: Iterable[str]) -> None:
    with write_aside(top / LISTED) as aside:
        aside.write_text("".join(f"{p}\n" for p in sorted(paths)), encoding="utf-8")


def _sitemaps(base: str, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """sitemap.xml; where it would be too long, the others that it then lists, first."""
    pages = sorted(p for p in paths if p.endswith(".html"))
    parts = {f"sitemap-{n}.xml": pages[i : i + LOCATIONS] for n, i in enumerate(range(0, len(pages), LOCATIONS), 1)} if len(pages) > LOCATIONS else {}
    for path, some in parts.items():
        yield path, _locations("urlset", "url", base, some)
    yield "sitemap.xml", _locations("sitemapindex", "sitemap", base, parts) if parts else _locations("urlset", "url", base, pages)


def _locations(root: str, element: str, base: str, paths: Iterable[str]) -> bytes:
    lines = "".join(f"<{element}><loc>{escape(base + p)}</loc></{element}>\n" for p in paths)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</{root}>\n'.encode()
