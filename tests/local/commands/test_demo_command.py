"""`slipway demo` beside what a killed serve has left, what it starts played by programs of a few lines."""

import json
import os
import sys
from pathlib import Path

import pytest

import assembly
from local.__main__ import main
from local.commands import demo
from local.pipeline.held_out import HeldOut
from local.terminal import background

ROOT = Path(__file__).resolve().parents[3]
# Answers as serve does, until it is told to stop.
SERVES = """
import asyncio, os, signal, sys
from pathlib import Path
from assembly.address import Address
from local.serve import control, state_file

async def obey(request, note):
    pass

async def main(curl):
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    with state_file.claimed(Path("build")) as state:
        address = Address("Api", "slipway-dev-shop", "shop")
        api = state_file.ServedApi(address.name, address, "http://127.0.0.1:1/prod", "log", [], curl)
        state_file.write(state, state_file.Served("http://127.0.0.1:1", os.getpid(), "eu-west-1", [], [api]))
        async with control.listening(state.parent, obey):
            await stopped.wait()
    Path("stopped").touch()

asyncio.run(main(*sys.argv[1:] or [None]))
"""
CURL = "curl --data 'a b' http://127.0.0.1:1/prod/shop"
ENDS = "raise SystemExit('error: no port is free')"
SAYS_NOTHING = "raise SystemExit(3)"
EVALUATES = """
import pathlib, sys
folder = sys.argv[sys.argv.index("--output") + 1]
pathlib.Path(folder, "evaluation.json").touch()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "rows.csv": "1\n",
        "scripts/model_code.py": EVALUATES,
        "bin/curl": "#!/bin/sh\nprintf '%s|' \"$@\"\nexit ${CURL_ENDS:-0}\n",
        # What a serve that was killed leaves.
        "build/serve.json": json.dumps({"pid": 1, "url": "http://127.0.0.1:1", "endpoints": [], "apis": []}),
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "bin" / "curl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr(demo, "_PROJECT", tmp_path)
    monkeypatch.setattr(assembly, "load", lambda path: None)
    monkeypatch.setattr(demo, "most_telling", lambda *given: [])
    monkeypatch.setattr(HeldOut, "of_last_training", lambda *given: HeldOut([Path("rows.csv")], {}))
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, serve: str, *arguments: str) -> int:
    def command(verb: str, *given: str) -> list[str]:
        return [sys.executable, "-c", *([serve, *arguments] if verb == "serve" else [""])]

    monkeypatch.setattr(background, "command", command)
    return main(["demo", "shop"])


def test_it_waits_for_its_own_serve_calls_its_api_and_stops_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, SERVES, CURL) == 0
    assert capfd.readouterr().out.splitlines() == [
        "",
        "one request through the API:",
        f"  {CURL}",
        "--data|a b|http://127.0.0.1:1/prod/shop|--silent|--show-error|--fail|",
        "",
        "wrote build/reports/shop-evaluation.json",
    ]
    assert (folder / "stopped").exists()
    assert (folder / "build" / "reports" / "shop-evaluation.json").exists()


def test_an_api_that_refuses_the_request_is_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CURL_ENDS", "22")
    assert run(monkeypatch, SERVES, CURL) == 22
    assert "wrote" not in capfd.readouterr().out
    assert (folder / "stopped").exists()


@pytest.mark.parametrize(("serve", "why"), [(ENDS, "error: no port is free"), (SAYS_NOTHING, "error:")])
def test_a_serve_that_does_not_start_ends_it_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], serve: str, why: str
) -> None:
    assert run(monkeypatch, serve) == 1
    said = capfd.readouterr().err
    assert why in said
    assert "the endpoints did not start" in said


def test_a_workload_without_a_command_to_show_is_an_error_and_nothing_is_left(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, SERVES) == 1
    assert "error: shop has no API with an example" in capfd.readouterr().err
    assert (folder / "stopped").exists()


def test_an_evaluation_that_fails_ends_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "scripts" / "model_code.py").write_text("raise SystemExit(4)")
    assert run(monkeypatch, SERVES, CURL) == 4
    assert not (folder / "stopped").exists()
