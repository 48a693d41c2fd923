"""What a job's series and hyperparameters say together: the network's shape, or why there is none."""

from collections.abc import Mapping, Sequence
from typing import Any

from built_in.hyperparameters import Refused

from .hyperparameters import AUTO, IGNORE
from .series import Series, SeriesError
from .shape import Shape

TRAIN, TEST = "train", "test"
_SUPPORT = {"beta": (0.0, 1.0), "negative-binomial": (0.0, float("inf"))}


def shape(parameters: Mapping[str, Any], series: Sequence[Series]) -> Shape:
    """What the hyperparameters say of the network, and with `auto` what the training series say."""
    cardinality = _cardinality(parameters["cardinality"], series)
    features: int | str = parameters["num_dynamic_feat"]
    if features == AUTO:
        features = series[0].feature_count
    return Shape(
        **{name: parameters[name] for name in ("time_freq", "prediction_length", "context_length")},
        **{name: parameters[name] for name in ("num_layers", "num_cells", "dropout_rate", "likelihood")},
        embedding_dimension=parameters["embedding_dimension"],
        cardinality=cardinality,
        categories=tuple(
            tuple(sorted({one.categories[index] for one in series if index < len(one.categories)}))
            for index in range(len(cardinality))
        ),
        num_dynamic_feat=0 if features == IGNORE else int(features),
    )


def _cardinality(given: str | list[int], series: Sequence[Series]) -> tuple[int, ...]:
    if given == IGNORE:
        return ()
    if given != AUTO:
        return tuple(map(int, given))
    count = len(series[0].categories)
    return tuple(
        1 + max(one.categories[index] for one in series if index < len(one.categories))
        for index in range(count)
    )


def check(channel: str, series: Sequence[Series], shape: Shape) -> None:
    """Refuse a series that the network cannot be trained or tested on, with its number in the channel."""
    horizon = shape.prediction_length
    low, high = _SUPPORT.get(shape.likelihood, (-float("inf"), float("inf")))
    for number, one in enumerate(series, start=1):
        try:
            shape.check(one, features_over=len(one.target))
            if ((one.target < low) | (one.target > high)).any():
                raise SeriesError(
                    f"`target` is not within [{low:g}, {high:g}], as {shape.likelihood} needs it"
                )
            if channel == TEST and len(one.target) <= horizon:
                raise SeriesError(f"it has no point before the {horizon} that are compared with the forecast")
        except SeriesError as error:
            raise Refused(f"{channel} channel: series {number}: {error}.") from None
    if channel == TRAIN and not any(len(one.target) > horizon for one in series):
        raise Refused(f"No time series in the train channel is longer than prediction_length = {horizon}.")
