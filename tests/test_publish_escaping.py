"""No text of a published CSV runs as a formula, in whatever spreadsheet; each comes back as it was."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from publish_world import DAY, TABLES, VISITS, WORKSHOPS, fill, fill_world

from km0_pipeline.publish.escaping import escaped, unescaped
from km0_pipeline.publish.snapshot import publish
from km0_pipeline.publish.verify import verify
from km0_pipeline.steps import Project

FORMULAS = [
    "=1+1", "+33 Studio", "-12 %", "@home", "\t=1+1", "\r=1+1", "\n=1+1", "=cmd|' /C calc'!A0", "Atelier;=1+1;", "x\n=1+1", "x\r\n-1", ";;=1", "'=1+1",
    "'s Heeren", "''", "x;'=1", "\t\t=", "＝1+1", "; =", "a;b", "l'atelier", "",
]  # fmt: skip
DANGER = re.compile(r"(?:^|[;\t\r\n])[=+\-@＝＋－＠]|^[\t\r\n]")


def round_trip(texts: list[str]) -> tuple[list[str], list[str]]:
    connection = duckdb.connect()
    connection.register("given_texts", pa.table({"x": pa.array(texts, pa.string())}))
    written = connection.sql(f"select {escaped('x')} as x from given_texts").to_arrow_table()["x"]
    return written.to_pylist(), unescaped(written).to_pylist()


def test_no_text_begins_a_formula_and_each_comes_back() -> None:
    written, back = round_trip(FORMULAS)
    assert back == FORMULAS
    assert not [w for w in written if DANGER.search(w)]
    assert written[-4:] == ["; =", "a;b", "l'atelier", ""], "what begins no formula stays as it is"


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(alphabet="=+-@';\t\r\n ax＝", max_size=12), min_size=1, max_size=30))
def test_any_text_comes_back(texts: list[str]) -> None:
    written, back = round_trip(texts)
    assert back == texts
    assert not [w for w in written if DANGER.search(w)]
    assert len(set(written)) == len(set(texts))
    assert all(len(w) <= len(t) + len(t) // 2 + 1 for w, t in zip(written, texts, strict=True))


def test_a_snapshot_of_formulas_is_whole_and_says_how_to_read_it(project: Project) -> None:
    names = [t for t in FORMULAS if t]
    fill_world(project, names)
    folder = publish(project, DAY, TABLES).folder
    assert verify(folder) == []
    cells = pd.read_csv(folder / "workshops.csv", keep_default_na=False)["name"]
    assert not [c for c in cells if DANGER.search(c)]
    readme = (folder / "README.md").read_text(encoding="utf-8")
    (line,) = set(re.findall(r"^`(s\.str.*)`\.$", readme, re.M))
    assert list(eval(line, {"s": cells})) == names  # what README.md says to do
    (resource,) = [r for r in json.loads((folder / "datapackage.json").read_text())["resources"] if r["path"] == "workshops.csv"]
    back = list(cells)
    for step in resource["km0:escape"]["undo"]:
        back = [re.sub(step["pattern"], step["replacement"].replace("$1", r"\1"), c) for c in back]
    assert back == names


def test_verify_sees_an_apostrophe_too_many(project: Project, tmp_path: Path) -> None:
    fill_world(project, ["=1+1", "Atelier Fictif"])
    folder = publish(project, DAY, TABLES).folder
    path = folder / "workshops.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Atelier", ";'Atelier"), encoding="utf-8")
    assert any("workshops.csv and workshops.parquet: differ in row 2, column name" in s for s in verify(folder))


def test_a_number_keeps_its_sign(project: Project) -> None:
    fill_world(project)
    fill(project, WORKSHOPS, [{"workshop_id": "wor-0001", "area_m2": -1.5}])
    fill(project, VISITS, [])
    with (publish(project, DAY, TABLES).folder / "workshops.csv").open(encoding="utf-8", newline="") as f:
        (row,) = csv.DictReader(f)
    assert row["area_m2"] == "-1.5"
