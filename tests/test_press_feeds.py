"""Feeds of hub.toml: what is new is kept, nothing is fetched twice, and nothing that a server does stops the refresh."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from press_site import Reply, Route, Site, bomb, dripping, endless, item, page, rss, send, site
from press_world import rows

from km0_pipeline import fetch
from km0_pipeline.hub import Feed, Hub, HubError
from km0_pipeline.press import sidecar
from km0_pipeline.press.collect import press_files
from km0_pipeline.press.feeds import press_feeds
from km0_pipeline.press.read import press_documents
from km0_pipeline.press.sidecar import Sidecar
from km0_pipeline.publish.summary import REJECTS
from km0_pipeline.steps import Project, made


@pytest.fixture
def web() -> Iterator[Site]:
    with site() as here:
        yield here


def feed(web: Site, name: str = "courrier", path: str = "/feed", **settings: Any) -> Feed:
    quick = {"allow_private": True, "pause_seconds": 0, "max_seconds": 30, "max_megabytes": 1, "attempts": 2}
    return Feed(name=name, url=web.url + path, **quick | settings)  # type: ignore[arg-type]


def refresh(project: Project, *feeds: Feed) -> dict[str, str]:
    """Ask the feeds. Returns feed -> outcome."""
    press_feeds(replace(project, hub=project.hub.model_copy(update={"feeds": feeds})))
    return {r["name"]: r["outcome"] for r in rows(project, "press_feeds")}


def refused(project: Project) -> dict[str, str]:
    return {r["reason"]: r["sentence"] for r in rows(project, "press_feed_rejects")}


def kept(project: Project, name: str = "courrier") -> list[Path]:
    """The files that a person sees in the folder of a feed."""
    return sorted(p for p in (project.raw / "press" / name).glob("*") if not p.name.startswith("."))


def documents(project: Project) -> list[dict[str, Any]]:
    press_files(project)
    press_documents(project)
    return sorted(rows(project, "press_documents"), key=lambda d: d["path"])


# What is kept


def test_a_new_article_is_kept_as_it_came_under_a_readable_name(project: Project, web: Site) -> None:
    web.routes |= {"/feed": rss(item("/a", "L’été à l'œuvre")), "/a": page()}
    assert refresh(project, feed(web, publisher="Le Courrier du Rhin", licence="etalab-2.0")) == {"courrier": "read"}
    (file,) = kept(project)
    assert re.fullmatch(r"2024-05-04-l-ete-a-l-oeuvre-[0-9a-f]{8}\.html", file.name), "its day is that of the hub"
    reply = web.routes["/a"]
    assert isinstance(reply, Reply) and file.read_bytes() == reply.body
    note = sidecar.read(sidecar.beside(file))
    assert note is not None
    assert (note.url, note.feed, note.title) == (f"{web.url}/a", f"{web.url}/feed", "L’été à l'œuvre")
    assert (note.publisher, note.licence) == ("Le Courrier du Rhin", "etalab-2.0")
    assert note.published == "Fri, 03 May 2024 22:30:00 +0000"
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", note.fetched_at)


def test_what_is_kept_is_not_fetched_again_nor_written_again(project: Project, web: Site) -> None:
    web.routes |= {"/feed": rss(item("/a")), "/a": page()}
    refresh(project, feed(web))
    (file,) = kept(project)
    before = {p: p.stat().st_mtime_ns for p in file.parent.iterdir()}
    web.routes["/a"] = page("Tout autre chose. " * 10)
    refresh(project, feed(web))
    assert web.paths == ["/feed", "/a", "/feed"]
    assert {p: p.stat().st_mtime_ns for p in file.parent.iterdir()} == before


def test_an_article_that_a_person_took_away_stays_away(project: Project, web: Site) -> None:
    web.routes |= {"/feed": rss(item("/a")), "/a": page()}
    refresh(project, feed(web))
    kept(project)[0].unlink()
    refresh(project, feed(web))
    assert kept(project) == []


def test_a_feed_is_asked_whether_it_has_changed(project: Project, web: Site) -> None:
    said = {"ETag": '"7"', "Last-Modified": "Fri, 03 May 2024 22:30:00 GMT"}
    web.routes |= {"/feed": [rss(item("/a"), **said), Reply(status=304)], "/a": page()}
    assert refresh(project, feed(web)) == {"courrier": "read"}
    assert refresh(project, feed(web)) == {"courrier": "unchanged"}
    headers = web.asked[-1][1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == (said["ETag"], said["Last-Modified"])
    assert refused(project) == {}


def test_a_changed_article_becomes_a_file_of_its_own(project: Project, web: Site) -> None:
    later = item("/a", date="Sat, 04 May 2024 10:00:00 +0000", guid="1")
    web.routes |= {"/feed": [rss(item("/a", guid="1")), rss(later)], "/a": [page(), page("Une correction. " * 10)]}
    refresh(project, feed(web))
    (first,) = kept(project)
    before = first.read_bytes()
    refresh(project, feed(web))
    assert len(kept(project)) == 2 and first.read_bytes() == before
    refresh(project, feed(web))
    assert web.paths.count("/a") == 2


def test_a_new_date_on_the_same_page_is_noted_and_adds_no_second_copy(project: Project, web: Site) -> None:
    later = item("/a", date="Sat, 04 May 2024 10:00:00 +0000", guid="1")
    web.routes |= {"/feed": [rss(item("/a", guid="1")), rss(later)], "/a": page()}
    for _ in range(3):
        refresh(project, feed(web))
    assert len(kept(project)) == 1
    assert web.paths.count("/a") == 2


def test_an_article_listed_twice_is_fetched_once(project: Project, web: Site) -> None:
    web.routes |= {"/feed": rss(item("/a", guid="1"), item("/a", guid="1"), item("/b", guid="2")), "/a": page(), "/b": page()}
    refresh(project, feed(web))
    assert sorted(web.paths) == ["/a", "/b", "/feed"]
    assert len(kept(project)) == 1, "two addresses of the same page"


def test_a_killed_refresh_leaves_nothing_that_the_next_one_overwrites(project: Project, web: Site) -> None:
    web.routes |= {"/feed": rss(item("/a")), "/a": [page(), page("Une autre version. " * 10)]}
    refresh(project, feed(web))
    (file,) = kept(project)
    before = file.read_bytes()
    sidecar.beside(file).unlink()  # killed between the two
    refresh(project, feed(web))
    assert file.read_bytes() == before and len(kept(project)) == 2


def test_the_newest_come_first_and_the_others_at_the_next_refresh(project: Project, web: Site) -> None:
    items = [item(f"/{day}", f"Jour {day}", f"{day:02} May 2024 10:00:00 GMT") for day in (2, 4, 1, 3)]
    web.routes |= {"/feed": rss(*items, ETag='"1"')} | {f"/{day}": page(f"Le jour {day}. " * 10) for day in range(1, 5)}
    few = feed(web, max_items=3)
    refresh(project, few)
    assert web.paths == ["/feed", "/4", "/3", "/2"]
    assert rows(project, "press_feeds")[0]["waiting"] == 1
    refresh(project, few)
    assert web.paths[4:] == ["/feed", "/1"]
    assert "If-None-Match" not in web.asked[4][1], "or it would hear 304 and never fetch the last one"
    refresh(project, few)
    assert web.asked[-1][1]["If-None-Match"] == '"1"'


@pytest.mark.parametrize(
    ("declared", "path", "suffix"),
    [("application/pdf", "/a", ".pdf"), ("text/plain; charset=utf-8", "/a.php", ".txt"), ("", "/a.docx", ".docx"), ("", "/a", ".html")],
)
def test_a_file_has_the_ending_of_what_it_is(project: Project, web: Site, declared: str, path: str, suffix: str) -> None:
    web.routes |= {"/feed": rss(item(path)), path: Reply(b"%PDF", 200, {"Content-Type": declared} if declared else {})}
    refresh(project, feed(web))
    assert [p.suffix for p in kept(project)] == [suffix]


# What the reader makes of it


def test_what_a_page_does_not_say_of_itself_is_what_its_feed_says(project: Project, web: Site) -> None:
    web.routes |= {"/feed": rss(item("/a")), "/a": page()}
    refresh(project, feed(web, licence="CC-BY-4.0"))
    (document,) = documents(project)
    assert (document["published_on"], document["publisher"]) == ("2024-05-04", "Le Courrier")
    assert (document["url"], document["licence"]) == (f"{web.url}/a", "CC-BY-4.0")
    assert document["title"] == "Une fête au hub"
    assert "undated" not in {r["reason"] for r in rows(project, "press_rejects")}


def test_what_a_page_says_of_itself_goes_before(project: Project, web: Site) -> None:
    head = (
        '<meta property="article:published_time" content="2023-01-02"><meta property="og:site_name" content="La Gazette">'
        '<link rel="canonical" href="https://gazette.example/fete"><meta property="og:title" content="La fête">'
    )
    web.routes |= {"/feed": rss(item("/a")), "/a": page(head=head)}
    refresh(project, feed(web, publisher="Le Courrier du Rhin"))
    (document,) = documents(project)
    said = [document[k] for k in ("published_on", "publisher", "url", "title")]
    assert said == ["2023-01-02", "La Gazette", "https://gazette.example/fete", "La fête"]


def test_when_a_page_was_fetched_is_in_nothing_that_is_published(project: Project, web: Site) -> None:
    web.routes |= {"/feed": rss(item("/a")), "/a": page()}
    refresh(project, feed(web))
    documents(project)
    before = project.made("press_documents").read_bytes()
    path = sidecar.beside(kept(project)[0])
    note = sidecar.read(path)
    assert note is not None
    sidecar.write(path, note.model_copy(update={"fetched_at": "2001-01-01T00:00:00+00:00"}))
    documents(project)
    assert project.made("press_documents").read_bytes() == before


def test_a_person_may_mend_or_write_a_sidecar_and_the_document_is_read_anew(project: Project) -> None:
    file = project.raw / "press" / "page.html"
    file.write_bytes(page().body)
    assert documents(project)[0]["publisher"] == ""
    sidecar.write(sidecar.beside(file), Sidecar(publisher="Le Courrier", published="3 mai 2024"))
    (document,) = documents(project)
    assert (document["publisher"], document["published_on"]) == ("Le Courrier", "2024-05-03")
    sidecar.beside(file).write_text("{")
    assert documents(project) == []
    (reject,) = rows(project, "press_rejects")
    assert reject["reason"] == "bad_sidecar" and ".page.html.json" in reject["sentence"]


# What servers do


def moved(to: str) -> Reply:
    return Reply(status=302, headers={"Location": to})


SLOW = "more than 1 s"
BROKEN: dict[str, tuple[Route, str, str]] = {
    "not found": (Reply(b"?", 404), "refused", "HTTP 404"),
    "forbidden": (Reply(b"?", 403), "refused", "HTTP 403"),
    "always down": (Reply(b"?", 503), "unavailable", "HTTP 503"),
    "too many requests": (Reply(b"?", 429), "unavailable", "left alone"),
    "never answers": (lambda handler: handler.rfile.read(1) and None, "unavailable", SLOW),
    "a header that never ends": (dripping, "unavailable", SLOW),
    "a body that never ends": (endless, "too_large", "larger than 1 MB"),
    "a gzip bomb": (bomb(50), "too_large", "larger than 1 MB"),
    "a bomb in a bomb": (Reply(b"x", 200, {"Content-Encoding": "gzip, gzip"}), "unavailable", "'gzip, gzip'"),
    "damaged gzip": (Reply(b"no gzip", 200, {"Content-Encoding": "gzip"}), "unavailable", "can't be reached"),
    "hangs up": (lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), "unavailable", "can't be reached"),
    "no HTTP": (lambda handler: handler.wfile.write(b"SSH-2.0-x\r\n"), "unavailable", "can't be reached"),
    "a redirect to itself": (moved("/feed"), "redirects", "in a circle"),
    "a redirect to a file": (moved("file:///etc/passwd"), "not_public", "file:///etc/passwd"),
    "a redirect with a password": (moved("http://me:secret@127.0.0.1/"), "not_public", "http://…@127.0.0.1/"),
    "a redirect to nowhere": (moved("http://[::1/"), "unavailable", "can't be reached"),
    "a page, not a feed": (page(), "not_a_feed", "RSS or Atom"),
    "nothing": (Reply(b""), "not_a_feed", "RSS or Atom"),
    "text that looks like a path": (Reply(b"/etc/passwd"), "not_a_feed", "RSS or Atom"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_feed_that_fails_is_told_in_a_sentence_and_the_rest_goes_on(project: Project, web: Site, name: str) -> None:
    route, reason, words = BROKEN[name]
    web.routes |= {"/feed": route, "/good": rss(item("/a")), "/a": page()}
    outcomes = refresh(project, feed(web, **{"max_seconds": 1, "attempts": 1} if words == SLOW else {}), feed(web, "bon", "/good"))
    assert outcomes == {"courrier": "failed", "bon": "read"}
    assert list(refused(project)) == [reason]
    sentence = refused(project)[reason]
    assert sentence.startswith(f"The feed courrier ({web.url}/feed) ") and words in sentence
    assert kept(project) == [] and len(kept(project, "bon")) == 1


@pytest.mark.parametrize("name", [n for n, (_, reason, _) in BROKEN.items() if reason != "not_a_feed"])
def test_an_article_that_fails_does_not_stop_the_other_ones(project: Project, web: Site, name: str) -> None:
    route, reason, words = BROKEN[name]
    if name == "a redirect to itself":
        route = moved("/bad")
    web.routes |= {"/feed": rss(item("/bad", guid="1"), item("/a", guid="2"), ETag='"1"'), "/bad": route, "/a": page()}
    assert refresh(project, feed(web, **{"max_seconds": 1} if words == SLOW else {"attempts": 1})) == {"courrier": "read"}
    assert list(refused(project)) == [reason] and f"{web.url}/bad " in refused(project)[reason]
    attempts = web.paths.count("/a")
    web.routes["/bad"] = page("Le serveur va mieux. " * 10)
    refresh(project, feed(web))
    assert "If-None-Match" not in next(h for path, h, _ in reversed(web.asked) if path == "/feed")
    assert len(kept(project)) == 2, "what was missing is fetched once it can be had"
    assert attempts == 1 or web.paths.count("/a") == 1


def test_what_may_pass_is_asked_again(project: Project, web: Site) -> None:
    web.routes |= {
        "/feed": [Reply(status=500), rss(item("/a"))],
        "/a": [Reply(status=429, headers={"Retry-After": "0"}), page()],
    }
    assert refresh(project, feed(web)) == {"courrier": "read"}
    assert web.paths == ["/feed", "/feed", "/a", "/a"] and len(kept(project)) == 1


def test_between_attempts_it_waits_longer_each_time_and_as_long_as_the_server_says(project: Project, web: Site) -> None:
    web.routes["/feed"] = [Reply(status=503), Reply(status=503), Reply(status=429, headers={"Retry-After": "1"}), rss()]
    refresh(project, feed(web, attempts=4, pause_seconds=0.05))
    times = [at for *_, at in web.asked]
    waits = [b - a for a, b in pairwise(times)]
    assert waits[0] >= 0.1 and waits[1] >= 0.2 and waits[2] >= 1


def test_a_server_that_asks_to_be_left_alone_is(project: Project, web: Site) -> None:
    web.routes["/feed"] = [Reply(status=429, headers={"Retry-After": "3600"}), rss()]
    assert refresh(project, feed(web)) == {"courrier": "failed"}
    assert refresh(project, feed(web)) == {"courrier": "resting"}
    assert web.paths == ["/feed"]
    state = project.raw / "press" / "courrier" / ".feed.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"not_before": "2001-01-01T00:00:00+00:00"}))
    assert refresh(project, feed(web)) == {"courrier": "read"}


def test_a_feed_that_is_gone_is_not_asked_again_until_it_has_another_address(project: Project, web: Site) -> None:
    web.routes |= {"/feed": Reply(status=410), "/new": rss()}
    assert [refresh(project, feed(web))["courrier"] for _ in range(2)] == ["gone", "gone"]
    assert web.paths == ["/feed"]
    assert "take it out of hub.toml" in refused(project)["feed_gone"]
    assert refresh(project, feed(web, path="/new")) == {"courrier": "read"}


def test_after_some_late_pages_in_a_row_the_others_wait_for_the_next_refresh(project: Project, web: Site) -> None:
    web.routes["/feed"] = rss(*(item(f"/{n}", guid=str(n)) for n in range(9)))
    web.routes |= {f"/{n}": Reply(status=503) for n in range(9)}
    refresh(project, feed(web, attempts=2))
    assert len(web.paths) == 1 + 2 * 2
    assert rows(project, "press_feeds")[0]["waiting"] == 9


def test_redirects_are_followed_a_few_times(project: Project, web: Site) -> None:
    web.routes |= {f"/{n}": moved(f"{web.url}/{n + 1}") for n in range(1, 9)}
    web.routes |= {"/feed": moved("/6"), "/9": rss(item("/a")), "/a": page()}
    assert refresh(project, feed(web)) == {"courrier": "read"}
    web.routes["/feed"] = moved("/1")
    assert refresh(project, feed(web)) == {"courrier": "failed"}
    assert "more than 5 times" in refused(project)["redirects"]


def test_who_asks_says_so_and_takes_its_time(project: Project, web: Site) -> None:
    web.routes |= {"/feed": rss(item("/a", guid="1"), item("/b", guid="2")), "/a": page(), "/b": page(), "/other": rss()}
    refresh(project, feed(web, pause_seconds=0.1), feed(web, "autre", "/other", pause_seconds=0.1))
    times = [at for *_, at in web.asked]
    assert all(b - a >= 0.09 for a, b in pairwise(times)), "one host, whichever feed"
    agents = {headers["User-Agent"] for _, headers, _ in web.asked}
    assert len(agents) == 1
    agent = agents.pop()
    assert agent.startswith("km0_pipeline/") and project.hub.publisher.contact in agent
    assert {headers["Host"] for _, headers, _ in web.asked} == {web.url.removeprefix("http://")}


# Only public addresses


PRIVATE = (
    "127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 192.0.2.1 "
    ":: ::1 fe80::1 fe80::1%eth0 fc00::1 fec0::1 ff02::1 2001:db8::1 ::ffff:10.0.0.1 64:ff9b::7f00:1 2002:7f00:1::"
)
PUBLIC = "1.1.1.1 185.12.64.1 2606:4700::1111 ::ffff:1.1.1.1 64:ff9b::101:101"


@pytest.mark.parametrize("address", PRIVATE.split())
def test_an_address_of_a_house_a_machine_a_link_or_a_group_is_not_public(address: str) -> None:
    assert not fetch.is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_other_addresses_are_public(address: str) -> None:
    assert fetch.is_public(address)


def test_a_feed_on_this_machine_is_not_asked_unless_hub_toml_says_so(project: Project, web: Site) -> None:
    web.routes["/feed"] = rss()
    assert refresh(project, feed(web, allow_private=False)) == {"courrier": "failed"}
    assert web.asked == []
    assert "127.0.0.1" in refused(project)["not_public"] and "allow_private" in refused(project)["not_public"]


Names = Callable[[dict[str, list[str]]], list[str]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Make names lead to addresses (one after another); 127.0.0.1 counts as public. Gives the names that were asked for."""
    real, asked = socket.getaddrinfo, list[str]()

    def lead(leads: dict[str, list[str]]) -> list[str]:
        def resolve(host: Any, port: Any, *args: Any, **settings: Any) -> Any:
            name = host.decode() if isinstance(host, bytes) else host
            asked.append(name)
            found = leads.get(name, [name])
            return real(found.pop(0) if len(found) > 1 else found[0], port, *args, **settings)

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        monkeypatch.setattr(fetch, "is_public", lambda address: address == "127.0.0.1")
        return asked

    return lead


