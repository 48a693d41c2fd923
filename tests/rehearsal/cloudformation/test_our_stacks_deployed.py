"""Our own templates: how each of their types acts, and what deploying and destroying all of them does."""

from collections import Counter
from dataclasses import replace

import pytest
from assemblies import Assembly

from assembly import schemas
from rehearsal.cloudformation.behaviors import BEHAVIORS
from rehearsal.cloudformation.declared import Declared
from rehearsal.cloudformation.operations import deploy, destroy
from rehearsal.cloudformation.outcome import Deployment
from rehearsal.cloudformation.state import State

# A new type is added to one of these once somebody has thought about what it does.
OF_ITS_OWN = {
    *("AWS::CloudFormation::WaitCondition", "AWS::EC2::SecurityGroup", "AWS::EC2::Subnet", "AWS::EC2::VPC"),
    *("AWS::ECR::Repository", "AWS::IAM::ManagedPolicy", "AWS::Lambda::Version", "AWS::S3::Bucket"),
    *("AWS::SageMaker::Domain", "AWS::SageMaker::Endpoint", "AWS::SageMaker::ModelPackageGroup"),
    *("AWS::SageMaker::NotebookInstance", "AWS::SageMaker::Space", "AWS::SageMaker::UserProfile"),
    *("AWS::WAFv2::WebACL", "Custom::S3AutoDeleteObjects"),
}
BY_SCHEMA = {
    *("AWS::ApiGateway::Account", "AWS::ApiGateway::Deployment", "AWS::ApiGateway::GatewayResponse"),
    *("AWS::ApiGateway::Method", "AWS::ApiGateway::Model", "AWS::ApiGateway::RequestValidator"),
    *("AWS::ApiGateway::Resource", "AWS::ApiGateway::RestApi", "AWS::ApiGateway::Stage"),
    *("AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy"),
    *("AWS::Budgets::Budget", "AWS::CloudFormation::WaitConditionHandle", "AWS::CloudWatch::Alarm"),
    *("AWS::CloudWatch::Dashboard", "AWS::CodeBuild::Project", "AWS::CodeDeploy::Application"),
    *("AWS::CodeDeploy::DeploymentGroup", "AWS::CodePipeline::Pipeline", "AWS::EC2::FlowLog"),
    *("AWS::EC2::RouteTable", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SubnetRouteTableAssociation"),
    *("AWS::EC2::VPCEndpoint", "AWS::Events::Rule", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::KMS::Key"),
    *("AWS::Lambda::Alias", "AWS::Lambda::Function", "AWS::Lambda::Permission", "AWS::Logs::LogGroup"),
    *("AWS::S3::BucketPolicy", "AWS::SNS::Subscription", "AWS::SNS::Topic", "AWS::SNS::TopicPolicy"),
    *("AWS::SageMaker::EndpointConfig", "AWS::SageMaker::Model", "AWS::SageMaker::Pipeline"),
    *("AWS::SageMaker::NotebookInstanceLifecycleConfig", "AWS::WAFv2::LoggingConfiguration"),
    *("AWS::WAFv2::WebACLAssociation",),
}


@pytest.fixture(scope="module")
def declared(each: Assembly) -> Declared:
    """Every stack of an environment, as if each had what it needs to be deployed."""
    found = Declared.read(each.folder)
    stacks = {name: replace(one, errors=()) for name, one in found.stacks.items()}
    return replace(found, stacks=stacks)


@pytest.fixture(scope="module")
def first(declared: Declared) -> Deployment:
    """The first deployment into an empty account."""
    return deploy(State.empty(declared.account, declared.region), declared)


def test_every_type_acts_by_its_schema_or_has_a_behavior_of_its_own(declared: Declared) -> None:
    types = {one["Type"] for stack in declared.stacks.values() for one in stack.resources.values()}

    assert types & BEHAVIORS.keys() == types & OF_ITS_OWN
    assert types - OF_ITS_OWN == types & BY_SCHEMA
    assert [one for one in BY_SCHEMA if schemas.document(one) is None] == []


def test_the_first_deployment_creates_each_resource_once(declared: Declared, first: Deployment) -> None:
    assert first.failure is None
    steps = Counter((one.stack, step.logical_id, step.status) for one in first.stacks for step in one.steps)
    resources = [(stack.name, id) for stack in declared.stacks.values() for id in stack.resources]
    assert steps == Counter((*place, "CREATE_COMPLETE") for place in resources)


def test_the_same_again_changes_nothing(declared: Declared, first: Deployment) -> None:
    again = deploy(first.state, declared)

    assert {one.kind for one in again.stacks} == {"none"}
    assert again.state == first.state


def test_destroying_all_leaves_what_is_retained(declared: Declared, first: Deployment) -> None:
    unprotected = {
        name: replace(one, termination_protection=False) for name, one in first.state.stacks.items()
    }

    gone = destroy(replace(first.state, stacks=unprotected), declared=declared)

    assert gone.failure is None
    assert gone.state.stacks == {}
    retained = {
        (stack.name, id)
        for stack in declared.stacks.values()
        for id, one in stack.resources.items()
        if one.get("DeletionPolicy") == "Retain"
    }
    assert {(one.stack, one.logical_id) for one in gone.state.left} == retained


def test_a_failure_at_each_resource_of_a_creation_leaves_what_is_retained(
    declared: Declared, first: Deployment
) -> None:
    name = next(one for one in declared.stacks if one.endswith("-churn-serving"))
    before = destroy(first.state, [name])
    state = before.state if before.failure is None else _unprotected_without(first.state, name)
    for logical_id in declared.stacks[name].resources:
        found = deploy(state, declared, only=[name], faults={(name, logical_id): "a bad day"})
        assert found.failure is not None
        assert found.failure.logical_id == logical_id
        assert replace(found.state, left=state.left).settled() == state.settled()
        new = {one.logical_id for one in found.state.left if one not in state.left}
        assert new == {one.logical_id for one in found.failure.left}


def _unprotected_without(state: State, name: str) -> State:
    held = replace(state.stacks[name], termination_protection=False)
    found = destroy(state.with_stack(held), [name])
    assert found.failure is None
    # What it retained would keep its names.
    return replace(found.state, left=())
