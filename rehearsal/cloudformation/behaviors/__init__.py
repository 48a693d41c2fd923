"""What the types do that no schema says: each a small object, by type."""

from collections.abc import Mapping
from typing import Final

from rehearsal.cloudformation.behaviors.attached import ATTACHED
from rehearsal.cloudformation.behaviors.behavior import Behavior, Several
from rehearsal.cloudformation.behaviors.contents import CONTAINERS
from rehearsal.cloudformation.behaviors.endpoint import Endpoint
from rehearsal.cloudformation.behaviors.function_version import Version
from rehearsal.cloudformation.behaviors.one_way import ONE_WAY
from rehearsal.cloudformation.behaviors.unchangeable import CUSTOM_RESOURCE, UNCHANGEABLE

# A space may be in use, and its volume only grows.
_SPACE: Final = "AWS::SageMaker::Space"
BEHAVIORS: Final[Mapping[str, Behavior]] = {
    **CONTAINERS,
    **ATTACHED,
    **ONE_WAY,
    **UNCHANGEABLE,
    _SPACE: Several(CONTAINERS[_SPACE], ONE_WAY[_SPACE]),
    "AWS::Lambda::Version": Version(),
    "AWS::SageMaker::Endpoint": Endpoint(),
}
_BY_SCHEMA: Final = Behavior()


def behavior(resource_type: str) -> Behavior:
    """How a type acts; one that isn't listed acts as its schema says."""
    custom = resource_type.startswith("Custom::")
    return BEHAVIORS.get(resource_type, CUSTOM_RESOURCE if custom else _BY_SCHEMA)
