"""What starts a pipeline besides people: a schedule, or an object put into a bucket."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk.aws_events import CfnRule
from constructs import Construct

from stacks.constructs.access.service_role import ServiceRole
from stacks.constructs.pipeline.pipeline import Pipeline
from stacks.constructs.pipeline.references import Parameter

# Where an event says what happened. EventBridge replaces a value that is such a path, and no part of one.
KEY, ETAG, TIME = "$.detail.object.key", "$.detail.object.etag", "$.time"


class Occasion(Protocol):
    """When a pipeline starts, and what its parameters get out of the event."""

    @property
    def parameters(self) -> Mapping[Parameter, str]: ...

    @property
    def properties(self) -> dict[str, Any]:
        """What says when among a rule's properties."""
        ...


@dataclass(frozen=True)
class Schedule:
    """Every time that `expression` names: `cron(...)` in UTC, or `rate(...)`."""

    expression: str
    parameters: Mapping[Parameter, str]

    @property
    def properties(self) -> dict[str, Any]:
        return {"schedule_expression": self.expression}


@dataclass(frozen=True)
class NewObject:
    """An object that is not empty is put under a key like `batch/in/churn/*.csv` into a bucket that tells
    EventBridge."""

    bucket: s3.IBucket
    keys: str
    parameters: Mapping[Parameter, str]

    @property
    def properties(self) -> dict[str, Any]:
        return {
            "event_pattern": {
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {
                    "bucket": {"name": [self.bucket.bucket_name]},
                    "object": {"key": [{"wildcard": self.keys}], "size": [{"numeric": [">", 0]}]},
                },
            }
        }


class Trigger(Construct):
    """Starts a pipeline on an occasion, with a role that may do that and nothing else."""

    def __init__(self, scope: Construct, id: str, *, pipeline: Pipeline, occasion: Occasion) -> None:
        super().__init__(scope, id)
        role = ServiceRole(
            self, "Role", service="events.amazonaws.com", description=f"Starts {pipeline.name}"
        )
        role.add_to_policy(
            iam.PolicyStatement(actions=["sagemaker:StartPipelineExecution"], resources=[pipeline.arn])
        )
        CfnRule(
            self,
            "Rule",
            description=f"Starts {pipeline.name}",
            targets=[
                CfnRule.TargetProperty(
                    id="Pipeline",
                    arn=pipeline.arn,
                    role_arn=role.role_arn,
                    sage_maker_pipeline_parameters=CfnRule.SageMakerPipelineParametersProperty(
                        pipeline_parameter_list=[
                            CfnRule.SageMakerPipelineParameterProperty(name=parameter.name, value=path)
                            for parameter, path in occasion.parameters.items()
                        ]
                    ),
                )
            ],
            **occasion.properties,
        )
