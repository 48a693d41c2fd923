"""An EKS cluster in Auto Mode, in the isolated network."""

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk.aws_eks import CfnAccessEntry, CfnCluster
from constructs import Construct

from stacks.constructs.access.service_role import ServiceRole
from stacks.constructs.network.network import IsolatedNetwork
from stacks.constructs.operations.log_groups import LogGroups
from stacks.policies.acknowledgement import acknowledge
from stacks.setting_parts import AutoMode

_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
_CONTROLS = ("Cluster", "Compute", "BlockStorage", "LoadBalancing", "Networking")
_OF_CLUSTER = tuple(f"AmazonEKS{one}Policy" for one in _CONTROLS)
_OF_NODES = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")
_MANAGED_BY_EKS = (
    "EKS says which rights Auto Mode takes and changes them in its own policy with each version; a copy of "
    "ours would break nodes"
)
_ADMINISTERS = "cluster-access-policy/AmazonEKSClusterAdminPolicy"
_ECR = ("BatchCheckLayerAvailability", "BatchGetImage", "BatchImportUpstreamImage", "GetDownloadUrlForLayer")


class AutoModeCluster(Construct):
    """A cluster whose nodes, network, storage and Pod Identity agent EKS runs itself.

    Its API answers within the VPC only, to the deployer of the settings and nobody else; its secrets are
    encrypted with the key. Nodes pull images from this account's ECR alone.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: AutoMode,
        network: IsolatedNetwork,
        key: kms.IKey,
        logs: LogGroups,
        protected: bool,
        names_source: bool,
    ) -> None:
        super().__init__(scope, id)
        self.name = name
        group = logs.group(self, "Logs", name=f"/aws/eks/{name}/cluster")
        control = self._build_role(
            "Role", "eks.amazonaws.com", f"Runs the cluster {name}", _OF_CLUSTER, names_source
        )
        # EC2 does not say on whose behalf it assumes the role of an instance.
        nodes = self._build_role("NodeRole", "ec2.amazonaws.com", f"Nodes of {name}", _OF_NODES, False)
        self._cluster = CfnCluster(
            self,
            "Cluster",
            name=name,
            version=settings.version,
            role_arn=control.role_arn,
            access_config=CfnCluster.AccessConfigProperty(
                authentication_mode="API", bootstrap_cluster_creator_admin_permissions=False
            ),
            bootstrap_self_managed_addons=False,
            compute_config=CfnCluster.ComputeConfigProperty(
                enabled=True, node_pools=["general-purpose", "system"], node_role_arn=nodes.role_arn
            ),
            kubernetes_network_config=CfnCluster.KubernetesNetworkConfigProperty(
                elastic_load_balancing=CfnCluster.ElasticLoadBalancingProperty(enabled=True)
            ),
            storage_config=CfnCluster.StorageConfigProperty(
                block_storage=CfnCluster.BlockStorageProperty(enabled=True)
            ),
            resources_vpc_config=CfnCluster.ResourcesVpcConfigProperty(
                subnet_ids=[*network.subnet_ids],
                endpoint_private_access=True,
                endpoint_public_access=False,
            ),
            encryption_config=[
                CfnCluster.EncryptionConfigProperty(
                    provider=CfnCluster.ProviderProperty(key_arn=key.key_arn), resources=["secrets"]
                )
            ],
            logging=CfnCluster.LoggingProperty(
                cluster_logging=CfnCluster.ClusterLoggingProperty(
                    enabled_types=[CfnCluster.LoggingTypeConfigProperty(type=one) for one in _LOGS]
                )
            ),
            upgrade_policy=CfnCluster.UpgradePolicyProperty(support_type="STANDARD"),
            deletion_protection=protected,
        )
        self._cluster.node.add_dependency(group)
        self._let_in(settings.deployer)
        self._build_way_out(network)

    @property
    def resource(self) -> CfnCluster:
        """What depends on the cluster depends on this."""
        return self._cluster

    def _build_role(
        self, id: str, service: str, description: str, policies: tuple[str, ...], names_source: bool
    ) -> ServiceRole:
        role = ServiceRole(
            self,
            id,
            service=service,
            description=description,
            names_source=names_source,
            session_tags={} if service.startswith("eks.") else None,
        )
        for policy in policies:
            managed = iam.ManagedPolicy.from_aws_managed_policy_name(policy)
            role.add_managed_policy(managed)
            arn = f"arn:<AWS::Partition>:iam::aws:policy/{policy}"
            acknowledge(role, f"AwsSolutions-IAM4[Policy::{arn}]", _MANAGED_BY_EKS)
        return role

    def _let_in(self, deployer: str) -> None:
        stack = Stack.of(self)
        CfnAccessEntry(
            self,
            "Deployer",
            cluster_name=self._cluster.ref,
            principal_arn=stack.format_arn(service="iam", region="", resource="role", resource_name=deployer),
            access_policies=[
                CfnAccessEntry.AccessPolicyProperty(
                    policy_arn=f"arn:{stack.partition}:eks::aws:{_ADMINISTERS}",
                    access_scope=CfnAccessEntry.AccessScopeProperty(type="cluster"),
                )
            ],
        )

    def _build_way_out(self, network: IsolatedNetwork) -> None:
        """The endpoints that nodes need where nothing else leads out, each in one zone: training can wait."""
        network.let_in(
            self,
            "NodesToEndpoints",
            self._cluster.attr_cluster_security_group_id,
            "Nodes call the services behind the endpoints",
        )
        network.allow_image_layers()
        services = ec2.InterfaceVpcEndpointAwsService
        for id, service, actions in (
            # What Auto Mode's nodes call of these two is told nowhere; their role allows next to nothing.
            ("Ec2", services.EC2, ["ec2:*"]),
            ("Eks", services.EKS, ["eks:*"]),
            ("EksAuth", services.EKS_AUTH, ["eks-auth:AssumeRoleForPodIdentity"]),
            ("EcrApi", services.ECR, [f"ecr:{one}" for one in (*_ECR, "GetAuthorizationToken")]),
            ("EcrDocker", services.ECR_DOCKER, [f"ecr:{one}" for one in _ECR]),
            ("LogsApi", services.CLOUDWATCH_LOGS, ["logs:CreateLogStream", "logs:PutLogEvents"]),
        ):
            network.build_endpoint(self, id, service, actions)
