"""What people do with the roles that they work with, in a notebook instance or in Studio.

No page of AWS lists it: they do what the role is for, with what the other stacks declare.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.iam.calls import pages
from rehearsal.iam.calls.call import Call, Caller, of_service
from rehearsal.iam.calls.parts import encrypts_volume, enters, logs
from rehearsal.iam.calls.storage import gets, lists, writes
from rehearsal.iam.inventory import Inventory

_SAGEMAKER = "sagemaker.amazonaws.com"
_PIPELINE = ("DescribePipeline", "ListPipelineExecutions", "StartPipelineExecution")
_EXECUTION = ("DescribePipelineExecution", "ListPipelineExecutionSteps", "StopPipelineExecution")


def people_calls(inventory: Inventory) -> Iterator[Call]:
    """The calls of people in every notebook instance, and of every user profile of a Studio domain."""
    yield from _notebooks(inventory)
    yield from _studio(inventory)


def _notebooks(inventory: Inventory) -> Iterator[Call]:
    for one in inventory.resources("AWS::SageMaker::NotebookInstance"):
        properties, path = one.properties, inventory.path(one)
        role, arn = properties["RoleArn"], inventory.arn("sagemaker", f"notebook-instance/{one.name}")
        yield of_service(inventory, _SAGEMAKER, path, arn).assumes(role, pages.CONFUSED_DEPUTY)
        outside = Caller(inventory, role, path)
        vpc_config = None
        if "SubnetId" in properties:
            vpc_config = {
                "Subnets": [properties["SubnetId"]],
                "SecurityGroupIds": properties["SecurityGroupIds"],
            }
        yield from logs(outside, "/aws/sagemaker/NotebookInstances", pages.NOTEBOOK)
        yield from encrypts_volume(outside, properties.get("KmsKeyId"), pages.NOTEBOOK)
        yield from enters(outside, vpc_config, pages.NOTEBOOK)
        inside = outside.within(vpc_config)
        yield inside.call(
            "sagemaker:StopNotebookInstance",
            arn,
            "stops itself when nobody uses it",
            pages.API_PERMISSIONS,
            leaves_by="sagemaker.api",
        )
        yield from _Explorer(inventory, inside, "workbench").calls()


def _studio(inventory: Inventory) -> Iterator[Call]:
    domains = {one.properties["DomainName"]: one for one in inventory.resources("AWS::SageMaker::Domain")}
    for name, one in domains.items():
        path, arn = inventory.path(one), inventory.arn("sagemaker", f"domain/d-{name}")
        role = one.properties["DefaultUserSettings"]["ExecutionRole"]
        yield of_service(inventory, _SAGEMAKER, path, arn).assumes(role, pages.CONFUSED_DEPUTY)
        yield from logs(Caller(inventory, role, path), "/aws/sagemaker/studio", pages.NOTEBOOK)
    for one in inventory.resources("AWS::SageMaker::UserProfile"):
        properties, user = one.properties, one.properties["UserProfileName"]
        role, domain_id = properties["UserSettings"]["ExecutionRole"], properties["DomainId"]
        domain = domains[domain_id.removeprefix("d-")]
        path, arn = inventory.path(one), inventory.arn("sagemaker", f"user-profile/{domain_id}/{user}")
        yield of_service(inventory, _SAGEMAKER, path, arn).assumes(role, pages.CONFUSED_DEPUTY)
        outside = Caller(inventory, role, path)
        inside = outside.within(domain.properties)
        yield from logs(outside, "/aws/sagemaker/studio", pages.NOTEBOOK)
        yield from encrypts_volume(outside, domain.properties.get("KmsKeyId"), pages.STUDIO_KEYS)
        yield from _in_the_page(inventory, inside, domain_id, user)
        yield from _Explorer(inventory, inside, f"studio/{user}").calls()


def _in_the_page(inventory: Inventory, caller: Caller, domain_id: str, user: str) -> Iterator[Call]:
    """The page of Studio starts and stops the app of a user's own space."""
    spaces = [
        one.name
        for one in inventory.resources("AWS::SageMaker::Space")
        if one.properties.get("OwnershipSettings", {}).get("OwnerUserProfileName") == user
    ]
    for space in spaces:
        app = inventory.arn("sagemaker", f"app/{domain_id}/{space}/jupyterlab/default")
        actions = ("AddTags", "CreateApp", "DeleteApp", "DescribeApp")
        yield from _api(caller, actions, app, "runs JupyterLab")
        yield from _api(
            caller,
            ("DescribeSpace",),
            inventory.arn("sagemaker", f"space/{domain_id}/{space}"),
            "shows the space",
        )
    profile = inventory.arn("sagemaker", f"user-profile/{domain_id}/{user}")
    yield from _api(caller, ("CreatePresignedDomainUrl", "DescribeUserProfile"), profile, "opens Studio")
    yield from _api(
        caller, ("DescribeDomain",), inventory.arn("sagemaker", f"domain/{domain_id}"), "opens Studio"
    )
    yield from _api(caller, ("ListApps", "ListSpaces"), "*", "shows what runs")


