"""Which method of an API a request is for."""

from collections.abc import Sequence
from dataclasses import dataclass

from local.api.declaration import ANY, Api, Method
from local.api.refusals import Refused

_VERBS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_EXACT, _PARAMETER, _GREEDY = range(3)


@dataclass(frozen=True)
class Match:
    """A method, and the values of the parameters in its resource's path, as they were sent."""

    method: Method
    parameters: dict[str, str]


def match(api: Api, verb: str, path: str) -> Match:
    """The method for a path without its stage; a slash at the end does not count.

    The narrowest resource decides, whether it has the method or not: API Gateway answers a missing one as it
    answers a missing authentication token.
    """
    parts = path.removesuffix("/").split("/")[1:]
    found = [
        (rank, resource) for resource in api.resources if (rank := _rank(_parts(resource), parts)) is not None
    ]
    if found:
        resource = min(found)[1]
        methods = api.resources[resource]
        method = methods.get(verb) or (methods.get(ANY) if verb in _VERBS else None)
        if method is not None:
            return Match(method, _parameters(_parts(resource), parts))
    raise Refused("MISSING_AUTHENTICATION_TOKEN", "there is no such method")


def _parts(resource: str) -> list[str]:
    return resource.split("/")[1:] if resource != "/" else []


def _kind(part: str) -> int:
    if not part.startswith("{"):
        return _EXACT
    return _GREEDY if part.endswith("+}") else _PARAMETER


def _rank(declared: Sequence[str], parts: Sequence[str]) -> list[int] | None:
    """How specifically the resource matches the path, lowest first; None if it does not match."""
    rank = [_kind(part) for part in declared]
    greedy = bool(rank) and rank[-1] == _GREEDY
    if len(parts) < len(declared) or (len(parts) > len(declared) and not greedy):
        return None
    if any(kind == _EXACT and one != part for kind, one, part in zip(rank, declared, parts, strict=False)):
        return None
    return rank


def _parameters(declared: Sequence[str], parts: Sequence[str]) -> dict[str, str]:
    values = {}
    for position, part in enumerate(declared):
        if _kind(part) == _PARAMETER:
            values[part[1:-1]] = parts[position]
        elif _kind(part) == _GREEDY:
            values[part[1:-2]] = "/".join(parts[position:])
    return values
