"""Archives that carry other scripts than those of the tree: somebody changed a script after training."""

import tarfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from aws_cdk import Annotations, Stack

from stacks.settings import ROOT

_CODE = "code/"


def warn_of_older_scripts(stack: Stack, workload: str, hostname: str, archive: Path) -> None:
    """A warning annotation where the archive's scripts are not those of the workload and the shared ones."""
    scripts = ROOT / "model_code"
    older = older_scripts(archive, [scripts / workload, scripts / "shared"])
    if older:
        Annotations.of(stack).add_warning_v2(
            # The runner knows by this id that the warning is for whoever serves, too.
            f"slipway:older-scripts:{workload}/{hostname}",
            f"{workload}: {hostname} was trained with another {', '.join(older)} than model_code/ has; "
            f"run `make train WORKLOAD={workload}`",
        )


def older_scripts(archive: Path, folders: Sequence[Path]) -> list[str]:
    """The files in `code/` of the archive that no file of that name below these folders equals; none for a
    file that is no archive."""
    return [name for name, content in _code_of(archive) if not _is_there(name, content, folders)]


def _code_of(archive: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(archive) as members:
            for member in members:
                # In the order of their names: what follows may be gigabytes of weights.
                is_code = member.name.startswith(_CODE)
                if member.name > _CODE and not is_code:
                    return
                if is_code and (file := members.extractfile(member)):
                    yield member.name.removeprefix(_CODE), file.read()
    except (tarfile.TarError, OSError, EOFError, zlib.error):
        return


def _is_there(name: str, content: bytes, folders: Sequence[Path]) -> bool:
    found = (path for folder in folders for path in folder.rglob(Path(name).name))
    return any(path.read_bytes() == content for path in found)
