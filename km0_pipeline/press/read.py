"""Files -> documents: step `press_documents`.

Each file goes to the reader of its ending, under a deadline. What can't be read, and what of a
document can't be trusted (a date that is none, a language that is not French), becomes a reject
with a sentence; the others go on. Belongs here: choosing readers, limits, language, rejects.
Formats are modules of their own, named in `READERS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import cache, partial
from pathlib import Path, PurePosixPath
from queue import SimpleQueue
from types import ModuleType
from typing import Any

import pyarrow as pa

from km0_pipeline.claims import REJECTS, Reject, digest, rejects_table
from km0_pipeline.deadline import Crashed, Deadline, Overdue
from km0_pipeline.press import mail, markdown, page, pdf, sidecar, text, word
from km0_pipeline.press.document import Document, Unreadable, locator
from km0_pipeline.press.reuse import Previous, container, write_keys
from km0_pipeline.shards import cores
from km0_pipeline.sql import connect
from km0_pipeline.steps import REFUSED, Made, Project, code_version, made, make
from km0_pipeline.storage import content_id

VERSION = code_version(__file__)
READERS: tuple[ModuleType, ...] = (text, markdown, page, pdf, word, mail)
"""A format is a module with `SUFFIXES`, `FORMAT` and `read` (see `document`), and its name here."""

DEEPEST = 3
"""Messages within messages that are opened: a forwarded mail that holds a forwarded mail."""
AGAIN = frozenset({"vanished", "too_slow", "future_date"})
"""Reasons that may not hold on another day: what has one is read anew at the next run of the step."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

LANGUAGES = ("fr", "de", "en", "it", "es", "pt", "nl", "pl")
"""Languages told apart; claims are made from those that hub.toml has a model for."""
_SAID = ("title", "author", "publisher", "url", "text")
"""What a document says in letters, and what control characters are taken out of."""

DOCUMENTS = pa.schema(
    [
        (n, pa.string())
        for n in (
            "document_id",
            "path",
            "format",
            "title",
            "author",
            "publisher",
            "url",
            "published_on",
            "language",
            "licence",
            "item",
            "updated",
        )
    ]
    + [("characters", pa.int64()), ("text", pa.string())]
)
Row = dict[str, str | int]


def press_documents(project: Project) -> Made:
    """Step: one row a document (schema `DOCUMENTS`, sorted by id), and `press_rejects` (schema `claims.REJECTS`)."""
    hub = project.hub
    limits = (hub.press.max_megabytes, hub.press.max_pages, hub.press.max_characters, hub.press.max_seconds)
    settings = [hub.press.licence, hub.hub.timezone, *map(str, limits), *hub.press.models]
    with connect(
        project.warehouse
    ) as db:  # not pyarrow's to_pylist, which imports pandas: this runs when nothing changed, too
        listed = str(made(project, "press_files").path)
        listing: list[tuple[str, str, str, str]] = db.execute(
            "select path, document_id, sidecar, refused from read_parquet(?) order by path", [listed]
        ).fetchall()
    files = [file for *file, refused in listing if not refused]
    gone = [path for path, *_ in files if not (project.raw / path).exists()]

    def build(documents_out: Path, rejects_out: Path, keys_out: Path) -> dict[str, Any]:
        import pyarrow.parquet as pq

        first: dict[str, str] = {}
        rejects = [Reject("", path, "", why, f"{path} {REFUSED[why]}") for path, *_, why in listing if why]
        for path, sha, _ in files:
            if (earlier := first.get(sha)) and sha:
                sentence = f"{path} has the same content as {earlier}; it counts once, delete one of the two."
                rejects.append(Reject(sha, path, "", "duplicate_file", sentence))
            else:
                first[sha or path] = path
        todo = {path: sha for path, sha, _ in files if first[sha or path] == path}
        said = {path: note for path, _, note in files}
        keys = {path: digest(VERSION, path, sha, said[path], *settings, length=64) for path, sha in todo.items()}
        previous = Previous(project, "press_readings", keys, "press_documents", "press_rejects")
        rows: list[Row] = []
        new = [path for path in todo if path not in previous.same]
        if new:
            language_of("")  # loads its model here, once, and not in each process that is forked
        for found, refused in _readings(project, [(path, todo[path]) for path in new]):
            rows += found
            rejects += refused
        kept = previous.rows("press_documents", "path", DOCUMENTS)
        documents = pa.concat_tables([kept, pa.Table.from_pylist(rows, DOCUMENTS)]).sort_by("path")
        rejects += [Reject(**r) for r in previous.rows("press_rejects", "path", REJECTS).to_pylist()]
        documents, again = _once(documents)
        rejects += again
        for r in rejects:
            if r.reason in AGAIN or r in again:
                keys.pop(container(r.path, keys), None)
        documents = documents.sort_by("document_id")
        pq.write_table(documents, documents_out, compression="zstd")
        pq.write_table(rejects_table(rejects), rejects_out, compression="zstd")
        write_keys(keys_out, keys)
        return {
            "documents": documents.num_rows,
            "read": len(todo) - len(previous.same),
            "reused": len(previous.same),
            "rejects": len(set(rejects)),
            "passing": any(r.reason == "vanished" for r in rejects),
        }

    return make(
        project,
        ("press_documents", "press_rejects", "press_readings"),
        build,
        inputs=["press_files"],
        version=VERSION,
        parameters=[*settings, str(project.day or ""), *gone],
    )


