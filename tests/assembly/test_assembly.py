from collections.abc import Callable
from pathlib import Path

import pytest
from assembly_files import REGION, file_asset, tags, write_assembly, write_empty
from shops import bucket, model, shops

import assembly
from assembly.errors import AssemblyError, UsageError


def test_an_explicit_name_is_kept_and_another_is_made_from_stack_and_logical_id(tmp_path: Path) -> None:
    write_assembly(tmp_path, {"Named": bucket(BucketName="mine"), "Data": bucket()})
    assert [found.name for found in assembly.load(tmp_path).resources("AWS::S3::Bucket")] == [
        "mine",
        "shop-data",
    ]


def test_long_names_are_shortened_and_stay_distinct(tmp_path: Path) -> None:
    write_assembly(tmp_path, {"A" * 70 + "One": bucket(), "A" * 70 + "Two": bucket()})
    names = {found.name for found in assembly.load(tmp_path).resources("AWS::S3::Bucket")}
    assert [len(name) for name in names] == [63, 63]


def test_region_and_account_come_from_the_manifest(tmp_path: Path) -> None:
    write_assembly(tmp_path, {}, environment="aws://111122223333/us-gov-west-1")
    loaded = assembly.load(tmp_path)
    assert (loaded.region, loaded.account) == ("us-gov-west-1", "111122223333")
    assert loaded.place.partition == "aws-us-gov"


def test_an_open_account_is_a_row_of_zeros(tmp_path: Path) -> None:
    write_assembly(tmp_path, {})
    assert assembly.load(tmp_path).account == "000000000000"


def test_references_between_resources_resolve_to_names_and_arns(tmp_path: Path) -> None:
    properties = {
        "Name": {"Ref": "Data"},
        "Arn": {"Fn::GetAtt": ["Data", "Arn"]},
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Image": {"Fn::Sub": "${Repository.RepositoryUri}:1"},
        "Mapped": {"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "size"]},
        "Parameter": {"Ref": "Colors"},
    }
    write_assembly(
        tmp_path,
        {
            "Data": bucket(),
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {"RoleName": {"Fn::Sub": "${AWS::StackName}-r"}},
            },
            "Repository": {"Type": "AWS::ECR::Repository"},
            "Pipeline": {
                "Type": "AWS::SageMaker::Pipeline",
                "Properties": {"PipelineName": "p", **properties},
            },
        },
        template={
            "Mappings": {"Sizes": {REGION: {"size": 3}}},
            "Parameters": {"Colors": {"Type": "CommaDelimitedList", "Default": "red,blue"}},
        },
    )
    found = assembly.load(tmp_path).resources("AWS::SageMaker::Pipeline")[0].properties
    assert found == {
        "PipelineName": "p",
        "Name": "shop-data",
        "Arn": "arn:aws:s3:::shop-data",
        "Role": "arn:aws:iam::000000000000:role/Shop-r",
        "Image": f"000000000000.dkr.ecr.{REGION}.amazonaws.com/shop-repository:1",
        "Mapped": 3,
        "Parameter": ["red", "blue"],
    }


def test_an_endpoint_leads_to_the_containers_of_its_model_in_order(tmp_path: Path) -> None:
    write_assembly(
        tmp_path,
        {
            "Model": model(
                {"Image": "first", "ContainerHostname": "one", "Environment": {"A": "1"}},
                {"Image": "second", "ModelDataUrl": "s3://b/m.tar.gz"},
            ),
            "Config": {
                "Type": "AWS::SageMaker::EndpointConfig",
                "Properties": {
                    "ProductionVariants": [
                        {"VariantName": "all", "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}
                    ]
                },
            },
            "Endpoint": {
                "Type": "AWS::SageMaker::Endpoint",
                "Properties": {
                    "EndpointName": "shop",
                    "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
                },
            },
        },
    )
    (endpoint,) = assembly.load(tmp_path).endpoints
    assert (endpoint.name, endpoint.variant) == ("shop", "all")
    assert endpoint.model.containers == (
        assembly.ContainerDefinition("one", "first", None, {"A": "1"}),
        assembly.ContainerDefinition("container-2", "second", "s3://b/m.tar.gz", {}),
    )


def test_assets_are_known_by_the_uri_that_they_would_be_published_to(tmp_path: Path) -> None:
    write_assembly(tmp_path, {}, files={"abc": file_asset("asset.abc", "abc.zip", "zip")})
    [(uri, asset)] = assembly.load(tmp_path).assets.items()
    assert uri == f"s3://cdk-assets-000000000000-{REGION}/abc.zip"
    assert (asset.path, asset.is_zipped, asset.hash) == (tmp_path / "asset.abc", True, "abc")


def test_what_has_no_local_effect_is_listed_by_type(tmp_path: Path) -> None:
    write_assembly(
        tmp_path,
        {"Key": {"Type": "AWS::KMS::Key"}, "Role": {"Type": "AWS::IAM::Role"}, "Data": bucket()},
    )
    assert assembly.load(tmp_path).without_local_effect == ["AWS::IAM::Role", "AWS::KMS::Key"]


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("toys", "shop-plain"),
        ("toys-large", "shop-other"),
        ("shop-other", "shop-other"),
        ("Other", "shop-other"),
        ("mine", "mine"),
        ("Stranger", "mine"),
    ],
)
def test_an_endpoint_is_called_by_its_tags_its_name_or_its_logical_id(
    tmp_path: Path, wanted: str, name: str
) -> None:
    found = shops(
        tmp_path,
        Plain={"Tags": tags(workload="toys")},
        Other={"Tags": tags(workload="toys", variant="large")},
        Stranger={"EndpointName": "mine"},
    )
    assert found.endpoint(wanted).name == name


