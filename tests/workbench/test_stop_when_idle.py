"""The program that stops an idle notebook instance, against a server that answers as Jupyter does."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from assemblies import ROOT

from stacks.constructs.operations.notebook import on_start

ARN = "arn:aws:sagemaker:eu-central-1:123456789012:notebook-instance/slipway-dev-workbench"
MINUTES = 60


def ago(minutes: float, form: str = "%Y-%m-%dT%H:%M:%S.%fZ") -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).strftime(form)


def kernel(minutes: float, state: str = "idle") -> dict[str, Any]:
    return {"id": "k", "execution_state": state, "last_activity": ago(minutes), "connections": 1}


def terminal(minutes: float) -> dict[str, Any]:
    return {"name": "1", "last_activity": ago(minutes, "%Y-%m-%dT%H:%M:%SZ")}


@pytest.fixture
def jupyter() -> Iterator[tuple[str, dict[str, Any]]]:
    """A server and the answers that it gives, by path; any other path is unknown to it."""
    answers: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path in answers
            self.send_response(200 if known else 404)
            self.end_headers()
            self.wfile.write(json.dumps(answers.get(self.path)).encode())

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", answers
    server.shutdown()
    thread.join()
    server.server_close()


type Run = Callable[..., tuple[subprocess.CompletedProcess[str], str]]


@pytest.fixture
def run(jupyter: tuple[str, dict[str, Any]], tmp_path: Path) -> Run:
    """Runs the program on an instance that started so many minutes ago; returns how the AWS command line
    was called, too."""
    url, answers = jupyter
    program = tmp_path / "stop_when_idle.py"
    program.write_text((ROOT / "workbench" / "stop_when_idle.py").read_text())
    metadata = tmp_path / "resource-metadata.json"
    metadata.write_text(json.dumps({"ResourceArn": ARN, "ResourceName": "slipway-dev-workbench"}))
    calls = tmp_path / "calls"

    def start(
        kernels: Sequence[Any] = (), terminals: Sequence[Any] = (), *, up: float = 600, aws: str = "exit 0"
    ) -> tuple[subprocess.CompletedProcess[str], str]:
        answers.update({"/api/kernels": kernels, "/api/terminals": terminals})
        fake = tmp_path / "aws"
        fake.write_text(f'#!/bin/sh\necho "$*" >> {calls}\n{aws}\n')
        fake.chmod(0o755)
        os.utime(program, (time.time() - up * 60,) * 2)
        done = subprocess.run(
            [sys.executable, program, str(MINUTES), "--jupyter", url, "--metadata", metadata],
            env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done, calls.read_text() if calls.exists() else ""

    return start


STOPPED = (
    "sagemaker stop-notebook-instance --notebook-instance-name slipway-dev-workbench --region eu-central-1\n"
)


@pytest.mark.parametrize(
    ("kernels", "terminals"),
    [
        ([], []),
        ([kernel(61)], []),
        ([kernel(61), kernel(500)], [terminal(90)]),
        ([], [terminal(61)]),
        ([kernel(61, "starting")], []),
    ],
    ids=["nothing was opened", "one kernel", "several", "a terminal", "a kernel that nobody connected to"],
)
def test_a_notebook_that_nobody_uses_stops_itself(run: Run, kernels: Any, terminals: Any) -> None:
    done, called = run(kernels, terminals)
    assert (done.returncode, called) == (0, STOPPED)
    assert "stopping it" in done.stdout


@pytest.mark.parametrize(
    ("kernels", "terminals", "up"),
    [
        ([kernel(500, "busy")], [], 600),
        ([kernel(500), kernel(10)], [], 600),
        ([kernel(500)], [terminal(10)], 600),
        ([], [], 59),
        ([kernel(500)], [], 5),
    ],
    ids=["at work", "one of two", "a terminal", "just started", "started again"],
)
def test_a_notebook_in_use_stays(run: Run, kernels: Any, terminals: Any, up: float) -> None:
    done, called = run(kernels, terminals, up=up)
    assert (done.returncode, called, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "kernels", [[{"id": "k"}], [kernel(0) | {"last_activity": "yesterday"}], {"message": "Forbidden"}, None]
)
def test_an_answer_that_says_nothing_about_use_stops_nothing(run: Run, kernels: Any) -> None:
    done, called = run(kernels)
    assert (done.returncode, called) == (1, "")
    assert done.stderr.startswith("error: cannot tell whether the notebook is idle")
    assert "Traceback" not in done.stderr


def test_a_server_that_is_not_there_stops_nothing(tmp_path: Path) -> None:
    program = ROOT / "workbench" / "stop_when_idle.py"
    done = subprocess.run(
        [sys.executable, program, "15", "--jupyter", "http://127.0.0.1:9"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Connection refused" in done.stderr


def test_a_refusal_of_the_service_is_told(run: Run) -> None:
    done, called = run(aws="exit 254")
    assert (done.returncode, called) == (1, STOPPED)
    assert "254" in done.stderr


def test_the_program_is_written_for_the_python_of_the_instance() -> None:
    """Amazon Linux 2023 has Python 3.9."""
    import ast

    ast.parse((ROOT / "workbench" / "stop_when_idle.py").read_text(), feature_version=(3, 9))


@pytest.fixture
def started(tmp_path: Path) -> tuple[Path, str]:
    """A root that the script has run in, and the calls of systemctl."""
    root, calls = tmp_path / "root", tmp_path / "calls"
    (root / "etc/systemd/system").mkdir(parents=True)
    fake = tmp_path / "systemctl"
    fake.write_text(f'#!/bin/sh\necho "$*" >> {calls}\n')
    fake.chmod(0o755)
    script = on_start(MINUTES)
    for place in ("/usr/local/lib", "/etc/systemd"):
        assert f"={place}" in script
        script = script.replace(f"={place}", f"={root}{place}")
    subprocess.run(
        ["/bin/bash", "-c", script],
        env={"PATH": f"{tmp_path}:/sbin:/bin:/usr/sbin:/usr/bin"},
        check=True,
        capture_output=True,
    )
    return root, calls.read_text()


def test_starting_lays_the_program_down_as_it_is_tested_here(started: tuple[Path, str]) -> None:
    root, _ = started
    laid = root / "usr/local/lib/slipway/stop_when_idle.py"
    assert laid.read_text() == (ROOT / "workbench" / "stop_when_idle.py").read_text()


def test_starting_lets_a_timer_run_it_every_five_minutes(started: tuple[Path, str]) -> None:
    root, calls = started
    units = root / "etc/systemd/system"
    assert "OnCalendar=*:0/5\n" in (units / "stop-when-idle.timer").read_text()
    service = (units / "stop-when-idle.service").read_text()
    assert f"ExecStart=/usr/bin/python3 {root}/usr/local/lib/slipway/stop_when_idle.py {MINUTES}\n" in service
    assert calls.splitlines() == ["daemon-reload", "start stop-when-idle.timer"]


def test_nothing_of_it_is_fetched() -> None:
    script = on_start(MINUTES)
    assert not [word for word in ("curl", "wget", "pip ", "git ", "dnf", "yum") if word in script]
