import re
from pathlib import Path
from typing import Any

import pytest
from assembly_files import REGION, file_asset, tags, write_assembly, write_json
from botocore.loaders import Loader

import assembly
from assembly import resources
from assembly.errors import AssemblyError, UsageError

NAMES = {"Ref": "Names"}


ONE_MODEL = {"Type": "AWS::SageMaker::Model"}


def bucket(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": properties}


def model(*containers: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "AWS::SageMaker::Model", "Properties": {"Containers": list(containers)}}


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


def test_a_stack_imports_what_another_exports(tmp_path: Path) -> None:
    write_assembly(
        tmp_path,
        {"Data": bucket()},
        stack="Base",
        template={
            "Outputs": {
                "Out": {"Value": {"Ref": "Data"}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}:x"}}}
            }
        },
    )
    write_assembly(tmp_path, {"Copy": bucket(BucketName={"Fn::ImportValue": "Base:x"})})
    assert [found.name for found in assembly.load(tmp_path).resources("AWS::S3::Bucket")] == ["base-data"] * 2


def test_a_nested_stack_gets_its_parameters_and_gives_its_outputs(tmp_path: Path) -> None:
    nested = {
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {"Inner": bucket(BucketName={"Fn::Sub": "inner-${Name}"})},
        "Outputs": {"Bucket": {"Value": {"Ref": "Inner"}}},
    }
    write_assembly(
        tmp_path,
        {
            "Outer": bucket(
                BucketName={"Fn::Join": ["-", ["of", {"Fn::GetAtt": ["Part", "Outputs.Bucket"]}]]}
            ),
            "Part": {
                "Type": "AWS::CloudFormation::Stack",
                "Properties": {"Parameters": {"Name": {"Fn::ImportValue": "region"}}},
                "Metadata": {"aws:asset:path": "part.nested.template.json"},
            },
        },
        template={"Outputs": {"R": {"Value": {"Ref": "AWS::Region"}, "Export": {"Name": "region"}}}},
        nested={"part.nested.template.json": nested},
    )
    found = assembly.load(tmp_path).resources("AWS::S3::Bucket")
    assert [(one.label, one.name) for one in found] == [
        ("Shop/Outer", f"of-inner-{REGION}"),
        ("Shop-Part/Inner", f"inner-{REGION}"),
    ]


def test_a_list_that_is_given_as_text_is_split_as_its_parameter_says(tmp_path: Path) -> None:
    nested = {
        "Parameters": {
            "Names": {"Type": "CommaDelimitedList"},
            "Text": {"Type": "String", "Default": "a, b"},
        },
        "Resources": {
            "Inner": bucket(Names={"Ref": "Names"}, Text={"Ref": "Text"}, First={"Fn::Select": ["0", NAMES]})
        },
    }
    part = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {
            "Parameters": {"Names": {"Fn::Join": [",", ["one", " two ", {"Ref": "AWS::Region"}]]}}
        },
        "Metadata": {"aws:asset:path": "part.json"},
    }
    write_assembly(tmp_path, {"Part": part}, nested={"part.json": nested})
    [found] = assembly.load(tmp_path).resources("AWS::S3::Bucket")
    assert found.properties == {"Names": ["one", "two", REGION], "Text": "a, b", "First": "one"}