def _once(documents: pa.Table) -> tuple[pa.Table, list[Reject]]:
    """`documents`, sorted by path, without those attached to a message that lie elsewhere too."""
    first: dict[str, str] = {}
    again = []
    pairs = list(zip(documents["document_id"].to_pylist(), documents["path"].to_pylist(), strict=True))
    for i, path in pairs:
        if (earlier := first.setdefault(i, path)) != path:
            again.append(
                Reject(i, path, "", "duplicate_file", f"{path} has the same content as {earlier}; it counts once.")
            )
    return documents.filter(pa.array([first[i] == path for i, path in pairs], pa.bool_())), again


def _readings(project: Project, files: Sequence[tuple[str, str]]) -> Iterable[tuple[list[Row], list[Reject]]]:
    """What `_read` finds in each of these files (path, document id), in their order; each core reads one at a time, under a deadline."""
    idle: SimpleQueue[Deadline[[str, str], tuple[list[Row], list[Reject]]]] = SimpleQueue()
    most = project.hub.press.max_seconds

    def read(file: tuple[str, str]) -> tuple[list[Row], list[Reject]]:
        path, document_id = file
        reading = idle.get()
        try:
            return reading(path, document_id)
        except Overdue:
            sentence = f"{path} takes more than {most} s to read; save it anew or simpler, or raise press.max_seconds."
            return [], [Reject(document_id, path, "", "too_slow", sentence)]
        except Crashed:
            sentence = f"{path} makes its reader crash; save it anew, or as .txt."
            return [], [Reject(document_id, path, "", "unreadable", sentence)]
        finally:
            idle.put(reading)

    with ExitStack() as ended, ThreadPoolExecutor(cores()) as threads:
        for _ in range(cores() if len(files) > 1 else 1):
            idle.put(ended.enter_context(Deadline(partial(_read, project), most)))
        yield from threads.map(read, files)


def _read(project: Project, path: str, document_id: str) -> tuple[list[Row], list[Reject]]:
    """The rows of the file at `path` and of what is attached to it, and what is to be said about them."""
    try:
        _reader(path)
        file, most = project.raw / path, project.hub.press.max_megabytes
        if file.stat().st_size > most * 1_000_000:
            raise Unreadable(
                "too_large", f"is larger than {most} MB; take its pictures out, or raise press.max_megabytes."
            )
        data = file.read_bytes()
        if content_id(data) != document_id:
            raise Unreadable("vanished", "changed while it was read; run again.")
        note = sidecar.read(sidecar.beside(file))
    except FileNotFoundError:
        reason, sentence = "vanished", "was there when the run began and is gone; put it back, or run again without it."
    except OSError as e:
        reason, sentence = "unreadable", f"can't be opened ({e.strerror}); check its permissions."
    except Unreadable as e:
        reason, sentence = e.reason, e.sentence
    else:
        said = note.document(project.hub.zone) if note else Document("")
        return _documents(project, path, data, document_id, said, 0)
    return [], [Reject(document_id, path, "", reason, f"{path} {sentence}")]


