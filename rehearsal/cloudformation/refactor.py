"""What `cdk refactor` does: resources that belong to another stack, or have another logical id, untouched."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refused import Refused
from rehearsal.cloudformation.rehearser import Place
from rehearsal.cloudformation.state import StackState, State

_PAGE: Final = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-refactoring.html"


def refactor(state: State, moves: Mapping[Place, Place]) -> State:
    """The state with the resources moved, each from one stack and logical id to another. What refers to one
    within its old stack refers to its new logical id. Raises Refused for a resource that isn't there, and for
    a place that is taken."""
    for place in moves:
        if place[1] not in _resources(state, place[0]):
            raise Refused(_refusal(f"{place[0]} has no resource {place[1]}"))
    for place in moves.values():
        if place[0] not in state.stacks:
            raise Refused(_refusal(f"there is no stack {place[0]}: deploy it first"))
        if place[1] in _resources(state, place[0]) and place not in moves:
            raise Refused(_refusal(f"{place[0]} has a resource {place[1]} already"))
    taken = {place: _taken(state.stacks[place[0]], place[1]) for place in moves}
    stacks = {name: _without(one, moves) for name, one in state.stacks.items()}
    for old, (stack, logical_id) in moves.items():
        resource, declared = taken[old]
        held = stacks[stack]
        template = _with(held.template, logical_id, _renamed(declared, _ids(moves, old[0])))
        resources = {**held.resources, logical_id: resource}
        stacks[stack] = replace(held, resources=resources, template=template)
    return replace(state, stacks=stacks)


def _resources(state: State, stack: str) -> Mapping[str, Any]:
    return state.stacks[stack].resources if stack in state.stacks else {}


def _taken(stack: StackState, logical_id: str) -> tuple[Any, Any]:
    return stack.resources[logical_id], stack.template.get("Resources", {}).get(logical_id, {})


def _without(stack: StackState, moves: Mapping[Place, Place]) -> StackState:
    """A stack without what leaves it or gets another logical id, its references renamed."""
    gone = {logical_id for name, logical_id in moves if name == stack.name}
    if not gone:
        return stack
    declared = {id: one for id, one in stack.template.get("Resources", {}).items() if id not in gone}
    template = _renamed({**stack.template, "Resources": declared}, _ids(moves, stack.name))
    resources = {id: one for id, one in stack.resources.items() if id not in gone}
    return replace(stack, resources=resources, template=template)


def _with(template: Mapping[str, Any], logical_id: str, declared: Any) -> Mapping[str, Any]:
    return {**template, "Resources": {**template.get("Resources", {}), logical_id: declared}}


def _ids(moves: Mapping[Place, Place], stack: str) -> Mapping[str, str]:
    """The new logical ids of what stays in a stack, by the old ones."""
    return {old: new for (name, old), (target, new) in moves.items() if name == target == stack}


def _renamed(value: Any, ids: Mapping[str, str]) -> Any:
    """The value with other logical ids in Ref, Fn::GetAtt and DependsOn."""
    match value:
        case {"Ref": str(name)} if name in ids:
            return {"Ref": ids[name]}
        case {"Fn::GetAtt": [str(name), *rest]} if name in ids:
            return {"Fn::GetAtt": [ids[name], *rest]}
        case dict():
            found = {key: _renamed(one, ids) for key, one in value.items()}
            if "DependsOn" in found:
                names = [found["DependsOn"]] if isinstance(found["DependsOn"], str) else found["DependsOn"]
                found["DependsOn"] = [ids.get(one, one) for one in names]
            return found
        case list():
            return [_renamed(one, ids) for one in value]
    return value


def _refusal(text: str) -> Refusal:
    return Refusal("refactor", f"Stack refactor cannot be created: {text}", _PAGE, ())
