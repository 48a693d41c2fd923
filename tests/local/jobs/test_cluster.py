"""Jobs of several instances: hosts, shares of the data, and what their results become."""

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from job_arguments import channel, processing, put, read, training
from job_arguments import given as job_input

from local.containers import host_names
from local.errors import JobError
from local.jobs import ProcessingJob, Services, TrainingJob
from local.storage.s3 import Share

TWO = {"ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 1}}
# What a processing container does: write, under the host's own name, what it got and where it is.
SPLIT = """
import json, os, pathlib, socket, sys
base = pathlib.Path(os.environ["SAGEMAKER_BASE_DIR"])
told = json.loads((base / "config/resourceconfig.json").read_text())
given, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
told["objects"] = sorted(path.name for path in given.rglob("*") if path.is_file())
told["addresses"] = {host: socket.gethostbyname(host) for host in told["hosts"]}
for address in told["addresses"].values():
    listener = socket.socket()
    if address == told["addresses"][told["current_host"]]:
        listener.bind((address, 0))
(out / f"{told['current_host']}.json").write_text(json.dumps(told))
"""


@pytest.fixture
def rows(services: Services, tmp_path: Path) -> None:
    for name in "abcde":
        put(services, tmp_path, f"s3://data/parts/{name}.csv", f"{name}\n")


def split(distribution: str = "ShardedByS3Key", script: str = SPLIT, **changes: Any) -> dict[str, Any]:
    rows = job_input("rows", "s3://data/parts")
    rows["S3Input"]["S3DataDistributionType"] = distribution
    paths = ("/opt/ml/processing/input/rows", "/opt/ml/processing/output/copy")
    return processing(script, *paths, ProcessingInputs=[rows], ProcessingResources=TWO, **changes)


def processed(services: Services, folder: Path, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    job = ProcessingJob("split", arguments, services)
    job.check()
    job.run(folder)
    return [json.loads(read(services, f"s3://data/out/algo-{number}.json")) for number in (1, 2)]


def test_each_instance_gets_its_share_of_the_objects_and_none_gets_one_twice(
    services: Services, rows: None, tmp_path: Path
) -> None:
    first, second = processed(services, tmp_path / "job", split())

    assert first["objects"] == ["a.csv", "c.csv", "e.csv"]
    assert second["objects"] == ["b.csv", "d.csv"]


def test_what_is_replicated_is_whole_on_each_instance(services: Services, rows: None, tmp_path: Path) -> None:
    first, second = processed(services, tmp_path / "job", split("FullyReplicated"))

    assert first["objects"] == second["objects"] == [f"{name}.csv" for name in "abcde"]


@pytest.mark.parametrize("private_mounts", [True, False], ids=["by /etc/hosts", "by Python"])
def test_each_instance_knows_all_hosts_and_resolves_them_to_addresses_of_its_own(
    services: Services, rows: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, private_mounts: bool
) -> None:
    if private_mounts and not host_names._private_mounts():
        pytest.skip("this machine lets no process have mounts of its own")
    if not private_mounts:
        monkeypatch.setattr(host_names, "_private_mounts", lambda: ())

    first, second = processed(services, tmp_path / "job", split())

    assert first["hosts"] == second["hosts"] == ["algo-1", "algo-2"]
    assert (first["current_host"], second["current_host"]) == ("algo-1", "algo-2")
    assert first["addresses"] == second["addresses"]
    assert len({*first["addresses"].values()}) == 2
    assert all(address.startswith("127.") for address in first["addresses"].values())


def test_two_jobs_have_no_address_in_common(tmp_path: Path) -> None:
    jobs = [host_names.HostNames.of(["algo-1", "algo-2"], tmp_path / str(number)) for number in range(3)]

    assert len({address for names in jobs for address in names.addresses.values()}) == 6


def test_a_host_alone_needs_no_name(tmp_path: Path) -> None:
    assert host_names.HostNames.of(["algo-1"], tmp_path).resolved_by(["true"]) == ["true"]


def test_each_instance_has_a_log_of_its_own(services: Services, rows: None, tmp_path: Path) -> None:
    processed(services, tmp_path / "job", split(script=SPLIT + "print('I am', told['current_host'])"))

    for host in ("algo-1", "algo-2"):
        assert (tmp_path / "job" / host / "container.log").read_text() == f"I am {host}\n"


def test_one_failure_ends_the_job_with_its_reason(services: Services, rows: None, tmp_path: Path) -> None:
    fails = (
        SPLIT
        + """
import time
if told["current_host"] == "algo-1":
    time.sleep(600)
print("no such emoji")
sys.exit(3)
"""
    )
    with pytest.raises(JobError, match=r"(?s)^algo-2 ended with exit code 3\n.*algo-2.*no such emoji"):
        processed(services, tmp_path / "job", split(script=fails))

    assert not services.storage.exists("s3://data/out")


def test_what_two_instances_write_under_one_name_overwrites_nothing(
    services: Services, rows: None, tmp_path: Path
) -> None:
    same = SPLIT + "(out / 'all.csv').write_text(told['current_host'])"

    with pytest.raises(JobError, match=r"algo-1 and algo-2 have both written all\.csv .*part-<host>"):
        processed(services, tmp_path / "job", split(script=same))

    assert not services.storage.exists("s3://data/out")


@pytest.mark.parametrize("count", [0, 9, -1, 1.5, "two", None, True])
@pytest.mark.parametrize("kind", ["training", "processing"])
def test_a_number_of_instances_that_cannot_run_is_refused(services: Services, count: Any, kind: str) -> None:
    wrong = {"InstanceType": "ml.m5.large", "InstanceCount": count}
    if kind == "training":
        job: Any = TrainingJob("fit", training(ResourceConfig=wrong), services)
    else:
        job = ProcessingJob("split", processing(ProcessingResources={"ClusterConfig": wrong}), services)

    with pytest.raises(JobError, match="expected an InstanceCount from 1 to 8"):
        job.check()


def test_a_training_of_two_instances_tells_both_of_both(
    services: Services, rows: None, tmp_path: Path
) -> None:
    told = trained(services, tmp_path, "remember")

    assert told["algo-1"]["resourceconfig"]["hosts"] == ["algo-1", "algo-2"]
    assert told["algo-2"]["resourceconfig"]["current_host"] == "algo-2"
    assert [*told["algo-1"]["files"]] == ["train/a.csv", "train/c.csv", "train/e.csv"]
    assert [*told["algo-2"]["files"]] == ["train/b.csv", "train/d.csv"]


def test_the_archive_of_a_training_is_the_first_instances_with_what_only_others_wrote(
    services: Services, rows: None, tmp_path: Path
) -> None:
    trained(services, tmp_path, "name_host")

    with tarfile.open(services.storage.path("s3://data/out/fit/output/model.tar.gz")) as archive:
        texts = {one.name: archive.extractfile(one).read().decode() for one in archive if one.isfile()}  # type: ignore[union-attr]
    assert texts == {"host": "algo-1", "only-algo-1": "", "only-algo-2": ""}


def trained(services: Services, tmp_path: Path, behavior: str) -> dict[str, Any]:
    source = {"S3Uri": "s3://data/parts", "S3DataDistributionType": "ShardedByS3Key"}
    arguments = training(
        HyperParameters={"behavior": behavior},
        InputDataConfig=[channel("train", source=source)],
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 2},
    )
    job = TrainingJob("fit", arguments, services)
    job.check()
    job.run(tmp_path / "job")
    told = {}
    for host in ("algo-1", "algo-2"):
        path = tmp_path / "job" / host / "opt/ml/output/data/told.json"
        told[host] = json.loads(path.read_text()) if path.exists() else None
    return told


@given(st.integers(0, 20), st.integers(1, 8))
def test_shares_are_a_partition_of_the_objects(objects: int, of: int) -> None:
    files = [Path(str(number)) for number in range(objects)]

    shares = [Share(number, of).objects(files) for number in range(1, of + 1)]

    assert sorted(file for share in shares for file in share) == sorted(files)
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
