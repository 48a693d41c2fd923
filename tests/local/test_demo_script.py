"""scripts/demo beside what a killed serve has left, its commands played by scripts of a few lines."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
SERVES = """
echo "slipway-dev-shop answers at http://127.0.0.1:1/prod/; try:"
echo "  curl --header X http://127.0.0.1:1/prod/shop"
echo "Ctrl-C stops it"
trap 'echo stopped > stopped; exit 0' TERM
while :; do sleep 0.05; done
"""
ENDS = "echo 'error: no port is free' >&2; exit 1"
# Before its handlers are there, a signal is as it finds it: SIGINT is ignored in the background of a script.
SAYS_NOTHING = "sleep 0.1; exit 3"


def demo(folder: Path, serve: str) -> subprocess.CompletedProcess[str]:
    commands = {
        "scripts/phase": 'exec "${@:3}"',
        "bin/slipway": f"[[ $1 == serve ]] || exit 0\n{serve}",
        "bin/python": 'if [[ $1 == *test_part.py ]]; then echo rows.csv; else touch "$6/evaluation.json"; fi',
        "bin/curl": 'echo "$@"',
    }
    for name, script in commands.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/usr/bin/env bash\nset -euo pipefail\n{script}\n")
        path.chmod(0o755)
    (folder / "rows.csv").write_text("1\n")
    (folder / "build").mkdir()
    # What a serve that was killed leaves.
    (folder / "build" / "serve.json").write_text(json.dumps({"pid": 1, "url": "http://127.0.0.1:1"}))
    return subprocess.run(
        ["/usr/bin/env", "bash", str(ROOT / "scripts" / "demo"), "shop"],
        cwd=folder,
        env={**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_it_waits_for_its_own_serve_and_stops_it(tmp_path: Path) -> None:
    done = demo(tmp_path, SERVES)
    assert done.returncode == 0, done.stderr
    assert "--header X http://127.0.0.1:1/prod/shop --silent --show-error --fail" in done.stdout
    assert (tmp_path / "stopped").exists()


@pytest.mark.parametrize(("serve", "why"), [(ENDS, "error: no port is free"), (SAYS_NOTHING, "error:")])
def test_a_serve_that_does_not_start_ends_it_with_the_reason(tmp_path: Path, serve: str, why: str) -> None:
    done = demo(tmp_path, serve)
    assert done.returncode == 1
    assert why in done.stderr
    assert "the endpoints did not start" in done.stderr
    assert "command not found" not in done.stderr


def test_a_workload_without_a_command_to_show_is_an_error_and_nothing_is_left(tmp_path: Path) -> None:
    done = demo(tmp_path, SERVES.replace("; try:", ""))
    assert done.returncode == 1
    assert "error: shop has no API with an example" in done.stderr
    assert (tmp_path / "stopped").exists()
