"""scripts/training_folder.py: a training script runs alone in what it lays out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]


def lay_out(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "training_folder.py", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_script_trains_alone_in_its_image(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "rows.csv").write_text("".join(f"{n % 2},{n},{n * n},{n % 3}\n" for n in range(20)))

    done = lay_out(
        "churn/pca",
        tmp_path / "opt-ml",
        *("--channel", f"train={tmp_path / 'rows'}"),
        *("--set", "n_components=2", "--set", "passthrough=1"),
    )
    assert done.returncode == 0, done.stderr
    command = [
        sys.executable,
        "-m",
        "local",
        "image",
        "script-mode",
        "train",
        "--folder",
        tmp_path / "opt-ml",
    ]
    trained = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)

    assert trained.returncode == 0, trained.stderr
    assert "projected 3 columns to 3, fitted on 20 rows" in trained.stdout
    parameters = json.loads((tmp_path / "opt-ml/model/parameters.json").read_text())
    assert parameters
    assert (tmp_path / "opt-ml/model/code/inference.py").exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("churn/split", "new"), "has no fit.py"),
        (("churn/pca", "new", "--channel", "train=nosuch"), "channel train: there is no folder nosuch"),
        (("churn/pca", "new", "--channel", "train"), "expected NAME=VALUE, got 'train'"),
        (("churn/pca", "."), "is not empty; name a new folder"),
    ],
)
def test_what_cannot_be_laid_out_is_refused(tmp_path: Path, arguments: tuple[str, ...], reason: str) -> None:
    (tmp_path / "file").touch()
    script, folder, *options = arguments

    done = lay_out(script, tmp_path / folder, *options)

    assert done.returncode != 0
    assert reason in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
