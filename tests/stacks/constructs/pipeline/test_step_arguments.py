"""Every step's arguments against SageMaker's API model, and wrong ones that the walk has to find."""

from copy import deepcopy
from functools import reduce
from typing import Any

import pytest
from assemblies import MODELS, Assembly
from declared import definition, steps
from request_shapes import OPERATIONS, Arguments

PIPELINES = [f"{workload}-{part}" for workload in MODELS for part in ("training", "serving")]


def walk(template: Any) -> Arguments:
    return Arguments({one["Name"]: one for one in definition(template)["Parameters"]})


@pytest.mark.parametrize("stack", PIPELINES)
def test_the_api_would_take_every_steps_arguments(each: Assembly, stack: str) -> None:
    template = each.template(stack)
    calls = {name: step for name, step in steps(template).items() if step["Type"] in OPERATIONS}
    found = {
        name: faults
        for name, step in calls.items()
        if (faults := list(walk(template).faults(step["Type"], step["Arguments"])))
    }
    assert found == {}
    assert calls


def test_every_kind_of_call_is_among_the_steps(dev: Assembly) -> None:
    kinds = {step["Type"] for stack in PIPELINES for step in steps(dev.template(stack)).values()}
    # AWS's own AutoML is no step: a state machine asks for it.
    assert kinds == {*OPERATIONS, "Condition", "Fail"} - {"AutoML"}


NOTHING = object()

# Step, where in its arguments, what is put there, and what the walk says to that.
WRONG = {
    "a required member": ("Xgboost", "RoleArn", NOTHING, "RoleArn: is missing"),
    "a required member within": (
        "Xgboost",
        "OutputDataConfig.S3OutputPath",
        NOTHING,
        "OutputDataConfig.S3OutputPath: is missing",
    ),
    "a member of another call": ("Xgboost", "Outputs", [], "Outputs: there is no such member"),
    "a misspelt member": (
        "Score",
        "TransformInput.SplitTyp",
        "Line",
        "TransformInput.SplitTyp: there is no such member",
    ),
    "a number as text": (
        "Split",
        "StoppingCondition.MaxRuntimeInSeconds",
        "3600",
        "StoppingCondition.MaxRuntimeInSeconds: '3600' is not of type integer",
    ),
    "text as a number": (
        "Xgboost",
        "HyperParameters.eta",
        0.2,
        "HyperParameters.eta: 0.2 is not of type string",
    ),
    "a truth as a number": ("Score", "MaxPayloadInMB", True, "MaxPayloadInMB: True is not of type integer"),
    "one in the place of many": (
        "Split",
        "AppSpecification.ContainerEntrypoint",
        "python3",
        "AppSpecification.ContainerEntrypoint: 'python3' is not of type list",
    ),
    "no choice": (
        "Xgboost",
        "AlgorithmSpecification.TrainingInputMode",
        "Files",
        "AlgorithmSpecification.TrainingInputMode: 'Files' is not one of Pipe, File, FastFile, ...",
    ),
    "no choice in a list": (
        "Split",
        "ProcessingInputs.0.S3Input.S3DataType",
        "Prefix",
        "ProcessingInputs[0].S3Input.S3DataType: 'Prefix' is not one of",
    ),
    "no instance type": (
        "Register",
        "InferenceSpecification.SupportedTransformInstanceTypes",
        ["m5.large"],
        "SupportedTransformInstanceTypes[0]: 'm5.large' is not one of",
    ),
    "a pattern": (
        "ChurnModel",
        "Containers.0.ContainerHostname",
        "pre_process",
        "Containers[0].ContainerHostname: 'pre_process' does not match",
    ),
    "a pattern of a URI": (
        "Split",
        "ProcessingInputs.0.S3Input.S3Uri",
        "/data",
        "ProcessingInputs[0].S3Input.S3Uri: '/data' does not match",
    ),
    "a pattern of a key": ("Split", "Environment", {"a-b": "c"}, "Environment.a-b: 'a-b' does not match"),
    "too long": ("Xgboost", "HyperParameters.note", "n" * 2501, "nn' is above 2500"),
    "too many": ("Xgboost", "HyperParameters", {f"h{n}": "1" for n in range(101)}, "is above 100"),
    "too few": ("Split", "AppSpecification.ContainerEntrypoint", [], "ContainerEntrypoint: [] is below 1"),
    "out of range": ("Score", "MaxPayloadInMB", -1, "MaxPayloadInMB: -1 is below 0"),
    "a parameter of another type": (
        "Score",
        "TransformResources.InstanceCount",
        {"Get": "Parameters.ScoringInstanceType"},
        "TransformResources.InstanceCount: the parameter ScoringInstanceType is String, not integer",
    ),
    "a number among words": (
        "Split",
        "AppSpecification.ContainerArguments",
        [{"Get": "Parameters.MinimumF1"}],
        "ContainerArguments[0]: the parameter MinimumF1 is Float, not string",
    ),
    "a parameter's choice": (
        "Score",
        "BatchStrategy",
        {"Get": "Parameters.ScoringInstanceType"},
        "BatchStrategy: 'ml.m5.xlarge' is not one of",
    ),
    "text for a structure": (
        "Xgboost",
        "ResourceConfig",
        {"Get": "Steps.Split.ProcessingResources"},
        "ResourceConfig: Get gives a string, not structure",
    ),
}


def planted(arguments: Any, path: str, value: Any) -> Any:
    """A copy of the arguments with a value put at a path, or nothing left there."""
    changed = deepcopy(arguments)
    *way, last = (int(part) if part.isdigit() else part for part in path.split("."))
    place = reduce(lambda found, part: found[part], way, changed)
    if value is NOTHING:
        del place[last]
    else:
        place[last] = value
    return changed


@pytest.mark.parametrize(("step", "path", "value", "fault"), WRONG.values(), ids=WRONG)
def test_the_walk_finds_what_the_api_would_refuse(
    dev: Assembly, step: str, path: str, value: Any, fault: str
) -> None:
    template = dev.template("churn-training")
    declared = steps(template)[step]
    found = list(walk(template).faults(declared["Type"], planted(declared["Arguments"], path, value)))
    assert any(fault in one for one in found), found
