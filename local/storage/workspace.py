"""The folder that the runner writes to."""

import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.errors import BusyError
from local.storage.ledger import Ledger


@dataclass(frozen=True)
class Workspace:
    """The places below one folder, `build` by default."""

    root: Path = Path("build")

    @property
    def storage(self) -> Path:
        """The buckets."""
        return self.root / "s3"

    @property
    def artifacts(self) -> Path:
        """What stacks package: `<workload>/<hostname>/model.tar.gz`."""
        return self.root / "artifacts"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def runs(self) -> Path:
        """What executions worked on and what is written down about them: `<execution>/...`."""
        return self.root / "runs"

    @property
    def results(self) -> Path:
        """Results of steps that may stand for a step of a later execution."""
        return self.root / "results"

    @property
    def tunings(self) -> Path:
        """Tuning jobs that have ended, which later ones may begin with."""
        return self.root / "tunings"

    @property
    def registry(self) -> Path:
        """Registered model packages."""
        return self.root / "registry"

    @property
    def ledger(self) -> Ledger:
        """What commands have written for their user, here and elsewhere."""
        return Ledger(self.root / "written")

    @property
    def results_of_commands(self) -> tuple[Path, ...]:
        """The folders for files that nothing reads again but their user."""
        return self.batch, self.reports

    def keeps(self, place: Path) -> bool:
        """Whether the runner would take a file at a resolved path for one of its own."""
        results = [folder.resolve() for folder in self.results_of_commands]
        return place.is_relative_to(self.root.resolve()) and not {*results} & {*place.parents}

    def new_set_aside(self) -> Path:
        """A new folder for what was where a command had to write, and was not its own."""
        place = self.root / "set-aside"
        place.mkdir(parents=True, exist_ok=True)
        number = max((int(one.name) for one in place.iterdir() if one.name.isdecimal()), default=0) + 1
        (place / str(number)).mkdir()
        return place / str(number)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for the time of the block, on the disk of the workspace."""
        self.root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".scratch-", dir=self.root) as folder:
            yield Path(folder)

    def new_execution(self) -> tuple[str, Path]:
        """An id that no execution has, twelve characters as SageMaker's, and the folder for its work."""
        execution_id = secrets.token_hex(6)
        return execution_id, self.runs / execution_id

    @property
    def batch(self) -> Path:
        """Results of batch transforms."""
        return self.root / "batch"

    def training(self, workload: str) -> AbstractContextManager[None]:
        """Hold the right to run a workload's training pipeline, which one process at a time has."""
        return self._alone(workload, f"{workload} is being trained")

    def transforming(self, workload: str) -> AbstractContextManager[None]:
        """Hold the right to run a workload's batch pipeline, which one process at a time has."""
        return self._alone(f"{workload}-batch", f"a file is being sent through {workload}")

    def monitoring(self, workload: str) -> AbstractContextManager[None]:
        """Hold the right to run a workload's monitoring pipeline, which one process at a time has."""
        return self._alone(f"{workload}-monitor", f"{workload} is being monitored")

    @contextmanager
    def _alone(self, name: str, doing: str) -> Iterator[None]:
        lock = self.runs / f".{name}.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("a+", encoding="ascii") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                stream.seek(0)
                owner = stream.read().strip()
                raise BusyError(f"{doing} by the process {owner}; wait for it") from None
            stream.truncate(0)
            stream.write(str(os.getpid()))
            stream.flush()
            yield
