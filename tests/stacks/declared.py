"""Reads templates in tests: resources by type, references as text, IAM statements, pipeline definitions."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

type Template = Mapping[str, Any]


def resources(template: Template, kind: str) -> list[Any]:
    """The resources of a type, in the template's order."""
    return [one for one in template["Resources"].values() if one["Type"] == kind]


def only(template: Template, kind: str) -> Any:
    """The one resource of a type."""
    [resource] = resources(template, kind)
    return resource


def text(value: Any) -> str:
    """A string with its intrinsics spelt out: `${Name}`, `${Name.Arn}`, `${export}`."""
    if isinstance(value, str):
        return value
    [(function, argument)] = value.items()
    match function:
        case "Ref" | "Fn::ImportValue":
            return f"${{{text(argument)}}}"
        case "Fn::GetAtt":
            return f"${{{'.'.join(argument)}}}"
        case "Fn::Sub":
            return text(argument)
        case "Fn::Join":
            separator, parts = argument
            return str(separator.join(text(part) for part in parts))
    raise AssertionError(f"{function} is in no template of ours")


def texts(value: Any) -> list[str]:
    return [text(one) for one in (value if isinstance(value, list) else [value])]


def policies(template: Template) -> list[Any]:
    """The roles' policies: one a role, and where that would be too large a managed one for the rest."""
    return [one for kind in ("Policy", "ManagedPolicy") for one in resources(template, f"AWS::IAM::{kind}")]


def statements(template: Template) -> Iterator[Any]:
    """Every statement of the roles' policies."""
    for policy in policies(template):
        yield from policy["Properties"]["PolicyDocument"]["Statement"]


def allowed(template: Template, action: str, policy: str = "") -> set[str]:
    """The resources on which an action is allowed by the policies whose name begins with `policy`."""
    return {
        resource
        for one in policies(template)
        if one["Properties"].get("PolicyName", "").startswith(policy)
        for statement in one["Properties"]["PolicyDocument"]["Statement"]
        if action in texts(statement["Action"])
        for resource in texts(statement["Resource"])
    }


def routes(template: Template) -> dict[tuple[str, str], Any]:
    """The methods of the one REST API by path and HTTP method."""
    methods = (one["Properties"] for one in resources(template, "AWS::ApiGateway::Method"))
    return {(_path(template, one["ResourceId"]), one["HttpMethod"]): one for one in methods}


def _path(template: Template, resource_id: Any) -> str:
    if "Fn::GetAtt" in resource_id:
        return "/"
    resource = template["Resources"][resource_id["Ref"]]["Properties"]
    return f"{_path(template, resource['ParentId']).rstrip('/')}/{resource['PathPart']}"


def named(template: Template, reference: Any) -> Any:
    """The resource of this template that `Ref`, or `Fn::GetAtt`, means."""
    name = text(reference).removeprefix("${").removesuffix("}").partition(".")[0]
    return template["Resources"][name]


def monitoring(template: Template) -> Template:
    """What of a serving template monitors the requests of its endpoint."""
    found = {key: one for key, one in template["Resources"].items() if key.startswith("Monitor")}
    return {**template, "Resources": found}


def unmonitored(template: Template) -> Template:
    """A serving template without what monitors the requests of its endpoint."""
    watching = monitoring(template)["Resources"]
    rest = {key: one for key, one in template["Resources"].items() if key not in watching}
    return {**template, "Resources": rest}


def definition(template: Template) -> Any:
    """The definition of the pipeline, of a serving template that of batch scoring, its CloudFormation
    references spelt out; of `monitoring(template)` that of the monitoring."""
    declared = resources(template, "AWS::SageMaker::Pipeline")
    pipeline = only(unmonitored(template) if len(declared) > 1 else template, "AWS::SageMaker::Pipeline")
    return json.loads(text(pipeline["Properties"]["PipelineDefinition"]["PipelineDefinitionBody"]))


def steps(template: Template) -> dict[str, Any]:
    """The pipeline's steps by their names, those that a condition leads to included."""
    return {step["Name"]: step for step in _walk(definition(template)["Steps"])}


def _walk(declared: list[Any]) -> Iterator[Any]:
    for step in declared:
        yield step
        for branch in ("IfSteps", "ElseSteps"):
            yield from _walk(step["Arguments"].get(branch, []))
