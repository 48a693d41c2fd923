"""What the runner refuses of an assembly, with the logical id of what is at fault."""

import re
from pathlib import Path
from typing import Any

import pytest
from assembly_files import REGION, write_assembly, write_json
from botocore.loaders import Loader
from shops import bucket, model, shops

import assembly
from assembly import resources
from assembly.errors import AssemblyError

ONE_MODEL = {"Type": "AWS::SageMaker::Model"}


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
