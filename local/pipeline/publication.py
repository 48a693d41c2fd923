"""What a successful execution leaves for others: the model archives and the property files."""

import filecmp
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from local.assembly import Model
from local.errors import JobError
from local.files import copy_whole
from local.storage import Storage


def publish_artifacts(models: Iterable[Model], storage: Storage, folder: Path) -> list[Path]:
    """Put the archive of every container at `<folder>/<hostname>/model.tar.gz`, all of them at once.

    Whatever was in the folder before is gone afterwards; until everything is copied it stays as it was. A
    folder that holds these very archives is not touched, so that nothing is made anew from its files.
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
    archives = [folder / hostname / "model.tar.gz" for hostname in urls]
    if _holds(folder, {path: storage.path(url) for path, url in zip(archives, urls.values(), strict=True)}):
        return archives
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
    return archives


def publish_reports(
    property_files: Mapping[str, str], storage: Storage, folder: Path, workload: str
) -> list[Path]:
    """Copy each property file to `<folder>/<workload>-<its name in lower case>.json`; returns the copies.

    A page of the same name that stands beside it (`evaluation.html`) is copied too.
    """
    reports = []
    for name, uri in property_files.items():
        source = storage.path(uri)
        page = source.with_suffix(".html")
        for file in (source, *([page] if page.is_file() else [])):
            report = folder / f"{workload}-{name.lower()}{'.html' if file is page else '.json'}"
            copy_whole(file, report)
            reports.append(report)
    return reports


def _holds(folder: Path, contents: Mapping[Path, Path]) -> bool:
    """Whether the folder's files are those of `contents`, path by path equal to its value."""
    found = {path for path in folder.rglob("*") if path.is_file()}
    return found == contents.keys() and all(
        source.is_file() and filecmp.cmp(path, source, shallow=False) for path, source in contents.items()
    )
