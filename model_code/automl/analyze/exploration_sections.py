"""The sections of the data exploration notebook on rows, and on what columns have in common."""

from collections.abc import Iterator, Mapping
from typing import Any

import exploration_charts
from column_types import MOST_CATEGORIES, NUMERIC, TEXT
from notebook_file import Cell, code, markdown
from notebook_html import counted, cut, section, table

type Analysis = Mapping[str, Any]

# Of a table that has more columns or rows, these are shown.
COLUMNS, ROWS = 25, 25


def duplicates(analysis: Analysis) -> Iterator[Cell]:
    found = analysis["duplicate_rows"]
    text = (
        f"{found['count']} of {analysis['rows']} rows ({found['share']:.2%}) repeat an earlier one in all "
        "columns. Repeated rows count several times in training, and make validation look better where both "
        "parts have them."
    )
    names = [cut(name) for name in analysis["sample"]["names"][:COLUMNS]]
    rows = [[one["count"], *map(cut, one["cells"][:COLUMNS])] for one in found["most_frequent"]]
    yield markdown(section("Duplicate Rows", text, *([table(["Count", *names], rows)] if rows else [])))


def cross_columns(analysis: Analysis) -> Iterator[Cell]:
    found = analysis["correlations"]
    text = (
        "Pearson's correlation of numeric features: 1 or -1 where one is a multiple of the other, 0 where "
        f"neither says anything linear about the other. {len(found['columns'])} features are shown, those "
        "with the most prediction power. Of two that say the same, one can be left out."
    )
    if not found["columns"]:
        yield markdown(section("Cross Column Statistics", "No numeric feature varies."))
        return
    pairs = [
        [cut(one["first"]), cut(one["second"]), f"{one['correlation']:.3f}"]
        for one in found["redundant"][:ROWS]
    ]
    redundant = [table(["Feature", "Feature", "Correlation"], pairs)] if pairs else []
    chart = exploration_charts.heat_map("Correlations", found["columns"], found["matrix"])
    yield markdown(section("Cross Column Statistics", text, chart, *redundant))
    yield code(_CORRELATIONS)


def anomalies(analysis: Analysis) -> Iterator[Cell]:
    text = (
        "The rows that an isolation forest tells from all others by the fewest questions. A score of .5 is "
        "usual; the nearer to 1, the more unusual is the row. Look whether they are faults in the data."
    )
    names = [cut(name) for name in analysis["sample"]["names"][:COLUMNS]]
    rows = [
        [one["row"], f"{one['score']:.4f}", *map(cut, one["cells"][:COLUMNS])]
        for one in analysis["anomalous_rows"]
    ]
    yield markdown(section("Anomalous Rows", text, table(["Row", "Score", *names], rows)))
    yield code(_ANOMALIES)


def missing(analysis: Analysis) -> Iterator[Cell]:
    found = sorted((one for one in analysis["features"] if one["missing"]), key=lambda one: -one["missing"])
    text = (
        f"{len(found)} of {len(analysis['features'])} features have missing cells. Candidates fill them in. "
        "Find out why they are missing: where that has to do with the target, it is worth a feature."
    )
    rows = [
        [cut(one["name"]), one["missing"], f"{one['missing'] / analysis['rows']:.2%}"] for one in found[:ROWS]
    ]
    shown_rows = [table(["Feature", "Missing cells", "Percentage"], rows)] if rows else []
    yield markdown(section("Missing Values", text, *shown_rows))


def cardinality(analysis: Analysis) -> Iterator[Cell]:
    found = sorted(analysis["features"], key=lambda one: one["distinct"])
    text = (
        "How many values a feature has. Two spellings of a value are two values: make them one. A feature "
        f"of words with more than {MOST_CATEGORIES} values is taken for text; if it has groups, add them as "
        "a column. "
        f"{counted(min(len(found), ROWS), len(found))} features are shown."
    )
    rows = [
        [cut(one["name"]), one["distinct"], one["distinct_words"] if one["type"] == TEXT else "-"]
        for one in found[:ROWS]
    ]
    yield markdown(section("Cardinality", text, table(["Feature", "Values", "Words (of text)"], rows)))
    yield code('features.sort_values("distinct").reindex(columns=["type", "distinct", "distinct_words"])')


def statistics(analysis: Analysis) -> Iterator[Cell]:
    found = [one for one in analysis["features"] if one["type"] == NUMERIC]
    text = (
        f"{len(found)} of {len(analysis['features'])} features are numeric. Compare range and mean with what "
        "you know of the matter; an outlier is often another unit, or a code for a missing value. "
        f"{counted(min(len(found), ROWS), len(found))} are shown."
    )
    names = ("mean", "median", "minimum", "maximum", "skew", "kurtosis")
    rows = [
        [
            cut(one["name"]),
            *(_number(one[name]) for name in names),
            f"{one['outliers'] / one['numbers']:.2%}",
        ]
        for one in found[:ROWS]
    ]
    head = ["Feature", *(name.capitalize() for name in names), "Outliers"]
    yield markdown(section("Descriptive Statistics", text, *([table(head, rows)] if rows else [])))
    yield code(_STATISTICS)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.6g}"


_CORRELATIONS = """\
correlations = analysis["correlations"]
pd.DataFrame(correlations["matrix"], index=correlations["columns"], columns=correlations["columns"])"""

_ANOMALIES = """\
anomalous = analysis["anomalous_rows"]
pd.DataFrame(
    [one["cells"] for one in anomalous],
    columns=analysis["sample"]["names"],
    index=[one["row"] for one in anomalous],
)"""

_STATISTICS = """\
features[features["type"] == "numeric"].reindex(
    columns=["mean", "median", "deviation", "minimum", "maximum", "skew", "kurtosis", "outliers"]
)"""
