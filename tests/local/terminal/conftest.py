"""What the tests of commands that end with an error share."""

import json
from pathlib import Path

import pytest
from ended import PACKAGE, Ended
from pipelines import fit, write_pipeline

from local import __main__ as command_line


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text("1\n")
    return tmp_path


@pytest.fixture
def slipway(capsys: pytest.CaptureFixture[str]) -> Ended:
    """Runs a command in this process: its exit code, and what it printed."""

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = command_line.main(arguments)
        except SystemExit as ended:  # argparse's
            code = int(ended.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def registry(folder: Path) -> Path:
    write_pipeline(folder / "cdk.out", fit())
    package = folder / "build" / "registry" / "slipway-dev-shop" / "1" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text(json.dumps(PACKAGE))
    return package
