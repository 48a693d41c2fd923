"""What forecasting prepares in each format is what the stand-in reads."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from deepar_jobs import HORIZON

from local.containers.images import Images

PYTHON = Images.load().named("deepar").python
ROOT = Path(__file__).resolve().parents[2]
SCRIPT = (PYTHON, ROOT / "scripts" / "model_code.py")
OUTPUTS = ("train", "test", "windows", "truth", "series")
READ = """
import json, sys
from pathlib import Path
from deepar_image.channels import read
for one in read(Path(sys.argv[1])):
    print(json.dumps([str(one.start), [None if value != value else value for value in one.target.tolist()]]))
"""


@pytest.mark.parametrize("kind", ["json", "json.gz", "parquet"])
def test_every_format_gives_the_same_series(tmp_path: Path, kind: str) -> None:
    (tmp_path / "input").mkdir()
    file = tmp_path / "input" / "LD2011_2014.txt"
    # Parquet needs pyarrow, which the heavy environment has.
    command = [*SCRIPT, "forecast/sample", "--clients", "2", "--output", file]
    subprocess.run(command, check=True, timeout=120)
    places = [part for name in OUTPUTS for part in (f"--{name}", tmp_path / name)]
    prepare = [*SCRIPT, "forecast/prepare", "--input", file.parent, *places]
    subprocess.run([*prepare, "--format", kind, "--experiment", "special-days"], check=True, timeout=120)

    paths = "containers/stand_ins:containers/script_mode"
    found = subprocess.run(
        [PYTHON, "-c", READ, tmp_path / "train"],
        env={"PYTHONPATH": paths},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    windows = [json.loads(line) for line in (tmp_path / "windows" / "windows.json").read_text().splitlines()]
    first = {tuple(one["start"].split()): one["target"] for one in windows[:2]}
    for start, target in map(json.loads, found.stdout.splitlines()):
        expected = [None if value == "NaN" else value for value in first[tuple(start.split())]]
        assert len(target) == len(expected) > HORIZON
        np.testing.assert_allclose(np.array(target, dtype=float), np.array(expected, dtype=float), rtol=1e-6)
