"""CloudFormation's intrinsic functions, resolved against a scope that knows the names.

Ref, GetAtt, Sub, Join, Select, Split, Base64, GetAZs, ImportValue, FindInMap and If, nested in each other.
Whatever else looks like an intrinsic is refused by its name.
"""

import base64
import re
from collections.abc import Callable
from typing import Any, Protocol

from assembly.errors import AssemblyError


class _NoValue:
    """What `Ref: AWS::NoValue` resolves to: the property or element that holds it is left out."""


NO_VALUE = _NoValue()


_IF = "Fn::If"
_JSON_TYPES = {dict: "an object", list: "a list", type(None): "null"}


class Scope(Protocol):
    """What the functions look up; each method raises AssemblyError for what it does not know."""

    def ref(self, name: str) -> Any: ...

    def attribute(self, logical_id: str, attribute: str) -> Any: ...

    def import_value(self, export: str) -> Any: ...

    def mapping(self, name: str, top: str, second: str) -> Any: ...

    def zones(self, region: str) -> list[str]: ...

    def condition(self, name: str) -> bool: ...


def resolve(value: Any, scope: Scope) -> Any:
    """The value with every intrinsic replaced by what it stands for.

    Raises AssemblyError for an unknown function, wrong arguments, an unknown name, or a dynamic
    reference (`{{resolve:...}}`), whose value exists only in an account.
    """
    if isinstance(value, dict):
        function = function_name(value)
        if function is not None:
            return _apply(function, value[function], scope)
        resolved = {key: resolve(item, scope) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not NO_VALUE}
    if isinstance(value, list):
        return [item for item in (resolve(element, scope) for element in value) if item is not NO_VALUE]
    if isinstance(value, str) and "{{resolve:" in value:
        raise AssemblyError(f"the dynamic reference {value!r} has a value only in an AWS account")
    return value


def chosen(value: Any, scope: Scope) -> Any:
    """What an Fn::If chooses, not resolved; any other value as it is. Raises AssemblyError."""
    while isinstance(value, dict) and function_name(value) == _IF:
        name, held, otherwise = _arguments(value[_IF], 3, _IF)
        value = held if scope.condition(text(name, _IF)) else otherwise
    return value


