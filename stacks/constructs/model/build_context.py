"""What an image of ours is built from: its folder, and the folders of the project that it carries."""

import hashlib
import shutil
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from stacks.constructs.storage.carried import LIST as CARRIED
from stacks.constructs.storage.carried import ROOT, carried_folders
from stacks.constructs.storage.source_files import source_files

# Its stack was the only one, and has kept its name.
_FIRST = "script-mode"
# Of a pipeline's name, in the bucket of its artifacts.
_LONGEST_FOLDER = 20


@dataclass(frozen=True)
class ImageSource:
    """An image that we build: the entry `[images.<name>]` of versions.toml with its `source`, a folder with a
    Dockerfile. `repository` is the name of its repository, with `*` for the environment."""

    name: str
    folder: Path
    repository: str

    @property
    def stack(self) -> str:
        """What the stack that builds it is called after the environment."""
        return "image" if self.name == _FIRST else f"image-{self.name}"

    def repository_name(self, env: str) -> str:
        return self.repository.replace("*", env)

    def stack_name(self, env: str) -> str:
        return f"slipway-{env}-{self.stack}"

    def build_name(self, env: str) -> str:
        """What its pipeline is called: images differ early, before CodePipeline cuts the name."""
        return f"slipway-{env}-{self.name}-image"

    def build_folder(self, env: str) -> str:
        """Below which its pipeline keeps artifacts: the first characters of the pipeline's name."""
        return self.build_name(env)[:_LONGEST_FOLDER]


def build_folders(images: Sequence[ImageSource], env: str) -> list[str]:
    """The folder of each image's build. Raises ValueError for one that two of them would share: then the
    pipeline of one could replace what the other is built from."""
    folders: dict[str, str] = {}
    for image in images:
        folder = image.build_folder(env)
        if folder in folders:
            raise ValueError(
                f"the builds of {folders[folder]} and {image.name} would share the folder {folder}; names of "
                f"images have to differ in what CodePipeline keeps of slipway-{env}-NAME-image, "
                f"{_LONGEST_FOLDER} characters"
            )
        folders[folder] = image.name
    return [*folders]


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
