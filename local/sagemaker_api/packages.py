"""Model package groups and model packages: the folder registry that pipelines and `slipway models` use."""

import json
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from assembly import Assembly, Model
from assembly.errors import SlipwayError
from local.aws.errors import validation
from local.aws.s3.buckets import MadeBuckets
from local.registry import PENDING, FolderRegistry
from local.registry.package import Package
from local.sagemaker_api.answers import not_found, of_template
from local.sagemaker_api.listing import Listing
from local.sagemaker_api.operations import Operation, of_resource
from local.sagemaker_api.pipelines import conflict
from local.sagemaker_api.records import Records
from local.sagemaker_api.tags import put_tags, tags_by_name, tags_of
from local.storage.s3 import Storage

_TYPE = "AWS::SageMaker::ModelPackageGroup"
_UPDATED = {"ModelPackageArn", "ModelApprovalStatus", "ApprovalDescription", "ClientToken"}
Request = Mapping[str, Any]
_CALLER: Mapping[str, str] = {"UserProfileName": "local"}


class Packages:
    """The groups of the template and of clients, the versions in them, and their operations.

    A version's archives are copied to the default bucket when it is described: clients fetch and deploy them
    from there.
    """

    def __init__(
        self,
        declared: Assembly,
        registry: FolderRegistry,
        storage: Storage,
        buckets: MadeBuckets,
        folder: Path,
    ) -> None:
        self._declared, self._registry = declared, registry
        self._storage, self._buckets = storage, buckets
        self._groups = Records(folder / "model-package-group")
        self._started = time.time()

    def operations(self) -> dict[str, Operation]:
        groups: dict[str, Operation] = {"Create": self._create_group, "Describe": self._describe_group}
        groups |= {"List": self._list_groups, "Delete": self._delete_group}
        packages: dict[str, Operation] = {"Create": self._create, "Describe": self._describe}
        packages |= {"List": self._list, "Update": self._update}
        return of_resource("ModelPackageGroup", groups) | of_resource("ModelPackage", packages)

    def groups(self) -> set[str]:
        """The names of all groups."""
        return self._groups.names() | self._declared.names(_TYPE)

    def tags(self, name: str) -> Mapping[str, str] | None:
        """The tags of a group; None if there is none of that name."""
        return tags_by_name(self._groups, self._declared.resources(_TYPE), name)

    def set_tags(self, name: str, tags: Mapping[str, str]) -> None:
        put_tags(self._groups, name, tags, self._group_arn(name))

    def _create_group(self, request: Request) -> Request:
        name = request["ModelPackageGroupName"]
        if name in self.groups():
            raise validation(f"Model Package Group already exists: {self._group_arn(name)}")
        record = {
            "description": request.get("ModelPackageGroupDescription"),
            "created": time.time(),
            "tags": tags_of(request),
        }
        self._groups.put(name, record)
        return {"ModelPackageGroupArn": self._group_arn(name)}

    def _describe_group(self, request: Request) -> Request:
        name = request["ModelPackageGroupName"].rpartition("/")[2]
        self._demand_group("DescribeModelPackageGroup", name)
        return {**self._group(name), "CreatedBy": dict(_CALLER)}

    def _list_groups(self, request: Request) -> Request:
        listing = Listing("ModelPackageGroupSummaryList", "ModelPackageGroupName")
        return listing.page([self._group(name) for name in sorted(self.groups())], request)

    def _delete_group(self, request: Request) -> None:
        name = request["ModelPackageGroupName"].rpartition("/")[2]
        self._demand_group("DeleteModelPackageGroup", name)
        if self._groups.find(name) is None:
            raise of_template(self._group_arn(name))
        if self._registry.versions(name):
            raise conflict(f"the model package group {name} has packages")
        self._groups.remove(name)

    def _create(self, request: Request) -> Request:
        """A new version; one whose containers are those of another stays that one, as a pipeline has it."""
        for needed in ("ModelPackageGroupName", "InferenceSpecification"):
            if needed not in request:
                raise validation(
                    f"{needed} is missing: the runner keeps versions of groups, with their containers"
                )
        group = request["ModelPackageGroupName"].rpartition("/")[2]
        self._demand_group("CreateModelPackage", group)
        try:
            model = Model.from_arguments(group, request["InferenceSpecification"])
            with tempfile.TemporaryDirectory(dir=self._storage.incoming) as folder:
                package, moves = self._registry.stage(
                    group,
                    model,
                    request.get("ModelApprovalStatus", PENDING),
                    self._metrics(request),
                    storage=self._storage,
                    folder=Path(folder) / "package",
                )
                for move in moves:
                    move.make()
        except SlipwayError as error:
            raise validation(str(error)) from None
        except FileNotFoundError as error:
            raise validation(f"Could not find model data at {error.filename}.") from None
        return {"ModelPackageArn": package.arn}

    def _describe(self, request: Request) -> Request:
        package = self._find("DescribeModelPackage", request["ModelPackageName"])
        containers = [
            {
                "ContainerHostname": one.hostname,
                "Image": one.image,
                "Environment": dict(one.environment),
                "ModelDataUrl": self._published(package, one.hostname, Path(one.model_data_url))
                if one.model_data_url
                else None,
            }
            for one in package.containers
        ]
        found = {
            **self._summary(package),
            "ModelPackageStatusDetails": {
                "ValidationStatuses": [{"Name": self._name(package), "Status": "Completed"}]
            },
            "InferenceSpecification": {"Containers": containers},
        }
        if package.reason:
            found["ApprovalDescription"] = package.reason
        if package.metrics:
            statistics = {"ContentType": "application/json", "S3Uri": self._published_metrics(package)}
            found["ModelMetrics"] = {"ModelQuality": {"Statistics": statistics}}
        return found

    def _list(self, request: Request) -> Request:
        groups = sorted(self.groups())
        if "ModelPackageGroupName" in request:
            groups = [request["ModelPackageGroupName"].rpartition("/")[2]]
            self._demand_group("ListModelPackages", groups[0])
        status = request.get("ModelApprovalStatus")
        found = [
            self._summary(package)
            for group in groups
            for package in self._registry.versions(group)
            if status in (None, package.status)
        ]
        return Listing("ModelPackageSummaryList", "ModelPackageName").page(found, request)

    def _update(self, request: Request) -> Request:
        for member in request.keys() - _UPDATED:
            raise validation(f"{member} is not kept here: ModelApprovalStatus is what can be updated")
        package = self._find("UpdateModelPackage", request["ModelPackageArn"])
        if request.keys() & {"ModelApprovalStatus", "ApprovalDescription"}:
            self._registry.set_status(
                package.group,
                package.version,
                request.get("ModelApprovalStatus", package.status),
                request.get("ApprovalDescription", package.reason),
            )
        return {"ModelPackageArn": package.arn}

    def _find(self, operation: str, arn: str) -> Package:
        group, _, version = arn.rpartition(":model-package/")[2].partition("/")
        found = [one for one in self._registry.versions(group) if str(one.version) == version]
        if not found or group not in self.groups():
            raise not_found(operation, "model package", arn)
        return found[0]

    def _demand_group(self, operation: str, name: str) -> None:
        if name not in self.groups():
            raise not_found(operation, "model package group", self._group_arn(name))

    def _group(self, name: str) -> dict[str, Any]:
        record = self._groups.find(name) or {}
        return {
            "ModelPackageGroupName": name,
            "ModelPackageGroupArn": self._group_arn(name),
            "ModelPackageGroupDescription": record.get("description"),
            "CreationTime": record.get("created", self._started),
            "ModelPackageGroupStatus": "Completed",
        }

    def _summary(self, package: Package) -> dict[str, Any]:
        return {
            "ModelPackageName": self._name(package),
            "ModelPackageGroupName": package.group,
            "ModelPackageVersion": package.version,
            "ModelPackageArn": package.arn,
            "CreationTime": datetime.fromisoformat(package.created).timestamp(),
            "ModelPackageStatus": "Completed",
            "ModelApprovalStatus": package.status,
        }

    @staticmethod
    def _name(package: Package) -> str:
        return f"{package.group}-{package.version}"

    def _group_arn(self, name: str) -> str:
        return self._declared.place.arn("sagemaker", f"model-package-group/{name}")

    def _metrics(self, request: Request) -> Mapping[str, Any]:
        """The JSON that the request has for the model's quality, as far as it is there."""
        quality = request.get("ModelMetrics", {}).get("ModelQuality", {})
        uri = quality.get("Statistics", {}).get("S3Uri")
        if uri is None:
            return {}
        try:
            found = json.loads(self._storage.path(uri).read_bytes())
        except (OSError, ValueError):
            raise validation(f"the metrics {uri} cannot be read as JSON") from None
        return found if isinstance(found, dict) else {"value": found}

    def _published(self, package: Package, hostname: str, archive: Path) -> str:
        """Where clients find a file of the registry."""
        uri = f"{self._place(package)}/{hostname}/model.tar.gz"
        if not self._storage.exists(uri):
            self._storage.upload(archive, uri)
        return uri

    def _published_metrics(self, package: Package) -> str:
        uri = f"{self._place(package)}/metrics.json"
        if not self._storage.exists(uri):
            with tempfile.TemporaryDirectory(dir=self._storage.incoming) as folder:
                file = Path(folder) / "metrics.json"
                file.write_text(json.dumps(package.metrics, indent=2), encoding="utf-8")
                self._storage.take(file, uri)
        return uri

    def _place(self, package: Package) -> str:
        place = self._declared.place
        # Where the SageMaker SDK puts what it is given no other bucket for.
        bucket = f"sagemaker-{place.region}-{place.account}"
        if not self._storage.has_bucket(bucket):
            self._buckets.make(bucket, self._storage)
        return f"s3://{bucket}/model-packages/{package.group}/{package.version}"
