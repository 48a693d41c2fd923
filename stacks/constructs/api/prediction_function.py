"""The Lambda function that answers an API with the predictions of an endpoint."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from zipfile import ZipFile

from aws_cdk import AssetHashType, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.asked_once import add_statement
from stacks.constructs.access.service_role import ServiceRole
from stacks.constructs.model.endpoint import Invocable
from stacks.constructs.network.vpc_config import VpcConfig
from stacks.constructs.operations.log_groups import LogGroups
from stacks.policies.acknowledgement import acknowledge
from stacks.settings import ROOT, Api

# SageMaker's container gets 15 s, the client reads for 18 s, API Gateway waits for 29 s.
_TIMEOUT = Duration.seconds(25)
# Half of one of Lambda's virtual CPUs: the function parses and waits.
_MEMORY_MB = 1024


@dataclass(frozen=True)
class FunctionPackage:
    """The archive of a function with its dependencies; it is called as its folder of lambda/ is."""

    archive: Path

    @property
    def name(self) -> str:
        return self.archive.stem

    @property
    def is_prepared(self) -> bool:
        return self.archive.is_file()

    @property
    def digest(self) -> str:
        """Of the names and contents in the archive: compressed bytes differ between builds of zlib."""
        with ZipFile(self.archive) as archive:
            members = sorted((one.filename, one.file_size, one.CRC) for one in archive.infolist())
        return hashlib.sha256(repr(members).encode()).hexdigest()

    @property
    def contract(self) -> Path:
        """The committed OpenAPI document."""
        return ROOT / "lambda" / self.name / "openapi.json"


class PredictionFunction(Construct):
    """Invokes the endpoint, writes its own log group and traces, and may do nothing else. With a VPC config
    it runs in its subnets."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        package: FunctionPackage,
        endpoint: Invocable,
        settings: Api,
        key: kms.IKey,
        logs: LogGroups,
        vpc_config: VpcConfig | None,
    ) -> None:
        super().__init__(scope, id)
        log_group = logs.group(self, "Logs")
        role = ServiceRole(
            self,
            "Role",
            service="lambda.amazonaws.com",
            description=f"Runs the function {package.name}",
            names_source=False,
        )
        log_group.grant_write(role)
        add_statement(role, iam.PolicyStatement(actions=["kms:Decrypt"], resources=[key.key_arn]))
        endpoint.grant_invoke(role)
        platform = tomllib.loads((ROOT / "lambda" / "platform.toml").read_text())
        self.function = lambda_.Function(
            self,
            "Function",
            code=lambda_.Code.from_asset(
                str(package.archive),
                display_name=f"lambda/{package.name}",
                asset_hash=package.digest,
                asset_hash_type=AssetHashType.CUSTOM,
            ),
            handler=f"{package.name}.lambda_handler",
            runtime=lambda_.Runtime(f"python{platform['python']}", lambda_.RuntimeFamily.PYTHON),
            architecture=lambda_.Architecture.custom(platform["architecture"]),
            role=role,
            environment={
                "ALLOWED_ORIGINS": ",".join(settings.allowed_origins),
                "ENDPOINT_NAME": endpoint.name,
            },
            environment_encryption=key,
            log_group=log_group,
            memory_size=_MEMORY_MB,
            reserved_concurrent_executions=settings.reserved_concurrency,
            timeout=_TIMEOUT,
            tracing=lambda_.Tracing.ACTIVE,
        )
        if vpc_config:
            self._attach(vpc_config, role)
        self._acknowledge_findings(role, in_vpc=vpc_config is not None)

    def _attach(self, vpc_config: VpcConfig, role: iam.Role) -> None:
        vpc_config.grant_attach(role)
        function = cast(lambda_.CfnFunction, self.function.node.default_child)
        function.vpc_config = lambda_.CfnFunction.VpcConfigProperty(
            subnet_ids=[*vpc_config.subnet_ids], security_group_ids=[vpc_config.security_group_id]
        )

    def _acknowledge_findings(self, role: iam.Role, *, in_vpc: bool) -> None:
        reasons = {
            **dict.fromkeys(
                () if in_vpc else ("CKV_AWS_117", "NIST.800.53.R5-LambdaInsideVPC"),
                "an environment without a VPC: the function calls SageMaker's runtime over TLS, and prod "
                "has the VPC",
            ),
            "W3005": "the CDK's function waits for its role by name as well as by reference: twice, and "
            "harmless",
            **dict.fromkeys(
                ("CKV_AWS_116", "NIST.800.53.R5-LambdaDLQ"),
                "the gateway waits for the answer: a fault goes to the caller, not to a queue",
            ),
        }
        for finding, reason in reasons.items():
            acknowledge(self.function, finding, reason)
        acknowledge(
            role.node.find_child("DefaultPolicy"),
            "AwsSolutions-IAM5[Resource::*]",
            "X-Ray knows no resource for the two actions that send traces",
        )
