"""Transformers by name, and on disk: JSON, and arrays beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from date_time_vectorizer import DateTimeVectorizer
from multi_column_tfidf_vectorizer import MultiColumnTfidfVectorizer
from quantile_extreme_values_transformer import QuantileExtremeValuesTransformer
from robust_imputer import RobustImputer
from robust_pca import RobustPCA
from robust_standard_scaler import RobustStandardScaler
from threshold_one_hot_encoder import ThresholdOneHotEncoder
from transformer import Transformer

TRANSFORMERS: Mapping[str, type[Transformer]] = {
    one.__name__: one
    for one in (
        DateTimeVectorizer,
        MultiColumnTfidfVectorizer,
        QuantileExtremeValuesTransformer,
        RobustImputer,
        RobustPCA,
        RobustStandardScaler,
        ThresholdOneHotEncoder,
    )
}


def saved(transformers: Sequence[Transformer], arrays: dict[str, Any]) -> list[dict[str, Any]]:
    """Each as JSON; an array is put into `arrays`, and its name there stands for it."""
    documents = []
    for one in transformers:
        fitted: dict[str, Any] = {}
        for name, value in one.fitted().items():
            fitted[name] = value
            if isinstance(value, np.ndarray):
                fitted[name] = {"array": f"{len(arrays)}-{name}"}
                arrays[fitted[name]["array"]] = value
        documents.append({"name": type(one).__name__, "parameters": one.parameters(), "fitted": fitted})
    return documents


def restored(document: Mapping[str, Any], arrays: Mapping[str, Any]) -> Transformer:
    """The transformer that `saved` made the document of; KeyError for a name that none has."""
    one = TRANSFORMERS[document["name"]](**document["parameters"])
    one.restore(
        {
            name: arrays[value["array"]] if isinstance(value, dict) else value
            for name, value in document["fitted"].items()
        }
    )
    return one
