"""Ten ways to make features of a table for an algorithm, in the style of Autopilot's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from column_types import CATEGORICAL, DATETIME, NUMERIC, TEXT
from table_schema import Schema

XGBOOST, LINEAR_LEARNER = "xgboost", "linear-learner"
# Of all text columns together.
MOST_WORDS = 10_000
KINDS = (NUMERIC, CATEGORICAL, TEXT, DATETIME)

_NAMES = {XGBOOST: "XGBoost", LINEAR_LEARNER: "the linear learner"}


@dataclass(frozen=True)
class Step:
    """A transformer by its name, with the parameters that are not as its class has them. NaN is `nan`."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """The columns of one kind, and what they go through."""

    kind: str
    columns: Sequence[str]
    steps: Sequence[Step]


@dataclass(frozen=True)
class Candidate:
    """Features, made of each group's columns and then of all together, for an algorithm."""

    processor: str
    algorithm: str
    groups: Sequence[Group]
    steps: Sequence[Step]

    @property
    def name(self) -> str:
        return f"{self.processor}-{self.algorithm}"

    @property
    def sparse(self) -> bool:
        """Whether most of its features are 0: without principal components they are."""
        return all(step.name != "RobustPCA" for step in self.steps)

    def describe(self) -> str:
        parts = [
            f"{group.kind} columns go through {' and '.join(step.name for step in group.steps)}"
            for group in self.groups
        ]
        together = " and ".join(step.name for step in self.steps)
        groups = "; ".join(parts)
        return (
            f"{groups[0].upper()}{groups[1:]}. All features together go through {together}. "
            f"They are for {_NAMES[self.algorithm]}."
        )


@dataclass(frozen=True)
class _Recipe:
    algorithm: str
    numeric: Sequence[Step]
    threshold: int
    text: Mapping[str, Any] = field(default_factory=dict)
    components: int | None = None

    def candidate(self, processor: str, columns: Mapping[str, Sequence[str]]) -> Candidate:
        words = max(1, MOST_WORDS // max(1, len(columns[TEXT])))
        steps = {
            NUMERIC: self.numeric,
            CATEGORICAL: (Step("ThresholdOneHotEncoder", {"threshold": self.threshold}),),
            TEXT: (Step("MultiColumnTfidfVectorizer", {**self.text, "max_features": words}),),
            # A date's parts are numbers, and missing where it is.
            DATETIME: (Step("DateTimeVectorizer"), *self.numeric[:1]),
        }
        together = [Step("RobustStandardScaler")]
        if self.components:
            together.insert(0, Step("RobustPCA", {"n_components": self.components}))
        groups = [Group(kind, columns[kind], steps[kind]) for kind in steps if columns[kind]]
        return Candidate(processor, self.algorithm, groups, together)


_KEPT = (Step("RobustImputer", {"strategy": "constant", "fill_value": "nan"}),)
_MEDIAN = (Step("RobustImputer", {"strategy": "median"}),)
_MARKED = (
    Step("RobustImputer", {"strategy": "median", "add_indicator": True}),
    Step("QuantileExtremeValuesTransformer"),
)
# A word of two rows in a thousand: of rarer ones nothing is learned that holds for other rows.
_WORDS = {"min_df": 0.0021}
_CHARACTERS = {"analyzer": "char_wb", "ngram_range": [2, 4], "min_df": 2}
_RECIPES = (
    _Recipe(XGBOOST, _KEPT, 9, text=_WORDS),
    _Recipe(XGBOOST, _MEDIAN, 9, components=26),
    _Recipe(LINEAR_LEARNER, _MARKED, 9, text=_WORDS, components=26),
    _Recipe(XGBOOST, _KEPT, 14, text={"min_df": 2}),
    _Recipe(LINEAR_LEARNER, _MARKED, 7, components=64),
    _Recipe(XGBOOST, _KEPT, 7, text=_CHARACTERS),
    _Recipe(XGBOOST, _MEDIAN, 14, components=64),
    _Recipe(XGBOOST, _MARKED, 9),
    _Recipe(LINEAR_LEARNER, _MARKED, 14),
    _Recipe(XGBOOST, _MARKED, 7, text=_CHARACTERS, components=26),
)


def candidates_of(schema: Schema) -> list[Candidate]:
    """dpp0 to dpp9, of the columns that are neither ids nor constant; ValueError if there are no others."""
    columns = {kind: [column.name for column in schema.columns if column.type == kind] for kind in KINDS}
    if not any(columns.values()):
        raise ValueError("there is no column to learn from: beside the target, all are ids or constant")
    return [recipe.candidate(f"dpp{number}", columns) for number, recipe in enumerate(_RECIPES)]
