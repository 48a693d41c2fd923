"""Statements of policies, read from documents whose intrinsics are resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Literal

from assembly.errors import AssemblyError
from rehearsal.iam.conditions import is_operator

Effect = Literal["Allow", "Deny"]
Conditions = Mapping[str, Mapping[str, tuple[str, ...]]]
PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")
# Without a version, or with the older one, `${...}` is text: only this one has variables.
_WITH_VARIABLES = "2012-10-17"
_VERSIONS = (_WITH_VARIABLES, "2008-10-17")
_DOCUMENT_ELEMENTS = {"Version", "Id", "Statement"}
_EITHER = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))
_STATEMENT_ELEMENTS = {"Sid", "Effect", "Condition", *(name for names in _EITHER for name in names)}


class PolicyError(AssemblyError):
    """A policy document isn't one that IAM accepts; the message begins with where it is declared."""


class PolicyKind(Enum):
    """What a policy is attached to. It decides whether its statements name principals and resources."""

    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    RESOURCE = "resource-based policy"
    TRUST = "role trust policy"
    KEY = "key policy"
    ENDPOINT = "VPC endpoint policy"

    @property
    def of_identity(self) -> bool:
        """Whether it belongs to a principal, and so names none."""
        return self in (PolicyKind.IDENTITY, PolicyKind.BOUNDARY)


@dataclass(frozen=True)
class Source:
    """Where a statement is declared: the stack, the logical id and the construct path of the resource that
    holds the policy, and the statement's index in it."""

    stack: str
    logical_id: str
    path: str
    index: int = 0

    def __str__(self) -> str:
        return f"{self.stack}/{self.logical_id}, statement {self.index}"


@dataclass(frozen=True)
class Principal:
    """One principal of a statement: `type` is a key of the Principal element, `value` what stands there.
    `"Principal": "*"` is that of the type AWS with the value `*`."""

    type: str
    value: str


@dataclass(frozen=True)
class Statement:
    """One statement. Of each pair (`actions`, `not_actions`) at most one isn't empty; a policy that needs no
    resource or principal has neither of that pair.

    `conditions` has, by operator as written, each key as written with its values. `has_variables` says
    whether `${...}` is a policy variable in it.
    """

    effect: Effect
    source: Source
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: tuple[Principal, ...] = ()
    not_principals: tuple[Principal, ...] = ()
    conditions: Conditions = field(default_factory=dict, hash=False)
    sid: str = ""
    has_variables: bool = True

    @property
    def allows(self) -> bool:
        return self.effect == "Allow"


def parse_document(document: Any, source: Source, kind: PolicyKind) -> tuple[Statement, ...]:
    """The statements of a policy document in their order; each gets `source` with its own index.

    Raises PolicyError for a document that isn't an object with statements, an unknown element, an effect that
    is neither Allow nor Deny, a statement without actions, both of a pair or none where one is required, and
    a condition that isn't operator, key, values.
    """
    where = f"{source.stack}/{source.logical_id}"
    if not isinstance(document, Mapping):
        raise PolicyError(f"{where}: expected a policy document, got {_type(document)}")
    _only(document, _DOCUMENT_ELEMENTS, where, "a policy document")
    version = document.get("Version", "2008-10-17")
    if version not in _VERSIONS:
        raise PolicyError(f"{where}: expected Version {' or '.join(_VERSIONS)}, got {version!r}")
    statements = document.get("Statement")
    if isinstance(statements, Mapping):
        statements = [statements]
    if statements == []:
        raise PolicyError(f"{where}: expected at least one statement, got none")
    if not isinstance(statements, list):
        raise PolicyError(f"{where}: expected Statement to be a list of statements, got {_type(statements)}")
    return tuple(
        _statement(one, replace(source, index=index), kind, version == _WITH_VARIABLES)
        for index, one in enumerate(statements)
    )


def _statement(declared: Any, source: Source, kind: PolicyKind, has_variables: bool) -> Statement:
    where = str(source)
    if not isinstance(declared, Mapping):
        raise PolicyError(f"{where}: expected an object, got {_type(declared)}")
    _only(declared, _STATEMENT_ELEMENTS, where, "a statement")
    if declared.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError(f"{where}: expected Effect Allow or Deny, got {declared.get('Effect')!r}")
    for one, other in _EITHER:
        if one in declared and other in declared:
            raise PolicyError(f"{where}: {one} stands beside {other}; a statement has one of them")
    _required(declared, "Action", where, kind, wanted=True)
    _required(declared, "Principal", where, kind, wanted=not kind.of_identity)
    if kind.of_identity:
        _required(declared, "Resource", where, kind, wanted=True)
    if kind is PolicyKind.TRUST:
        _required(declared, "Resource", where, kind, wanted=False)
    return Statement(
        effect=declared["Effect"],
        source=source,
        actions=_texts(declared, "Action", where),
        not_actions=_texts(declared, "NotAction", where),
        resources=_texts(declared, "Resource", where),
        not_resources=_texts(declared, "NotResource", where),
        principals=_principals(declared, "Principal", where),
        not_principals=_principals(declared, "NotPrincipal", where),
        conditions=_conditions(declared.get("Condition", {}), where),
        sid=str(declared.get("Sid", "")),
        has_variables=has_variables,
    )


def _required(declared: Mapping[str, Any], name: str, where: str, kind: PolicyKind, *, wanted: bool) -> None:
    there = [one for one in (name, f"Not{name}") if one in declared]
    if wanted and not there:
        raise PolicyError(f"{where}: expected {name} or Not{name}, got neither in this {kind.value}")
    if there and not wanted:
        raise PolicyError(f"{where}: {there[0]} isn't an element of this {kind.value}")


def _texts(declared: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    if name not in declared:
        return ()
    found = _listed(declared[name])
    if not found or not all(isinstance(one, str) and one for one in found):
        raise PolicyError(f"{where}: expected {name} to be strings, got {declared[name]!r}")
    return tuple(found)


def _principals(declared: Mapping[str, Any], name: str, where: str) -> tuple[Principal, ...]:
    given = declared.get(name)
    if given is None:
        return ()
    if given == "*":
        return (Principal("AWS", "*"),)
    if not isinstance(given, Mapping) or not given:
        raise PolicyError(f"{where}: expected {name} to be * or an object, got {given!r}")
    _only(given, set(PRINCIPAL_TYPES), where, name)
    return tuple(Principal(kind, one) for kind in given for one in _texts(given, kind, where))


def _conditions(declared: Any, where: str) -> Conditions:
    blocks = _mapping(declared, where, "Condition")
    for operator in blocks:
        if not is_operator(operator):
            raise PolicyError(f"{where}: there is no condition operator {operator}")
    return {
        operator: {
            key: tuple(_text(one, where, f"{operator} of {key}") for one in _listed(values))
            for key, values in _mapping(keys, where, operator).items()
        }
        for operator, keys in blocks.items()
    }


def _mapping(value: Any, where: str, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise PolicyError(f"{where}: expected {name} to be an object, got {value!r}")
    return value


def _text(value: Any, where: str, name: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise PolicyError(f"{where}: {name}: expected strings, got {value!r}")


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _only(declared: Mapping[str, Any], known: set[str], where: str, what: str) -> None:
    if unknown := sorted(set(declared) - known):
        raise PolicyError(f"{where}: {what} has no element {unknown[0]}; it has {', '.join(sorted(known))}")


def _type(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", type(None): "nothing"}
    return names.get(type(value), repr(value))
