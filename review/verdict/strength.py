"""Whether a new value protects less than the old one. One that only a deployment can tell is let pass."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from review.differences import ABSENT, Side
from review.values import Node, Text, show

NO_VALUE = "${AWS::NoValue}"
_TOKEN = re.compile(r"[^\s,'\"\[\]{}]+")
# The lowest version in TLS_1_2, TLSv1.2_2021, ELBSecurityPolicy-TLS13-1-2-2021-06, Policy-Min-TLS-1-0.
_TLS = re.compile(r"(?:TLS(?:13)?|FS)v?[-_]?(\d)(?!\d)(?:[-_.](\d)(?!\d))?", re.IGNORECASE)
_BEFORE_TLS = re.compile("SSLv", re.IGNORECASE)
# The names of load balancers' policies that state none, as ELBSecurityPolicy-2016-08.
_FIRST_TLS = re.compile("ELBSecurityPolicy", re.IGNORECASE)


# What a stage calls all of its methods.
_EVERY_METHOD = ("/*", "*")


class Strength(Protocol):
    """Compares two values of a setting, either of which may be absent."""

    def falls(self, old: Side, new: Side) -> bool: ...


@dataclass(frozen=True)
class Ordered:
    """Values from the one that protects most to the one that protects least; `default` counts if absent."""

    levels: tuple[str, ...]
    default: str

    def falls(self, old: Side, new: Side) -> bool:
        before, after = (_word(side, self.default) for side in (old, new))
        levels = [level.lower() for level in self.levels]
        return before in levels and after in levels and levels.index(after) > levels.index(before)


@dataclass(frozen=True)
class Becomes:
    """One of these values, or none where `default` is one, instead of any other."""

    values: tuple[str, ...]
    default: str = ""

    def falls(self, old: Side, new: Side) -> bool:
        weak = [value.lower() for value in self.values]
        return _word(old, self.default) not in weak and _word(new, self.default) in weak


class Present:
    """Anything at all, instead of nothing."""

    def falls(self, old: Side, new: Side) -> bool:
        return not _nothing(old) and _nothing(new)


@dataclass(frozen=True)
class AtLeast:
    """A number; `default` counts if absent."""

    default: float = math.inf

    def falls(self, old: Side, new: Side) -> bool:
        before, after = (self._number(side) for side in (old, new))
        return before is not None and after is not None and after < before

    def _number(self, side: Side) -> float | None:
        word = _word(side, str(self.default))
        try:
            return float(word)
        except ValueError:
            return None


class LowestTls:
    """The version of TLS that the name of a policy states; none where no policy is chosen."""

    def falls(self, old: Side, new: Side) -> bool:
        before, after = (_tls(side) for side in (old, new))
        return before is not None and after is not None and after < before


class OldTls:
    """No version before 1.2 where none was stated, so the service's own default held."""

    def falls(self, old: Side, new: Side) -> bool:
        return old is ABSENT and new is not ABSENT and is_old_tls(show(new))


class MethodsLogged:
    """Settings of an API's methods that log those which were logged, be it by the settings of all methods."""

    def falls(self, old: Side, new: Side) -> bool:
        after = _settled(new)
        return bool(_logged(old) - after) and _EVERY_METHOD not in _logged(new)


@dataclass(frozen=True)
class NotAmong:
    """A list or text without members that are told by a word in them."""

    is_weak: Callable[[str], bool]

    def falls(self, old: Side, new: Side) -> bool:
        return bool(self._found(new) - self._found(old))

    def _found(self, side: Side) -> set[str]:
        if side is ABSENT:
            return set()
        listed = side if isinstance(side, list) else [Text((one,)) for one in _TOKEN.findall(show(side))]
        entries = [show(_without_description(one)) for one in listed]
        return {one for one in entries if any(map(self.is_weak, _TOKEN.findall(one)))}


@dataclass(frozen=True)
class Includes:
    """A list with this member, which it had."""

    member: str

    def falls(self, old: Side, new: Side) -> bool:
        before, after = ([] if side is ABSENT else _TOKEN.findall(show(side)) for side in (old, new))
        return self.member in before and self.member not in after


def is_old_tls(policy: str) -> bool:
    """Whether the name of a policy or protocol states a version before 1.2."""
    version = _version(policy)
    return version is not None and version < (1, 2)


def _word(side: Side, default: str) -> str:
    return default.lower() if side is ABSENT else show(side).lower()


def _settled(side: Side) -> set[tuple[str, str]]:
    """The methods that a stage's settings name, by path and verb."""
    members = [one for one in side if isinstance(one, dict)] if isinstance(side, list) else []
    return {(show(one.get("ResourcePath")), show(one.get("HttpMethod"))) for one in members}


def _logged(side: Side) -> set[tuple[str, str]]:
    members = [one for one in side if isinstance(one, dict)] if isinstance(side, list) else []
    return _settled([one for one in members if show(one.get("LoggingLevel")) in ("INFO", "ERROR")])


def _nothing(side: Side) -> bool:
    return side is ABSENT or side is None or side == [] or show(side) in ("", NO_VALUE)


def _without_description(node: Node) -> Node:
    if not isinstance(node, dict):
        return node
    return {key: value for key, value in node.items() if key != "Description"}


def _tls(side: Side) -> tuple[int, int] | None:
    if side is ABSENT:
        return (0, 0)
    return _version(show(side))


def _version(policy: str) -> tuple[int, int] | None:
    if found := _TLS.search(policy):
        return int(found[1]), int(found[2] or 0)
    if _BEFORE_TLS.search(policy):
        return (0, 0)
    return (1, 0) if _FIRST_TLS.search(policy) else None
