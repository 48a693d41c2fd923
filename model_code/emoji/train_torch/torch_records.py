"""The records of a channel as tensors, and as batches of tweets of about one length."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import tweet_records
from numpy.typing import NDArray
from torch import Tensor

Places = NDArray[np.int64]


class Batch(NamedTuple):
    """Tweets that are padded to one length, and their classes."""

    input_ids: Tensor
    input_mask: Tensor
    segment_ids: Tensor
    labels: Tensor

    def to(self, device: torch.device) -> "Batch":
        return Batch._make(tensor.to(device) for tensor in self)


class Records:
    """The *.tfrecord files of a folder; refuses (ValueError) one with fewer records than `least`."""

    def __init__(self, folder: Path, least: int = 1) -> None:
        files = sorted(folder.rglob("*.tfrecord"))
        examples = list(chain.from_iterable(map(tweet_records.read, files)))
        if len(examples) < least:
            raise ValueError(
                f"expected {least} records or more in the *.tfrecord files of the channel {folder.name}, "
                f"got {len(examples)}"
            )
        ids, mask, segments, labels = zip(*examples, strict=True)
        self._ids, self._mask, self._segments = (
            np.array(rows, dtype=np.int32) for rows in (ids, mask, segments)
        )
        self._labels = np.array(labels, dtype=np.int64)
        self.lengths = self._mask.sum(axis=1)

    @property
    def count(self) -> int:
        return len(self._labels)

    def batches(self, size: int, seed: int) -> list[Places]:
        """All places in batches of at most `size`, which differ by one tweet at most: tweets of about one
        length are in a batch, which of them and in which order of batches the seed decides."""
        draw = np.random.default_rng(seed)
        order = np.lexsort((draw.random(self.count), self.lengths))
        batches = np.array_split(order, -(-self.count // size))
        return [batches[place] for place in draw.permutation(len(batches))]

    def take(self, places: Places | Sequence[int], width: int) -> Batch:
        """The tweets at these places, padded to `width` tokens."""
        rows = (values[places, :width] for values in (self._ids, self._mask, self._segments))
        return Batch._make(map(torch.from_numpy, (*rows, self._labels[places])))
