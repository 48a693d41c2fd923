"""Rows that are shuffled and cut into three parts."""

import numpy as np

type Parts = tuple[list[int], list[int], list[int]]


def cut_rows(rows: int, seed: int, first: int, second: int) -> Parts:
    """Row numbers in the order of `df.sample(frac=1, random_state=seed)`, cut before the numbers `first` and
    `second`; raises ValueError for a part without rows."""
    order = np.random.RandomState(seed).choice(rows, size=rows, replace=False).tolist()
    parts = order[:first], order[first:second], order[second:]
    if not all(parts):
        raise ValueError(f"{rows} rows cannot be cut into three parts; more are needed")
    return parts
