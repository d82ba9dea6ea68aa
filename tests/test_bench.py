"""What `make bench` keeps and writes, and how growth is judged; nothing is measured here."""

from __future__ import annotations

import importlib
import logging
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assets.run import Progress
from tests.conftest import ROOT


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Modules of benchmarks/, as its scripts import them."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return SimpleNamespace(**{name: importlib.import_module(name) for name in ("recording", "scale", "charts", "bench")})


def test_figures_are_kept_for_the_one_table_and_a_missed_bar_is_exit_status_1(bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(bench.recording.VARIABLE, str(tmp_path / "figures"))
    good, slow = bench.recording.Figure("a", "2 s", "peer: 1 s", 2.0, 5), bench.recording.Figure("b", "3 a second", "", 0.3, 0.7, True)
    assert bench.recording.keep(good) == 0 and bench.recording.keep(slow) == 1
    assert bench.recording.kept(tmp_path / "figures") == [good, slow]


def test_a_chapter_of_the_document_is_replaced_between_its_marks_and_nothing_else(bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    monkeypatch.setattr(bench.recording, "DOCUMENT", tmp_path / "performance.md")
    for chapter in ("bench", "scale registry", "scale press"):
        bench.recording.DOCUMENT.write_text(text, encoding="utf-8")
        bench.recording.write(chapter, "| new |")
        now = bench.recording.DOCUMENT.read_text(encoding="utf-8")
        before, after = text.split(f"<!-- {chapter} -->")[0], text.split(f"<!-- end of {chapter} -->")[1]
        assert now == f"{before}<!-- {chapter} -->\n\n| new |\n\n<!-- end of {chapter} -->{after}"


def test_growth_past_n_log_n_is_found_and_growth_like_it_is_not(bench: Any) -> None:
    def costs(power: float) -> dict[int, dict[str, Any]]:
        return {n: {"sort": bench.scale.Cost(n**power * math.log(n) / 1000, 1.0, 0.5)} for n in (10_000, 100_000)}

    ((step, size, by, n_log_n),) = bench.scale.growths([10_000, 100_000], costs(1.0))
    assert (step, size) == ("sort", 100_000) and by == pytest.approx(n_log_n)
    ((_, _, by, n_log_n),) = bench.scale.growths([10_000, 100_000], costs(2.0))
    assert by == pytest.approx(10 * n_log_n)
    drawn = bench.charts.growth_chart({"sort <a>": {10_000: 1.0, 100_000: 12.0}}, "rows")
    assert "sort &lt;a&gt;" in drawn and drawn.count("<circle") == 2


def test_the_line_of_a_step_that_a_refresh_prints_is_understood(bench: Any, capfd: pytest.CaptureFixture[str]) -> None:
    event = SimpleNamespace(step_key="registry_rows", event_type_value="", is_step_failure=False, is_step_success=True, event_specific_data=SimpleNamespace(duration_ms=1234))
    progress = Progress()
    progress.made["registry_rows"] = {"unchanged": SimpleNamespace(value=False), "dagster/row_count": SimpleNamespace(value=1_000_000)}
    record = logging.makeLogRecord({"dagster_event": event})
    progress.emit(record)
    progress.terminal.close()
    found = bench.scale.STEP.match(capfd.readouterr().out)
    assert found and found[1] == "registry_rows" and found[2] == "1,000,000"


def test_every_benchmark_that_make_bench_runs_is_there(bench: Any) -> None:
    for name, (*_, last) in bench.bench.BENCHMARKS.items():
        path = ROOT / (last if last.endswith(".py") else last.replace(".", "/") + ".py")
        assert path.is_file(), name
        assert "keep(" in path.read_text(encoding="utf-8"), f"{name} keeps no figure for the table"
