"""What CloudFormation calls to create, read, update and delete the resources of an assembly."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product, takewhile
from typing import Final

from assembly import Assembly, Resource, schemas
from assembly.errors import UsageError
from rehearsal.deployment.arn_forms import FORMS
from rehearsal.iam import arns, patterns
from rehearsal.iam.account import Account
from rehearsal.iam.actions import Action, find
from rehearsal.iam.request import Values
from rehearsal.iam.template import account_of

_HANDLERS = ("create", "read", "update", "delete")
_CUSTOM = "Custom::"
# Of types whose schemas say nothing.
_UNLISTED: Final[Mapping[str, Sequence[str]]] = {
    "AWS::CloudFormation::WaitCondition": (),
    "AWS::CloudFormation::WaitConditionHandle": (),
    "AWS::CodeBuild::Project": (
        *("codebuild:BatchGetProjects", "codebuild:CreateProject", "codebuild:DeleteProject"),
        *("codebuild:UpdateProject", "iam:PassRole"),
    ),
    _CUSTOM: ("lambda:InvokeFunction",),
}
# CloudFormation reads these as the role, whatever the types are: CDK's assets and the bootstrap's version.
_ELSEWHERE: Final[Mapping[str, str]] = {
    "s3:GetObject": "arn:aws:s3:::cdk-{id}-assets-{id}/{id}",
    "s3:GetObjectVersion": "arn:aws:s3:::cdk-{id}-assets-{id}/{id}",
    "ssm:GetParameters": "arn:aws:ssm:{here}:parameter/cdk-bootstrap/{id}",
    "iam:CreateServiceLinkedRole": "arn:aws:iam::{account}:role/aws-service-role/{id}",
}
_LINKED_ROLES: Final[Mapping[str, str]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": "sagemaker.application-autoscaling.amazonaws.com",
    "AWS::EC2::FlowLog": "delivery.logs.amazonaws.com",
    "AWS::SageMaker::Domain": "sagemaker.amazonaws.com",
    "AWS::WAFv2::LoggingConfiguration": "wafv2.amazonaws.com",
}
# Only a template that takes a boundary away needs it, and then it shall not.
_NEVER = frozenset({"iam:DeleteRolePermissionsBoundary"})
_ANYWHERE = dict.fromkeys(("region", "account", "id", "generated"), "*") | {"here": "*:*"}
_ATTACHES = ("iam:AttachRolePolicy", "iam:DetachRolePolicy")
_MANAGED = "AWS::IAM::ManagedPolicy"
_SETS_BOUNDARY = "iam:PutRolePermissionsBoundary"
_EXTENDS_ROLE = ("iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy")


@dataclass(frozen=True)
class Need:
    """One call: an action on an ARN, or on `*`, with the condition keys that limit it."""

    action: str
    resource: str
    context: tuple[tuple[str, Values], ...] = ()


class Deployment:
    """What deploying an assembly needs.

    Raises UsageError for an assembly whose stacks have no common prefix that ends with a hyphen, or with a
    type of which it isn't known what CloudFormation calls or which ARN it has.
    """

    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly
        names = sorted(stack.name for stack in assembly.stacks)
        same = takewhile(lambda both: both[0] == both[1], zip(names[0], names[-1], strict=False))
        self.prefix = "".join(one for one, _ in same).rpartition("-")[0] + "-"
        if self.prefix == "-":
            raise UsageError(f"expected stacks whose names begin alike, got {', '.join(names[:3])}")
        self.types = sorted({kind for stack in assembly.stacks for _, kind in stack.types()})
        self._own_boundary = f"arn:aws:iam::{assembly.account}:policy/{self.boundary_name}"

    @property
    def boundary_name(self) -> str:
        # Not of the prefix: what begins with it, the deploying role may change.
        return f"boundary-{self.prefix.removesuffix('-')}"

    @cached_property
    def account(self) -> Account:
        return account_of(self.assembly)

    @cached_property
    def actions(self) -> Mapping[Action, Sequence[str]]:
        """The actions with the types that need them. Those that AWS doesn't have, which some schemas list,
        aren't there."""
        found: dict[Action, list[str]] = {}
        for kind in self.types:
            for name in (*_permissions(kind), "ssm:GetParameters"):
                for action in find(name):
                    if action.name not in _NEVER:
                        found.setdefault(action, []).append(kind)
        return dict(sorted(found.items(), key=lambda item: item[0].name.lower()))

    @cached_property
    def needs(self) -> Sequence[Need]:
        """Each call once. An action that takes none of what the templates declare, and asks for a resource,
        cannot be called for them."""
        return list(dict.fromkeys(one for action in self.actions for one in self._needs(action)))

    def patterns(self, action: Action) -> Sequence[str]:
        """The resources of an action's statement; none where it has nothing to do with the templates."""
        return self._targets(action, self._scopes)

    def contexts(self, action: str) -> Mapping[str, Sequence[str]]:
        """The condition keys that limit an action to what the templates do, with the values that they use.
        Where each role of the templates has a permissions boundary, none can be made or changed without."""
        if action == "iam:PassRole":
            return {"iam:PassedToService": sorted({s for one in self._trusted.values() for s in one})}
        if action == "iam:CreateServiceLinkedRole":
            linked = (_LINKED_ROLES[one] for one in self.types if one in _LINKED_ROLES)
            return {"iam:AWSServiceName": sorted(linked)}
        keys = {"iam:PolicyARN": self._managed} if action in _ATTACHES else {}
        if action == _SETS_BOUNDARY or (action in _EXTENDS_ROLE and self._boundaries):
            keys["iam:PermissionsBoundary"] = self._boundaries or [self._own_boundary]
        return keys

    def _needs(self, action: Action) -> Iterator[Need]:
        limits = self.contexts(action.name)
        passed = action.name == "iam:PassRole"
        for resource in self._trusted if passed else self._targets(action, self._arns):
            if passed:
                limits = {"iam:PassedToService": self._trusted[resource]}
            for values in product(*limits.values()):
                yield Need(action.name, resource, tuple(zip(limits, values, strict=True)))

    def _targets(self, action: Action, candidates: Iterable[str]) -> Sequence[str]:
        if action.name in _ELSEWHERE:
            place = _ANYWHERE if candidates is self._scopes else self._here
            return [_ELSEWHERE[action.name].format(**place)]
        found = [one for one in candidates if action.takes(one)]
        is_ours = not action.resource_types or action.name.partition(":")[0] in self._services
        return found or (["*"] if action.takes_any and is_ours else [])

    @cached_property
    def _services(self) -> frozenset[str]:
        return frozenset(arns.service(one) for one in self._arns)

    @cached_property
    def _arns(self) -> Sequence[str]:
        """The ARNs of the resources, by the names that they have here: one of those that begin alike."""
        found = {
            (form, self._pattern(str(one.known_name))): form.format(
                **self._here, name=one.known_name, generated=one.known_name
            )
            for one in self._resources()
            for form in FORMS[one.type]
        }
        return sorted(set(found.values()))

    @cached_property
    def _scopes(self) -> Sequence[str]:
        """As `_arns`, of everything in any account whose name begins as those of the templates."""
        found = {
            form.format(**_ANYWHERE, name=self._pattern(str(one.known_name)))
            for one in self._resources()
            for form in FORMS[one.type]
        }
        return sorted(one for one in found if not any(_is_within(one, other) for other in found - {one}))

    def _resources(self) -> Iterator[Resource]:
        for kind in self.types:
            if kind not in FORMS and not kind.startswith(_CUSTOM):
                raise UsageError(f"{kind}: expected its ARN in rehearsal/deployment/arn_forms.py")
            if FORMS.get(kind):
                yield from self.assembly.resources(kind)

    def _pattern(self, name: str) -> str:
        for made_by_aws in self.assembly.names("AWS::ApiGateway::RestApi"):
            name = name.replace(made_by_aws, "*")
        before, prefix, _ = name.partition(self.prefix)
        return f"{before}{prefix}*" if prefix else name

    @property
    def _here(self) -> Mapping[str, str]:
        region, account = self.assembly.region, self.assembly.account
        return {"region": region, "account": account, "here": f"{region}:{account}", "id": "id"}

    @cached_property
    def _trusted(self) -> Mapping[str, Sequence[str]]:
        """The services that each role trusts, by its ARN."""
        return {
            arn: sorted({who.value for one in role.trust for who in one.principals if who.type == "Service"})
            for arn, role in self.account.roles.items()
        }

    @cached_property
    def _boundaries(self) -> Sequence[str]:
        """The boundaries of the roles; none where a role has none."""
        found = {one.properties.get("PermissionsBoundary") for one in self._roles}
        return [] if None in found else sorted(str(one) for one in found)

    @property
    def _roles(self) -> Sequence[Resource]:
        return self.assembly.resources("AWS::IAM::Role")

    @cached_property
    def _managed(self) -> Sequence[str]:
        """The managed policies that the templates attach: AWS's and their own."""
        own = {f"arn:aws:iam::{self.assembly.account}:policy/{one}" for one in self.assembly.names(_MANAGED)}
        attached = {arn for one in self._roles for arn in one.properties.get("ManagedPolicyArns", [])}
        return sorted(own | attached)


def _permissions(kind: str) -> Sequence[str]:
    if kind.startswith(_CUSTOM):
        return _UNLISTED[_CUSTOM]
    handlers = (schemas.document(kind) or {}).get("handlers") or {}
    listed = {one for name in _HANDLERS for one in handlers.get(name, {}).get("permissions", [])}
    if not listed and kind not in _UNLISTED:
        raise UsageError(
            f"{kind}: its schema doesn't say what CloudFormation calls; rehearsal/deployment/needs.py has to"
        )
    return sorted(listed) or _UNLISTED[kind]


def _is_within(pattern: str, other: str) -> bool:
    return patterns.glob(other).fullmatch(pattern) is not None