def test_a_redirect_to_a_private_address_is_not_followed(project: Project, web: Site, names: Names) -> None:
    names({"inside.example": ["127.0.0.2"]})
    web.routes |= {"/feed": rss(item("/a", guid="1"), item("/b", guid="2")), "/b": page()}
    web.routes["/a"] = moved(web.url.replace("127.0.0.1", "inside.example") + "/b")
    refresh(project, feed(web, allow_private=False))
    assert sorted(web.paths) == ["/a", "/b", "/feed"]
    assert "leads to 127.0.0.2" in refused(project)["not_public"]


def test_a_name_that_leads_elsewhere_a_moment_later_leads_nowhere(web: Site, names: Names) -> None:
    asked = names({"press.example": ["127.0.0.1", "127.0.0.2"]})
    web.routes["/feed"] = rss()
    answer = fetch.ask(web.url.replace("127.0.0.1", "press.example") + "/feed", {}, 10_000, 5, False)
    assert isinstance(answer, fetch.Answer) and answer.status == 200
    assert asked.count("press.example") == 1, "the address that was checked is the one that is connected to"
    assert web.asked[0][1]["Host"].startswith("press.example:"), "and the server still hears the name"


# What feeds look like


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", "iso-8859-1"), ("iso-8859-1", "utf-8"), ("cp1252", "iso-8859-1"), ("utf-16", "utf-8"), ("utf-8", "klingon")],
)
def test_a_feed_that_declares_a_wrong_encoding_is_read(project: Project, web: Site, encoding: str, declared: str) -> None:
    web.routes |= {"/feed": rss(item("/a", "Fête"), encoding=encoding, declared=declared), "/a": page()}
    assert refresh(project, feed(web)) == {"courrier": "read"}
    assert len(kept(project)) == 1


