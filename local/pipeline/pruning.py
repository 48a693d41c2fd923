"""Removes what old executions left, so that the disk does not fill up.

Kept is the data of the newest executions of each command, and of every execution whose results one of those
took over; with the data of an execution go the cached results that it made. What is written down about an
execution stays longer: it is small. Packages in the registry have copies of their own.
"""

import os
import re
import shutil
from collections import defaultdict
from collections.abc import Sequence, Set
from pathlib import Path

from local.pipeline.record import RUNNING, ExecutionRecord, read_all
from local.pipeline.step_cache import StepCache

_WITH_DATA = {"train": 8, "evaluate": 15, "transform": 2}
_RECORDS = 200


def prune(runs: Path, buckets: Path, cache: StepCache, last: ExecutionRecord) -> None:
    """Remove the data of the executions of the last one's workload that are not kept, here and in S3.

    The last one itself and what it took over are kept.
    """
    records = read_all(runs, last.workload)
    kept = _kept(records) | {last.id} | last.origins
    gone = {one.id for one in records} - kept
    cache.forget(gone)
    _remove_objects(buckets, gone)
    for record in records[: max(0, len(records) - _RECORDS)]:
        if record.id in gone:
            shutil.rmtree(runs / record.id)
    for id in gone:
        for step in (runs / id).glob("*/"):
            if not step.is_symlink():
                shutil.rmtree(step)


def _kept(records: Sequence[ExecutionRecord]) -> set[str]:
    by_command = defaultdict(list)
    for record in records:
        by_command[record.command].append(record)
    newest = [one for command, some in by_command.items() for one in some[-_WITH_DATA.get(command, 1) :]]
    newest += [one for one in records if one.status == RUNNING]
    return {one.id for one in newest}.union(*(one.origins for one in newest))


def _remove_objects(buckets: Path, executions: Set[str]) -> None:
    # Wherever an execution writes, its id or the name of one of its jobs, as for checkpoints, is a folder.
    for folder, names, _ in os.walk(buckets):
        for name in [one for one in names if _execution_of(one) in executions]:
            shutil.rmtree(Path(folder, name))
            names.remove(name)


def _execution_of(name: str) -> str:
    """The execution in the name of a job, `pipelines-<execution>-<step>`; any other name is what it is."""
    job = re.fullmatch(r"pipelines-([^-]+)-.+", name)
    return job[1] if job else name
