"""What a bucket promises where a folder would be: on a real S3 server (moto's) in a process of its own."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from portal_world import Fault, Through, served
from publish_world import DAY, TABLES, fill_world
from s3_world import KEY, KEY_ID, Store, bytes_of, server

from km0_pipeline.cli import main
from km0_pipeline.publish import snapshot
from km0_pipeline.publish.privacy import PublicationStopped
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.service_settings import SecretError
from km0_pipeline.steps import Project, made, make
from km0_pipeline.storage import StorageError, as_json, published, sha256
from km0_pipeline.storage.published import INDEX, SUMS

FIRST, SECOND = "2026.11.22", "2026.11.23"
CHANGE = "^(PUT|POST|DELETE) "
NAMES = ("Atelier Fictif", "Fabrique Imaginaire")


@pytest.fixture(scope="module")
def way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Through]:
    with server(tmp_path_factory.mktemp("moto")) as address:
        through = Through(real=address)
        with served(through):
            yield through


@pytest.fixture
def store(way: Through, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
    way.faults.clear()
    way.asked.clear()
    return Store(way, tmp_path.name)


def version(folder: Path, name: str, said: str) -> tuple[Path, dict[str, Any]]:
    """A folder as a snapshot is staged, of three files and their sums, and what index.json says of it."""
    staging = folder / f".staging-{name}"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    for path in ("a.csv", "b.parquet", "z.txt"):
        (staging / path).write_text(f"{said} {path}", encoding="utf-8")
    (staging / SUMS).write_text("".join(f"{sha256(p)}  {p.name}\n" for p in sorted(staging.iterdir())), encoding="utf-8")
    return staging, {"version": name, "files": [{"path": p.name, "bytes": p.stat().st_size, "sha256": sha256(p)} for p in sorted(staging.iterdir())]}


def sent(project: Project, name: str, said: str) -> None:
    """What `publish` does with its bucket, of such a version."""
    bucket = project.published_bucket
    assert bucket
    bucket.fetch()
    staging, said_of_it = version(project.published, name, said)
    before = read_index(project.published / INDEX)
    (project.published / "feed.xml").write_text(f"feed up to {name}", encoding="utf-8")
    index = as_json({"latest": name, "versions": [*before, said_of_it]})
    bucket.send(staging, name, index)
    staging.rename(project.published / name)
    (project.published / INDEX).write_bytes(index)
    bucket.send_beside()
    bucket.clear()


def read_index(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_bytes())["versions"] if path.exists() else []


def whole(held: dict[str, bytes]) -> list[str]:
    """The versions that index.json lists; each must be there, whole, and told of by nothing else."""
    versions = json.loads(held[INDEX])["versions"] if INDEX in held else []
    for v in versions:
        for file in v["files"]:
            assert hashlib.sha256(held[f"{v['version']}/{file['path']}"]).hexdigest() == file["sha256"], file
    return [v["version"] for v in versions]


def test_a_publication_to_a_bucket_is_that_to_a_folder_byte_for_byte_and_the_same_content_is_not_published_again(project: Project, store: Store, tmp_path: Path) -> None:
    machine = store.machine(tmp_path / "m", warehouse=True)
    for one in (project, machine):
        fill_world(one, NAMES)
        assert publish(one, DAY, TABLES).new
        fill_world(one, (*NAMES, "Troisième Inventée"))
        assert publish(one, DAY + timedelta(1), TABLES).version == SECOND
    assert store.held() == bytes_of(project.published) == bytes_of(machine.published)
    assert whole(store.held()) == [FIRST, SECOND] and store.held()["latest"] == b"2026.11.23\n"
    changes = store.way.changes()
    assert [c.rpartition("/")[2] for c in changes if c.startswith("PUT") and "/published/" in c][-3:] == [INDEX, "feed.xml", "latest"]
    store.way.asked.clear()
    assert not publish(machine, DAY + timedelta(2), TABLES).new
    assert store.way.changes() == []

    other = store.machine(tmp_path / "other", warehouse=True)
    other.fetch()
    assert bytes_of(other.published).keys() >= {f"{SECOND}/{SUMS}", INDEX, "feed.xml", "latest"} and not (other.published / FIRST).exists(), "the last version is enough to go on"
    fill_world(other, (*NAMES, "Troisième Inventée", "Quatrième"))
    assert publish(other, DAY + timedelta(2), TABLES).version == "2026.11.24"
    with pytest.raises(PublicationStopped, match=r"Another machine has published.*Run again"):
        publish(machine, DAY + timedelta(2), TABLES)
    assert whole(store.held()) == [FIRST, SECOND, "2026.11.24"]


def test_what_the_network_breaks_off_half_way_is_taken_up_and_the_same_bytes_stand_there(project: Project, store: Store, tmp_path: Path) -> None:
    machine = store.machine(tmp_path / "m")
    for one in (project, machine):
        fill_world(one, NAMES)
    store.way.faults = [Fault(CHANGE, "drop", 9, times=999)]
    with pytest.raises(StorageError, match="run again later") as e:
        publish(machine, DAY, TABLES)
    assert e.value.passing and len(store.held()) == 8 and whole(store.held()) == []
    assert not bytes_of(machine.published), "nothing is published here either"
    store.way.faults = []
    store.way.asked.clear()
    assert publish(machine, DAY, TABLES).new and publish(project, DAY, TABLES).new
    assert store.held() == bytes_of(project.published)
    puts = [c for c in store.way.changes() if f"/{FIRST}/" in c]
    assert len(puts) == len([p for p in store.held() if p.startswith(FIRST)]) - 8 + 1, "what was there was not sent again, save the claim that is asked for"


def test_killed_between_any_two_requests_readers_see_whole_versions_only_and_the_next_run_ends_it(store: Store, tmp_path: Path) -> None:
    machine = store.machine(tmp_path / "m")
    sent(machine, FIRST, "one")
    before = store.held()
    store.way.asked.clear()
    sent(machine, SECOND, "two")
    after, requests = store.held(), len(store.way.changes())
    assert requests == 4 + 3  # files, then index.json, feed.xml, latest
    for how in ("drop", "lost"):
        for nth in range(1, requests + 1):
            store.reset(before)
            one = store.machine(tmp_path / f"{how}{nth}")
            store.way.faults = [Fault(CHANGE, how, nth, times=999)]
            with pytest.raises(StorageError):
                sent(one, SECOND, "two")
            store.way.faults = []
            there = whole(store.held())
            assert there == ([FIRST, SECOND] if nth > 5 or (how, nth) == ("lost", 5) else [FIRST]), (how, nth)
            other = store.machine(tmp_path / f"{how}{nth}-again")
            if there == [FIRST]:
                sent(other, SECOND, "two")
            else:
                ended(other)
            assert store.held() == after, (how, nth)


def ended(project: Project) -> None:
    """What the beginning of the next publication does."""
    bucket = project.published_bucket
    assert bucket
    bucket.fetch()
    (project.published / "feed.xml").write_text("feed up to 2026.11.23", encoding="utf-8")
    bucket.send_beside()
    bucket.clear()


def test_an_answer_that_is_lost_once_is_asked_for_again_and_no_one_has_lost(store: Store, tmp_path: Path) -> None:
    for nth in (1, 3, 5):  # the claim, a file, index.json
        machine = store.machine(tmp_path / f"m{nth}", attempts=3)
        store.way.faults = [Fault(CHANGE, "lost", nth)]
        sent(machine, f"2026.11.{nth}", "one")
        assert whole(store.held())[-1] == f"2026.11.{nth}"


def test_of_two_that_publish_the_same_version_one_wins_and_the_other_says_so(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = (store.machine(tmp_path / name) for name in "ab")
    fill_world(a, NAMES)
    fill_world(b, (*NAMES, "Troisième Inventée"))
    verify = snapshot.verify

    def meanwhile(*given: Any) -> list[str]:
        monkeypatch.setattr(snapshot, "verify", verify)
        assert publish(a, DAY, TABLES).new
        return verify(*given)

    monkeypatch.setattr(snapshot, "verify", meanwhile)
    with pytest.raises(StorageError, match="another run is publishing this version with other content"):
        publish(b, DAY, TABLES)
    assert store.held() == bytes_of(a.published)
    assert not bytes_of(b.published)
    with pytest.raises(PublicationStopped, match="Another machine has published"):
        publish(b, DAY, TABLES)


def test_of_two_that_publish_versions_of_two_days_one_wins_and_the_other_removes_what_it_has_sent(store: Store, tmp_path: Path) -> None:
    a, b = (store.machine(tmp_path / name) for name in "ab")
    for one in (a, b):
        assert one.published_bucket
        one.published_bucket.fetch()
    staging, said = version(b.published, SECOND, "of b")
    sent(a, FIRST, "of a")
    held = store.held()
    assert b.published_bucket
    with pytest.raises(StorageError, match=r"index\.json was written by another run meanwhile; nothing was published by this one"):
        b.published_bucket.send(staging, SECOND, as_json({"latest": SECOND, "versions": [said]}))
    assert store.held() == held
    sent(b, SECOND, "of b")
    assert whole(store.held()) == [FIRST, SECOND]


def test_what_a_killed_run_has_begun_blocks_nobody_and_its_name_is_never_another_content_s(store: Store, tmp_path: Path) -> None:
    day, (killed, other) = DAY + timedelta(1), (store.machine(tmp_path / name) for name in ("killed", "other"))
    assert killed.next_version(day) == SECOND
    store.way.faults = [Fault(CHANGE, "drop", 3, times=999)]
    with pytest.raises(StorageError):
        sent(killed, SECOND, "lost")
    store.way.faults = []
    begun = store.held()
    assert killed.next_version(day) == SECOND, "it goes on, if it has the same to say"
    with pytest.raises(StorageError, match="Run again: it then takes the next name of that day"):
        sent(killed, SECOND, "mended")
    assert store.held() == begun and killed.next_version(day) == other.next_version(day) == f"{SECOND}-2"
    sent(other, f"{SECOND}-2", "mended")
    assert whole(store.held()) == [f"{SECOND}-2"] and not [p for p in store.held() if p.startswith(f"{SECOND}/")], "a later one is listed: what was begun can't be any more"
    assert killed.published_bucket and killed.published_bucket.fetch()
    assert killed.next_version(day) == other.next_version(day) == f"{SECOND}-3"
    assert killed.next_version(day + timedelta(1)) == "2026.11.24"


def test_what_a_killed_run_left_is_cleared_away_when_nobody_can_be_at_work_on_it(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = store.machine(tmp_path / "m")
    store.put(f"{SECOND}/{SUMS}", b"of a killed run")
    assert machine.published_bucket
    machine.published_bucket.clear()
    assert SECOND in {p.partition("/")[0] for p in store.held()}, "it may be at work"
    with monkeypatch.context() as an_hour_later:
        an_hour_later.setattr(published, "ABANDONED", timedelta(seconds=-1))
        machine.published_bucket.clear()
        assert store.held() == {}
        with pytest.raises(StorageError, match="others may hold it for abandoned; nothing was published"):
            sent(machine, SECOND, "mended")
    sent(machine, SECOND, "mended")
    store.put(f"{FIRST}/{SUMS}", b"of a run that was too late")
    machine.published_bucket.clear()
    assert {p.partition("/")[0] for p in store.held()} == {SECOND, INDEX, "feed.xml", "latest"}, "a later version is listed: it can't be any more"


@pytest.mark.parametrize("how", ["keys", "bucket", "variable", "unencrypted", "index"])
def test_what_can_not_be_used_is_said_with_what_to_mend_and_no_key_is_shown(store: Store, tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = store.machine(tmp_path / "m")
    if how == "keys":
        httpx.post(f"{store.way.real}/moto-api/reset-auth", content=b"0", trust_env=False).raise_for_status()
    elif how == "bucket":
        text = (machine.root / "hub.toml").read_text(encoding="utf-8")
        (machine.root / "hub.toml").write_text(text.replace("s3://hub/", "s3://no-such-bucket/"), encoding="utf-8")
    elif how == "variable":
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    elif how == "unencrypted":
        text = (machine.root / "hub.toml").read_text(encoding="utf-8")
        (machine.root / "hub.toml").write_text(text.replace(store.way.url, "http://stockage.example"), encoding="utf-8")
    else:
        store.put(INDEX, b"<html>")
    try:
        done = CliRunner().invoke(main, ["--root", str(machine.root), "verify"])
    finally:
        httpx.post(f"{store.way.real}/moto-api/reset-auth", content=b"Infinity", trust_env=False).raise_for_status()
    words = {
        "keys": r"403.*check bucket and endpoint in hub\.toml, \[storage\], and the keys in AWS_ACCESS_KEY_ID",
        "bucket": r"NoSuchBucket.*check bucket and endpoint in hub\.toml",
        "variable": r"set AWS_SECRET_ACCESS_KEY",
        "unencrypted": r"unencrypted; give endpoint with https in hub\.toml, \[storage\]",
        "index": r"is not an index of snapshots",
    }
    assert done.exit_code == 1 and not isinstance(done.exception, (StorageError, SecretError))
    assert re.search(words[how], done.output, re.S), done.output
    assert KEY not in done.output and KEY_ID not in done.output


def test_a_folder_that_is_no_copy_of_the_bucket_is_left_as_it_is(store: Store, tmp_path: Path) -> None:
    hub = store.machine(tmp_path / "hub", published=False)
    fill_world(hub, NAMES)
    publish(hub, DAY, TABLES)
    before = bytes_of(hub.published)
    shutil.copytree(hub.published, tmp_path / "m/data/published", symlinks=True)
    machine = store.machine(tmp_path / "m")
    with pytest.raises(StorageError, match=r"no copy of that bucket. Move it elsewhere.*km0 push s3"):
        machine.fetch()
    sent(store.machine(tmp_path / "other"), FIRST, "another hub's")
    with pytest.raises(StorageError, match="no copy of that bucket"):
        machine.fetch()
    assert bytes_of(machine.published) == before


def step(project: Project, name: str, build: Callable[[Path], Any], *inputs: str, version: str = "1") -> bool:
    """Make a step; whether it was made and not reused."""
    return not make(project, name, build, inputs=inputs, version=version).reused


def writes(*values: int) -> Callable[[Path], Any]:
    return lambda path: pq.write_table(pa.table({"n": list(values)}), path)


def test_machines_that_share_a_warehouse_go_on_from_what_the_others_made(project: Project, store: Store, tmp_path: Path) -> None:
    a, b = (store.machine(tmp_path / name, warehouse=True, published=False) for name in "ab")

    def doubled(one: Project) -> Callable[[Path], Any]:
        return lambda path: pq.write_table(pa.table({"n": [2 * n for n in pq.read_table(one.made("first"))["n"].to_pylist()]}), path)

    for one in (project, a):
        assert step(one, "first", writes(1, 2))
    for one in (project, b):
        assert step(one, "second", doubled(one), "first")
    assert not step(a, "second", doubled(a), "first") and not step(b, "first", writes(0)), "made already, elsewhere"
    assert step(b, "first", writes(3), version="2") and step(a, "second", doubled(a), "first")
    assert pq.read_table(a.made("second"))["n"].to_pylist() == [6]
    fresh = store.machine(tmp_path / "c", warehouse=True, published=False)
    fresh.fetch()
    assert made(fresh, "second").digest == made(a, "second").digest
    assert sorted(p.partition("/")[0] for p in store.held("warehouse")) == ["first", "first.made.json", "second", "second.made.json"], "what was replaced is gone"
    step(project, "first", writes(3), version="2")
    step(project, "second", doubled(project), "first")
    assert sha256(project.made("second")) == sha256(b.made("second")) or step(b, "second", doubled(b), "first") is False


def test_a_step_killed_while_it_is_sent_has_made_nothing_and_is_made_again(store: Store, tmp_path: Path) -> None:
    def both(*paths: Path) -> None:
        for path in paths:
            writes(len(path.name))(path)

    def again(one: Project, version: str) -> bool:
        return not make(one, ("left", "right"), both, version=version).reused

    again(store.machine(tmp_path / "first", warehouse=True, published=False), "0")
    for nth in range(1, 9):
        one = store.machine(tmp_path / f"a{nth}", warehouse=True, published=False)
        store.way.faults = [Fault(CHANGE, "drop", nth, times=999)]
        try:
            again(one, str(nth))
            killed = False
        except StorageError:
            killed = True
        store.way.faults = []
        other = store.machine(tmp_path / f"b{nth}", warehouse=True, published=False)
        other.fetch()
        notes = [other.made(n).with_suffix(".made.json").exists() for n in ("left", "right")]
        assert again(other, str(nth)) is killed or all(notes), nth
        assert not again(store.machine(tmp_path / f"c{nth}", warehouse=True, published=False), str(nth))
        if not killed:
            break
    else:
        raise AssertionError("it was never whole")


def test_two_that_make_one_step_at_once_are_told_of_and_damaged_bytes_are_made_again(store: Store, tmp_path: Path) -> None:
    a, b = (store.machine(tmp_path / name, warehouse=True, published=False) for name in "ab")

    def meanwhile(path: Path) -> None:
        step(b, "first", writes(2), version="b")
        writes(1)(path)

    with pytest.raises(StorageError, match=r"first\.made\.json was written by another run meanwhile"):
        step(a, "first", meanwhile, version="a")
    assert not step(a, "first", writes(9), version="b") and pq.read_table(a.made("first"))["n"].to_pylist() == [2]
    path = f"first/{made(a, 'first').digest}.parquet"
    store.put(path, b"damaged", "warehouse")
    fresh = store.machine(tmp_path / "c", warehouse=True, published=False)
    assert step(fresh, "first", writes(2), version="b")
    assert store.held("warehouse")[path] == fresh.made("first").read_bytes()


def page(project: Project, **said: str) -> list[str]:
    """The pages of a site in data/published, and their paths."""
    project.published.mkdir(parents=True, exist_ok=True)
    for name, words in said.items():
        (project.published / f"{name}.html").write_text(words, encoding="utf-8")
    return [f"{name}.html" for name in said]


def pages_of(store: Store) -> dict[str, bytes]:
    return {path: content for path, content in store.held().items() if path.endswith(".html")}


def test_of_a_site_only_what_changed_is_sent_and_what_is_cut_off_is_sent_by_the_next(store: Store, tmp_path: Path) -> None:
    machine = store.machine(tmp_path / "m")
    sent(machine, FIRST, "one")
    bucket = machine.published_bucket
    assert bucket
    bucket.send_site(page(machine, camille="Camille Fictive", index="1"))
    store.way.asked.clear()
    bucket.send_site(page(machine, camille="Camille Fictive", index="1"))
    assert store.way.changes() == []
    store.way.faults = [Fault(CHANGE, "drop", 3, times=999)]
    with pytest.raises(StorageError, match="run again later"):
        bucket.send_site(page(machine, index="2", other="2"))
    store.way.faults = []
    bucket.send_site(page(machine, index="2", other="2"))
    assert pages_of(store) == {"index.html": b"2", "other.html": b"2"}


def test_of_two_that_send_their_sites_at_once_no_page_of_the_older_stays(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = (store.machine(tmp_path / name) for name in "ab")
    sent(a, FIRST, "one")
    older, newer = a.published_bucket, b.published_bucket
    assert older and newer
    newer.fetch()
    put, at = older._bucket.put, iter((False, True))

    def meanwhile(*args: Any, **more: Any) -> None:
        put(*args, **more)
        if next(at, False):  # of three pages one is still to be sent
            newer.send_site(page(b, a="b", b="b", c="b"))

    monkeypatch.setattr(older._bucket, "put", meanwhile)
    with pytest.raises(StorageError, match="two sent their pages at once") as e:
        older.send_site(page(a, a="a", b="a", c="Camille Fictive"))
    assert e.value.passing
    newer.send_site(page(b, a="b", b="b", c="b"))
    assert pages_of(store) == {"a.html": b"b", "b.html": b"b", "c.html": b"b"}


def test_who_has_an_older_version_sends_no_pages(store: Store, tmp_path: Path) -> None:
    a, b = (store.machine(tmp_path / name) for name in "ab")
    sent(a, FIRST, "one")
    sent(b, SECOND, "two")
    assert a.published_bucket
    with pytest.raises(StorageError, match="the pages of this one were not sent"):
        a.published_bucket.send_site(page(a, index="of the first"))
    assert not pages_of(store)
