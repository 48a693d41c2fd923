"""What a successful execution leaves for others: the model archives and the property files."""

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from local.assembly import Model
from local.errors import JobError
from local.storage import Storage


def publish_artifacts(models: Iterable[Model], storage: Storage, folder: Path) -> list[Path]:
    """Put the archive of every container at `<folder>/<hostname>/model.tar.gz`, all of them at once.

    Whatever was in the folder before is gone afterwards; until everything is copied it stays as it was.
    Returns the archives. Raises JobError when two models have a container of the same name.
    """
    urls: dict[str, str] = {}
    for container in (container for model in models for container in model.containers):
        if container.hostname in urls:
            raise JobError(f"two models have a container called {container.hostname}")
        if container.model_data_url is not None:
            urls[container.hostname] = container.model_data_url
    if not urls:
        return []
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as staging:
        new, old = Path(staging) / "new", Path(staging) / "old"
        for hostname, url in urls.items():
            archive = new / hostname / "model.tar.gz"
            archive.parent.mkdir(parents=True)
            shutil.copyfile(storage.path(url), archive)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    return [folder / hostname / "model.tar.gz" for hostname in urls]


def publish_reports(
    property_files: Mapping[str, str], storage: Storage, folder: Path, workload: str
) -> list[Path]:
    """Copy each property file to `<folder>/<workload>-<its name in lower case>.json`; returns the copies."""
    folder.mkdir(parents=True, exist_ok=True)
    reports = []
    for name, uri in property_files.items():
        report = folder / f"{workload}-{name.lower()}.json"
        temporary = report.with_name(f".{report.name}")
        shutil.copyfile(storage.path(uri), temporary)
        temporary.replace(report)
        reports.append(report)
    return reports
