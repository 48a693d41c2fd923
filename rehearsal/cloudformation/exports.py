"""Exports: what a stack may not change or take away while others import it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rehearsal.cloudformation.account import Account
from rehearsal.cloudformation.outcome import Refusal

_PAGE: Final = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html"
_THREE_DEPLOYMENTS: Final = "https://github.com/aws/aws-cdk/issues/7602"


def refused(
    account: Account, stack: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[tuple[str, Refusal]]:
    """Each export that a stack cannot have so, with its name: in use and gone or changed, or another's."""
    for name, value in old.items():
        users = [one for one in account.importers(name) if one != stack]
        if users and name not in new:
            yield name, in_use(name, users, "deleted")
        elif users and new[name] != value:
            yield name, in_use(name, users, "updated")
    for name in new:
        owner = account.exports().get(name, (stack,))[0]
        if owner != stack:
            yield name, _taken(name, owner)


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
