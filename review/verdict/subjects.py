"""What a removed resource was about, and whether that is removed with it."""

from collections.abc import Sequence

from review.differences import leaves
from review.resource_changes import Fate, ResourceChange
from review.stack_changes import StackReview
from review.values import Text


def gone_with(change: ResourceChange, names: Sequence[str], review: StackReview) -> bool:
    """Whether the removed resource refers, in the properties of these names, only to what is removed, too."""
    gone = {one.resource.path for one in review.of(Fate.REMOVED)}
    referred = {
        reference.path
        for path, leaf in leaves(change.resource.properties)
        if path[:1] and path[0] in names and isinstance(leaf, Text)
        for reference in leaf.references
    }
    return bool(referred) and referred <= gone
