"""The records of a channel as batches of tweets of about one length, in an order that the seed decides."""

from pathlib import Path
from typing import Any, NamedTuple

import tensorflow as tf
from wordpiece import MAX_TOKENS

# As many batches of one draw are sorted by length among themselves.
_SORTED_TOGETHER = 50
# Of records; beyond so many an epoch's order is mixed within a window of that size.
_SHUFFLED_TOGETHER = 200_000
_TOKENS = tf.io.FixedLenFeature([MAX_TOKENS], tf.int64)
_FEATURES = {
    "input_ids": _TOKENS,
    "input_mask": _TOKENS,
    "segment_ids": _TOKENS,
    "label_ids": tf.io.FixedLenFeature([], tf.int64),
}


class Share(NamedTuple):
    """Which tweets of every batch an instance takes: every `instances`-th, from `first` on."""

    first: int
    instances: int


class Batch(NamedTuple):
    """An instance's part of a batch, padded to the whole batch's longest tweet, and the size of the whole."""

    ids: Any
    mask: Any
    segments: Any
    labels: Any
    whole: Any


WHOLE = Share(0, 1)


class Records:
    """The *.tfrecord files of a folder; refuses (ValueError) one without any record."""

    def __init__(self, folder: Path, batch_size: int) -> None:
        self._files = [str(path) for path in sorted(folder.rglob("*.tfrecord"))]
        self._batch_size = batch_size
        self.count = int(self._records().reduce(0, lambda count, _: count + 1)) if self._files else 0
        if not self.count:
            raise ValueError(f"the channel {folder.name} has no records in *.tfrecord files")

    @property
    def batches(self) -> int:
        """How many batches an epoch has."""
        return -(-self.count // self._batch_size)

    def epoch(self, seed: int, share: Share, skip: int = 0) -> Any:
        """The batches of one pass, without the first `skip`."""
        mixed = self._records().shuffle(
            min(self.count, _SHUFFLED_TOGETHER), seed, reshuffle_each_iteration=False
        )
        drawn = mixed.batch(self._batch_size * _SORTED_TOGETHER).map(_by_length)
        batches = drawn.flat_map(
            lambda draw: (
                tf.data.Dataset.from_tensor_slices(draw)
                .batch(self._batch_size)
                .shuffle(_SORTED_TOGETHER, seed, reshuffle_each_iteration=False)
            )
        )
        return batches.skip(skip).map(lambda batch: _of(batch, share)).prefetch(2)

    def in_order(self) -> Any:
        """The batches as they lie in the files."""
        return self._records().batch(self._batch_size).map(_parsed).map(lambda batch: _of(batch, WHOLE))

    def _records(self) -> Any:
        return tf.data.TFRecordDataset(self._files)


def _parsed(records: Any) -> dict[str, Any]:
    return dict(tf.io.parse_example(records, _FEATURES))


def _by_length(records: Any) -> dict[str, Any]:
    batch = _parsed(records)
    order = tf.argsort(tf.reduce_sum(batch["input_mask"], axis=1), stable=True)
    return {name: tf.gather(values, order) for name, values in batch.items()}


def _of(batch: dict[str, Any], share: Share) -> Batch:
    longest = tf.reduce_max(tf.reduce_sum(batch["input_mask"], axis=1))
    part = {name: values[share.first :: share.instances] for name, values in batch.items()}
    return Batch(
        ids=part["input_ids"][:, :longest],
        mask=part["input_mask"][:, :longest],
        segments=part["segment_ids"][:, :longest],
        labels=part["label_ids"],
        whole=tf.size(batch["label_ids"]),
    )
