"""The input data of a pipeline, and the weights that its training begins with."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local.errors import PipelineError
from local.pipeline.definition import Definition
from local.pipeline.expressions import Values, references, resolve
from local.pipeline.parameters import Parameter

_KEY, _WEIGHTS_KEY = "Parameters.InputKey", "Parameters.WeightsKey"


def input_uri(definition: Definition, parameters: Mapping[str, Any]) -> str | None:
    """The S3 URI of the pipeline's data, with these values of its parameters; None if none says it.

    It is what a step makes of the parameter InputKey, a key in the bucket that the step names. In a pipeline
    without one it is a parameter whose default is an S3 URI; among several, the one called InputData.
    """
    made = _made_of(_KEY, definition, parameters)
    if made is not None:
        return made
    named = _named(definition.parameters)
    return None if named is None else str(parameters[named.name])


def weights_uri(definition: Definition, parameters: Mapping[str, Any]) -> str | None:
    """The S3 URI of pretrained weights, which a step makes of the parameter WeightsKey; None without it."""
    return _made_of(_WEIGHTS_KEY, definition, parameters)


def _made_of(key: str, definition: Definition, parameters: Mapping[str, Any]) -> str | None:
    made = [uri for step in definition.steps for uri in _uris(step.arguments) if key in references(uri)]
    return str(resolve(made[0], Values(parameters, {}, {}, _refuse_file))) if made else None


def _refuse_file(uri: str) -> Any:
    raise PipelineError(f"the data depend on {uri}, which the pipeline itself writes")


def _uris(arguments: Any) -> Iterator[Any]:
    if isinstance(arguments, Mapping):
        for name, value in arguments.items():
            if name == "S3Uri":
                yield value
            else:
                yield from _uris(value)
    elif isinstance(arguments, list):
        for item in arguments:
            yield from _uris(item)


def _named(parameters: Sequence[Parameter]) -> Parameter | None:
    candidates = [one for one in parameters if str(one.default).startswith("s3://")]
    named = [one for one in candidates if one.name == "InputData"]
    [one] = found if len(found := named or candidates) == 1 else [None]
    return one
