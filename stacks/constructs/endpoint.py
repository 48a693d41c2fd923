"""A real-time endpoint in front of a model."""

from typing import Protocol

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk.aws_sagemaker import CfnEndpoint, CfnEndpointConfig
from constructs import Construct

from stacks.constructs.inference_pipeline import InferencePipeline

# Blue/green deployment and autoscaling find the variant by its name: it never changes.
_VARIANT = "AllTraffic"


class Invocable(Protocol):
    """An endpoint as its callers see it."""

    @property
    def name(self) -> str: ...

    def grant_invoke(self, role: iam.IRole) -> None: ...


class ExistingEndpoint:
    """An endpoint of the stack's account and region that somebody else deploys."""

    def __init__(self, stack: Stack, name: str) -> None:
        self.name = name
        self._arn = stack.format_arn(service="sagemaker", resource="endpoint", resource_name=name.lower())

    def grant_invoke(self, role: iam.IRole) -> None:
        role.add_to_principal_policy(
            iam.PolicyStatement(actions=["sagemaker:InvokeEndpoint"], resources=[self._arn])
        )


class Endpoint(Construct):
    """One production variant. The endpoint is named, since clients type it; its configuration is not,
    since it is replaced at every change."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        model: InferencePipeline,
        instance_type: str,
        instance_count: int,
    ) -> None:
        super().__init__(scope, id)
        config = CfnEndpointConfig(
            self,
            "Config",
            production_variants=[
                CfnEndpointConfig.ProductionVariantProperty(
                    variant_name=_VARIANT,
                    model_name=model.model_name,
                    instance_type=instance_type,
                    initial_instance_count=instance_count,
                    initial_variant_weight=1,
                )
            ],
        )
        self._endpoint = CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name=name,
            endpoint_config_name=config.attr_endpoint_config_name,
        )

    @property
    def name(self) -> str:
        """The name, known once the endpoint is in service: who uses it is deployed after it."""
        return self._endpoint.attr_endpoint_name

    def grant_invoke(self, role: iam.IRole) -> None:
        role.add_to_principal_policy(
            iam.PolicyStatement(actions=["sagemaker:InvokeEndpoint"], resources=[self._endpoint.ref])
        )
