"""The input channels of a training job: what the managed image accepts, and how its files become matrices."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from built_in.hyperparameters import Refused
from numpy.typing import NDArray
from toolkit import tabular

from . import content

TRAIN, VALIDATION = "train", "validation"
_KNOWN = (TRAIN, VALIDATION, "code")
_MODES = ("File",)
_DISTRIBUTIONS = ("FullyReplicated", "ShardedByS3Key")


@dataclass(frozen=True)
class Examples:
    """The rows of one channel: single-precision features, NaN where missing, and what goes with each row."""

    features: NDArray[np.float32]
    labels: NDArray[np.float32]
    weights: NDArray[np.float32] | None = None
    queries: NDArray[np.int64] | None = None


def validate(channels: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse what the image refuses: no `train`, a channel it does not know, a type or mode of none."""
    if TRAIN not in channels:
        raise Refused(f"Missing required channel: {TRAIN}")
    for name, channel in channels.items():
        if name not in _KNOWN:
            raise Refused(f"Extraneous channel found: {name}")
        supported = (
            channel.get("TrainingInputMode", "File") in _MODES
            and channel.get("S3DistributionType", "FullyReplicated") in _DISTRIBUTIONS
            and (name == "code" or channel.get("ContentType", content.LIBSVM) in content.NAMES)
        )
        if not supported:
            raise Refused(f"Channel configuration for '{name}' channel is not supported: {dict(channel)}")


def read(folder: Path, content_type: str, *, weighted: bool = False) -> Examples | None:
    """All data files of a channel, in the order of their names, as one table; None when there are none.

    CSV has no header and the label first; with `weighted` the second column is the row's weight.
    libsvm is `label[:weight] [qid:n] index:value ...`. Files whose name starts with `.` or `_` are left out.
    Refuses what does not parse, with file, row and column.
    """
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "_"))
    )
    texts = [(path.name, path.read_bytes()) for path in files]
    texts = [(name, text) for name, text in texts if text.strip()]
    if not texts:
        return None
    if content.kind(content_type) == content.CSV:
        return _from_csv(texts, weighted=weighted)
    return _from_libsvm(texts)


def _from_csv(texts: list[tuple[str, bytes]], *, weighted: bool) -> Examples:
    tables: list[NDArray[np.float64]] = []
    for name, text in texts:
        try:
            table = tabular.parse(content.with_commas(text.strip()))
        except ValueError as error:
            raise Refused(f"Failed to load csv data: {name}: {error}") from None
        if tables and table.shape[1] != tables[0].shape[1]:
            raise Refused(
                f"Failed to load csv data: {name} has {table.shape[1]} columns, "
                f"the files before it {tables[0].shape[1]}."
            )
        tables.append(table)
    rows = np.concatenate(tables).astype(np.float32)
    first = 2 if weighted else 1
    if rows.shape[1] <= first:
        raise Refused("Failed to load csv data: there is no feature column after the label.")
    return Examples(rows[:, first:], rows[:, 0], rows[:, 1] if weighted else None)


def _from_libsvm(texts: list[tuple[str, bytes]]) -> Examples:
    labels: list[float] = []
    weights: list[float] = []
    queries: list[int] = []
    cells: list[tuple[int, int, float]] = []
    for name, text in texts:
        for number, line in enumerate(text.strip().split(b"\n"), start=1):
            head, *tokens = line.split() or [b""]
            try:
                label, _, weight = head.partition(b":")
                labels.append(float(label))
                weights.append(float(weight or 1))
                for token in tokens:
                    index, _, value = token.partition(b":")
                    if index == b"qid":
                        queries.append(int(value))
                    else:
                        cells.append((len(labels) - 1, int(index), float(value)))
            except ValueError:
                raise Refused(
                    f"Failed to load libsvm data: {name}: line {number} is not label[:weight] index:value ..."
                ) from None
    return _matrix(labels, weights, queries, cells)


def _matrix(
    labels: list[float], weights: list[float], queries: list[int], cells: list[tuple[int, int, float]]
) -> Examples:
    if queries and len(queries) != len(labels):
        raise Refused("Failed to load libsvm data: a qid stands on some rows and not on others.")
    width = max((column for _, column, _ in cells), default=-1) + 1
    if width == 0:
        raise Refused("Failed to load libsvm data: no row has a feature.")
    features = np.full((len(labels), width), np.nan, dtype=np.float32)
    for row, column, value in cells:
        features[row, column] = value
    weighted = any(weight != 1 for weight in weights)
    return Examples(
        features,
        np.array(labels, dtype=np.float32),
        np.array(weights, dtype=np.float32) if weighted else None,
        np.array(queries) if queries else None,
    )