def test_of_a_feed_that_breaks_off_what_is_whole_is_taken(project: Project, web: Site) -> None:
    whole = rss(item("/a", guid="1"), item("/half-of-an-address", guid="2"), ETag='"1"')
    cut = whole.body[: whole.body.index(b"-of-an-address")]
    web.routes |= {"/feed": [Reply(cut, 200, whole.headers), whole], "/a": page(), "/half-of-an-address": page("Autre. " * 20)}
    assert refresh(project, feed(web)) == {"courrier": "read"}
    assert web.paths == ["/feed", "/a"]
    assert "not well-formed" in refused(project)["feed_damaged"]
    refresh(project, feed(web))
    assert "If-None-Match" not in web.asked[2][1]
    assert len(kept(project)) == 2 and refused(project) == {}


def test_a_feed_with_a_mistake_in_its_xml_is_read_and_its_mistake_told(project: Project, web: Site) -> None:
    web.routes |= {"/feed": rss(item("/a", "Moi & toi", guid="1"), item("/b", guid="2")), "/a": page(), "/b": page("Bon. " * 20)}
    refresh(project, feed(web))
    assert len(kept(project)) == 2
    assert "can be read is taken" in refused(project)["feed_damaged"]


def test_an_article_without_an_address_is_named(project: Project, web: Site) -> None:
    web.routes |= {"/feed": rss(item("", "Sans adresse", guid="1"), item("/a", guid="2"), ETag='"1"'), "/a": page()}
    refresh(project, feed(web))
    assert "'Sans adresse'" in refused(project)["no_link"]
    assert len(kept(project)) == 1
    refresh(project, feed(web))
    assert web.asked[-1][1]["If-None-Match"] == '"1"', "nothing can be had by asking again"


