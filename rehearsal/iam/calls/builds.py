"""What CodePipeline and CodeBuild call to build images."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from assembly import Resource
from rehearsal.iam.calls import pages
from rehearsal.iam.calls.call import Call, Caller, of_service, run
from rehearsal.iam.calls.parts import logs
from rehearsal.iam.calls.storage import gets, split, writes
from rehearsal.iam.inventory import Inventory

_BUCKET = ("s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning")
_SOURCE = ("s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging")
_PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
# Pipelines' folder in the bucket of artifacts begins with so much of their name, CodePipeline says.
_LONGEST_FOLDER = 20


def build_calls(inventory: Inventory) -> Iterator[Call]:
    """The calls of every AWS::CodePipeline::Pipeline and of the AWS::CodeBuild::Projects that it starts."""
    projects = {one.name: one for one in inventory.resources("AWS::CodeBuild::Project")}
    for pipeline in inventory.resources("AWS::CodePipeline::Pipeline"):
        properties, path = pipeline.properties, inventory.path(pipeline)
        role, arn = properties["RoleArn"], inventory.arn("codepipeline", pipeline.name)
        yield of_service(inventory, "codepipeline.amazonaws.com", path, arn).assumes(role, pages.CODEPIPELINE)
        caller = Caller(inventory, role, path)
        store = properties["ArtifactStore"]["Location"]
        artifact = f"s3://{store}/{pipeline.name[:_LONGEST_FOLDER]}/source/example.zip"
        yield from caller.calls(
            _BUCKET, inventory.bucket_arn(store), "looks at the bucket of artifacts", pages.CODEPIPELINE
        )
        yield from writes(caller, artifact, "hands the source on", pages.CODEPIPELINE)
        yield from _gets_version(caller, artifact, "hands the source on", pages.CODEPIPELINE)
        for action in _actions(properties):
            configuration = action["Configuration"]
            match action["ActionTypeId"]["Provider"]:
                case "S3":
                    yield from _source(caller, configuration)
                case "CodeBuild":
                    project = projects[configuration["ProjectName"]]
                    yield from _started(caller, project)
                    yield from _build(inventory, project, configuration, artifact)


def _actions(pipeline: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for stage in pipeline["Stages"]:
        yield from stage["Actions"]


def _gets_version(caller: Caller, uri: str, purpose: str, page: str) -> Iterator[Call]:
    """The artifact is fetched, as what it is now and as the version that its id names."""
    yield from gets(caller, uri, purpose, page)
    bucket, key = split(uri)
    arn = f"{caller.inventory.bucket_arn(bucket)}/{key}"
    yield caller.call("s3:GetObjectVersion", arn, purpose, page)


def _source(caller: Caller, configuration: Mapping[str, str]) -> Iterator[Call]:
    bucket = caller.inventory.bucket_arn(configuration["S3Bucket"])
    yield from caller.calls(_BUCKET, bucket, "looks at the bucket of the source", pages.CODEPIPELINE_S3)
    source = f"{bucket}/{configuration['S3ObjectKey']}"
    yield from caller.calls(_SOURCE, source, "fetches the source", pages.CODEPIPELINE_S3)


def _started(caller: Caller, project: Resource) -> Iterator[Call]:
    arn = caller.inventory.arn("codebuild", f"project/{project.name}")
    yield from caller.calls(
        ("codebuild:BatchGetBuilds", "codebuild:StartBuild"), arn, "runs the build", pages.CODEPIPELINE_BUILD
    )


def _build(
    inventory: Inventory, project: Resource, configuration: Mapping[str, str], artifact: str
) -> Iterator[Call]:
    properties, path = project.properties, inventory.path(project)
    role, arn = properties["ServiceRole"], inventory.arn("codebuild", f"project/{project.name}")
    yield of_service(inventory, "codebuild.amazonaws.com", path, arn).assumes(role, pages.CODEBUILD)
    caller = Caller(inventory, role, path)
    yield from run(_gets_version(caller, artifact, "fetches the source", pages.CODEBUILD))
    group = properties["LogsConfig"]["CloudWatchLogs"]["GroupName"]
    yield from logs(caller, group, pages.CODEBUILD, creates_group=False)
    variables = {
        one["name"]: one["value"] for one in json.loads(configuration.get("EnvironmentVariables", "[]"))
    }
    if repository := variables.get("REPOSITORY"):
        yield caller.call("ecr:GetAuthorizationToken", "*", "signs in to the registry", pages.ECR_PUSH)
        pushed = inventory.arn("ecr", f"repository/{repository}")
        yield caller.call("ecr:DescribeImages", pushed, "looks for the image's tag", pages.ECR_PUSH)
        yield from caller.calls(_PUSH, pushed, "pushes the image", pages.ECR_PUSH)
