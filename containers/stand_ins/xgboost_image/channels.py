"""The input channels of a training job: what the managed image accepts of them, and which files they hold."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from built_in import channel_files, channel_rules
from built_in.hyperparameters import Refused

from . import content, examples
from .examples import Examples

TRAIN, VALIDATION = "train", "validation"
_CODE = "code"
_MODES = ("File", "Pipe", "FastFile")
_DISTRIBUTIONS = ("FullyReplicated", "ShardedByS3Key")
_DEEPEST = 3
# By the format that a file's first bytes show, and by the ContentType that declares it.
_CONTENT_TYPES = {
    channel_files.PARQUET: "application/x-parquet",
    channel_files.RECORDS: "application/x-recordio-protobuf",
}
_FORMATS = {content.PARQUET: channel_files.PARQUET, content.RECORDS: channel_files.RECORDS}


def validate(channels: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse what the image refuses: no `train`, a channel it does not know, a type or mode of none.

    Of what the image takes, the stand-in does not read pipes; that it says of itself.
    """
    channel_rules.validate(channels, required=(TRAIN,), optional=(VALIDATION, _CODE), check=_check)


def read(folder: Path, content_type: str, *, weighted: bool = False) -> Examples | None:
    """All data files of a channel, in the order of their names, as one table; None when there are none.

    `weighted` is for CSV alone. Refuses a file of another format, and what does not parse, with the file and
    the place in it.
    """
    files = _files(folder)
    if not files:
        return None
    kind = content.kind(content_type)
    for path in files:
        channel_files.check_format(
            path, content_type or content.LIBSVM, _CONTENT_TYPES, _FORMATS.get(kind, "")
        )
    if kind == content.CSV:
        return examples.from_csv(files, weighted=weighted)
    if kind == content.LIBSVM:
        return examples.from_libsvm(files)
    return examples.from_parquet(files) if kind == content.PARQUET else examples.from_records(files)


def _check(name: str, channel: Mapping[str, Any]) -> None:
    supported = (
        channel_rules.input_mode(channel) in _MODES
        and channel.get("S3DistributionType", "FullyReplicated") in _DISTRIBUTIONS
        and (name == _CODE or channel.get("ContentType", content.LIBSVM) in content.NAMES)
    )
    if not supported:
        raise Refused(f"Channel configuration for '{name}' channel is not supported: {dict(channel)}")
    channel_rules.refuse_pipe(name, channel)


def _files(folder: Path) -> list[Path]:
    """The files that have anything in them, in the order of their names.

    A hidden file ends the job with the image's message; one in a hidden folder, which the image takes for
    data, is refused. Whether one whose name begins with `_` is data depends in the image on the content type:
    here it is refused unless it is empty, as Spark's _SUCCESS is.
    """
    found = []
    for path in channel_files.files(folder):
        name = channel_files.shown(path, folder)
        parts = path.relative_to(folder).parts
        if path.name.startswith("."):
            raise Refused(f"Hidden file found in the data path! Remove that before training. ({name})")
        if any(part.startswith(".") for part in parts):
            raise Refused(
                f"{name} lies in a hidden folder, with whose files the managed image trains; remove it."
            )
        if len(parts) > _DEEPEST:
            raise Refused(
                f"{name} lies deeper than the {_DEEPEST} levels of folders that the managed image reads; "
                "move it up."
            )
        if _is_blank(path):
            continue
        if path.name.startswith("_"):
            raise Refused(f"{name} begins with _ and is not empty; rename or remove it.")
        found.append(path)
    return found


def _is_blank(path: Path) -> bool:
    with path.open("rb") as file:
        return not file.read(4096).strip() and not file.read(1)
