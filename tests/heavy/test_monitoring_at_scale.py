"""A million captured rows are compared in the memory that a few need."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from captured_requests import END, HEADER, START, customers, line
from patience import PATIENCE

ROOT = Path(__file__).parents[2]
# Runs a folder of model_code with these arguments, and prints the most memory that it had, in KiB.
MEASURED = """
import resource, runpy, sys
sys.path[:0] = ["scripts"]
sys.argv = ["scripts/model_code.py", *sys.argv[1:]]
try:
    runpy.run_path("scripts/model_code.py", run_name="__main__")
except SystemExit as end:
    assert not end.code, end.code
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def run(*arguments: object) -> int:
    """The peak, in KiB, of the process that does the work."""
    command = [sys.executable, "-c", MEASURED, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=10 * PATIENCE, check=True
    )
    return int(done.stdout.split("\n")[-2])


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("described")
    (folder / "data").mkdir()
    rows = [HEADER, *customers(20_000, 1)]
    (folder / "data" / "rows.csv").write_text("".join(",".join(row) + "\n" for row in rows))
    run("shared/baseline", "--data", folder / "data", "--output", folder)
    for name in ("statistics", "constraints"):
        (folder / name).mkdir()
        (folder / f"{name}.json").rename(folder / name / f"{name}.json")
    return folder


def peak(folder: Path, described: Path, rows: int) -> int:
    """The peak of comparing so many captures of a row each."""
    captures, labels = folder / "captures" / "2026" / "11" / "30" / "00", folder / "labels"
    for one in (captures, labels):
        one.mkdir(parents=True)
    few = customers(10_000, 2)
    with (captures / "00-00-000-test.jsonl").open("w") as file:
        file.writelines(line([few[number % 10_000]], f"id-{number}") for number in range(rows))
    found = run(
        "shared/monitor",
        *("--captures", folder / "captures", "--labels", labels, "--output", folder / "output"),
        *("--statistics", described / "statistics", "--constraints", described / "constraints"),
        *("--endpoint", "e", "--schedule", "s", "--start", START, "--end", END),
    )
    report = json.loads((folder / "output" / "monitoring.json").read_text())
    assert (report["rows"], report["skipped"]) == (rows, 0)
    return found


def test_the_memory_does_not_grow_with_the_captures(tmp_path: Path, described: Path) -> None:
    few, many = (peak(tmp_path / str(rows), described, rows) for rows in (50_000, 1_000_000))
    print(f"peak: {few / 1024:.0f} MB for 50,000 rows, {many / 1024:.0f} MB for 1,000,000")
    assert many < 1.1 * few
