"""Which properties name a resource, where only one can be called so; and within what.

CloudFormation's schemas say it: a type's primary identifier that a template sets (a bucket, a log group), or
for types known by an ARN the name that only creation can set (an endpoint, a queue).
"""

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Self

from assembly.schemas import PropertyPath, Schema

# Names whose uniqueness the schema does not state.
_BY_DOCUMENTATION: Mapping[str, tuple[PropertyPath, ...]] = {
    "AWS::ApiGateway::Resource": (("RestApiId",), ("ParentId",), ("PathPart",)),
    "AWS::Budgets::Budget": (("Budget", "BudgetName"),),
}
# Create-only names that several resources may share, or write over. (The name of an API is not create-only.)
_SHARED_NAMES = (
    "AWS::ApiGateway::ApiKey",
    "AWS::ApiGateway::RequestValidator",
    "AWS::AppConfig::DeploymentStrategy",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Athena::NamedQuery",
    "AWS::DataPipeline::Pipeline",
    "AWS::DirectoryService::",
    "AWS::EMR::",
    "AWS::EMRServerless::Application",
    "AWS::Pinpoint::App",
    "AWS::Route53::HostedZone",
    "AWS::SageMaker::Domain",
    "AWS::WAF::",
    "AWS::WAFRegional::",
)
# Within what a name must be unique, where that is not the whole account and region.
_SCOPES = frozenset(
    {
        "ApiId",
        "CatalogId",
        "Cluster",
        "ClusterName",
        "DatabaseName",
        "DomainName",
        "EventBusName",
        "FileSystemId",
        "FunctionName",
        "InstanceArn",
        "MeshName",
        "RegistryName",
        "RestApiId",
        "Scope",
        "VirtualRouterName",
        "VpcId",
    }
)
_ANYWHERE = ("AWS::S3::Bucket",)
_ACCOUNT_WIDE = ("AWS::Budgets::", "AWS::CloudFront::", "AWS::IAM::", "AWS::Route53::")
_CASELESS = ("AWS::DocDB::", "AWS::ElastiCache::", "AWS::IAM::", "AWS::Neptune::", "AWS::RDS::")


class Reach(Enum):
    """Within what a name is taken once."""

    REGION = auto()
    ACCOUNT = auto()
    ANYWHERE = auto()

    @classmethod
    def of(cls, resource_type: str) -> Self:
        if resource_type.startswith(_ANYWHERE):
            return cls.ANYWHERE
        return cls.ACCOUNT if resource_type.startswith(_ACCOUNT_WIDE) else cls.REGION


def is_caseless(resource_type: str) -> bool:
    """Whether two names of the type that differ in case only are one."""
    return resource_type.startswith(_CASELESS)


def scopes(known: Schema, names: Sequence[PropertyPath]) -> list[PropertyPath]:
    """The properties within whose values the names are unique, where that is not the account and Region."""
    return [path for path in sorted(known.create_only) if path not in names and _is_scope(path)]


def identity(resource_type: str, known: Schema) -> tuple[PropertyPath, ...]:
    """The properties that together name a resource; none where several resources may share the name."""
    if found := _BY_DOCUMENTATION.get(resource_type):
        return found
    if resource_type.startswith(_SHARED_NAMES):
        return ()
    if not any(path in known.read_only for path in known.identifier):
        return known.identifier
    kind = resource_type.rpartition("::")[2]
    names = [path for path in known.create_only if len(path) == 1 and _names_kind(path[0], kind)]
    own = [path for path in known.identifier if path not in known.read_only and path not in names]
    return (*own, *names[:1]) if names else ()


def _names_kind(member: str, kind: str) -> bool:
    """Whether a property names the type's resources, as ModelName and Name do a Model's."""
    stem = member.removesuffix("Name")
    return stem != member and kind.endswith(stem)


def _is_scope(path: PropertyPath) -> bool:
    return len(path) == 1 and path[0] in _SCOPES
