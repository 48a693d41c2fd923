import json
from typing import Any

import pytest
from botocore.loaders import Loader
from hypothesis import given
from hypothesis import strategies as st

from assembly.errors import UsageError
from local.errors import PipelineError
from local.pipeline import definition
from local.pipeline.definition import Branch, Caching, Definition
from local.pipeline.differences import without_effect
from local.pipeline.parameters import LONGEST_NAME, LONGEST_VALUE, MOST_PARAMETERS, Parameter, bind


def text(*steps: dict[str, Any], parameters: list[dict[str, Any]] | None = None) -> str:
    return json.dumps({"Version": "2020-12-01", "Parameters": parameters or [], "Steps": list(steps)})


def step(name: str, *uses: str, after: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    arguments = [{"Get": f"Steps.{used}.ModelName"} for used in uses]
    return {"Name": name, "Type": "Training", "Arguments": {"Uses": arguments}, "DependsOn": after, **more}


def parse(definition: str) -> Definition:
    return Definition.parse(definition, {"Condition", "Training", "Processing"})


def order(definition: str) -> list[str]:
    return [one.name for one in parse(definition).steps]


def test_steps_come_after_those_they_refer_to_and_those_they_depend_on() -> None:
    assert order(text(step("C", "B"), step("A"), step("B", after=("A",)))) == ["A", "B", "C"]


@given(st.permutations(range(6)), st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=10))
def test_any_graph_without_a_cycle_is_put_in_order(listed: list[int], edges: set[tuple[int, int]]) -> None:
    needs = {
        number: [f"S{before}" for before, after in sorted(edges) if before < after == number]
        for number in listed
    }
    found = order(text(*(step(f"S{number}", *uses) for number, uses in needs.items())))
    assert sorted(found) == sorted(f"S{number}" for number in listed)
    for number, uses in needs.items():
        assert all(found.index(used) < found.index(f"S{number}") for used in uses)


def condition(
    name: str, *steps: dict[str, Any], otherwise: tuple[dict[str, Any], ...] = ()
) -> dict[str, Any]:
    conditions = [{"Type": "Equals", "LeftValue": 1, "RightValue": 1}]
    arguments = {"Conditions": conditions, "IfSteps": list(steps), "ElseSteps": list(otherwise)}
    return {"Name": name, "Type": "Condition", "Arguments": arguments}


def test_steps_of_branches_come_after_their_condition_and_know_their_side() -> None:
    inner = condition("Inner", step("Deep"))
    parsed = parse(text(condition("Outer", step("Yes"), inner, otherwise=(step("No"),))))
    branches = {one.name: one.branch for one in parsed.steps}
    assert branches == {
        "Outer": None,
        "Yes": Branch("Outer", True),
        "No": Branch("Outer", False),
        "Inner": Branch("Outer", True),
        "Deep": Branch("Inner", True),
    }
    order = [one.name for one in parsed.steps]
    assert order[0] == "Outer"
    assert order.index("Inner") < order.index("Deep")


@pytest.mark.parametrize(
    ("config", "caching"),
    [
        ({}, Caching()),
        ({"Enabled": False, "ExpireAfter": "P1D"}, Caching(False, 86_400)),
        ({"Enabled": True}, Caching(True)),
        ({"Enabled": True, "ExpireAfter": "P30D"}, Caching(True, 30 * 86_400)),
        ({"Enabled": True, "ExpireAfter": "30d"}, Caching(True, 30 * 86_400)),
        ({"Enabled": True, "ExpireAfter": "p1w2dT3h4m5s"}, Caching(True, 9 * 86_400 + 3 * 3600 + 4 * 60 + 5)),
        ({"Enabled": True, "ExpireAfter": "T12H"}, Caching(True, 12 * 3600)),
    ],
)
def test_caching_is_read_with_the_time_after_which_it_expires(config: Any, caching: Caching) -> None:
    (found,) = parse(text(step("A", CacheConfig=config))).steps
    assert found.caching == caching


