import ast
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from executions import execution, records, run
from pipelines import double, fail, fit, get, model, output

from assembly import Model
from local.errors import JobError, PipelineError
from local.pipeline import steps as step_types
from local.pipeline.progress import Lines


def test_what_a_step_writes_is_what_the_next_one_reads(tmp_path: Path) -> None:
    one = execution(tmp_path, model("Fit"), fit(), double())
    run(one)
    assert [record.name for record in records] == ["Double", "Fit", "Shop"]
    told = json.loads((tmp_path / "runs/abc/Fit/opt/ml/output/data/told.json").read_text())
    assert told["files"] == {"train/rows.csv": "1,2\n1,2\n"}
    (shop,) = one.services.models.values()
    assert [container.hostname for container in shop.containers] == ["fit"]
    assert shop.containers[0].model_data_url == "s3://data/out/abc/pipelines-abc-Fit/output/model.tar.gz"


def test_a_given_parameter_reaches_the_step(tmp_path: Path) -> None:
    one = execution(tmp_path, fit(), double(), Behavior="fail")
    with pytest.raises(JobError, match="step Fit failed: the sky is falling"):
        run(one)


def test_a_failed_step_ends_the_execution_and_its_outputs_do_not_exist(tmp_path: Path) -> None:
    one = execution(tmp_path, double("raise SystemExit('line 3: wrong label')"), fit())
    with pytest.raises(JobError, match=r"(?s)step Double failed: .*line 3: wrong label"):
        run(one)
    assert records == []
    assert not one.services.storage.exists("s3://data/out")
    assert not (tmp_path / "runs/abc/Fit").exists()


def test_progress_names_each_step_and_how_it_ended(tmp_path: Path) -> None:
    stream = io.StringIO()
    one = execution(tmp_path, double(), fit(), Behavior="fail")
    with pytest.raises(JobError):
        one.run(Lines(stream))
    lines = stream.getvalue().splitlines()
    assert [line.split(" after ")[0] for line in lines] == [
        "Double started",
        "Double succeeded",
        "Fit started",
        "Fit failed",
    ]


def test_two_executions_write_to_different_places(tmp_path: Path) -> None:
    for id in ("first", "second"):
        run(execution(tmp_path, double(), id=id))
    objects = {
        str(path.relative_to(tmp_path / "s3/data/out")) for path in (tmp_path / "s3/data/out").rglob("*.*")
    }
    assert objects == {
        "first/doubled/rows.csv",
        "first/report/report.json",
        "second/doubled/rows.csv",
        "second/report/report.json",
    }


def test_a_property_file_is_found_by_its_name(tmp_path: Path) -> None:
    one = execution(tmp_path, double())
    run(one)
    assert one.property_files == {"Report": "s3://data/out/abc/report/report.json"}


def test_a_step_that_does_not_write_its_property_file_fails(tmp_path: Path) -> None:
    one = execution(tmp_path, double("pass"))
    with pytest.raises(JobError, match=r"step Double failed: .*property file report\.json"):
        run(one)


def test_a_transform_step_is_run_with_the_model_that_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[Any, Model]] = []
    monkeypatch.setattr(
        step_types,
        "run_transform_job",
        lambda arguments, *, model, **others: calls.append((arguments["TransformOutput"], model)),
    )
    transform = {
        "Name": "Score",
        "Type": "Transform",
        "Arguments": {
            "ModelName": get("Steps.Shop.ModelName"),
            "TransformInput": {
                "DataSource": {
                    "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": output("Double", "doubled")}
                }
            },
            "TransformOutput": {"S3OutputPath": "s3://data/out/scores", "Accept": "text/csv"},
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        },
    }
    one = execution(tmp_path, transform, model("Fit"), fit(), double())
    run(one)
    assert [(given["Accept"], shop.name) for given, shop in calls] == [("text/csv", "pipelines-abc-Shop")]


