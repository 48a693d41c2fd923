"""TF_CONFIG: by which addresses the instances of a job find each other."""

import ipaddress
import json
import socket
from collections.abc import Sequence

from toolkit.errors import ContainerProblem
from toolkit.training_job import TrainingJob

MULTI_WORKER_MIRRORED = "sagemaker_multi_worker_mirrored_strategy_enabled"
PORT = 8890
# The image starts other programs for these, which the stand-in has not got.
_ABSENT = {
    "sagemaker_parameter_server_enabled": "parameter servers",
    "sagemaker_mpi_enabled": "MPI and Horovod",
    "sagemaker_distributed_dataparallel_enabled": "data parallel library of SageMaker",
}


def variables(job: TrainingJob) -> dict[str, str]:
    """TF_CONFIG, if the job enables the multi-worker mirrored strategy: every host is a worker, the first
    one, which is the chief, among them.

    Refuses, with ContainerProblem, the other kinds of distribution and a host that is not of the job's.
    """
    for name, what in _ABSENT.items():
        if job.framework.get(name):
            raise ContainerProblem(f"{name}: this stand-in has no {what}; enable {MULTI_WORKER_MIRRORED}.")
    if not job.framework.get(MULTI_WORKER_MIRRORED):
        return {}
    hosts, host = job.resources.get("hosts", []), job.resources.get("current_host")
    if host not in hosts:
        raise ContainerProblem(f"expected current_host to be one of the hosts {hosts}, got {host!r}")
    config = {
        "cluster": {"worker": _addresses(hosts)},
        "environment": "cloud",
        "task": {"index": hosts.index(host), "type": "worker"},
    }
    return {"TF_CONFIG": json.dumps(config)}


def _addresses(hosts: Sequence[str]) -> list[str]:
    """Each host by its name with the image's port; instances of one machine by addresses, each with a port.

    TensorFlow listens on its port of every address of the machine, and resolves names in C, where the names
    of the runner may be unknown.
    """
    try:
        addresses = [ipaddress.IPv4Address(socket.gethostbyname(host)) for host in hosts]
    except OSError:
        addresses = []
    if len(hosts) > 1 and addresses and all(address.is_loopback for address in addresses):
        return [f"{address}:{_port(address)}" for address in addresses]
    return [f"{host}:{PORT}" for host in hosts]


def _port(address: ipaddress.IPv4Address) -> int:
    """A port below those that systems give to outgoing connections: as the runner numbers its addresses
    (127.64-253.n.1-8), jobs at one time have ports of their own as long as they have such addresses."""
    _, network, job, instance = address.packed
    return 8192 + ((network - 64) % 190 * 16 + job % 16) * 8 + (instance - 1) % 8
