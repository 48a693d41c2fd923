"""What the TensorFlow training image adds to script mode: TF_CONFIG for jobs of several instances."""

import ipaddress
import json
import socket
from pathlib import Path

import pytest
from container_process import run_training, write_job
from tensorflow_training_image import cluster

TELL = """
import json, os
with open(os.path.join(os.environ["SM_MODEL_DIR"], "config.json"), "w") as file:
    json.dump(json.loads(os.environ.get("TF_CONFIG", "null")), file)
"""
STRATEGY = "sagemaker_multi_worker_mirrored_strategy_enabled"


def job(folder: Path, hosts: list[str], host: str, **hyperparameters: str) -> Path:
    write_job(folder, {"sagemaker_program": json.dumps("fit.py"), **hyperparameters}, {})
    (folder / "input" / "config" / "resourceconfig.json").write_text(
        json.dumps({"current_host": host, "hosts": hosts})
    )
    (folder / "code").mkdir()
    (folder / "code" / "fit.py").write_text(TELL)
    return folder


def config(folder: Path) -> object:
    training = run_training("tensorflow_training_image", folder)
    assert training.code == 0, training.log
    return json.loads((folder / "model" / "config.json").read_text())


@pytest.mark.parametrize(("host", "index"), [("algo-1", 0), ("algo-2", 1)])
def test_with_the_strategy_every_host_is_a_worker_that_knows_all(
    tmp_path: Path, host: str, index: int
) -> None:
    folder = job(tmp_path, ["algo-1", "algo-2"], host, **{STRATEGY: "true"})

    assert config(folder) == {
        "cluster": {"worker": ["algo-1:8890", "algo-2:8890"]},
        "environment": "cloud",
        "task": {"index": index, "type": "worker"},
    }


def test_with_the_strategy_a_host_alone_is_a_cluster_of_one(tmp_path: Path) -> None:
    folder = job(tmp_path, ["algo-1"], "algo-1", **{STRATEGY: "true"})

    assert config(folder) == {
        "cluster": {"worker": ["algo-1:8890"]},
        "environment": "cloud",
        "task": {"index": 0, "type": "worker"},
    }


@pytest.mark.parametrize("hyperparameters", [{}, {STRATEGY: "false"}])
def test_without_the_strategy_the_script_sees_no_cluster(
    tmp_path: Path, hyperparameters: dict[str, str]
) -> None:
    assert config(job(tmp_path, ["algo-1", "algo-2"], "algo-1", **hyperparameters)) is None


@pytest.mark.parametrize(
    ("host", "hyperparameter", "reason"),
    [
        ("algo-1", "sagemaker_parameter_server_enabled", "this stand-in has no parameter servers"),
        ("algo-1", "sagemaker_mpi_enabled", "this stand-in has no MPI and Horovod"),
        ("algo-1", "sagemaker_distributed_dataparallel_enabled", "has no data parallel library of SageMaker"),
        (
            "algo-3",
            STRATEGY,
            "expected current_host to be one of the hosts ['algo-1', 'algo-2'], got 'algo-3'",
        ),
    ],
)
def test_a_distribution_that_cannot_run_is_refused_before_the_script_starts(
    tmp_path: Path, host: str, hyperparameter: str, reason: str
) -> None:
    folder = job(tmp_path, ["algo-1", "algo-2"], host, **{hyperparameter: "true"})

    assert run_training("tensorflow_training_image", folder).code == 1

    assert reason in (folder / "output" / "failure").read_text()
    assert not (folder / "model" / "config.json").exists()


def test_instances_that_share_a_machine_have_ports_of_their_own() -> None:
    networks = [(network, job) for network in range(64, 254) for job in range(16)]
    addresses = [f"127.{network}.{job}.{instance}" for network, job in networks for instance in range(1, 9)]

    ports = {cluster._port(ipaddress.IPv4Address(address)) for address in addresses}

    assert len(ports) == len(addresses)
    # Those of outgoing connections begin at 32768.
    assert min(ports) >= 1024 and max(ports) < 32768


def test_instances_that_share_a_machine_find_each_other_by_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostbyname", {"algo-1": "127.64.0.1", "algo-2": "127.64.0.2"}.__getitem__)

    assert cluster._addresses(["algo-1", "algo-2"]) == ["127.64.0.1:8192", "127.64.0.2:8193"]


def test_instances_of_their_own_machines_find_each_other_by_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostbyname", {"algo-1": "10.0.0.1", "algo-2": "10.0.0.2"}.__getitem__)

    assert cluster._addresses(["algo-1", "algo-2"]) == ["algo-1:8890", "algo-2:8890"]
