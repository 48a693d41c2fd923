"""The roles of churn's training stack: one runs the jobs, one starts them, and neither may do more."""

import re
from typing import Any

import pytest
from assemblies import Assembly
from declared import allowed, definition, only, statements, steps, text, texts

JOBS, STARTS = "JobRole", "PipelineRole"


@pytest.fixture
def template(each: Assembly) -> Any:
    return each.template("churn-training")


def test_jobs_read_the_data_the_code_and_what_other_jobs_wrote(template: Any) -> None:
    code = {
        uri.replace("s3://", "arn:aws:s3:::", 1)
        for step in steps(template).values()
        for uri in re.findall(r"s3://cdk-[^\"']+", str(step))
    }
    objects = allowed(template, "s3:GetObject", JOBS)
    assert code < objects
    assert sorted(one.partition("/")[2] for one in objects - code) == [
        *("checkpoints/churn/*", "churn/input/*", "churn/training/*"),
    ]


def test_jobs_write_below_the_pipelines_prefixes_only(template: Any) -> None:
    written = allowed(template, "s3:PutObject", JOBS)
    assert all("ArtifactBucket" in one for one in written)
    assert {one.partition("/")[2] for one in written} == {"checkpoints/churn/*", "churn/training/*"}


def test_jobs_list_only_the_prefixes_that_they_read(template: Any) -> None:
    prefixes = {
        prefix
        for statement in statements(template)
        if "s3:ListBucket" in texts(statement["Action"])
        for prefix in texts(statement["Condition"]["StringLike"]["s3:prefix"])
    }
    code = {prefix for prefix in prefixes if re.fullmatch(r"[0-9a-f]{64}\.(zip|gz)\*", prefix)}
    read = ("checkpoints/churn", "churn/input", "churn/training")
    assert prefixes - code == {*read, *(f"{one}/*" for one in read)}
    assert len(code) == 8


def test_jobs_pull_exactly_the_images_that_the_steps_name(template: Any) -> None:
    named = set()
    for uri in re.findall(r"[^\"' ]+\.dkr\.ecr\.[^\"' ]+", str(definition(template))):
        registry, _, repository = uri.partition("/")
        account = registry.partition(".")[0]
        named.add(f"arn:aws:ecr:eu-central-1:{account}:repository/{repository.partition(':')[0]}")
    assert len(named) == 3
    assert allowed(template, "ecr:BatchGetImage", JOBS) == named


def test_the_key_is_used_through_s3_and_for_volumes_only(template: Any) -> None:
    for statement in statements(template):
        actions = {action for action in texts(statement["Action"]) if action.startswith("kms:")}
        if actions & {"kms:Decrypt", "kms:GenerateDataKey"}:
            service = statement["Condition"]["StringEquals"]["kms:ViaService"]
            assert text(service).startswith("s3.eu-central-1.")
        elif actions - {"kms:DescribeKey"}:
            assert actions == {"kms:CreateGrant"}
            assert statement["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def test_what_starts_jobs_may_start_those_of_pipelines_and_pass_the_jobs_role_only(template: Any) -> None:
    for kind, job in (
        ("CreateProcessingJob", "processing-job"),
        ("CreateTrainingJob", "training-job"),
        ("CreateTransformJob", "transform-job"),
        ("CreateModel", "model"),
    ):
        [resource] = allowed(template, f"sagemaker:{kind}", STARTS)
        assert resource == f"arn:aws:sagemaker:eu-central-1:${{AWS::AccountId}}:{job}/pipelines-*"
    [passed] = allowed(template, "iam:PassRole")
    assert "JobRole" in passed
    assert {step["Arguments"].get("RoleArn", passed) for step in steps(template).values()} == {passed}


def test_the_pipelines_policies_are_there_before_the_pipeline(template: Any) -> None:
    waits_for = only(template, "AWS::SageMaker::Pipeline")["DependsOn"]
    kinds = [template["Resources"][logical_id]["Type"] for logical_id in waits_for]
    assert kinds == ["AWS::IAM::Policy"] * 2


def test_jobs_may_start_nothing(template: Any) -> None:
    assert allowed(template, "iam:PassRole", JOBS) == set()
    assert allowed(template, "sagemaker:CreateModel", JOBS) == set()
