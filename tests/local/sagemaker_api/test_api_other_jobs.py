"""Processing, transform and tuning jobs of SageMaker's API, and the logs that a client follows."""

import pytest
from botocore.exceptions import ClientError
from laptop import BUCKET, ROLE, SERVING_IMAGE, Laptop, processing, training, tuning
from runner import ROOT

from local.containers.images import Images
from local.sagemaker_api.kinds import definitions

ENDED = ("Completed", "Failed", "Stopped")


def test_a_script_processes_what_was_uploaded_and_its_log_is_followed(laptop: Laptop) -> None:
    s3, sagemaker, logs = (laptop.client(one) for one in ("s3", "sagemaker", "logs"))
    script = (
        b"import pathlib, sys\n"
        b"text = pathlib.Path(sys.argv[1], 'rows.csv').read_text()\n"
        b"print('rows:', text.strip())\n"
        b"pathlib.Path(sys.argv[2], 'copy.csv').write_text(text.upper())\n"
    )
    s3.put_object(Bucket=BUCKET, Key="processing/in/rows.csv", Body=b"a,b\n")
    s3.put_object(Bucket=BUCKET, Key="processing/code/copy.py", Body=script)
    sagemaker.create_processing_job(**processing("copies", "copy.py"))
    job = laptop.wait(
        sagemaker.describe_processing_job, "ProcessingJobStatus", until=ENDED, ProcessingJobName="copies"
    )

    assert job["ProcessingJobStatus"] == "Completed", job
    assert s3.get_object(Bucket=BUCKET, Key="processed/copies/copy.csv")["Body"].read() == b"A,B\n"
    group = "/aws/sagemaker/ProcessingJobs"
    (stream,) = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix="copies/")["logStreams"]
    assert stream["logStreamName"].startswith("copies/algo-1-")
    first = logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True)
    assert [one["message"] for one in first["events"]] == ["rows: a,b"]
    more = logs.get_log_events(
        logGroupName=group, logStreamName=stream["logStreamName"], nextToken=first["nextForwardToken"]
    )
    assert (more["events"], more["nextForwardToken"]) == ([], first["nextForwardToken"])
    found = logs.filter_log_events(logGroupName=group, logStreamNamePrefix="copies/", limit=1)
    assert [(one["logStreamName"], one["message"]) for one in found["events"]] == [
        (stream["logStreamName"], "rows: a,b")
    ]
    assert "nextToken" not in found
    assert logs.filter_log_events(logGroupName=group, logStreamNames=["another"])["events"] == []
    with pytest.raises(ClientError, match="filterPattern is not implemented"):
        logs.filter_log_events(logGroupName=group, filterPattern="rows")


