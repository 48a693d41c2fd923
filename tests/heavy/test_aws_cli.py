"""The AWS command line against the local SageMaker API: from a bucket to an endpoint, and all deleted."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from laptop import ROLE, SERVING_IMAGE, Laptop, served
from patience import wait_until

from local.aws.models import operation_model
from local.aws.shapes import faults
from local.containers.environment import ImageEnvironment

ROOT = Path(__file__).resolve().parents[2]
TRAINING_IMAGE = SERVING_IMAGE.replace("/serving:", "/training:")
BUCKET = "of-the-cli"
VARIANT = "VariantName=v,ModelName=cli,InstanceType=ml.m5.large,InitialInstanceCount=1"
INPUT = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in"}}
TRANSFORM = {"DataSource": INPUT, "ContentType": "text/csv", "SplitType": "Line"}
TRAIN = [
    *("--role-arn", ROLE),
    *("--algorithm-specification", f"TrainingImage={TRAINING_IMAGE},TrainingInputMode=File"),
    *("--hyper-parameters", "behavior=remember"),
    *("--input-data-config", json.dumps([{"ChannelName": "train", "DataSource": INPUT}])),
    *("--output-data-config", f"S3OutputPath=s3://{BUCKET}/out"),
    *("--resource-config", "InstanceType=ml.m5.large,InstanceCount=1,VolumeSizeInGB=10"),
    *("--stopping-condition", "MaxRuntimeInSeconds=3600"),
    *("--tags", "Key=team,Value=a"),
]


class CommandLine:
    """`aws` in a folder, with the variables of `slipway env` and no others of AWS's."""

    def __init__(self, folder: Path, laptop: Laptop) -> None:
        environment = ImageEnvironment(
            "aws-cli", ROOT / "build" / "environments", "3.12", ROOT / "tests/heavy/aws_cli/requirements.txt"
        )
        python = environment.python()
        self._program = [str(python), str(python.with_name("aws"))]
        self._variables = laptop.runner.run("env")[1]
        self._folder = folder

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            ["/bin/bash", "-euc", f'{self._variables}\nexec "$0" "$@"', *self._program, *arguments],
            cwd=self._folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self._folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout

    def sagemaker(self, command: str, *arguments: str) -> Any:
        """The answer to a command, held to the operation's shape."""
        answer = json.loads(self("sagemaker", command, *arguments) or "{}")
        operation = "".join(part.capitalize() for part in command.split("-"))
        shape = operation_model("sagemaker", operation).output_shape
        # Times are written out by the command line.
        wrong = [one for one in faults(shape, answer) if one.shape.type_name != "timestamp"] if shape else []
        assert not wrong, (command, wrong)
        return answer


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    with served(tmp_path_factory.mktemp("laptop")) as laptop:
        folder = tmp_path_factory.mktemp("cli")
        (folder / "rows.csv").write_text("1,2\n3,4\n")
        yield CommandLine(folder, laptop)


def test_files_go_up_and_down(aws: CommandLine, tmp_path: Path) -> None:
    content = os.urandom(20 << 20)
    (tmp_path / "folder" / "sub").mkdir(parents=True)
    (tmp_path / "folder" / "sub" / "large").write_bytes(content)
    aws("s3", "mb", "s3://of-files")
    aws("s3", "sync", str(tmp_path / "folder"), "s3://of-files/folder")
    assert aws("s3", "ls", "s3://of-files/", "--recursive").split()[2:] == ["20971520", "folder/sub/large"]
    aws("s3", "cp", "s3://of-files/folder/sub/large", str(tmp_path / "again"))
    assert (tmp_path / "again").read_bytes() == content
    head = json.loads(aws("s3api", "head-object", "--bucket", "of-files", "--key", "folder/sub/large"))
    assert head["ContentLength"] == len(content)
    aws("s3", "rm", "s3://of-files", "--recursive")
    aws("s3", "rb", "s3://of-files")


