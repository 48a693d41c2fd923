import json
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from assembly_files import REGION, TRAINING_IMAGE, file_asset, write_assembly
from job_arguments import SOURCE, channel, given, processing, read, taken, training

import assembly
from local.errors import ImageError, JobError, StorageError
from local.jobs import ProcessingJob, Services, TrainingJob
from local.storage.s3 import Storage


def test_a_training_container_finds_what_sagemaker_would_give_it(services: Services, tmp_path: Path) -> None:
    arguments = training(
        HyperParameters={"eta": "0.2", "sagemaker_submit_directory": SOURCE}, Environment={"COLOR": "red"}
    )
    job = TrainingJob("fit", arguments, services)
    job.check()
    job.run(tmp_path / "run")
    told = json.loads((tmp_path / "run/opt/ml/output/data/told.json").read_text())
    source = told["hyperparameters"].pop("sagemaker_submit_directory")
    assert (Path(source).name, Path(source).read_text()) == ("fit.gz", "source")
    assert told["hyperparameters"] == {"eta": "0.2"}
    assert told["files"] == {"train/rows.csv": "1,2\n"}
    assert told["inputdataconfig"]["train"] == {
        "TrainingInputMode": "File",
        "S3DistributionType": "FullyReplicated",
        "RecordWrapperType": "None",
        "ContentType": "text/csv",
    }
    assert told["resourceconfig"]["hosts"] == ["algo-1"]
    assert told["resourceconfig"]["current_instance_type"] == "ml.m5.large"
    assert told["job"] == "fit"
    assert {"COLOR", "AWS_REGION", "TRAINING_JOB_ARN"} <= set(told["variables"])


def test_a_source_directory_that_is_encoded_as_json_stays_so(services: Services, tmp_path: Path) -> None:
    arguments = training(HyperParameters={"sagemaker_submit_directory": json.dumps(SOURCE)})
    TrainingJob("fit", arguments, services).run(tmp_path / "run")
    told = json.loads((tmp_path / "run/opt/ml/output/data/told.json").read_text())
    assert Path(json.loads(told["hyperparameters"]["sagemaker_submit_directory"])).read_text() == "source"


def test_the_model_folder_becomes_the_archive_that_the_description_names(
    services: Services, tmp_path: Path
) -> None:
    job = TrainingJob("fit", training(), services)
    job.run(tmp_path / "run")
    uri = job.description["ModelArtifacts"]["S3ModelArtifacts"]
    assert uri == "s3://data/out/fit/output/model.tar.gz"
    with tarfile.open(services.storage.path(uri)) as archive:
        assert archive.getnames() == ["model.json"]
    with tarfile.open(services.storage.path("s3://data/out/fit/output/output.tar.gz")) as archive:
        assert archive.getnames() == ["told.json"]


def test_training_twice_gives_the_same_archive_byte_for_byte(services: Services, tmp_path: Path) -> None:
    archives = []
    for name in ("one", "two"):
        job = TrainingJob(name, training(), services)
        job.run(tmp_path / name)
        uri = job.description["ModelArtifacts"]["S3ModelArtifacts"]
        archives.append(services.storage.path(uri).read_bytes())
    assert archives[0] == archives[1]


def test_a_failed_training_gives_the_containers_reason_and_log_and_no_archive(
    services: Services, tmp_path: Path
) -> None:
    job = TrainingJob("fit", training(HyperParameters={"behavior": "fail"}), services)
    with pytest.raises(JobError, match=r"the sky is falling\n.*container.log.*\nbehavior: fail"):
        job.run(tmp_path / "run")
    assert not services.storage.exists("s3://data/out")


def test_the_checkpoints_of_a_job_that_failed_are_there_for_the_next(
    services: Services, tmp_path: Path
) -> None:
    arguments = training(
        HyperParameters={"behavior": "checkpoint"}, CheckpointConfig={"S3Uri": "s3://data/checkpoints"}
    )
    job = TrainingJob("fit", arguments, services)
    job.check()
    with pytest.raises(JobError, match="ended with exit code 3"):
        job.run(tmp_path / "first")
    assert read(services, "s3://data/checkpoints/half") == "half"
    job.run(tmp_path / "second")
    assert services.storage.exists(job.outputs[0])


def test_a_training_without_a_model_fails(services: Services, tmp_path: Path) -> None:
    job = TrainingJob("fit", training(HyperParameters={"behavior": "nothing"}), services)
    with pytest.raises(JobError, match="wrote nothing to /opt/ml/model"):
        job.run(tmp_path / "run")


