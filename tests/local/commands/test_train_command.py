import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from assembly_files import write_versions
from pipelines import DOUBLE, double, fit, model, write_pipeline
from processes import is_running, wait_until

ROOT = Path(__file__).resolve().parents[3]
TEXT = 'text = "".join(file.read_text() for file in rows.iterdir())'
SIDE_BY_SIDE = min(2, len(os.sched_getaffinity(0)))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder in which `slipway train shop` can run, with a file of data."""
    write_pipeline(tmp_path / "cdk.out", double(), fit(), fit("Again"), model("Fit", "Again"))
    write_versions(tmp_path)
    (tmp_path / "rows.csv").write_text("1,2\n3,4\n")
    return tmp_path


def start(workspace: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "local", "train", *arguments],
        cwd=workspace,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def train(workspace: Path, *arguments: str) -> tuple[int, str, str]:
    process = start(workspace, *arguments)
    output, errors = process.communicate()
    return process.returncode, output, errors


def published(workspace: Path) -> dict[str, bytes]:
    folder = workspace / "build" / "artifacts"
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_training_publishes_archives_and_reports_and_says_what_it_did(workspace: Path) -> None:
    code, output, errors = train(workspace, "shop", "--data", "rows.csv")
    assert code == 0, errors
    assert set(published(workspace)) == {"shop/fit/model.tar.gz", "shop/again/model.tar.gz"}
    assert json.loads((workspace / "build/reports/shop-report.json").read_text()) == {"rows": 4}
    lines = [line.split("\t") for line in output.splitlines()]
    assert [line[:2] for line in lines[:5]] == [
        ["step", "type"],
        ["Double", "Processing"],
        ["Fit", "Training"],
        ["Again", "Training"],
        ["Shop", "Model"],
    ]
    assert [line[0] for line in lines[5:]] == [
        "wrote build/artifacts/shop/fit/model.tar.gz",
        "wrote build/artifacts/shop/again/model.tar.gz",
        "wrote build/reports/shop-report.json",
    ]
    assert "Fit started" in errors


def test_training_again_on_the_same_data_publishes_the_same_bytes(workspace: Path) -> None:
    assert train(workspace, "shop", "--data", "rows.csv")[0] == 0
    first = published(workspace)
    assert train(workspace, "shop")[0] == 0
    assert published(workspace) == first
    assert len(list((workspace / "build" / "runs").glob("*/Fit"))) == 2


def test_parameters_come_from_a_file_too_and_the_later_value_counts(workspace: Path) -> None:
    (workspace / "values.json").write_text('{"Behavior": "fail"}')
    data = ("shop", "--data", "rows.csv")

    assert "falling" in train(workspace, *data, "--set-from", "values.json")[2]
    assert train(workspace, *data, "--set-from", "values.json", "--set", "Behavior=remember")[0] == 0


@pytest.mark.parametrize(
    "content",
    [
        "rows",
        "[]",
        '{"Behavior": 1}',
        '{"Behavior": "fail", "Behavior": "remember"}',
        '{"Behavior": "remember", "Behavior": "remember"}',
    ],
)
def test_a_file_of_parameters_that_is_none_is_refused(workspace: Path, content: str) -> None:
    (workspace / "values.json").write_text(content)

    code, _, errors = train(workspace, "shop", "--data", "rows.csv", "--set-from", "values.json")

    assert (code, "values.json" in errors) == (2, True)


def test_new_data_takes_the_place_of_the_old(workspace: Path) -> None:
    (workspace / "more.txt").write_text("5,6\n")
    for file, rows in (("rows.csv", 4), ("more.txt", 2)):
        assert train(workspace, "shop", "--data", file)[0] == 0
        assert json.loads((workspace / "build/reports/shop-report.json").read_text()) == {"rows": rows}


def test_a_failed_step_leaves_what_was_published_before_and_nothing_else(workspace: Path) -> None:
    assert train(workspace, "shop", "--data", "rows.csv")[0] == 0
    before = published(workspace)
    (workspace / "more.csv").write_text("5,6\n")
    code, output, errors = train(workspace, "shop", "--data", "more.csv", "--set", "Behavior=fail")
    assert (code, output) == (1, "")
    assert re.search("error: step (Fit|Again) failed: the sky is falling", errors)
    assert "behavior: fail" in errors
    assert "Traceback" not in errors
    assert published(workspace) == before


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_training_leaves_no_process_and_no_artifact(
    workspace: Path, sent: signal.Signals, code: int
) -> None:
    process = start(workspace, "shop", "--data", "rows.csv", "--set", "Behavior=sleep")
    pids = workspace / "build" / "runs"
    assert wait_until(lambda: any(pid.read_text() for pid in pids.glob("*/Fit/pid")))
    (pid,) = pids.glob("*/Fit/pid")
    process.send_signal(sent)
    _, errors = process.communicate()
    assert process.returncode == code
    assert "Fit stopped" in errors
    assert "Traceback" not in errors
    assert not is_running(int(pid.read_text()))
    assert published(workspace) == {}


@pytest.mark.parametrize("victim", ["container", "runner"])
def test_a_training_that_is_killed_is_taken_up_where_it_was(workspace: Path, victim: str) -> None:
    process = start(workspace, "shop", "--data", "rows.csv", "--set", "Behavior=sleep")
    pids = workspace / "build" / "runs"
    assert wait_until(lambda: len([pid for pid in pids.glob("*/*/pid") if pid.read_text()]) == SIDE_BY_SIDE)
    containers = [int(pid.read_text()) for pid in pids.glob("*/*/pid")]
    for pid in [process.pid] if victim == "runner" else containers:
        os.kill(pid, signal.SIGKILL)
    _, errors = process.communicate()
    assert process.returncode != 0
    if victim == "container":
        assert re.search(r"error: step (Fit|Again) failed: was killed by SIGKILL", errors)
    assert wait_until(lambda: not any(map(is_running, containers)))
    assert published(workspace) == {}
    assert not list((workspace / "build" / "s3").rglob("model.tar.gz"))

    code, output, errors = train(workspace, "shop")
    assert code == 0, errors
    assert "Double unchanged since" in errors
    assert set(published(workspace)) == {"shop/fit/model.tar.gz", "shop/again/model.tar.gz"}
    assert "Double\tProcessing" in output


def test_archives_that_are_trained_anew_but_equal_keep_their_time(workspace: Path) -> None:
    assert train(workspace, "shop", "--data", "rows.csv")[0] == 0
    archives = list((workspace / "build" / "artifacts").rglob("*.gz"))
    for archive in archives:
        os.utime(archive, (1_000_000, 1_000_000))
    assert train(workspace, "shop")[0] == 0
    assert [archive.stat().st_mtime for archive in archives] == [1_000_000, 1_000_000]


def test_an_execution_is_written_down_with_what_made_it_and_what_it_made(workspace: Path) -> None:
    assert train(workspace, "shop", "--data", "rows.csv", "--set", "MinimumRows=2")[0] == 0
    (file,) = (workspace / "build" / "runs").glob("*/execution.json")
    record = json.loads(file.read_text())
    assert (record["status"], record["command"], record["workload"]) == ("succeeded", "train", "shop")
    assert record["parameters"] == {"InputData": "s3://data/in", "Behavior": "remember", "MinimumRows": 2}
    assert record["metrics"] == {"Report": {"rows": 4}}
    assert record["artifacts"] == {
        name.split("/")[1]: hashlib.sha256(content).hexdigest()
        for name, content in published(workspace).items()
    }
    assert {step["name"]: step["status"] for step in record["steps"]} == dict.fromkeys(
        ("Double", "Fit", "Again", "Shop"), "succeeded"
    )


@pytest.fixture
def without_data(tmp_path: Path) -> Path:
    """A folder in which a pipeline can run that reads nothing, and has no parameter for it."""
    alone = double(DOUBLE.replace("rows, doubled", "doubled").replace(TEXT, 'text = "1\\n"'))
    del alone["Arguments"]["ProcessingInputs"]
    alone["Arguments"]["AppSpecification"]["ContainerArguments"].pop(0)
    folder = write_pipeline(tmp_path / "cdk.out", alone)
    template = folder / "Shop.template.json"
    template.write_text(template.read_text().replace("s3://data/in", "none"))
    write_versions(tmp_path)
    (tmp_path / "rows.csv").write_text("1,2\n")
    return tmp_path


def test_a_pipeline_without_a_parameter_for_its_data_needs_none(without_data: Path) -> None:
    code, _, errors = train(without_data, "shop")
    assert code == 0, errors
    assert json.loads((without_data / "build/reports/shop-report.json").read_text()) == {"rows": 2}


def test_data_for_a_pipeline_without_a_parameter_for_them_are_refused(without_data: Path) -> None:
    code, _, errors = train(without_data, "shop", "--data", "rows.csv")
    assert code == 2
    assert "the pipeline slipway-dev-shop has no parameter that says where its data are" in errors


def test_a_second_training_of_a_workload_waits_for_no_one(workspace: Path) -> None:
    process = start(workspace, "shop", "--data", "rows.csv", "--set", "Behavior=sleep")
    try:
        assert wait_until(lambda: any((workspace / "build" / "runs").glob("*/Fit/pid")))
        code, _, errors = train(workspace, "shop")
        assert code == 1
        assert f"shop is being trained by the process {process.pid}" in errors
    finally:
        process.terminate()
        process.communicate()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["shop"], 2, "s3://data/in holds no data yet; pass it with --data PATH"),
        (["shop", "--data", "gone.csv"], 2, "gone.csv: there is no such file or folder"),
        (["shop", "--data", "rows.csv", "--set", "X=1"], 2, "X: the pipeline has no such parameter"),
        (["shop", "--set", "X"], 2, "expected NAME=VALUE, got 'X'"),
        (["hat"], 2, "no training pipeline called hat; there are: shop (slipway-dev-shop)"),
        (["shop", "--assembly", "gone"], 1, "there is no gone/manifest.json; run `cdk synth`"),
    ],
)
def test_a_wrong_command_line_is_refused_before_anything_runs(
    workspace: Path, arguments: list[str], code: int, message: str
) -> None:
    found, _, errors = train(workspace, *arguments)
    assert found == code
    assert message in errors
    assert list((workspace / "build" / "runs").glob("*/Double")) == []


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"Name": "Ask", "Type": "Callback"}, "step Ask: the runner does not support steps of type Callback"),
        (
            fit("Odd", depth={"Std:Sum": {"Path": "a"}}),
            "step Odd: the runner does not support the function Std:Sum",
        ),
    ],
)
def test_an_unknown_step_type_or_function_is_refused_before_anything_runs(
    workspace: Path, step: dict[str, Any], message: str
) -> None:
    write_pipeline(workspace / "cdk.out", double(), step)
    code, _, errors = train(workspace, "shop", "--data", "rows.csv")
    assert code == 1
    assert message in errors
    assert list((workspace / "build" / "runs").glob("*/Double")) == []


def test_a_pipe_is_trained_on_and_not_passed_over(workspace: Path) -> None:
    assert train(workspace, "shop", "--data", "rows.csv")[0] == 0
    script = f"{sys.executable} -m local train shop --data <(head -1 rows.csv)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(
        ["/bin/bash", "-c", script], cwd=workspace, env=environment, capture_output=True, check=True
    )
    assert json.loads((workspace / "build/reports/shop-report.json").read_text()) == {"rows": 2}


def test_executions_of_a_clock_that_ran_ahead_do_not_cost_the_next_its_result(workspace: Path) -> None:
    assert train(workspace, "shop", "--data", "rows.csv")[0] == 0
    (record,) = (workspace / "build" / "runs").glob("*/execution.json")
    content = json.loads(record.read_text())
    for number in range(10):
        path = workspace / "build" / "runs" / f"ahead{number}" / "execution.json"
        path.parent.mkdir()
        ahead = {"id": path.parent.name, "started": f"2099-01-01T00:00:{number:02}+00:00", "number": 0}
        path.write_text(json.dumps({**content, **ahead}))
    (workspace / "rows.csv").write_text("1,2\n")
    code, _, errors = train(workspace, "shop", "--data", "rows.csv")
    assert code == 0, errors
    assert json.loads((workspace / "build/reports/shop-report.json").read_text()) == {"rows": 2}
