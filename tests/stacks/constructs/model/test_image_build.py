"""Our images are built within AWS, and whoever runs one waits for that one."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from assemblies import ROOT, Assembly
from declared import allowed, named, only, resources, statements, text, texts

from stacks.constructs.model.build_context import ImageSource, build_context, content_tag, image_sources

TAG = content_tag(ROOT / "containers" / "script_mode")


@pytest.fixture(params=image_sources(), ids=lambda one: one.name)
def image(request: pytest.FixtureRequest) -> ImageSource:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def template(each: Assembly, image: ImageSource) -> Any:
    return each.template(image.stack)


def actions(template: Any) -> dict[str, Any]:
    stages = only(template, "AWS::CodePipeline::Pipeline")["Properties"]["Stages"]
    return {stage["Name"]: stage["Actions"][0] for stage in stages}


def variables(template: Any) -> dict[str, str]:
    configured = actions(template)["Build"]["Configuration"]["EnvironmentVariables"]
    return {one["name"]: one["value"] for one in json.loads(text(configured))}


def test_what_is_built_is_the_images_content_in_its_repository(
    each: Assembly, image: ImageSource, template: Any
) -> None:
    assert variables(template)["TAG"] == content_tag(image.folder)
    assert text(template["Outputs"]["Image"]["Value"]) == (
        f"slipway-{each.env}-{image.name}:{content_tag(image.folder)}"
    )


def test_the_tag_that_is_built_is_the_one_that_the_model_runs(each: Assembly) -> None:
    assert variables(each.template("image"))["TAG"] == TAG
    containers = only(each.template("churn-serving"), "AWS::SageMaker::Model")["Properties"]["Containers"]
    assert text(containers[1]["Image"]).endswith(f"/slipway-{each.env}-script-mode:{TAG}")


def test_the_stack_is_complete_once_the_build_has_said_so(template: Any) -> None:
    condition = only(template, "AWS::CloudFormation::WaitCondition")
    handle = text(condition["Properties"]["Handle"])
    assert variables(template)["SIGNAL_URL"] == handle
    [waits_for] = condition["DependsOn"]
    assert template["Resources"][waits_for]["Type"] == "AWS::CodePipeline::Pipeline"


def test_each_tag_has_a_handle_and_a_condition_of_its_own(template: Any, image: ImageSource) -> None:
    for kind in ("AWS::CloudFormation::WaitCondition", "AWS::CloudFormation::WaitConditionHandle"):
        [logical_id] = [name for name, one in template["Resources"].items() if one["Type"] == kind]
        assert content_tag(image.folder) in logical_id


def test_the_build_starts_when_the_pipeline_is_made_or_changed_and_by_nothing_else(template: Any) -> None:
    pipeline = only(template, "AWS::CodePipeline::Pipeline")
    assert pipeline["Properties"]["RestartExecutionOnUpdate"] is True
    assert actions(template)["Source"]["Configuration"]["PollForSourceChanges"] == "false"
    kinds = [template["Resources"][name]["Type"] for name in pipeline["DependsOn"]]
    assert kinds == ["AWS::IAM::Policy", "AWS::IAM::Policy"], "it runs at once: its roles may do all by then"


def test_the_source_is_what_the_image_is_built_from(each: Assembly, image: ImageSource) -> None:
    key = actions(each.template(image.stack))["Source"]["Configuration"]["S3ObjectKey"]
    source = each.published(image.stack, key)
    assert source.is_zipped
    found = {path.relative_to(source.path).as_posix() for path in source.path.rglob("*") if path.is_file()}
    assert found == set(build_context(image.folder))


@pytest.mark.parametrize(
    ("stack", "images"),
    [
        ("churn-training", ["image"]),
        ("churn-serving", ["image"]),
        ("translation-training", ["image-processing"]),
        ("translation-serving", []),
    ],
)
def test_whoever_runs_an_image_is_deployed_after_its_stack_and_after_no_others(
    each: Assembly, stack: str, images: list[str]
) -> None:
    prefix = f"slipway-{each.env}-"
    waits_for = {name.removeprefix(prefix) for name in each.stacks[stack].dependencies}
    assert waits_for & {one.stack for one in image_sources()} == set(images)


def test_the_build_pushes_to_the_images_repository_only(template: Any, image: ImageSource) -> None:
    [repository] = allowed(template, "ecr:PutImage")
    assert f"{image.name.title().replace('-', '')}Repository" in repository
    assert repository.endswith("}")


def test_what_is_handed_on_is_encrypted_and_the_log_is_ours(template: Any) -> None:
    project = only(template, "AWS::CodeBuild::Project")["Properties"]
    store = only(template, "AWS::CodePipeline::Pipeline")["Properties"]["ArtifactStore"]
    assert text(project["EncryptionKey"]) == text(store["EncryptionKey"]["Id"])
    group = named(template, project["LogsConfig"]["CloudWatchLogs"]["GroupName"])
    assert group["Type"] == "AWS::Logs::LogGroup"


def test_no_custom_resource_is_needed(template: Any) -> None:
    kinds = {one["Type"] for one in template["Resources"].values()}
    assert not any(kind.startswith("Custom::") or kind == "AWS::Lambda::Function" for kind in kinds)
    assert resources(template, "AWS::CloudFormation::CustomResource") == []
    assert all("*" not in action for one in statements(template) for action in texts(one["Action"]))


@pytest.fixture
def run(each: Assembly, tmp_path: Path) -> Any:
    """Runs the build's commands with programs that write down how they were called."""
    spec = json.loads(
        only(each.template("image"), "AWS::CodeBuild::Project")["Properties"]["Source"]["BuildSpec"]
    )
    calls = tmp_path / "calls"

    def commands(*, is_there: bool, builds: bool = True) -> list[str]:
        fakes = {
            "aws": f"case $2 in describe-images) exit {0 if is_there else 255};; esac; echo password",
            "docker": f"case $1 in login) cat >/dev/null;; build) exit {0 if builds else 1};; esac",
            "curl": "cat >> " + str(calls),
        }
        for name, script in fakes.items():
            fake = tmp_path / name
            fake.write_text(f"#!/bin/sh\necho {name} $* >> {calls}\n{script}\n")
            fake.chmod(0o755)
        environment = {
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "AWS_REGION": "eu-central-1",
            **{name: name.lower() for name in ("ACCOUNT", "SUFFIX", "REPOSITORY", "TAG", "SIGNAL_URL")},
            "MIRROR": "mirror/",
            "CODEBUILD_BUILD_ID": "build:1",
            "CODEBUILD_BUILD_NUMBER": "1",
        }
        succeeding = "1"
        for phase in ("build", "post_build"):
            for command in spec["phases"][phase]["commands"]:
                done = subprocess.run(
                    ["/bin/bash", "-c", command],
                    cwd=ROOT / "containers" / "script_mode",
                    env={**environment, "CODEBUILD_BUILD_SUCCEEDING": succeeding},
                    check=False,
                )
                succeeding = "1" if done.returncode == 0 else "0"
        return calls.read_text().splitlines()

    return commands


def test_a_missing_tag_is_built_from_the_dockerfiles_base_and_pushed(run: Any) -> None:
    calls = run(is_there=False)
    image = "account.dkr.ecr.eu-central-1.suffix/repository:tag"
    dockerfile = (ROOT / "containers" / "script_mode" / "Dockerfile").read_text()
    [base] = [
        line.removeprefix("ARG BASE=") for line in dockerfile.splitlines() if line.startswith("ARG BASE=")
    ]
    assert f"docker build --build-arg BASE=mirror/{base} --tag {image} ." in calls
    assert f"docker push {image}" in calls
    assert json.loads(calls[-1])["Status"] == "SUCCESS"


def test_a_tag_that_is_there_is_not_built_again_but_told(run: Any) -> None:
    calls = run(is_there=True)
    assert not any(call.startswith("docker") for call in calls)
    assert json.loads(calls[-1]) == {"Status": "SUCCESS", "UniqueId": "1", "Reason": "build:1", "Data": "tag"}


def test_a_failed_build_pushes_nothing_and_is_told(run: Any) -> None:
    calls = run(is_there=False, builds=False)
    assert not any(call.startswith("docker push") for call in calls)
    assert json.loads(calls[-1])["Status"] == "FAILURE"
