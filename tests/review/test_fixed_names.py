"""A name that is taken when CloudFormation creates what is to have it: it creates before it deletes."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from cloud_assemblies import STACK, Declared

type Resources = Mapping[str, Any]
FAILS = "**The deployment fails**"
OTHER = "warehouse"


def thing(type: str, properties: Any, **attributes: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": properties, **attributes}


def log_group(name: Any, **attributes: Any) -> dict[str, Any]:
    return thing("AWS::Logs::LogGroup", {"LogGroupName": name}, **attributes)


# One resource of each way to have a name, as it stands before and after its construct moves.
NAMED = {
    "AWS::ApiGateway::DomainName": {"DomainName": "api.example.org"},
    "AWS::ApiGatewayV2::DomainName": {"DomainName": "api.example.org"},
    "AWS::CloudWatch::Alarm": {"AlarmName": "errors"},
    "AWS::CodeBuild::Project": {"Name": "image"},
    "AWS::CodeDeploy::DeploymentGroup": {"ApplicationName": "app", "DeploymentGroupName": "all"},
    "AWS::DynamoDB::Table": {"TableName": "rows"},
    "AWS::ECR::Repository": {"RepositoryName": "script-mode"},
    "AWS::Events::Rule": {"Name": "uploads"},
    "AWS::IAM::ManagedPolicy": {"ManagedPolicyName": "read"},
    "AWS::IAM::Role": {"RoleName": "training"},
    "AWS::KMS::Alias": {"AliasName": "alias/data"},
    "AWS::Lambda::Function": {"FunctionName": "predict"},
    "AWS::Logs::LogGroup": {"LogGroupName": "/aws/sagemaker/Endpoints/shop"},
    "AWS::RDS::DBInstance": {"DBInstanceIdentifier": "rows"},
    "AWS::S3::Bucket": {"BucketName": "rows"},
    "AWS::SNS::Topic": {"TopicName": "alarms"},
    "AWS::SQS::Queue": {"QueueName": "rows"},
    "AWS::SSM::Parameter": {"Name": "/shop/endpoint"},
    "AWS::SageMaker::Endpoint": {"EndpointName": "shop"},
    "AWS::SageMaker::EndpointConfig": {"EndpointConfigName": "shop"},
    "AWS::SageMaker::FeatureGroup": {"FeatureGroupName": "rows"},
    "AWS::SageMaker::Model": {"ModelName": "shop"},
    "AWS::SageMaker::ModelPackageGroup": {"ModelPackageGroupName": "shop"},
    "AWS::SageMaker::MonitoringSchedule": {"MonitoringScheduleName": "shop"},
    "AWS::SageMaker::NotebookInstance": {"NotebookInstanceName": "shop"},
    "AWS::SageMaker::Pipeline": {"PipelineName": "shop"},
    "AWS::SecretsManager::Secret": {"Name": "token"},
    "AWS::StepFunctions::StateMachine": {"StateMachineName": "shop"},
    "AWS::WAFv2::WebACL": {"Name": "limit", "Scope": "REGIONAL"},
}


@pytest.mark.parametrize("type", NAMED)
def test_a_construct_that_moves_while_its_name_stays_fails(diff: Callable[..., str], type: str) -> None:
    told = diff(Declared({"Old": thing(type, NAMED[type])}), Declared({"New": thing(type, NAMED[type])}))

    assert "`Old` has it until everything else is done. " + FAILS in told


@pytest.mark.parametrize("type", NAMED)
def test_a_construct_that_moves_with_a_new_name_does_not(diff: Callable[..., str], type: str) -> None:
    name = list(NAMED[type])[-1] if type != "AWS::WAFv2::WebACL" else "Name"
    renamed = {**NAMED[type], name: f"{NAMED[type][name]}2"}

    told = diff(Declared({"Old": thing(type, NAMED[type])}), Declared({"New": thing(type, renamed)}))

    assert FAILS not in told


@pytest.mark.parametrize(
    ("type", "properties"),
    [
        ("AWS::ApiGateway::ApiKey", {"Name": "customers"}),
        ("AWS::ApiGateway::RestApi", {"Name": "shop"}),
        ("AWS::ApiGatewayV2::Api", {"Name": "shop"}),
        ("AWS::Cognito::UserPool", {"UserPoolName": "shop"}),
        ("AWS::Route53::HostedZone", {"Name": "example.org"}),
        ("AWS::S3::Bucket", {}),
        ("AWS::S3::Bucket", {"BucketName": {"Ref": "AWS::NoValue"}}),
        ("AWS::Lambda::Permission", {"FunctionName": "f", "Action": "a", "Principal": "p"}),
        ("Custom::Thing", {"Name": "a"}),
    ],
)
def test_what_may_share_a_name_or_has_none_moves_freely(
    diff: Callable[..., str], type: str, properties: Any
) -> None:
    told = diff(Declared({"Old": thing(type, properties)}), Declared({"New": thing(type, properties)}))

    assert FAILS not in told
    assert "| `Old` " in told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a-111122223333", {"Fn::Sub": "a-${AWS::AccountId}"}),
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}]]}, "a-eu-central-1"),
        ({"Fn::Join": ["", ["a-", {"Ref": "AWS::StackName"}]]}, {"Fn::Sub": "a-shop"}),
        ({"Fn::Sub": ["a-${Of}", {"Of": {"Ref": "Environment"}}]}, "a-dev"),
        ({"Fn::Sub": "a-${Kept}"}, {"Fn::Join": ["", ["a-", {"Ref": "Kept"}]]}),
        ({"Fn::Sub": "a-${Kept.Arn}"}, {"Fn::Join": ["", ["a-", {"Fn::GetAtt": ["Kept", "Arn"]}]]}),
        ({"Fn::Sub": "a-${Called}"}, "a-predict"),
    ],
)
def test_names_that_functions_build_are_read(diff: Callable[..., str], old: Any, new: Any) -> None:
    around = {
        "Kept": thing("AWS::Lambda::Function", {}),
        "Called": thing("AWS::Lambda::Function", {"FunctionName": "predict"}),
    }
    parameters = {"Parameters": {"Environment": {"Type": "String", "Default": "dev"}}}
    sides = [
        Declared({**around, id: log_group(name)}, template=parameters, account="111122223333")
        for id, name in (("Old", old), ("New", new))
    ]

    assert FAILS in diff(*sides)


def test_a_name_after_something_that_is_made_anew_is_free(diff: Callable[..., str]) -> None:
    def named_after(id: str, package: str) -> Declared:
        function = thing("AWS::Lambda::Function", {"PackageType": package})
        return Declared({"Function": function, id: log_group({"Fn::Sub": "/aws/lambda/${Function}"})})

    assert FAILS not in diff(named_after("Old", "Zip"), named_after("New", "Image"))
    assert FAILS in diff(named_after("Old", "Zip"), named_after("New", "Zip"))


def test_a_name_within_something_else_is_taken_there_only(diff: Callable[..., str]) -> None:
    apis = {id: thing("AWS::ApiGateway::RestApi", {"Name": id}) for id in ("One", "Two")}

    def stage(id: str, api: str) -> Declared:
        return Declared(
            {**apis, id: thing("AWS::ApiGateway::Stage", {"RestApiId": {"Ref": api}, "StageName": "live"})}
        )

    assert FAILS in diff(stage("Old", "One"), stage("New", "One"))
    assert FAILS not in diff(stage("Old", "One"), stage("New", "Two"))


def test_two_constructs_cannot_swap_their_names(diff: Callable[..., str]) -> None:
    old = Declared({"A": log_group("one"), "B": log_group("two")})
    new = Declared({"A": log_group("two"), "B": log_group("one")})

    told = diff(old, new)

    assert "`A` cannot have the name `two`: `B` has it" in told
    assert "`B` cannot have the name `one`: `A` has it" in told


def test_a_name_that_something_else_has_and_keeps_is_taken(diff: Callable[..., str]) -> None:
    kept = {"Kept": log_group("one")}

    told = diff(Declared(kept), Declared({**kept, "New": log_group("one")}))

    assert "`New` cannot have the name `one`: `Kept` has it. " + FAILS in told


def test_two_new_constructs_cannot_have_one_name(diff: Callable[..., str]) -> None:
    told = diff(Declared(), Declared({"A": log_group("one"), "B": log_group("one")}))

    assert "`A` cannot have" not in told
    assert "`B` cannot have the name `one`: `A` is created with it, too" in told


def test_names_without_regard_to_case_are_those_of_iam(diff: Callable[..., str]) -> None:
    def moved(type: str, property: str) -> str:
        return diff(
            Declared({"Old": thing(type, {property: "Training"})}),
            Declared({"New": thing(type, {property: "training"})}),
        )

    assert FAILS in moved("AWS::IAM::Role", "RoleName")
    assert FAILS not in moved("AWS::Lambda::Function", "FunctionName")


def test_a_replacement_that_keeps_its_name_fails(diff: Callable[..., str]) -> None:
    def repository(encryption: str) -> Declared:
        settings = {"RepositoryName": "a", "EncryptionConfiguration": {"EncryptionType": encryption}}
        return Declared({"Images": thing("AWS::ECR::Repository", settings)})

    assert "`Images` cannot have the name `a`: it keeps its name" in diff(
        repository("KMS"), repository("AES256")
    )


def between(
    old: Resources, new: Resources, *, depends: tuple[str, str] | None = None, gone: bool = False, **more: Any
) -> list[dict[str, Declared]]:
    """`old` in one stack before, `new` in the other after; `depends` is a stack and what it depends on."""
    dependencies = {depends[0]: [depends[1]]} if depends else {}
    before = {STACK: Declared(), OTHER: Declared(old, **more)}
    after = {
        name: Declared(resources, stack_dependencies=dependencies.get(name, []))
        for name, resources in ((STACK, new), (OTHER, {}))
    }
    if gone:
        del after[OTHER]
    return [before, after]


@pytest.mark.parametrize(
    ("attributes", "order", "why"),
    [
        ({}, {}, "has it unless that stack is deployed first"),
        ({}, {"depends": (OTHER, STACK)}, "has it until that stack is deployed, which comes later"),
        ({}, {"gone": True}, "has it until somebody destroys that stack"),
        ({"DeletionPolicy": "Retain"}, {"depends": (STACK, OTHER)}, "is retained and so keeps it"),
        ({"DeletionPolicy": "RetainExceptOnCreate"}, {}, "is retained and so keeps it"),
        ({}, {"depends": (STACK, OTHER)}, None),
    ],
)
def test_a_move_to_another_stack_depends_on_which_is_deployed_first(
    diff: Callable[..., str], attributes: Any, order: Any, why: str | None
) -> None:
    group = log_group("one")

    told = diff(*between({"Old": {**group, **attributes}}, {"New": group}, **order))

    assert (f"`Old` of `{OTHER}` {why}. {FAILS}" in told) is (why is not None)
    assert (FAILS in told) is (why is not None)


@pytest.mark.parametrize(
    ("type", "property", "fails"),
    [
        ("AWS::S3::Bucket", "BucketName", True),
        ("AWS::Logs::LogGroup", "LogGroupName", False),
        ("AWS::IAM::Role", "RoleName", False),
    ],
)
def test_only_buckets_have_one_name_in_all_accounts(
    diff: Callable[..., str], type: str, property: str, fails: bool
) -> None:
    one, other = "111122223333", "444455556666"
    named = thing(type, {property: "a"})

    told = diff(
        {STACK: Declared(account=one), OTHER: Declared({"Old": named}, account=other)},
        {STACK: Declared({"New": named}, account=one), OTHER: Declared(account=other)},
    )

    assert (FAILS in told) is fails