def test_nested_stacks_may_take_the_outputs_of_their_siblings(tmp_path: Path) -> None:
    def part(name: str, **parameters: Any) -> dict[str, Any]:
        return {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {"Parameters": parameters},
            "Metadata": {"aws:asset:path": f"{name}.json"},
        }

    taker = {
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {"Copy": bucket(BucketName={"Ref": "Name"})},
    }
    giver = {
        "Resources": {"Origin": bucket(BucketName="origin")},
        "Outputs": {"Name": {"Value": {"Ref": "Origin"}}},
    }
    write_assembly(
        tmp_path,
        {"Taker": part("taker", Name={"Fn::GetAtt": ["Giver", "Outputs.Name"]}), "Giver": part("giver")},
        nested={"taker.json": taker, "giver.json": giver},
    )
    assert [found.name for found in assembly.load(tmp_path).resources("AWS::S3::Bucket")] == ["origin"] * 2


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
    ("resources", "message"),
    [
        (
            {"Data": bucket(A={"Ref": "Job"}), "Job": {"Type": "AWS::Glue::Job"}},
            "Shop/Data .* refers to Job, of a type that the runner does not support, AWS::Glue::Job",
        ),
        (
            {"Data": bucket(A={"Fn::GetAtt": ["Job", "Arn"]}), "Job": {"Type": "AWS::Glue::Job"}},
            "Shop/Data .* refers to Job, of a type that the runner does not support, AWS::Glue::Job",
        ),
        ({"Data": bucket(BucketName={"Fn::If": ["A", "b", "c"]})}, r"Shop/Data .*declares no condition A"),
        ({"Data": bucket(A=[{"Fn::Cidr": []}])}, r"Shop/Data .*does not resolve Fn::Cidr"),
        ({"Data": bucket(BucketName={"Ref": "Nothing"})}, r"Shop/Data .*Shop declares no Nothing"),
        ({"Data": bucket(BucketName={"Fn::GetAtt": ["Data", "Arn"]})}, r"Shop/Data .*refers to itself"),
        (
            {"Data": bucket(A={"Fn::GetAtt": ["Key", "Color"]}), "Key": {"Type": "AWS::KMS::Key"}},
            r"Shop/Data .*attribute Color of Key \(AWS::KMS::Key\)",
        ),
        ({"Data": bucket(A={"Ref": "AWS::Weather"})}, r"Shop/Data .*pseudo parameter AWS::Weather"),
        ({"Data": bucket(A={"Fn::ImportValue": "x"})}, r"Shop/Data .*no stack of the assembly exports x"),
        ({"Data": bucket(A={"Fn::FindInMap": ["x", "y", "z"]})}, r"Shop/Data .*no mapping x.y.z"),
        ({"Data": bucket(A={"Ref": "Version"})}, r"Shop/Data .*parameter Version .*only when it is deployed"),
        ({"Data": {**bucket(), "Condition": "Prod"}}, r"Shop/Data .*declares no condition Prod"),
        (
            {
                "Data": bucket(A={"Fn::GetAtt": ["Part", "Outputs.A"]}),
                "Part": {"Type": "AWS::CloudFormation::Stack"},
            },
            r"Shop/Part .*the nested stack's template is not in the assembly",
        ),
    ],
)
def test_what_the_runner_does_not_know_is_refused_by_logical_id_when_it_is_needed(
    tmp_path: Path, resources: dict[str, Any], message: str
) -> None:
    parameters = {"Version": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk/version"}}
    write_assembly(tmp_path, resources, template={"Parameters": parameters})
    [data] = assembly.load(tmp_path).resources("AWS::S3::Bucket")
    with pytest.raises(AssemblyError, match=message):
        _ = (data.name, data.properties)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ({"Resources": []}, "Shop: Resources should be a JSON object"),
        ({"Resources": {"Odd": {}}}, "Shop/Odd: the resource has no Type"),
        ({"Resources": {"Odd": {"Type": 5}}}, "Shop/Odd: the resource has no Type"),
        ({"Resources": {"Odd": []}}, "Shop/Odd: a member of Resources should be a JSON object"),
        (
            {"Resources": {"Odd": {"Type": "A", "Properties": []}}},
            "Shop/Odd: Properties should be a JSON",
        ),
        ({"Resources": {}, "Outputs": [1]}, "Shop: Outputs should be a JSON object"),
        ({"Resources": {}, "Parameters": {"A": "text"}}, "Shop/A: a member of Parameters should be a JSON"),
    ],
)
def test_a_malformed_template_is_refused(tmp_path: Path, template: dict[str, Any], message: str) -> None:
    write_assembly(tmp_path, {})
    write_json(tmp_path / "Shop.template.json", template)
    with pytest.raises(AssemblyError, match=message):
        assembly.load(tmp_path)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (model(), r"Shop/Model .*no containers"),
        (model({"ContainerHostname": "a"}), r"Shop/Model .*container a has no image"),
        (
            model(*[{"Image": "i", "ContainerHostname": "a"}] * 2),
            r"Shop/Model .*share a hostname: a, a",
        ),
        (
            {**ONE_MODEL, "Properties": {"Containers": [{"Image": "i"}], "PrimaryContainer": {"Image": "i"}}},
            r"Shop/Model .*a PrimaryContainer or Containers, not both",
        ),
        (model(*[{"Image": "i"}] * 16), r"Shop/Model .*at most 15 containers, not 16"),
        (model({"Image": "i", "ContainerHostname": "../a"}), r"Shop/Model .*'../a' does not match"),
        *(
            (
                model({"Image": "i", "Environment": {name: "1"}}),
                f"Shop/Model .*{re.escape(repr(name))} does not match",
            )
            for name in ("a-b", "", "1a", "a b", "a.b", "\u00e4", "a=b", "a\n")
        ),
        (model({"Image": "i", "Environment": {"A": "x" * 1025}}), "the value has 1025 characters"),
        (model({"Image": "i", "Environment": {"A" * 1025: "x"}}), "the name has 1025 characters"),
        (
            model({"Image": "i", "Environment": {f"A{number}": "" for number in range(101)}}),
            "has 101 variables; it takes at most 100",
        ),
    ],
)
def test_a_model_that_cannot_be_served_is_refused_by_logical_id(
    tmp_path: Path, declared: dict[str, Any], message: str
) -> None:
    write_assembly(tmp_path, {"Model": declared})
    with pytest.raises(AssemblyError, match=message):
        assembly.load(tmp_path).model("shop-model")


