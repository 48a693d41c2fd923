"""The notebook for newcomers: stored as it is read, and executed on what `make` has built."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from assemblies import ROOT
from nbclient import NotebookClient

NOTEBOOK = ROOT / "workbench" / "first-steps.ipynb"
# What the notebook reads or goes on from; all else of build/ is made anew.
BUILT = ("artifacts", "data", "registry", "reports", "results", "runs", "s3")


@pytest.fixture(scope="module")
def stored() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_every_step_begins_with_a_short_text(stored: Any) -> None:
    first, *_ = stored.cells
    assert first.cell_type == "markdown"
    headings = [cell.source for cell in stored.cells if cell.source.startswith("## ")]
    assert len(headings) > 8
    for cell in stored.cells:
        assert len(cell.source.splitlines()) <= 16, cell.source


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The repository with a copy of what was built, so that nothing here is changed or in the way."""
    if not (ROOT / "cdk.out" / ".dev").exists():
        pytest.fail("the notebook goes on from what is built: run `make synth` (`make test` does)")
    folder = tmp_path / "repository"
    (folder / "build").mkdir(parents=True)
    for path in ROOT.iterdir():
        if path.name not in ("build", "cdk.out", ".git"):
            (folder / path.name).symlink_to(path)
    shutil.copytree(ROOT / "cdk.out", folder / "cdk.out", symlinks=True)
    (folder / "build" / "lambda").symlink_to(ROOT / "build" / "lambda")
    for name in BUILT:
        if (ROOT / "build" / name).exists():
            shutil.copytree(ROOT / "build" / name, folder / "build" / name)
    return folder


def test_a_newcomer_gets_from_the_template_to_the_end_of_it(
    stored: Any, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("IPYTHONDIR", str(repository / "build" / "ipython"))
    client = NotebookClient(
        stored,
        timeout=600,
        startup_timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(repository)}},
    )
    client.execute()
    outputs = [output for cell in code(stored) for output in cell.outputs]
    # A command's two streams arrive in pieces that end anywhere.
    printed = "".join(one.text for one in outputs if one.get("name") == "stdout")
    said = printed + json.dumps([one.data for one in outputs if "data" in one])
    for expected in (
        "churn -> preprocess, pca, xgboost, postprocess",
        "wrote build/artifacts/churn/preprocess/model.tar.gz",
        "wrote build/reports/bank-evaluation.json",
        "image/png",
        "slipway-dev-bank ->",
        "wrote build/batch/notebook/scores.csv",
        "PendingManualApproval",
        "InitialInstanceCount",
    ):
        assert expected in said, expected
    assert not (repository / "build" / "serve.json").exists(), "the last cell stops the server"
