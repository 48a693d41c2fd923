"""Create, Describe, List and Stop of jobs; what is created is run by the runner's own jobs."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from assembly.place import Place
from assembly.rules import Rule, refusals
from local.aws.errors import AwsError, validation
from local.aws.models import operation_model
from local.aws.shapes import members_of
from local.containers.images import Images
from local.jobs import Services
from local.sagemaker_api.answers import already_there, not_found
from local.sagemaker_api.listing import Listing
from local.sagemaker_api.operations import Operation, of_resource
from local.sagemaker_api.queue import FAILED, IN_PROGRESS, WAS_KILLED, Build, Job, Queue, Work
from local.sagemaker_api.records import Record, Records
from local.sagemaker_api.tags import tags_of
from local.storage.working import remove_working_folders

_WAITING = "Pending"


@dataclass(frozen=True)
class Kind:
    """One kind of job: `prefix` is how its operations and members begin, `path` stands in its ARN.

    `rule` says which arguments can run here, `needed` which must be there although the model has them
    optional; `more` makes those members of a description that are the kind's own.
    """

    prefix: str
    path: str
    rule: Rule
    build: Callable[[str, Mapping[str, Any], Services], Work]
    listing: Listing
    needed: tuple[str, ...] = ()
    ended: str = ""
    more: Callable[["Described"], Mapping[str, Any]] = field(default=lambda described: {})

    @property
    def name(self) -> str:
        return f"{self.prefix}Name"


@dataclass(frozen=True)
class Described:
    """What there is to describe of a job: its record, its folder, what its work says of itself. `images` are
    those that answer for a client's."""

    record: Record
    folder: Path
    result: Mapping[str, Any]
    place: Place
    images: Images


