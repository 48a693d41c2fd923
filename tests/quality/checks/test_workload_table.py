"""The tables of workloads in the README and in docs: what the records say, and no row by hand."""

from dataclasses import replace
from pathlib import Path

import pytest
from assemblies import MODELS, ROOT

from quality.checks import workload_table
from quality.checks.workload_table import TABLES, Table
from stacks.workloads.shared.record import workloads

SUMMARY = TABLES[0]
BY_HAND = (
    "# A\n\n| name | what it does | containers | also needs |\n| --- | --- | --- | --- |\n"
    "| by hand | y | z | - |\n\nb\n"
)


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_no_page_is_stale() -> None:
    assert workload_table.update(write=False) == 0


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.document.name)
def test_each_table_has_a_row_for_each_workload(table: Table) -> None:
    rows = table.page(table.document.read_text(encoding="utf-8"), workloads()).splitlines()
    start = rows.index(f"| {' | '.join(table.head)} |") + 2
    named = [row.split("|")[1].strip().lstrip("[").partition("]")[0] for row in rows[start:][: len(MODELS)]]
    assert named == sorted(MODELS)


def test_the_api_of_a_workload_comes_from_its_contract() -> None:
    [row] = [TABLES[1].row(one) for one in workloads() if one.name == "churn"]
    assert row == [
        "churn",
        "`POST /churn`",
        "`application/json`, `text/csv`",
        "[openapi.json](../lambda/predict_churn/openapi.json)",
    ]


def test_a_row_by_hand_is_replaced_and_the_text_around_it_stays() -> None:
    written = SUMMARY.page(BY_HAND, workloads()[:1])
    assert (written.startswith("# A\n\n| name |"), written.endswith("|\n\nb\n")) == (True, True)
    assert "by hand" not in written
    assert SUMMARY.page(written, workloads()[:1]) == written


def test_a_stale_page_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = tmp_path / "README.md"
    stale.write_text(BY_HAND)
    monkeypatch.setattr(workload_table, "TABLES", (replace(SUMMARY, document=stale),))
    assert workload_table.update(write=False) == 1


@pytest.mark.parametrize("text", ["# A\n", BY_HAND * 2], ids=["none", "two"])
def test_a_page_with_no_table_or_two_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"README\.md: expected 1 table with the head .*, got [02]"):
        SUMMARY.page(text, workloads())


def test_environments_and_weights_of_its_own_are_named() -> None:
    one = replace(workloads()[0], environments=("deepar",), weights="minilm")
    assert SUMMARY.row(one)[-1] == "`deepar`, weights `minilm`"
    assert SUMMARY.row(replace(one, environments=(), weights=""))[-1] == "-"


def test_a_workload_is_linked_to_its_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    one = workloads()[0]
    assert SUMMARY.row(one)[0] == one.name
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / f"{one.name}.md").touch()
    assert SUMMARY.row(one)[0] == f"[{one.name}](docs/{one.name}.md)"
