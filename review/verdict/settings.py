"""Settings that protect, and changes after which they protect less."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from review.differences import ABSENT, Difference, Path, nodes
from review.markdown import code
from review.property_names import property_cell
from review.resource_changes import ResourceChange
from review.rows import resource_cell, value_cells
from review.stack_changes import StackReview, Standing
from review.values import Node, Text, show
from review.verdict.data import STORES
from review.verdict.finding import Finding, Severity, section_of
from review.verdict.strength import (
    NO_VALUE,
    AtLeast,
    Becomes,
    Includes,
    LowestTls,
    NotAmong,
    Ordered,
    Present,
    Strength,
)

_ON = Ordered(("true", "false"), "false")
_ON_BY_DEFAULT = Ordered(("true", "false"), "true")
_OFF = Ordered(("false", "true"), "false")
_ENABLED = Ordered(("Enabled", "Suspended", "Disabled"), "Disabled")
_LISTENERS = ("AWS::ElasticLoadBalancing",)
_KEEPS = Ordered(("Retain", "RetainExceptOnCreate", "Snapshot", "Delete"), "Delete")
_EVERYWHERE = ("0.0.0.0/0", "::/0")
_CROSS_ORIGIN = re.compile(r"origins?$", re.IGNORECASE)


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
    Setting(("EnableKeyRotation",), _ON, "the key is no longer rotated"),
    Setting(("Enabled",), _ON_BY_DEFAULT, "the key is disabled", ("AWS::KMS::Key",)),
    Setting(("PendingWindowInDays",), AtLeast(30), "a deleted key is lost sooner", ("AWS::KMS::",)),
    Setting(
        (
            *("BucketEncryption", "CustomerMasterKeyId", "EncryptionConfiguration", "EncryptionKey"),
            *("KMSKeyId", "KMSMasterKeyID", "KmsKey", "KmsKeyArn", "KmsKeyId", "KmsMasterKeyId"),
            *("MasterUserSecretKmsKeyId", "OutputKmsKeyId", "SSESpecification", "VolumeKmsKeyId"),
            *("EncryptionConfig", "EncryptionSpecification", "S3KmsKeyId", "SecurityKmsKeyId"),
        ),
        Present(),
        "encryption or its own key is gone",
    ),
    Setting(
        (
            *("AtRestEncryptionEnabled", "CacheDataEncrypted", "EncryptAtRest", "Encrypted", "SSEEnabled"),
            *("StorageEncrypted", "TransitEncryptionEnabled", "EncryptionInTransit"),
            *("EncryptionAtRestOptions.Enabled", "NodeToNodeEncryptionOptions.Enabled"),
        ),
        _ON,
        "encryption is off",
    ),
    Setting(("SqsManagedSseEnabled",), _ON_BY_DEFAULT, "encryption is off"),
    Setting(
        ("SSEAlgorithm", "EncryptionType", "DefaultEncryption", "SseType"),
        Ordered(("aws:kms:dsse", "KMS_DSSE", "aws:kms", "KMS", "AES256", "NONE"), "AES256"),
        "a weaker kind of encryption",
    ),
    Setting(
        ("EnableInterContainerTrafficEncryption",), _ON, "traffic between containers is no longer encrypted"
    ),
    Setting(("EnableNetworkIsolation",), _ON, "network isolation is off"),
    Setting(
        ("VpcConfig", "VPCOptions", "VpcConfiguration", "SubnetId", "SubnetIds", "SecurityGroupIds"),
        Present(),
        "no longer in the VPC",
    ),
    Setting(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"),
        _ON,
        "public access is no longer blocked",
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
        "objects can have access lists again",
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
    Setting(("SecurityGroupIngress",), NotAmong(_EVERYWHERE), "open to every address", at_once=True),
    Setting(
        ("CidrIp", "CidrIpv6"),
        NotAmong(_EVERYWHERE),
        "open to every address",
        ("AWS::EC2::SecurityGroupIngress",),
        at_once=True,
    ),
    Setting(("RootAccess",), Ordered(("Disabled", "Enabled"), "Enabled"), "root access for its users"),
    Setting(("PrivilegedMode", "Privileged"), _OFF, "containers with the host's privileges"),
    Setting(("ReadonlyRootFilesystem",), _ON, "the root file system can be written"),
    Setting(("HttpTokens",), Ordered(("required", "optional"), "optional"), "IMDSv1 is answered"),
    Setting(("MinimumInstanceMetadataServiceVersion",), AtLeast(1), "IMDSv1 is answered"),
    Setting(("AuthorizationType",), Becomes(("NONE",), "NONE"), "anyone may call it"),
    Setting(
        ("AuthType",),
        Becomes(("NONE",)),
        "anyone may call it",
        ("AWS::Lambda::Url",),
        at_once=True,
    ),
    Setting(("AuthenticationType",), Becomes(("API_KEY",)), "an API key is enough", ("AWS::AppSync::",)),
    Setting(("AuthorizerId",), Present(), "no authorizer is asked"),
    Setting(("ApiKeyRequired",), _ON, "no API key is needed"),
    Setting(("DisableExecuteApiEndpoint",), _ON, "the API also answers at its own endpoint"),
    Setting(
        ("RequestValidatorId", "ThrottlingRateLimit", "ThrottlingBurstLimit", "Throttle", "Action.Block"),
        Present(),
        "requests are no longer limited",
    ),
    Setting(("ValidateRequestBody", "ValidateRequestParameters"), _ON, "requests are no longer validated"),
    Setting(("WebACLId", "WebACLArn"), Present(), "no web ACL stands before it"),
    Setting(("MfaConfiguration",), Ordered(("ON", "OPTIONAL", "OFF"), "OFF"), "a password is enough"),
    Setting(("AllowAdminCreateUserOnly",), _ON, "anyone may sign up"),
    Setting(("MinimumLength",), AtLeast(8), "shorter passwords", ("AWS::Cognito::",)),
    Setting(
        ("SecurityPolicy", "MinimumProtocolVersion", "SslPolicy", "TLSSecurityPolicy", "MinimumTlsVersion"),
        LowestTls(),
        "an older version of TLS is accepted",
    ),
    Setting(("EnforceHTTPS",), _ON, "HTTP without TLS is accepted"),
    Setting(
        ("ViewerProtocolPolicy",),
        Ordered(("https-only", "redirect-to-https", "allow-all"), "allow-all"),
        "HTTP without TLS is accepted",
    ),
    Setting(("Protocol",), Becomes(("HTTP", "TCP")), "HTTP without TLS is accepted", _LISTENERS),
    Setting(("PermissionsBoundary",), Present(), "no boundary limits its permissions"),
    Setting(
        ("DeletionProtection", "DeletionProtectionEnabled", "DisableApiTermination"),
        _ON,
        "no longer protected from deletion",
    ),
    Setting(("VersioningConfiguration.Status",), _ENABLED, "what is overwritten or deleted is not kept"),
    Setting(("ObjectLockEnabled", "ObjectLockConfiguration"), Present(), "objects are no longer locked"),
    Setting(("PointInTimeRecoveryEnabled",), _ON, "no recovery to a point in time"),
    Setting(("BackupRetentionPeriod",), AtLeast(1), "backups are kept for a shorter time"),
    Setting(
        ("ImageTagMutability",),
        Ordered(("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION", "MUTABLE"), "MUTABLE"),
        "tags can be moved to other images",
    ),
    Setting(("ScanOnPush",), _ON, "images are no longer scanned"),
    Setting(("RetentionInDays",), AtLeast(), "logs are kept for a shorter time", ("AWS::Logs::",)),
    Setting(
        ("AccessLogSetting", "AccessLogSettings", "AccessLoggingPolicy", "EnableCloudwatchLogsExports"),
        Present(),
        "access is no longer logged",
    ),
    Setting(("LoggingConfiguration",), Present(), "no longer logged"),
    Setting(("LoggingLevel",), Ordered(("INFO", "ERROR", "OFF"), "OFF"), "less is logged"),
    Setting(("DataTraceEnabled",), _OFF, "bodies of requests are logged"),
    Setting(("IsLogging", "EnableLogFileValidation"), _ON, "the trail is no longer complete"),
    Setting(("ActionsEnabled",), _ON_BY_DEFAULT, "the alarm tells nobody"),
    Setting(("AlarmActions",), Present(), "the alarm tells nobody"),
    Setting(("AutoRollbackConfiguration",), Present(), "no alarm rolls a deployment back"),
)
_ORIGINS = Setting((), NotAmong(("*",)), "every origin may call it from a browser", at_once=True)


def _by_last_name() -> Mapping[str, list[tuple[tuple[str, ...], Setting]]]:
    named: dict[str, list[tuple[tuple[str, ...], Setting]]] = defaultdict(list)
    for setting in SETTINGS:
        for name in setting.names:
            members = tuple(name.split("."))
            named[members[-1]].append((members, setting))
    return named


_SETTINGS = _by_last_name()


def weaker_settings(review: StackReview) -> Iterator[Finding]:
    """Every setting of a resource, a pipeline's step or the stack that protects less than before."""
    if review.standing is Standing.GONE:
        return
    for change in review.resources:
        if change.new is None:
            continue
        for setting, one in _outermost(_weaker(change)):
            reason = f"{setting.words}: {property_cell(one.path)} {' → '.join(value_cells(one.old, one.new))}"
            section = section_of(change, one)
            yield Finding(Severity.WEAKENS, review.name, resource_cell(change), reason, section)
        if less := _keeps_less(change):
            section = section_of(change)
            yield Finding(Severity.WEAKENS, review.name, resource_cell(change), less, section)
    for one in review.settings:
        if one.path == ("stack", "terminationProtection") and _ON.falls(one.old, one.new):
            yield Finding(
                Severity.WEAKENS, review.name, "", "no longer protected from deletion", "The stack itself"
            )


