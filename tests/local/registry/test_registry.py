"""Registries: a folder, and SageMaker's behind botocore's stubs."""

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber
from pipelines import write_pipeline

import assembly
from assembly import ContainerDefinition, Model
from assembly.errors import SlipwayError, UsageError
from local.registry import APPROVED, PENDING, REJECTED, FolderRegistry, release
from local.registry.sagemaker import SageMakerRegistry
from local.storage.s3 import Storage

GROUP = "slipway-dev-shop"
ARN = f"arn:aws:sagemaker:eu-west-1:000000000000:model-package/{GROUP}"


class Shop:
    """A folder registry, and models to register in it."""

    def __init__(self, folder: Path) -> None:
        declared = assembly.load(write_pipeline(folder / "cdk.out"))
        self.storage = Storage(folder / "s3", declared)
        self.root = folder / "registry"
        self.staged = 0
        self.registry = FolderRegistry(self.root, declared.place)

    def document(self, name: str, text: str) -> str:
        """Put a document into the bucket; returns its URI."""
        uri = f"s3://data/described/{name}.json"
        path = self.storage.path(uri)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return uri

    def register(self, content: str, baseline: Mapping[str, str] | None = None, **metrics: Any) -> int:
        """Register a model of two containers, the first with this archive."""
        containers = []
        for name, text in (("a", content), ("b", "always the same")):
            path = self.storage.path(f"s3://data/{content}/{name}.tar.gz")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            url = f"s3://data/{content}/{name}.tar.gz"
            containers.append(ContainerDefinition(name, "registry/image:1", url, {"NAME": name}))
        model = Model("shop", tuple(containers))
        return self.stage(model, baseline, **metrics)

    def stage(self, model: Model, baseline: Mapping[str, str] | None = None, **metrics: Any) -> int:
        self.staged += 1
        package, moves = self.registry.stage(
            GROUP,
            model,
            PENDING,
            metrics,
            storage=self.storage,
            folder=self.root.parent / "staged" / str(self.staged),
            baseline=baseline or {},
        )
        for move in moves:
            move.make()
        return package.version


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_version_keeps_what_its_data_were_like_and_a_release_says_where_that_is(shop: Shop) -> None:
    uris = {name: shop.document(name, f'{{"{name}": 1}}') for name in ("statistics", "constraints")}
    version = shop.register("one", uris)
    for uri in uris.values():
        shop.storage.path(uri).unlink()
    kept = shop.registry.package(GROUP, version).baseline
    assert {name: Path(path).read_text() for name, path in kept.items()} == {
        name: f'{{"{name}": 1}}' for name in uris
    }
    approved = shop.registry.set_status(GROUP, version, APPROVED)
    assert release.content("shop", "local", approved)["baseline"] == kept
    without = shop.registry.set_status(GROUP, shop.register("two"), APPROVED)
    assert "baseline" not in release.content("shop", "local", without)


def test_versions_are_counted_and_keep_their_own_copy_of_the_archives(shop: Shop) -> None:
    assert [shop.register("one", f1=0.8), shop.register("two", f1=0.9)] == [1, 2]
    shop.storage.path("s3://data/one/a.tar.gz").write_text("overwritten")
    first, second = shop.registry.versions(GROUP)
    assert (first.version, first.status, first.metrics, first.arn) == (1, PENDING, {"f1": 0.8}, f"{ARN}/1")
    assert (second.version, second.metrics) == (2, {"f1": 0.9})
    assert [one.hostname for one in first.containers] == ["a", "b"]
    url = first.containers[0].model_data_url
    assert url is not None
    assert Path(url).read_text() == "one"
    assert first.containers[0].digest == hashlib.sha256(b"one").hexdigest()


def test_equal_containers_are_one_version_whatever_its_status(shop: Shop) -> None:
    shop.register("one")
    shop.register("two")
    shop.registry.set_status(GROUP, 1, REJECTED)
    assert shop.register("one") == 1
    assert [one.status for one in shop.registry.versions(GROUP)] == [REJECTED, PENDING]
    assert sorted(path.name for path in (shop.root / GROUP).iterdir()) == ["1", "2"]


def test_a_version_is_approved_and_rejected(shop: Shop) -> None:
    shop.register("one")
    assert shop.registry.set_status(GROUP, 1, APPROVED).status == APPROVED
    assert shop.registry.package(GROUP, 1).status == APPROVED
    shop.registry.set_status(GROUP, 1, REJECTED)
    assert shop.registry.package(GROUP, 1).status == REJECTED


def test_a_registration_that_fails_leaves_nothing(shop: Shop) -> None:
    model = Model("shop", (ContainerDefinition("a", "image", "s3://data/gone.tar.gz", {}),))
    with pytest.raises(FileNotFoundError):
        shop.stage(model)
    assert not shop.root.exists()
    assert shop.registry.versions(GROUP) == []


def test_a_version_that_is_not_there_is_refused_with_those_that_are(shop: Shop) -> None:
    with pytest.raises(UsageError, match="has no version 1; it has none"):
        shop.registry.package(GROUP, 1)
    shop.register("one")
    with pytest.raises(UsageError, match="has no version 7; it has 1"):
        shop.registry.set_status(GROUP, 7, APPROVED)


def test_an_archive_that_was_changed_in_the_registry_is_not_released(shop: Shop) -> None:
    shop.register("one")
    shop.registry.set_status(GROUP, 1, APPROVED)
    url = shop.registry.package(GROUP, 1).containers[0].model_data_url
    assert url is not None
    Path(url).write_text("something else")
    with pytest.raises(SlipwayError, match=r"a/model\.tar\.gz is not the archive that was registered"):
        shop.registry.package(GROUP, 1)


