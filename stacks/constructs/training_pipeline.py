"""An AWS::SageMaker::Pipeline from typed steps, with a role that starts jobs and one that runs them."""

import re
from collections.abc import Sequence
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk.aws_sagemaker import CfnPipeline
from constructs import Construct

from stacks.constructs.artifact import S3Prefix
from stacks.constructs.execution_role import ExecutionRole
from stacks.constructs.network import Placement
from stacks.constructs.references import EXECUTION_ID, Parameter, paths
from stacks.constructs.steps import Cluster, Jobs, Step
from stacks.policies.acknowledgement import acknowledge, wildcard

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CREATED = "Pipelines puts the execution and the step into the names of what it creates for this pipeline"
_LOG_GROUPS = [f"/aws/sagemaker/{kind}Jobs" for kind in ("Processing", "Training", "Transform")]


class TrainingPipeline(Construct):
    """Steps in an order in which they may run; what follows what is said by their references.

    `reads` are the prefixes that the jobs may read besides what the pipeline writes. Outputs go to
    `<outputs>/<execution id>/<step>/`, encrypted with the key of that bucket, as are volumes. With a
    placement jobs and models run in its subnets; either way their containers reach no network.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        parameters: Sequence[Parameter],
        steps: Sequence[Step],
        cluster: Cluster,
        reads: Sequence[S3Prefix],
        outputs: S3Prefix,
        placement: Placement | None = None,
        names_source: bool = True,
    ) -> None:
        super().__init__(scope, id)
        key = outputs.bucket.encryption_key
        if key is None:
            raise ValueError("the bucket of a pipeline's outputs needs a key of its own")
        job_role = ExecutionRole(
            self,
            "JobRole",
            description=f"Runs the jobs of {name}",
            log_groups=_LOG_GROUPS,
            names_source=names_source,
        )
        job_role.allow_volumes(key)
        if placement:
            placement.grant_attach(job_role)
        for prefix in (*reads, outputs):
            prefix.grant_read(job_role)
        outputs.grant_write(job_role)
        jobs = Jobs(self, job_role, cluster, outputs, key.key_arn, placement)
        definition = {
            "Version": "2020-12-01",
            "Parameters": [parameter.declare() for parameter in parameters],
            "Steps": [step.render(jobs) for step in steps],
        }
        check_definition(definition)
        role = self._build_role(name, steps, job_role, names_source)
        pipeline = CfnPipeline(
            self,
            "Pipeline",
            pipeline_name=name,
            role_arn=role.role_arn,
            pipeline_definition={"PipelineDefinitionBody": Stack.of(self).to_json_string(definition)},
        )
        pipeline.node.add_dependency(role.policy, job_role.policy)

    def _build_role(
        self, name: str, steps: Sequence[Step], job_role: iam.IRole, names_source: bool
    ) -> ExecutionRole:
        role = ExecutionRole(
            self, "Role", description=f"Starts the jobs of {name}", names_source=names_source
        )
        for kind in {type(step): step for step in steps}.values():
            # Pipelines names what it creates pipelines-<execution>-<step>-<suffix>, and tags it.
            created = Stack.of(self).format_arn(
                service="sagemaker", resource=kind.resource, resource_name="pipelines-*"
            )
            actions = [f"sagemaker:{action}" for action in (*kind.actions, "AddTags")]
            role.add_to_principal_policy(iam.PolicyStatement(actions=actions, resources=[created]))
            acknowledge(role, wildcard(role, created), _CREATED)
        role.add_to_principal_policy(
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[job_role.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
            )
        )
        return role


def check_definition(definition: dict[str, Any]) -> None:
    """Raises ValueError for a name that is taken or not allowed, and for a reference to what is not declared:
    a parameter, a step that stands before, or the execution's id."""
    known = {EXECUTION_ID.path, *(f"Parameters.{one['Name']}" for one in definition["Parameters"])}
    seen: set[str] = set()
    for step in definition["Steps"]:
        name = step["Name"]
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a step: up to 64 letters, digits, hyphens, underscores")
        if name in seen:
            raise ValueError(f"two steps are called {name}")
        for path in paths(step["Arguments"]):
            kind, _, rest = path.partition(".")
            if path not in known and not (kind == "Steps" and rest.split(".")[0] in seen):
                raise ValueError(f"the step {name} refers to {path}, which nothing before it declares")
        seen.add(name)