def test_a_model_is_trained_served_and_deleted_by_commands(aws: CommandLine) -> None:
    role = json.loads(aws("iam", "get-role", "--role-name", ROLE.rpartition("/")[2]))["Role"]["Arn"]
    assert role == ROLE
    assert json.loads(aws("sts", "get-caller-identity"))["Account"] in role
    aws("s3", "mb", f"s3://{BUCKET}")
    aws("s3", "cp", "rows.csv", f"s3://{BUCKET}/in/rows.csv")

    arn = aws.sagemaker("create-training-job", "--training-job-name", "cli", *TRAIN)["TrainingJobArn"]
    job = ("describe-training-job", "--training-job-name", "cli")
    assert wait_until(lambda: aws.sagemaker(*job)["TrainingJobStatus"] != "InProgress")
    assert aws.sagemaker(*job)["TrainingJobStatus"] == "Completed"
    assert aws.sagemaker("list-training-jobs", "--name-contains", "cli")["TrainingJobSummaries"]
    assert aws.sagemaker("list-tags", "--resource-arn", arn)["Tags"] == [{"Key": "team", "Value": "a"}]
    group = ("--log-group-name", "/aws/sagemaker/TrainingJobs")
    streams = json.loads(aws("logs", "describe-log-streams", *group, "--log-stream-name-prefix", "cli/"))
    stream = streams["logStreams"][0]["logStreamName"]
    events = json.loads(aws("logs", "get-log-events", *group, "--log-stream-name", stream))["events"]
    assert [one["message"] for one in events] == ["behavior: remember"]
    aws("s3", "cp", aws.sagemaker(*job)["ModelArtifacts"]["S3ModelArtifacts"], ".")

    containers = [f"Image={SERVING_IMAGE},Environment={{TAG={tag}}}" for tag in ("a", "b")]
    aws.sagemaker(
        "create-model", "--model-name", "cli", "--execution-role-arn", ROLE, "--containers", *containers
    )
    assert len(aws.sagemaker("describe-model", "--model-name", "cli")["Containers"]) == 2
    assert "cli" in [one["ModelName"] for one in aws.sagemaker("list-models")["Models"]]
    config = ("--endpoint-config-name", "cli")
    aws.sagemaker("create-endpoint-config", *config, "--production-variants", VARIANT)
    aws.sagemaker("describe-endpoint-config", *config)
    endpoint = ("--endpoint-name", "cli")
    aws.sagemaker("create-endpoint", *endpoint, *config)
    aws("sagemaker", "wait", "endpoint-in-service", *endpoint)
    answered = ("--body", "fileb://rows.csv", "--content-type", "text/csv", "/dev/stdout")
    assert "1,2,a,b\n3,4,a,b\n" in aws("sagemaker-runtime", "invoke-endpoint", *endpoint, *answered)
    names = [one["EndpointName"] for one in aws.sagemaker("list-endpoints")["Endpoints"]]
    assert names == ["cli", "slipway-dev-shop"]

    transform = ("describe-transform-job", "--transform-job-name", "cli")
    aws.sagemaker(
        *("create-transform-job", "--transform-job-name", "cli", "--model-name", "cli"),
        *("--transform-input", json.dumps(TRANSFORM)),
        *("--transform-output", f"S3OutputPath=s3://{BUCKET}/scored,AssembleWith=Line"),
        *("--transform-resources", "InstanceType=ml.m5.large,InstanceCount=1"),
    )
    assert wait_until(lambda: aws.sagemaker(*transform)["TransformJobStatus"] != "InProgress")
    assert aws("s3", "cp", f"s3://{BUCKET}/scored/rows.csv.out", "-") == "1,2,a,b\n3,4,a,b\n"

    aws.sagemaker("delete-endpoint", *endpoint)
    assert wait_until(lambda: len(aws.sagemaker("list-endpoints")["Endpoints"]) == 1)
    aws.sagemaker("delete-endpoint-config", *config)
    aws.sagemaker("delete-model", "--model-name", "cli")
    aws("s3", "rm", f"s3://{BUCKET}", "--recursive")
    aws("s3", "rb", f"s3://{BUCKET}")
    assert BUCKET not in aws("s3", "ls")
