"""The account that the templates of an assembly describe."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assembly import Assembly, Resource
from rehearsal.iam import outside
from rehearsal.iam.account import Account, Role
from rehearsal.iam.sessions import session_name
from rehearsal.iam.statement import PolicyKind, Source, Statement, parse_document

type Statements = tuple[Statement, ...]
_ANYBODY = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
}
_POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")


def account_of(assembly: Assembly) -> Account:
    """The roles and the policies of an assembly, and of what AWS and CDK's bootstrap stack declare for it.

    Raises AssemblyError for a policy that cannot be resolved, PolicyError for one that IAM does not accept.
    """
    return _Reader(assembly).account()


class _Reader:
    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly

    def account(self) -> Account:
        place = self._assembly.place
        roles = {role.arn: role for role in self._roles()}
        keys = {
            self._arn("kms", f"key/{one.name}"): self._parse(one, one.properties["KeyPolicy"], PolicyKind.KEY)
            for one in self._assembly.resources("AWS::KMS::Key")
        }
        return Account(
            id=place.account,
            partition=place.partition,
            region=place.region,
            roles=roles,
            resource_policies=self._resource_policies(role.identity for role in roles.values()),
            keys=keys,
            endpoints={
                one.name: self._parse(
                    one, one.properties.get("PolicyDocument", _ANYBODY), PolicyKind.ENDPOINT
                )
                for one in self._assembly.resources("AWS::EC2::VPCEndpoint")
            },
        )

    def _roles(self) -> Iterator[Role]:
        attached, functions = self._attached(), self._functions()
        documents = {self._policy_arn(one): self._identity(one) for one in self._managed()}
        for one in self._assembly.resources("AWS::IAM::Role"):
            properties = one.properties
            named = [*properties.get("ManagedPolicyArns", [])]
            boundary = properties.get("PermissionsBoundary")
            found = {arn: documents.get(arn, outside.managed(arn)) for arn in named}
            inline = [
                statement
                for policy in properties.get("Policies", [])
                for statement in self._parse(one, policy["PolicyDocument"], PolicyKind.IDENTITY)
            ]
            known = [statement for statements in found.values() for statement in statements or ()]
            arn = self._arn("iam", f"role{properties.get('Path', '/')}{one.name}", region="")
            trust = self._parse(one, properties["AssumeRolePolicyDocument"], PolicyKind.TRUST)
            yield Role(
                arn=arn,
                name=one.name,
                identity=(*inline, *attached[one.name], *known),
                boundary=self._boundary(boundary, documents),
                trust=trust,
                tags=one.tags,
                session=session_name(arn, trust, functions),
                unknown=tuple(arn for arn, statements in found.items() if statements is None)
                + ((boundary,) if boundary and self._boundary(boundary, documents) is None else ()),
            )

    def _functions(self) -> Mapping[str, list[str]]:
        """The names of the functions that run with a role, by its ARN."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for one in self._assembly.resources("AWS::Lambda::Function"):
            found[one.properties["Role"]].append(one.name)
        return found

    def _boundary(self, arn: str | None, documents: Mapping[str, Statements]) -> Statements | None:
        if arn is None:
            return None
        return documents.get(arn) or outside.managed(arn)

    def _managed(self) -> list[Resource]:
        return self._assembly.resources("AWS::IAM::ManagedPolicy")

    def _policy_arn(self, policy: Resource) -> str:
        return self._arn("iam", f"policy/{policy.name}", region="")

    def _attached(self) -> defaultdict[str, Statements]:
        """The statements of policies that name the roles which they are attached to, by the roles' names."""
        found: defaultdict[str, Statements] = defaultdict(tuple)
        for kind in _POLICIES:
            for one in self._assembly.resources(kind):
                for role in one.properties.get("Roles", []):
                    found[role] += self._identity(one)
        return found

    def _identity(self, policy: Resource) -> Statements:
        return self._parse(policy, policy.properties["PolicyDocument"], PolicyKind.IDENTITY)

    def _resource_policies(self, identities: Iterable[Statements]) -> dict[str, Statements]:
        found: defaultdict[str, Statements] = defaultdict(tuple)
        for arn, resource, document in self._declared():
            found[arn] += self._parse(resource, document, PolicyKind.RESOURCE)
        for one in self._assembly.resources("AWS::S3::Bucket"):
            found.setdefault(self._bucket(one.name), ())
        named = {resource for statements in identities for one in statements for resource in one.resources}
        for arn in sorted(named):
            self._add_outside(found, arn)
        return dict(found)

    def _declared(self) -> Iterator[tuple[str, Resource, Any]]:
        """The ARN of each resource with a policy, the resource that declares it, and its document."""
        for one in self._assembly.resources("AWS::S3::BucketPolicy"):
            yield self._bucket(one.properties["Bucket"]), one, one.properties["PolicyDocument"]
        for one in self._assembly.resources("AWS::SNS::TopicPolicy"):
            for topic in one.properties["Topics"]:
                yield topic, one, one.properties["PolicyDocument"]
        for one in self._assembly.resources("AWS::ECR::Repository"):
            if document := one.properties.get("RepositoryPolicyText"):
                yield self._arn("ecr", f"repository/{one.name}"), one, document
        for one in self._assembly.resources("AWS::Lambda::Permission"):
            arn = self._function(one.properties["FunctionName"])
            yield arn, one, _permission(one.properties, arn)

    def _add_outside(self, found: dict[str, Statements], arn: str) -> None:
        """The policy of a bucket or repository of somebody else's, where it is known."""
        if arn.startswith(f"arn:{self._assembly.place.partition}:s3:::"):
            bucket = arn.partition("/")[0]
            if bucket not in found and (statements := outside.bucket(bucket)) is not None:
                found[bucket] = statements
        elif self._is_foreign_repository(arn) and (statements := outside.repository(arn)) is not None:
            found[arn] = statements

    def _is_foreign_repository(self, arn: str) -> bool:
        owner = re.match(r"arn:[^:]+:ecr:[^:]*:(\d+):repository/", arn)
        return owner is not None and owner[1] != self._assembly.account

    def _parse(self, resource: Resource, document: Any, kind: PolicyKind) -> Statements:
        path = self._assembly.construct_paths.get(resource.label, resource.label)
        return parse_document(document, Source(resource.stack, resource.logical_id, path), kind)

    def _arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        place = self._assembly.place
        where = place.region if region is None else region
        return f"arn:{place.partition}:{service}:{where}:{place.account}:{resource}"

    def _bucket(self, name: str) -> str:
        return f"arn:{self._assembly.place.partition}:s3:::{name}"

    def _function(self, name: str) -> str:
        return name if name.startswith("arn:") else self._arn("lambda", f"function:{name}")


def _permission(permission: Mapping[str, Any], function: str) -> dict[str, Any]:
    """An AWS::Lambda::Permission as the statement that Lambda makes of it."""
    principal = permission["Principal"]
    conditions: dict[str, dict[str, str]] = {}
    if "SourceArn" in permission:
        conditions["ArnLike"] = {"AWS:SourceArn": permission["SourceArn"]}
    if "SourceAccount" in permission:
        conditions["StringEquals"] = {"AWS:SourceAccount": permission["SourceAccount"]}
    kind = "Service" if principal.endswith((".amazonaws.com", ".amazonaws.com.cn")) else "AWS"
    return {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": principal if principal == "*" else {kind: principal},
            "Action": permission["Action"],
            "Resource": function,
            "Condition": conditions,
        },
    }
