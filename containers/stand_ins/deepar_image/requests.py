"""The requests that the image answers, and how it answers them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from toolkit import content_types
from toolkit.errors import CallerProblem

from .series import Series, SeriesError, parse
from .shape import Shape

MEAN, QUANTILES, SAMPLES = "mean", "quantiles", "samples"
MAX_SAMPLES = 10_000
_OUTPUT_TYPES = (MEAN, QUANTILES, SAMPLES)


@dataclass(frozen=True)
class Wanted:
    """What of a forecast is answered. A quantile keeps the spelling by which the caller knows it."""

    num_samples: int = 100
    output_types: tuple[str, ...] = (MEAN, QUANTILES)
    quantiles: tuple[str, ...] = ("0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9")

    @classmethod
    def parse(cls, configuration: Any) -> "Wanted":
        """A request's `configuration`, or the default's members where it has none. Refuses (ValueError) what
        the image does not know."""
        if not isinstance(configuration, Mapping):
            raise ValueError("`configuration` is not an object")
        known = {"num_samples", "output_types", "quantiles"}
        if unknown := sorted(set(configuration) - known):
            raise ValueError(
                f"`configuration` has {len(unknown)} unknown members; it can have {sorted(known)}"
            )
        num_samples = configuration.get("num_samples", cls.num_samples)
        if (
            not isinstance(num_samples, int)
            or isinstance(num_samples, bool)
            or not 0 < num_samples <= MAX_SAMPLES
        ):
            raise ValueError(f"`num_samples` is not a whole number from 1 to {MAX_SAMPLES}")
        output_types = configuration.get("output_types", cls.output_types)
        if not isinstance(output_types, Sequence) or any(one not in _OUTPUT_TYPES for one in output_types):
            raise ValueError(f"expected `output_types` of {', '.join(_OUTPUT_TYPES)}")
        quantiles = configuration.get("quantiles", cls.quantiles)
        if (
            not isinstance(quantiles, Sequence)
            or isinstance(quantiles, str)
            or not all(map(_is_quantile, quantiles))
        ):
            raise ValueError("`quantiles` holds something else than numbers between 0 and 1")
        return cls(num_samples, tuple(output_types), tuple(map(str, quantiles)))

    def of(self, paths: NDArray[np.float32]) -> dict[str, Any]:
        """One series' prediction, of its sample paths (paths, points)."""
        prediction: dict[str, Any] = {}
        if MEAN in self.output_types:
            prediction[MEAN] = paths.mean(axis=0)
        if QUANTILES in self.output_types:
            levels = np.quantile(paths, [float(level) for level in self.quantiles], axis=0)
            prediction[QUANTILES] = dict(zip(self.quantiles, levels.astype(np.float32), strict=True))
        if SAMPLES in self.output_types:
            prediction[SAMPLES] = paths
        return prediction


@dataclass(frozen=True)
class Request:
    """The series of one request, and what is answered of each; `lines` is how."""

    series: list[Series]
    wanted: Wanted
    lines: bool


def read(body: bytes, content_type: str, shape: Shape, of_lines: Wanted) -> Request:
    """A JSON document with `instances` and perhaps a `configuration`; or JSON lines, one series each, of
    which `of_lines` is answered.

    Refuses (CallerProblem) another media type with 415, and with 400 what is malformed and any series that
    the model cannot forecast, with its index among the request's series, from 0 on.
    """
    media_type = content_types.media_type(content_type) or content_types.JSON
    if media_type == content_types.JSON_LINES:
        documents: list[Any] = [_json(line) for line in body.splitlines() if line.strip()]
        wanted = of_lines
    elif media_type == content_types.JSON:
        document = _json(body)
        if not isinstance(document, dict) or not isinstance(document.get("instances"), list):
            raise CallerProblem(400, "The body is not a JSON object with an array `instances`.")
        documents = document["instances"]
        try:
            wanted = Wanted.parse(document.get("configuration", {}))
        except ValueError as error:
            raise CallerProblem(400, f"{error}.") from None
    else:
        raise CallerProblem(415, f"Send {content_types.JSON} or {content_types.JSON_LINES}.")
    if not documents:
        raise CallerProblem(400, "There is no series to forecast.")
    series = [_instance(index, document, shape) for index, document in enumerate(documents)]
    return Request(series, wanted, media_type == content_types.JSON_LINES)


def write(predictions: Iterable[Mapping[str, Any]], *, lines: bool) -> bytes:
    """The answer: one document, or a line a series, without a newline after the last one."""
    option = orjson.OPT_SERIALIZE_NUMPY
    if lines:
        return b"\n".join(orjson.dumps(prediction, option=option) for prediction in predictions)
    return orjson.dumps({"predictions": list(predictions)}, option=option)


def _instance(index: int, document: Any, shape: Shape) -> Series:
    try:
        series = parse(document)
        shape.check_request(series)
    except SeriesError as error:
        raise CallerProblem(400, f"instances[{index}]: {error}.") from None
    return series


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise CallerProblem(400, "The body is not JSON.") from None


def _is_quantile(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and 0 < float(value) < 1
    except (TypeError, ValueError, OverflowError):
        return False
