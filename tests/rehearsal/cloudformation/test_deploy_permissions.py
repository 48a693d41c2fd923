"""The steps of a deployment under the policies that are committed for the role that deploys."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pytest
from assemblies import ROOT, Assembly
from small_stacks import resource

import assembly
from rehearsal.cloudformation.declared import Declared
from rehearsal.cloudformation.operations import deploy, destroy
from rehearsal.cloudformation.outcome import Deployment, Failure
from rehearsal.cloudformation.permissions import HandlerPermissions
from rehearsal.cloudformation.state import State


@dataclass(frozen=True)
class Prod:
    declared: Declared
    permissions: HandlerPermissions

    @cached_property
    def first(self) -> Deployment:
        empty = State.empty(self.declared.account, self.declared.region)
        return deploy(empty, self.declared, permissions=self.permissions)

    def failure(self, stack: str, new: Mapping[str, Any]) -> Failure:
        """What fails when a stack gets one more resource, `New`."""
        template = self.declared.stacks[stack].template
        edited = {**template, "Resources": {**template["Resources"], "New": new}}
        declared = self.declared.with_template(stack, edited)
        found = deploy(self.first.state, declared, only=[stack], permissions=self.permissions)
        assert found.failure is not None
        assert found.state.settled() == self.first.state.settled()
        return found.failure


@pytest.fixture(scope="module")
def rollout(prod: Assembly) -> Prod:
    found = Declared.read(prod.folder)
    stacks = {name: replace(one, errors=()) for name, one in found.stacks.items()}
    permissions = HandlerPermissions(ROOT / "deploy" / "prod", assembly.load(prod.folder))
    return Prod(replace(found, stacks=stacks), permissions)


def test_the_committed_policies_deploy_and_destroy_all_of_our_stacks(rollout: Prod) -> None:
    assert rollout.first.failure is None
    held = rollout.first.state
    stacks = {name: replace(one, termination_protection=False) for name, one in held.stacks.items()}
    assert destroy(replace(held, stacks=stacks), permissions=rollout.permissions).failure is None


@pytest.mark.parametrize(
    ("kind", "properties", "action"),
    [
        ("DynamoDB::Table", {"TableName": "slipway-prod-orders"}, "dynamodb:CreateTable"),
        ("SQS::Queue", {}, "sqs:CreateQueue"),
        ("Logs::LogGroup", {"LogGroupName": "another-team"}, "logs:CreateLogGroup"),
        ("IAM::Role", {"RoleName": "another-team", "AssumeRolePolicyDocument": {}}, "iam:CreateRole"),
    ],
)
def test_what_the_policies_do_not_allow_fails_at_its_resource(
    rollout: Prod, kind: str, properties: Mapping[str, Any], action: str
) -> None:
    found = rollout.failure("slipway-prod-foundation", resource(kind, **properties))

    assert (found.kind, found.logical_id) == ("access-denied", "New")
    assert f"AWSCloudFormation is not authorized to perform: {action}" in found.message
    assert "make deploy-policy ENV=prod" in found.ways_out[0]
