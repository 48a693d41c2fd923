from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly.conditions import holds
from assembly.errors import AssemblyError
from assembly.intrinsics import NO_VALUE, resolve, texts


class Scope:
    """A scope in which every name stands for itself."""

    def ref(self, name: str) -> Any:
        if name == "Missing":
            raise AssemblyError("the stack declares no Missing")
        return NO_VALUE if name == "AWS::NoValue" else f"<{name}>"

    def attribute(self, logical_id: str, attribute: str) -> Any:
        return f"<{logical_id}:{attribute}>"

    def import_value(self, export: str) -> Any:
        return f"<import {export}>"

    def mapping(self, name: str, top: str, second: str) -> Any:
        return f"<{name}/{top}/{second}>"

    def zones(self, region: str) -> list[str]:
        return [f"{region or 'here'}-{letter}" for letter in "ab"]

    def condition(self, name: str) -> bool:
        if name not in ("Yes", "No"):
            raise AssemblyError(f"the stack declares no condition {name}")
        return name == "Yes"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Bucket"}, "<Bucket>"),
        ({"Fn::GetAtt": ["Bucket", "Arn"]}, "<Bucket:Arn>"),
        ({"Fn::GetAtt": "Bucket.Arn"}, "<Bucket:Arn>"),
        ({"Fn::GetAtt": "Nested.Outputs.Name"}, "<Nested:Outputs.Name>"),
        ({"Fn::Sub": "s3://${Bucket}/${Key.Arn}/${!Literal}/$x"}, "s3://<Bucket>/<Key:Arn>/${Literal}/$x"),
        ({"Fn::Sub": ["${Mine}-${Theirs}", {"Mine": {"Ref": "A"}}]}, "<A>-<Theirs>"),
        ({"Fn::Join": ["-", ["a", {"Ref": "B"}, 3, True]]}, "a-<B>-3-true"),
        ({"Fn::Join": [",", {"Fn::Split": ["|", "a|b"]}]}, "a,b"),
        ({"Fn::Select": ["1", ["a", "b"]]}, "b"),
        ({"Fn::Select": [1, {"Fn::GetAZs": ""}]}, "here-b"),
        ({"Fn::Base64": {"Fn::Sub": "\u00fc-${A}"}}, "w7wtPEE+"),
        ({"Fn::GetAZs": {"Ref": "AWS::Region"}}, ["<AWS::Region>-a", "<AWS::Region>-b"]),
        ({"Fn::Split": [":", {"Fn::GetAtt": ["Key", "Arn"]}]}, ["<Key", "Arn>"]),
        ({"Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}-x"}}, "<import <AWS::StackName>-x>"),
        ({"Fn::FindInMap": ["Map", {"Ref": "Region"}, "second"]}, "<Map/<Region>/second>"),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [1, {"Ref": "AWS::NoValue"}]}, {"b": [1]}),
        ({"Condition": {"StringEquals": 1}}, {"Condition": {"StringEquals": 1}}),
        ({"Fn::If": ["Yes", {"Ref": "A"}, {"Ref": "Missing"}]}, "<A>"),
        ({"Fn::If": ["No", {"Ref": "Missing"}, ["b"]]}, ["b"]),
        ({"Fn::If": ["No", 1, {"Fn::If": ["Yes", {"Fn::Sub": "${B}"}, 2]}]}, "<B>"),
        ({"a": {"Fn::If": ["Yes", {"Ref": "AWS::NoValue"}, 1]}}, {}),
    ],
)
def test_each_function_gives_what_cloudformation_gives(value: Any, expected: Any) -> None:
    assert resolve(value, Scope()) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"Fn::Sub": ["${A}", {"Fn::If": 0}]}, "the second argument is a map of variables"),
        ({"Fn::Sub": ["${A}", {"Ref": "B"}]}, "the second argument is a map of variables"),
        ({"Fn::If": ["A", 1, 2]}, "declares no condition A"),
        ({"Fn::If": ["Yes", 1]}, "Fn::If takes a list of 3"),
        ({"Fn::Cidr": ["A", 1, 2]}, "does not resolve Fn::Cidr"),
        ({"Fn::Transform": {}}, "does not resolve Fn::Transform"),
        ({"Ref": "A", "Fn::Sub": "b"}, "stands beside other keys"),
        ({"Ref": ["A"]}, "Ref: expected a string, got a list"),
        ({"Ref": "Missing"}, "declares no Missing"),
        ({"Fn::Sub": "${Missing}"}, "declares no Missing"),
        ({"Fn::Sub": ["a"]}, "Fn::Sub takes a list of 2"),
        ({"Fn::Join": ["-", "abc"]}, "the second argument is a list"),
        ({"Fn::Join": ["-", [{"a": 1}]]}, "expected a string, got an object"),
        ({"Fn::Select": [2, ["a", "b"]]}, "no element 2 in a list of 2"),
        ({"Fn::Select": [-1, ["a", "b"]]}, "no element -1"),
        ({"Fn::Select": [0, "ab"]}, "the second argument is a list"),
        ({"Fn::Split": ["", "ab"]}, "delimiter"),
        ({"Fn::FindInMap": ["a", "b"]}, "takes a list of 3"),
        ({"Fn::GetAtt": ["a"]}, "takes a list of 2"),
        ("{{resolve:ssm:/name}}", "only in an AWS account"),
    ],
)
def test_a_function_that_cannot_be_resolved_is_refused_by_name(value: Any, message: str) -> None:
    with pytest.raises(AssemblyError, match=message):
        resolve(value, Scope())


