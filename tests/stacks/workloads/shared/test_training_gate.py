"""What becomes of a trained model: registered for approval, or refused with what it lacks."""

from typing import Any

import pytest
from assemblies import HOSTNAMES, Assembly
from declared import allowed, definition, only, steps

F1 = {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Evaluate.PropertyFiles.Evaluation"}, "Path": "f1"}}


@pytest.fixture
def template(each: Assembly) -> Any:
    return each.template("churn-training")


def test_a_model_is_registered_only_with_the_least_f1(template: Any) -> None:
    last = definition(template)["Steps"][-1]
    assert last["Type"] == "Condition"
    assert last["Arguments"]["Conditions"] == [
        {
            "Type": "GreaterThanOrEqualTo",
            "LeftValue": F1,
            "RightValue": {"Get": "Parameters.MinimumF1"},
        }
    ]
    assert [step["Type"] for step in last["Arguments"]["IfSteps"]] == ["RegisterModel"]
    assert [step["Type"] for step in last["Arguments"]["ElseSteps"]] == ["Fail"]


def test_a_model_below_the_gate_is_refused_with_how_much_it_lacks(template: Any) -> None:
    words = steps(template)["F1TooLow"]["Arguments"]["ErrorMessage"]["Std:Join"]["Values"]
    shortfall = {"Std:JsonGet": {**F1["Std:JsonGet"], "Path": "f1_shortfall"}}
    assert words == ["F1 ", F1, " misses the minimum ", {"Get": "Parameters.MinimumF1"}, " by ", shortfall]


def test_the_evaluation_knows_the_gate(template: Any) -> None:
    told = steps(template)["Evaluate"]["Arguments"]["AppSpecification"]["ContainerArguments"]
    gate = told[told.index("--minimum-f1") + 1]
    assert gate == {"Std:Join": {"On": "", "Values": [{"Get": "Parameters.MinimumF1"}]}}


def test_the_package_holds_the_four_containers_of_the_model_in_their_order(template: Any) -> None:
    package = steps(template)["Register"]["Arguments"]["InferenceSpecification"]
    assert [one["ContainerHostname"] for one in package["Containers"]] == list(HOSTNAMES)
    assert package["Containers"] == steps(template)["ChurnModel"]["Arguments"]["Containers"]


def test_the_package_waits_for_a_person_and_carries_its_evaluation(each: Assembly) -> None:
    package = steps(each.template("churn-training"))["Register"]["Arguments"]
    assert package["ModelPackageGroupName"] == f"slipway-{each.env}-churn"
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    statistics = package["ModelMetrics"]["ModelQuality"]["Statistics"]
    assert statistics["ContentType"] == "application/json"
    assert statistics["S3Uri"]["Std:Join"]["Values"][1] == "evaluation.json"


def test_the_group_is_named_for_people_and_outlives_prod(each: Assembly) -> None:
    group = only(each.template("churn-training"), "AWS::SageMaker::ModelPackageGroup")
    assert group["Properties"]["ModelPackageGroupName"] == f"slipway-{each.env}-churn"
    assert group["DeletionPolicy"] == ("Retain" if each.env == "prod" else "Delete")


def test_what_starts_steps_adds_versions_to_that_group_only(each: Assembly) -> None:
    template = each.template("churn-training")
    [group] = [
        logical_id
        for logical_id, one in template["Resources"].items()
        if one["Type"] == "AWS::SageMaker::ModelPackageGroup"
    ]
    prefix = "arn:aws:sagemaker:eu-central-1:${AWS::AccountId}:model-package/"
    assert allowed(template, "sagemaker:CreateModelPackage") == {
        f"${{{group}.ModelPackageGroupArn}}",
        f"{prefix}slipway-{each.env}-churn/*",
    }


def test_what_starts_steps_reads_the_evaluation_and_nothing_else(template: Any) -> None:
    [read] = allowed(template, "s3:GetObject", "PipelineRole")
    assert read.endswith("/churn/training/*/Evaluate/output/evaluation.json")
    assert allowed(template, "s3:ListBucket", "PipelineRole") == set()