class Jobs:
    """The jobs of one kind, and their operations by name; `check` refuses a request by AwsError.

    `images` are those that answer for a client's. `others` are jobs that something else has started and runs,
    all or that of a name: they are described and listed with them. `permit` is asked, with a name and a
    request, whether a job may run, when its turn comes.
    """

    def __init__(
        self,
        kind: Kind,
        folder: Path,
        queue: Queue,
        place: Place,
        *,
        check: Callable[[Mapping[str, Any]], None],
        images: Images,
        others: Callable[[str | None], Iterable[Record]],
        permit: Callable[[str, Mapping[str, Any]], None] = lambda name, request: None,
    ) -> None:
        self._permit = permit
        self.kind = kind
        self._others = others
        self._check = check
        self.images = images
        self._queue = queue
        self._place = place
        self._folder = folder / kind.path
        self._records = Records(self._folder / "records")

    def resume(self) -> list[tuple[float, Callable[[], None]]]:
        """Fail the jobs that ran when the server ended; gives what puts the others, by when they were
        created, into the queue again."""
        waiting: list[tuple[float, Callable[[], None]]] = []
        for record in self._records:
            if record.get("ended") is not None:
                continue
            job = self._job(record)
            if record["phase"] == _WAITING:
                waiting.append((record["created"], partial(self._queue.add, self.kind.path, job)))
            else:
                job.end(FAILED, FAILED, "The server ended", failure=WAS_KILLED)
                remove_working_folders(job.folder)
        return waiting

    def operations(self) -> dict[str, Operation]:
        verbs: dict[str, Operation] = {"Create": self.create, "Describe": self.describe}
        verbs |= {"List": self.list, "Stop": self.stop}
        return of_resource(self.kind.prefix, verbs)

    def create(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        kind, name = self.kind, request[self.kind.name]
        operation = f"Create{kind.prefix}"
        if self.find(name) is not None:
            raise already_there(operation, kind.path.replace("-", " "), self.arn(name))
        for member in kind.needed:
            if member not in request:
                raise validation(f"{member} is missing; the runner starts no {kind.path} without it")
        for refused in refusals(kind.rule, {key: one for key, one in request.items() if key != kind.name}):
            raise validation(str(refused))
        self._check(request)
        self._queue.demand_room()
        now = time.time()
        record = {
            "name": name,
            "request": {key: one for key, one in request.items() if key != "Tags"},
            "created": now,
            "modified": now,
            "started": None,
            "ended": None,
            "status": IN_PROGRESS,
            "phase": _WAITING,
            "transitions": [
                {"Status": _WAITING, "StartTime": now, "StatusMessage": "Waiting for other jobs to end"}
            ],
            "failure": None,
            "result": None,
            "tags": tags_of(request),
        }
        self._records.put(name, record)
        self._queue.add(kind.path, self._job(record))
        return {f"{kind.prefix}Arn": self.arn(name)}

    def describe(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        name = request[self.kind.name]
        record = self.find(name)
        if record is None:
            raise not_found(f"Describe{self.kind.prefix}", self.kind.path.replace("-", " "), self.arn(name))
        return self.described(record)

    def list(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        shape = operation_model("sagemaker", f"List{self.kind.prefix}s").output_shape
        listing, records = self.kind.listing, {one["name"]: one for one in self.records()}
        summary = shape.members[listing.summaries].member
        answer = listing.page(map(self._identity, records.values()), request)
        # Of many jobs only those of the page are looked at more closely.
        chosen = [records[one[self.kind.name]] for one in answer[listing.summaries]]
        return {
            **answer,
            listing.summaries: [members_of(summary, self._all_known(one)) for one in chosen],
        }

    def stop(self, request: Mapping[str, Any]) -> None:
        name = request[self.kind.name]
        record = self.find(name)
        if record is None:
            raise not_found(f"Stop{self.kind.prefix}", self.kind.path.replace("-", " "), self.arn(name))
        if record["status"] != IN_PROGRESS:
            raise validation(
                f"The request was rejected because the {self.kind.path.replace('-', ' ')} is in status "
                f"{record['status']}."
            )
        if self._records.find(name) is None:
            raise self._of_another(name)
        self._queue.stop(self.kind.path, name)

    def arn(self, name: str) -> str:
        return self._place.arn("sagemaker", f"{self.kind.path}/{name}")

    def described(self, record: Record) -> dict[str, Any]:
        """The members of a description."""
        shape = operation_model("sagemaker", f"Describe{self.kind.prefix}").output_shape
        return members_of(shape, self._all_known(record))

    def known(self, record: Record) -> Described:
        return Described(record, self.folder(record), self._result(record), self._place, self.images)

    def _identity(self, record: Record) -> dict[str, Any]:
        prefix, name = self.kind.prefix, record["name"]
        return {
            self.kind.name: name,
            f"{prefix}Arn": self.arn(name),
            f"{prefix}Status": record["status"],
            "CreationTime": record["created"],
            "LastModifiedTime": record["modified"],
        }

    def _all_known(self, record: Record) -> dict[str, Any]:
        kind = self.kind
        found = {
            **record["request"],
            **self._identity(record),
            "FailureReason": record["failure"],
            f"{kind.ended}StartTime": record["started"],
            f"{kind.ended}EndTime": record["ended"],
            **kind.more(self.known(record)),
        }
        return {key: one for key, one in found.items() if one is not None}

    def tags(self, name: str) -> Mapping[str, str] | None:
        """Its tags; None if there is no such job."""
        record = self.find(name)
        return None if record is None else dict(record["tags"])

    def set_tags(self, name: str, tags: Mapping[str, str]) -> None:
        job = self._queue.job(self.kind.path, name)
        record = self._records.find(name)
        if job is not None:
            job.note(tags=dict(tags))
        elif record is not None:
            self._records.put(name, {**record, "tags": dict(tags)})
        else:
            raise self._of_another(name)

    def folder(self, record: Record) -> Path:
        """Where a job works, and leaves its logs."""
        return Path(record["folder"]) if "folder" in record else self._folder / "work" / record["name"]

    def records(self) -> Iterator[Record]:
        yield from self._records
        yield from self._others(None)

    def find(self, name: str) -> Record | None:
        others = self._others(name)
        return self._records.find(name) or next((one for one in others if one["name"] == name), None)

    def _of_another(self, name: str) -> AwsError:
        return validation(
            f"{self.arn(name)} was started by a tuning job or a pipeline's execution: change or stop that one"
        )

    def _job(self, record: Record) -> Job:
        def build(record: Record, services: Services) -> Work:
            self._permit(record["name"], record["request"])
            return self.kind.build(record["name"], record["request"], services)

        built: Build = build
        return Job(record, self._records, self.folder(record), built)

    def _result(self, record: Record) -> Mapping[str, Any]:
        """What the work says of itself, while it runs and afterwards."""
        if record["result"] is not None:
            found: Mapping[str, Any] = record["result"]
            return found
        job = self._queue.job(self.kind.path, record["name"])
        return job.work.description if job is not None and job.work is not None else {}
