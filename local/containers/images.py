"""From an image's URI to the program that answers for it on a laptop, as versions.toml says."""

import hashlib
import importlib.metadata
import os
import platform
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from assembly.errors import UsageError
from local.containers.aws_registries import is_of_aws
from local.containers.environment import THIS_PYTHON, ImageEnvironment
from local.errors import ImageError

TABLE = "versions.toml"
# What the command line called the only image that was built from source.
_FORMERLY = {"own": "script-mode"}
_PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Image:
    """A program that stands for one container image: `python -m <module> serve|train`, or, without a module,
    the packages of an image in which only jobs run that bring their command.

    `framework` is its name in AWS's tables, where it is one of AWS's own. `metrics` is how the image's own
    algorithm prints its metrics: by name a regular expression with a group for the value. In both, `{part}`
    and `{name}` stand for the two parts of a metric's name, as in `validation:auc`.
    """

    name: str
    repository: str
    version: str | None
    module: str | None
    path: tuple[Path, ...]
    packages: Mapping[str, str]
    source: Path | None = None
    own_environment: ImageEnvironment | None = None
    metrics: Mapping[str, str] = field(default_factory=dict)
    framework: str | None = None
    python: Path = Path(sys.executable)

    def command(self, argument: str) -> list[str]:
        """The command that starts the image with `argument`, as `docker run <image> <argument>` does.

        Raises UsageError for an image that starts nothing by itself.
        """
        if self.module is None:
            raise UsageError(f"the image {self.name} has no program to {argument}; it runs processing jobs")
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

    def is_in(self, registry: str) -> bool:
        """Whether it can be an image of that registry: AWS's own are in those of AWS only."""
        return self.framework is None or is_of_aws(registry, self.framework)

    def answers_for(self, registry: str, repository: str, tag: str | None) -> bool:
        """Whether registry, repository and tag are this image's; without a tag, as where a digest pins the
        image, its version is unknown."""
        if not fnmatchcase(repository, self.repository) or not self.is_in(registry):
            return False
        if self.version is None:
            return True
        return tag is not None and (tag == self.version or tag.startswith(f"{self.version}-"))

    def metric_pattern(self, metric: str) -> str | None:
        """The regular expression for a metric of the image's own algorithm; None if it has no such metric."""
        part, _, name = metric.partition(":")
        for known in (metric, f"{{part}}:{name}", "{part}:{name}"):
            if name and known in self.metrics:
                return self.metrics[known].format(part=re.escape(part), name=re.escape(name))
        return None

    def digest(self) -> str:
        """What the program is made of: its files, the Python that runs it and the versions of its packages.

        All of `path` counts, so that no import can lead to a file that does not.
        """
        python = self.own_environment.path.name if self.own_environment else platform.python_version()
        digest = hashlib.sha256(f"{self.module} {python} {sorted(self.packages.items())}".encode())
        for folder in self.path:
            for file in _source_files(folder):
                digest.update(f"{file.relative_to(folder).as_posix()}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()

    def ready(self) -> "Image":
        """The image with the Python that runs it: this one, or that of an environment of its own.

        The first use builds the environment. Raises ImageError when it cannot be built, or does not hold the
        image's own packages.
        """
        image = self if self.own_environment is None else replace(self, python=self.own_environment.python())
        if differences := image.differences():
            lock = self.own_environment.requirements if self.own_environment else None
            raise ImageError(
                f"image {image.name} cannot run here: {'; '.join(differences)}; "
                f"install the versions of {lock or 'requirements-dev.txt'}"
            )
        return image

    def differences(self) -> list[str]:
        """The packages that its Python has in another version than the image's, as sentences."""
        found = {name: self._installed_version(name) for name in self.packages}
        return [
            f"{name} {found[name] or 'missing'} instead of {pinned}"
            for name, pinned in self.packages.items()
            if found[name] != pinned
        ]

    def _installed_version(self, package: str) -> str | None:
        path = sys.path
        if self.own_environment is not None:
            path = [str(folder) for folder in self.python.parents[1].glob("lib/python*/site-packages")]
        found = importlib.metadata.distributions(name=package, path=path)
        return next((one.version for one in found), None)


class Images:
    """The table of images."""

    def __init__(
        self,
        images: Sequence[Image],
        source: Path,
        substituted: Callable[[str], None] | None = None,
        others: Sequence[ImageEnvironment] = (),
    ) -> None:
        self._images = images
        self._source = source
        self._substituted = substituted
        self._others = others

    def of_any_version(self, note: Callable[[str], None]) -> "Images":
        """The same table, in which an image answers for all versions of its repository; `note` is told of
        each image that another version stands for."""
        return Images(self._images, self._source, note, self._others)

    @classmethod
    def load(cls, path: str | Path | None = None) -> "Images":
        """Read the `[images.*]` tables of `path`, and in `[environments.*]` those of programs that are no
        images; the paths in them are relative to the file's folder.

        Without `path` it is the current folder's versions.toml, or the project's where there is none. Raises
        ImageError when the file is missing or an entry lacks `repository`, `module` or `path`; an image that
        is built here may have no `module`.
        """
        path = path or (TABLE if Path(TABLE).exists() else _PROJECT / TABLE)
        source = Path(path).resolve()
        try:
            tables: Mapping[str, Any] = tomllib.loads(source.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ImageError(f"{path}: cannot be read as the table of images: {error}") from error
        images = [_image(name, table, source) for name, table in tables.get("images", {}).items()]
        environments = tables.get("environments", {})
        others = [_own_environment(name, table, source) for name, table in environments.items()]
        return cls(images, source, others=[one for one in others if one])

    def find(self, uri: str) -> Image:
        """The image that answers for `uri`.

        Raises ImageError when there is none, or when it cannot be made ready.
        """
        image = self._answering(uri)
        if image is None:
            known = ", ".join(
                f"{image.repository}:{image.version}" if image.version else image.repository
                for image in self._images
            )
            raise ImageError(f"image {uri} cannot run here: {self._source.name} lists {known or 'no image'}")
        return image.ready()

    def metric_pattern(self, uri: str, metric: str) -> str | None:
        """The regular expression for a metric of the own algorithm of the image that answers for `uri`; None
        if there is no such image or metric."""
        with suppress(ImageError):
            image = self._answering(uri)
            return None if image is None else image.metric_pattern(metric)
        return None

    def _answering(self, uri: str) -> Image | None:
        name = _parse(uri)
        image = next((image for image in self._images if image.answers_for(*name)), None)
        return image or self._substitute(uri, *name)

    def _substitute(self, uri: str, registry: str, repository: str, tag: str | None) -> Image | None:
        """The image of another version, or of AWS's where a registry is not."""
        image = next((one for one in self._images if fnmatchcase(repository, one.repository)), None)
        if image is None:
            return None
        unknown = "a digest does not say its version, and " if tag is None else ""
        if not image.is_in(registry):
            unknown = f"{registry} is not an AWS registry, and {unknown}"
        if self._substituted is None:
            raise ImageError(
                f"image {uri} cannot run here: {unknown}the stand-in for {image.repository} has version "
                f"{image.version}; `serve --any-version` uses that one anyway"
            )
        self._substituted(f"{uri} runs as version {image.version}: {unknown}its responses may differ")
        return image

    def built_here(self) -> list[Image]:
        """The images that have their source in this repository."""
        return [image for image in self._images if image.source is not None]

    def own_environments(self) -> list[ImageEnvironment]:
        """The environments of the images that have one of their own, or share one."""
        return list(dict.fromkeys(one.own_environment for one in self._images if one.own_environment))

    def environments(self) -> list[ImageEnvironment]:
        """The environments of images, and those of programs that are none."""
        return [*self.own_environments(), *self._others]

    def named(self, name: str) -> Image:
        """The image `[images.<name>]`.

        Raises UsageError when there is none, ImageError when it cannot be made ready.
        """
        for image in self._images:
            if name == image.name:
                return image.ready()
        if name in _FORMERLY:
            raise UsageError(f"the image {name} was renamed to {_FORMERLY[name]}")
        known = ", ".join(image.name for image in self._images)
        raise UsageError(f"{self._source} has no image {name}; it has {known}")


def _image(name: str, table: Mapping[str, Any], source: Path) -> Image:
    # An image of ours may be for processing jobs alone, which bring their command.
    program = () if "source" in table and "module" not in table else ("module", "path")
    missing = [key for key in ("repository", *program) if key not in table]
    if missing:
        raise ImageError(f"{source.name}: [images.{name}] lacks {', '.join(missing)}")
    return Image(
        name=name,
        repository=table["repository"],
        version=table.get("version"),
        module=table.get("module"),
        path=tuple(source.parent / entry for entry in table.get("path", ())),
        packages=table.get("packages", {}),
        source=source.parent / table["source"] if "source" in table else None,
        own_environment=_own_environment(name, table, source),
        metrics=table.get("metrics", {}),
        framework=table.get("framework"),
    )


def _own_environment(name: str, table: Mapping[str, Any], source: Path) -> ImageEnvironment | None:
    if not {"python", "requirements"} & set(table):
        return None
    return ImageEnvironment(
        table.get("environment", name),
        source.parent / "build" / "environments",
        str(table.get("python", THIS_PYTHON)),
        source.parent / table["requirements"] if "requirements" in table else None,
    )


def _parse(uri: str) -> tuple[str, str, str | None]:
    """Registry, repository and tag (None when a digest pins the image)."""
    name, _, digest = uri.partition("@")
    registry, _, repository = name.partition("/")
    repository, _, tag = repository.partition(":")
    if not registry or not repository:
        raise ImageError(f"{uri!r} is not an image URI (<registry>/<repository>:<tag>)")
    return registry, repository, tag or (None if digest else "latest")


def _source_files(folder: Path) -> Iterator[Path]:
    """The folder's files in the order of their names, without compiled modules."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path
