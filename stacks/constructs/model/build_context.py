"""What an image of ours is built from: its folder, and the folders of the project that it carries."""

import hashlib
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from stacks.constructs.storage.carried import LIST as CARRIED
from stacks.constructs.storage.carried import ROOT, carried_folders
from stacks.constructs.storage.source_files import source_files

# Its stack was the only one, and has kept its name.
_FIRST = "script-mode"


@dataclass(frozen=True)
class ImageSource:
    """An image that we build: the entry `[images.<name>]` of versions.toml with its `source`, a folder with a
    Dockerfile. `repository` is the name of its repository, with `*` for the environment."""

    name: str
    folder: Path
    repository: str

    @property
    def stack(self) -> str:
        """What the stack that builds it is called after the environment; its build is called like it."""
        return "image" if self.name == _FIRST else f"image-{self.name}"

    def repository_name(self, env: str) -> str:
        return self.repository.replace("*", env)

    def build_name(self, env: str) -> str:
        return f"slipway-{env}-{self.stack}"


def image_sources() -> list[ImageSource]:
    """The images that we build, in the order of versions.toml."""
    pinned: Mapping[str, dict[str, str]] = tomllib.loads((ROOT / "versions.toml").read_text())["images"]
    return [
        ImageSource(name, ROOT / one["source"], one["repository"])
        for name, one in pinned.items()
        if "source" in one
    ]


def build_context(folder: Path) -> dict[str, Path]:
    """The files that an image is built from, by their names in the context, in a fixed order.

    They are those of its folder and, each folder by its last name, of the folders that its `carries.txt`
    names. Raises ValueError for a name that is taken.
    """
    files = {
        path.relative_to(folder).as_posix(): path for path in source_files(folder) if path.name != CARRIED
    }
    for other in carried_folders(folder):
        if (folder / other.name).exists():
            raise ValueError(f"{other}: {folder} has a {other.name}, too; rename that one")
        files |= {path.relative_to(other.parent).as_posix(): path for path in source_files(other)}
    return files


def content_tag(folder: Path) -> str:
    """16 hex digits that change with the name, content or executable bit of any file of the context."""
    digest = hashlib.sha256()
    for name, path in build_context(folder).items():
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        executable = bool(path.stat().st_mode & 0o100)
        digest.update(f"{name}\0{content}\0{executable}\n".encode())
    return digest.hexdigest()[:16]


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A folder that holds the context, for the time of the block."""
    with TemporaryDirectory() as scratch:
        stage(folder, Path(scratch))
        yield Path(scratch)


def stage(folder: Path, target: Path) -> None:
    """Copy the context of an image's folder into another folder."""
    for name, path in build_context(folder).items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target / name)
