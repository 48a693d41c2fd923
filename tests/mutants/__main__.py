"""`python tests/mutants`: a sample of planted faults, and which of them the tests see; see `make mutants`."""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import boto3
import hypothesis
import numpy
import pandas
import pytest
from operators import Mutant, mutants

_DESCRIPTION = """\
Plant a sample of faults in folders of the last commit, one at a time in a worktree of its own, run the
folder's tests until one fails, and write build/reports/mutants.json. A fault that every test passes has
survived: a test is missing, or the change changes nothing.
"""
ROOT = Path(__file__).parents[2]
_REPORT = ROOT / "build" / "reports" / "mutants.json"
# The tests of a folder, but for those that take minutes.
FOLDERS = {
    "stacks/constructs": ["stacks/constructs/**/test_*.py"],
    "lambda": ["lambda/test_[!p]*.py"],
    "local/pipeline": [
        *("local/pipeline/test_*.py", "local/jobs/test_tuning*.py"),
        "local/commands/test_train_command.py",
    ],
    "review": ["review/test_[!r]*.py", "review/test_rep*.py"],
    "model_code": ["model_code/test_*.py"],
}
# Loaded once, for all tests.
_SLOW_TO_LOAD = (boto3, hypothesis, numpy, pandas)
_LONGEST_RUN = 600
_SHARED = (".venv", "node_modules", "build", "cdk.out")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python tests/mutants",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folders", nargs="*", metavar="FOLDER", help=f"default: all; {', '.join(FOLDERS)}")
    parser.add_argument("--sample", type=int, default=20, help="faults of each folder (default: 20)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default: 1)")
    arguments = parser.parse_args()
    if unknown := sorted({*arguments.folders} - {*FOLDERS}):
        parser.error(f"there is no folder {unknown[0]}; choose from {', '.join(FOLDERS)}")
    os.nice(5)
    found: list[dict[str, Any]] = []
    with _worktree() as tree:
        for folder in arguments.folders or FOLDERS:
            tests = sorted({test for name in FOLDERS[folder] for test in (tree / "tests").glob(name)})
            if not _pass(tree, tests):
                parser.error(f"the tests of {folder} fail without any fault")
            for path, mutant in _sample(tree, folder, arguments.sample, arguments.seed):
                survived = _survives(tree, path, mutant, tests)
                place = f"{path.relative_to(tree)}:{mutant.line}"
                result = "survived" if survived else "killed"
                print(f"{result}\t{place}\t{mutant.before}\t{mutant.after}".replace("\n", " "), flush=True)
                one = {"folder": folder, "place": place, "before": mutant.before, "after": mutant.after}
                found.append({**one, "survived": survived})
                _REPORT.parent.mkdir(parents=True, exist_ok=True)
                _REPORT.write_text(json.dumps({"seed": arguments.seed, "mutants": found}, indent=1) + "\n")
    for folder, count in Counter(one["folder"] for one in found).items():
        killed = sum(one["folder"] == folder and not one["survived"] for one in found)
        print(f"{folder}: {killed} of {count} killed")
    return int(any(one["survived"] for one in found))


@contextmanager
def _worktree() -> Iterator[Path]:
    """The last commit in a folder of its own; what is installed and built is this one's."""
    with tempfile.TemporaryDirectory(prefix="slipway-mutants-") as folder:
        tree = Path(folder) / "tree"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), "HEAD"], check=True)
        try:
            for name in _SHARED:
                (tree / name).symlink_to(ROOT / name)
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def _sample(tree: Path, folder: str, size: int, seed: int) -> Sequence[tuple[Path, Mutant]]:
    every = [
        (path, mutant)
        for path in sorted((tree / folder).rglob("*.py"))
        for mutant in mutants(path.read_text())
    ]
    return random.Random(seed).sample(every, min(size, len(every)))


def _survives(tree: Path, path: Path, mutant: Mutant, tests: Sequence[Path]) -> bool:
    """Whether every test passes with the fault: those first that name the module."""
    naming = [test for test in tests if path.stem in test.read_text()]
    before = path.read_text()
    path.write_text(mutant.text)
    try:
        return all(_pass(tree, some) for some in (naming, [one for one in tests if one not in naming]))
    finally:
        path.write_text(before)


def _pass(tree: Path, tests: Sequence[Path]) -> bool:
    """Whether the tests pass, in a fork of this process, which has loaded already what takes long."""
    if not tests:
        return True
    child = os.fork()
    if not child:
        try:
            os.setpgid(0, 0)
            os.chdir(tree)
            for stream in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
            # An old module's byte code would be taken for a new one's of the same second and size.
            sys.dont_write_bytecode = True
            os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
            os._exit(pytest.main(["-q", "-x", "-p", "no:schemathesis", "--assert=plain", *map(str, tests)]))
        finally:
            os._exit(1)
    deadline = time.monotonic() + _LONGEST_RUN
    while not (ended := os.waitpid(child, os.WNOHANG))[0] and time.monotonic() < deadline:
        time.sleep(0.05)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if not ended[0]:
        os.waitpid(child, 0)
    return bool(ended[0]) and os.waitstatus_to_exitcode(ended[1]) == 0


if __name__ == "__main__":
    sys.exit(main())
