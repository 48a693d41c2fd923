"""A container image built within AWS: neither a synth nor whoever deploys needs Docker."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import CfnWaitCondition, CfnWaitConditionHandle, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk.aws_codebuild import CfnProject
from aws_cdk.aws_codepipeline import CfnPipeline
from aws_cdk.aws_s3_assets import Asset
from constructs import Construct

from stacks.asked_once import add_statement
from stacks.constructs.access.service_role import ServiceRole, allow_without_resource
from stacks.constructs.model.build_context import staged
from stacks.constructs.operations.log_groups import LogGroups
from stacks.constructs.storage.artifact import S3Prefix

_MINUTES = 30
# Docker Hub limits anonymous pulls from shared addresses; AWS mirrors its official images.
_MIRROR = "public.ecr.aws/docker/library/"
_BUILD = """
if aws ecr describe-images --repository-name "$REPOSITORY" --image-ids imageTag="$TAG" >/dev/null 2>&1; then
  echo "$REPOSITORY holds $TAG already"
else
  registry="$ACCOUNT.dkr.ecr.$AWS_REGION.$SUFFIX"
  aws ecr get-login-password | docker login --username AWS --password-stdin "$registry" &&
  base="$MIRROR$(sed -n 's/^ARG BASE=//p' Dockerfile)" &&
  docker build --build-arg BASE="$base" --tag "$registry/$REPOSITORY:$TAG" . &&
  docker push "$registry/$REPOSITORY:$TAG"
fi
"""
# Runs whether or not the build succeeded: the stack waits for either answer.
_TELL = """
if [ "$CODEBUILD_BUILD_SUCCEEDING" = 1 ]; then status=SUCCESS; else status=FAILURE; fi
printf '{"Status":"%s","UniqueId":"%s","Reason":"%s","Data":"%s"}' \
  "$status" "$CODEBUILD_BUILD_NUMBER" "$CODEBUILD_BUILD_ID" "$TAG" |
