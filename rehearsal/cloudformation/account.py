"""The account while a deployment changes it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from rehearsal.cloudformation.state import Left, ResourceState, StackState, State


class Account:
    """Holds the state of the moment. `obsolete` are the resources that were replaced and aren't yet deleted,
    by stack and logical id."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.obsolete: dict[tuple[str, str], ResourceState] = {}

    def stack(self, name: str) -> StackState | None:
        return self.state.stacks.get(name)

    def resources(self, stack: str) -> Mapping[str, ResourceState]:
        return self.state.stacks[stack].resources if stack in self.state.stacks else {}

    def put_stack(self, stack: StackState) -> None:
        self.state = self.state.with_stack(stack)

    def drop_stack(self, name: str) -> None:
        stacks = {key: stack for key, stack in self.state.stacks.items() if key != name}
        self.state = replace(self.state, stacks=stacks)

    def put(self, stack: str, logical_id: str, resource: ResourceState) -> None:
        held = self.state.stacks[stack]
        self.put_stack(replace(held, resources={**held.resources, logical_id: resource}))

    def drop(self, stack: str, logical_id: str) -> None:
        held = self.state.stacks[stack]
        resources = {key: one for key, one in held.resources.items() if key != logical_id}
        self.put_stack(replace(held, resources=resources))

    def leave(self, left: Left) -> None:
        """From now on the resource belongs to no stack."""
        self.state = replace(self.state, left=(*self.state.left, left))

    def everything(self) -> Iterator[tuple[str, str, ResourceState]]:
        """Each resource that exists, with its stack and logical id; the stack is empty where none owns it."""
        for stack in self.state.stacks.values():
            for logical_id, resource in stack.resources.items():
                yield stack.name, logical_id, resource
        for (name, logical_id), resource in self.obsolete.items():
            yield name, logical_id, resource
        for one in self.state.left:
            yield "", one.logical_id, one.resource

    def exports(self) -> Mapping[str, tuple[str, Any]]:
        """The stack and the value of each export."""
        return {
            name: (stack.name, value)
            for stack in self.state.stacks.values()
            for name, value in stack.exports.items()
        }

    def importers(self, export: str) -> list[str]:
        """The stacks that import it."""
        return sorted(stack.name for stack in self.state.stacks.values() if export in stack.imports)
