"""From many names, those that may be meant, and how likely each is."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from km0_pipeline.entities import candidates
from km0_pipeline.entities.score import DOUBTFUL, SURE, score

REGISTER = [
    ("111111118", "BOULANGERIE RHENAFICTIF", "MULHOUSE", "68100"),
    ("222222226", "BOULANGERIE DU CENTRE", "MULHOUSE", "68100"),
    ("333333334", "BOULANGERIE DU CENTRE", "MULHOUSE", "68100"),
    ("444444442", "ETABLISSEMENTS TRUCMUCHOT", "COLMAR", "68000"),
    ("555555556", "ATELIER ZIGOUILLON SARL", "LYON", "69001"),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register of four organisations worth telling of, among two thousand others."""
    folder = tmp_path_factory.mktemp("index")
    others = [(f"9{n:08}", f"GARAGE NUMERO {n:04}", "LYON", "69002") for n in range(2000)]
    with duckdb.connect() as db:
        db.execute("create table register (owner varchar, name varchar, commune varchar, postcode varchar)")
        db.executemany("insert into register values (?, ?, ?, ?)", [*REGISTER, *others[:200]])
        db.execute(
            "insert into register select 'x' || n, 'TRANSPORT ' || chr((97 + n % 26)::int) || md5(n::varchar), 'LYON', '69003' from range(3000) as r(n)"
        )
        names = "(select *, null::varchar as street, null::varchar as naf, true as active, left(postcode, 2) as block from register)"
        candidates.prepare(db, names, files(folder))
    return folder


def files(folder: Path) -> dict[str, Path]:
    return {relation: folder / f"{relation}.parquet" for relation in candidates.INDEX}


def likeliest(index: Path, name: str, commune: str = "Mulhouse", postcode: str = "68100") -> tuple[str, float]:
    """Whom a name most likely means, and how likely; '' where nothing was found."""
    with duckdb.connect() as db:
        candidates.use(db, files(index))
        db.execute(
            "create table sought (sought integer, name varchar, commune varchar, postcode varchar, block varchar)"
        )
        db.execute("insert into sought values (1, ?, ?, ?, ?)", [name, commune, postcode, postcode[:2]])
        candidates.search(
            db, "(select *, null::varchar as street, null::varchar as naf, null::varchar as owner from sought)"
        )
        score(db)
        rows = db.execute("select owner, probability from scored order by probability desc limit 1").fetchall()
        return rows[0] if rows else ("", 0.0)


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("Boulangerie Rhénafictif", "111111118"),
        ("BOULANGERIE RHENAFICITF SAS", "111111118"),  # a slip, and a form
        ("Rhenafictif, boulangerie", "111111118"),  # another order
        ("Boulangerierhenafictif", "111111118"),  # a space gone
        ("Ets Trucmuchot", "444444442"),  # an abbreviation, another town of the department
        ("L'Atelier Zigouillon", "555555556"),  # another department
    ],
)
def test_a_damaged_name_finds_whom_it_means(index: Path, name: str, owner: str) -> None:
    found, probability = likeliest(index, name)
    assert found == owner
    assert probability > DOUBTFUL


def test_two_namesakes_at_one_place_are_never_sure(index: Path) -> None:
    found, probability = likeliest(index, "Boulangerie du Centre")
    assert found in ("222222226", "333333334")
    assert probability <= 0.5 < SURE


def test_a_name_that_nobody_bears_is_nobodys(index: Path) -> None:
    assert likeliest(index, "Menuiserie Introuvable")[1] < DOUBTFUL


def test_a_place_that_agrees_speaks_for_it(index: Path) -> None:
    here = likeliest(index, "Boulangerie Rhénafictif")[1]
    elsewhere = likeliest(index, "Boulangerie Rhénafictif", "Brest", "29200")[1]
    assert here > elsewhere