curl --silent --show-error --request PUT --header "Content-Type:" --data @- "$SIGNAL_URL"
"""
_BUILD_SPEC = {
    "version": "0.2",
    "phases": {"build": {"commands": [_BUILD.strip()]}, "post_build": {"commands": [_TELL.strip()]}},
}
_SOURCE = "source"


class ImageBuild(Construct):
    """Builds the image of the folder `source`, whose content tag is `tag`, and is complete once the
    repository holds it.

    A pipeline runs when it is created and whenever its definition changes, as it does with the tag. Its build
    signals a wait condition of that tag, so that a stack which depends on this one finds the image, and a
    failed build rolls this stack back. A tag that is there already is not built again.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        source: Path,
        tag: str,
        repository: ecr.IRepository,
        work: S3Prefix,
        logs: LogGroups,
    ) -> None:
        super().__init__(scope, id)
        self._stack = Stack.of(self)
        with staged(source) as context:
            archive = Asset(self, "Source", path=str(context))
        builder = self._build_builder_role(name, repository, work)
        project = self._build_project(builder, work, logs)
        # A handle is good for one signal: each tag has its own.
        handle = CfnWaitConditionHandle(self, f"Requested{tag}")
        variables = {"TAG": tag, "SIGNAL_URL": handle.ref, "REPOSITORY": repository.repository_name}
        starter = self._build_starter_role(name, archive, project, work)
        pipeline = CfnPipeline(
            self,
            "Pipeline",
            name=name,
            pipeline_type="V2",
            restart_execution_on_update=True,
            role_arn=starter.role_arn,
            artifact_store=CfnPipeline.ArtifactStoreProperty(
                type="S3",
                location=work.bucket.bucket_name,
                encryption_key=CfnPipeline.EncryptionKeyProperty(id=_key_of(work), type="KMS"),
            ),
            stages=[
                _stage("Source", _from_bucket(archive)),
                _stage("Build", self._by_project(project, variables)),
            ],
        )
        # It runs as soon as it is created.
        pipeline.node.add_dependency(starter.policy, builder.policy)
        built = CfnWaitCondition(self, f"Built{tag}", count=1, handle=handle.ref, timeout=str(_MINUTES * 60))
        built.node.add_dependency(pipeline)

    def _build_builder_role(self, name: str, repository: ecr.IRepository, work: S3Prefix) -> ServiceRole:
        role = ServiceRole(
            self,
            "BuilderRole",
            service="codebuild.amazonaws.com",
            description=f"Builds and pushes the image of {name}",
            names_source=False,
        )
        work.grant_get_versions(role)
        allow_without_resource(role, ["ecr:GetAuthorizationToken"])
        add_statement(
            role,
            iam.PolicyStatement(
                actions=[
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:CompleteLayerUpload",
                    "ecr:DescribeImages",
                    "ecr:InitiateLayerUpload",
                    "ecr:PutImage",
                    "ecr:UploadLayerPart",
                ],
                resources=[repository.repository_arn],
            ),
        )
        return role

    def _build_project(self, role: ServiceRole, work: S3Prefix, logs: LogGroups) -> CfnProject:
        group = logs.group(self, "Logs")
        add_statement(
            role,
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[group.log_group_arn]
            ),
        )
        fixed = {"ACCOUNT": self._stack.account, "SUFFIX": self._stack.url_suffix, "MIRROR": _MIRROR}
        return CfnProject(
            self,
            "Project",
            service_role=role.role_arn,
            encryption_key=_key_of(work),
            timeout_in_minutes=_MINUTES,
            artifacts=CfnProject.ArtifactsProperty(type="CODEPIPELINE"),
            source=CfnProject.SourceProperty(type="CODEPIPELINE", build_spec=json.dumps(_BUILD_SPEC)),
            environment=CfnProject.EnvironmentProperty(
                type="LINUX_CONTAINER",
                compute_type="BUILD_GENERAL1_SMALL",
                image="aws/codebuild/amazonlinux-x86_64-standard:5.0",
                privileged_mode=True,  # Docker needs it
                environment_variables=[
                    CfnProject.EnvironmentVariableProperty(name=variable, value=value)
                    for variable, value in fixed.items()
                ],
            ),
            logs_config=CfnProject.LogsConfigProperty(
                cloud_watch_logs=CfnProject.CloudWatchLogsConfigProperty(
                    status="ENABLED", group_name=group.log_group_name
                )
            ),
        )

    def _build_starter_role(
        self, name: str, archive: Asset, project: CfnProject, work: S3Prefix
    ) -> ServiceRole:
        role = ServiceRole(
            self,
            "PipelineRole",
            service="codepipeline.amazonaws.com",
            description=f"Starts the build of {name}",
            names_source=False,
        )
        work.grant_get_versions(role)
        work.grant_write(role)
        bucket = ["GetBucketAcl", "GetBucketLocation", "GetBucketVersioning"]
        item = ["GetObject", "GetObjectTagging", "GetObjectVersion", "GetObjectVersionTagging"]
        for actions, resources in (
            # AWS asks for these of the bucket of artifacts, too.
            ([f"s3:{action}" for action in bucket], [archive.bucket.bucket_arn, work.bucket.bucket_arn]),
            ([f"s3:{action}" for action in item], [archive.bucket.arn_for_objects(archive.s3_object_key)]),
            (["codebuild:BatchGetBuilds", "codebuild:StartBuild"], [project.attr_arn]),
        ):
            add_statement(role, iam.PolicyStatement(actions=actions, resources=resources))
        return role

    def _by_project(self, project: CfnProject, variables: Mapping[str, str]) -> dict[str, Any]:
        set_here = [{"name": name, "value": value, "type": "PLAINTEXT"} for name, value in variables.items()]
        return {
            "action_type_id": _action_type("Build", "CodeBuild"),
            "input_artifacts": [CfnPipeline.InputArtifactProperty(name=_SOURCE)],
            "configuration": {
                "ProjectName": project.ref,
                "EnvironmentVariables": self._stack.to_json_string(set_here),
            },
        }


def _from_bucket(archive: Asset) -> dict[str, Any]:
    return {
        "action_type_id": _action_type("Source", "S3"),
        "output_artifacts": [CfnPipeline.OutputArtifactProperty(name=_SOURCE)],
        "configuration": {
            "S3Bucket": archive.s3_bucket_name,
            "S3ObjectKey": archive.s3_object_key,
            "PollForSourceChanges": "false",
        },
    }


def _stage(name: str, action: dict[str, Any]) -> CfnPipeline.StageDeclarationProperty:
    return CfnPipeline.StageDeclarationProperty(
        name=name, actions=[CfnPipeline.ActionDeclarationProperty(name=name, **action)]
    )


def _action_type(category: str, provider: str) -> CfnPipeline.ActionTypeIdProperty:
    return CfnPipeline.ActionTypeIdProperty(category=category, owner="AWS", provider=provider, version="1")


def _key_of(work: S3Prefix) -> str:
    if work.bucket.encryption_key is None:
        raise ValueError("the bucket of an image's build needs a customer managed KMS key")
    return work.bucket.encryption_key.key_arn
