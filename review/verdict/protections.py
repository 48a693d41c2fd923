"""The settings that protect: a table of properties, how two values compare, and what a weaker one means."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from review.differences import Path
from review.verdict.openness import PublicBlocks, is_everywhere
from review.verdict.strength import (
    AtLeast,
    Becomes,
    Includes,
    LowestTls,
    MethodsLogged,
    NotAmong,
    OldTls,
    Ordered,
    Present,
    Strength,
    is_old_tls,
)

ON = Ordered(("true", "false"), "false")
_ON_BY_DEFAULT = Ordered(("true", "false"), "true")
_OFF = Ordered(("false", "true"), "false")
_ENABLED = Ordered(("Enabled", "Suspended", "Disabled"), "Disabled")
_BEFORE_1_2 = "a version of TLS before 1.2 is accepted"
_LISTENERS = ("AWS::ElasticLoadBalancing",)


@dataclass(frozen=True)
class Setting:
    """Properties by their last name or names, in resources of any type unless `types` begins theirs. `words`
    say what a weaker value means. `at_once` is whether a weak value counts in a new resource, too."""

    names: tuple[str, ...]
    strength: Strength
    words: str
    types: tuple[str, ...] = ("",)
    at_once: bool = False


SETTINGS = (
    Setting(("EnableKeyRotation",), ON, "the key is no longer rotated"),
    Setting(("Enabled",), _ON_BY_DEFAULT, "the key is disabled", ("AWS::KMS::Key",)),
    Setting(("PendingWindowInDays",), AtLeast(30), "a deleted key is lost sooner", ("AWS::KMS::",)),
    Setting(
        (
            *("BucketEncryption", "EncryptionConfiguration", "EncryptionKey"),
            *("KMSKeyId", "KMSMasterKeyID", "KmsKey", "KmsKeyArn", "KmsKeyId", "KmsMasterKeyId"),
            *("MasterUserSecretKmsKeyId", "SSESpecification", "VolumeKmsKeyId"),
            *("EncryptionConfig", "EncryptionSpecification", "S3KmsKeyId"),
        ),
        Present(),
        "encryption or its customer managed key is removed",
    ),
    Setting(
        (
            *("AtRestEncryptionEnabled", "CacheDataEncrypted", "Encrypted", "SSEEnabled"),
            *("StorageEncrypted", "TransitEncryptionEnabled", "EncryptionInTransit"),
            *("EncryptionAtRestOptions.Enabled", "NodeToNodeEncryptionOptions.Enabled"),
        ),
        ON,
        "encryption is off",
    ),
    Setting(("SqsManagedSseEnabled",), _ON_BY_DEFAULT, "encryption is off"),
    Setting(
        ("SSEAlgorithm", "EncryptionType", "SseType"),
        Ordered(("aws:kms:dsse", "KMS_DSSE", "aws:kms", "KMS", "AES256", "NONE"), "AES256"),
        "a weaker kind of encryption",
    ),
    Setting(
        ("EnableInterContainerTrafficEncryption",), ON, "traffic between containers is no longer encrypted"
    ),
    Setting(("EnableNetworkIsolation",), ON, "network isolation is off"),
    Setting(
        ("VpcConfig", "VPCOptions", "VpcConfiguration", "SubnetId", "SubnetIds", "SecurityGroupIds"),
        Present(),
        "no longer in the VPC",
    ),
    Setting(
        ("PublicAccessBlockConfiguration",),
        PublicBlocks(),
        "public access is no longer blocked",
        at_once=True,
    ),
    Setting(
        ("AccessControl",),
        Becomes(("PublicRead", "PublicReadWrite", "AuthenticatedRead")),
        "open to the public",
        ("AWS::S3::",),
        at_once=True,
    ),
    Setting(
        ("ObjectOwnership",),
        Ordered(("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"), "BucketOwnerEnforced"),
        "access lists (ACLs) of objects take effect",
    ),
    Setting(
        ("PubliclyAccessible", "MapPublicIpOnLaunch", "AssociatePublicIpAddress"),
        _OFF,
        "reachable from the internet",
        at_once=True,
    ),
    Setting(("DirectInternetAccess",), Ordered(("Disabled", "Enabled"), "Enabled"), "direct internet access"),
    Setting(
        ("AppNetworkAccessType",),
        Ordered(("VpcOnly", "PublicInternetOnly"), "PublicInternetOnly"),
        "direct internet access",
    ),
    Setting(("Scheme",), Ordered(("internal", "internet-facing"), "internet-facing"), "faces the internet"),
    Setting(("EndpointConfiguration.Types",), Includes("PRIVATE"), "the API is no longer private"),
    Setting(
        ("SecurityGroupIngress",),
        NotAmong(is_everywhere),
        "open to every address or to a large part of them",
        at_once=True,
    ),
    Setting(
        ("CidrIp", "CidrIpv6"),
        NotAmong(is_everywhere),
        "open to every address or to a large part of them",
        ("AWS::EC2::SecurityGroupIngress",),
        at_once=True,
    ),
    Setting(
        ("AppNetworkAccessType",),
        Ordered(("VpcOnly", "PublicInternetOnly"), "PublicInternetOnly"),
        "apps of the domain reach the internet by the service's network",
        ("AWS::SageMaker::Domain",),
    ),
    Setting(
        ("SpaceSettings.RemoteAccess",),
        Ordered(("DISABLED", "ENABLED"), "DISABLED"),
        "the space lets editors of other machines in",
        ("AWS::SageMaker::Space",),
    ),
    Setting(
        ("ResourcesVpcConfig.EndpointPublicAccess",),
        Ordered(("false", "true"), "true"),
        "the cluster's API answers to the internet",
        ("AWS::EKS::Cluster",),
        at_once=True,
    ),
    Setting(
        ("ResourcesVpcConfig.PublicAccessCidrs",),
        NotAmong(is_everywhere),
        "the cluster's API answers to every address or to a large part of them",
        ("AWS::EKS::Cluster",),
        at_once=True,
    ),
    Setting(
        ("AccessConfig.AuthenticationMode",),
        Ordered(("API", "API_AND_CONFIG_MAP", "CONFIG_MAP"), "CONFIG_MAP"),
        "a config map lets people into the cluster",
        ("AWS::EKS::Cluster",),
    ),
    Setting(
        ("AccessConfig.BootstrapClusterCreatorAdminPermissions",),
        Ordered(("false", "true"), "true"),
        "whoever creates the cluster administers it",
        ("AWS::EKS::Cluster",),
    ),
    Setting(
        ("Logging.ClusterLogging.EnabledTypes",),
        Present(),
        "the control plane is no longer logged",
        ("AWS::EKS::Cluster",),
    ),
    Setting(("RootAccess",), Ordered(("Disabled", "Enabled"), "Enabled"), "root access for its users"),
    Setting(("PrivilegedMode", "Privileged"), _OFF, "containers with the host's privileges"),
    Setting(("ReadonlyRootFilesystem",), ON, "the root file system can be written"),
    Setting(("HttpTokens",), Ordered(("required", "optional"), "optional"), "IMDSv1 is accepted"),
    Setting(("MinimumInstanceMetadataServiceVersion",), AtLeast(1), "IMDSv1 is accepted"),
    Setting(("AuthorizationType",), Becomes(("NONE",), "NONE"), "anyone may call it"),
    Setting(
        ("AuthType",),
        Becomes(("NONE",)),
        "anyone may call it",
        ("AWS::Lambda::Url",),
        at_once=True,
    ),
    Setting(("AuthenticationType",), Becomes(("API_KEY",)), "an API key is enough", ("AWS::AppSync::",)),
    Setting(("AuthorizerId",), Present(), "requests are not authorized"),
    Setting(("ApiKeyRequired",), ON, "no API key is needed"),
    Setting(("DisableExecuteApiEndpoint",), ON, "the API also answers at its own endpoint"),
    Setting(
        ("RequestValidatorId", "ThrottlingRateLimit", "ThrottlingBurstLimit", "Throttle", "Action.Block"),
        Present(),
        "requests are no longer limited",
    ),
    Setting(("ValidateRequestBody", "ValidateRequestParameters"), ON, "requests are no longer validated"),
    Setting(("WebACLId", "WebACLArn"), Present(), "no web ACL protects it"),
    Setting(("MfaConfiguration",), Ordered(("ON", "OPTIONAL", "OFF"), "OFF"), "a password is enough"),
    Setting(("AllowAdminCreateUserOnly",), ON, "anyone may sign up"),
    Setting(("MinimumLength",), AtLeast(8), "shorter passwords", ("AWS::Cognito::",)),
    Setting(
        ("SecurityPolicy", "MinimumProtocolVersion", "SslPolicy", "TLSSecurityPolicy"),
        LowestTls(),
        "an older version of TLS is accepted",
    ),
    Setting(
        (
            *("SecurityPolicy", "MinimumProtocolVersion", "SslPolicy", "TLSSecurityPolicy"),
            "Policies.Attributes.Value",
        ),
        OldTls(),
        _BEFORE_1_2,
        (
            *("AWS::ApiGateway", "AWS::CloudFront::", "AWS::Elasticsearch::", "AWS::OpenSearchService::"),
            *_LISTENERS,
        ),
        at_once=True,
    ),
    Setting(("OriginSSLProtocols",), NotAmong(is_old_tls), _BEFORE_1_2, at_once=True),
    Setting(("EnforceHTTPS",), ON, "HTTP without TLS is accepted"),
    Setting(
        ("ViewerProtocolPolicy",),
        Ordered(("https-only", "redirect-to-https", "allow-all"), "allow-all"),
        "HTTP without TLS is accepted",
    ),
    Setting(("Protocol",), Becomes(("HTTP", "TCP")), "HTTP without TLS is accepted", _LISTENERS),
    Setting(("PermissionsBoundary",), Present(), "no boundary limits its permissions"),
    Setting(
        ("DeletionProtection", "DeletionProtectionEnabled", "DisableApiTermination"),
        ON,
        "no longer protected from deletion",
    ),
    Setting(("VersioningConfiguration.Status",), _ENABLED, "what is overwritten or deleted is not kept"),
    Setting(("ObjectLockEnabled", "ObjectLockConfiguration"), Present(), "objects are no longer locked"),
    Setting(("PointInTimeRecoveryEnabled",), ON, "no recovery to a point in time"),
    Setting(
        ("ImageTagMutability",),
        Ordered(("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION", "MUTABLE"), "MUTABLE"),
        "tags can be moved to other images",
    ),
    Setting(("ScanOnPush",), ON, "images are no longer scanned"),
    Setting(
        ("AccessLogSetting", "AccessLogSettings", "AccessLoggingPolicy", "EnableCloudwatchLogsExports"),
        Present(),
        "access is no longer logged",
    ),
    Setting(("LoggingConfiguration",), Present(), "no longer logged"),
    Setting(("LoggingLevel",), Ordered(("INFO", "ERROR", "OFF"), "OFF"), "less is logged"),
    Setting(("MethodSettings",), MethodsLogged(), "less is logged", ("AWS::ApiGateway::",)),
    Setting(("DataTraceEnabled",), _OFF, "bodies of requests are logged"),
    Setting(("IsLogging", "EnableLogFileValidation"), ON, "the trail is no longer complete"),
    Setting(("ActionsEnabled",), _ON_BY_DEFAULT, "the alarm notifies nobody"),
    Setting(("AlarmActions",), Present(), "the alarm notifies nobody"),
    Setting(
        ("TreatMissingData",),
        Ordered(("breaching", "missing", "ignore", "notBreaching"), "missing"),
        "the alarm is quiet where data is missing",
        ("AWS::CloudWatch::Alarm",),
    ),
    Setting(
        ("State",),
        Becomes(("DISABLED",)),
        "the rule is disabled and starts nothing",
        ("AWS::Events::Rule", "AWS::Scheduler::Schedule"),
    ),
    Setting(("AutoRollbackConfiguration",), Present(), "no alarm rolls a deployment back"),
)
_ORIGINS = Setting((), NotAmong("*".__eq__), "every origin may call it from a browser", at_once=True)
_CROSS_ORIGIN = re.compile(r"origins?$", re.IGNORECASE)


def _by_last_name() -> Mapping[str, list[tuple[tuple[str, ...], Setting]]]:
    named: dict[str, list[tuple[tuple[str, ...], Setting]]] = defaultdict(list)
    for setting in SETTINGS:
        for name in setting.names:
            members = tuple(name.split("."))
            named[members[-1]].append((members, setting))
    return named


_SETTINGS = _by_last_name()


def settings_at(path: Path, resource_type: str) -> Iterator[Setting]:
    """The rules for the property at that path below a resource's declaration."""
    named = tuple(one for one in path if not one.startswith("["))
    if path[-1] != named[-1]:
        return
    for members, setting in _SETTINGS.get(named[-1], []):
        if named[-len(members) :] == members and resource_type.startswith(setting.types):
            yield setting
    if _CROSS_ORIGIN.search(named[-1]):
        yield _ORIGINS
