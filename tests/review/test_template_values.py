"""What a template's values say, whatever function they are written with."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cloud_assemblies import Declared, write
from hypothesis import given
from hypothesis import strategies as st

from review.assembly import Assembly, Stack
from review.loading import load
from review.values import Content, Reader, Text, show

HASH = "a" * 64
BUCKET = {"Type": "AWS::S3::Bucket"}


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    data = Declared(
        {"Bucket83908E77": BUCKET},
        outputs={
            "Exported": {"Value": {"Fn::GetAtt": ["Bucket83908E77", "Arn"]}, "Export": {"Name": "data:Arn"}},
            "Plain": {"Value": {"Ref": "Bucket83908E77"}},
        },
        paths={"Bucket83908E77": "Bucket/Resource"},
    )
    shop = Declared(
        {"Role1ABCC5F0": {"Type": "AWS::IAM::Role"}},
        paths={"Role1ABCC5F0": "Role/Resource"},
        assets={HASH: "lambda/predict"},
        account="111122223333",
    )
    return load(write(tmp_path_factory.mktemp("assembly"), {"data": data, "shop": shop}))


@pytest.fixture(scope="module")
def reader(assembly: Assembly) -> Reader:
    return Reader(assembly, assembly.stacks["shop"])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"Ref": "Role1ABCC5F0"}, "${Role}"),
        ({"Ref": "AWS::Region"}, "${AWS::Region}"),
        ({"Ref": "AWS::AccountId"}, "${AWS::AccountId}"),
        ("arn:aws:s3:::data-111122223333", "arn:aws:s3:::data-${AWS::AccountId}"),
        ({"Fn::GetAtt": ["Role1ABCC5F0", "Arn"]}, "${Role.Arn}"),
        ({"Fn::GetAtt": "Role1ABCC5F0.Arn"}, "${Role.Arn}"),
        ({"Fn::GetAtt": "Role1ABCC5F0.Outputs.Key"}, "${Role.Outputs.Key}"),
        (
            {"Fn::Join": ["", ["x", {"Fn::Transform": {"b": 1, "a": 2}}]]},
            'x{"Fn::Transform": {"a": 2, "b": 1}}',
        ),
        ({"Fn::Join": ["", ["x", {"b": 1, "a": 2}]]}, 'x{"a": 2, "b": 1}'),
        ({"Fn::Sub": "${Role1ABCC5F0.Outputs.Key}"}, "${Role.Outputs.Key}"),
        ({"Fn::Sub": "${Role1ABCC5F0.Arn}-${!kept}-${x}"}, "${Role.Arn}-${kept}-${x}"),
        ({"Fn::Sub": ["a-${x}", {"x": {"Ref": "Role1ABCC5F0"}}]}, "a-${Role}"),
        ({"Fn::Join": ["/", ["s3:/", {"Ref": "Role1ABCC5F0"}, 7]]}, "s3://${Role}/7"),
        ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "Select(0, GetAZs())"),
        ({"Fn::ImportValue": "data:Arn"}, "${data/Bucket.Arn}"),
        ({"Fn::ImportValue": "elsewhere"}, "ImportValue(elsewhere)"),
        ({"Fn::GetStackOutput": {"StackName": "data", "OutputName": "Plain"}}, "${data/Bucket}"),
    ],
)
def test_a_function_reads_as_text_that_names_constructs(reader: Reader, value: Any, text: str) -> None:
    assert show(reader.read(value)) == text


@pytest.mark.parametrize("argument", [["m", {"plain": 1}], ["m", {"Ref": "Role1ABCC5F0", "b": 1}]])
def test_a_function_of_what_is_no_text_stays_a_mapping(reader: Reader, argument: Any) -> None:
    assert isinstance(reader.read({"Fn::FindInMap": argument}), dict)


def test_an_assets_hash_reads_as_the_assets_name(reader: Reader) -> None:
    url = reader.read({"Fn::Sub": f"s3://assets-${{AWS::Region}}/{HASH}.zip"})

    assert show(url) == "s3://assets-${AWS::Region}/<lambda/predict>.zip"
    assert isinstance(url, Text)
    assert url.contents == [Content("lambda/predict", HASH)]


def test_a_hash_of_no_asset_stays(reader: Reader) -> None:
    assert show(reader.read("b" * 64)) == "b" * 64


def test_the_content_tag_of_an_image_is_a_content_and_a_version_is_none(reader: Reader) -> None:
    own = reader.read("111122223333.dkr.ecr.eu-central-1.amazonaws.com/slipway:0123456789abcdef")
    managed = reader.read("111122223333.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:3.2-0")

    assert isinstance(own, Text)
    assert isinstance(managed, Text)
    assert own.contents == [Content("image slipway", "0123456789abcdef")]
    assert managed.contents == []


def test_a_definition_inside_of_a_text_is_decoded_with_its_references(reader: Reader) -> None:
    text = {"Fn::Join": ["", ['{"Steps": [{"Name": "Fit", "RoleArn": "', {"Ref": "Role1ABCC5F0"}, '"}]}']]}

    definition = reader.read(text)

    assert isinstance(definition, dict)
    assert show(definition) == "{Steps: [{Name: Fit, RoleArn: ${Role}}]}"


@pytest.mark.parametrize("text", ["{", '{"a": 1', "{not json}", "{{mustache}}"])
def test_a_text_that_only_begins_like_a_definition_stays_text(reader: Reader, text: str) -> None:
    assert reader.read(text) == Text((text,))


texts = st.text(st.characters(exclude_categories=["Cs", "Co"]), max_size=8)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


@given(
    definition=st.dictionaries(texts, documents, min_size=1, max_size=4), cuts=st.sets(st.integers(0, 400))
)
def test_where_a_definition_is_cut_into_pieces_makes_no_difference(
    definition: dict[str, Any], cuts: set[int]
) -> None:
    folder = Path("unused")
    stack = Stack("shop", None, "eu-central-1", {}, {}, {}, {}, ())
    reader = Reader(Assembly(folder, {"shop": stack}), stack)
    text = json.dumps(definition)
    ends = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    pieces = [text[start:end] for start, end in pairwise(ends)]

    assert reader.read({"Fn::Join": ["", pieces]}) == reader.read(text)
