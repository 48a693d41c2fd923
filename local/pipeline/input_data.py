"""Where a pipeline takes its data from."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local.errors import PipelineError, UsageError
from local.pipeline.definition import Definition
from local.pipeline.expressions import Values, references, resolve
from local.pipeline.parameters import Parameter

_KEY = "Parameters.InputKey"


def input_uri(definition: Definition, parameters: Mapping[str, Any]) -> str:
    """The S3 URI of the pipeline's data, with these values of its parameters.

    It is what a step makes of the parameter InputKey, a key in the bucket that the step names. In a pipeline
    without one it is a parameter whose default is an S3 URI; among several, the one called InputData. Raises
    UsageError when there is none.
    """
    made = [uri for step in definition.steps for uri in _uris(step.arguments) if _KEY in references(uri)]
    if made:
        return str(resolve(made[0], Values(parameters, {}, {}, _refuse_file)))
    return str(parameters[_named(definition.parameters).name])


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


def _named(parameters: Sequence[Parameter]) -> Parameter:
    candidates = [one for one in parameters if str(one.default).startswith("s3://")]
    named = [one for one in candidates if one.name == "InputData"]
    if len(named or candidates) != 1:
        raise UsageError("the pipeline has no parameter InputKey or InputData that names its data in S3")
    return (named or candidates)[0]
