"""An isolated network in two zones."""

from collections.abc import Sequence
from ipaddress import IPv4Network

from aws_cdk import Fn, Stack, Tags
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.asked_once import add_statement
from stacks.constructs.access.service_role import ServiceRole
from stacks.constructs.network.vpc_config import LAMBDA, SAGEMAKER, VpcConfig
from stacks.constructs.operations.log_groups import LogGroups
from stacks.policies.acknowledgement import acknowledge
from stacks.setting_parts import Network

_HTTPS = 443
_LEAVE_NOTHING = ec2.CfnSecurityGroup.EgressProperty(
    ip_protocol="tcp", from_port=1, to_port=1, cidr_ip="127.0.0.1/32", description="nothing leaves"
)


class IsolatedNetwork(Construct):
    """No way in or out but the endpoints: S3 for models and jobs, SageMaker's runtime and X-Ray for
    functions.

    SageMaker pulls images and ships logs by itself; Lambda ships logs by itself. Declared from
    CloudFormation's own types: the class ec2.Vpc looks zones up as soon as the account is known.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: Network, environment: str, logs: LogGroups
    ) -> None:
        super().__init__(scope, id)
        self._stack = Stack.of(self)
        self._environment = environment
        self._vpc = ec2.CfnVPC(
            self, "Vpc", cidr_block=settings.block, enable_dns_hostnames=True, enable_dns_support=True
        )
        Tags.of(self).add("Name", f"slipway-{environment}")
        acknowledge(
            self._vpc,
            "NIST.800.53.R5-VPCDefaultSecurityGroupClosed",
            "nothing is in the default group, and only a custom resource could take its rules away",
        )
        self._routes = ec2.CfnRouteTable(self, "Routes", vpc_id=self._vpc.ref)
        self._subnet_ids = self._build_subnets(settings)
        self._build_flow_log(logs)

        self._endpoints = self._build_group(self, "EndpointGroup", "Interface endpoints", _LEAVE_NOTHING)
        function = self._build_group(
            self, "FunctionGroup", "Functions", _https(self._endpoints.attr_group_id)
        )
        sagemaker = self._build_group(self, "SageMakerGroup", "Models and jobs", _https_by_the_routes())
        self.let_in(
            self,
            "FunctionsToEndpoints",
            function.attr_group_id,
            "Functions call the services behind the endpoints",
        )
        self._build_storage_endpoint()
        # Whether a traced function in a VPC needs X-Ray's endpoint is told either way: not verified.
        services = ec2.InterfaceVpcEndpointAwsService
        for name, service, actions in (
            ("SageMakerRuntime", services.SAGEMAKER_RUNTIME, ["sagemaker:InvokeEndpoint"]),
            ("XRay", services.XRAY, ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]),
        ):
            self._build_interface_endpoint(self, name, service, actions, self._subnet_ids)
        self.sagemaker = VpcConfig(self._subnet_ids, sagemaker.attr_group_id, SAGEMAKER)
        self.functions = VpcConfig(self._subnet_ids, function.attr_group_id, LAMBDA)

    @property
    def vpc_id(self) -> str:
        return self._vpc.ref

    @property
    def exported(self) -> Sequence[str]:
        """What other stacks take from it."""
        groups = (
            self._endpoints.attr_group_id,
            self.sagemaker.security_group_id,
            self.functions.security_group_id,
        )
        return (self.vpc_id, *self._subnet_ids, *groups)

    @property
    def subnet_ids(self) -> Sequence[str]:
        return tuple(self._subnet_ids)

    def vpc_config_of_people(self, scope: Construct, kind: str) -> VpcConfig:
        """A place in the first subnet for what people of another stack work in, whose resources go with that
        one. From there S3 is reached, and what is behind the interface endpoints."""
        people = self._build_group(scope, f"{kind}Group", kind, _https_by_the_routes())
        self.let_in(
            scope,
            f"{kind}ToEndpoints",
            people.attr_group_id,
            f"The {kind.lower()} calls the services behind the endpoints",
        )
        return VpcConfig(self._subnet_ids[:1], people.attr_group_id, SAGEMAKER)

    def build_sagemaker_api(self, scope: Construct, actions: Sequence[str]) -> None:
        """An endpoint of SageMaker's API in the first subnet, for these actions only. A VPC has room for one,
        since it answers to the API's own name."""
        self.build_endpoint(scope, "SageMakerApi", ec2.InterfaceVpcEndpointAwsService.SAGEMAKER_API, actions)

    def build_endpoint(
        self,
        scope: Construct,
        id: str,
        service: ec2.InterfaceVpcEndpointAwsService,
        actions: Sequence[str],
    ) -> None:
        """An interface endpoint in the first subnet, for these actions only; it goes with the scope's
        stack."""
        self._build_interface_endpoint(scope, id, service, actions, self._subnet_ids[:1])

    def allow_image_layers(self) -> None:
        """Let what pulls images here get their layers, which ECR keeps in a bucket of its own: it signs the
        requests itself, so that no principal of this account makes them."""
        layers = f"prod-{self._stack.region}-starport-layer-bucket"
        self._storage_policy.add_statements(
            iam.PolicyStatement(
                principals=[iam.AnyPrincipal()],
                actions=["s3:GetObject"],
                resources=[f"arn:{self._stack.partition}:s3:::{layers}/*"],
            )
        )

    def _build_subnets(self, settings: Network) -> list[str]:
        halves = IPv4Network(settings.block).subnets(prefixlen_diff=1)
        ids = []
        for number, (zone, block) in enumerate(zip(settings.zones, halves, strict=True), start=1):
            subnet = ec2.CfnSubnet(
                self,
                f"Subnet{number}",
                vpc_id=self._vpc.ref,
                availability_zone=Fn.select(zone, Fn.get_azs()),
                cidr_block=str(block),
                map_public_ip_on_launch=False,
            )
            ec2.CfnSubnetRouteTableAssociation(
                self, f"Routing{number}", route_table_id=self._routes.ref, subnet_id=subnet.ref
            )
            ids.append(subnet.ref)
        return ids

    def _build_flow_log(self, logs: LogGroups) -> None:
        group = logs.group(self, "FlowLogs")
        role = ServiceRole(
            self,
            "FlowLogRole",
            service="vpc-flow-logs.amazonaws.com",
            description=f"Writes the flow log of slipway-{self._environment}",
        )
        add_statement(
            role,
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                resources=[group.log_group_arn],
            ),
        )
        ec2.CfnFlowLog(
            self,
            "FlowLog",
            resource_id=self._vpc.ref,
            resource_type="VPC",
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_group_name=group.log_group_name,
            deliver_logs_permission_arn=role.role_arn,
        ).node.add_dependency(role.policy)

    def _build_group(
        self, scope: Construct, id: str, description: str, egress: ec2.CfnSecurityGroup.EgressProperty
    ) -> ec2.CfnSecurityGroup:
        return ec2.CfnSecurityGroup(
            scope,
            id,
            group_description=f"{description} of slipway-{self._environment}",
            vpc_id=self._vpc.ref,
            security_group_egress=[egress],
        )

    def _build_storage_endpoint(self) -> None:
        self._storage_policy = self._for_this_account(
            ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListBucket", "s3:PutObject"],
            {"aws:ResourceAccount": self._stack.account},
        )
        ec2.CfnVPCEndpoint(
            self,
            "S3",
            vpc_id=self._vpc.ref,
            service_name=ec2.GatewayVpcEndpointAwsService.S3.name,
            vpc_endpoint_type="Gateway",
            route_table_ids=[self._routes.ref],
            policy_document=self._storage_policy,
        )

    def let_in(self, scope: Construct, id: str, group_id: str, description: str) -> None:
        """Let a security group call the services behind the interface endpoints."""
        ec2.CfnSecurityGroupIngress(
            scope,
            id,
            group_id=self._endpoints.attr_group_id,
            source_security_group_id=group_id,
            ip_protocol="tcp",
            from_port=_HTTPS,
            to_port=_HTTPS,
            description=description,
        )

    def _build_interface_endpoint(
        self,
        scope: Construct,
        id: str,
        service: ec2.InterfaceVpcEndpointAwsService,
        actions: Sequence[str],
        subnet_ids: Sequence[str],
    ) -> None:
        ec2.CfnVPCEndpoint(
            scope,
            id,
            vpc_id=self._vpc.ref,
            service_name=service.name,
            vpc_endpoint_type="Interface",
            subnet_ids=[*subnet_ids],
            security_group_ids=[self._endpoints.attr_group_id],
            private_dns_enabled=True,
            policy_document=self._for_this_account(actions, {}),
        )

    def _for_this_account(self, actions: Sequence[str], conditions: dict[str, str]) -> iam.PolicyDocument:
        """What may pass an endpoint: these actions of this account's principals."""
        return iam.PolicyDocument(
            statements=[
                iam.PolicyStatement(
                    principals=[iam.AnyPrincipal()],
                    actions=[*actions],
                    resources=["*"],
                    conditions={"StringEquals": {"aws:PrincipalAccount": self._stack.account, **conditions}},
                )
            ]
        )


def _https(group_id: str) -> ec2.CfnSecurityGroup.EgressProperty:
    return ec2.CfnSecurityGroup.EgressProperty(
        ip_protocol="tcp",
        from_port=_HTTPS,
        to_port=_HTTPS,
        destination_security_group_id=group_id,
        description="To the interface endpoints",
    )


def _https_by_the_routes() -> ec2.CfnSecurityGroup.EgressProperty:
    # S3's addresses are a list whose id differs by region; the one route out of the subnets leads there.
    return ec2.CfnSecurityGroup.EgressProperty(
        ip_protocol="tcp",
        from_port=_HTTPS,
        to_port=_HTTPS,
        cidr_ip="0.0.0.0/0",
        description="To S3, the only route",
    )