def changed(step: dict[str, Any], **arguments: Any) -> dict[str, Any]:
    return {**step, "Arguments": {**step["Arguments"], **arguments}}


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([changed(double(), Environment={"A": output("Double", "gone")})], "wait for each other"),
        ([double(), changed(fit(), Environment={"A": output("Double", "gone")})], r"step Fit: .*\['gone'\]"),
        ([double(), changed(fit(), Environment={"A": get("Parameters.X")})], "step Fit: Parameters.X"),
        ([changed(fit(), InputDataConfig=[], OutputDataConfig={})], "step Fit: the argument S3OutputPath is"),
        (
            [
                changed(
                    fit(), InputDataConfig=[], AlgorithmSpecification={"TrainingImage": "registry/other:1"}
                )
            ],
            "step Fit: image registry/other:1 cannot run here",
        ),
        (
            [changed(fit(), InputDataConfig=[], OutputDataConfig={"S3OutputPath": "s3://elsewhere/x"})],
            "step Fit: .*no bucket elsewhere",
        ),
        (
            [changed(model("Fit"), Containers=[{"Image": "registry/other:1"}])],
            "step Shop: image registry/other:1 cannot run here",
        ),
        (
            [double(PropertyFiles=[{"PropertyFileName": "A", "OutputName": "gone", "FilePath": "a"}])],
            "step Double: the property file A is in the output gone",
        ),
    ],
)
def test_what_cannot_run_here_is_refused_before_any_step_runs(
    tmp_path: Path, steps: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(PipelineError, match=message):
        execution(tmp_path, *steps).rehearse()


def test_a_model_whose_data_is_missing_is_not_made(tmp_path: Path) -> None:
    containers = [{"Image": "i", "ContainerHostname": "a", "ModelDataUrl": "s3://data/none.tar.gz"}]
    containers[0]["Image"] = fit()["Arguments"]["AlgorithmSpecification"]["TrainingImage"]
    one = execution(tmp_path, changed(model(), Containers=containers))
    with pytest.raises(JobError, match=r"step Shop failed: the model data of a, s3://data/none\.tar\.gz"):
        run(one)


def test_the_variables_of_an_execution_and_of_its_jobs_reach_the_steps(tmp_path: Path) -> None:
    names = ["PipelineName", "PipelineArn", "PipelineExecutionId", "PipelineExecutionArn"]
    names += ["StartDateTime", "CurrentDateTime"]
    asking = {name: get(f"Execution.{name}") for name in [*names, "ProcessingJobName"]}
    code = double().pop("Arguments")["AppSpecification"]["ContainerEntrypoint"][2]
    step = double(f"import os; print({{name: os.environ[name] for name in {list(asking)}}})\n{code}")
    step["Arguments"]["Environment"] = asking
    fitting = fit(job=get("Execution.TrainingJobName"))
    before = datetime.now(UTC).replace(microsecond=0)
    one = execution(tmp_path, fitting, step)
    run(one)

    log = (tmp_path / "runs/abc/Double/container.log").read_text()
    told = ast.literal_eval(log.splitlines()[0])
    assert told["PipelineName"] == "slipway-dev-shop"
    assert told["PipelineArn"] == "arn:aws:sagemaker:eu-west-1:000000000000:pipeline/slipway-dev-shop"
    assert told["PipelineExecutionId"] == "abc"
    assert told["PipelineExecutionArn"] == f"{told['PipelineArn']}/execution/abc"
    assert told["ProcessingJobName"] == "pipelines-abc-Double"
    started, current = (datetime.fromisoformat(told[name]) for name in ("StartDateTime", "CurrentDateTime"))
    assert before <= started <= current <= datetime.now(UTC)
    hyperparameters = json.loads((tmp_path / "runs/abc/Fit/opt/ml/output/data/told.json").read_text())
    assert hyperparameters["hyperparameters"]["job"] == "pipelines-abc-Fit"


@pytest.mark.parametrize("variable", ["TrainingJobName", "Weather"])
def test_a_variable_that_a_step_does_not_have_is_refused(tmp_path: Path, variable: str) -> None:
    step = double()
    step["Arguments"]["Environment"] = {"A": get(f"Execution.{variable}")}
    with pytest.raises(PipelineError, match=f"step Double: Execution.{variable}: there is no such"):
        run(execution(tmp_path, step))


def test_a_message_of_a_fail_step_is_as_long_as_the_api_takes(tmp_path: Path) -> None:
    shapes = Loader().load_service_model("sagemaker", "service-2")["shapes"]
    member = shapes["FailStepMetadata"]["members"]["ErrorMessage"]["shape"]
    longest = shapes[member]["max"]
    execution(tmp_path, fail("x" * longest)).rehearse()
    with pytest.raises(PipelineError, match=f"ErrorMessage has {longest + 1} characters; expected at most"):
        execution(tmp_path, fail("x" * (longest + 1))).rehearse()
