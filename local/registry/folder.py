"""A registry in a folder: `<group>/<version>/package.json` with the archives beside it."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from assembly import ContainerDefinition, Model
from assembly.errors import SlipwayError, UsageError
from assembly.place import Place
from local.registry.package import STATUSES, Container, Package
from local.storage.files import write_whole, written_by
from local.storage.moves import Move
from local.storage.s3 import Storage

_PACKAGE = "package.json"


class FolderRegistry:
    """Packages keep copies of their archives and of their data's baseline, so that they outlive the
    executions that made them."""

    name = "local"

    def __init__(self, root: Path, place: Place) -> None:
        self._root = root
        self._place = place

    def versions(self, group: str) -> list[Package]:
        return [self._read(group, number) for number in self._numbers(group)]

    def package(self, group: str, version: int) -> Package:
        if version not in self._numbers(group):
            known = ", ".join(map(str, self._numbers(group))) or "none"
            raise UsageError(f"{group} has no version {version}; it has {known}")
        package = self._read(group, version)
        for one in package.containers:
            if one.model_data_url is not None and _digest(Path(one.model_data_url)) != one.digest:
                raise SlipwayError(f"{one.model_data_url} is not the archive that was registered")
        return package

    def set_status(self, group: str, version: int, status: str, reason: str = "") -> Package:
        package = replace(self.package(group, version), status=status, reason=reason)
        write_whole(self._folder(group, version) / _PACKAGE, _as_json(package))
        return package

    def arn(self, group: str, version: int) -> str:
        return self._place.arn("sagemaker", f"model-package/{group}/{version}")

    def next_version(self, group: str) -> int:
        return max(self._numbers(group), default=0) + 1

    def stage(
        self,
        group: str,
        model: Model,
        status: str,
        metrics: Mapping[str, Any],
        *,
        storage: Storage,
        folder: Path,
        baseline: Mapping[str, str] = MappingProxyType({}),
    ) -> tuple[Package, Sequence[Move]]:
        """The next version, written whole into a folder, and the move with which it is there. It keeps a copy
        of the documents at the S3 URIs of `baseline`, by their names.

        A version whose containers are equal to the model's stays, and there is nothing to move: training the
        same again would otherwise ask for an approval that has been given.
        """
        folder.mkdir(parents=True)
        contents = [self._content(one, storage, folder) for one in model.containers]
        for known in reversed(self.versions(group)):
            if [_comparable(one) for one in known.containers] == [_comparable(one) for one in contents]:
                return known, []
        version = self.next_version(group)
        place = self._folder(group, version)
        containers = [
            replace(one, model_data_url=one.digest and str(place / one.hostname / "model.tar.gz"))
            for one in contents
        ]
        created = datetime.now(UTC).isoformat(timespec="seconds")
        documents = {name: place / _copied(name, storage.path(uri), folder) for name, uri in baseline.items()}
        package = Package(
            group,
            version,
            self.arn(group, version),
            status,
            created,
            metrics,
            containers,
            {name: str(path) for name, path in documents.items()},
        )
        (folder / _PACKAGE).write_text(_as_json(package), encoding="utf-8")
        return package, [Move(folder, place)]

    @staticmethod
    def _content(container: ContainerDefinition, storage: Storage, folder: Path) -> Container:
        """The container with the digest of its archive, which is copied below the folder."""
        digest = None
        if container.model_data_url is not None:
            archive = folder / container.hostname / "model.tar.gz"
            archive.parent.mkdir()
            shutil.copyfile(storage.path(container.model_data_url), archive)
            digest = _digest(archive)
        return Container(
            container.hostname, container.image, container.model_data_url, digest, container.environment
        )

    def _read(self, group: str, version: int) -> Package:
        path = self._folder(group, version) / _PACKAGE
        with written_by("a registration", path):
            content = json.loads(path.read_text(encoding="utf-8"))
            containers = [Container(**one) for one in content.pop("containers")]
            package = Package(**content, containers=containers)
            if package.status not in STATUSES or package.version != version:
                raise ValueError(package)
            # Mappings, as whatever reads them expects.
            (
                dict(package.metrics.items()),
                dict(package.baseline.items()),
                [dict(one.environment.items()) for one in containers],
            )
        return package

    def _numbers(self, group: str) -> list[int]:
        found = []
        with suppress(FileNotFoundError):
            found = [int(one.name) for one in (self._root / group).iterdir() if one.name.isdecimal()]
        return sorted(found)

    def _folder(self, group: str, version: int) -> Path:
        return self._root / group / str(version)


def _copied(name: str, source: Path, folder: Path) -> Path:
    """Copy a document of the baseline below the folder; returns its path in it."""
    target = Path("baseline", f"{name}.json")
    (folder / target).parent.mkdir(exist_ok=True)
    shutil.copyfile(source, folder / target)
    return target


def _comparable(container: Container) -> tuple[Any, ...]:
    return container.hostname, container.image, container.digest, dict(container.environment)


def _digest(archive: Path) -> str:
    return hashlib.sha256(archive.read_bytes()).hexdigest()


def _as_json(package: Package) -> str:
    return json.dumps(asdict(package), indent=2) + "\n"
