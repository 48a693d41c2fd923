"""Earlier tuning jobs, which a new one may begin with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local.errors import JobError
from local.jobs.services import Services
from local.jobs.tuning.definition import Definition
from local.jobs.tuning.request import IDENTICAL
from local.storage.files import write_whole, written_by


@dataclass(frozen=True)
class Parent:
    """A tuning job that has ended: what it trained with, and its trainings that have an objective.

    `made_of` are the digests of its image and of the data of its channels, by name. `summaries` are those of
    ListTrainingJobsForHyperParameterTuningJob.
    """

    name: str
    metric: str
    maximize: bool
    static: Mapping[str, str]
    tuned: Sequence[str]
    made_of: Mapping[str, str]
    summaries: Sequence[Mapping[str, Any]]

    @property
    def hyperparameters(self) -> int:
        return len(self.static) + len(self.tuned)

    def results(self) -> list[tuple[Mapping[str, str], float]]:
        """The hyperparameters of each training, and its objective."""
        return [
            (
                {**self.static, **one["TunedHyperParameters"]},
                one["FinalHyperParameterTuningJobObjectiveMetric"]["Value"],
            )
            for one in self.summaries
        ]


def keep(folder: Path, parent: Parent) -> None:
    """Write a job down for those that will begin with it."""
    write_whole(_path(folder, parent.name), json.dumps(asdict(parent)) + "\n")


def find(folder: Path | None, names: Sequence[str], definition: Definition) -> list[Parent]:
    """The jobs of these names.

    Raises JobError for one that is not here, and one with another objective or another number of
    hyperparameters, with which SageMaker does not begin.
    """
    parents = [_read(folder, name) for name in names]
    wanted = len(definition.static) + len(definition.ranges)
    for one in parents:
        if (one.metric, one.maximize) != (definition.metric, definition.maximize):
            raise JobError(f"the objective of the parent {one.name} is {one.metric}, not {definition.metric}")
        if one.hyperparameters != wanted:
            raise JobError(
                f"the parent {one.name} has {one.hyperparameters} hyperparameters, static and tuned; "
                f"expected {wanted}, as many as this job has"
            )
    return parents


def demand_same(warm_start: str | None, parents: Sequence[Parent], made_of: Mapping[str, str]) -> None:
    """Raise JobError where the data or the image are not the parents', and are to be."""
    if warm_start != IDENTICAL:
        return
    for one in parents:
        changed = [
            name for name in sorted({*one.made_of, *made_of}) if one.made_of.get(name) != made_of.get(name)
        ]
        if changed:
            raise JobError(
                f"{IDENTICAL} expects what the parent {one.name} had; {', '.join(changed)} changed since: "
                "use TransferLearning"
            )


def made_of(definition: Definition, services: Services) -> dict[str, str]:
    """The digests of a definition's image and of the data of its channels."""
    digests = {"the image": services.image_digest(definition.algorithm["TrainingImage"])}
    for one in definition.request.get("InputDataConfig", []):
        uri = one["DataSource"]["S3DataSource"]["S3Uri"]
        digests[f"the channel {one['ChannelName']}"] = str(services.storage.digest(uri))
    return digests


def _read(folder: Path | None, name: str) -> Parent:
    path = folder and _path(folder, name)
    if path is None or not path.is_file():
        raise JobError(
            f"there is no tuning job {name} here to begin with; expected one that has succeeded with "
            "a single training definition"
        )
    with written_by("a tuning job", path):
        return Parent(**json.loads(path.read_text(encoding="utf-8")))


def _path(folder: Path, name: str) -> Path:
    if not name or "/" in name or name.startswith("."):
        raise JobError(f"expected the name of a tuning job, got {name!r}")
    return folder / f"{name}.json"