def test_a_release_holds_each_container_with_what_a_reviewer_wants_to_see(shop: Shop) -> None:
    shop.register("one", f1=0.8)
    found = release.content("shop", "local", shop.registry.set_status(GROUP, 1, APPROVED))
    assert (found["workload"], found["registry"], found["version"], found["status"]) == (
        "shop",
        "local",
        1,
        "Approved",
    )
    assert found["metrics"] == {"f1": 0.8}
    assert [one["hostname"] for one in found["containers"]] == ["a", "b"]
    assert found["containers"][0]["digest"] == hashlib.sha256(b"one").hexdigest()
    assert found["containers"][0].keys() == {"hostname", "image", "model_data_url", "digest", "environment"}


@pytest.mark.parametrize("status", [PENDING, REJECTED])
def test_a_version_that_is_not_approved_is_not_released(shop: Shop, status: str) -> None:
    shop.register("one")
    package = shop.registry.set_status(GROUP, 1, status)
    with pytest.raises(SlipwayError, match=rf"is {status}; approve it with: .* models shop approve 1"):
        release.content("shop", "local", package)


class Aws:
    """SageMaker's registry with two versions, its answers checked against botocore's shapes."""

    def __init__(self) -> None:
        session = boto3.Session(
            region_name="eu-west-1", aws_access_key_id="local", aws_secret_access_key="local"
        )
        clients = session.client("sagemaker"), session.client("s3")
        self.sagemaker, self.s3 = (Stubber(client) for client in clients)
        self.registry = SageMakerRegistry(*clients)

    def lists(self) -> None:
        for version in (2, 1):
            page: dict[str, Any] = {"ModelPackageSummaryList": [summary(version)]}
            expected = {"ModelPackageGroupName": GROUP}
            if version == 2:
                page["NextToken"] = "more"
            else:
                expected["NextToken"] = "more"
            self.sagemaker.add_response("list_model_packages", page, expected)

    def describes(self, version: int, status: str) -> None:
        answer = {
            **summary(version),
            "ModelApprovalStatus": status,
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "InferenceSpecification": {
                "Containers": [
                    {
                        "ContainerHostname": "a",
                        "Image": "registry/image:1",
                        "ModelDataUrl": "s3://models/a/model.tar.gz",
                        "Environment": {"NAME": "a"},
                    },
                    {"Image": "registry/image:2"},
                ]
            },
            "ModelMetrics": {
                "ModelQuality": {
                    "Statistics": {"ContentType": "json", "S3Uri": "s3://models/evaluation.json"}
                }
            },
        }
        expected = {"ModelPackageName": f"{ARN}/{version}"}
        self.sagemaker.add_response("describe_model_package", answer, expected)
        self.holds("evaluation.json", json.dumps({"f1": 0.9}).encode())

    def holds(self, key: str, content: bytes) -> None:
        body = StreamingBody(io.BytesIO(content), len(content))
        self.s3.add_response("get_object", {"Body": body}, {"Bucket": "models", "Key": key})


def summary(version: int) -> dict[str, Any]:
    return {
        "ModelPackageName": f"{GROUP}/{version}",
        "ModelPackageGroupName": GROUP,
        "ModelPackageVersion": version,
        "ModelPackageArn": f"{ARN}/{version}",
        "CreationTime": datetime(2026, 1, version, tzinfo=UTC),
        "ModelPackageStatus": "Completed",
    }


@pytest.fixture
def aws() -> Iterator[Aws]:
    one = Aws()
    with one.sagemaker, one.s3:
        yield one
        one.sagemaker.assert_no_pending_responses()
        one.s3.assert_no_pending_responses()


def test_the_versions_of_sagemakers_registry_are_listed_with_their_metrics(aws: Aws) -> None:
    aws.lists()
    aws.describes(1, APPROVED)
    aws.describes(2, PENDING)
    assert [(one.version, one.status, one.metrics) for one in aws.registry.versions(GROUP)] == [
        (1, APPROVED, {"f1": 0.9}),
        (2, PENDING, {"f1": 0.9}),
    ]


def test_a_package_of_sagemakers_registry_has_the_digests_of_its_archives(aws: Aws) -> None:
    aws.lists()
    aws.describes(2, APPROVED)
    aws.holds("a/model.tar.gz", b"archive")
    package = aws.registry.package(GROUP, 2)
    assert [(one.hostname, one.digest) for one in package.containers] == [
        ("a", hashlib.sha256(b"archive").hexdigest()),
        ("container-2", None),
    ]
    assert release.content("shop", aws.registry.name, package)["registry"] == "aws"


def test_approving_updates_the_package_of_that_version(aws: Aws) -> None:
    aws.lists()
    update = {"ModelPackageArn": f"{ARN}/1", "ModelApprovalStatus": APPROVED}
    aws.sagemaker.add_response("update_model_package", {"ModelPackageArn": f"{ARN}/1"}, update)
    aws.describes(1, APPROVED)
    assert aws.registry.set_status(GROUP, 1, APPROVED).status == APPROVED


def test_what_sagemaker_refuses_is_said_in_its_words(aws: Aws) -> None:
    aws.sagemaker.add_client_error("list_model_packages", "ValidationException", "no such group")
    with pytest.raises(SlipwayError, match=f"{GROUP}: .*no such group"):
        aws.registry.versions(GROUP)


def test_a_version_that_sagemakers_registry_does_not_have_is_refused(aws: Aws) -> None:
    aws.lists()
    with pytest.raises(UsageError, match="has no version 3; it has 1, 2"):
        aws.registry.package(GROUP, 3)
