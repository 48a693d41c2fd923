"""The notebook of data exploration: what the analysis found, with what it means and what to do about it.

It is read as it is; its cells of code load analysis.json, for a person's own questions.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import exploration_charts
import exploration_sections
from exploration_definitions import DEFINITIONS
from exploration_sections import COLUMNS, Analysis
from notebook_file import Cell, code, markdown
from notebook_html import alert, counted, cut, joined, section, shown, table

type Features = Sequence[Mapping[str, Any]]

FILE = "SageMakerAutopilotDataExplorationNotebook.ipynb"
SECTIONS = (
    *("Target Analysis", "Data Sample", "Feature Summary", "Duplicate Rows", "Cross Column Statistics"),
    *("Anomalous Rows", "Missing Values", "Cardinality", "Descriptive Statistics", "Definitions"),
)


def cells(analysis: Analysis) -> list[Cell]:
    """The notebook's cells for the content of analysis.json (`table_analysis`)."""
    strongest = sorted(analysis["features"], key=lambda one: -one["prediction_power"])
    return [
        *_summary(analysis),
        *_target(analysis),
        *_sample(analysis, strongest),
        *_features(analysis, strongest),
        *exploration_sections.duplicates(analysis),
        *exploration_sections.cross_columns(analysis),
        *exploration_sections.anomalies(analysis),
        *exploration_sections.missing(analysis),
        *exploration_sections.cardinality(analysis),
        *exploration_sections.statistics(analysis),
        markdown(section("Definitions", DEFINITIONS)),
    ]


def _summary(analysis: Analysis) -> Iterator[Cell]:
    duplicates, target = analysis["duplicate_rows"], analysis["target"]
    properties = table(
        ["Rows", "Columns", "Duplicate rows", "Target column", "Missing target values", "Problem type"],
        [
            [
                *(analysis["rows"], analysis["columns"], f"{duplicates['share']:.2%}", cut(target["name"])),
                *(f"{target['missing'] / analysis['rows']:.2%}", target["problem_type"]),
            ]
        ],
    )
    total = max(sum(analysis["types"].values()), 1)
    counts = analysis["types"]
    types = table(
        ["", *(name.capitalize() for name in counts)],
        [
            ["Column count", *counts.values()],
            ["Percentage", *(f"{count / total:.2%}" for count in counts.values())],
        ],
    )
    insights = [alert(one["severity"], one["name"], one["text"]) for one in analysis["insights"]]
    contents = "\n".join(f"1. [{name}](#{name.replace(' ', '-')})" for name in SECTIONS)
    yield markdown(
        joined(
            "# Data Exploration Report",
            "What the table holds that candidates are trained on: the development part, without the rows "
            "that are held out for the test. Look for the colored boxes first; each says what was found and "
            "what to do. The tables are complete in `analysis.json`, where the text leaves some out.",
            "## Dataset Summary",
            *insights,
            properties,
            types,
            "## Report Contents",
            contents,
        )
    )
    yield markdown("The cells of code are for questions of your own. This one loads what the others show.")
    yield code(_LOAD)


def _target(analysis: Analysis) -> Iterator[Cell]:
    target = analysis["target"]
    labels = target["labels"]
    counts = table(
        ["Target label", "Frequency", "Label count"],
        [[cut(one["label"]), f"{one['share']:.2%}", one["count"]] for one in labels],
    )
    chart = exploration_charts.bars(
        "Rows of each label",
        [one["label"] for one in labels],
        [one["count"] for one in labels],
        analysis["rows"],
    )
    text = (
        f"The column **{shown(cut(target['name']))}** is the target. It has {len(labels)} labels; "
        f"{target['missing']} of {analysis['rows']} rows have none and are not trained on. The rarer a "
        "label, the less accuracy says: a model that never predicts it is right in all other rows."
    )
    yield markdown(section("Target Analysis", text, counts, chart))


def _sample(analysis: Analysis, strongest: Features) -> Iterator[Cell]:
    names, rows = analysis["sample"]["names"], analysis["sample"]["rows"]
    first = [one["name"] for one in strongest[:COLUMNS]]
    columns = [analysis["target"]["name"], *first]
    powers = {one["name"]: f"{one['prediction_power']:.4f}" for one in strongest}
    types = {one["name"]: one["type"] for one in strongest}
    shown_rows = [["Prediction power", *(powers.get(name, "-") for name in columns)]]
    shown_rows.append(["Column type", *(types.get(name, "target") for name in columns)])
    for number, row in enumerate(rows, 1):
        cells = dict(zip(names, row, strict=True))
        shown_rows.append([f"Row {number}", *(cut(cells[name]) for name in columns)])
    text = (
        f"The first {len(rows)} rows. {counted(len(first), len(strongest))} features are shown, those with "
        "the most prediction power first. Check that names and cells belong together."
    )
    yield markdown(section("Data Sample", text, table(["", *map(cut, columns)], shown_rows)))
    yield code('pd.DataFrame(analysis["sample"]["rows"], columns=analysis["sample"]["names"])')


def _features(analysis: Analysis, strongest: Features) -> Iterator[Cell]:
    first = strongest[:COLUMNS]
    chart = exploration_charts.bars(
        "Prediction power", [one["name"] for one in first], [one["prediction_power"] for one in first], 1.0
    )
    text = (
        "Prediction power says how well a feature alone tells the labels apart, from 0 to 1. A feature near "
        "1 may be known only once the target is. One at 0 can still matter together with others. "
        f"{counted(len(first), len(strongest))} features are shown."
    )
    yield markdown(section("Feature Summary", text, chart))
    yield code('features.sort_values("prediction_power", ascending=False)[["type", "prediction_power"]]')


_LOAD = """\
import json
import os
from pathlib import Path

import pandas as pd

folder = Path(os.environ.get("AUTOML_ANALYSIS", "../analysis"))
analysis = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
features = pd.DataFrame(analysis["features"]).set_index("name")
features"""