@pytest.mark.parametrize("name", ["a", "_", "A_1", "x" * 1024])
def test_a_variable_has_the_name_and_value_that_aws_takes(tmp_path: Path, name: str) -> None:
    write_assembly(tmp_path, {"Model": model({"Image": "i", "Environment": {name: "x" * 1024}})})
    found = assembly.load(tmp_path).model("shop-model")
    assert found is not None
    assert found.containers[0].environment == {name: "x" * 1024}


def test_the_limits_of_a_container_are_those_of_aws() -> None:
    model = Loader().load_service_model("sagemaker", "service-2")["shapes"]
    assert model["ContainerDefinitionList"]["max"] == resources.MOST_CONTAINERS
    assert model["ContainerHostname"]["pattern"] == resources.HOSTNAME.pattern
    assert model["EnvironmentMap"]["max"] == resources.MOST_VARIABLES
    for shape, pattern in (("EnvironmentKey", resources.VARIABLE.pattern), ("EnvironmentValue", r"[\S\s]*")):
        assert (model[shape]["max"], model[shape]["pattern"]) == (resources.LONGEST_VARIABLE, pattern)


def shops(folder: Path, **endpoints: dict[str, Any]) -> assembly.Assembly:
    """Endpoints of one model, by logical id, with these properties."""
    variants = [{"VariantName": "all", "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}]
    resources = {
        logical_id: {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {"EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]}, **more},
        }
        for logical_id, more in endpoints.items()
    }
    config = {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": variants}}
    write_assembly(folder, {"Model": model({"Image": "i"}), "Config": config, **resources})
    return assembly.load(folder)


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


def test_two_endpoints_of_one_name_are_refused_with_both_logical_ids_and_stacks(tmp_path: Path) -> None:
    shops(tmp_path, A={"EndpointName": "toys"}, C={})
    again = {
        "Type": "AWS::SageMaker::Endpoint",
        "Properties": {"EndpointName": "toys", "EndpointConfigName": "c"},
    }
    write_assembly(tmp_path, {"B": again}, stack="Other")
    found = assembly.load(tmp_path)
    endpoints, left_out = found.servable_endpoints()
    assert [one.name for one in endpoints] == ["shop-c"]
    assert "Shop/A and Other/B have the same name, toys; AWS takes it once" in str(left_out["toys"])


@pytest.mark.parametrize("kind", ["Model", "EndpointConfig"])
def test_what_an_endpoint_needs_has_a_name_of_its_own(tmp_path: Path, kind: str) -> None:
    shops(tmp_path, A={})
    name = {"Model": "shop-model", "EndpointConfig": "shop-config"}[kind]
    again = {"Type": f"AWS::SageMaker::{kind}", "Properties": {f"{kind}Name": name}}
    write_assembly(tmp_path, {"Again": again}, stack="Other")
    with pytest.raises(AssemblyError, match=f"and Other/Again have the same name, {name}"):
        assembly.load(tmp_path).endpoint("shop-a")


def test_an_endpoint_without_its_configuration_is_refused_by_logical_id(tmp_path: Path) -> None:
    properties = {"EndpointName": "shop", "EndpointConfigName": "gone"}
    write_assembly(tmp_path, {"Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": properties}})
    with pytest.raises(AssemblyError, match=r"Shop/Endpoint .*no endpoint configuration called gone"):
        _ = assembly.load(tmp_path).endpoints


def test_a_pipeline_whose_definition_is_elsewhere_is_refused_by_logical_id(tmp_path: Path) -> None:
    properties = {"PipelineName": "p", "PipelineDefinition": {"PipelineDefinitionS3Location": {}}}
    write_assembly(tmp_path, {"Pipeline": {"Type": "AWS::SageMaker::Pipeline", "Properties": properties}})
    with pytest.raises(AssemblyError, match=r"Shop/Pipeline .*S3Location .*stands in the template"):
        assembly.load(tmp_path).training_pipeline("p")


def test_a_folder_without_an_assembly_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(AssemblyError, match="run `make synth`"):
        assembly.load(tmp_path)


def test_a_stack_without_a_region_is_taken_to_be_in_one_as_cdk_leaves_it_open(tmp_path: Path) -> None:
    write_assembly(tmp_path, {}, environment="aws://unknown-account/unknown-region")
    loaded = assembly.load(tmp_path)
    assert (loaded.region, loaded.account) == ("us-east-1", "000000000000")


def test_a_nested_assembly_is_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "manifest.json", {"artifacts": {"Stage": {"type": "cdk:cloud-assembly"}}})
    with pytest.raises(AssemblyError, match="nests another one, Stage"):
        assembly.load(tmp_path)


def test_what_runs_here_is_in_one_region_and_account(tmp_path: Path) -> None:
    endpoint = {"Type": "AWS::SageMaker::Endpoint", "Properties": {}}
    write_assembly(tmp_path, {"Endpoint": endpoint}, stack="One")
    write_assembly(tmp_path, {}, stack="Two", environment="aws://unknown-account/us-west-2")
    assert assembly.load(tmp_path).region == REGION

    write_assembly(tmp_path, {"Other": endpoint}, stack="Two", environment="aws://unknown-account/us-west-2")
    with pytest.raises(AssemblyError, match="several regions"):
        assembly.load(tmp_path)


def conditional(folder: Path, resources: dict[str, Any], **sections: Any) -> assembly.Assembly:
    """A stack whose condition `Large` holds and whose `Small` does not."""
    conditions = {
        "Large": {"Fn::Equals": [{"Ref": "Size"}, "large"]},
        "Small": {"Fn::Not": [{"Condition": "Large"}]},
        "Later": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "Round": {"Fn::Not": [{"Condition": "Round"}]},
    }
    parameters = {"Size": {"Type": "String", "Default": "large"}, "Stage": {"Type": "String"}}
    write_assembly(
        folder, resources, template={"Conditions": conditions, "Parameters": parameters, **sections}
    )
    return assembly.load(folder)


def test_a_resource_is_there_while_its_condition_holds(tmp_path: Path) -> None:
    outputs = {
        name: {"Value": name, "Export": {"Name": "size"}, "Condition": name} for name in ("Small", "Large")
    }
    found = conditional(
        tmp_path,
        {
            "Big": {**bucket(BucketName={"Fn::ImportValue": "size"}), "Condition": "Large"},
            "Little": {**bucket(BucketName={"Ref": "Nothing"}), "Condition": "Small"},
            "Table": {"Type": "AWS::DynamoDB::Table", "Condition": "Small"},
        },
        Outputs=outputs,
    )
    assert [one.name for one in found.resources("AWS::S3::Bucket")] == ["Large"]
    assert found.unknown_types == []


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({**bucket(), "Condition": "Later"}, "Shop/Data .*parameter Stage .*only when it is deployed"),
        ({**bucket(), "Condition": "Round"}, "Shop/Data .*the condition Round refers to itself"),
        (bucket(A={"Ref": "Little"}), "Shop/Data .*Shop has no Little: its condition Small does not hold"),
        (bucket(A={"Fn::If": ["Later", 1, 2]}), "Shop/Data .*parameter Stage .*only when it is deployed"),
    ],
)
def test_what_depends_on_a_condition_that_cannot_be_known_or_does_not_hold_is_refused(
    tmp_path: Path, declared: dict[str, Any], message: str
) -> None:
    little = {**bucket(), "Condition": "Small"}
    data = conditional(tmp_path, {"Data": declared, "Little": little}).resources("AWS::S3::Bucket")[0]
    with pytest.raises(AssemblyError, match=message):
        _ = data.properties
