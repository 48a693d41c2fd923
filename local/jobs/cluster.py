"""The instances of one job: for each a folder, a host name, and its share of the data."""

import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.containers.container import Layout
from local.containers.host_names import HostNames
from local.containers.images import Image
from local.containers.job import JobContainer, JobResult, run
from local.errors import JobError, StoppedError, TimeLimitError
from local.storage.files import files_below
from local.storage.s3 import WHOLE, Share

# All share this machine's cores and memory.
MOST_INSTANCES = 8
FULLY_REPLICATED, SHARDED = "FullyReplicated", "ShardedByS3Key"


@dataclass(frozen=True)
class Instance:
    """One instance; `number` counts from 1, as in its host name `algo-<number>`."""

    number: int
    layout: Layout

    @property
    def host(self) -> str:
        return f"algo-{self.number}"


@dataclass(frozen=True)
class Cluster:
    """The instances of a job. One works in the job's folder, several in folders with their hosts' names."""

    folder: Path
    instances: Sequence[Instance]

    @classmethod
    def of(cls, resources: Mapping[str, Any], folder: Path) -> "Cluster":
        """The cluster that a job's ResourceConfig or ClusterConfig asks for; see `instance_count`."""
        count = instance_count(resources)
        if count == 1:
            return cls(folder, (Instance(1, Layout(folder)),))
        return cls(folder, tuple(Instance(n, Layout(folder / f"algo-{n}")) for n in range(1, count + 1)))

    @property
    def hosts(self) -> list[str]:
        return [one.host for one in self.instances]

    @property
    def first(self) -> Layout:
        """The folders of the first instance."""
        return self.instances[0].layout

    def share(self, instance: Instance, distribution: str) -> Share:
        """The objects of an input that the instance gets: all, or every n-th if they are sharded by key."""
        if distribution == FULLY_REPLICATED:
            return WHOLE
        if distribution == SHARDED:
            return Share(instance.number, len(self.instances))
        raise JobError(f"expected the distribution {FULLY_REPLICATED} or {SHARDED}, got {distribution!r}")

    def run(
        self,
        image: Image,
        commands: Mapping[str, Sequence[str]],
        environments: Mapping[str, Mapping[str, str]],
        *,
        timeout: float | None,
        stopping: threading.Event,
        look: Callable[[], None] = lambda: None,
    ) -> None:
        """Run each instance's command with its environment, both by host; `look` is called often meanwhile.

        Raises JobError with the reason and the last log lines of the first that fails, which ends the others;
        StoppedError when they were stopped, because `stopping` was set or their time was up.
        """

        def look_around() -> None:
            if stopping.is_set():
                raise StoppedError("it was stopped")
            look()

        names = HostNames.of(self.hosts, self.folder)
        containers = [
            JobContainer(
                image,
                names.resolved_by(commands[one.host]),
                one.layout,
                {**environments[one.host], **names.environment(image)},
            )
            for one in self.instances
        ]
        self._demand(run(containers, timeout=timeout, look=look_around))

    def files(self, folder: str) -> dict[Path, list[tuple[str, Path]]]:
        """The files that the instances have left below a folder of theirs (`/opt/ml/...`), by relative path:
        for each the hosts that wrote it, in order, with the file."""
        found: dict[Path, list[tuple[str, Path]]] = {}
        for one in self.instances:
            for name, file in files_below(one.layout.host_path(folder)).items():
                found.setdefault(name, []).append((one.host, file))
        return found

    def merge_into_first(self, folder: str) -> None:
        """Copy to the first instance what later ones have left below a folder of theirs, and earlier ones
        have not."""
        for name, written in self.files(folder).items():
            target = self.first.host_path(folder) / name
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(written[0][1], target)

    def _demand(self, result: JobResult) -> None:
        if result.succeeded:
            return
        failed = self.instances[result.number]
        host = f"{failed.host} " if len(self.instances) > 1 else ""
        tail = failed.layout.log_tail()
        log = f"its last log lines ({result.log}):\n{tail}" if tail else "its log is empty"
        kind = TimeLimitError if result.out_of_time else JobError
        raise kind(f"{host}{result.failure}\n{log}")


def instance_count(resources: Mapping[str, Any]) -> int:
    """The InstanceCount of a job, 1 where none is given; raises JobError for one that cannot run here."""
    count = resources.get("InstanceCount", 1)
    if isinstance(count, bool) or not str(count).isdecimal() or not 1 <= int(count) <= MOST_INSTANCES:
        raise JobError(
            f"expected an InstanceCount from 1 to {MOST_INSTANCES}, as many as run here, got {count!r}"
        )
    return int(count)
