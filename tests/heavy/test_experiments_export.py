"""Trial components sent to MLflow, by its own client in an environment of its own."""

import json
from pathlib import Path

from experiment_components import component
from project import Project, copy_of_the_tree

from local.experiments.component import FAILED, IN_PROGRESS
from local.experiments.recording import FILE
from local.pipeline.record import SUCCEEDED, TRAIN, ExecutionRecord

_READ = """
import json, sys, mlflow
client = mlflow.MlflowClient(tracking_uri=sys.argv[1])
experiment = client.get_experiment_by_name("slipway-shop")
runs = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time"])
print(json.dumps([
    {
        "name": run.info.run_name, "status": run.info.status,
        "params": run.data.params, "tags": run.data.tags,
        "metrics": {
            name: [one.value for one in client.get_metric_history(run.info.run_id, name)]
            for name in run.data.metrics
        },
    }
    for run in runs
]))
"""


def _trained(folder: Path) -> Project:
    """A tree in which a training has left three components."""
    project = copy_of_the_tree(folder)
    runs = folder / "build" / "runs"
    ExecutionRecord("abc", TRAIN, "shop", "shop", {}, None, False, status=SUCCEEDED).save(runs)
    components = [
        component("best", {"validation:f1": [0.5, 0.75]}, eta="0.1", objective="binary:logistic"),
        component("broken", {}, minute=1, status=FAILED),
        {**component("interrupted", {}, minute=2, status=IN_PROGRESS), "EndTime": ""},
    ]
    (runs / "abc" / FILE).write_text(json.dumps(components))
    return project


def test_the_components_of_a_training_are_runs_of_mlflow_once(tmp_path: Path) -> None:
    project = _trained(tmp_path / "tree")
    uri = (tmp_path / "mlruns").as_uri()
    said = []
    for _ in range(2):
        done = project.make(
            "-s", "export-experiments", "WORKLOAD=shop", f"TO={uri}", MLFLOW_ALLOW_FILE_STORE="true"
        )
        assert done.returncode == 0, done.stdout + done.stderr
        said.append(done.stdout.splitlines()[-1])
    assert said == [
        "slipway-shop: 3 runs sent, 0 there already",
        "slipway-shop: 0 runs sent, 3 there already",
    ]

    read = project.run("build/mlflow/bin/python", "-c", _READ, uri, MLFLOW_ALLOW_FILE_STORE="true")
    best, broken, interrupted = json.loads(read.stdout)
    assert (best["name"], best["status"]) == ("best", "FINISHED")
    assert best["params"] == {"eta": "0.1", "objective": "binary:logistic"}
    assert best["metrics"] == {"validation:f1": [0.5, 0.75]}
    assert best["tags"]["OutputArtifacts.SageMaker.ModelArtifact"] == "s3://data/best/model.tar.gz"
    assert (broken["name"], broken["status"], broken["metrics"]) == ("broken", "FAILED", {})
    assert interrupted["status"] == "KILLED"


def test_without_a_server_it_says_what_to_name(tmp_path: Path) -> None:
    project = _trained(tmp_path / "tree")
    without = project.make("-s", "export-experiments", "WORKLOAD=shop")
    assert without.returncode == 2
    assert "TO is empty; expected the URI of an MLflow tracking server" in without.stderr
