"""How the runner treats properties: acts on them, has no use for them here, or refuses them by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Finding:
    """A property that is given and not acted on, and why it is refused; None where it has no local effect."""

    path: str
    refusal: str | None = None

    def __str__(self) -> str:
        return f"{self.path} {self.refusal}" if self.refusal else self.path


class Rule(Protocol):
    """What becomes of one property."""

    def read(self, value: Any, path: str) -> Iterator[Finding]:
        """What is found at the property and below it."""
        ...


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


@dataclass(frozen=True)
class Without:
    """The property has no effect on this machine, and changes nothing that a request or a job gets."""

    def read(self, value: Any, path: str) -> Iterator[Finding]:
        yield Finding(path)


@dataclass(frozen=True)
class Refused:
    """The property would change what a request or a job gets, and the runner cannot do that."""

    reason: str

    def read(self, value: Any, path: str) -> Iterator[Finding]:
        yield Finding(path, f"is not emulated: {self.reason}")


@dataclass(frozen=True)
class Only:
    """The runner does what these values ask for; any other is refused. A number may stand as text."""

    values: tuple[Any, ...]

    def read(self, value: Any, path: str) -> Iterator[Finding]:
        if value not in self.values and str(value) not in map(str, self.values):
            known = " and ".join(map(str, self.values))
            yield Finding(path, f"{value!r} is not emulated, only {known}")


ACTED, WITHOUT = Acted(), Without()
UNKNOWN = Refused("the runner does not know it")


def refusals(rule: Rule, value: Any) -> list[Finding]:
    """The properties that are refused."""
    return [one for one in rule.read(value, "") if one.refusal is not None]
