"""What a pipeline's definition may not say, and that the definitions of the templates do not."""

from typing import Any

import pytest
from assemblies import Assembly
from declared import definition as declared_definition

from stacks.constructs.pipeline.definition import check_definition


def step(name: str, *references: str) -> dict[str, Any]:
    return {"Name": name, "Arguments": {"Inputs": [{"Uri": {"Get": path}} for path in references]}}


def definition(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"Parameters": [{"Name": "InputKey"}], "Steps": list(steps)}


def test_a_definition_may_refer_to_what_stands_before() -> None:
    check_definition(
        definition(
            step("Split", "Parameters.InputKey", "Execution.PipelineExecutionId"),
            step("Fit", "Steps.Split.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri"),
        )
    )


def condition(*if_steps: dict[str, Any], otherwise: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    arguments = {"Conditions": [], "IfSteps": list(if_steps), "ElseSteps": list(otherwise)}
    return {"Name": "Gate", "Type": "Condition", "Arguments": arguments}


def evaluation(output: str) -> dict[str, Any]:
    """A step with one output, `report`, and a property file that lies in `output`."""
    return {
        "Name": "Evaluate",
        "Arguments": {"ProcessingOutputConfig": {"Outputs": [{"OutputName": "report"}]}},
        "PropertyFiles": [{"PropertyFileName": "Scores", "OutputName": output, "FilePath": "scores.json"}],
    }


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("Parameters.Rows", [step("Split", "Parameters.Rows")]),
        ("Execution.StartDateTime", [step("Split", "Execution.StartDateTime")]),
        ("Steps.Fit.Model", [step("Split", "Steps.Fit.Model"), step("Fit")]),
        ("Steps.Split.Output", [step("Split", "Steps.Split.Output")]),
    ],
)
def test_a_reference_that_nothing_before_declares_is_refused(path: str, steps: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match=f"the step Split refers to {path}"):
        check_definition(definition(*steps))


def test_two_steps_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two steps are called Split"):
        check_definition(definition(step("Split"), step("Split")))


@pytest.mark.parametrize("name", ["", "Fit the model", "Fit.Model", "F" * 65])
def test_a_name_that_pipelines_refuses_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not a valid step name"):
        check_definition(definition(step(name)))


def test_two_parameters_of_one_name_are_refused() -> None:
    twice = {"Parameters": [{"Name": "Rows"}, {"Name": "Rows"}], "Steps": []}
    with pytest.raises(ValueError, match="two parameters are called Rows"):
        check_definition(twice)


def test_a_property_file_of_a_step_before_may_be_read_in_a_branch() -> None:
    reader = step("Register", "Steps.Evaluate.PropertyFiles.Scores")
    check_definition(definition(evaluation("report"), condition(reader)))


def test_a_property_file_that_no_step_declares_is_refused() -> None:
    reader = step("Register", "Steps.Evaluate.PropertyFiles.Losses")
    with pytest.raises(ValueError, match=r"Register refers to Steps\.Evaluate\.PropertyFiles\.Losses"):
        check_definition(definition(evaluation("report"), condition(reader)))


def test_a_property_file_in_an_output_that_its_step_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="Scores lies in the output plots, which the step Evaluate does not"):
        check_definition(definition(evaluation("plots")))


def test_steps_of_a_branch_have_names_of_their_own() -> None:
    with pytest.raises(ValueError, match="two steps are called Stop"):
        check_definition(definition(condition(step("Stop"), otherwise=(step("Stop"),))))


def test_a_branch_does_not_see_the_steps_of_the_other() -> None:
    other = step("Stop", "Steps.Register.ModelPackageArn")
    with pytest.raises(ValueError, match=r"the step Stop refers to Steps\.Register\.ModelPackageArn"):
        check_definition(definition(condition(step("Register"), otherwise=(other,))))


def test_what_follows_a_condition_does_not_see_into_its_branches() -> None:
    after = step("Deploy", "Steps.Register.ModelPackageArn")
    with pytest.raises(ValueError, match=r"the step Deploy refers to Steps\.Register\.ModelPackageArn"):
        check_definition(definition(condition(step("Register")), after))


@pytest.mark.parametrize("stack", ["churn-training", "churn-serving"])
def test_the_definitions_of_the_templates_are_sound(each: Assembly, stack: str) -> None:
    found = declared_definition(each.template(stack))
    assert found["Version"] == "2020-12-01"
    check_definition(found)
