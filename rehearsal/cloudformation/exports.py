"""Exports: what a stack may not change or take away while others import it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rehearsal.cloudformation.account import Account
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.scope import StackScope
from rehearsal.cloudformation.state import StackState

_PAGE: Final = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html"
_THREE_DEPLOYMENTS: Final = "https://github.com/aws/aws-cdk/issues/7602"


@dataclass(frozen=True)
class Outputs:
    """The values of a stack's outputs, of its exports by their names, and the outputs that export them."""

    values: Mapping[str, Any]
    exported: Mapping[str, Any]
    declared_by: Mapping[str, str]


def evaluate(scope: StackScope) -> Outputs:
    """What the outputs are now. Raises Refused."""
    values, exported, declared_by = {}, {}, {}
    for name, value, export in scope.outputs():
        values[name] = value
        if export is not None:
            exported[export], declared_by[export] = value, name
    return Outputs(values, exported, declared_by)


def refused(account: Account, stack: StackState, outputs: Outputs) -> Iterator[tuple[str, Refusal]]:
    """Each export that a stack cannot have so, with its output: in use and gone or changed, or another's."""
    for name, value in stack.exports.items():
        users = [one for one in account.importers(name) if one != stack.name]
        if users and name not in outputs.exported:
            yield _output_of(stack.template, name), in_use(name, users, "deleted")
        elif users and outputs.exported[name] != value:
            yield outputs.declared_by[name], in_use(name, users, "updated")
    for name in outputs.exported:
        owner = account.exports().get(name, (stack.name,))[0]
        if owner != stack.name:
            yield outputs.declared_by[name], _taken(name, owner)


def _output_of(template: Mapping[str, Any], export: str) -> str:
    """The output with an export whose name the template writes out; empty where it doesn't."""
    declared: Mapping[str, Mapping[str, Any]] = template.get("Outputs", {})
    return next((name for name, one in declared.items() if one.get("Export", {}).get("Name") == export), "")


def in_use(name: str, users: list[str], done: str) -> Refusal:
    """An export that other stacks import. `done` says what can't be done to it: "deleted", "updated"."""
    text = f"Export {name} cannot be {done} as it is in use by {' and '.join(users)}"
    consumers = ", ".join(users)
    return Refusal("export-in-use", text, _THREE_DEPLOYMENTS, _WAYS[done](name, consumers))


def _taken(name: str, owner: str) -> Refusal:
    return Refusal(
        "export-taken",
        f"Export with name {name} is already exported by stack {owner}",
        _PAGE,
        (f"export under another name, or deploy {owner} without this export first",),
    )


def _ways_to_delete(name: str, users: str) -> tuple[str, ...]:
    return (
        f"two deployments: keep the export (self.export_value(...) in its stack), and deploy {users} without "
        "the import; then remove the export and deploy again",
        f"weaken the reference first: have {users} read the value from an SSM parameter or build the name",
        f"cdk destroy {users} first, if nothing in it is needed",
    )


def _ways_to_update(name: str, users: str) -> tuple[str, ...]:
    return (
        "three deployments: create the new resource beside the old one, under another construct id, with "
        f"both exported; have {users} import the new one; then remove the old one and its export",
        f"weaken the reference first: have {users} read the value from an SSM parameter or build the name",
        f"cdk destroy {users}, deploy, and deploy {users} again, if nothing in it is needed",
    )


_WAYS: Final = {"deleted": _ways_to_delete, "updated": _ways_to_update}
