"""From an image's URI to the program that answers for it on a laptop, as versions.toml says."""

import importlib.metadata
import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from local.errors import ImageError


@dataclass(frozen=True)
class Image:
    """A program that stands for one container image: `python -m <module> serve|train`."""

    name: str
    repository: str
    version: str | None
    module: str
    path: tuple[Path, ...]
    packages: Mapping[str, str]
    python: Path = Path(sys.executable)

    def command(self, argument: str) -> list[str]:
        """What starts the image with `argument`, as `docker run <image> <argument>` does."""
        # -P: the container's working folder holds downloaded files and is no place to import from.
        return [str(self.python), "-P", "-m", self.module, argument]

    def environment(self) -> dict[str, str]:
        """The variables that the image itself sets; nothing else of the caller's environment reaches it."""
        return {
            "PATH": os.pathsep.join([str(self.python.parent), os.environ.get("PATH", os.defpath)]),
            "LANG": os.environ.get("LANG", "C.UTF-8"),
            "PYTHONPATH": os.pathsep.join(map(str, self.path)),
            "PYTHONUNBUFFERED": "1",
        }

    def answers_for(self, repository: str, tag: str | None) -> bool:
        """Whether repository and tag are this image's; an image pinned by digest has no tag."""
        if not fnmatchcase(repository, self.repository):
            return False
        return (
            self.version is None or tag is None or tag == self.version or tag.startswith(f"{self.version}-")
        )

    def differences(self) -> list[str]:
        """The packages that are installed here in another version than the image's, as sentences."""
        found = {name: _installed_version(name) for name in self.packages}
        return [
            f"{name} {found[name] or 'missing'} instead of {pinned}"
            for name, pinned in self.packages.items()
            if found[name] != pinned
        ]


class Images:
    """The table of images."""

    def __init__(self, images: Sequence[Image], source: Path) -> None:
        self._images = images
        self._source = source

    @classmethod
    def load(cls, path: str | Path) -> "Images":
        """Read the `[images.*]` tables of `path`; their `path` entries are relative to the file's folder.

        Raises ImageError when the file is missing or an entry lacks `repository`, `module` or `path`.
        """
        source = Path(path).resolve()
        try:
            tables: Mapping[str, Any] = tomllib.loads(source.read_text(encoding="utf-8")).get("images", {})
        except (OSError, ValueError) as error:
            raise ImageError(f"{path}: cannot be read as the table of images: {error}") from error
        return cls([_image(name, table, source) for name, table in tables.items()], source)

    def find(self, uri: str) -> Image:
        """The image that answers for `uri`.

        Raises ImageError when there is none, or when this environment does not hold the image's own packages.
        """
        repository, tag = _parse(uri)
        image = next((image for image in self._images if image.answers_for(repository, tag)), None)
        if image is None:
            known = ", ".join(
                f"{image.repository}:{image.version}" if image.version else image.repository
                for image in self._images
            )
            raise ImageError(f"image {uri} cannot run here: {self._source.name} knows {known or 'no image'}")
        if differences := image.differences():
            raise ImageError(
                f"image {image.name} cannot run here: {'; '.join(differences)}; "
                "install the versions of requirements-dev.txt"
            )
        return image


def _image(name: str, table: Mapping[str, Any], source: Path) -> Image:
    missing = [key for key in ("repository", "module", "path") if key not in table]
    if missing:
        raise ImageError(f"{source.name}: [images.{name}] lacks {', '.join(missing)}")
    return Image(
        name=name,
        repository=table["repository"],
        version=table.get("version"),
        module=table["module"],
        path=tuple(source.parent / entry for entry in table["path"]),
        packages=table.get("packages", {}),
    )


def _parse(uri: str) -> tuple[str, str | None]:
    """The repository's name without its registry, and the tag (None when a digest pins the image)."""
    name, _, digest = uri.partition("@")
    registry, _, repository = name.partition("/")
    repository, _, tag = repository.partition(":")
    if not registry or not repository:
        raise ImageError(f"{uri!r} is no image URI (<registry>/<repository>:<tag>)")
    return repository, tag or (None if digest else "latest")


def _installed_version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
