"""What is handled before what: resources within a stack, and stacks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from assembly.references import references
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refused import Refused

_CIRCLES: Final = "https://repost.aws/knowledge-center/cloudformation-dependency-error"


def direct(resources: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """What each resource refers to or depends on, in the template's order; what isn't there counts for
    nothing."""
    found = {}
    for logical_id, declared in resources.items():
        depends = declared.get("DependsOn", [])
        named = {
            *references(declared.get("Properties", {})),
            *references(declared.get("UpdatePolicy", {})),
            *([depends] if isinstance(depends, str) else depends),
        }
        found[logical_id] = tuple(one for one in resources if one in named)
    return found


def sorted_by(waits_for: Mapping[str, Collection[str]]) -> list[str]:
    """All names, each after what it waits for, otherwise in the order given. Raises Refused for a circle."""
    done: dict[str, None] = {}
    open_names = list(waits_for)
    while open_names:
        ready = [
            one for one in open_names if all(each in done or each not in waits_for for each in waits_for[one])
        ]
        if not ready:
            raise Refused(_circle(_within_circles(open_names, waits_for)))
        done.update(dict.fromkeys(ready))
        open_names = [one for one in open_names if one not in done]
    return list(done)


def dependents(waits_for: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """The other way round: what waits for each."""
    return {name: tuple(one for one, needed in waits_for.items() if name in needed) for name in waits_for}


def _within_circles(names: Sequence[str], waits_for: Mapping[str, Collection[str]]) -> list[str]:
    """Without those that only wait for a circle."""
    left = list(names)
    while ends := [one for one in left if not any(one in waits_for[other] for other in left)]:
        left = [one for one in left if one not in ends]
    return left


def _circle(names: Sequence[str]) -> Refusal:
    return Refusal(
        "circular-dependency",
        f"Circular dependency between resources: [{', '.join(names)}]",
        _CIRCLES,
        (
            f"take one of the references or DependsOn between {', '.join(names)} away, or move what refers "
            "to both into a resource of its own (as AWS::EC2::SecurityGroupIngress does)",
        ),
    )
