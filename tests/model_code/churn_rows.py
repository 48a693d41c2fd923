"""A row as callers send it to churn's first container, and the numbers of an answer."""

import io

import numpy as np
from model_scripts import load
from numpy.typing import NDArray

columns = load("churn/preprocess/churn_columns")
ROW = "KS,186,510,400-6454,no,no,0,137.8,97,23.43,187.7,118,15.95,146.4,85,6.59,8.7,6,2.35,1"


def with_cell(column: str, cell: str, row: str = ROW) -> str:
    cells = row.split(",")
    cells[columns.RAW.index(column)] = cell
    return ",".join(cells)


def numbers(text: str) -> NDArray[np.float64]:
    return np.loadtxt(io.StringIO(text), delimiter=",", ndmin=2)
