"""An AWS::SageMaker::Pipeline from typed steps."""

from collections.abc import Sequence

from aws_cdk import ArnFormat, CfnOutput, Stack
from aws_cdk.aws_sagemaker import CfnPipeline
from constructs import Construct

from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.network.vpc_config import VpcConfig
from stacks.constructs.operations.alarms import Alarms
from stacks.constructs.operations.metrics import executions_failed
from stacks.constructs.pipeline.definition import check_definition
from stacks.constructs.pipeline.references import Parameter, paths
from stacks.constructs.pipeline.steps import Jobs, Step
from stacks.constructs.storage.artifact import S3Prefix

TRANSFORM_LOGS = "/aws/sagemaker/TransformJobs"
JOB_LOGS = ("/aws/sagemaker/ProcessingJobs", "/aws/sagemaker/TrainingJobs", TRANSFORM_LOGS)


class Pipeline(Construct):
    """Steps in an order in which they may run; what follows what is said by their references.

    `job_role` runs the jobs, and a role of the pipeline's own starts them. `reads` are the prefixes that jobs
    may read; what they write goes below `outputs`, encrypted with the key of that bucket, as are volumes.
    With a VPC config jobs and models run in its subnets; either way their containers reach no network.
    `alarms` hear of executions that fail.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        parameters: Sequence[Parameter],
        steps: Sequence[Step],
        job_role: ExecutionRole,
        reads: Sequence[S3Prefix],
        outputs: S3Prefix,
        vpc_config: VpcConfig | None = None,
        names_source: bool = True,
        alarms: Alarms | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.name = name
        key = outputs.bucket.encryption_key
        if key is None:
            raise ValueError("the bucket of a pipeline's outputs needs a customer managed KMS key")
        for prefix in reads:
            prefix.grant_read(job_role)
        outputs.grant_write(job_role)
        job_role.allow_volumes(key)
        if vpc_config:
            vpc_config.grant_attach(job_role)
        role = ExecutionRole(
            self, "Role", description=f"Starts the jobs of {name}", names_source=names_source
        )
        jobs = Jobs(
            scope=self,
            role=job_role,
            starter=role,
            outputs=outputs,
            key_arn=key.key_arn,
            vpc_config=vpc_config,
        )
        definition = {
            "Version": "2020-12-01",
            "Parameters": [parameter.declare() for parameter in parameters],
            "Steps": [step.render(jobs) for step in steps],
        }
        check_definition(definition)
        looked_up = set(paths(definition["Steps"]))
        for step in steps:
            step.grant_looked_up(jobs, looked_up)
        self._pipeline = CfnPipeline(
            self,
            "Pipeline",
            pipeline_name=name,
            role_arn=role.role_arn,
            pipeline_definition={"PipelineDefinitionBody": Stack.of(self).to_json_string(definition)},
        )
        self._pipeline.node.add_dependency(role.policy, job_role.policy)
        CfnOutput(self, "Name", value=name, description="start-pipeline-execution takes this name")
        if alarms:
            alarms.above(self, "Failures", executions_failed(name), 0, reason=f"{name} failed", minutes=1)

    @property
    def arn(self) -> str:
        return Stack.of(self).format_arn(
            service="sagemaker",
            resource="pipeline",
            resource_name=self._pipeline.ref,
            arn_format=ArnFormat.SLASH_RESOURCE_NAME,
        )
