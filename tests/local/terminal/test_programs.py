"""The programs beside `slipway` end like it: one line that says what to do, never a traceback."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE
from runner import ROOT

STACK = {
    "type": "aws:cloudformation:stack",
    "environment": "aws://unknown-account/eu-west-1",
    "properties": {"templateFile": "template.json"},
}


def ended(folder: Path, *arguments: str, **streams: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
        timeout=PATIENCE,
        check=False,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
    )


def is_an_error(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode in (1, 2), done.stderr
    assert "Traceback" not in done.stderr
    assert "error: " in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "arguments",
    [
        *(["review"], ["review", "none"], ["review", "diff", "absent", "absent"]),
        *(["review", "diff", "/dev/null", "/dev/null"], ["review", "snapshot", "absent", "to"]),
        *(["quality.checks"], ["quality.checks", "absent"], ["quality.checks", "/dev/null"]),
        *(
            ["quality.checks.teardown"],
            ["quality.checks.teardown", "dev", "absent"],
            ["quality.checks.teardown", "other", "."],
        ),
        *(
            ["quality.bench", "--assembly", "absent"],
            ["quality.bench", "--repetitions", "0"],
            ["quality.bench", "--minutes", "x"],
        ),
        *(["quality.resilience", "none"], ["quality.resilience", "kills", "--assembly", "absent"]),
        *(["quality.fuzz", "none"], ["quality.fuzz", "--seconds", "nan"], ["quality.fuzz", "--jobs", "0"]),
    ],
    ids=" ".join,
)
def test_arguments_that_are_none(tmp_path: Path, arguments: Sequence[str]) -> None:
    is_an_error(ended(tmp_path, *arguments))


@pytest.mark.parametrize(
    ("manifest", "template"),
    [
        (b"{", b"{}"),
        (b"[]", b"{}"),
        (b"\xff", b"{}"),
        (b"[" * 100_000, b"{}"),
        (b'{"artifacts": []}', b"{}"),
        (b'{"artifacts": {"A": 1}}', b"{}"),
        (None, b"["),
        (None, b"[]"),
        (None, b'{"Resources": []}'),
        (None, b'{"Resources": {"A": 1}}'),
        (None, b'{"Resources": {"A": {"Type": "T", "Properties": []}}}'),
        (None, b'{"Outputs": {"A": "b"}}'),
    ],
)
def test_an_assembly_of_another_form_is_not_reviewed(
    tmp_path: Path, manifest: bytes | None, template: bytes
) -> None:
    good = json.dumps({"artifacts": {"Shop": STACK}}).encode()
    (tmp_path / "cdk.out").mkdir()
    (tmp_path / "cdk.out" / "manifest.json").write_bytes(good if manifest is None else manifest)
    (tmp_path / "cdk.out" / "template.json").write_bytes(template)
    is_an_error(ended(tmp_path, "review", "diff", "cdk.out", "cdk.out"))


def test_a_review_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "cdk.out").mkdir()
    (tmp_path / "cdk.out" / "manifest.json").write_text(json.dumps({"artifacts": {"Shop": STACK}}))
    (tmp_path / "cdk.out" / "template.json").write_text('{"Resources": {}}')
    with Path("/dev/full").open("w") as full:
        done = ended(tmp_path, "review", "diff", "cdk.out", "cdk.out", stdout=full)
    message = "error: a file or standard output: No space left on device; make room, then try again\n"
    assert (done.returncode, done.stderr) == (1, message)
    (tmp_path / "file").touch()
    is_an_error(ended(tmp_path, "review", "snapshot", "cdk.out", "file"))
