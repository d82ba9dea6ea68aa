"""Files -> documents: step `press_documents`.

Each file goes to the reader of its ending. What can't be read, and what of a document can't be
trusted (a date that is none, a language that is not French), becomes a reject with a sentence;
the others go on. Belongs here: choosing readers, language, rejects. Formats are modules of their
own, named in `READERS`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from types import ModuleType

import duckdb
import pyarrow as pa

from km0_pipeline.claims import REJECTS, Reject, digest, rejects_table
from km0_pipeline.press import markdown, page, text
from km0_pipeline.press.document import Document, Unreadable
from km0_pipeline.press.reuse import Previous, write_keys
from km0_pipeline.steps import Made, Project, code_version, made, make

VERSION = code_version(__file__)
READERS: tuple[ModuleType, ...] = (text, markdown, page)

LANGUAGES = ("fr", "de", "en", "it", "es", "pt", "nl", "pl")
"""Languages told apart; what claims are made from is French."""
FRENCH = "fr"

DOCUMENTS = pa.schema(
    [
        (n, pa.string())
        for n in ("document_id", "path", "format", "title", "publisher", "url", "published_on", "language", "licence")
    ]
    + [("characters", pa.int64()), ("text", pa.string())]
)


def press_documents(project: Project) -> Made:
    """Step: one row a document (schema `DOCUMENTS`, sorted by id), and `press_rejects` (schema `claims.REJECTS`)."""
    hub = project.hub
    with duckdb.connect() as db:  # not pyarrow's to_pylist, which imports pandas: this runs when nothing changed, too
        listed = str(made(project, "press_files").path)
        files: list[tuple[str, str]] = db.execute(
            "select path, sha256 from read_parquet(?) order by path", [listed]
        ).fetchall()
    gone = [path for path, _ in files if not (project.raw / path).exists()]

    def build(documents_out: Path, rejects_out: Path, keys_out: Path) -> dict[str, int]:
        import pyarrow.parquet as pq

        first: dict[str, str] = {}
        rejects: list[Reject] = []
        for path, sha in files:
            if (earlier := first.get(sha)) and sha:
                sentence = f"{path} has the same content as {earlier}; it counts once, delete one of the two."
                rejects.append(Reject(sha, path, "", "duplicate_file", sentence))
            else:
                first[sha or path] = path
        todo = {path: sha for path, sha in files if first[sha or path] == path}
        keys = {
            path: digest(VERSION, path, sha, hub.press.licence, hub.hub.timezone, length=64)
            for path, sha in todo.items()
        }
        previous = Previous(project, "press_readings", keys, "press_documents", "press_rejects")
        rows: list[dict[str, str | int]] = []
        for path in [p for p in todo if p not in previous.same]:
            row, refused = _read(project, path, todo[path])
            rejects += refused
            if row:
                rows.append(row)
            if any(r.reason == "vanished" for r in refused):
                del keys[path]
        kept = previous.rows("press_documents", "path", DOCUMENTS)
        documents = pa.concat_tables([kept, pa.Table.from_pylist(rows, DOCUMENTS)]).sort_by("document_id")
        rejects += [Reject(**r) for r in previous.rows("press_rejects", "path", REJECTS).to_pylist()]
        pq.write_table(documents, documents_out, compression="zstd")
        pq.write_table(rejects_table(rejects), rejects_out, compression="zstd")
        write_keys(keys_out, keys)
        return {
            "documents": documents.num_rows,
            "read": len(todo) - len(previous.same),
            "reused": len(previous.same),
            "rejects": len(set(rejects)),
        }

    return make(
        project,
        ("press_documents", "press_rejects", "press_readings"),
        build,
        inputs=["press_files"],
        version=VERSION,
        parameters=[hub.press.licence, hub.hub.timezone, *gone],
    )


def _read(project: Project, path: str, sha256: str) -> tuple[dict[str, str | int] | None, list[Reject]]:
    """The row of the file at `path`, or None, and what is to be said about it."""

    def reject(reason: str, sentence: str, original: str = "", locator: str = "") -> Reject:
        return Reject(sha256, path, locator, reason, f"{path} {sentence}", original)

    try:
        reader = _reader(path)
        data = (project.raw / path).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Unreadable("vanished", "changed while it was read; run again.")
        document: Document = reader.read(data, project.hub.zone)
    except FileNotFoundError:
        return None, [
            reject("vanished", "was there when the run began and is gone; put it back, or run again without it.")
        ]
    except OSError as e:
        return None, [reject("unreadable", f"can't be opened ({e.strerror}); check its permissions.")]
    except Unreadable as e:
        return None, [reject(e.reason, e.sentence)]
    except Exception as e:  # a reader's library failed on this file: the others go on
        return None, [
            reject(
                "unreadable",
                f"can't be read as {PurePosixPath(path).suffix} ({type(e).__name__}: {e}); save it anew, or as .txt.",
            )
        ]
    language = document.language or language_of(document.text)
    remarks = [reject(reason, sentence, original) for reason, sentence, original in document.remarks]
    if language != FRENCH:
        remarks.append(
            reject(
                "language",
                f"is in the language {language!r}, not in French: it is listed among the sources, and no claims are made from it.",
                locator=f"char:0-{len(document.text)}",
            )
        )
    if not document.published_on:
        remarks.append(
            reject(
                "undated",
                "names no publication date: dates without a year stay open; add `published:` to its front matter (Markdown) or a line with the date.",
            )
        )
    row: dict[str, str | int] = {
        "document_id": sha256,
        "path": path,
        "format": reader.FORMAT,
        "title": document.title,
        "publisher": document.publisher,
        "url": document.url,
        "published_on": document.published_on,
        "language": language,
        "licence": document.licence or project.hub.press.licence,
        "characters": len(document.text),
        "text": document.text,
    }
    return row, remarks


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
    import py3langid

    py3langid.set_languages(list(LANGUAGES))
    return str(py3langid.classify(text[:5000])[0])
