"""What the page of experiments begins with, and the order of its list."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from experiment_components import component

from local.experiments import table
from local.experiments.report import page


def _first(*found: Mapping[str, Any]) -> dict[str, str]:
    data = re.search(r'id="data">(.*?)</script>', page("Experiments", "", found), re.DOTALL)
    assert data
    first: dict[str, str] = json.loads(data[1])["first"]
    return first


@pytest.mark.parametrize(
    ("metrics", "x", "y"),
    [
        (("ObjectiveMetric", "validation:f1"), "validation:f1_min", "ObjectiveMetric_max"),
        (("train:auc", "validation:f1_binary"), "validation:f1_binary_min", "train:auc_max"),
        (("loss",), "loss_min", "loss_max"),
    ],
)
def test_it_begins_with_the_validation_metric_by_the_objective(
    metrics: tuple[str, ...], x: str, y: str
) -> None:
    first = _first(component("one", {name: [0.5] for name in metrics}))
    assert (first["x"], first["y"]) == (x, y)


def test_without_a_metric_the_page_chooses() -> None:
    assert _first(component("one", {})) == {}


def test_the_best_is_the_one_whose_last_objective_is() -> None:
    passing = component("passing", {"ObjectiveMetric": [0.9, 0.7]})
    lasting = component("lasting", {"ObjectiveMetric": [0.7, 0.8]})
    without = component("without", {})
    ordered = table.sort([without, passing, lasting], table.OBJECTIVE)
    assert [one["DisplayName"] for one in ordered] == ["lasting", "passing", "without"]
