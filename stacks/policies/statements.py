"""The statements of IAM documents."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from stacks.policies.templates import Json, Resource, as_list

IDENTITY_POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role")


@dataclass(frozen=True)
class Statement:
    """One statement; what IAM takes as one or as many is many here."""

    path: str
    is_allowed: bool
    actions: list[str]
    resources: list[str]
    principals: Mapping[str, list[str]]
    conditions: Mapping[str, Mapping[str, Json]]

    def condition_keys(self) -> set[str]:
        return {key for keys in self.conditions.values() for key in keys}


def identity_statements(resource: Resource) -> Iterator[Statement]:
    """What a policy, or a role by its inline policies, may do."""
    if resource.type != "AWS::IAM::Role":
        yield from statements(resource.get("PolicyDocument"), "PolicyDocument")
        return
    for index, policy in enumerate(resource.get("Policies") or []):
        yield from statements(policy.get("PolicyDocument"), f"Policies.{index}.PolicyDocument")


def statements(document: Json, path: str) -> Iterator[Statement]:
    """The statements of a document that stands at a path; none for no document."""
    for index, one in enumerate(as_list((document or {}).get("Statement"))):
        principal = one.get("Principal", {})
        yield Statement(
            f"{path}.Statement.{index}",
            one.get("Effect") == "Allow",
            as_list(one.get("Action")),
            as_list(one.get("Resource")),
            {"AWS": [principal]}
            if isinstance(principal, str)
            else {kind: as_list(names) for kind, names in principal.items()},
            one.get("Condition", {}),
        )
