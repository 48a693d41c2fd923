"""How a type acts: by its schema, and what a subclass adds."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.situation import Resource, Situation
from rehearsal.cloudformation.state import ResourceState, State


class Behavior:
    """A type that is created, updated and deleted as its schema says."""

    def refuses(self, resource: Resource, situation: Situation) -> Iterator[Refusal]:
        """Why it can't be created, or be made what it is to be; asked in a rollback, too."""
        yield from ()

    def made(self, resource: Resource, situation: Situation) -> Mapping[str, Any]:
        """What is to be known of it later, beside what Ref and Fn::GetAtt give."""
        return {}

    def keeps(self, resource: ResourceState, state: State) -> Iterator[Refusal]:
        """Why it can't be deleted."""
        yield from ()

    def deleted(self, resource: ResourceState, state: State) -> State:
        """What the account holds after its deletion, apart from the resource itself."""
        return without_contents(state, resource.type, resource.physical_id)


class Several(Behavior):
    """A type that acts in several ways."""

    def __init__(self, *behaviors: Behavior) -> None:
        self._behaviors = behaviors

    def refuses(self, resource: Resource, situation: Situation) -> Iterator[Refusal]:
        for one in self._behaviors:
            yield from one.refuses(resource, situation)

    def keeps(self, resource: ResourceState, state: State) -> Iterator[Refusal]:
        for one in self._behaviors:
            yield from one.keeps(resource, state)


def without_contents(state: State, type: str, physical_id: str) -> State:
    """The same with nothing in that resource."""
    contents = {key: one for key, one in state.contents.items() if key != (type, physical_id)}
    return replace(state, contents=contents)