def test_a_training_that_takes_too_long_is_stopped(services: Services, tmp_path: Path) -> None:
    arguments = training(HyperParameters={"behavior": "sleep"}, StoppingCondition={"MaxRuntimeInSeconds": 1})
    with pytest.raises(JobError, match="stopped after its time limit of 1 s"):
        TrainingJob("fit", arguments, services).run(tmp_path / "run")


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (
            {"AlgorithmSpecification": {"TrainingImage": "registry/other:1"}},
            ImageError,
            "registry/other:1 cannot run here",
        ),
        (
            {"AlgorithmSpecification": {"TrainingImage": TRAINING_IMAGE, "TrainingInputMode": "Pipe"}},
            JobError,
            "TrainingInputMode 'Pipe' is not supported",
        ),
        ({"InputDataConfig": [channel("a", CompressionType="Gzip")]}, JobError, "CompressionType 'Gzip'"),
        (
            {"InputDataConfig": [channel("a", source={"S3DataType": "ManifestFile"})]},
            JobError,
            "S3DataType 'ManifestFile'",
        ),
        (
            {"InputDataConfig": [channel("a", source={"S3Uri": "s3://elsewhere/x"})]},
            StorageError,
            "declares no bucket elsewhere",
        ),
        ({"OutputDataConfig": {"S3OutputPath": "s3://elsewhere/x"}}, StorageError, "no bucket elsewhere"),
        ({"HyperParameters": {"depth": 5}}, JobError, "hyperparameter depth is 5; .* strings only"),
        ({"Environment": {"DEPTH": 5}}, JobError, "environment variable DEPTH is 5"),
    ],
)
def test_a_training_job_that_cannot_run_here_is_refused_before_it_starts(
    services: Services, changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        TrainingJob("fit", training(**changes), services).check()


def test_a_processing_job_reads_its_inputs_and_leaves_its_outputs(services: Services, tmp_path: Path) -> None:
    code = """
import pathlib, sys
flag, source, target = sys.argv[1:]
assert flag == "--rows"
pathlib.Path(target).write_text(pathlib.Path(source, "rows.csv").read_text() * 2)
"""
    paths = ["/opt/ml/processing/input/rows", "/opt/ml/processing/output/copy/twice.csv"]
    job = ProcessingJob("double", processing(code, "--rows", *paths), services)
    job.check()
    job.run(tmp_path / "run")
    assert read(services, "s3://data/out/twice.csv") == "1,2\n1,2\n"
    config = json.loads((tmp_path / "run/opt/ml/config/processingjobconfig.json").read_text())
    assert config["ProcessingJobName"] == "double"


def test_a_variable_that_names_a_local_path_is_mapped_as_arguments_are(
    services: Services, tmp_path: Path
) -> None:
    code = (
        "import os, pathlib; pathlib.Path(os.environ['TARGET'], 'x').write_text(os.environ['NOT_DECLARED'])"
    )
    environment = {"TARGET": "/opt/ml/processing/output/copy", "NOT_DECLARED": "/opt/ml/processing/other"}
    ProcessingJob("vary", processing(code, Environment=environment), services).run(tmp_path / "run")
    assert read(services, "s3://data/out/x") == "/opt/ml/processing/other"


def test_a_processing_job_can_run_a_staged_folder(services: Services, tmp_path: Path) -> None:
    cdk_out = write_assembly(
        tmp_path / "other.out", {}, files={"code": file_asset("asset.code", "code.zip", "zip")}
    )
    (cdk_out / "asset.code").mkdir()
    (cdk_out / "asset.code" / "__main__.py").write_text(
        "import sys, pathlib; pathlib.Path(sys.argv[1], 'done').touch()"
    )
    storage = Storage(tmp_path / "s3", assembly.load(cdk_out))
    arguments = {
        "AppSpecification": {
            "ImageUri": TRAINING_IMAGE,
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/code.zip"],
            "ContainerArguments": ["/opt/ml/processing/input/code"],
        },
        "ProcessingInputs": [given("code", f"s3://cdk-assets-000000000000-{REGION}/code.zip")],
    }
    ProcessingJob("zipped", arguments, replace(services, storage=storage)).run(tmp_path / "run")
    assert (tmp_path / "run/opt/ml/processing/input/code/done").exists()


def test_references_reach_the_inputs_and_outputs_of_a_processing_job_by_name(services: Services) -> None:
    description = ProcessingJob("double", processing(), services).description
    assert description["ProcessingOutputConfig"]["Outputs"]["copy"]["S3Output"]["S3Uri"] == "s3://data/out"
    assert description["ProcessingInputs"]["rows"]["S3Input"]["S3Uri"] == "s3://data/in"


def test_a_failed_processing_job_leaves_no_output(services: Services, tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; pathlib.Path(sys.argv[1], 'half').touch(); sys.exit('line 7: no such column')"
    )
    job = ProcessingJob("half", processing(code, "/opt/ml/processing/output/copy"), services)
    with pytest.raises(JobError, match=r"(?s)exit code 1.*line 7: no such column"):
        job.run(tmp_path / "run")
    assert not services.storage.exists("s3://data/out")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"AppSpecification": {"ImageUri": TRAINING_IMAGE}}, "ContainerEntrypoint; none is given"),
        (
            {"ProcessingInputs": [given("rows", "s3://data/in", S3CompressionType="Gzip")]},
            "S3CompressionType 'Gzip'",
        ),
        (
            {"ProcessingInputs": [given("rows", "s3://data/in", S3DataType="ManifestFile")]},
            "S3DataType 'ManifestFile'",
        ),
        (
            {
                "ProcessingOutputConfig": {
                    "Outputs": [taken("copy", "s3://data/out", S3UploadMode="Continuous")]
                }
            },
            "S3UploadMode 'Continuous'",
        ),
        (
            {"ProcessingInputs": [given("rows", "s3://data/in", LocalPath="/opt/ml/model")]},
            "LocalPath /opt/ml/model is not below /opt/ml/processing",
        ),
        ({"Environment": {"DEPTH": 5}}, "environment variable DEPTH is 5"),
    ],
)
def test_a_processing_job_that_cannot_run_here_is_refused_before_it_starts(
    services: Services, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(JobError, match=message):
        ProcessingJob("double", processing(**changes), services).check()
