"""The channels of a job: RecordIO-protobuf of float32, dense or sparse, and CSV with the label first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from built_in import channel_files, channel_rules, single_precision
from built_in.answers import RECORDS
from built_in.hyperparameters import Refused
from numpy.typing import NDArray
from toolkit import content_types, tabular

TRAIN, VALIDATION, TEST = "train", "validation", "test"
_FORMATS = {RECORDS: channel_files.RECORDS, content_types.CSV: ""}
_CONTENT_TYPES = {channel_files.RECORDS: RECORDS}
_LARGEST = 2**29

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Examples:
    """The rows of one channel, in their order. What sparse rows left out is 0."""

    features: Floats
    labels: Floats
    sparse: bool = False


def validate(channels: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse what the image refuses: no `train`, a channel or a ContentType that it does not know.

    Of what the image takes, the stand-in does not read pipes; that it says of itself.
    """
    channel_rules.validate(channels, required=(TRAIN,), optional=(VALIDATION, TEST), check=_check)


def read(folder: Path, channel: Mapping[str, Any]) -> Examples:
    """Every row of a channel's files, in the order of their names.

    Refuses, with the file and the place in it, what does not parse, a feature that is no number, and files of
    different widths; a channel without rows too.
    """
    kind, _ = _content(channel)
    files = channel_files.visible_files(folder)
    for path in files:
        channel_files.check_format(path, kind, _CONTENT_TYPES, _FORMATS[kind])
    read_file = _from_records if kind == RECORDS else _from_csv
    parts = [(path, read_file(path)) for path in files if path.stat().st_size]
    if not parts:
        raise Refused(f"No data in {folder.name} channel path {folder}")
    for path, part in parts:
        if part.features.shape[1] != parts[0][1].features.shape[1]:
            raise Refused(
                f"{path.name} has {part.features.shape[1]} features, "
                f"the files before it {parts[0][1].features.shape[1]}"
            )
        _refuse_no_numbers(path, part)
    return _together([part for _, part in parts])


def _check(name: str, channel: Mapping[str, Any]) -> None:
    kind, label_size = _content(channel)
    if kind not in _FORMATS or label_size != "1":
        raise Refused(
            f"Channel configuration for '{name}' channel is not supported: {dict(channel)}; its "
            f"ContentType can be {RECORDS} or {content_types.CSV}, with the label in the first column"
        )
    channel_rules.refuse_pipe(name, channel)


def _content(channel: Mapping[str, Any]) -> tuple[str, str]:
    """The media type and the number of labels that it says, both as text; RecordIO without a ContentType."""
    content_type = channel.get("ContentType") or RECORDS
    given = dict(each.strip().partition("=")[::2] for each in content_type.lower().split(";")[1:])
    return content_types.media_type(content_type), given.get("label_size", "1")


def _from_csv(path: Path) -> Examples:
    try:
        table = tabular.parse(path.read_bytes())
    except tabular.MalformedCsv as error:
        raise Refused(f"{path.name}: {error}") from None
    if table.shape[1] < 2:
        raise Refused(f"{path.name} has one column; expected the label and at least one feature")
    if beyond := single_precision.first_beyond(table):
        what = f"feature {beyond.column - 1}" if beyond.column > 1 else "the label"
        raise Refused(f"{path.name}: row {beyond.row}, {what} is {single_precision.BEYOND}")
    single = table.astype(np.float32)
    return Examples(single[:, 1:], single[:, 0])


def _from_records(path: Path) -> Examples:
    # Protobuf takes longer to load than most jobs to train.
    from built_in.record_rows import rows  # noqa: PLC0415
    from built_in.records import FLOAT32, NotRecords  # noqa: PLC0415

    try:
        found = rows(path.read_bytes())
    except NotRecords as error:
        raise Refused(f"{path.name}: {error}") from None
    for number, (one, label) in enumerate(zip(found.tensors, found.labels, strict=True), start=1):
        if one.kind != FLOAT32:
            raise Refused(f"{path.name}: record {number} has a {one.kind}; expected a {FLOAT32}")
        if label is None:
            raise Refused(f"{path.name}: record {number} has no label called values")
    if len(found.tensors) * found.width > _LARGEST:
        raise Refused(
            f"{path.name}: {len(found.tensors)} records of {found.width} features are more than the stand-in "
            f"holds, which is {_LARGEST} numbers: it keeps sparse rows as dense ones"
        )
    return Examples(found.table(found.width, 0), np.array(found.labels, dtype=np.float32), found.sparse)


def _refuse_no_numbers(path: Path, part: Examples) -> None:
    """A linear model has no missing values: refuse NaN and infinity by their places."""
    wrong = np.argwhere(~np.isfinite(part.features))
    if len(wrong):
        row, column = wrong[0] + 1
        raise Refused(f"{path.name}: row {row}, feature {column} is not a finite number; impute it before")
    labels = np.flatnonzero(~np.isfinite(part.labels))
    if len(labels):
        raise Refused(f"{path.name}: row {labels[0] + 1} has a label that is not a finite number")


def _together(parts: Sequence[Examples]) -> Examples:
    if len(parts) == 1:
        return parts[0]
    return Examples(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.labels for part in parts]),
        all(part.sparse for part in parts),
    )
