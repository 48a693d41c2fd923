"""`python -m quality.fuzz`: every parser for some minutes of CPU; see `make fuzz`."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assembly.program import ended
from local.commands.options import at_least_one, positive
from local.terminal.console import print_table
from quality import command_line
from quality.fuzz.target import ROOT, WORK, Target
from quality.fuzz.targets import TARGETS

_DESCRIPTION = """\
Fuzz every parser by atheris, each for so many seconds of CPU, and write build/reports/fuzz.json.

A fault is whatever a parser raises that it does not document, and a result that is not what was written: it
ends its target's run and makes the exit code 1. Its input is build/fuzz/<target>/crash-*; with the fault put
right, copy the input to quality/fuzz/corpus/<target>/, from where the default tests replay it.
"""
_REPORT = ROOT / "build" / "reports" / "fuzz.json"
_LONGEST_INPUT = 4096
_SECONDS_A_RUN = 25
_MEMORY_MB = 3000


def main() -> int:
    parser = command_line.parser("fuzz", _DESCRIPTION)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"default: all; {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=positive, default=1200, help="CPU of each target (default: 1200)")
    parser.add_argument(
        "--executions",
        type=at_least_one,
        help="end each target after so many, and repeat the same ones each time",
    )
    parser.add_argument("--jobs", type=at_least_one, default=os.cpu_count(), help="at a time (default: CPUs)")
    arguments = parser.parse_args()
    if unknown := sorted({*arguments.targets} - {*TARGETS}):
        parser.error(f"there is no target {unknown[0]}; choose from {', '.join(TARGETS)}")
    budget = Budget(arguments.seconds, arguments.executions)
    return _run([TARGETS[name] for name in arguments.targets or TARGETS], budget, arguments.jobs)


@dataclass(frozen=True)
class Budget:
    """How long each target is fuzzed: seconds of CPU, and how many executions, where those are limited.

    With a limit the inputs are the same each time: they come from the committed corpus and a fixed seed.
    """

    seconds: float
    executions: int | None = None

    def prepare(self, found: Path) -> list[str]:
        """Make libFuzzer's folder for what it finds, and return its options."""
        if self.executions:
            shutil.rmtree(found, ignore_errors=True)
        found.mkdir(parents=True, exist_ok=True)
        return ["-seed=1"] if self.executions else []

    def environment(self) -> dict[str, str]:
        return {"PYTHONHASHSEED": "0"} if self.executions else {}


def _run(targets: Sequence[Target], budget: Budget, jobs: int) -> int:
    found: list[dict[str, Any]] = []
    started = time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        for future in as_completed([pool.submit(_fuzz, target, budget) for target in targets]):
            found.append(future.result())
            _note(found[-1], len(found), len(targets), time.monotonic() - started)
            write(_REPORT, found)
    print_table(
        ("target", "parser", "executions", "CPU s", "fault"),
        [
            (
                one["target"],
                one["parser"],
                f"{one['executions']:,}",
                f"{one['cpu_seconds']:.0f}",
                one["fault"] or "-",
            )
            for one in _in_order(found)
        ],
    )
    return 1 if any(one["fault"] for one in found) else 0


def _fuzz(target: Target, budget: Budget) -> dict[str, Any]:
    folder = WORK / target.name
    options = budget.prepare(folder / "corpus")
    result = folder / "result.json"
    result.unlink(missing_ok=True)
    command = [
        *(sys.executable, "-m", "quality.fuzz.worker", target.name),
        *(str(budget.seconds), str(budget.executions or 0), str(result)),
        *(f"-artifact_prefix={folder}/", f"-max_len={_LONGEST_INPUT}", f"-timeout={_SECONDS_A_RUN}"),
        *(f"-rss_limit_mb={_MEMORY_MB}", *options, str(folder / "corpus"), str(target.corpus)),
    ]
    with (folder / "log").open("wb") as log, tempfile.TemporaryDirectory(dir=_memory()) as scratch:
        environment = {**os.environ, **budget.environment(), "TMPDIR": scratch}
        code = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, check=False
        ).returncode
    ended = {"executions": 0, "cpu_seconds": 0.0, "fault": f"ended with code {code}; see {folder / 'log'}"}
    outcome = json.loads(result.read_text()) if result.exists() else ended
    return {"target": target.name, "parser": target.parser, **outcome}


def _memory() -> str | None:
    """A folder in memory, where there is one: some parsers read files."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own is made in it


def write(path: Path, found: Sequence[dict[str, Any]]) -> None:
    """Write the report; of targets that were not run it keeps what the last report says."""
    before = json.loads(path.read_text())["targets"] if path.exists() else []
    run = {one["target"] for one in found}
    kept = [one for one in before if one["target"] in TARGETS and one["target"] not in run]
    targets = _in_order([*kept, *found])
    document = {
        "parsers": len(targets),
        "parsers_not_run": [name for name in TARGETS if name not in {one["target"] for one in targets}],
        "executions": sum(one["executions"] for one in targets),
        "least_cpu_seconds_of_a_parser": min(one["cpu_seconds"] for one in targets),
        "faults": sum(one["fault"] is not None for one in targets),
        "targets": targets,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(document, indent=1) + "\n")
    temporary.replace(path)


def _in_order(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda one: [*TARGETS].index(one["target"]))


def _note(one: dict[str, Any], done: int, of: int, seconds: float) -> None:
    fault = one["fault"] or "no fault"
    text = f"{done} of {of}, {seconds:.0f} s: {one['target']}: {one['executions']:,} executions, {fault}"
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(ended(main))