def test_links_of_a_feed_start_where_the_feed_was_found(project: Project, web: Site) -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/news/"><title>Le Courrier</title><id>x</id>'
        '<entry><id>1</id><title>Un</title><link href="one.html"/><updated>2024-05-03T22:30:00Z</updated></entry></feed>'
    )
    web.routes |= {"/feed": moved("/deep/atom.xml"), "/deep/atom.xml": Reply(atom.encode())}
    web.routes |= {"/rss": moved("/deep/rss.xml"), "/deep/rss.xml": rss(item("two.html"))}
    web.routes |= {"/news/one.html": page(), "/deep/two.html": page()}
    refresh(project, feed(web), feed(web, "rss", "/rss"))
    assert len(kept(project)) == 1 and len(kept(project, "rss")) == 1


def test_an_article_without_a_date_or_a_title_is_kept_too(project: Project, web: Site) -> None:
    web.routes |= {"/feed": rss(item("/a", "", "")), "/a": page()}
    for _ in range(2):
        refresh(project, feed(web))
    assert web.paths.count("/a") == 1
    assert re.fullmatch(r"nd-article-[0-9a-f]{8}\.html", kept(project)[0].name)


CORPUS = {
    "afup_web/docker/dockerfiles/statictestresources/feed.xml": 10,
    "afup_web/integration/fixtures/feed-atom.xml": 3,
    "afup_web/integration/fixtures/feed-rss.xml": 3,
    "simplepie_simplepie/data/feed-utf16be.xml": 1,
    "simplepie_simplepie/data/feed-utf16le.xml": 1,
    "simplepie_simplepie/data/feed-with-whitespace-before-xml-declaration.xml": 0,
    "simplepie_simplepie/data/feed_rss-2.0.xml": 1,
    "simplepie_simplepie/data/feed_rss-2.0_for_file_mock.xml": 100,
}
"""How many articles each lists."""
PUBLISHED_AT = r"https?://(?:jolicode\.com|atom\.fake|rss\.fake|example\.net|rss\.com)"


