"""What is changed in place and what is replaced, by CloudFormation's own schemas."""

from collections.abc import Callable
from typing import Any

import pytest
from cloud_assemblies import Declared, data_rows

MODEL = "AWS::SageMaker::Model"
CONFIG = "AWS::SageMaker::EndpointConfig"
ENDPOINT = "AWS::SageMaker::Endpoint"


def served(image: str, **model: Any) -> Declared:
    """A model behind an endpoint; each resource refers to the one before."""
    variants = [{"VariantName": "all", "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}]
    named = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    containers = [{"ContainerHostname": "pca", "Image": image}]
    return Declared(
        {
            "Model": {"Type": MODEL, "Properties": {"Containers": containers, **model}},
            "Config": {"Type": CONFIG, "Properties": {"ProductionVariants": variants}},
            "Endpoint": {
                "Type": ENDPOINT,
                "Properties": {"EndpointConfigName": named, "EndpointName": "shop"},
            },
        }
    )


def section(markdown: str, title: str) -> list[list[str]]:
    _, _, rest = markdown.partition(f"### {title}\n")
    return data_rows("\n## x\n" + rest.partition("\n### ")[0])


def test_a_property_that_only_creation_sets_replaces_the_resource(changed: Callable[..., str]) -> None:
    told = changed("AWS::S3::Bucket", {"BucketName": "a"}, {"BucketName": "b"})

    assert section(told, "Replaced") == [
        ["`Thing` S3 Bucket, the old one is deleted", "`BucketName`", "`a`", "`b`"]
    ]
    assert "### Changed in place" not in told


def test_any_other_property_changes_in_place(changed: Callable[..., str]) -> None:
    told = changed("AWS::IAM::Role", {"MaxSessionDuration": 3600}, {"MaxSessionDuration": 7200})

    assert section(told, "Changed in place") == [
        ["`Thing` IAM Role", "`MaxSessionDuration`", "`3600`", "`7200`"]
    ]
    assert "### Replaced" not in told


@pytest.mark.parametrize(
    ("old", "new", "title"),
    [
        ({"EncryptionType": "KMS", "KmsKey": "a"}, {"EncryptionType": "KMS", "KmsKey": "b"}, "Replaced"),
        ({"EncryptionType": "KMS"}, None, "Replaced"),
    ],
)
def test_a_create_only_property_counts_inside_of_another(
    changed: Callable[..., str], old: Any, new: Any, title: str
) -> None:
    sides = [{"EncryptionConfiguration": side} if side else {} for side in (old, new)]

    assert section(changed("AWS::ECR::Repository", *sides), title)


def test_a_replacement_travels_to_what_names_the_replaced_resource(diff: Callable[..., str]) -> None:
    told = diff(served("a:1"), served("a:2"))

    assert section(told, "Replaced") == [
        [
            "`Config` SageMaker EndpointConfig, the old one is deleted",
            "`ProductionVariants[all].ModelName`",
            "`${Model.ModelName}`",
            "`${Model.ModelName}` (replaced)",
        ],
        ["`Model` SageMaker Model, the old one is deleted", "`Containers[pca].Image`", "`a:1`", "`a:2`"],
    ]
    assert section(told, "Changed in place") == [
        [
            "`Endpoint` SageMaker Endpoint",
            "`EndpointConfigName`",
            "`${Config.EndpointConfigName}`",
            "`${Config.EndpointConfigName}` (replaced)",
        ]
    ]


def test_a_replacement_travels_to_another_stack_and_meets_the_export(diff: Callable[..., str]) -> None:
    def app(bucket: str) -> dict[str, Declared]:
        export = {"Value": {"Ref": "Bucket"}, "Export": {"Name": "data:Bucket"}}
        environment = {"Variables": {"BUCKET": {"Fn::ImportValue": "data:Bucket"}}}
        function = {"Type": "AWS::Lambda::Function", "Properties": {"Environment": environment}}
        data = {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": bucket}}}
        return {"data": Declared(data, outputs={"Out": export}), "shop": Declared({"Function": function})}

    told = diff(app("a"), app("b"))

    assert (
        "| `Out` | `${Bucket}` | `${Bucket}` (replaced); **CloudFormation refuses this** while `shop`" in told
    )
    assert "| `Environment.Variables.BUCKET` | `${data/Bucket}` | `${data/Bucket}` (replaced) |" in told


def test_a_fixed_name_in_the_way_of_a_replacement_is_told(diff: Callable[..., str]) -> None:
    named = diff(served("a:1", ModelName="churn"), served("a:2", ModelName="churn"))
    renamed = diff(served("a:1", ModelName="churn"), served("a:2", ModelName="churn2"))

    assert "`Model` cannot have the name `churn`: it keeps its name" in named
    assert "cannot have the name" not in renamed


def test_a_name_inside_of_a_replaced_api_is_free(diff: Callable[..., str]) -> None:
    def api(kind: str) -> Declared:
        stage = {"RestApiId": {"Ref": "Api"}, "StageName": "live"}
        return Declared(
            {
                "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": kind}},
                "Stage": {"Type": "AWS::ApiGateway::Stage", "Properties": stage},
            },
            paths={"Api": f"{kind}/Resource"},
        )

    told = diff(api("a"), api("b"))

    assert "cannot have the name" not in told


def test_a_new_logical_id_of_one_construct_is_a_replacement_and_not_an_addition(
    diff: Callable[..., str],
) -> None:
    def function(version: str) -> Declared:
        alias = {"FunctionVersion": {"Fn::GetAtt": [version, "Version"]}, "Name": "live"}
        return Declared(
            {
                version: {"Type": "AWS::Lambda::Version", "DeletionPolicy": "Retain"},
                "Alias": {"Type": "AWS::Lambda::Alias", "Properties": alias},
            },
            paths={version: "Function/CurrentVersion/Resource"},
        )

    told = diff(function("Version1111"), function("Version2222"))

    assert section(told, "Replaced") == [
        [
            "`Function/CurrentVersion` Lambda Version, the old one is retained",
            "",
            "",
            "recreated, since its inputs changed",
        ]
    ]
    assert section(told, "Changed in place") == [
        [
            "`Alias` Lambda Alias",
            "`FunctionVersion`",
            "`${Function/CurrentVersion.Version}`",
            "`${Function/CurrentVersion.Version}` (replaced)",
        ]
    ]
    assert "Version1111" not in told
    assert "Version2222" not in told


@pytest.mark.parametrize(
    ("policy", "fate"),
    [
        (None, "deleted"),
        ("Delete", "deleted"),
        ("Retain", "retained"),
        ("Snapshot", "deleted after a snapshot"),
    ],
)
def test_a_removed_resource_says_what_becomes_of_it(
    diff: Callable[..., str], policy: str | None, fate: str
) -> None:
    bucket = {"Type": "AWS::S3::Bucket", **({"DeletionPolicy": policy} if policy else {})}

    told = diff(Declared({"Bucket": bucket}), Declared())

    assert section(told, "Removed") == [["`Bucket` S3 Bucket", f"**{fate}**"]]


def test_a_change_of_the_deletion_policy_is_told(
    changed: Callable[..., str], diff: Callable[..., str]
) -> None:
    bucket = {"Type": "AWS::S3::Bucket"}

    told = diff(Declared({"Data": {**bucket, "DeletionPolicy": "Retain"}}), Declared({"Data": bucket}))

    assert section(told, "Changed in place") == [["`Data` S3 Bucket", "`DeletionPolicy`", "`Retain`", "—"]]


def test_what_only_the_values_decide_may_be_replaced(changed: Callable[..., str]) -> None:
    told = changed("AWS::EC2::Subnet", {}, {"Ipv6CidrBlock": "::/64"})

    assert "**may be replaced**" in told


def test_a_custom_resource_has_no_schema_and_changes_in_place(changed: Callable[..., str]) -> None:
    told = changed("Custom::Thing", {"Size": 1}, {"Size": 2})

    assert section(told, "Changed in place") == [["`Thing` Custom Thing", "`Size`", "`1`", "`2`"]]
