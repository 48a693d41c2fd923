"""The channels of a DeepAR training job: JSON lines, plain or gzipped, and Parquet."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from built_in import channel_files, channel_rules
from built_in.hyperparameters import Refused
from pyarrow import ArrowException, parquet

from .preparation import TEST, TRAIN
from .series import Series, SeriesError, parse

_KINDS = {"json": "json", "json.gz": "json.gz", "parquet": "parquet", "auto": ""}
_FORMATS = {channel_files.GZIP: "json.gz", channel_files.PARQUET: "parquet"}


def validate(channels: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse what the image refuses: no `train`, a channel that it does not know, an unknown ContentType."""
    channel_rules.validate(channels, required=(TRAIN,), optional=(TEST,), check=_check)


def read(folder: Path, content_type: str = "auto") -> list[Series]:
    """Every series of a channel's files, in the order of their names.

    A file's format is that of the ContentType `json`, `json.gz` or `parquet`; with `auto` its name says it.
    Refuses a file of another name, and with file and line what does not parse; a channel without series too.
    """
    found: list[Series] = []
    for path in channel_files.visible_files(folder):
        kind = _KINDS[content_type] or _kind_of(path)
        own = next((name for name, declared in _FORMATS.items() if declared == kind), "")
        channel_files.check_format(path, kind, _FORMATS, own)
        for number, document in enumerate(_documents(path, kind), start=1):
            try:
                found.append(parse(document))
            except SeriesError as error:
                raise Refused(f"{path.name}: series {number}: {error}.") from None
    if not found:
        raise Refused(f"No time series in {folder.name} channel path {folder}")
    return found


def _check(name: str, channel: Mapping[str, Any]) -> None:
    if channel.get("ContentType", "auto") not in _KINDS or channel_rules.input_mode(channel) != "File":
        raise Refused(f"Channel configuration for '{name}' channel is not supported: {dict(channel)}")


def _kind_of(path: Path) -> str:
    for kind in ("json.gz", "json", "parquet"):
        if path.name.endswith(f".{kind}"):
            return kind
    raise Refused(
        f"{path.name} is neither .json, .json.gz nor .parquet; name it so, or set the channel's ContentType."
    )


def _documents(path: Path, kind: str) -> Iterator[Any]:
    if kind == "parquet":
        return iter(_rows(path))
    return _lines(path, gzip.decompress if kind == "json.gz" else bytes)


def _rows(path: Path) -> Sequence[Mapping[str, Any]]:
    try:
        rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    except (ArrowException, OSError):
        raise Refused(f"{path.name} cannot be read as Parquet.") from None
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def _lines(path: Path, unpack: Any) -> Iterator[Any]:
    try:
        text: bytes = unpack(path.read_bytes())
    except (OSError, EOFError, zlib.error):
        raise Refused(f"{path.name} cannot be unpacked as gzip.") from None
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            raise Refused(f"{path.name}: line {number} is not JSON.") from None