def text(value: Any, what: str) -> str:
    """The string that CloudFormation makes of a value where it takes strings only; raises AssemblyError for a
    list, an object and null."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise AssemblyError(
        f"{what}: expected a string, got {_JSON_TYPES.get(type(value), type(value).__name__)}"
    )


def truth(value: Any, what: str) -> bool:
    """The boolean that CloudFormation makes of a value where it takes one; raises AssemblyError."""
    known = {"true": True, "false": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in known:
        return known[value.lower()]
    raise AssemblyError(f"{what}: expected true or false, got {value!r}")


def texts(value: Any, what: str) -> dict[str, str]:
    """A map of strings as CloudFormation makes it; raises AssemblyError, naming the entry, for another."""
    if not isinstance(value, dict):
        raise AssemblyError(
            f"{what}: expected a map of strings, got {_JSON_TYPES.get(type(value), 'a string')}"
        )
    return {name: text(one, f"{what}.{name}") for name, one in value.items()}


def function_name(value: dict[str, Any]) -> str | None:
    """The function that an object calls, None where it is a plain one; raises AssemblyError for a mixture."""
    for key in value:
        if key == "Ref" or key.startswith("Fn::"):
            if len(value) > 1:
                raise AssemblyError(f"{key} stands beside other keys: {', '.join(sorted(value))}")
            return key
    return None


def _apply(function: str, argument: Any, scope: Scope) -> Any:
    apply = _FUNCTIONS.get(function)
    if apply is None:
        raise AssemblyError(f"the runner does not resolve {function}; it knows {', '.join(_FUNCTIONS)}")
    return apply(argument, scope)


def _ref(argument: Any, scope: Scope) -> Any:
    return scope.ref(text(argument, "Ref"))


def _get_att(argument: Any, scope: Scope) -> Any:
    if isinstance(argument, str):
        logical_id, _, attribute = argument.partition(".")
    else:
        logical_id, raw_attribute = _arguments(argument, 2, "Fn::GetAtt")
        attribute = text(resolve(raw_attribute, scope), "Fn::GetAtt")
    return scope.attribute(text(logical_id, "Fn::GetAtt"), attribute)


_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]*)\}")


def _sub(argument: Any, scope: Scope) -> str:
    template, variables = (argument, {}) if isinstance(argument, str) else _arguments(argument, 2, "Fn::Sub")
    if not isinstance(variables, dict) or function_name(variables) is not None:
        raise AssemblyError("Fn::Sub: the second argument is a map of variables")
    given = {name: text(resolve(value, scope), "Fn::Sub") for name, value in variables.items()}

    def substitute(match: re.Match[str]) -> str:
        literal, name = match[1], match[2].strip()
        if literal:
            return "${" + match[2] + "}"
        if name in given:
            return given[name]
        logical_id, dot, attribute = name.partition(".")
        value = scope.attribute(logical_id, attribute) if dot else scope.ref(name)
        return text(value, f"Fn::Sub of ${{{name}}}")

    return _PLACEHOLDER.sub(substitute, text(template, "Fn::Sub"))


def _join(argument: Any, scope: Scope) -> str:
    delimiter, raw_items = _arguments(argument, 2, "Fn::Join")
    items = resolve(raw_items, scope)
    if not isinstance(items, list):
        raise AssemblyError("Fn::Join: the second argument is a list")
    return text(delimiter, "Fn::Join").join(text(item, "Fn::Join") for item in items)


def _select(argument: Any, scope: Scope) -> Any:
    raw_index, raw_items = _arguments(argument, 2, "Fn::Select")
    index = text(resolve(raw_index, scope), "Fn::Select")
    items = resolve(raw_items, scope)
    if not isinstance(items, list):
        raise AssemblyError("Fn::Select: the second argument is a list")
    if not (index.isascii() and index.isdigit() and int(index) < len(items)):
        raise AssemblyError(f"Fn::Select: there is no element {index} in a list of {len(items)}")
    return items[int(index)]


def _split(argument: Any, scope: Scope) -> list[str]:
    delimiter, raw_source = _arguments(argument, 2, "Fn::Split")
    if not isinstance(delimiter, str) or not delimiter:
        raise AssemblyError("Fn::Split: the delimiter is a string that is not empty")
    return text(resolve(raw_source, scope), "Fn::Split").split(delimiter)


def _base64(argument: Any, scope: Scope) -> str:
    return base64.b64encode(text(resolve(argument, scope), "Fn::Base64").encode()).decode()


def _get_azs(argument: Any, scope: Scope) -> list[str]:
    return scope.zones(text(resolve(argument, scope), "Fn::GetAZs"))


def _import_value(argument: Any, scope: Scope) -> Any:
    return scope.import_value(text(resolve(argument, scope), "Fn::ImportValue"))


def _find_in_map(argument: Any, scope: Scope) -> Any:
    keys = [text(resolve(key, scope), "Fn::FindInMap") for key in _arguments(argument, 3, "Fn::FindInMap")]
    return scope.mapping(*keys)


def _if(argument: Any, scope: Scope) -> Any:
    return resolve(chosen({_IF: argument}, scope), scope)


def _arguments(argument: Any, count: int, function: str) -> list[Any]:
    if not isinstance(argument, list) or len(argument) != count:
        raise AssemblyError(f"{function} takes a list of {count}")
    return argument


_FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Base64": _base64,
    "Fn::GetAZs": _get_azs,
    "Fn::ImportValue": _import_value,
    "Fn::FindInMap": _find_in_map,
    _IF: _if,
}