def _documents(
    project: Project, path: str, data: bytes, document_id: str, around: Document, depth: int
) -> tuple[list[Row], list[Reject]]:
    """The rows of a document and of its attachments; `around` is what it is itself attached to, or what its sidecar says.

    What the document does not say of itself, `around` says for it.
    """
    hub, rows, rejects = project.hub, list[Row](), list[Reject]()

    def reject(reason: str, sentence: str, original: str = "", locator: str = "") -> None:
        rejects.append(Reject(document_id, path, locator, reason, f"{path} {sentence}", original))

    try:
        reader = _reader(path)
        document: Document = reader.read(data, hub)
        if len(document.text) > (most := hub.press.max_characters):
            size = f"has a text of {len(document.text)} characters, more than {most}"
            raise Unreadable("too_long", f"{size}; put in the part that matters, or raise press.max_characters.")
    except Unreadable as e:
        reject(e.reason, e.sentence)
        return rows, rejects
    except Exception as e:  # a reader's library failed on this file: the others go on
        suffix, error = PurePosixPath(path).suffix, f"{type(e).__name__}: {e}"
        reject("unreadable", f"can't be read as {suffix} ({error}); save it anew, or as .txt.")
        return rows, rejects
    for remark in document.remarks:
        reject(*remark)
    strange = list(_CONTROL.finditer(document.text))
    if strange:
        at = locator(document.text, strange[0].start(), strange[0].end())
        sentence = f"holds {len(strange)} control characters, read as blanks; save it anew if its text is wrong there."
        reject("control_characters", sentence, locator=at)
    said: dict[str, str] = {n: getattr(document, n) or getattr(around, n) for n in (*_SAID, "licence")}
    document = replace(document, **{n: _CONTROL.sub(" ", s) for n, s in said.items()})  # type: ignore[arg-type]
    published = document.published_on or around.published_on
    if project.day and published > project.day.isoformat()[: len(published)]:
        sentence = (
            f"gives {published} as its date, which is to come: it is read as if undated; correct the date, or wait."
        )
        reject("future_date", sentence, published)
        published = ""
    elif document.text and not published:
        reject(
            "undated",
            "names no publication date: dates without a year stay open; add `published:` to its front matter (Markdown) or a line with the date.",
        )
    document = replace(document, published_on=published)
    if document.text:
        language = document.language or language_of(document.text)
        if language not in hub.press.models:
            reject(
                "language",
                f"is in the language {language!r}, for which press.models has no model: it is listed among the sources, and no claims are made from it.",
                locator=f"char:0-{len(document.text)}",
            )
        rows.append(
            {
                **{n: getattr(document, n) for n in _SAID},
                "document_id": document_id,
                "path": path,
                "format": reader.FORMAT,
                "published_on": document.published_on,
                "language": language,
                "licence": document.licence or hub.press.licence,
                "item": around.item if not depth else "",
                "updated": (around.updated if not depth else "") or document.updated,
                "characters": len(document.text),
            }
        )
    if document.attachments and depth == DEEPEST:
        reject("nested", f"lies {depth} messages deep; what is attached to it was not read: put it in as a file.")
        return rows, rejects
    for name, content in document.attachments:
        found, refused = _documents(project, f"{path}/{name}", content, content_id(content), document, depth + 1)
        rows += found
        rejects += refused
    return rows, rejects


def _reader(path: str) -> ModuleType:
    suffix = PurePosixPath(path).suffix.lower()
    for reader in READERS:
        if suffix in reader.SUFFIXES:
            return reader
    raise Unreadable(
        "unknown_format",
        f"has an ending that no reader takes ({suffix or 'none'}); save it as one of {', '.join(_suffixes(READERS))}.",
    )


def _suffixes(readers: Iterable[ModuleType]) -> list[str]:
    return [s for r in readers for s in r.SUFFIXES]


def language_of(text: str) -> str:
    """ISO 639-1 code of the language most of `text` is in, one of `LANGUAGES`."""
    return str(_identifier().classify(text[:2000])[0])


@cache
def _identifier() -> Any:
    import py3langid

    py3langid.set_languages(list(LANGUAGES))
    return py3langid
