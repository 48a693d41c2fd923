"""A grant that no rehearsed call uses, kept with the reason beside it.

The reason stands in the construct's metadata, and so in the synthesized assembly, where
`python -m rehearsal iam unused` finds it. A test refuses one that covers nothing.
"""

from constructs import IConstruct

_METADATA = "slipway:idle-grant"
_SHORTEST_REASON = 20


def keep_idle(construct: IConstruct, what: str, reason: str) -> None:
    """Say why the construct, or one below it, grants `what`: an action, or a part of a resource's ARN.

    Raises ValueError for a reason of a few letters.
    """
    if len(reason) < _SHORTEST_REASON:
        raise ValueError(f"{what} at {construct.node.path}: {reason!r} does not say why")
    construct.node.add_metadata(_METADATA, {"what": what, "reason": reason})
