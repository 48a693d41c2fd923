"""What an execution writes down of its jobs, as trial components."""

import re
import statistics
from pathlib import Path
from typing import Any

import pytest
from executions import execution, records, run
from pipelines import double, fit

from local.errors import JobError
from local.experiments.component import parameter
from local.experiments.recording import read


def _components(tmp_path: Path, id: str = "abc") -> dict[str, dict[str, Any]]:
    return {one["Step"]: one for one in read(tmp_path / "runs" / id)}


def test_each_job_is_a_component_with_its_source_inputs_and_outputs(tmp_path: Path) -> None:
    run(execution(tmp_path, double(), fit(rounds="12", eta="0.1")))

    found = _components(tmp_path)
    assert list(found) == ["Double", "Fit"]
    fitted = found["Fit"]
    assert fitted["TrialComponentName"] == "pipelines-abc-Fit-aws-training-job"
    assert fitted["Source"]["SourceType"] == "SageMakerTrainingJob"
    assert fitted["Source"]["SourceArn"].endswith(":training-job/pipelines-abc-Fit")
    assert fitted["Status"] == {"PrimaryStatus": "Completed", "Message": ""}
    assert fitted["StartTime"] < fitted["EndTime"]
    assert fitted["Parameters"]["rounds"] == {"NumberValue": 12.0}
    assert fitted["Parameters"]["eta"] == {"NumberValue": 0.1}
    assert fitted["InputArtifacts"]["train"] == {"Value": "s3://data/out/abc/doubled"}
    assert fitted["OutputArtifacts"]["SageMaker.ModelArtifact"] == {
        "Value": "s3://data/out/abc/pipelines-abc-Fit/output/model.tar.gz"
    }
    assert fitted["Parents"] == [found["Double"]["Parents"][0]]
    assert found["Double"]["OutputArtifacts"]["report"] == {"Value": "s3://data/out/abc/report"}


def test_a_job_that_fails_is_a_component_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(JobError):
        run(execution(tmp_path, double(), fit(), Behavior="fail"))

    status = _components(tmp_path)["Fit"]["Status"]
    assert status["PrimaryStatus"] == "Failed"
    assert "the sky is falling" in status["Message"]


def test_a_result_that_is_taken_over_is_the_component_of_the_execution_that_made_it(tmp_path: Path) -> None:
    run(execution(tmp_path, double(), fit(), id="first"))
    first, keys = _components(tmp_path, "first"), [one.key for one in records if one.key]
    run(execution(tmp_path, double(), fit(), id="second", resumed=keys))

    second = _components(tmp_path, "second")
    assert second == {step: {**one, "Origin": "first"} for step, one in first.items()}


def test_the_statistics_of_a_metric_are_those_of_the_values_in_the_log(tmp_path: Path) -> None:
    step = fit(depth="7")
    definitions = [{"Name": "validation:f1", "Regex": r"quality=(\S+)"}]
    step["Arguments"]["AlgorithmSpecification"]["MetricDefinitions"] = definitions
    run(execution(tmp_path, double(), step, Behavior="measure"))

    [metric] = _components(tmp_path)["Fit"]["Metrics"]
    log = (tmp_path / "runs/abc/Fit/container.log").read_text()
    values = [float(one) for one in re.findall(r"quality=([0-9.]+)", log)]
    assert len(values) == 2
    assert metric["MetricName"] == "validation:f1"
    assert (metric["Min"], metric["Max"], metric["Last"]) == (min(values), max(values), values[-1])
    assert metric["Count"] == len(values)
    assert metric["Avg"] == pytest.approx(statistics.fmean(values))
    assert metric["StdDev"] == pytest.approx(statistics.pstdev(values))


def test_each_training_of_a_tuning_job_is_a_component(tmp_path: Path) -> None:
    training = fit()["Arguments"]
    metric = [{"Name": "quality", "Regex": r"quality=(\S+)"}]
    training["AlgorithmSpecification"]["MetricDefinitions"] = metric
    training["StaticHyperParameters"] = {**training.pop("HyperParameters"), "behavior": "measure_even"}
    depths = {"CategoricalParameterRanges": [{"Name": "depth", "Values": ["1", "2"]}]}
    tuning = {
        "HyperParameterTuningJobConfig": {
            "Strategy": "Grid",
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 2},
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "quality"},
            "ParameterRanges": depths,
        },
        "TrainingJobDefinition": training,
    }
    run(execution(tmp_path, double(), {"Name": "Tune", "Type": "Tuning", "Arguments": tuning}))

    tried = [one for one in read(tmp_path / "runs/abc") if one["Step"] == "Tune"]
    by_depth = {one["Parameters"]["depth"]["NumberValue"]: one for one in tried}
    assert by_depth[1]["Status"]["PrimaryStatus"] == "Failed"
    assert "the sky is falling" in by_depth[1]["Status"]["Message"]
    assert by_depth[1]["Metrics"] == []
    best = by_depth[2]
    assert best["Status"]["PrimaryStatus"] == "Completed"
    assert {one["MetricName"]: one["Last"] for one in best["Metrics"]} == {
        "quality": 2.0,
        "ObjectiveMetric": 2.0,
    }
    assert best["Parameters"]["behavior"] == {"StringValue": "measure_even"}
    job = best["TrialComponentName"].removesuffix("-aws-training-job")
    assert best["Source"]["SourceArn"].endswith(f":training-job/{job}")
    assert best["OutputArtifacts"]["SageMaker.ModelArtifact"]["Value"].endswith(f"/{job}/output/model.tar.gz")
    assert [parent.split(":")[5].partition("/")[0] for parent in best["Parents"]] == [
        "pipeline",
        "hyper-parameter-tuning-job",
    ]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("12", {"NumberValue": 12.0}),
        ("-1.5e-3", {"NumberValue": -0.0015}),
        ("true", {"StringValue": "true"}),
        ("NaN", {"StringValue": "NaN"}),
        ("Infinity", {"StringValue": "Infinity"}),
        ("1e999", {"StringValue": "1e999"}),
        ('"12"', {"StringValue": '"12"'}),
        ("", {"StringValue": ""}),
        ("binary:logistic", {"StringValue": "binary:logistic"}),
    ],
)
def test_a_parameter_is_a_number_where_it_is_a_finite_one(text: str, kept: dict[str, Any]) -> None:
    assert parameter(text) == kept
