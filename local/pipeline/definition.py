"""A pipeline's definition, parsed and checked before anything of it runs."""

import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath
from typing import Any, NoReturn

from local.errors import PipelineError
from local.pipeline.durations import seconds_of
from local.pipeline.expressions import references, step_of, unknown_functions
from local.pipeline.parameters import Parameter

_VERSION = "2020-12-01"
# Of SageMaker's StepName: a test holds it against botocore's model.
LONGEST_NAME = 64
CONDITION = "Condition"
_BRANCHES = {"IfSteps": True, "ElseSteps": False}
_JSON: Mapping[type, str] = {dict: "object", list: "array"}


@dataclass(frozen=True)
class PropertyFile:
    """A file of a processing output that is worth reading: its name, the output's, and the path therein."""

    name: str
    output: str
    path: PurePosixPath


@dataclass(frozen=True)
class Branch:
    """The side of a Condition step on which a step stands."""

    condition: str
    holds: bool


@dataclass(frozen=True)
class Caching:
    """Whether a step may reuse an earlier result, and for how many seconds (None: without limit)."""

    enabled: bool = False
    expires_after: float | None = None


@dataclass(frozen=True)
class Step:
    """One step; `after` names the steps that it waits for: by reference, by DependsOn, or as its condition.

    `retried` are the faults on which SageMaker would try the step again.
    """

    name: str
    type: str
    arguments: Mapping[str, Any]
    after: frozenset[str]
    property_files: tuple[PropertyFile, ...]
    branch: Branch | None = None
    caching: Caching = Caching()
    retried: tuple[str, ...] = ()


@dataclass(frozen=True)
class Definition:
    """The parameters, and the steps, those of branches too, in an order in which they can run."""

    parameters: tuple[Parameter, ...]
    steps: tuple[Step, ...]

    @classmethod
    def parse(cls, text: str, step_types: Collection[str]) -> "Definition":
        """Parse the JSON of a PipelineDefinitionBody.

        Raises PipelineError, naming the step, for a type outside `step_types`, an unknown function, a
        reference to a step that is not there, steps that wait for each other, a member of another type than
        SageMaker's, and malformed JSON.
        """
        try:
            body = _load(text)
            parameters = tuple(Parameter.parse(one) for one in _objects(body, "Parameters"))
            steps = list(_steps(_objects(body, "Steps"), step_types, None))
        except KeyError as error:
            raise PipelineError(f"the definition lacks a {error.args[0]}") from None
        except RecursionError:
            raise PipelineError("the definition is nested too deeply") from None
        _refuse_duplicates("parameter", [parameter.name for parameter in parameters])
        _refuse_duplicates("step", [step.name for step in steps])
        if not steps:
            raise PipelineError("the definition has no steps")
        return cls(parameters, _in_order(steps))


def _load(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except ValueError as error:
        raise PipelineError(f"the definition is not JSON: {error}") from None
    if not isinstance(body, dict) or body.get("Version") != _VERSION:
        raise PipelineError(f"the runner reads definitions of version {_VERSION}")
    return body


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")


def _finite(number: str) -> float:
    if not math.isfinite(found := float(number)):
        raise ValueError(f"the number {number} is out of range")
    return found


def _steps(
    declared: Sequence[Mapping[str, Any]], step_types: Collection[str], branch: Branch | None
) -> Iterator[Step]:
    """The steps of a list, each followed by those on its own branches."""
    for one in declared:
        step = _step(one, step_types, branch)
        yield step
        for name, holds in _BRANCHES.items() if step.type == CONDITION else ():
            yield from _steps(_objects(one["Arguments"], name), step_types, Branch(step.name, holds))


def _step(declared: Mapping[str, Any], step_types: Collection[str], branch: Branch | None) -> Step:
    name, kind = declared.get("Name"), declared.get("Type")
    if not isinstance(name, str) or step_of(f"Steps.{name}") != name:
        raise PipelineError(
            f"{name!r} is not a valid step name: expected letters, digits, hyphens and underscores"
        )
    if len(name) > LONGEST_NAME:
        raise PipelineError(
            f"the name of the step {name} has {len(name)} characters; expected at most {LONGEST_NAME}"
        )
    if not isinstance(kind, str) or kind not in step_types:
        known = ", ".join(sorted(step_types))
        raise PipelineError(f"step {name}: the runner does not support steps of type {kind}, only {known}")
    arguments = _member(declared, "Arguments", dict, {})
    if kind == CONDITION:
        arguments = {key: value for key, value in arguments.items() if key not in _BRANCHES}
    for function in unknown_functions(arguments):
        raise PipelineError(f"step {name}: the runner does not support the function {function}")
    referred = {step_of(path) for path in references(arguments)} - {None}
    conditions = {branch.condition} if branch else set()
    return Step(
        name,
        kind,
        arguments,
        frozenset(str(one) for one in referred | conditions | set(_texts(declared, "DependsOn"))),
        tuple(_property_file(name, one) for one in _objects(declared, "PropertyFiles")),
        branch,
        _caching(name, _member(declared, "CacheConfig", dict, {})),
        tuple(
            fault
            for policy in _objects(declared, "RetryPolicies")
            for fault in _texts(policy, "ExceptionType", required=True)
        ),
    )


def _member(declared: Mapping[str, Any], name: str, kind: type, default: Any) -> Any:
    """A member of the definition; refuses one that is of another type of JSON's."""
    value = declared.get(name, default)
    if not isinstance(value, kind):
        raise PipelineError(f"{name} should be a JSON {_JSON[kind]}")
    return value


def _objects(declared: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    values: list[Mapping[str, Any]] = _member(declared, name, list, [])
    if not all(isinstance(one, dict) for one in values):
        raise PipelineError(f"{name} should be an array of objects")
    return values


def _texts(declared: Mapping[str, Any], name: str, *, required: bool = False) -> list[str]:
    if required and name not in declared:
        raise KeyError(name)
    values: list[str] = _member(declared, name, list, [])
    if not all(isinstance(one, str) for one in values):
        raise PipelineError(f"{name} should be an array of strings")
    return values


def _caching(step: str, declared: Mapping[str, Any]) -> Caching:
    expires = declared.get("ExpireAfter")
    try:
        return Caching(declared.get("Enabled") is True, None if expires is None else seconds_of(expires))
    except ValueError as error:
        raise PipelineError(f"step {step}: CacheConfig.ExpireAfter: {error}") from None


def _property_file(step: str, declared: Mapping[str, Any]) -> PropertyFile:
    if not all(isinstance(declared[key], str) for key in ("FilePath", "PropertyFileName", "OutputName")):
        raise PipelineError(f"step {step}: a property file is described by strings")
    path = PurePosixPath(declared["FilePath"])
    if path.is_absolute() or ".." in path.parts:
        raise PipelineError(f"step {step}: the property file {path} is not below its output")
    return PropertyFile(declared["PropertyFileName"], declared["OutputName"], path)


def _refuse_duplicates(what: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise PipelineError(f"two {what}s are called {name}")


def _in_order(steps: Sequence[Step]) -> tuple[Step, ...]:
    by_name = {step.name: step for step in steps}
    for step in steps:
        for name in sorted(step.after - by_name.keys()):
            raise PipelineError(f"step {step.name} waits for {name}, which is not a step")
    try:
        order = TopologicalSorter({step.name: sorted(step.after) for step in steps}).static_order()
        return tuple(by_name[name] for name in order)
    except CycleError as error:
        raise PipelineError(f"steps wait for each other: {' -> '.join(error.args[1])}") from None
