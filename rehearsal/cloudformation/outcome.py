"""What a deployment did: its steps, and why it failed, in CloudFormation's words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rehearsal.cloudformation.state import Left, State

Action = Literal["create", "update", "replace", "delete", "retain"]
# What comes after all resources are as the new template has them is the cleanup.
Phase = Literal["apply", "cleanup", "rollback"]


@dataclass(frozen=True)
class Refusal:
    """Why AWS doesn't do something. `kind` is a stable word for it (`export-in-use`), `message` AWS's
    wording, `source` the page that says so, `ways_out` the deployments that work instead."""

    kind: str
    message: str
    source: str
    ways_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failure:
    """The refusal that made a stack's operation fail, with the resource that met it, or the output. Logical
    id, type and path are empty where the stack as a whole is refused. `left` are the resources that stay."""

    stack: str
    logical_id: str
    type: str
    path: str
    kind: str
    message: str
    source: str
    ways_out: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()


@dataclass(frozen=True)
class Step:
    """One resource handled. `waits_for` are the resources that have to be ready before, or gone. `status` is
    CloudFormation's (`CREATE_COMPLETE`, `DELETE_SKIPPED`, ...), `reason` why the step is taken or failed."""

    logical_id: str
    type: str
    path: str
    physical_id: str
    phase: Phase
    action: Action
    waits_for: tuple[str, ...]
    status: str
    reason: str = ""


@dataclass(frozen=True)
class StackOperation:
    """What is done to one stack. `outcome` is CloudFormation's status of the stack afterwards; a stack of
    kind "none" keeps its own, or has none where it can't be deployed: `reason` says why. `left` are the
    resources that no stack owns afterwards because of it. `nested` are the operations of the stacks nested in
    it."""

    stack: str
    kind: Literal["create", "update", "delete", "none"]
    steps: tuple[Step, ...] = ()
    outcome: str = ""
    reason: str = ""
    left: tuple[Left, ...] = ()
    nested: tuple["StackOperation", ...] = ()

    def walk(self) -> Iterator["StackOperation"]:
        """This one and those nested in it."""
        yield self
        for one in self.nested:
            yield from one.walk()


@dataclass(frozen=True)
class Deployment:
    """The operations in their order, up to the one that failed; `state` is what the account holds then."""

    stacks: tuple[StackOperation, ...]
    state: State
    failure: Failure | None = None
