"""What the types do that no schema says: each a small object, by type."""

from collections.abc import Mapping
from typing import Final

from rehearsal.cloudformation.behaviors.behavior import Behavior

BEHAVIORS: Final[Mapping[str, Behavior]] = {}
_BY_SCHEMA: Final = Behavior()


def behavior(resource_type: str) -> Behavior:
    """How a type acts; one that isn't listed acts as its schema says."""
    return BEHAVIORS.get(resource_type, _BY_SCHEMA)
