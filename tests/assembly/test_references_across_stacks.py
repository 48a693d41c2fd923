"""What one stack or nested stack takes from another, and what holds under a condition."""

from pathlib import Path
from typing import Any

import pytest
from assembly_files import REGION, write_assembly
from shops import bucket

import assembly
from assembly.errors import AssemblyError

NAMES = {"Ref": "Names"}


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