def test_what_nothing_or_more_than_one_answers_to_is_refused_with_all_that_could_be_called(
    tmp_path: Path,
) -> None:
    found = shops(tmp_path, A={"Tags": tags(workload="toys")}, B={"Tags": tags(workload="toys")}, C={})
    told = r"there are: toys \(shop-a\), toys \(shop-b\), shop-c$"
    with pytest.raises(UsageError, match=f"^no endpoint called hats; {told}"):
        found.endpoint("hats")
    with pytest.raises(UsageError, match=f"^2 endpoints called toys; {told}"):
        found.endpoint("toys")


@pytest.mark.parametrize(
    ("find", "what"),
    [
        (assembly.Assembly.endpoint, "endpoint"),
        (assembly.Assembly.batch_pipeline, "batch pipeline"),
        (assembly.Assembly.monitoring_pipeline, "monitoring pipeline"),
    ],
)
def test_a_workload_whose_stack_is_empty_is_refused_with_the_reason(
    tmp_path: Path, find: Callable[[assembly.Assembly, str], object], what: str
) -> None:
    write_empty(tmp_path, "hats", "no trained hats: run `make train WORKLOAD=hats`")
    found = shops(tmp_path, A={"Tags": tags(workload="toys")})
    reason = "no trained hats: run `make train WORKLOAD=hats`"
    with pytest.raises(UsageError, match=f"^hats has no {what} here: {reason}$"):
        find(found, "hats")
    with pytest.raises(UsageError, match=f"^no {what} called hat; "):
        find(found, "hat")


def test_what_an_empty_stack_says_hides_no_endpoint_of_its_workload(tmp_path: Path) -> None:
    write_empty(tmp_path, "toys", "no packaged predict_toys")
    found = shops(tmp_path, A={"Tags": tags(workload="toys")})
    assert found.endpoint("toys").name == "shop-a"


def test_a_name_that_ends_in_a_workload_is_not_that_workload(tmp_path: Path) -> None:
    found = shops(tmp_path, A={"EndpointName": "the-toys"})
    with pytest.raises(UsageError, match="no endpoint called toys"):
        found.endpoint("toys")


def test_an_error_in_one_workload_does_not_blame_another(tmp_path: Path) -> None:
    found = shops(
        tmp_path,
        Good={"Tags": tags(workload="good")},
        Bad={"Tags": tags(workload="bad"), "EndpointConfigName": {"Ref": "Nothing"}},
        Odd={"EndpointName": {"Fn::Cidr": []}, "Tags": [{"Key": "workload", "Value": {"Ref": "Nothing"}}]},
    )
    assert found.endpoint("good").name == "shop-good"
    with pytest.raises(AssemblyError, match=r"^Shop/Bad \(AWS::SageMaker::Endpoint\): .*no Nothing"):
        found.endpoint("bad")


def test_types_that_serving_does_not_need_are_listed_and_stop_nothing(tmp_path: Path) -> None:
    unknown = ("AWS::CDK::Metadata", "AWS::DynamoDB::Table", "AWS::SQS::Queue", "Custom::Thing")
    write_assembly(tmp_path, {f"R{number}": {"Type": kind} for number, kind in enumerate(unknown)})
    found = assembly.load(tmp_path)
    assert (found.without_local_effect, found.unknown_types) == ([], list(unknown))


def test_the_endpoints_that_can_be_served_are_told_from_those_that_cannot(tmp_path: Path) -> None:
    found = shops(
        tmp_path,
        Good={"Tags": tags(workload="good")},
        Bad={"EndpointConfigName": {"Ref": "Nothing"}},
        Odd={"EndpointName": {"Fn::Cidr": []}},
    )
    endpoints, left_out = found.servable_endpoints()
    assert [one.name for one in endpoints] == ["shop-good"]
    assert left_out.keys() == {"shop-bad", "Odd"}
    assert "Shop declares no Nothing" in str(left_out["shop-bad"])


def test_a_stack_without_a_region_is_taken_to_be_in_one_as_cdk_leaves_it_open(tmp_path: Path) -> None:
    write_assembly(tmp_path, {}, environment="aws://unknown-account/unknown-region")
    loaded = assembly.load(tmp_path)
    assert (loaded.region, loaded.account) == ("us-east-1", "000000000000")
