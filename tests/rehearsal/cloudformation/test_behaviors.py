"""What single types refuse, whatever their schemas say."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from small_stacks import EMPTY, app, resource, stack

from rehearsal.cloudformation.operations import deploy, destroy
from rehearsal.cloudformation.outcome import Failure
from rehearsal.cloudformation.state import State

type Resources = Mapping[str, Any]
BUCKET = "AWS::S3::Bucket"


def held(resources: Resources) -> State:
    found = deploy(EMPTY, app(one=resources))
    assert found.failure is None
    return found.state


def refused(before: State, resources: Resources) -> Failure:
    found = deploy(before, app(one=resources))
    assert found.failure is not None
    assert found.state.settled() == before.settled()
    return found.failure


@pytest.mark.parametrize(
    ("kind", "properties", "message"),
    [
        ("S3::Bucket", {"BucketName": "it"}, "The bucket you tried to delete is not empty"),
        ("ECR::Repository", {"RepositoryName": "it"}, "'it' cannot be deleted because it still contains"),
        ("SageMaker::ModelPackageGroup", {"ModelPackageGroupName": "it"}, "still contains Model Packages"),
    ],
)
def test_what_is_not_empty_blocks_the_deletion_of_its_stack(
    kind: str, properties: Mapping[str, Any], message: str
) -> None:
    before = held({"It": resource(kind, **properties)}).holding({(f"AWS::{kind}", "it"): "three of them"})

    found = destroy(before)

    assert found.failure is not None
    assert (found.failure.kind, found.failure.logical_id) == ("not-empty", "It")
    assert message in found.failure.message
    assert "three of them" in found.failure.message
    assert found.stacks[0].outcome == "DELETE_FAILED"
    assert destroy(replace(found.state, contents={})).failure is None


def test_an_update_that_removes_what_is_not_empty_leaves_it_behind() -> None:
    resources = {"It": resource("S3::Bucket", BucketName="it"), "Other": resource("SQS::Queue")}
    before = held(resources).holding({(BUCKET, "it"): "an object"})

    found = deploy(before, app(one={"Other": resource("SQS::Queue")}))

    assert found.failure is None
    assert [one.resource.physical_id for one in found.stacks[0].left] == ["it"]


def test_a_repository_that_is_emptied_and_a_bucket_with_auto_delete_are_deleted() -> None:
    repository = resource("ECR::Repository", RepositoryName="it", EmptyOnDelete=True)
    tag = {"Key": "aws-cdk:auto-delete-objects", "Value": "true"}
    bucket = resource("S3::Bucket", BucketName="it", Tags=[tag])
    empties = {
        "Type": "Custom::S3AutoDeleteObjects",
        "Properties": {"ServiceToken": "arn", "BucketName": {"Ref": "Bucket"}},
    }
    before = held({"Repository": repository, "Bucket": bucket, "Empties": empties}).holding(
        {(BUCKET, "it"): "objects", ("AWS::ECR::Repository", "it"): "images"}
    )

    assert destroy(before).state.settled() == EMPTY


def test_a_wait_condition_is_not_updated() -> None:
    def waits(count: int) -> Resources:
        handle = resource("CloudFormation::WaitConditionHandle")
        condition = resource("CloudFormation::WaitCondition", Handle={"Ref": "Handle"}, Count=count)
        return {"Handle": handle, "Condition": condition}

    found = refused(held(waits(1)), waits(2))

    assert found.message == "Update to resource type AWS::CloudFormation::WaitCondition is not supported."


def test_the_function_behind_a_custom_resource_stays() -> None:
    def custom(token: str) -> Resources:
        return {"It": {"Type": "Custom::Seed", "Properties": {"ServiceToken": token}}}

    assert refused(held(custom("a")), custom("b")).message == "Modifying service token is not allowed."


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("SageMaker::NotebookInstance", {"VolumeSizeInGB": 20}, {"VolumeSizeInGB": 10}),
        ("EKS::Cluster", {"Version": "1.10"}, {"Version": "1.9"}),
        ("RDS::DBInstance", {"AllocatedStorage": "20"}, {"AllocatedStorage": "10"}),
    ],
)
def test_what_only_grows_neither_shrinks_nor_rolls_back(
    kind: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> None:
    small, large = {"It": resource(kind, **new)}, {"It": resource(kind, **old)}
    assert refused(held(large), small).kind == "one-way"

    last = {"Last": resource("SQS::Queue", "It")}
    found = deploy(held(small), app(one=large | last), faults={("one", "Last"): "a bad day"})

    assert found.stacks[0].outcome == "UPDATE_ROLLBACK_FAILED"
    assert found.failure is not None
    assert [one.logical_id for one in found.failure.left] == ["It"]


def endpoint(variant: str, *, scaled: bool = True) -> Resources:
    config = resource("SageMaker::EndpointConfig", ProductionVariants=[{"VariantName": variant}])
    config_name = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    target = resource(
        "ApplicationAutoScaling::ScalableTarget",
        "Endpoint",
        ResourceId=f"endpoint/shop/variant/{variant}",
        ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        ServiceNamespace="sagemaker",
    )
    endpoint = resource("SageMaker::Endpoint", EndpointName="shop", EndpointConfigName=config_name)
    return {"Config": config, "Endpoint": endpoint} | ({"Target": target} if scaled else {})


def test_a_variant_that_is_scaled_cannot_be_taken_away() -> None:
    before = held(endpoint("a"))

    assert refused(before, endpoint("b")).kind == "variant-scaled"
    without = deploy(before, app(one=endpoint("a", scaled=False)))
    assert deploy(without.state, app(one=endpoint("b"))).failure is None


def test_an_endpoint_takes_one_update_after_the_other() -> None:
    busy = held(endpoint("a", scaled=False)).changing({("AWS::SageMaker::Endpoint", "shop"): "Updating"})

    found = refused(busy, endpoint("b", scaled=False))

    assert found.message == 'Cannot update in-progress endpoint "shop" (Updating)'


def test_no_second_version_of_a_function_that_has_not_changed() -> None:
    def function(version: str, handler: str) -> Resources:
        return {
            "Function": resource("Lambda::Function", Handler=handler, Code={"ZipFile": "pass"}),
            version: resource("Lambda::Version", FunctionName={"Ref": "Function"}),
        }

    before = held(function("VersionA", "a"))

    assert refused(before, function("VersionB", "a")).kind == "version-exists"
    assert deploy(before, app(one=function("VersionB", "b"))).failure is None


def test_a_network_is_kept_by_what_is_in_it_or_lingers_there() -> None:
    vpc = resource("EC2::VPC", CidrBlock="10.0.0.0/16")
    group = resource("EC2::SecurityGroup", GroupDescription="a", VpcId={"Ref": "Vpc"})
    before = held({"Vpc": vpc, "Group": group | {"DeletionPolicy": "Retain"}})

    found = destroy(before)

    assert found.failure is not None
    assert (found.failure.kind, found.failure.logical_id) == ("in-use", "Vpc")
    assert "AWS::EC2::SecurityGroup" in found.failure.message
    alone = held({"Vpc": vpc, "Group": group})
    lingers = alone.holding({("AWS::EC2::SecurityGroup", "one-group-1"): "an interface of a function"})
    assert destroy(alone).failure is None
    assert destroy(lingers).failure is not None


def test_a_stack_policy_denies_what_it_does_not_allow() -> None:
    statements = [
        {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": ["Update:Replace", "Update:Delete"],
            "Principal": "*",
            "Resource": "LogicalResourceId/It",
        },
    ]
    before = held({"It": resource("SNS::Topic", DisplayName="a"), "Other": resource("SQS::Queue")})
    guarded = before.with_stack(replace(before.stacks["one"], policy={"Statement": statements}))
    queue = {"Other": resource("SQS::Queue")}

    modified = deploy(guarded, app(one=queue | {"It": resource("SNS::Topic", DisplayName="b")}))
    replaced = refused(guarded, queue | {"It": resource("SNS::Topic", FifoTopic=True)})
    removed = refused(guarded, queue)

    assert modified.failure is None
    assert replaced.message == (
        "Action denied by stack policy: Statement [#2] does not allow [Update:Replace] for resource [It]"
    )
    assert "Update:Delete" in removed.message


def test_a_parameter_of_ssm_has_to_exist() -> None:
    template = {
        "Parameters": {"Vpc": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/network/vpc"}},
        "Resources": {"It": resource("SNS::Topic", DisplayName={"Ref": "Vpc"})},
    }

    missing = refused(EMPTY, template)
    found = deploy(replace(EMPTY, parameters={"/network/vpc": "vpc-1"}), app(one=template))

    assert (
        missing.message == "Unable to fetch parameters [/network/vpc] from parameter store for this account."
    )
    assert found.state.stacks["one"].resources["It"].properties["DisplayName"] == "vpc-1"
    changed = deploy(replace(found.state, parameters={"/network/vpc": "vpc-2"}), app(one=template))
    assert changed.state.stacks["one"].resources["It"].properties["DisplayName"] == "vpc-2"


def test_a_parameter_keeps_its_value_whatever_the_default_becomes() -> None:
    def template(default: str) -> dict[str, Any]:
        return {
            "Parameters": {"Label": {"Type": "String", "Default": default}},
            "Resources": {"It": resource("SNS::Topic", DisplayName={"Ref": "Label"})},
        }

    found = deploy(held(template("a")), app(one=template("b")))

    assert found.state.stacks["one"].resources["It"].properties["DisplayName"] == "a"
    given = app().with_stack(stack("one", template("b"), parameters={"Label": "c"}))
    assert deploy(found.state, given).state.stacks["one"].parameters == {"Label": "c"}
