"""What CloudFormation refuses in a template by itself: missing targets, parameters without a value."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assembly.markdown import code
from review.assembly import Stack

_READ = ("Resources", "Outputs", "Conditions")
# Parameters of CDK's legacy assets, whose values `cdk deploy` gives.
_FILLED_IN = "AssetParameters"
_PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")


def faults(stack: Stack, deployed: Stack | None) -> tuple[str, ...]:
    """Why the stack's template is refused, each reason as Markdown, unless what is deployed had it, too. A
    template with a macro is not judged: what it declares, only the macro knows."""
    before = _missing(deployed) if deployed else set()
    return (*_unset(stack, deployed), *sorted(_missing(stack) - before))


def _unset(stack: Stack, deployed: Stack | None) -> Iterator[str]:
    # A parameter that is deployed keeps its value.
    given = {
        *stack.settings.get("parameters", {}),
        *stack.given,
        *(deployed.template.get("Parameters", {}) if deployed else ()),
    }
    for name, declared in stack.template.get("Parameters", {}).items():
        if "Default" not in declared and name not in given and not name.startswith(_FILLED_IN):
            yield f"parameter {code(name)} has no default and must have a value"


def _missing(stack: Stack) -> set[str]:
    template = stack.template
    if "Transform" in template:
        return set()
    resources = {*template.get("Resources", {})}
    known = {"": resources | {*template.get("Parameters", {})}, "attribute": resources}
    return {
        f"{code(stack.path(where))} {verb} {code(target)}, which the template does not declare"
        for section in _READ
        for where, declared in template.get(section, {}).items()
        for verb, target, kind in (*_depended_on(declared), *_targets(declared))
        if target not in known[kind] and not target.startswith("AWS::")
    }


type _Target = tuple[str, str, str]


def _depended_on(declared: Any) -> Iterator[_Target]:
    targets = declared.get("DependsOn", []) if isinstance(declared, dict) else []
    for target in [targets] if isinstance(targets, str) else targets:
        yield "depends on", target, "attribute"


def _targets(value: Any) -> Iterator[_Target]:
    """Every logical id that functions in the value refer to; a resource alone has attributes."""
    if isinstance(value, list):
        for member in value:
            yield from _targets(member)
    elif isinstance(value, dict):
        if len(value) == 1:
            yield from _of_function(*next(iter(value.items())))
        for member in value.values():
            yield from _targets(member)


def _of_function(name: str, argument: Any) -> Iterator[_Target]:
    match name, argument:
        case "Ref", str():
            yield "refers to", argument, ""
        case ("Fn::GetAtt", str(target)) | ("Fn::GetAtt", [str(target), *_]):
            yield "refers to", target.split(".")[0], "attribute"
        case "Fn::Sub", str():
            yield from _substituted(argument, {})
        case "Fn::Sub", [str(text), dict(variables)]:
            yield from _substituted(text, variables)


def _substituted(text: str, variables: Mapping[str, Any]) -> Iterator[_Target]:
    for name in _PLACEHOLDER.findall(text):
        if name not in variables:
            target, dot, _ = name.strip().partition(".")
            yield "refers to", target, "attribute" if dot else ""
