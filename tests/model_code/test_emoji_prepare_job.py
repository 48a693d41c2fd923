"""The preparation of tweets as a processing job of one and of several instances, by the runner."""

from pathlib import Path
from typing import Any

import pytest
from assembly_files import TRAINING_IMAGE, write_assembly, write_versions
from model_scripts import MODEL_CODE, as_archived, load

import assembly
from local.containers.images import Images
from local.errors import JobError
from local.jobs import ProcessingJob, Services
from local.registry import FolderRegistry
from local.storage.s3 import Storage

sample = load("emoji/sample/__main__")

OUTPUTS = ("train", "validation", "test", "texts", "tweets", "labels")
INPUT, OUTPUT = "/opt/ml/processing/input", "/opt/ml/processing/output"
# Runs the script; the second instance is killed when it has written its files.
KILLED = """
import json, os, pathlib, runpy, signal, sys
told = json.loads(pathlib.Path(os.environ["SAGEMAKER_BASE_DIR"], "config/resourceconfig.json").read_text())
script = sys.argv.pop(1)
sys.path.insert(0, str(pathlib.Path(script).parent))
runpy.run_path(script, run_name="__main__")
if told["current_host"] == "algo-2":
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def services(tmp_path: Path) -> Services:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}}
    declared = assembly.load(write_assembly(tmp_path / "cdk.out", {"Data": bucket}))
    services = Services(
        Storage(tmp_path / "s3", declared),
        Images.load(write_versions(tmp_path)),
        declared.place,
        FolderRegistry(tmp_path / "registry", declared.place),
    )
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *(word for words in sample.CUES for word in words.split())]
    folders = {"weights": tmp_path / "weights", "tweets": tmp_path / "tweets"}
    for folder in folders.values():
        folder.mkdir()
    (folders["weights"] / "vocab.txt").write_text("".join(f"{token}\n" for token in tokens))
    for name, content in sample.sample(120, 20, seed=1).items():
        (folders["tweets"] / name).write_bytes(content)
    folders["code"] = as_archived(MODEL_CODE / "emoji" / "prepare", tmp_path / "code")
    for name, folder in folders.items():
        services.storage.upload(folder, f"s3://data/in/{name}")
    return services


def prepared(
    services: Services, folder: Path, instances: int, entrypoint: tuple[str, ...] = ("python3",)
) -> dict[str, bytes]:
    """What the job writes, by output and file, without the host in its name."""
    key = f"out-{instances}"
    job = ProcessingJob("prepare", arguments(key, instances, entrypoint), services)
    job.check()
    job.run(folder)
    written = services.storage.path(f"s3://data/{key}")
    found = {}
    for path in written.rglob("*.*"):
        _, _, host, name = path.name.split("-", 3)
        assert path.name.startswith("part-algo-")
        assert int(host) <= instances
        assert f"{path.parent.name}/{name}" not in found
        found[f"{path.parent.name}/{name}"] = path.read_bytes()
    return found


def arguments(key: str, instances: int, entrypoint: tuple[str, ...]) -> dict[str, Any]:
    def given(name: str, **more: str) -> dict[str, Any]:
        source = {"S3Uri": f"s3://data/in/{name}", "LocalPath": f"{INPUT}/{name}", **more}
        return {"InputName": name, "S3Input": source}

    def taken(name: str) -> dict[str, Any]:
        return {
            "OutputName": name,
            "S3Output": {"S3Uri": f"s3://data/{key}/{name}", "LocalPath": f"{OUTPUT}/{name}"},
        }

    folders = [part for name in OUTPUTS for part in (f"--{name}", f"{OUTPUT}/{name}")]
    return {
        "AppSpecification": {
            "ImageUri": TRAINING_IMAGE,
            "ContainerEntrypoint": [*entrypoint, f"{INPUT}/code/__main__.py"],
            "ContainerArguments": [
                *("--input", f"{INPUT}/tweets", "--weights", f"{INPUT}/weights"),
                *folders,
            ],
        },
        "ProcessingInputs": [
            given("code"),
            given("weights"),
            given("tweets", S3DataDistributionType="ShardedByS3Key"),
        ],
        "ProcessingOutputConfig": {"Outputs": [taken(name) for name in OUTPUTS]},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": instances, "VolumeSizeInGB": 1}
        },
    }


# Of four instances one has none of the three objects.
@pytest.mark.parametrize("instances", [2, 4])
def test_several_instances_write_together_what_one_writes(
    services: Services, tmp_path: Path, instances: int
) -> None:
    one = prepared(services, tmp_path / "one", 1)
    several = prepared(services, tmp_path / "several", instances)

    assert several == one
    assert {name.partition("/")[0] for name in one} == set(OUTPUTS)
    logs = [path.read_text() for path in sorted((tmp_path / "several").glob("*/container.log"))]
    assert [f"algo-{number}: " in log for number, log in enumerate(logs, 1)] == [True] * instances


def test_an_instance_that_is_killed_ends_the_job_and_nothing_is_uploaded(
    services: Services, tmp_path: Path
) -> None:
    with pytest.raises(JobError, match="algo-2 was killed by SIGKILL"):
        prepared(services, tmp_path / "job", 2, ("python3", "-c", KILLED))

    assert not services.storage.exists("s3://data/out-2")
