"""Releases: which files are accepted, and what becomes of them in the serving stack."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from assemblies import HOSTNAMES, Assembly
from aws_cdk import App, Environment, Stack
from aws_cdk import aws_kms as kms
from declared import allowed, only, text

from stacks.constructs.model.image import ManagedImage
from stacks.constructs.model.inference_pipeline import Container
from stacks.constructs.storage.artifact import ModelArchive
from stacks.policies.rule import evaluate
from stacks.policies.rules import RULES
from stacks.policies.templates import Templates
from stacks.settings import Settings
from stacks.workloads.shared.release import Release, ReleaseError
from stacks.workloads.shared.served_model import ServedModel, served_model

REGISTRY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
IMAGES = {
    "preprocess": "492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3",
    "pca": f"{REGISTRY}/slipway-prod-script-mode@sha256:{'d' * 64}",
    "xgboost": "492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:3.2-0",
    "postprocess": "492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3",
}


def content(**changes: Any) -> dict[str, Any]:
    """A release of SageMaker's registry, with some of its members changed."""
    return {
        "workload": "churn",
        "registry": "aws",
        "model_package_group": "slipway-prod-churn",
        "model_package_arn": "arn:aws:sagemaker:eu-central-1:123456789012:model-package/slipway-prod-churn/3",
        "version": 3,
        "status": "Approved",
        "metrics": {"f1": 0.92, "rows": 334, "confusion": {"tn": 283, "fp": 3, "fn": 5, "tp": 43}},
        "containers": [
            {
                "hostname": hostname,
                "image": image,
                "model_data_url": f"s3://slipway-artifacts/churn/training/x/{hostname}/output/model.tar.gz",
                "digest": hashlib.sha256(hostname.encode()).hexdigest(),
                "environment": {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"},
            }
            for hostname, image in IMAGES.items()
        ],
        **changes,
    }


def of_disk(folder: Path) -> dict[str, Any]:
    """A release of a local registry, its archives below the folder."""
    containers = []
    for container in content()["containers"]:
        archive = folder / container["hostname"] / "model.tar.gz"
        archive.parent.mkdir(parents=True)
        archive.write_bytes(container["hostname"].encode())
        containers.append({**container, "model_data_url": str(archive)})
    return content(registry="local", containers=containers)


@pytest.fixture
def release(tmp_path: Path) -> Callable[..., Path]:
    """Writes `churn.json` and gives its folder."""

    def write(content: Any) -> Path:
        (tmp_path / "churn.json").write_text(content if isinstance(content, str) else json.dumps(content))
        return tmp_path

    return write


def test_without_a_file_there_is_no_release(tmp_path: Path) -> None:
    assert Release.read(tmp_path / "churn.json", workload="churn") is None


def test_a_release_is_read_as_it_is_written(release: Callable[..., Path]) -> None:
    found = Release.read(release(content()) / "churn.json", workload="churn")
    assert found is not None
    assert json.loads(found.model_dump_json(exclude_none=True)) == content()


@pytest.mark.parametrize("status", ["PendingManualApproval", "Rejected"])
def test_a_version_that_is_not_approved_is_refused(release: Callable[..., Path], status: str) -> None:
    folder = release(content(status=status))
    with pytest.raises(ReleaseError, match=rf"churn\.json: version 3 is {status}; approve it .*VERSION=3"):
        Release.read(folder / "churn.json", workload="churn")


def changed(**container: Any) -> dict[str, Any]:
    first, *rest = content()["containers"]
    return content(containers=[{**first, **container}, *rest])


WRONG = {
    "no JSON": ("{", "Invalid JSON"),
    "of another workload": (content(workload="bank"), "is a release of bank, not of churn"),
    "without a version": ({k: v for k, v in content().items() if k != "version"}, "version: Field required"),
    "with a version as text": (content(version="3"), "version: Input should be a valid integer"),
    "with another status": (content(status="Maybe"), "status: Input should be 'Approved'"),
    "of an unknown registry": (content(registry="mlflow"), "registry: Input should be 'aws' or 'local'"),
    "with a member too many": (content(author="me"), "author: Extra inputs are not permitted"),
    "without containers": (content(containers=[]), "containers: Tuple should have at least 1 item"),
    "with an image of nowhere": (
        changed(image="python:3.12"),
        "containers: 0: image: expected the URI of an image",
    ),
    "with an image without a tag": (
        changed(image=f"{REGISTRY}/pca"),
        "containers: 0: image: expected the URI of an image",
    ),
    "with half a digest": (changed(digest="abc"), "containers: 0: digest: expected a SHA-256"),
    "with a path in AWS": (
        changed(model_data_url="build/model.tar.gz"),
        "build/model.tar.gz is not an S3 URL",
    ),
    "with a number in the environment": (changed(environment={"A": 1}), "containers: 0: environment: A: "),
}


@pytest.mark.parametrize(("content", "fault"), WRONG.values(), ids=WRONG)
def test_a_file_of_another_form_is_refused_by_its_member(
    release: Callable[..., Path], content: Any, fault: str
) -> None:
    with pytest.raises(ReleaseError) as refusal:
        Release.read(release(content) / "churn.json", workload="churn")
    assert str(refusal.value).startswith("churn.json: ")
    assert fault in str(refusal.value)


@pytest.fixture(scope="module")
def released(synth: Callable[..., Assembly], tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """prod with a release of SageMaker's registry."""
    folder = tmp_path_factory.mktemp("releases")
    (folder / "churn.json").write_text(json.dumps(content()))
    return synth("prod", releases=str(folder))


def test_the_model_is_made_of_what_the_release_says(released: Assembly) -> None:
    model = only(released.template("churn-serving"), "AWS::SageMaker::Model")["Properties"]
    assert model["Containers"] == [
        {
            "ContainerHostname": one["hostname"],
            "Image": one["image"],
            "ModelDataUrl": one["model_data_url"],
            "Environment": one["environment"],
        }
        for one in content()["containers"]
    ]


def test_a_release_of_aws_may_be_deployed(released: Assembly) -> None:
    assert released.errors("churn-serving") == []


def test_the_role_reads_the_released_archives_with_the_key_of_the_artifacts(released: Assembly) -> None:
    template = released.template("churn-serving")
    read = allowed(template, "s3:GetObject", "ExecutionRole")
    archives = {one["model_data_url"].replace("s3://", "arn:aws:s3:::") for one in content()["containers"]}
    assert {one for one in read if "batch" not in one} == archives
    assert all("Key" in key for key in allowed(template, "kms:Decrypt", "ExecutionRole"))


def test_the_role_pulls_the_released_images(released: Assembly) -> None:
    expected = set()
    for image in IMAGES.values():
        registry, _, name = image.partition("/")
        repository = name.partition("@")[0].partition(":")[0]
        expected.add(f"arn:aws:ecr:eu-central-1:{registry.partition('.')[0]}:repository/{repository}")
    assert allowed(released.template("churn-serving"), "ecr:BatchGetImage", "ExecutionRole") == expected


@pytest.mark.parametrize(("status", "faults"), [("Approved", 0), ("Rejected", 4)])
def test_our_policies_see_the_release_in_the_template(released: Assembly, status: str, faults: int) -> None:
    by_stack = {name: stack.template for name, stack in released.stacks.items()}
    found = evaluate(RULES, Templates(by_stack, [content(status=status)]), "prod")
    assert len([one for one in found if one.rule == "released-model-is-approved"]) == faults
    assert [one for one in found if one.rule == "image-cannot-move"] == []


def test_without_a_release_prod_shows_what_was_trained_here_and_is_not_deployed(prod: Assembly) -> None:
    urls = [
        text(one["ModelDataUrl"])
        for one in only(prod.template("churn-serving"), "AWS::SageMaker::Model")["Properties"]["Containers"]
    ]
    assert all(url.startswith("s3://cdk-") for url in urls)
    [error] = prod.errors("churn-serving")
    assert error.startswith("no release in ")
    assert error.endswith("run `make release WORKLOAD=churn VERSION=n`")


@pytest.fixture
def served(context: Mapping[str, Any]) -> Callable[..., tuple[ServedModel | None, list[str]]]:
    """What a stack's model is made of, and the error annotations that the stack gets."""

    def run(env: str, folder: Path, **overrides: str) -> tuple[ServedModel | None, list[str]]:
        settings = Settings.from_mapping({**context, "env": env, "releases": str(folder), **overrides})
        stack = Stack(App(), "Serving", env=Environment(region=settings.region))
        hops = [Container(hostname, ManagedImage.named("xgboost")) for hostname in HOSTNAMES]
        made = served_model(stack, settings, workload="churn", containers=hops, key=kms.Key(stack, "Key"))
        return made, [str(one.data) for one in stack.node.metadata if one.type == "aws:cdk:error"]

    return run


type Served = Callable[..., tuple[ServedModel | None, list[str]]]


def test_a_release_of_a_local_registry_is_published_by_its_archives(
    served: Served, release: Callable[..., Path], tmp_path: Path
) -> None:
    model, errors = served("dev", release(of_disk(tmp_path / "disk")), artifact_source="release")
    assert errors == []
    assert model is not None
    assert {type(one) for one in model.model_data.values()} == {ModelArchive}
    assert [one.environment for one in model.containers] == [
        one["environment"] for one in content()["containers"]
    ]
    # Images of the tree: those of the release lie in no account.
    assert {one.image for one in model.containers} == {ManagedImage.named("xgboost")}


def test_a_release_of_a_local_registry_is_not_deployed_to_prod(
    served: Served, release: Callable[..., Path], tmp_path: Path
) -> None:
    model, errors = served("prod", release(of_disk(tmp_path / "disk")))
    assert model is not None
    assert errors == ["version 3 of churn is of a registry on a local disk: release one of AWS"]


def test_archives_that_are_not_those_of_the_release_are_not_deployed(
    served: Served, release: Callable[..., Path], artifacts: Path, tmp_path: Path
) -> None:
    folder = release(of_disk(tmp_path / "disk"))
    (tmp_path / "disk" / "pca" / "model.tar.gz").write_bytes(b"another")
    (tmp_path / "disk" / "xgboost" / "model.tar.gz").unlink()
    model, errors = served("dev", folder, artifact_source="release", artifacts=str(artifacts))
    assert errors == ["version 3 of churn is not on this disk as released: pca, xgboost"]
    assert model is not None


def test_a_release_with_other_containers_is_refused(served: Served, release: Callable[..., Path]) -> None:
    swapped = content(containers=[*reversed(content()["containers"])])
    with pytest.raises(ReleaseError) as refusal:
        served("prod", release(swapped))
    expected = ", ".join(HOSTNAMES)
    assert str(refusal.value) == (
        f"version 3 of churn has the containers {', '.join(reversed(HOSTNAMES))}, not {expected}"
    )


def test_dev_does_not_look_at_releases(served: Served, release: Callable[..., Path], artifacts: Path) -> None:
    model, errors = served("dev", release("no release"), artifacts=str(artifacts))
    assert model is not None
    assert errors == []