@dataclass(frozen=True)
class _Explorer:
    """Somebody who looks at what the workloads of the templates read and write, runs their pipelines and asks
    their endpoints, and keeps files below `own`."""

    inventory: Inventory
    caller: Caller
    own: str

    def calls(self) -> Iterator[Call]:
        for pipeline in self.inventory.resources("AWS::SageMaker::Pipeline"):
            arn = self.inventory.arn("sagemaker", f"pipeline/{pipeline.name}")
            yield from _api(self.caller, _PIPELINE, arn, "runs a pipeline")
            yield from _api(self.caller, _EXECUTION, f"{arn}/execution/abcdef123456", "follows an execution")
        for group in self.inventory.resources("AWS::SageMaker::ModelPackageGroup"):
            yield from self._models(group.name)
        for endpoint in self.inventory.resources("AWS::SageMaker::Endpoint"):
            arn = self.inventory.arn("sagemaker", f"endpoint/{endpoint.name}")
            yield from _api(self.caller, ("DescribeEndpoint",), arn, "looks at an endpoint")
            yield self.caller.call(
                "sagemaker:InvokeEndpoint",
                arn,
                "asks an endpoint",
                pages.ENDPOINT_API,
                leaves_by="sagemaker.runtime",
            )
        for repository in self.inventory.resources("AWS::ECR::Repository"):
            arn = self.inventory.arn("ecr", f"repository/{repository.name}")
            yield from self.caller.calls(
                ("ecr:DescribeImages", "ecr:ListImages"),
                arn,
                "looks for images",
                pages.ECR_PUSH,
                leaves_by="ecr.api",
            )
        yield from self._files()

    def _models(self, group: str) -> Iterator[Call]:
        arn = self.inventory.arn("sagemaker", f"model-package-group/{group}")
        yield from _api(self.caller, ("DescribeModelPackageGroup",), arn, "looks at models")
        version = self.inventory.arn("sagemaker", f"model-package/{group}/1")
        actions = ("DescribeModelPackage", "ListModelPackages")
        yield from _api(self.caller, actions, version, "looks at models")

    def _files(self) -> Iterator[Call]:
        buckets = _data_and_artifacts(self.inventory)
        if len(buckets) < 2:
            return
        workloads = {
            one.tags["workload"]
            for one in self.inventory.resources("AWS::SageMaker::Pipeline")
            if "workload" in one.tags
        }
        for workload in sorted(workloads):
            for bucket in buckets.values():
                yield lists(self.caller, bucket, f"{workload}/", "looks at data", pages.S3_KEYS)
                yield from gets(self.caller, f"s3://{bucket}/{workload}/", "looks at data", pages.S3_KEYS)
        kept = f"s3://{buckets['artifacts']}/{self.own}/"
        yield lists(self.caller, buckets["artifacts"], f"{self.own}/", "keeps files", pages.S3_KEYS)
        yield from gets(self.caller, kept, "keeps files", pages.S3_KEYS)
        yield from writes(self.caller, kept, "keeps files", pages.S3_KEYS)


def _data_and_artifacts(inventory: Inventory) -> Mapping[str, str]:
    """The bucket that tells EventBridge what is put into it, and the one where pipelines write."""
    named: dict[str, Any] = {}
    for one in inventory.resources("AWS::S3::Bucket"):
        if "NotificationConfiguration" in one.properties:
            named["data"] = one.name
        elif inventory.bucket_keys[one.name]:
            named["artifacts"] = one.name
    return named


def _api(caller: Caller, actions: tuple[str, ...], arn: str, purpose: str) -> Iterator[Call]:
    calls = [f"sagemaker:{one}" for one in actions]
    yield from caller.calls(calls, arn, purpose, pages.API_PERMISSIONS, leaves_by="sagemaker.api")
