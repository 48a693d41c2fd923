"""The forecasting stand-in's training: its files, metric lines, archive, and what it refuses."""

import gzip
import json
import math
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from container_process import Training, run_training
from deepar_jobs import HORIZON, lines, series, write

from local.containers.images import Images

PYTHON = Images.load().named("deepar").python
_NUMBER = r"-?\d+\.\d+(e-?\d+)?"


def train(folder: Path) -> Training:
    return run_training("deepar_image", folder, PYTHON)


@pytest.fixture(scope="module")
def data() -> dict[str, list[dict[str, Any]]]:
    return {"train": [series(n) for n in range(6)], "test": [series(n, 240 + HORIZON) for n in range(6)]}


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory, data: Any) -> list[tuple[Path, Training]]:
    folders = [write(tmp_path_factory.mktemp("deepar"), data) for _ in range(2)]
    return [(folder, train(folder)) for folder in folders]


def test_metric_lines_are_those_of_the_image(twice: list[tuple[Path, Training]]) -> None:
    _, done = twice[0]

    assert done.code == 0, done.log
    for pattern in (
        rf"#quality_metric: host=algo-1, epoch=0, train loss <loss>={_NUMBER}",
        rf"#quality_metric: host=algo-1, epoch=1, train loss <loss>={_NUMBER}",
        rf"Final loss: {_NUMBER} \(occurred at epoch [01]\)",
        rf"#quality_metric: host=algo-1, train final_loss <loss>={_NUMBER}",
        rf"#test_score \(algo-1, RMSE\): {_NUMBER}",
        rf"#test_score \(algo-1, mean_wQuantileLoss\): {_NUMBER}",
        rf"#test_score \(algo-1, wQuantileLoss\[0\.9\]\): {_NUMBER}",
        rf"#quality_metric: host=algo-1, test mean_wQuantileLoss <loss>={_NUMBER}",
    ):
        assert re.search(rf"^{pattern}$", done.output, re.MULTILINE), pattern


def test_training_twice_gives_the_same_bytes_and_no_pickle(twice: list[tuple[Path, Training]]) -> None:
    first, second = (folder / "model" for folder, _ in twice)

    assert sorted(path.name for path in first.iterdir()) == ["deepar.json", "weights.npz"]
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()
    with np.load(first / "weights.npz", allow_pickle=False) as weights:
        assert all(weights[name].dtype.kind in "fi" for name in weights.files)


def test_gzip_and_parquet_train_the_same_network_as_plain_lines(
    tmp_path: Path, data: Any, twice: list[tuple[Path, Training]]
) -> None:
    def job(name: str) -> Path:
        folder = write(tmp_path / name, data)
        described = folder / "input" / "config" / "inputdataconfig.json"
        described.write_text('{"train": {}, "test": {}}')
        return folder

    zipped, table = job("zipped"), job("table")
    for channel, documents in data.items():
        plain = zipped / "input" / "data" / channel / "data.json"
        plain.rename(plain.with_name("data.json.gz"))
        plain.with_name("data.json.gz").write_bytes(gzip.compress(lines(documents).encode()))
        plain = table / "input" / "data" / channel / "data.json"
        to_parquet = (
            "import json, sys, pyarrow, pyarrow.parquet as p; source, to = sys.argv[1:]\n"
            "rows = [json.loads(line) for line in open(source)]\n"
            "p.write_table(pyarrow.Table.from_pylist(rows), to)"
        )
        subprocess.run(
            [PYTHON, "-c", to_parquet, plain, plain.with_name("data.parquet")], check=True, timeout=120
        )
        plain.unlink()

    weights = (twice[0][0] / "model" / "weights.npz").read_bytes()
    for folder in (zipped, table):
        assert train(folder).code == 0
        assert (folder / "model" / "weights.npz").read_bytes() == weights


def test_early_stopping_ends_before_the_last_epoch(tmp_path: Path, data: Any) -> None:
    given = {"epochs": "1000", "early_stopping_patience": "1", "learning_rate": "0.2"}
    folder = write(tmp_path, {"train": data["train"]}, **given)

    done = train(folder)

    epochs = re.findall(r"epoch=(\d+), train loss", done.output)
    best = re.search(r"occurred at epoch (\d+)", done.output)
    assert done.code == 0
    assert best
    assert int(epochs[-1]) == int(best[1]) + 1


def test_a_job_that_cannot_be_done_says_why(tmp_path: Path) -> None:
    done = train(write(tmp_path, {"train": [series(0)]}, likelihood="deterministic-L1"))

    assert done.code == 1
    assert "stand-in does not do likelihood" in (tmp_path / "output" / "failure").read_text()
    assert not (tmp_path / "model").exists()


def test_scores_over_known_paths_are_those_of_the_formula() -> None:
    code = (
        "import json, numpy as np; from deepar_image.scores import scores\n"
        "paths = np.array([[1.0, 5.0], [3.0, 5.0]], dtype='f4')\n"
        "print(json.dumps(scores([(paths, np.array([4.0, np.nan], dtype='f4'))], [0.5])))"
    )
    paths = "containers/stand_ins:containers/script_mode"
    told = subprocess.run(
        [PYTHON, "-c", code], env={"PYTHONPATH": paths}, capture_output=True, text=True, check=True
    )

    found = json.loads(told.stdout)

    # The median path is 2 where 4 was observed: an error of 2, half of it counts, twice that over 4.
    assert math.isclose(found["RMSE"], 2.0)
    assert math.isclose(found["wQuantileLoss[0.5]"], 0.5)