@pytest.mark.shared
@pytest.mark.parametrize("path", CORPUS)
def test_a_real_feed_is_read_and_its_articles_are_kept(project: Project, web: Site, shared: Path, path: str) -> None:
    data = (shared / "corpus" / "feeds" / path).read_bytes()
    encoding = "utf-16-be" if "utf16be" in path else "utf-16-le" if "utf16le" in path else "utf-8"
    text = re.sub(PUBLISHED_AT, web.url, data.decode(encoding))  # its articles are on this machine
    web.routes["/feed"] = Reply(text.encode(encoding), 200, {"Content-Type": "text/xml"})
    web.otherwise = lambda handler: send(handler, page(f"La page {handler.path}. " * 10))
    assert refresh(project, feed(web, max_items=5)) == {"courrier": "read"}
    (row,) = rows(project, "press_feeds")
    few = min(5, CORPUS[path])
    assert (row["listed"], row["kept"], row["waiting"]) == (CORPUS[path], few, CORPUS[path] - few)
    assert len(kept(project)) == few
    assert refused(project) == {}


# Around it


def test_a_hub_without_feeds_asks_no_one_and_loads_nothing(project: Project) -> None:
    assert press_feeds(project).rows == 0
    assert press_feeds(project).reused
    code = (
        "import sys; from pathlib import Path; from km0_pipeline.steps import Project; from km0_pipeline.press.feeds import press_feeds;"
        "press_feeds(Project.at(Path(sys.argv[1]))); print([m for m in ('httpx', 'feedparser') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(project.root)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_two_feeds_of_one_name_are_told(project: Project) -> None:
    settings = project.root / "hub.toml"
    block = '\n[[feeds]]\nname = "courrier"\nurl = "https://courrier.example/feed"\n'
    settings.write_text(settings.read_text(encoding="utf-8") + block * 2, encoding="utf-8")
    with pytest.raises(HubError, match="feeds: 'courrier' is used twice"):
        Hub.load(settings)


def test_the_summary_and_the_asset_say_what_to_do(project: Project, web: Site) -> None:
    refresh(project, feed(web))
    (sentence,) = made(project, "press_feeds").figures["to mend"]
    assert sentence == f"The feed courrier ({web.url}/feed) answers HTTP 404; correct its address in hub.toml, or leave it out."
    assert "press_feed_rejects" in REJECTS
