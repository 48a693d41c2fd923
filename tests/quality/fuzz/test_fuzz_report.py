"""The report of `make fuzz`."""

import json
from pathlib import Path
from typing import Any

from quality.fuzz.__main__ import write
from quality.fuzz.targets import TARGETS


def outcome(target: str, executions: int, fault: str | None = None) -> dict[str, Any]:
    return {"target": target, "parser": "p", "executions": executions, "cpu_seconds": 5.0, "fault": fault}


def test_a_target_that_is_run_again_replaces_its_entry_and_no_other(tmp_path: Path) -> None:
    report = tmp_path / "reports" / "fuzz.json"
    write(report, [outcome("tables", 10), outcome("api-csv", 20, "ValueError: x")])
    write(report, [outcome("api-csv", 30)])
    document = json.loads(report.read_text())

    assert [(one["target"], one["executions"]) for one in document["targets"]] == [
        ("api-csv", 30),
        ("tables", 10),
    ]
    assert (document["executions"], document["faults"], document["parsers"]) == (40, 0, 2)
    assert set(document["parsers_not_run"]) == set(TARGETS) - {"api-csv", "tables"}


def test_a_fault_is_counted(tmp_path: Path) -> None:
    write(tmp_path / "fuzz.json", [outcome("api-csv", 20, "ValueError: x"), outcome("archive", 1)])
    assert json.loads((tmp_path / "fuzz.json").read_text())["faults"] == 1
