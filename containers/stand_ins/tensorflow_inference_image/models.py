"""The models of an archive: where their versions lie, and which of them a request names."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from toolkit.errors import ContainerProblem

from .servable import Batching, Servable, Version
from .status import NOT_FOUND, ServingError, invalid

SAVED_MODEL = "saved_model.pb"
_LARGEST_VERSION = 2**63 - 1
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class ModelFolder:
    """A model: its name, which is its folder's, and the folders of its versions."""

    name: str
    versions: Mapping[int, Path]


def find(folder: Path) -> list[ModelFolder]:
    """The models below a folder, in order of their paths: each has folders of digits with a saved_model.pb.

    Refuses (ContainerProblem) a folder without any, two of one name, and a version without a SavedModel, for
    which the image would wait in vain.
    """
    bases = sorted(
        {
            path.parent.parent
            for path in folder.rglob(SAVED_MODEL)
            if path.is_file() and _DIGITS.fullmatch(path.parent.name) and path.parent != folder
        }
    )
    if not bases:
        raise ContainerProblem(
            f"{folder} has no SavedModel: expected <model>/<version>/{SAVED_MODEL}, the version a number."
        )
    models: dict[str, ModelFolder] = {}
    for base in bases:
        if base.name in models:
            raise ContainerProblem(f"{folder} has two models of the name {base.name}: rename one folder.")
        models[base.name] = ModelFolder(base.name, dict(_versions(base)))
    return list(models.values())


def _versions(base: Path) -> Iterator[tuple[int, Path]]:
    seen: dict[int, Path] = {}
    for path in sorted(base.iterdir()):
        if not (path.is_dir() and _DIGITS.fullmatch(path.name)):
            continue
        if not (path / SAVED_MODEL).is_file():
            raise ContainerProblem(f"{path} is named as a version and has no {SAVED_MODEL}.")
        number = int(path.name)
        if number > _LARGEST_VERSION or number in seen:
            raise ContainerProblem(f"{path} is a version twice, or larger than {_LARGEST_VERSION}.")
        seen[number] = path
        yield number, path


class Models:
    """The versions that are loaded, by model."""

    def __init__(
        self, loaded: Mapping[str, Mapping[int, Servable]], batching: Batching | None = None
    ) -> None:
        self._loaded = loaded
        self._batching = batching or Batching()

    @classmethod
    def load(
        cls, folders: list[ModelFolder], servable: Callable[[Path], Servable], batching: Batching
    ) -> "Models":
        """Every version of every model, as AWS's image configures its server."""
        loaded = {
            model.name: {number: servable(path) for number, path in sorted(model.versions.items())}
            for model in folders
        }
        return cls(loaded, batching)

    @property
    def names(self) -> list[str]:
        return list(self._loaded)

    def version(self, name: str, number: int | None, label: str | None) -> Version:
        """The version that a request names, or the latest.

        Refuses an unknown one (404), and every label (400): the image gives none.
        """
        if label is not None:
            raise _unknown_label(label)
        versions = self._loaded.get(name, {})
        found = max(versions, default=None) if number is None else number
        if found is None or found not in versions:
            request = f"Latest({name})" if number is None else f"Specific({name}, {number})"
            raise ServingError(NOT_FOUND, f"Servable not found for request: {request}")
        return Version(name, found, versions[found], self._batching)

    def states(self, name: str, number: int | None, label: str | None) -> list[int]:
        """The versions whose state is asked for, the latest first; all that are loaded are available."""
        if label is not None:
            raise _unknown_label(label)
        versions = self._loaded.get(name, {})
        if number is None and not versions:
            raise ServingError(NOT_FOUND, f"Could not find any versions of model {name}")
        if number is not None and number not in versions:
            raise ServingError(NOT_FOUND, f"Could not find version {number} of model {name}")
        return sorted(versions, reverse=True) if number is None else [number]


def _unknown_label(label: str) -> ServingError:
    return invalid(f"Unrecognized servable version label: {label}")
