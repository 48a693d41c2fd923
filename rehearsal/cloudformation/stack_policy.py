"""Stack policies: which resources of a stack an update may change."""

import re
from collections.abc import Mapping
from typing import Any, Final

from rehearsal.cloudformation.outcome import Refusal

_PAGE: Final = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html"


def refusal(
    policy: Mapping[str, Any] | None, action: str, logical_id: str, resource_type: str
) -> Refusal | None:
    """Why the policy doesn't let an update (`Update:Modify`, `Update:Replace`, `Update:Delete`) have a
    resource. A stack without a policy lets it; with one, what no statement allows is denied."""
    if policy is None:
        return None
    statements = list(enumerate(policy.get("Statement", []), start=1))
    found = [(n, one) for n, one in statements if _concerns(one, action, logical_id, resource_type)]
    denies = next((n for n, one in found if one.get("Effect") == "Deny"), None)
    if denies is None and any(one.get("Effect") == "Allow" for _, one in found):
        return None
    which = f"Statement [#{denies}] does not allow" if denies else "no statement allows"
    text = f"Action denied by stack policy: {which} [{action}] for resource [{logical_id}]"
    return Refusal(
        "stack-policy",
        text,
        _PAGE,
        (
            "aws cloudformation set-stack-policy with a statement that allows it, deploy, and set the old "
            "policy again",
        ),
    )


def _concerns(statement: Mapping[str, Any], action: str, logical_id: str, resource_type: str) -> bool:
    if not any(_matches(one, action) for one in _list(statement.get("Action", "Update:*"))):
        return False
    place = f"LogicalResourceId/{logical_id}"
    if "NotResource" in statement:
        if any(_matches(one, place) for one in _list(statement["NotResource"])):
            return False
    elif not any(_matches(one, place) for one in _list(statement.get("Resource", "*"))):
        return False
    conditions = statement.get("Condition", {})
    types = [one for test in conditions.values() for one in _list(test.get("ResourceType", []))]
    return not types or any(_matches(one, resource_type) for one in types)


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text) is not None
