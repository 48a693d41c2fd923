"""TF_CONFIG: by which addresses the instances of a job find each other."""

import json

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
        "cluster": {"worker": [f"{one}:{PORT}" for one in hosts]},
        "environment": "cloud",
        "task": {"index": hosts.index(host), "type": "worker"},
    }
    return {"TF_CONFIG": json.dumps(config)}