def _weaker(change: ResourceChange) -> Iterator[tuple[Setting, Difference]]:
    before = _nodes(change.old.declared) if change.old else {}
    after = _nodes(change.new.declared) if change.new else {}
    for path in sorted({*before, *after}):
        old, new = before.get(path, ABSENT), after.get(path, ABSENT)
        if path[0] != "Properties" or old == new:
            continue
        known_before = change.old is not None and _has_owner(path, before)
        known_after = _has_owner(path, after)
        for setting in _settings_at(path, change.resource.type):
            counts = known_after and (known_before or setting.at_once)
            if counts and setting.strength.falls(old, new):
                yield setting, Difference(path, old, new)


def _nodes(declared: Mapping[str, Node]) -> dict[Path, Node]:
    return {path: node for path, node in nodes(dict(declared)) if path and show(node) != NO_VALUE}


def _has_owner(path: Path, tree: Mapping[Path, Node]) -> bool:
    """Whether the innermost member of a list that the path leads into is there, such as a step."""
    members = [index for index, one in enumerate(path[:-1]) if one.startswith("[")]
    return not members or path[: members[-1] + 1] in tree


def _settings_at(path: Path, resource_type: str) -> Iterator[Setting]:
    named = tuple(one for one in path if not one.startswith("["))
    if path[-1] != named[-1]:
        return
    for members, setting in _SETTINGS.get(named[-1], []):
        if named[-len(members) :] == members and resource_type.startswith(setting.types):
            yield setting
    if _CROSS_ORIGIN.search(named[-1]):
        yield _ORIGINS


def _outermost(found: Iterable[tuple[Setting, Difference]]) -> Iterator[tuple[Setting, Difference]]:
    """The findings that are not within another one, which says as much."""
    told: list[Path] = []
    for setting, one in found:
        if not any(one.path[: len(path)] == path for path in told):
            told.append(one.path)
            yield setting, one


def _keeps_less(change: ResourceChange) -> str | None:
    """A deletion policy under which the data of a resource that stays would go with it."""
    if not (change.old and change.new and change.resource.type in STORES):
        return None
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        old, new = change.old.policy(policy), change.new.policy(policy)
        if _KEEPS.falls(Text((old,)), Text((new,))):
            return f"its data is no longer kept when it goes: {code(policy)} {code(old)} → {code(new)}"
    return None
