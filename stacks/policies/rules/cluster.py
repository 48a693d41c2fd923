"""Kubernetes clusters of EKS."""

from stacks.policies.rule import Faults, Omission, must_be, rule
from stacks.policies.templates import Resource, lookup

_CLUSTER = "AWS::EKS::Cluster"
_LOGS = {"api", "audit", "authenticator", "controllerManager", "scheduler"}


@rule(_CLUSTER)
def cluster_answers_in_the_vpc_only(cluster: Resource) -> Faults:
    """The API of a cluster answers within the VPC and not to the internet."""
    for name, demanded in (("EndpointPrivateAccess", True), ("EndpointPublicAccess", False)):
        found = cluster.get(f"ResourcesVpcConfig.{name}")
        if found is not demanded:
            yield f"ResourcesVpcConfig.{name}", f"is {found!r}"


@rule(_CLUSTER)
def cluster_lets_in_by_access_entries(cluster: Resource) -> Faults:
    """Who enters a cluster stands in its access entries: no config map beside them, and nothing for whoever
    happened to create it."""
    yield from must_be(cluster, "AccessConfig.AuthenticationMode", "API")
    if cluster.get("AccessConfig.BootstrapClusterCreatorAdminPermissions") is not False:
        yield "AccessConfig.BootstrapClusterCreatorAdminPermissions", "is not false"


@rule(_CLUSTER)
def cluster_encrypts_secrets_with_our_key(cluster: Resource) -> Faults:
    """The secrets of a cluster are encrypted with our key."""
    given = cluster.get("EncryptionConfig") or []
    if not any("secrets" in one.get("Resources", []) and lookup(one, "Provider.KeyArn") for one in given):
        yield "EncryptionConfig", "names no key for secrets"


@rule(_CLUSTER)
def cluster_logs_all_of_its_control_plane(cluster: Resource) -> Faults:
    """A cluster writes all five logs of its control plane, those of who called it among them."""
    given = {one.get("Type") for one in cluster.get("Logging.ClusterLogging.EnabledTypes") or []}
    if missing := sorted(_LOGS - given):
        yield "Logging.ClusterLogging.EnabledTypes", f"lacks {', '.join(missing)}"


@rule(_CLUSTER)
def cluster_is_upgraded_in_time(cluster: Resource) -> Faults:
    """A cluster is upgraded when its version leaves standard support; extended support costs six times as
    much."""
    yield from must_be(cluster, "UpgradePolicy.SupportType", "STANDARD")


@rule(_CLUSTER, dev_may_omit=Omission.RETENTION)
def cluster_is_protected_from_deletion(cluster: Resource) -> Faults:
    """A cluster is not deleted by the deletion of its stack."""
    yield from must_be(cluster, "DeletionProtection", True)
