"""What the role with which CloudFormation deploys may not do, by the policies that are committed for it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from assembly import Assembly, schemas
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.state import ResourceState, is_known
from rehearsal.deployment.arn_forms import FORMS
from rehearsal.deployment.committed import Deployer
from rehearsal.deployment.needs import Deployment, Need
from rehearsal.iam.actions import Action, find
from rehearsal.iam.request import Request, Values

_VERBS: Final = {
    "create": "Create|Put|Register|Publish|Add|Authorize",
    "update": "Update|Put|Modify",
    "delete": "Delete|Deregister|Remove|Revoke",
}
# What the name of the action doesn't say.
_OTHERWISE: Final[Mapping[tuple[str, str], str]] = {
    ("AWS::IAM::ManagedPolicy", "create"): "iam:CreatePolicy",
    ("AWS::IAM::ManagedPolicy", "update"): "iam:CreatePolicyVersion",
    ("AWS::IAM::ManagedPolicy", "delete"): "iam:DeletePolicy",
    ("AWS::IAM::Policy", "create"): "iam:PutRolePolicy",
    ("AWS::IAM::Policy", "update"): "iam:PutRolePolicy",
    ("AWS::IAM::Policy", "delete"): "iam:DeleteRolePolicy",
}
_PLACEHOLDER: Final = re.compile(r"\$\{(\w+)\}")
_PAGE: Final = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html"


class HandlerPermissions:
    """Asks for each resource the one call without which its handler can't work: `CreateTopic` for a topic.
    What a handler calls besides depends on the properties, and is a matter of `deploy-policy --check`.

    Raises UsageError for a folder without policies, and for an assembly whose stacks have no common prefix.
    """

    def __init__(self, policies: Path, assembly: Assembly) -> None:
        self._deployer = Deployer(policies, Deployment(assembly))
        self._place = {
            "Partition": "aws",
            "Region": assembly.region,
            "Account": assembly.account,
        }
        self._policies = policies

    def refuses(self, action: str, resource: ResourceState) -> Iterator[Refusal]:
        """`action` is "create", "update" or "delete"."""
        for one in _main(action, resource.type):
            for arn in self._arns(one, resource):
                need = Need(one.name, arn, tuple(_context(one.name, resource.properties).items()))
                decision = self._deployer.decide(need)
                if not decision.allowed:
                    request = Request(self._deployer.arn, need.action, need.resource)
                    yield self._denied(decision.message(request).replace("/*", "/AWSCloudFormation", 1))

    def _denied(self, sentence: str) -> Refusal:
        folder = self._policies
        return Refusal(
            "access-denied",
            f'Resource handler returned message: "{sentence}" (HandlerErrorCode: AccessDenied)',
            _PAGE,
            (
                f"write the policies again and have an administrator attach them before: "
                f"make deploy-policy ENV={folder.name}",
                "if the policies shall not allow it: change the resource, so that it isn't needed",
            ),
        )

    def _arns(self, action: Action, resource: ResourceState) -> Iterator[str]:
        """The ARNs of the resource that the action takes."""
        if resource.type == "AWS::IAM::Policy":
            names = [one for one in resource.properties.get("Roles", []) if is_known(one)]
            yield from (f"arn:aws:iam::{self._place['Account']}:role/{one}" for one in names)
            return
        name, region, account = resource.physical_id, self._place["Region"], self._place["Account"]
        values = {"region": region, "account": account, "here": f"{region}:{account}", "id": "id"}
        if resource.type in FORMS:
            forms = [one.format(**values, name=name, generated=name) for one in FORMS[resource.type]]
        else:
            forms = [self._filled(one.arn, name) for one in action.resource_types[:1]]
        found = [one for one in forms if action.takes(one)]
        yield from found[:1] or (["*"] if action.takes_any and resource.type not in FORMS else [])

    def _filled(self, form: str, name: str) -> str:
        return _PLACEHOLDER.sub(lambda match: self._place.get(match[1], name), form)


def _main(action: str, resource_type: str) -> Iterator[Action]:
    """The call that the handler makes for every resource of the type; none where the schema doesn't say."""
    if (resource_type, action) in _OTHERWISE:
        yield from find(_OTHERWISE[resource_type, action])
        return
    handlers = (schemas.document(resource_type) or {}).get("handlers") or {}
    kind = re.escape(resource_type.rpartition("::")[2])
    means = re.compile(rf"[a-z0-9-]+:({_VERBS[action]})(Metric)?{kind}s?", re.IGNORECASE)
    listed = handlers.get(action, {}).get("permissions", [])
    for name in [one for one in listed if means.fullmatch(one)][:1]:
        yield from find(name)


def _context(action: str, properties: Mapping[str, Any]) -> dict[str, Values]:
    """The condition keys that the call carries."""
    boundary = properties.get("PermissionsBoundary")
    return {"iam:PermissionsBoundary": boundary} if action == "iam:CreateRole" and boundary else {}
