import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.errors import PipelineError
from local.pipeline.expressions import Unread, Values, references, resolve, step_of, unknown_functions

VALUES = Values(
    parameters={"Depth": 5, "Name": "n", "Spot": True},
    execution={"PipelineExecutionId": "abc"},
    steps={
        "Split": {
            "ProcessingOutputConfig": {"Outputs": {"train-1": {"S3Output": {"S3Uri": "s3://b/train"}}}},
            "Channels": [{"Name": "first"}],
        },
        "Fit": {"ModelArtifacts": {"S3ModelArtifacts": "s3://b/model.tar.gz"}},
        "Evaluate": {"PropertyFiles": {"Evaluation": "s3://b/evaluation.json"}},
    },
    read_json={"s3://b/evaluation.json": {"f1": 0.9, "confusion": {"tp": [1, 2]}, "none": None}}.__getitem__,
)


def json_get(path: Any, file: Any = "Steps.Evaluate.PropertyFiles.Evaluation") -> dict[str, Any]:
    return {"Std:JsonGet": {"PropertyFile": {"Get": file}, "Path": path}}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Parameters.Depth", 5),
        ("Execution.PipelineExecutionId", "abc"),
        ("Steps.Split.ProcessingOutputConfig.Outputs['train-1'].S3Output.S3Uri", "s3://b/train"),
        ("Steps.Split.Channels[0].Name", "first"),
        ("Steps.Fit.ModelArtifacts.S3ModelArtifacts", "s3://b/model.tar.gz"),
    ],
)
def test_a_reference_is_replaced_by_what_it_leads_to(path: str, expected: Any) -> None:
    assert resolve({"a": [{"Get": path}]}, VALUES) == {"a": [expected]}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("Parameters.Nothing", "no such parameter"),
        ("Execution.StartDateTime", "no such parameter, variable"),
        ("Weather.Rain", "no such parameter"),
        ("", "no such parameter"),
        (7, "Get takes a path"),
        ("Steps.Nothing.ModelName", "no step Nothing"),
        ("Steps.Split.ProcessingOutputConfig.Outputs['test']", r"there is no \['test'\]"),
        ("Steps.Split.Channels[1].Name", r"there is no \[1\]"),
        ("Steps.Split.Channels.Name", r"there is no .Name"),
        ("Steps.Split.Channels[0].Name.More", "there is no .More"),
        ("Steps.Split.Channels[x]", r"malformed at '\[x\]'"),
        ("Steps.Split..Channels", "malformed at '..Channels'"),
    ],
)
def test_a_reference_to_nothing_is_refused_with_its_path(path: Any, message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        resolve({"Get": path}, VALUES)


@pytest.mark.parametrize(("path", "expected"), [("f1", 0.9), ("confusion.tp[1]", 2), ("['f1']", 0.9)])
def test_json_get_reads_a_property_file(path: str, expected: Any) -> None:
    assert resolve(json_get(path), VALUES) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (json_get("f2"), "f2: there is no .f2"),
        (
            json_get("confusion"),
            "confusion in s3://b/evaluation.json is .*; expected a string, number or Boolean",
        ),
        (json_get("none"), "is None; expected a string"),
        (json_get(7), "takes a reference to a property file and a path as text"),
        (json_get("f1", "Steps.Evaluate.PropertyFiles.Other"), "there is no .Other"),
        ({"Std:JsonGet": {"Path": "f1"}}, "takes PropertyFile and Path"),
        ({"Std:JsonGet": "f1"}, "takes PropertyFile and Path"),
    ],
)
def test_json_get_refuses_what_it_cannot_read(value: Any, message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        resolve(value, VALUES)


def test_before_a_property_file_is_written_everything_may_be_in_it() -> None:
    unread = Values({}, {}, VALUES.steps, lambda uri: Unread())
    found = resolve({"Std:Join": {"On": " ", "Values": ["f1:", json_get("deep.down[3]")]}}, unread)
    assert found == "f1: <known when it runs>"


def test_join_puts_texts_numbers_and_references_together() -> None:
    values = ["s3:/", {"Get": "Parameters.Name"}, {"Get": "Parameters.Depth"}, {"Get": "Parameters.Spot"}]
    assert resolve({"Std:Join": {"On": "/", "Values": values}}, VALUES) == "s3://n/5/true"


@pytest.mark.parametrize(
    "argument", [{"Values": "abc"}, {"On": "/"}, ["a"], {"On": "/", "Values": [{"a": 1}]}, {"Values": [None]}]
)
def test_join_refuses_what_is_no_text(argument: Any) -> None:
    with pytest.raises(PipelineError, match="Std:Join"):
        resolve({"Std:Join": argument}, VALUES)


def test_an_unknown_function_is_found_inside_others_and_refused() -> None:
    value = {"Std:Join": {"On": "", "Values": [{"Std:Sum": {"Path": "f1"}}]}}
    assert list(unknown_functions([value])) == ["Std:Sum"]
    with pytest.raises(PipelineError, match="does not support the function Std:Sum"):
        resolve(value, VALUES)


def test_references_are_found_in_functions_lists_and_maps() -> None:
    value = {"a": [{"Std:Join": {"Values": [{"Get": "Steps.A.B"}]}}, {"b": {"Get": "Parameters.C"}}]}
    assert list(references(value)) == ["Steps.A.B", "Parameters.C"]
    assert [step_of(path) for path in references(value)] == ["A", None]


def test_a_map_that_merely_contains_get_is_data() -> None:
    assert resolve({"Get": "x", "Put": "y"}, VALUES) == {"Get": "x", "Put": "y"}


_names = st.text("abcXYZ019_-", min_size=1, max_size=6)
_keys = st.text(st.characters(exclude_characters="']", exclude_categories=["Cs"]), min_size=1, max_size=6)
_way = st.lists(
    st.tuples(st.just("member"), _names)
    | st.tuples(st.just("key"), _keys)
    | st.tuples(st.just("index"), st.integers(0, 3))
)


def _write(kind: str, part: str | int) -> str:
    return {"member": f".{part}", "key": f"['{part}']", "index": f"[{part}]"}[kind]


@given(_names, _way, st.integers() | st.text(max_size=5))
def test_every_way_through_a_description_can_be_written_and_followed(
    step: str, way: list[tuple[str, Any]], end: Any
) -> None:
    value = end
    for kind, part in reversed(way):
        value = [None] * part + [value] if kind == "index" else {part: value}
    path = f"Steps.{step}" + "".join(_write(kind, part) for kind, part in way)
    assert resolve({"Get": path}, Values({}, {}, {step: value}, {}.__getitem__)) == end


@given(st.text(max_size=30))
def test_any_text_as_a_path_is_followed_or_refused(path: str) -> None:
    for text in (path, f"Steps.Split{path}", f"Parameters.{path}"):
        try:
            resolve({"Get": text}, VALUES)
        except PipelineError as error:
            assert text in str(error)


@given(
    st.recursive(
        st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=2), inner),
    )
)
def test_a_value_without_functions_is_left_as_it_is(value: Any) -> None:
    assert resolve(value, VALUES) == json.loads(json.dumps(value))
