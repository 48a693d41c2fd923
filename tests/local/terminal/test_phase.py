"""Phases: one line each when piped, their seconds beside it on a terminal, a log of what commands print."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest
from patience import PATIENCE
from processes import wait_until

from local.terminal.phase import phase, run

ROOT = Path(__file__).resolve().parents[3]
PHASE = ROOT / "scripts" / "phase"


def on_a_terminal(*command: str) -> str:
    """What the command writes to a terminal as its standard error."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs):
        os.close(theirs)
        written = b""
        # The kernel answers so when the last process has closed the terminal.
        while piece := _read(ours):
            written += piece
    os.close(ours)
    return written.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def test_a_phase_that_is_piped_is_one_line_before_it_begins(capsys: pytest.CaptureFixture[str]) -> None:
    with phase("packing", so_far=lambda: "3 MB"):
        assert capsys.readouterr().err == "packing\n"
    assert capsys.readouterr().err == ""


def test_a_phase_on_a_terminal_is_one_line_with_its_time(tmp_path: Path) -> None:
    shown = on_a_terminal(str(PHASE), "packing", str(tmp_path / "log"), "true")

    lines = shown.split("\r\n")
    assert lines[1:] == [""]
    assert lines[0].split("\r\x1b[K") == ["", "packing  0 s", "packing  0 s"]


def test_the_line_on_a_terminal_is_drawn_again_while_the_phase_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    again = Event()
    asked = []

    class Terminal:
        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> None:
            asked.append(text)
            if text.count("7 MB") and len(asked) > 1:
                again.set()

        def flush(self) -> None:
            pass

    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(sys, "__stderr__", sys.stderr)
    with phase("packing", so_far=lambda: "7 MB"):
        assert again.wait(PATIENCE)
    assert all("7 MB" in text for text in asked)


def test_what_a_command_prints_is_in_the_log_and_nowhere_else(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "logs" / "echo.log"

    assert run("talking", log, ["sh", "-c", "echo one; echo ERROR two >&2"]) == 0

    assert log.read_text() == "one\nERROR two\n"
    assert capfd.readouterr() == ("", "talking\n")


def test_a_command_that_fails_shows_why_and_then_where_its_log_is(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log"

    assert run("counting", log, ["sh", "-c", "seq 30; exit 7"]) == 7

    out, err = capfd.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "counting",
        *map(str, range(11, 31)),
        f"error: counting: sh ended with exit code 7; the lines above are the end of {log}",
    ]


def test_the_exit_code_of_a_command_that_a_signal_ended_is_the_shells(tmp_path: Path) -> None:
    done = subprocess.run(
        [PHASE, "ending", tmp_path / "log", "sh", "-c", "kill -TERM $$"], capture_output=True, check=False
    )

    assert done.returncode == 128 + signal.SIGTERM


def test_ctrl_c_lets_the_command_end_in_its_own_way(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = "trap 'echo cleaned; exit 9' INT; echo ready; while :; do sleep 0.05; done"
    with subprocess.Popen(
        [PHASE, "waiting", log, "bash", "-c", command],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        assert wait_until(lambda: log.exists() and "ready" in log.read_text())
        os.killpg(process.pid, signal.SIGINT)

    assert process.returncode == 9
    assert log.read_text() == "ready\ncleaned\n"


@pytest.mark.parametrize("command", ["no-such-command", str(ROOT)])
def test_a_command_that_cannot_be_started_is_named(tmp_path: Path, command: str) -> None:
    done = subprocess.run(
        [PHASE, "starting", tmp_path / "log", command], capture_output=True, text=True, check=False
    )

    assert done.returncode == 127
    assert done.stderr.startswith(f"starting\nerror: starting: {command}: ")
