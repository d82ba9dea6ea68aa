"""Which press files are there: step `press_files`.

Every file below the folder that hub.toml's [press] names, sorted by path; hidden ones and READMEs are
left out. Belongs here: finding files. What is in them belongs to `read`.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from km0_pipeline import storage
from km0_pipeline.press import sidecar
from km0_pipeline.steps import Made, Project, is_source, make, refusal, shown

VERSION = "press_files/5"

SCHEMA = pa.schema([("path", pa.string()), ("bytes", pa.int64()), ("document_id", pa.string()), ("sidecar", pa.string()), ("refused", pa.string())])


def press_files(project: Project) -> Made:
    """Step: `path` (posix, relative to data/raw), `bytes`, `document_id` of each press file ('' where it can't be opened), `sidecar`, that of its sidecar, and why it is `refused` (`steps.refusal`)."""
    rows = [r for p in _files(project) if (r := _row(project, p)) is not None]

    def build(out: Path) -> dict[str, int]:
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(rows, SCHEMA), out, compression="zstd")
        return {"files": len(rows)}

    return make(
        project, "press_files", build, version=VERSION, parameters=["\n".join(map(str, r.values())) for r in rows]
    )


def _files(project: Project) -> list[Path]:
    folder = project.raw / project.hub.press.path
    found = [p for p in folder.rglob("*") if p.is_file()] if folder.is_dir() else []
    return sorted((p for p in found if is_source(p, folder)), key=lambda p: p.relative_to(project.raw).as_posix())


def _row(project: Project, path: Path) -> dict[str, str | int] | None:
    name = shown(path.relative_to(project.raw).as_posix())
    row: dict[str, str | int] = {"path": name, "bytes": 0, "document_id": "", "sidecar": "", "refused": refusal(path, project.raw, project.raw / project.hub.press.path)}
    if row["refused"]:
        return row
    note = sidecar.beside(path)
    said = storage.sha256(note) if note.is_file() else ""
    try:
        return row | {"bytes": path.stat().st_size, "document_id": storage.content_id(path), "sidecar": said}
    except FileNotFoundError:
        return None  # gone since it was listed: as if it had never been there
    except OSError:
        return row | {"sidecar": said}
