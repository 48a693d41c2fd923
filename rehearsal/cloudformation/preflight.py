"""What CloudFormation refuses before it does anything: a template that cannot be deployed onto this stack."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from assembly import schemas
from assembly.references import references
from rehearsal.cloudformation.declared import DeclaredStack
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.scope import StackScope, unresolved
from rehearsal.cloudformation.state import StackState

_TEMPLATES: Final = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html"
# Types that CloudFormation knows and no schema describes.
_CUSTOM: Final = ("Custom::", "AWS::CloudFormation::CustomResource", "AWS::CDK::Metadata")


def acts_by_itself(resource_type: str) -> bool:
    """Whether a type has no schema: a custom resource, or CDK's own record."""
    return resource_type.startswith(_CUSTOM)


def refusals(stack: DeclaredStack, scope: StackScope, before: StackState | None) -> Iterator[Refusal]:
    """Everything for which the stack's operation doesn't begin, the references between stacks included."""
    yield from _unknown_types(stack)
    yield from _unresolved(stack)
    yield from _changed_types(stack, before)
    yield from _asserted(stack, scope)
    for imported in _imports(stack.template):
        scope.value(imported)


def _unknown_types(stack: DeclaredStack) -> Iterator[Refusal]:
    types = {one["Type"] for one in stack.resources.values()}
    unknown = sorted(one for one in types if not acts_by_itself(one) and schemas.document(one) is None)
    if unknown:
        yield Refusal(
            "unknown-type",
            f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]",
            _TEMPLATES,
            ("correct the type; a type of a third party has to be activated in the account and Region",),
        )


def _unresolved(stack: DeclaredStack) -> Iterator[Refusal]:
    known = stack.resources.keys() | stack.template.get("Parameters", {}).keys()
    for declared in stack.resources.values():
        depends = declared.get("DependsOn", [])
        depends = [depends] if isinstance(depends, str) else depends
        missing = [one for one in depends if one not in stack.resources]
        missing += [one for one in _plain_references(declared.get("Properties", {})) if one not in known]
        if missing:
            yield unresolved(sorted(set(missing)))
    for declared in stack.template.get("Outputs", {}).values():
        missing = [one for one in _plain_references(declared.get("Value")) if one not in known]
        if missing:
            yield unresolved(sorted(set(missing)), "Outputs")


def _plain_references(value: Any) -> Iterator[str]:
    """The names that Ref and Fn::GetAtt name; those of Fn::Sub may be its own variables."""
    match value:
        case {"Fn::Sub": [_, variables]}:
            yield from _plain_references(variables)
        case {"Fn::Sub": _}:
            return
        case {"Ref": _} | {"Fn::GetAtt": _}:
            yield from (one for one in references(value) if not one.startswith("AWS::"))
        case dict():
            for inner in value.values():
                yield from _plain_references(inner)
        case list():
            for inner in value:
                yield from _plain_references(inner)


def _changed_types(stack: DeclaredStack, before: StackState | None) -> Iterator[Refusal]:
    old = before.resources if before else {}
    changed = [id for id, one in stack.resources.items() if id in old and old[id].type != one["Type"]]
    if changed:
        ids = ", ".join(changed)
        yield Refusal(
            "type-changed",
            "Update of resource type is not permitted. The new template modifies resource type of the "
            f"following resources: [{ids}]",
            _TEMPLATES,
            (f"give the construct of {ids} another id, so that CloudFormation creates a new resource",),
        )


def _asserted(stack: DeclaredStack, scope: StackScope) -> Iterator[Refusal]:
    for rule in stack.template.get("Rules", {}).values():
        for one in rule.get("Assertions", []):
            if _is_true(one["Assert"], scope) is False:
                yield Refusal(
                    "rule-violated",
                    f"Template validation error: {one.get('AssertDescription', 'a rule does not hold')}",
                    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html",
                    ("cdk bootstrap with a recent version of the CDK CLI, or other parameters",),
                )


def _is_true(assertion: Mapping[str, Any], scope: StackScope) -> bool | None:
    """None where the function is none of those that CDK writes."""
    match assertion:
        case {"Fn::Not": [inner]}:
            found = _is_true(inner, scope)
            return None if found is None else not found
        case {"Fn::Contains": [list(among), value]}:
            return scope.value(value) in [scope.value(one) for one in among]
    return None


def _imports(value: Any) -> Iterator[Any]:
    found = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    if isinstance(value, dict) and "Fn::ImportValue" in value:
        yield value
    for inner in found:
        yield from _imports(inner)
