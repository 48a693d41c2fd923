"""Publishes the results of a successful execution in one step: model packages, archives, reports."""

import filecmp
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from assembly import Model
from local.errors import BusyError, JobError
from local.pipeline.record import SUCCEEDED, ExecutionRecord
from local.storage import moves
from local.storage.moves import Move
from local.storage.s3 import Storage
from local.storage.workspace import Workspace

_JOURNAL = "publication.json"
_ARCHIVE = "model.tar.gz"


class Publication:
    """Gathers what an execution publishes in a folder of its own, then puts all of it in its places.

    Nothing that others see has changed before `commit`; when it is interrupted, `recover` makes the rest.
    """

    def __init__(self, workspace: Workspace, workload: str, execution: str) -> None:
        self._workspace = workspace
        self._workload = workload
        self._folder = workspace.runs / execution
        self._moves: list[Move] = []
        self._archives: list[Path] = []

    def add(self, packages: Iterable[Move]) -> None:
        """Model packages that are staged already."""
        self._moves += packages

    def add_artifacts(self, models: Iterable[Model], storage: Storage) -> list[Path]:
        """Every container's archive, for `<artifacts>/<workload>/<hostname>/model.tar.gz`; returns these.

        An archive of an earlier training whose container is gone goes; one that a training has not written
        there is set aside when another takes its place. One that is the same already is not touched, so that
        nothing is built from it again. Raises JobError when two models have a container of the same name.
        """
        folder = self._workspace.artifacts / self._workload
        for hostname, url in _urls(models).items():
            archive = folder / hostname / _ARCHIVE
            source = storage.path(url)
            self._archives.append(archive)
            if archive.is_file() and filecmp.cmp(source, archive, shallow=False):
                continue
            staged = self._stage(source, f"{hostname}.{_ARCHIVE}")
            self._moves.append(Move(staged, archive, self._former(archive)))
        if self._archives:
            for stale in set(folder.glob(f"*/{_ARCHIVE}")) - set(self._archives):
                if self._is_ours(stale):
                    self._moves.append(Move(None, stale, self._folder / "former" / stale.parent.name))
        return self._archives

    def add_baseline(self, documents: Mapping[str, str], storage: Storage) -> None:
        """What the data of the models are like, for `<artifacts>/<workload>/baseline/<name>.json`; that of
        earlier models goes."""
        folder = self._workspace.artifacts / self._workload / "baseline"
        found = {folder / f"{name}.json": storage.path(uri) for name, uri in documents.items()}
        for place, source in found.items():
            if not (place.is_file() and filecmp.cmp(source, place, shallow=False)):
                self._moves.append(Move(self._stage(source, f"baseline-{place.name}"), place))
        if self._archives:
            for stale in set(folder.glob("*.json")) - found.keys():
                former = self._folder / "former" / "baseline" / stale.name
                self._moves.append(Move(None, stale, former))

    def add_reports(self, property_files: Mapping[str, str], storage: Storage) -> list[Path]:
        """Each property file, for `<reports>/<workload>-<its name in lower case>.json`; returns these.

        A page of the same name that stands beside it (`evaluation.html`) is one more.
        """
        reports = []
        for name, uri in property_files.items():
            source = storage.path(uri)
            page = source.with_suffix(".html")
            for file in (source, *([page] if page.is_file() else [])):
                suffix = ".html" if file is page else ".json"
                report = self._workspace.reports / f"{self._workload}-{name.lower()}{suffix}"
                self._moves.append(Move(self._stage(file, report.name), report))
                reports.append(report)
        return reports

    def commit(self) -> None:
        """Put everything in its place; raises FilesError, with nothing done, where that cannot be."""
        moves.make_all(self._moves, self._folder / _JOURNAL)
        for archive in self._archives:
            self._workspace.ledger.note(archive, self._by)

    @property
    def _by(self) -> str:
        return f"models of {self._workload}"

    def _is_ours(self, archive: Path) -> bool:
        return self._workspace.ledger.wrote(archive, self._by)

    def _former(self, archive: Path) -> Path | None:
        """Where an archive that no training has written goes."""
        if not archive.is_file() or self._is_ours(archive):
            return None
        return self._workspace.new_set_aside() / f"{archive.parent.name}-{_ARCHIVE}"

    def _stage(self, source: Path, name: str) -> Path:
        staged = self._folder / "publication" / name
        staged.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, staged)
        return staged


def recovered() -> Workspace:
    """The workspace of this folder, once `recover` has finished what was interrupted."""
    workspace = Workspace()
    recover(workspace)
    return workspace


def recover(workspace: Workspace) -> None:
    """Finish the publications that were interrupted; those of a process that is at it are left to it."""
    for journal in workspace.runs.glob(f"*/{_JOURNAL}"):
        with suppress(FileNotFoundError, TypeError, KeyError, ValueError):
            record = ExecutionRecord.read(journal.with_name("execution.json"))
            with suppress(BusyError), workspace.training(record.workload):
                moves.finish(journal)
                record.status = SUCCEEDED
                record.save(workspace.runs)


def _urls(models: Iterable[Model]) -> dict[str, str]:
    urls: dict[str, str] = {}
    for container in (container for model in models for container in model.containers):
        if container.hostname in urls:
            raise JobError(f"two models have a container called {container.hostname}")
        if container.model_data_url is not None:
            urls[container.hostname] = container.model_data_url
    return urls
