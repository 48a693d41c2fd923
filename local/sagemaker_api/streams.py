"""The log groups of jobs and endpoints: a stream for each instance or container."""

from collections.abc import Sequence
from pathlib import Path

from local.aws.logs import Stream
from local.endpoint.replacement import Hosted
from local.sagemaker_api.jobs import Jobs
from local.sagemaker_api.records import Record

_LOG = "container.log"
_ENDPOINTS = "/aws/sagemaker/Endpoints/"


def streams(
    group: str, job: str | None, all_jobs: Sequence[Jobs], hosted: Sequence[Hosted]
) -> list[Stream] | None:
    """The streams of a group such as `/aws/sagemaker/TrainingJobs`, or those of one job in it; None for a
    group that there is not."""
    for jobs in all_jobs:
        if group == f"/aws/sagemaker/{jobs.kind.prefix}s":
            found = jobs.records() if job is None else filter(None, [jobs.find(job)])
            return [one for record in found for one in _streams(record, jobs.folder(record))]
    for one in hosted:
        if group == f"{_ENDPOINTS}{one.endpoint.name}":
            return [
                Stream(f"{one.endpoint.variant}/{container.layout.root.name}", container.layout.log, 0, False)
                for container in one.fleet.containers
            ]
    return None


def _streams(record: Record, folder: Path) -> list[Stream]:
    started = int((record["started"] or record["created"]) * 1000)
    # One instance works in the job's folder, several in folders with their names.
    logs = [folder / _LOG] if (folder / _LOG).exists() else sorted(folder.glob(f"*/{_LOG}"))
    return [
        Stream(
            f"{record['name']}/{'algo-1' if log.parent == folder else log.parent.name}-{started // 1000}",
            log,
            started,
            record["ended"] is not None,
        )
        for log in logs
    ]
