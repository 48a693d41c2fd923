"""Properties that the schema of their type doesn't accept: CloudFormation checks them before the service."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from assembly.intrinsics import function_name
from assembly.references import references
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refusals.case import Case, Rule, number
from rehearsal.cloudformation.replacement import schema
from rehearsal.cloudformation.state import is_known, only_on_aws

PAGE: Final = "https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html"
type Schema = Mapping[str, Any]
type Fault = tuple[str, str]
_UNKNOWN: Final = only_on_aws("a value", "of another resource")


def of_schema(case: Case) -> Iterator[Refusal]:
    """A property that is missing or unknown, or a value outside of what the schema says."""
    known = schema(case.resource.type)
    if known is None:
        return
    for place, fault in _faults(known.document, known.document, _written(case), "#"):
        name = place.removeprefix("#/") or "Properties"
        yield Refusal(
            "invalid-property",
            f"Properties validation failed for resource {case.resource.logical_id} with message: {place}:"
            f" {fault}",
            PAGE,
            (f"correct {name}: {fault}",),
        )


def _written(case: Case) -> Any:
    """The properties without what follows from other resources: their ids look otherwise on AWS."""
    return _only_written(case.resource.declared.get("Properties", {}), case.resource.properties)


def _only_written(declared: Any, value: Any) -> Any:
    if isinstance(declared, dict) and isinstance(value, dict) and function_name(declared) is None:
        return {key: _only_written(declared.get(key), one) for key, one in value.items()}
    if isinstance(declared, list) and isinstance(value, list) and len(declared) == len(value):
        return [_only_written(*both) for both in zip(declared, value, strict=True)]
    imports = "Fn::ImportValue" in json.dumps(declared)
    follows = imports or any(not one.startswith("AWS::") for one in references(declared))
    return _UNKNOWN if follows else value


def _faults(document: Schema, node: Schema, value: Any, place: str) -> Iterator[Fault]:
    node = _resolved(document, node)
    if isinstance(value, dict):
        yield from _of_object(document, node, value, place)
    elif isinstance(value, list):
        yield from _of_list(document, node, value, place)
    elif is_known(value):
        yield from ((place, one) for one in _of_scalar(node, value))


def _resolved(document: Schema, node: Schema) -> Schema:
    while "$ref" in node:
        target: Any = document
        for member in str(node["$ref"]).removeprefix("#/").split("/"):
            target = target.get(member, {})
        node = target
    return node


def _of_object(document: Schema, node: Schema, value: Mapping[str, Any], place: str) -> Iterator[Fault]:
    properties = node.get("properties", {})
    for name in node.get("required", []):
        if name not in value:
            yield place, f"required key [{name}] not found"
    if node.get("additionalProperties") is False and not node.get("patternProperties"):
        for name in value:
            if properties and name not in properties:
                yield place, f"extraneous key [{name}] is not permitted"
    for name, inner in value.items():
        if name in properties:
            yield from _faults(document, properties[name], inner, f"{place}/{name}")


def _of_list(document: Schema, node: Schema, value: list[Any], place: str) -> Iterator[Fault]:
    if len(value) > node.get("maxItems", len(value)):
        yield place, f"expected maximum item count: {node['maxItems']}, found: {len(value)}"
    if len(value) < node.get("minItems", 0):
        yield place, f"expected minimum item count: {node['minItems']}, found: {len(value)}"
    items = node.get("items")
    if isinstance(items, dict):
        for position, inner in enumerate(value):
            yield from _faults(document, items, inner, f"{place}/{position}")


def _of_scalar(node: Schema, value: Any) -> Iterator[str]:
    kind = node.get("type")
    if kind == "string":
        text = str(value).lower() if isinstance(value, bool) else str(value)
        yield from _of_text(node, text)
    elif kind in ("integer", "number"):
        found = number(value)
        if found is None:
            yield f"expected type: Number, found: String ({value})"
            return
        if found < node.get("minimum", found):
            yield f"{value} is not greater or equal to {node['minimum']}"
        if found > node.get("maximum", found):
            yield f"{value} is not less or equal to {node['maximum']}"
        if "enum" in node and found not in [number(one) for one in node["enum"]]:
            yield f"{value} is not a valid enum value"
    elif kind == "boolean" and str(value).lower() not in ("true", "false"):
        yield f"expected type: Boolean, found: String ({value})"


def _of_text(node: Schema, text: str) -> Iterator[str]:
    if "enum" in node and text not in map(str, node["enum"]):
        yield f"{text} is not a valid enum value"
    if len(text) > node.get("maxLength", len(text)):
        yield f"expected maxLength: {node['maxLength']}, actual: {len(text)}"
    if len(text) < node.get("minLength", 0):
        yield f"expected minLength: {node['minLength']}, actual: {len(text)}"
    if "pattern" in node and not _matches(node["pattern"], text):
        yield f"failed validation constraint for keyword [pattern]: {text} doesn't match {node['pattern']}"


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        # Java's, which Python doesn't read: not judged.
        return True


RULES: Final[tuple[Rule, ...]] = (of_schema,)
