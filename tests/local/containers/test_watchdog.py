"""The program that ends what a runner has left behind."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE

from local.containers import watchdog

SLEEP = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"]


@pytest.fixture
def processes() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def started(processes: ExitStack, folder: Path, **options: Any) -> subprocess.Popen[bytes]:
    """A process as a runner starts it, but for the options; at the end of the test it is gone."""
    as_a_runner = {"cwd": folder, "stdin": subprocess.DEVNULL, "start_new_session": True}
    process = processes.enter_context(subprocess.Popen(SLEEP, **{**as_a_runner, **options}))
    processes.callback(process.kill)
    return process


def ended(lines: str) -> None:
    """What a watchdog does whose runner has ended after these lines."""
    program = [sys.executable, "-I", "-S", watchdog.__file__]
    subprocess.run(program, input=lines.encode(), check=True, timeout=PATIENCE)


def test_groups_that_are_listed_are_killed_and_no_other(processes: ExitStack, tmp_path: Path) -> None:
    kept, killed = started(processes, tmp_path), started(processes, tmp_path)
    ended(f"+{kept.pid}\n+{killed.pid}\n-{kept.pid}\n")
    assert killed.wait(PATIENCE) == -9
    assert kept.poll() is None


@pytest.mark.parametrize("name", ["work", 'with "quotes"\nand lines'])
def test_a_process_whose_start_was_under_way_is_killed(
    processes: ExitStack, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    process = started(processes, folder)
    ended(f"?{json.dumps(str(folder))}\n")
    assert process.wait(PATIENCE) == -9


def test_who_works_in_that_folder_otherwise_is_spared(processes: ExitStack, tmp_path: Path) -> None:
    others = [
        started(processes, tmp_path, stdin=subprocess.PIPE),
        started(processes, tmp_path, start_new_session=False),
        started(processes, tmp_path.parent),
    ]
    ended(f"?{json.dumps(str(tmp_path))}\n")
    assert [one.poll() for one in others] == [None, None, None]


def test_a_process_that_has_been_listed_since_is_known_by_its_group_alone(
    processes: ExitStack, tmp_path: Path
) -> None:
    process = started(processes, tmp_path)
    where = json.dumps(str(tmp_path))
    ended(f"?{where}\n+{process.pid}\n!{where}\n-{process.pid}\n")
    assert process.poll() is None
