"""The files of a training channel: which there are, and what a file is by its first bytes."""

import logging
from collections.abc import Mapping
from pathlib import Path

from built_in.hyperparameters import Refused

logger = logging.getLogger("built_in")

GZIP, PARQUET, RECORDS = "gzip", "Parquet", "RecordIO-protobuf"
# No text that an algorithm reads begins so.
_FIRST_BYTES = {
    b"\x1f\x8b": GZIP,
    b"PAR1": PARQUET,
    b"\x0a\x23\xd7\xce": RECORDS,
    b"PK\x03\x04": "a zip archive",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\x93NUMPY": "npy",
    b"\x89HDF\r\n\x1a\n": "HDF5",
    b"Obj\x01": "Avro",
    b"ORC": "ORC",
}
_LONGEST = max(map(len, _FIRST_BYTES))
_COMPRESSED = (GZIP, "a zip archive", "bzip2", "xz", "Zstandard")


def files(folder: Path) -> list[Path]:
    """Every file below a channel's folder, in the order of their names.

    Refuses what would be passed over unseen: a link to a folder, and what is not a regular file, as a pipe.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            if path.is_symlink():
                raise Refused(f"{shown(path, folder)} is a link to a folder; put its files into the channel.")
            continue
        if not path.is_file():
            raise Refused(f"{shown(path, folder)} is not a regular file; put the data into one.")
        found.append(path)
    return found


def visible_files(folder: Path) -> list[Path]:
    """The same without those that begin with a dot or an underscore, or lie in a folder that does.

    The log names what is left out.
    """
    found = []
    for path in files(folder):
        if any(part.startswith((".", "_")) for part in path.relative_to(folder).parts):
            logger.info("%s is left out, for its name begins with a dot or _", shown(path, folder))
        else:
            found.append(path)
    return found


def shown(path: Path, folder: Path) -> str:
    """A file as messages name it: `train/part-0.csv`."""
    return f"{folder.name}/{path.relative_to(folder)}"


def check_format(path: Path, declared: str, content_types: Mapping[str, str], own: str = "") -> None:
    """Refuse a file whose first bytes are those of another format than `own`, which the channel declares.

    `content_types` has, by format, the ContentType to declare for those that the algorithm takes.
    """
    with path.open("rb") as file:
        first = file.read(_LONGEST)
    found = next((name for start, name in _FIRST_BYTES.items() if first.startswith(start)), own)
    if found == own:
        return
    if found in content_types:
        advice = f"set the channel's ContentType to {content_types[found]}"
    else:
        advice = "decompress it" if found in _COMPRESSED else "convert it"
    raise Refused(f"{path.name} is {found}, and the channel's ContentType says {declared}: {advice}.")
