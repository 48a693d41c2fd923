"""The README's table of workloads: what the records say, and no row by hand."""

from pathlib import Path

import pytest
from assemblies import MODELS, ROOT

from quality.checks.documents import write_or_compare
from quality.checks.workload_table import page
from stacks.workloads.shared.record import workloads

README = ROOT / "README.md"


def test_the_readme_has_the_table_of_the_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    current = page(README.read_text(), workloads())
    assert write_or_compare(README, current, write=False) == 0
    assert all(f"| {name} |" in current or f"[{name}](docs/{name}.md)" in current for name in MODELS)


def test_a_row_by_hand_is_replaced_and_the_text_around_it_stays() -> None:
    text = "# A\n\n| name | x |\n| --- | --- |\n| by hand | y |\n\nb\n"
    written = page(text, workloads()[:1])
    assert (written.startswith("# A\n\n| name |"), written.endswith("|\n\nb\n")) == (True, True)
    assert "by hand" not in written
    assert page(written, workloads()[:1]) == written


def test_a_readme_without_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a table"):
        page("# A\n", workloads())


def test_a_workload_is_linked_to_its_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    table = "| name | x |\n| --- | --- |\n"
    name = workloads()[0].name
    assert f"| {name} |" in page(table, workloads())
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / f"{name}.md").touch()
    assert f"| [{name}](docs/{name}.md) |" in page(table, workloads())
