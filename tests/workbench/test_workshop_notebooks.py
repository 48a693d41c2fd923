"""The notebooks of the workshops as they are stored: the same on AWS and a laptop, and with both SDKs."""

import json
import re
import tomllib
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from assemblies import ROOT

WORKBENCH = ROOT / "workbench"
WORKSHOPS = ["bank", "electricity"]
ALL = sorted(path.name for path in WORKBENCH.glob("*.ipynb"))
OF_WORKSHOPS = sorted(f"{name}{ending}.ipynb" for name in WORKSHOPS for ending in ("", "-sdk-v2"))
# What only this machine has: addresses, keys, commands and files of the runner.
OF_A_LAPTOP = re.compile(
    r"slipway|localhost|127\.0\.0\.1|AWS_\w+|endpoint_url|cdk\.out|build/(?!data/)", re.I
)


def read(name: str) -> Any:
    return nbformat.read(WORKBENCH / name, as_version=4)


def is_of_the_sdk(cell: Any) -> bool:
    return "sdk" in cell.metadata.get("tags", [])


def sections(notebook: Any) -> dict[str, list[str]]:
    """The texts of the cells below each heading."""
    found: dict[str, list[str]] = {}
    for cell in notebook.cells:
        if heading := re.match(r"#+ (.*)", cell.source) if cell.cell_type == "markdown" else None:
            found[heading[1]] = []
        found[next(reversed(found))].append(cell.source)
    return found


def test_there_is_a_notebook_for_each_sdk() -> None:
    assert {*OF_WORKSHOPS} <= {*ALL}


@pytest.mark.parametrize("name", ALL)
def test_a_notebook_is_stored_without_outputs(name: str) -> None:
    notebook = read(name)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert [cell.source for cell in code if cell.outputs or cell.execution_count] == []


@pytest.mark.parametrize("name", OF_WORKSHOPS)
def test_its_texts_are_short_and_say_what_it_costs(name: str) -> None:
    notebook = read(name)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert len(cell.source.splitlines()) <= 12, cell.source
    found = sections(notebook)
    paid = [text for heading, (text, *_) in found.items() if heading.startswith(("Train", "Deploy"))]
    assert len(paid) == 2
    assert all("USD" in text for text in paid)
    prices = tomllib.loads((ROOT / "prices.toml").read_text())["price"]
    assert f"{prices['ml.m4.xlarge']['usd']} USD an hour (ml.m4.xlarge)" in paid[1]


@pytest.mark.parametrize("name", OF_WORKSHOPS)
def test_it_knows_nothing_of_a_laptop(name: str) -> None:
    code = [cell.source for cell in read(name).cells if cell.cell_type == "code"]
    assert [source for source in code if OF_A_LAPTOP.search(source)] == []


@pytest.mark.parametrize("workshop", WORKSHOPS)
def test_both_sdks_differ_in_the_cells_that_say_so_alone(workshop: str) -> None:
    v3, v2 = read(f"{workshop}.ipynb").cells, read(f"{workshop}-sdk-v2.ipynb").cells
    assert [is_of_the_sdk(cell) for cell in v3] == [is_of_the_sdk(cell) for cell in v2]
    differing = [one for one, other in zip(v3, v2, strict=True) if one.source != other.source]
    assert [one.source for one in differing if not is_of_the_sdk(one)] == [v3[0].source]
    assert v3[0].source.replace("version 3", "version 2") == v2[0].source


# pandas' own, of each Timedelta.
@pytest.mark.filterwarnings("ignore:The 'generic' unit for NumPy timedelta:DeprecationWarning")
@pytest.mark.parametrize("name", ["electricity.ipynb", "electricity-sdk-v2.ipynb"])
def test_no_request_of_the_evaluation_is_too_large_for_an_endpoint(name: str) -> None:
    [cell] = [cell.source for cell in read(name).cells if cell.source.startswith("TENTHS = ")]
    months = pd.date_range("2014-01-01", "2014-10-01", freq="2h")
    # As many clients as the published file has, with loads of as many digits.
    series = [pd.Series(np.full(len(months), 1234.56789012345 + n), months) for n in range(370)]
    asked = []

    def forecast(predictor: Any, histories: Any, quantiles: Any) -> Any:
        asked.append(sum(len(json.dumps(one.tolist())) for one in histories))
        return [pd.DataFrame(dict.fromkeys(quantiles, one.iloc[:84].to_numpy())) for one in histories]

    weeks = list(pd.date_range("2014-09-01", periods=4, freq="7D"))
    known = {"np": np, "pd": pd, "weeks": weeks, "learned": series, "WEEK": 84, "forecast": forecast}
    known |= {"predictor": None, "before": lambda one, end: one.loc[: end - pd.Timedelta("2h")]}
    exec(cell, known)  # noqa: S102
    assert len(known["forecasts"]) == 4 * 370
    assert max(asked) < 6_000_000
