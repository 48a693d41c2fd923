"""`slipway build-images`: which images it builds, and from what."""

from pathlib import Path

import pytest
from runner import Runner

FAKE = """#!/bin/sh
echo "$@" >> "$0.calls"
if [ "$1" = build ]; then for last; do :; done; ls "$last" >> "$0.files"; fi
if [ "$1" = inspect ]; then echo 123000000; fi
"""
# Describes the lock: nothing here reaches a registry.
NO_SBOM = '#!/bin/sh\nfor last; do :; done; [ -f "$last" ]\n'


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `podman` that writes down what it is asked, and the files of each context."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, script in (("podman", FAKE), ("uv", NO_SBOM)):
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder / "podman"


def test_an_image_that_is_named_is_built_alone_from_its_context(runner: Runner, engine: Path) -> None:
    code, out, errors = runner.run("build-images", "script-mode", "--engine", "podman")

    assert code == 0, errors
    built = [call for call in engine.with_name("podman.calls").read_text().splitlines() if "build" in call]
    assert len(built) == 1
    assert "--tag localhost/slipway-script-mode:latest" in built[0]
    files = engine.with_name("podman.files").read_text().splitlines()
    assert {"Dockerfile", "requirements.txt", "toolkit"} <= {*files}
    assert "localhost/slipway-script-mode:latest" in out


def test_an_image_that_is_not_built_here_is_refused_with_those_that_are(runner: Runner, engine: Path) -> None:
    code, _, errors = runner.run("build-images", "xgboost")

    assert code == 2
    assert "no image xgboost is built here; expected script-mode, processing" in errors
    assert not engine.with_name("podman.calls").exists()
