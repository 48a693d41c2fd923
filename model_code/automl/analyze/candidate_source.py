"""A candidate's transformers as a small Python file, for a person to read and to edit."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from candidate_recipes import Candidate, Group, Step

# Each class is in the module of its name.
_MODULES = {
    "DateTimeVectorizer": "date_time_vectorizer",
    "MultiColumnTfidfVectorizer": "multi_column_tfidf_vectorizer",
    "QuantileExtremeValuesTransformer": "quantile_extreme_values_transformer",
    "RobustImputer": "robust_imputer",
    "RobustPCA": "robust_pca",
    "RobustStandardScaler": "robust_standard_scaler",
    "ThresholdOneHotEncoder": "threshold_one_hot_encoder",
}


def source(candidate: Candidate) -> str:
    """The file dppN.py; what `build_feature_transform` in it returns is what the candidate's job fits."""
    return "\n".join([*_head(candidate), "", *_columns(candidate.groups), "", *_function(candidate), ""])


def _head(candidate: Candidate) -> Iterator[str]:
    steps = [step for group in candidate.groups for step in group.steps] + [*candidate.steps]
    yield f'"""{candidate.name}: how its features are made of the table.'
    yield ""
    yield "Edit it as you like: the next run of the data transformers does what stands here."
    yield '"""'
    yield ""
    if any(value == "nan" for step in steps for value in step.parameters.values()):
        yield "from math import nan"
        yield ""
    modules = {"feature_pipeline": "ColumnGroup, FeaturePipeline"}
    modules |= {_MODULES[step.name]: step.name for step in steps}
    for module, names in sorted(modules.items()):
        yield f"from {module} import {names}"


def _columns(groups: Sequence[Group]) -> Iterator[str]:
    for group in groups:
        yield f"{group.kind.upper()} = ["
        yield from (f"    {_literal(name)}," for name in group.columns)
        yield "]"


def _function(candidate: Candidate) -> Iterator[str]:
    yield ""
    yield "def build_feature_transform():"
    yield "    return FeaturePipeline("
    yield "        ["
    for group in candidate.groups:
        yield f"            ColumnGroup({group.kind.upper()}, {_calls(group.steps, 16)}),"
    yield "        ],"
    yield f"        {_calls(candidate.steps, 12)},"
    yield "    )"


def _calls(steps: Sequence[Step], indent: int) -> str:
    calls = [_call(step) for step in steps]
    if len(calls) == 1:
        return f"[{calls[0]}]"
    lines = "".join(f"{' ' * indent}{call},\n" for call in calls)
    return f"[\n{lines}{' ' * (indent - 4)}]"


def _call(step: Step) -> str:
    parameters = ", ".join(
        f"{name}={'nan' if value == 'nan' else _literal(value)}" for name, value in step.parameters.items()
    )
    return f"{step.name}({parameters})"


def _literal(value: Any) -> str:
    if isinstance(value, str):
        # Double quotes; what JSON escapes, Python reads the same.
        return json.dumps(value, ensure_ascii=False)
    return repr(tuple(value) if isinstance(value, list) else value)
