"""Rules for properties: the runner acts on them, ignores them here, or refuses them by name."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from assembly.errors import AssemblyError
from assembly.intrinsics import NO_VALUE, Scope, chosen, function_name, resolve


@dataclass(frozen=True)
class Finding:
    """A property that is given and not acted on, and why it is refused; None where it has no local effect."""

    path: str
    refusal: str | None = None

    def __str__(self) -> str:
        return f"{self.path} {self.refusal}" if self.refusal else self.path


class Rule(Protocol):
    """The rule for one property."""

    def read(self, value: Any, path: str) -> Iterator[Finding]:
        """The findings at the property and below it."""
        ...

    def resolve(self, value: Any, scope: Scope) -> Any:
        """The value with its intrinsics resolved.

        Where the runner does not act on it, what cannot be resolved stays as it is declared; raises
        AssemblyError elsewhere.
        """
        ...


class _Unneeded:
    """A rule by which nothing depends on the value."""

    def resolve(self, value: Any, scope: Scope) -> Any:
        with suppress(AssemblyError):
            return resolve(value, scope)
        return value


@dataclass(frozen=True)
class Acted:
    """The runner acts on the property: on all of it, or on its `members`, each by a rule of its own.

    A list's elements are read like a single object. A member without a rule is refused.
    """

    members: Mapping[str, Rule] | None = None

    def read(self, value: Any, path: str) -> Iterator[Finding]:
        if self.members is None:
            return
        for one in value if isinstance(value, list) else [value]:
            for name, member in one.items() if isinstance(one, dict) else ():
                rule = self.members.get(name, UNKNOWN)
                yield from rule.read(member, f"{path}.{name}" if path else name)

    def resolve(self, value: Any, scope: Scope) -> Any:
        value = chosen(value, scope)
        if self.members is None or not isinstance(value, dict | list):
            return resolve(value, scope)
        if isinstance(value, list):
            elements = [self.resolve(one, scope) for one in value]
            return [one for one in elements if one is not NO_VALUE]
        if function_name(value) is not None:
            return resolve(value, scope)
        found = {
            name: self.members.get(name, UNKNOWN).resolve(member, scope) for name, member in value.items()
        }
        return {name: member for name, member in found.items() if member is not NO_VALUE}


@dataclass(frozen=True)
class Apart(_Unneeded):
    """The runner reads the property by itself, and of it as much as can be known: tags."""

    def read(self, value: Any, path: str) -> Iterator[Finding]:
        return iter(())


@dataclass(frozen=True)
class Without(_Unneeded):
    """The property has no effect on this machine, and changes nothing that a request or a job gets."""

    def read(self, value: Any, path: str) -> Iterator[Finding]:
        yield Finding(path)


@dataclass(frozen=True)
class Refused(_Unneeded):
    """The property would change what a request or a job gets, and the runner cannot do that.

    An empty list asks for nothing.
    """

    reason: str

    def read(self, value: Any, path: str) -> Iterator[Finding]:
        if value != []:
            yield Finding(path, f"is not supported: {self.reason}")


@dataclass(frozen=True)
class Unless:
    """Applies `rule` unless a member of the property switches it off."""

    member: str
    off: str
    rule: Rule

    def read(self, value: Any, path: str) -> Iterator[Finding]:
        if isinstance(value, dict) and value.get(self.member) == self.off:
            yield Finding(path)
        else:
            yield from self.rule.read(value, path)

    def resolve(self, value: Any, scope: Scope) -> Any:
        return self.rule.resolve(value, scope)


@dataclass(frozen=True)
class Only:
    """The runner does what these values ask for; any other is refused. A number may stand as text."""

    values: tuple[Any, ...]

    def read(self, value: Any, path: str) -> Iterator[Finding]:
        if value not in self.values and str(value) not in map(str, self.values):
            known = " and ".join(map(str, self.values))
            yield Finding(path, f"{value!r} is not supported, only {known}")

    def resolve(self, value: Any, scope: Scope) -> Any:
        return resolve(value, scope)


ACTED, APART, WITHOUT = Acted(), Apart(), Without()
UNKNOWN = Refused("the runner does not support it")


def refusals(rule: Rule, value: Any) -> list[Finding]:
    """The properties that are refused."""
    return [one for one in rule.read(value, "") if one.refusal is not None]
