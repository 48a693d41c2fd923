"""The input data of a pipeline."""

import json
from typing import Any

import pytest

from local.pipeline.definition import Definition
from local.pipeline.input_data import input_uri
from local.pipeline.parameters import bind


def pipeline(*parameters: tuple[str, str], uri: Any = "s3://code/fit.zip") -> Definition:
    """A pipeline with one step that reads the URI, and text parameters with these defaults."""
    declared = [{"Name": name, "Type": "String", "DefaultValue": value} for name, value in parameters]
    inputs = [{"InputName": "rows", "S3Input": {"S3Uri": uri}}]
    step = {"Name": "Split", "Type": "Processing", "Arguments": {"ProcessingInputs": inputs}}
    body = {"Version": "2020-12-01", "Parameters": declared, "Steps": [step]}
    return Definition.parse(json.dumps(body), {"Processing"})


def found(definition: Definition, **given: str) -> str | None:
    return input_uri(definition, bind(definition.parameters, given))


def test_the_data_lie_where_a_step_puts_the_key_into_a_bucket() -> None:
    key = {"Std:Join": {"On": "/", "Values": ["s3://data", {"Get": "Parameters.InputKey"}]}}
    definition = pipeline(("Other", "s3://b/x"), ("InputKey", "in/rows.txt"), uri=key)
    assert found(definition) == "s3://data/in/rows.txt"
    assert found(definition, InputKey="in/new.txt") == "s3://data/in/new.txt"


def test_without_a_key_the_data_are_what_the_only_parameter_with_a_uri_names() -> None:
    assert found(pipeline(("Rows", "s3://b/in"), ("Seed", "1729"))) == "s3://b/in"


def test_among_several_uris_the_data_are_called_input_data() -> None:
    assert found(pipeline(("Other", "s3://b/x"), ("InputData", "s3://b/in"))) == "s3://b/in"


@pytest.mark.parametrize("uris", [[], ["s3://b/x", "s3://b/y"]])
def test_a_pipeline_need_not_have_a_parameter_that_says_where_its_data_are(uris: list[str]) -> None:
    assert found(pipeline(*((f"P{number}", uri) for number, uri in enumerate(uris)))) is None