def test_a_model_of_a_client_scores_a_file(laptop: Laptop) -> None:
    s3, sagemaker = laptop.client("s3"), laptop.client("sagemaker")
    s3.put_object(Bucket=BUCKET, Key="batch/in/rows.csv", Body=b"1\n2\n")
    containers = [{"Image": SERVING_IMAGE, "Environment": {"TAG": tag}} for tag in ("a", "b")]
    sagemaker.create_model(ModelName="scores", ExecutionRoleArn=ROLE, Containers=containers)
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/batch/in"}}
    sagemaker.create_transform_job(
        TransformJobName="scores",
        ModelName="scores",
        TransformInput={"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
        TransformOutput={"S3OutputPath": f"s3://{BUCKET}/batch/out", "AssembleWith": "Line"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    job = laptop.wait(
        sagemaker.describe_transform_job, "TransformJobStatus", until=ENDED, TransformJobName="scores"
    )

    assert job["TransformJobStatus"] == "Completed", job
    assert s3.get_object(Bucket=BUCKET, Key="batch/out/rows.csv.out")["Body"].read() == b"1,a,b\n2,a,b\n"


def test_a_tuning_job_lists_its_training_jobs_best_first(laptop: Laptop) -> None:
    sagemaker = laptop.client("sagemaker")
    sagemaker.create_hyper_parameter_tuning_job(HyperParameterTuningJobName="tunes", **tuning(4))
    job = laptop.wait(
        sagemaker.describe_hyper_parameter_tuning_job,
        "HyperParameterTuningJobStatus",
        until=ENDED,
        HyperParameterTuningJobName="tunes",
    )
    trials = sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="tunes", SortBy="FinalObjectiveMetricValue", SortOrder="Descending"
    )["TrainingJobSummaries"]

    assert job["HyperParameterTuningJobStatus"] == "Completed", job
    assert job["TrainingJobStatusCounters"]["Completed"] == len(trials) == 4
    assert job["BestTrainingJob"]["TrainingJobName"] == trials[0]["TrainingJobName"]
    values = [one["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for one in trials]
    assert values == sorted(values, reverse=True)
    assert values == [float(one["TunedHyperParameters"]["depth"]) for one in trials]
    best = sagemaker.describe_training_job(TrainingJobName=trials[0]["TrainingJobName"])
    assert best["ModelArtifacts"]["S3ModelArtifacts"].endswith(
        f"/{best['TrainingJobName']}/output/model.tar.gz"
    )
    assert best["FinalMetricDataList"][0]["Value"] == values[0]
    assert best["HyperParameters"]["_tuning_objective_metric"] == "quality"
    assert best["TuningJobArn"] == job["HyperParameterTuningJobArn"]


def test_several_definitions_are_tuned_by_one_job(laptop: Laptop) -> None:
    sagemaker = laptop.client("sagemaker")
    depth = {"Name": "depth", "MinValue": "1", "MaxValue": "9", "ScalingType": "Linear"}
    definitions = []
    for name in ("one", "other"):
        definition = {**training("definition"), "DefinitionName": name}
        definition = {
            key: one for key, one in definition.items() if key not in ("TrainingJobName", "HyperParameters")
        }
        definition["HyperParameterTuningResourceConfig"] = definition.pop("ResourceConfig")
        definition["StaticHyperParameters"] = {"behavior": "measure"}
        definition["TuningObjective"] = {"Type": "Maximize", "MetricName": "quality"}
        definition["HyperParameterRanges"] = {"IntegerParameterRanges": [depth]}
        definitions.append(definition)
    sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="several",
        HyperParameterTuningJobConfig={
            "Strategy": "Bayesian",
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2},
        },
        TrainingJobDefinitions=definitions,
    )
    job = laptop.wait(
        sagemaker.describe_hyper_parameter_tuning_job,
        "HyperParameterTuningJobStatus",
        until=ENDED,
        HyperParameterTuningJobName="several",
    )

    assert job["HyperParameterTuningJobStatus"] == "Completed", job
    assert job["BestTrainingJob"]["TrainingJobDefinitionName"] in ("one", "other")
    assert [one["DefinitionName"] for one in job["TrainingJobDefinitions"]] == ["one", "other"]
    # The SDK attaches to a tuning job by these.
    assert {one["ResourceConfig"]["InstanceCount"] for one in job["TrainingJobDefinitions"]} == {1}
    best = sagemaker.describe_training_job(TrainingJobName=job["BestTrainingJob"]["TrainingJobName"])
    assert best["ResourceConfig"]["InstanceType"] == "ml.m5.large"


def test_a_tuning_jobs_description_says_how_a_built_in_algorithm_prints_the_objective() -> None:
    image = "492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:1.7-1"
    objective = {"Type": "Maximize", "MetricName": "validation:auc"}
    algorithm = {"TrainingImage": image, "TrainingInputMode": "File"}
    request = {
        "HyperParameterTuningJobConfig": {"HyperParameterTuningJobObjective": objective},
        "TrainingJobDefinition": {"AlgorithmSpecification": algorithm},
    }
    images = Images.load(ROOT / "versions.toml").of_any_version(lambda text: None)
    described = definitions(request, images)["TrainingJobDefinition"]["AlgorithmSpecification"]
    # SageMaker's SDK attaches by them.
    assert [one["Name"] for one in described["MetricDefinitions"]] == ["validation:auc"]
