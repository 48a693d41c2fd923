"""A command whose streams are closed or full, and one that a signal ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE
from runner import ROOT


def process(folder: Path, *arguments: str | bytes, **streams: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "local", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
    )


PRINTING = [["--help"], ["models", "shop"], ["runs", "shop"], ["environments"]]


@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_full_disk_behind_standard_output(folder: Path, registry: Path, arguments: Sequence[str]) -> None:
    with Path("/dev/full").open("w") as full, process(folder, *arguments, stdout=full) as one:
        _, err = one.communicate(timeout=PATIENCE)
    assert (one.returncode, err.count(b"\n")) == (1, 1)
    assert b"error: a file or standard output: No space left on device" in err


@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_reader_that_has_gone(folder: Path, registry: Path, arguments: Sequence[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with process(folder, *arguments, stdout=writing) as one:
        os.close(writing)
        _, err = one.communicate(timeout=PATIENCE)
    assert (one.returncode, err) == (128 + signal.SIGPIPE, b"")


@pytest.mark.parametrize("closed", [0, 1, 2], ids=["input", "output", "errors"])
def test_streams_that_are_closed(folder: Path, registry: Path, closed: int) -> None:
    script = f'exec "$0" -m local models shop {closed}>&-'
    done = subprocess.run(
        ["/bin/sh", "-c", script, sys.executable],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    "arguments",
    [[b"models", b"\xff"], [b"models", b"shop", b"--assembly", b"\xff"], [b"runs", b"\xff"], [b"\xff"]],
    ids=["a workload", "an assembly", "runs", "a verb"],
)
def test_arguments_that_are_no_utf_8(folder: Path, registry: Path, arguments: Sequence[bytes]) -> None:
    with process(folder, *arguments) as one:
        _, err = one.communicate(timeout=PATIENCE)
    assert b"Traceback" not in err
    assert one.returncode in (0, 1, 2)


class Importing:
    """A process that waits in the middle of its imports."""

    def __init__(self, folder: Path) -> None:
        (folder / "slow").mkdir()
        os.mkfifo(folder / "slow" / "here")
        # The first module that a command imports beside Python's own.
        (folder / "slow" / "uvloop.py").write_text(
            f"with open({str(folder / 'slow' / 'here')!r}, 'w') as here:\n    here.write('x')\n"
            "import signal\nsignal.pause()\n"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local", "serve"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": f"{folder / 'slow'}:{ROOT}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert (folder / "slow" / "here").read_text() == "x"


@pytest.fixture
def importing(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with Importing(folder).process as one:
        yield one
        one.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_python_imports(importing: subprocess.Popen[bytes], number: signal.Signals) -> None:
    importing.send_signal(number)
    out, err = importing.communicate(timeout=PATIENCE)
    assert (out, err) == (b"", b"")
    # A shell calls both 128 + n.
    assert importing.returncode in (-number, 128 + number)
