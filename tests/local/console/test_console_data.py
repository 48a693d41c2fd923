"""What the console's page gets of this machine, all of it read from the assembly, contracts and records."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assemblies import MODELS, ROOT, Assembly

import assembly as assemblies
from assembly.manifest import EMPTY
from local.api.apis import Apis
from local.console.contracts import Contract
from local.console.data import Data
from local.pipeline.record import FAILED, RUNNING, SUCCEEDED, ExecutionRecord, StepRecord
from local.storage.workspace import Workspace

type Read = Callable[[str], Any]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture
def read(dev: Assembly, workspace: Workspace) -> Read:
    declared = assemblies.load(dev.folder)
    apis = Apis(declared, workspace.root, print)
    return Data(declared, workspace, apis.apis, ["churn", "bank"]).read


def recorded(workspace: Workspace, **changes: Any) -> ExecutionRecord:
    given = {"id": "a1", "command": "train", "workload": "churn", "pipeline": "slipway-dev-churn"}
    members = {**given, "parameters": {}, "revision": None, "dirty": False, "number": 1, **changes}
    record = ExecutionRecord(**members)
    record.save(workspace.runs)
    return record


def test_the_page_calls_the_apis_that_are_served_below_its_own_origin(read: Read, dev: Assembly) -> None:
    assert read("config.json") == {
        "environment": "dev",
        "region": "eu-central-1",
        "apis": {"bank": {"url": "/api/bank/prod"}, "churn": {"url": "/api/churn/prod"}},
        "auth": {"type": "iam"},
    }


def test_every_workload_has_a_view_and_an_example_of_its_contract(read: Read) -> None:
    found = {one["name"]: one for one in read("data/workloads.json")["workloads"]}
    assert {*found} == {*MODELS}
    views = {name: one["view"] for name, one in found.items()}
    assert views == {
        **dict.fromkeys(["automl", "bank", "churn"], "form"),
        **{name: name for name in ("emoji", "forecast", "translation")},
    }
    for name, one in found.items():
        contract = read(one["openapi"])
        assert contract == json.loads((ROOT / f"lambda/predict_{name}/openapi.json").read_text())
        assert one["path"] in contract["paths"]
        assert one["trained"]
        assert one["example"]["text"]


def test_a_contract_with_a_new_request_is_a_form(dev: Assembly, tmp_path: Path) -> None:
    apis = Apis(assemblies.load(dev.folder), tmp_path, print).apis
    [api] = [one for one in apis if one.address.workload == "emoji"]
    contract = Contract.of(api)
    assert contract is not None
    document = json.loads(json.dumps(contract.document).replace('"tweets"', '"letters"'))
    assert Contract(document, contract.path).view == "form"


def test_a_workload_that_is_not_trained_says_what_to_run(
    dev: Assembly, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = assemblies.load(dev.folder)
    mark = {"workload": "churn", "reason": "no trained pca: run `make train`"}
    monkeypatch.setattr(declared, "metadata", lambda kind: [("path", mark)] if kind == EMPTY else [])

    found = Data(declared, workspace, [], []).read("data/workloads.json")

    assert found == {"workloads": [{"name": "churn", "trained": False, "reason": mark["reason"]}]}


def test_an_execution_that_runs_shows_which_steps_are_still_to_come(read: Read, workspace: Workspace) -> None:
    recorded(workspace, steps=[StepRecord("Split", "Processing", SUCCEEDED, 1.5)])
    (workspace.runs / "a1" / "Preprocess").mkdir()

    [run] = read("data/runs.json")["runs"]

    assert (run["status"], run["ended"]) == (RUNNING, None)
    steps = {one["name"]: one for one in run["steps"]}
    states = {name: steps[name]["status"] for name in ("Split", "Preprocess", "Pca")}
    assert states == {"Split": SUCCEEDED, "Preprocess": RUNNING, "Pca": "waiting"}
    assert (steps["Split"]["seconds"], steps["Pca"]["seconds"]) == (1.5, None)
    assert steps["Preprocess"]["after"] == ["Split"]
    assert steps["PreprocessData"]["after"] == ["Preprocess", "Split"]


def test_executions_come_newest_first_with_why_they_failed(read: Read, workspace: Workspace) -> None:
    recorded(workspace, status=SUCCEEDED, seconds=60.0, started="2026-01-31T12:00:00+00:00")
    recorded(workspace, id="a2", number=2, status=FAILED, failure="no data", pipeline="gone")

    last, first = read("data/runs.json")["runs"]

    assert (last["name"], last["status"], last["failure"], last["steps"]) == ("a2", FAILED, "no data", [])
    assert (first["name"], first["ended"]) == ("a1", "2026-01-31T12:01:00+00:00")


def test_a_report_stands_beside_the_baseline_of_each_feature(read: Read, workspace: Workspace) -> None:
    report = {"end": "2026-01-31T12:00:00Z", "violations": [], "features": [{"name": "state"}, {"name": "x"}]}
    (workspace.reports).mkdir()
    (workspace.reports / "churn-monitoring.json").write_text(json.dumps(report))
    baseline = workspace.artifacts / "churn" / "baseline"
    baseline.mkdir(parents=True)
    (baseline / "statistics.json").write_text('{"features": [{"name": "state", "string_statistics": {}}]}')
    recorded(workspace, command="monitor", parameters={"EndTime": "2026-01-31T12:00:00Z"}, status=SUCCEEDED)

    found = read("data/monitoring/churn.json")

    [shown] = found["reports"]
    assert [one["baseline"] for one in shown["features"]] == [
        {"name": "state", "string_statistics": {}},
        None,
    ]
    assert [one["time"] for one in found["history"]] == ["2026-01-31T12:00:00Z"]


@pytest.mark.parametrize("content", ["", "[]", "{", "1"])
def test_a_report_that_cannot_be_read_is_none(read: Read, workspace: Workspace, content: str) -> None:
    workspace.reports.mkdir()
    (workspace.reports / "churn-monitoring.json").write_text(content)
    assert read("data/monitoring/churn.json") is None


@pytest.mark.parametrize(
    "path", ["data/experiments/churn.json", "data/monitoring/bank.json", "data/openapi/none.json", "data/x"]
)
def test_there_is_no_document_of_what_there_is_not(read: Read, path: str) -> None:
    assert read(path) is None


def test_what_is_deployed_has_every_endpoint_api_and_alarm(read: Read, dev: Assembly) -> None:
    found = read("data/deployed.json")
    assert {one["workload"] for one in found["endpoints"]} == {*MODELS}
    assert {one["name"]: one["url"] for one in found["apis"]}["slipway-dev-churn"] == "/api/churn/prod"
    assert any("5XX" in str(one["description"]) for one in found["alarms"])
    assert (found["cost"], found["rehearsal"]) == (None, None)
