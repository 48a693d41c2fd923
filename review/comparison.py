"""Two assemblies beside each other: their fixed names, and in which order stacks give and take them."""

from collections.abc import Sequence
from enum import Enum

from assembly.markdown import code
from review.assembly import Assembly
from review.physical_names import PhysicalNames
from review.resource_changes import Fate, ResourceChange
from review.resources import Resource


class Order(Enum):
    """When what a stack gives up is gone, as seen from the deployment of another one."""

    AT_THE_END = "at the end of the same deployment"
    WHEN_DESTROYED = "once somebody destroys the stack, which the new assembly does not have"
    BEFORE = "with an earlier deployment"
    AFTER = "with a later deployment"
    ANY = "with another deployment, before or after"


class Comparison:
    """`before` and `after` are the resources of all stacks; `changes` lead from the one to the other."""

    def __init__(
        self,
        old: Assembly,
        new: Assembly,
        before: Sequence[Resource],
        after: Sequence[Resource],
        changes: Sequence[ResourceChange],
    ) -> None:
        self._old = old
        self._new = new
        self.before = before
        self.changes = changes
        self.old_names = PhysicalNames(old, before)
        self.new_names = PhysicalNames(new, after)
        # A key that refers to one of these is another one after the deployment.
        self.unstable = {one.resource.place for one in changes if one.fate not in (None, Fate.CHANGED)}

    def order(self, stack: str, other: str) -> Order:
        """When what the `other` stack gives up is gone, for what `stack` creates."""
        stack, other = (
            (self._new if one in self._new.stacks else self._old).deployed_with(one) for one in (stack, other)
        )
        if stack == other:
            return Order.AT_THE_END
        if other not in self._new.stacks:
            return Order.WHEN_DESTROYED
        if self._new.deploys_first(other, stack):
            return Order.BEFORE
        return Order.AFTER if self._new.deploys_first(stack, other) else Order.ANY


def named(resource: Resource, stack: str) -> str:
    """How the review of a stack names a resource, as Markdown."""
    of = "" if resource.stack == stack else f" of {code(resource.stack)}"
    return f"{code(resource.path)}{of}"
