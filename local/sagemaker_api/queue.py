"""The jobs that clients have created: some run at a time, the others wait in their order."""

import threading
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from assembly.errors import SlipwayError
from local.aws.errors import AwsError
from local.containers.container import FAILURE_LENGTH
from local.errors import JobError, StoppedError, TimeLimitError
from local.jobs import Services
from local.sagemaker_api.records import Record, Records
from local.storage.working import remove_working_folders

AT_A_TIME = 2
MOST_WAITING = 100
IN_PROGRESS, COMPLETED, FAILED = "InProgress", "Completed", "Failed"
STOPPING, STOPPED = "Stopping", "Stopped"


class Work(Protocol):
    """A job of the runner's."""

    @property
    def description(self) -> Mapping[str, Any]: ...

    def check(self) -> None: ...

    def run(self, folder: Path) -> None: ...


# Makes the work of a record; raises SlipwayError or KeyError for arguments that it does not take.
Build = Callable[[Record, Services], Work]


class Job:
    """One record of a job, its folder and, once it has begun, its work."""

    def __init__(self, record: Record, records: Records, folder: Path, build: Build) -> None:
        self.record = record
        self.folder = folder
        self.build = build
        self.work: Work | None = None
        self.stopping = threading.Event()
        self._records = records
        self._lock = threading.Lock()

    def note(self, **changes: Any) -> None:
        """Change the record, and keep it."""
        with self._lock:
            self.record = {**self.record, **changes, "modified": time.time()}
            self._records.put(self.record["name"], self.record)

    def enter(self, phase: str, message: str, **changes: Any) -> None:
        """Begin a phase; the one before it ends."""
        now = time.time()
        transitions = [dict(one) for one in self.record["transitions"]]
        if transitions:
            transitions[-1].setdefault("EndTime", now)
        transitions.append({"Status": phase, "StartTime": now, "StatusMessage": message})
        self.note(phase=phase, transitions=transitions, **changes)

    def end(self, status: str, phase: str, message: str, **changes: Any) -> None:
        self.enter(phase, message, status=status, ended=time.time(), **changes)
        last = self.record["transitions"][-1]
        last["EndTime"] = last["StartTime"]
        self.note()


class Queue:
    """Runs jobs in the order in which they were created, `AT_A_TIME` at a time.

    `services` gives each job what the runner's jobs need: the event stops it, its phases go to the function.
    """

    def __init__(self, services: Callable[[threading.Event, Callable[[str], None]], Services]) -> None:
        self._services = services
        self._pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="job")
        self._futures: dict[tuple[str, str], Future[None]] = {}
        self._jobs: dict[tuple[str, str], Job] = {}
        self._closing = False

    def demand_room(self) -> None:
        """Raise AwsError when as many jobs as may be are waiting."""
        if sum(not one.done() for one in self._futures.values()) >= MOST_WAITING + AT_A_TIME:
            raise AwsError(
                "ResourceLimitExceeded",
                f"The limit of jobs that wait here is {MOST_WAITING}; wait until one has ended, or stop one",
            )

    def add(self, kind: str, job: Job) -> None:
        """Run a job when its turn comes."""
        key = (kind, job.record["name"])
        self._jobs[key] = job
        self._futures[key] = self._pool.submit(self._run, job)

    def job(self, kind: str, name: str) -> Job | None:
        """A job of this run of the server, whether it has ended or not."""
        return self._jobs.get((kind, name))

    def stop(self, kind: str, name: str) -> None:
        """Stop a job that has not ended: at once if it waits."""
        key = (kind, name)
        job = self._jobs[key]
        job.stopping.set()
        if self._futures[key].cancel():
            job.end(STOPPED, STOPPED, "Stopped before it began", started=None)
        elif job.record["status"] == IN_PROGRESS:
            job.enter(STOPPING, "Stopping the job", status=STOPPING)

    def close(self) -> None:
        """Stop what runs; what waits does so until the server is started again."""
        self._closing = True
        for future in self._futures.values():
            future.cancel()
        for job in self._jobs.values():
            job.stopping.set()
        self._pool.shutdown()

    def _run(self, job: Job) -> None:
        try:
            self._work(job)
        except Exception as error:
            traceback.print_exc()
            job.end(FAILED, FAILED, "The runner failed", failure=f"InternalServerError: {error!r}")
        finally:
            remove_working_folders(job.folder)

    def _work(self, job: Job) -> None:
        job.enter("Starting", "Preparing the instances", started=time.time())
        services = self._services(job.stopping, lambda phase: _enter(job, phase))
        kind = "ClientError"
        try:
            job.work = job.build(job.record, services)
            job.work.check()
            kind = "AlgorithmError"
            if job.stopping.is_set():
                raise StoppedError("it was stopped")
            job.work.run(job.folder)
        except KeyError as error:
            fault = f"ClientError: the argument {error.args[0]} is missing"
            job.end(FAILED, FAILED, "The arguments are not complete", failure=fault)
        except StoppedError as error:
            self._end_stopped(job, error)
        except SlipwayError as error:
            if job.stopping.is_set():
                self._end_stopped(job, error)
                return
            kind = kind if isinstance(error, JobError) else "ClientError"
            failure = f"{kind}: {error}"[:FAILURE_LENGTH]
            job.end(FAILED, FAILED, "The job failed", failure=failure, result=_result(job))
        else:
            job.end(COMPLETED, COMPLETED, "The job has completed", result=_result(job))

    def _end_stopped(self, job: Job, error: SlipwayError) -> None:
        if isinstance(error, TimeLimitError):
            job.end(STOPPED, "MaxRuntimeExceeded", str(error).splitlines()[0], result=_result(job))
        elif self._closing:
            job.end(FAILED, FAILED, "The server was stopped", failure=WAS_STOPPED, result=_result(job))
        else:
            job.end(STOPPED, STOPPED, "The job was stopped", result=_result(job))


WAS_STOPPED = "InternalServerError: the local server was stopped while the job ran; create it again"
WAS_KILLED = "InternalServerError: the local server ended while the job ran; create it again"


def _enter(job: Job, phase: str) -> None:
    if job.record["phase"] != phase and not job.stopping.is_set():
        job.enter(phase, f"{phase} has begun")


def _result(job: Job) -> Mapping[str, Any] | None:
    """What the runner knows of the job at its end."""
    return dict(job.work.description) if job.work is not None else None
