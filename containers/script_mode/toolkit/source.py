"""The user's code: a folder, or a source archive that is unpacked here."""

import shutil
import tarfile
from pathlib import Path, PurePosixPath

from .environment import Folders
from .errors import ContainerProblem

MAX_FILES = 1_000
MAX_BYTES = 64 * 1024 * 1024


def stage(source: str, folders: Folders) -> Path:
    """The folder of code that `source` names: a folder, used in place, or a .tar.gz, unpacked to `code`.

    Accepts a path below /opt/ml (moved along with SAGEMAKER_BASE_DIR), any other path, or a file:// URI.
    Refuses s3:// URIs: the image carries no S3 client, and under network isolation there is no S3 to ask.
    SageMaker itself fetches an input channel, isolated or not, so the archive travels as one.
    """
    if source.startswith("s3://"):
        raise ContainerProblem(
            f"The source {source} is in S3, which this image does not reach. Give the archive as the input "
            f"channel `code` and set the path /opt/ml/input/data/code/{PurePosixPath(source).name} instead."
        )
    path = folders.locate(source.removeprefix("file://"))
    if path.is_dir():
        return path
    if not path.is_file():
        raise ContainerProblem(f"The source {source} does not exist; it should be a folder or a .tar.gz.")
    shutil.rmtree(folders.code, ignore_errors=True)
    _unpack(path, folders.code)
    return folders.code


def copy(source: str, folders: Folders) -> Path:
    """The same, always in `code`, where a training script runs and may write: a folder is copied there.

    A single .py or .sh file is copied too. Refuses a folder that holds `code`.
    """
    file = folders.locate(source.removeprefix("file://"))
    if file.suffix in (".py", ".sh") and file.is_file():
        folders.code.mkdir(parents=True, exist_ok=True)
        if file.parent.resolve() != folders.code.resolve():
            shutil.copy2(file, folders.code)
        return folders.code
    staged, code = stage(source, folders).resolve(), folders.code.resolve()
    if staged == code:
        return folders.code
    if code.is_relative_to(staged):
        raise ContainerProblem(
            f"The source {source} holds {folders.code}, where it is copied to; name a folder in it."
        )
    shutil.rmtree(folders.code, ignore_errors=True)
    try:
        shutil.copytree(staged, folders.code)
    except (OSError, shutil.Error) as error:
        raise ContainerProblem(f"The source {source} cannot be copied to {folders.code}: {error}") from error
    return folders.code


def _unpack(archive: Path, folder: Path) -> None:
    try:
        with tarfile.open(archive, mode="r:gz") as tar:
            members = _checked(tar, archive)
            folder.mkdir(parents=True, exist_ok=True)
            tar.extractall(folder, members, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise ContainerProblem(f"{archive.name} is not a whole .tar.gz of source files: {error}") from error


def _checked(tar: tarfile.TarFile, archive: Path) -> list[tarfile.TarInfo]:
    members: list[tarfile.TarInfo] = []
    size = 0
    # One at a time: a member's size is known before its content is decompressed.
    for member in tar:
        _refuse_unsafe(member, archive)
        members.append(member)
        size += member.size
        if len(members) > MAX_FILES or size > MAX_BYTES:
            raise ContainerProblem(f"{archive.name} holds over {MAX_FILES} files or {MAX_BYTES} bytes.")
    return members


def _refuse_unsafe(member: tarfile.TarInfo, archive: Path) -> None:
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts or not (member.isreg() or member.isdir()):
        raise ContainerProblem(f"{archive.name} holds {member.name!r}: only plain files are accepted.")