# Pairs of a template's value and the text that it stands for, nested in each other.
_words = st.text(st.characters(exclude_characters="${}|", exclude_categories=["Cs"]), max_size=5)
_leaves = _words.map(lambda word: (word, word)) | st.from_regex(r"[A-Z][a-z]{1,4}", fullmatch=True).map(
    lambda name: ({"Ref": f"R{name}"}, f"<R{name}>")
)


def _join(delimiter: str, parts: list[tuple[Any, str]]) -> tuple[Any, str]:
    return {"Fn::Join": [delimiter, [value for value, _ in parts]]}, delimiter.join(text for _, text in parts)


def _select(parts: list[tuple[Any, str]], index: int) -> tuple[Any, str]:
    position = index % len(parts)
    return {"Fn::Select": [position, [value for value, _ in parts]]}, parts[position][1]


def _sub(parts: list[tuple[Any, str]]) -> tuple[Any, str]:
    names = [f"V{position}" for position in range(len(parts))]
    template = "/".join(f"${{{name}}}" for name in names)
    variables = {name: value for name, (value, _) in zip(names, parts, strict=True)}
    return {"Fn::Sub": [template, variables]}, "/".join(text for _, text in parts)


def _rejoined(part: tuple[Any, str]) -> tuple[Any, str]:
    return {"Fn::Join": ["|", {"Fn::Split": ["|", part[0]]}]}, part[1]


_nested = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(_join, _words, st.lists(inner, max_size=4)),
        st.builds(_select, st.lists(inner, min_size=1, max_size=4), st.integers(0, 9)),
        st.builds(_sub, st.lists(inner, min_size=1, max_size=4)),
        st.builds(_rejoined, inner),
    ),
    max_leaves=20,
)


@given(_nested)
def test_functions_nested_in_each_other_resolve_from_the_inside_out(part: tuple[Any, str]) -> None:
    value, text = part
    assert resolve(value, Scope()) == text
    assert resolve({"list": [value]}, Scope()) == {"list": [text]}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=2), inner),
    )
)
def test_a_value_without_functions_is_left_as_it_is(value: Any) -> None:
    assert resolve(value, Scope()) == value


def test_a_map_of_strings_is_what_cloudformation_makes_of_it() -> None:
    given = {
        "yes": True,
        "no": False,
        "one": 1,
        "half": 1.5,
        "none": 0,
        "big": 10**12,
        "empty": "",
        "word": "a",
    }
    assert texts(given, "Environment") == {
        "yes": "true",
        "no": "false",
        "one": "1",
        "half": "1.5",
        "none": "0",
        "big": "1000000000000",
        "empty": "",
        "word": "a",
    }


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"A": None}, "Environment.A: expected a string, got null"),
        ({"A": ["1"]}, "Environment.A: expected a string, got a list"),
        ({"A": {"B": "1"}}, "Environment.A: expected a string, got an object"),
        (["A"], "Environment: expected a map of strings, got a list"),
        ("A", "Environment: expected a map of strings, got a string"),
    ],
)
def test_what_is_no_map_of_strings_is_refused_by_the_entry(value: Any, message: str) -> None:
    with pytest.raises(AssemblyError, match=f"^{message}$"):
        texts(value, "Environment")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"Fn::Equals": [{"Ref": "A"}, "<A>"]}, True),
        ({"Fn::Equals": [{"Ref": "A"}, "A"]}, False),
        ({"Fn::Equals": [True, "true"]}, True),
        ({"Fn::Equals": [1, "1"]}, True),
        ({"Condition": "Yes"}, True),
        ({"Fn::Not": [{"Condition": "Yes"}]}, False),
        ({"Fn::And": [{"Condition": "Yes"}, {"Condition": "No"}]}, False),
        ({"Fn::And": [{"Condition": "Yes"}, {"Fn::Not": [{"Condition": "No"}]}]}, True),
        ({"Fn::Or": [{"Condition": "No"}, {"Fn::Or": [{"Condition": "No"}, {"Condition": "Yes"}]}]}, True),
        ({"Fn::Or": [{"Condition": "No"}] * 10}, False),
    ],
)
def test_a_condition_holds_as_cloudformation_says(expression: Any, expected: bool) -> None:
    assert holds(expression, Scope()) is expected


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ({"Fn::Equals": ["a"]}, "Fn::Equals takes a list of 2"),
        ({"Fn::Equals": [{"Ref": "Missing"}, "a"]}, "declares no Missing"),
        ({"Fn::Equals": [["a"], "a"]}, "Fn::Equals: expected a string, got a list"),
        ({"Fn::Not": [{"Condition": "Yes"}] * 2}, "Fn::Not takes a list of 1"),
        ({"Fn::And": [{"Condition": "Yes"}]}, "Fn::And takes a list of 2 to 10"),
        ({"Fn::Or": [{"Condition": "Yes"}] * 11}, "Fn::Or takes a list of 2 to 10"),
        ({"Condition": "Perhaps"}, "declares no condition Perhaps"),
        ({"Fn::Contains": []}, "a condition is Fn::Equals"),
        ({"Condition": "Yes", "Fn::Not": []}, "a condition is Fn::Equals"),
        ("Yes", "a condition is Fn::Equals"),
    ],
)
def test_a_condition_that_cannot_be_known_is_refused(expression: Any, message: str) -> None:
    with pytest.raises(AssemblyError, match=message):
        holds(expression, Scope())