def test_what_a_definition_asks_for_without_effect_here_is_named_with_its_steps() -> None:
    policies = [{"ExceptionType": ["Step.SERVICE_FAULT", "Step.THROTTLING"], "MaxAttempts": 3}]
    steps = [step(name, RetryPolicies=policies) for name in "AB"]
    steps.append({**step("C"), "Arguments": {"EnableManagedSpotTraining": True, "VpcConfig": {}}})
    assert without_effect(parse(text(*steps))) == [
        "retries on Step.SERVICE_FAULT, Step.THROTTLING (A, B)",
        "spot capacity (C)",
        "the VPC (C)",
    ]


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ("{", "not JSON"),
        ("[]", "version 2020-12-01"),
        ('{"Version": "2030-01-01"}', "version 2020-12-01"),
        (text(), "has no steps"),
        (
            text({"Name": "A", "Type": "Lambda"}),
            "step A: .*type Lambda, only Condition, Processing, Training",
        ),
        (text({"Name": "A"}), "step A: .*type None"),
        (text({"Name": "a b", "Type": "Training"}), "'a b' is not a valid step name"),
        (text({"Type": "Training"}), "None is not a valid step name"),
        (text(step("A" * 65)), "the name of the step A+ has 65 characters; expected at most 64"),
        (text(step("A", Weight=float("nan"))), "not JSON: NaN is not a JSON number"),
        (text(step("A", Weight=float("-inf"))), "not JSON: -Infinity is not a JSON number"),
        (text(step("A", Weight=1.5)).replace("1.5", "-1e400"), "not JSON: the number -1e400 is out of range"),
        (text(step("A"), step("A")), "two steps are called A"),
        (text(step("A", "B")), "step A waits for B, which is not a step"),
        (text(step("A", after=("B",))), "step A waits for B, which is not a step"),
        (text(step("A", "A")), "wait for each other: A -> A"),
        (text(step("A", "B"), step("B", "C"), step("C", "A")), "wait for each other: "),
        (
            text({"Name": "A", "Type": "Training", "Arguments": {"x": [{"Std:Sum": {}}]}}),
            "step A: .*the function Std:Sum",
        ),
        (
            text(step("A", PropertyFiles=[{"PropertyFileName": "x", "OutputName": "y", "FilePath": "../z"}])),
            r"step A: the property file \.\./z is not below its output",
        ),
        (text(step("A", PropertyFiles=[{"PropertyFileName": "x"}])), "lacks a FilePath"),
        (
            text(step("A", CacheConfig={"Enabled": True, "ExpireAfter": "soon"})),
            "step A: CacheConfig.ExpireAfter: 'soon' is not a duration",
        ),
        (text(step("A", RetryPolicies=[{"MaxAttempts": 3}])), "lacks a ExceptionType"),
        (
            text(condition("A", {"Name": "B", "Type": "Lambda"})),
            "step B: .*type Lambda, only Condition, Processing, Training",
        ),
        (text(step("B"), condition("A", step("B"))), "two steps are called B"),
        (text({"Name": "A", "Type": "Training", "Arguments": []}), "Arguments should be a JSON object"),
        ('{"Version": "2020-12-01", "Steps": {}}', "Steps should be a JSON array"),
        ('{"Version": "2020-12-01", "Steps": ["A"]}', "Steps should be an array of objects"),
        (text(step("A", DependsOn=[1])), "DependsOn should be an array of strings"),
        (text(step("A", DependsOn="B")), "DependsOn should be a JSON array"),
        ('{"Version": "2020-12-01", "Steps": ' + "[" * 100_000, "nested too deeply"),
        (text(step("A"), parameters=[{"Name": 1, "Type": "String"}]), "a parameter's Name is a string"),
        (text(step("A"), parameters=[{"Name": "P", "Type": "List"}]), "parameter P has the type List"),
        (text(step("A"), parameters=[{"Name": "P"}]), "lacks a Type"),
        (text(step("A"), parameters=[{"Name": "P", "Type": "String"}] * 2), "two parameters are called P"),
    ],
)
def test_a_definition_that_cannot_run_is_refused_when_it_is_read(definition: str, message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        parse(definition)


def parameter(name: str, kind: str, default: Any = None, choices: tuple[Any, ...] = ()) -> Parameter:
    return Parameter(name, kind, default, choices)


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("String", "5", "5"),
        ("Integer", "-5", -5),
        ("Integer", "007", 7),
        ("Float", "5", 5.0),
        ("Float", ".5", 0.5),
        ("String", " ", " "),
        ("String", "a" * 1024, "a" * 1024),
        ("Float", "1e-3", 0.001),
        ("Boolean", "True", True),
        ("Boolean", "false", False),
    ],
)
def test_a_given_value_is_read_as_its_type(kind: str, written: str, value: Any) -> None:
    assert bind([parameter("P", kind, "default")], {"P": written}) == {"P": value}


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"Type": "Integer", "DefaultValue": "5"}, "the default '5' is not of type Integer"),
        ({"Type": "Integer", "DefaultValue": True}, "the default True is not of type Integer"),
        ({"Type": "Integer", "DefaultValue": 1.5}, "the default 1.5 is not of type Integer"),
        ({"Type": "Float", "DefaultValue": "a"}, "the default 'a' is not of type Float"),
        ({"Type": "Boolean", "DefaultValue": "true"}, "the default 'true' is not of type Boolean"),
        ({"Type": "String", "DefaultValue": 5}, "the default 5 is not of type String"),
        ({"Type": "String", "DefaultValue": "c", "EnumValues": ["a", "b"]}, "default 'c' is not one of a, b"),
        ({"Type": "String", "Name": "a.b"}, "'a.b' is not a valid parameter name"),
        ({"Type": "String", "Name": ""}, "'' is not a valid parameter name"),
        (
            {"Type": "String", "Name": "a" * 257},
            "is not a valid parameter name: expected at most 256 letters",
        ),
    ],
)
def test_a_parameter_that_is_declared_wrong_is_refused(declared: dict[str, Any], message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        Parameter.parse({"Name": "P", **declared})


def test_an_execution_takes_so_many_parameters_and_no_more() -> None:
    declared = [parameter(f"P{number}", "Integer", 0) for number in range(201)]
    given_values = {one.name: "1" for one in declared}
    with pytest.raises(UsageError, match="201 parameters are set; an execution takes at most 200"):
        bind(declared, given_values)


def test_the_limits_of_parameters_are_those_of_the_api() -> None:
    shapes = Loader().load_service_model("sagemaker", "service-2")["shapes"]
    assert shapes[shapes["Parameter"]["members"]["Value"]["shape"]]["max"] == LONGEST_VALUE
    name = shapes[shapes["Parameter"]["members"]["Name"]["shape"]]
    assert (name["min"], name["max"], name["pattern"]) == (1, LONGEST_NAME, r"[A-Za-z0-9\-_]*")
    assert shapes["ParameterList"]["max"] == MOST_PARAMETERS


def test_the_name_of_a_step_is_as_long_as_the_api_takes() -> None:
    shapes = Loader().load_service_model("sagemaker", "service-2")["shapes"]
    name = shapes["StepName"]
    assert (name["max"], name["pattern"]) == (definition.LONGEST_NAME, r"[A-Za-z0-9\-_]*")
    assert order(text(step("A" * 64))) == ["A" * 64]


@pytest.mark.parametrize("default", [float("inf"), float("nan"), True, "1"])
def test_a_default_that_is_no_number_is_refused(default: Any) -> None:
    with pytest.raises(PipelineError, match=r"the parameter P: the default .* is not of type Float"):
        Parameter.parse({"Name": "P", "Type": "Float", "DefaultValue": default})


@pytest.mark.parametrize("written", ["1e308", "-1.5e-3", "5"])
def test_a_float_that_is_in_range_is_taken(written: str) -> None:
    assert parameter("P", "Float").read(written) == float(written)


def test_a_parameter_that_is_not_given_has_its_default() -> None:
    assert bind([parameter("P", "Integer", 0)], {}) == {"P": 0}


@pytest.mark.parametrize(
    ("declared", "given_values", "message"),
    [
        (parameter("P", "Integer", 1), {"P": "many"}, "parameter P: 'many' is not of type Integer"),
        (parameter("P", "Boolean", True), {"P": "1"}, "parameter P: '1' is not of type Boolean"),
        *(
            (parameter("P", kind), {"P": ""}, "parameter P: the value is empty; expected at least 1")
            for kind in ("String", "Integer", "Float", "Boolean")
        ),
        (parameter("P", "String"), {"P": "a" * 1025}, "has 1025 characters; expected at most 1024"),
        *(
            (parameter("P", "Integer"), {"P": written}, f"'{written}' is not of type Integer")
            for written in ("1_000", " 5 ", "5.0", "0x5", "five")
        ),
        *(
            (parameter("P", "Float"), {"P": written}, f"'{written}' is not of type Float")
            for written in ("nan", "inf", "1_0.5", " 1.5", "1,5", ".", "1e400", "-1e400", "9" * 400)
        ),
        (parameter("P", "String", "a", ("a", "b")), {"P": "c"}, "'c' is not one of a, b"),
        (parameter("P", "String", "a"), {"Q": "c"}, "parameter Q: .* no such parameter; it has P"),
        (parameter("P", "String"), {}, "parameter P: it has no default; set a value"),
    ],
)
def test_a_wrong_value_is_refused_with_what_would_be_right(
    declared: Parameter, given_values: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        bind([declared], given_values)
