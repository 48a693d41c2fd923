"""What protects less than before, each rule with a near miss that is none."""

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from cloud_assemblies import Declared
from verdicts import broken_links, reasons

from review.verdict.data import STORES
from review.verdict.expiry import RETENTIONS
from review.verdict.guards import GUARDS
from review.verdict.protections import SETTINGS

TITLE = "Weakens security"
KEY = {"Fn::GetAtt": ["Key", "Arn"]}
BUCKET, FUNCTION, METHOD = "AWS::S3::Bucket", "AWS::Lambda::Function", "AWS::ApiGateway::Method"
BLOCKED = dict.fromkeys(
    ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
)


def kms(key: Any = KEY) -> dict[str, Any]:
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    return encrypted(by_default)


def encrypted(by_default: dict[str, Any]) -> dict[str, Any]:
    rule = {"ServerSideEncryptionByDefault": by_default}
    return {"BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]}}


def ingress(*sources: str, **more: Any) -> dict[str, Any]:
    return {"SecurityGroupIngress": [{"CidrIp": one, "IpProtocol": "tcp", **more} for one in sources]}


def public_access(flags: dict[str, Any]) -> dict[str, Any]:
    return {"PublicAccessBlockConfiguration": flags}


def apiv2_domain(policy: str) -> dict[str, Any]:
    return {"DomainNameConfigurations": [{"SecurityPolicy": policy}]}


def methods(*, path: str = "/*", **settings: Any) -> dict[str, Any]:
    return {"MethodSettings": [{"ResourcePath": path, "HttpMethod": "*", **settings}]}


def step(**arguments: Any) -> dict[str, Any]:
    steps = [{"Name": "Fit", "Type": "Training", "Arguments": arguments}] if arguments else []
    return {"PipelineDefinition": {"PipelineDefinitionBody": json.dumps({"Steps": steps})}}


CLOUDWATCH_ALARM = "AWS::CloudWatch::Alarm"


def above(*, operator: str = "GreaterThanOrEqualToThreshold", **properties: Any) -> dict[str, Any]:
    return {"ComparisonOperator": operator, **properties}


def below(**properties: Any) -> dict[str, Any]:
    return above(operator="LessThanThreshold", **properties)


# type, before, after, what is said of it.
WEAKER: list[tuple[str, Any, Any, str]] = [
    ("AWS::KMS::Key", {"EnableKeyRotation": True}, {"EnableKeyRotation": False}, "no longer rotated"),
    ("AWS::KMS::Key", {"EnableKeyRotation": True}, {}, "no longer rotated"),
    ("AWS::KMS::Key", {"EnableKeyRotation": "true"}, {"EnableKeyRotation": "false"}, "no longer rotated"),
    ("AWS::KMS::Key", {}, {"Enabled": False}, "disabled"),
    ("AWS::KMS::Key", {"PendingWindowInDays": 30}, {"PendingWindowInDays": 7}, "lost sooner"),
    (BUCKET, kms(), {}, "encryption"),
    (BUCKET, kms(), encrypted({"SSEAlgorithm": "AES256"}), "encryption"),
    (BUCKET, {"PublicAccessBlockConfiguration": BLOCKED}, {}, "public access"),
    (
        BUCKET,
        {"PublicAccessBlockConfiguration": BLOCKED},
        {"PublicAccessBlockConfiguration": {**BLOCKED, "BlockPublicPolicy": False}},
        "public access",
    ),
    (BUCKET, {}, {"AccessControl": "PublicRead"}, "open to the public"),
    (BUCKET, {}, public_access(dict.fromkeys(BLOCKED, False)), "public access"),
    (BUCKET, {}, public_access(dict.fromkeys(BLOCKED, "false")), "public access"),
    (BUCKET, public_access(BLOCKED), public_access({"BlockPublicAcls": True}), "public access"),
    (
        "AWS::EC2::SecurityGroup",
        ingress("10.0.0.0/8"),
        ingress("0.0.0.0/1", "128.0.0.0/1"),
        "every address",
    ),
    ("AWS::EC2::SecurityGroupIngress", {"CidrIp": "10.0.0.0/8"}, {"CidrIp": "128.0.0.0/1"}, "every address"),
    ("AWS::EC2::SecurityGroupIngress", {"CidrIpv6": "fd00::/8"}, {"CidrIpv6": "2000::/3"}, "every address"),
    ("AWS::ApiGateway::Stage", methods(LoggingLevel="INFO"), {}, "less is logged"),
    ("AWS::ApiGateway::Stage", methods(LoggingLevel="ERROR"), {"MethodSettings": []}, "less is logged"),
    ("AWS::ApiGateway::Stage", methods(LoggingLevel="INFO"), methods(path="/other"), "less is logged"),
    (BUCKET, {"VersioningConfiguration": {"Status": "Enabled"}}, {}, "not kept"),
    (
        BUCKET,
        {"VersioningConfiguration": {"Status": "Enabled"}},
        {"VersioningConfiguration": {"Status": "Suspended"}},
        "not kept",
    ),
    (BUCKET, {"LoggingConfiguration": {"LogFilePrefix": "a"}}, {}, "no longer logged"),
    (
        BUCKET,
        {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
        {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}},
        "access lists",
    ),
    ("AWS::ECR::Repository", {"ImageTagMutability": "IMMUTABLE"}, {}, "moved to other images"),
    ("AWS::ECR::Repository", {"ImageScanningConfiguration": {"ScanOnPush": True}}, {}, "no longer scanned"),
    ("AWS::SageMaker::Model", {"EnableNetworkIsolation": True}, {}, "network isolation"),
    ("AWS::SageMaker::Model", {"VpcConfig": {"Subnets": ["a"]}}, {}, "no longer in the VPC"),
    ("AWS::SageMaker::EndpointConfig", {"KmsKeyId": KEY}, {}, "encryption"),
    ("AWS::SageMaker::NotebookInstance", {"RootAccess": "Disabled"}, {}, "root access"),
    (
        "AWS::SageMaker::NotebookInstance",
        {"DirectInternetAccess": "Disabled"},
        {"DirectInternetAccess": "Enabled"},
        "internet",
    ),
    ("AWS::SageMaker::Domain", {"AppNetworkAccessType": "VpcOnly"}, {}, "internet"),
    (
        "AWS::SageMaker::Pipeline",
        step(EnableNetworkIsolation=True),
        step(EnableNetworkIsolation=False),
        "network isolation",
    ),
    ("AWS::SageMaker::Pipeline", step(VolumeKmsKeyId="a", A=1), step(A=1), "encryption"),
    (
        "AWS::SageMaker::Pipeline",
        step(NetworkConfig={"EnableInterContainerTrafficEncryption": True}, A=1),
        step(A=1),
        "no longer encrypted",
    ),
    ("AWS::SQS::Queue", {"KmsMasterKeyId": KEY}, {}, "encryption"),
    ("AWS::SQS::Queue", {}, {"SqsManagedSseEnabled": False}, "encryption"),
    ("AWS::SNS::Topic", {"KmsMasterKeyId": KEY}, {"KmsMasterKeyId": {"Ref": "AWS::NoValue"}}, "encryption"),
    ("AWS::RDS::DBInstance", {"StorageEncrypted": True}, {"StorageEncrypted": False}, "encryption is off"),
    ("AWS::RDS::DBInstance", {}, {"PubliclyAccessible": True}, "internet"),
    (
        "AWS::DynamoDB::Table",
        {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
        {},
        "point in time",
    ),
    ("AWS::DynamoDB::Table", {"DeletionProtectionEnabled": True}, {}, "deletion"),
    (FUNCTION, {"VpcConfig": {"SubnetIds": ["a"]}}, {}, "no longer in the VPC"),
    (METHOD, {"AuthorizationType": "AWS_IAM"}, {"AuthorizationType": "NONE"}, "anyone"),
    (METHOD, {"AuthorizationType": "AWS_IAM"}, {}, "anyone"),
    (METHOD, {"RequestValidatorId": "a"}, {}, "no longer limited"),
    (METHOD, {"ApiKeyRequired": True}, {}, "no API key"),
    ("AWS::ApiGateway::RequestValidator", {"ValidateRequestBody": True}, {}, "no longer validated"),
    ("AWS::ApiGatewayV2::Route", {"AuthorizationType": "JWT"}, {"AuthorizationType": "NONE"}, "anyone"),
    ("AWS::Lambda::Url", {"AuthType": "AWS_IAM"}, {"AuthType": "NONE"}, "anyone"),
    ("AWS::ApiGateway::Stage", {"AccessLogSetting": {"DestinationArn": "a"}}, {}, "no longer logged"),
    (
        "AWS::ApiGateway::Stage",
        {"MethodSettings": [{"LoggingLevel": "INFO"}]},
        {"MethodSettings": [{"LoggingLevel": "OFF"}]},
        "less is logged",
    ),
    (
        "AWS::ApiGateway::RestApi",
        {"EndpointConfiguration": {"Types": ["PRIVATE"]}},
        {"EndpointConfiguration": {"Types": ["REGIONAL"]}},
        "no longer private",
    ),
    (
        "AWS::ApiGateway::DomainName",
        {"SecurityPolicy": "TLS_1_2"},
        {"SecurityPolicy": "TLS_1_0"},
        "older version of TLS",
    ),
    (
        "AWS::ElasticLoadBalancingV2::Listener",
        {"SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
        {"SslPolicy": "ELBSecurityPolicy-2016-08"},
        "older version of TLS",
    ),
    ("AWS::ElasticLoadBalancingV2::Listener", {"Protocol": "HTTPS"}, {"Protocol": "HTTP"}, "without TLS"),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Scheme": "internal"}, {}, "faces the internet"),
    ("AWS::Logs::LogGroup", {"KmsKeyId": KEY}, {}, "encryption"),
    ("AWS::CloudWatch::Alarm", {}, {"ActionsEnabled": False}, "notifies nobody"),
    ("AWS::CloudWatch::Alarm", {"AlarmActions": ["a"]}, {"AlarmActions": []}, "notifies nobody"),
    (
        CLOUDWATCH_ALARM,
        above(Threshold=5),
        above(Threshold=1e9),
        "later or never: `Threshold` `5` → `1000000000.0`",
    ),
    (CLOUDWATCH_ALARM, above(Threshold="5"), above(Threshold="6"), "later or never"),
    (CLOUDWATCH_ALARM, below(Threshold=5), below(Threshold=-1), "later or never"),
    (
        CLOUDWATCH_ALARM,
        above(Threshold=1),
        above(operator="GreaterThanThreshold", Threshold=1),
        "goes off later",
    ),
    (CLOUDWATCH_ALARM, above(EvaluationPeriods=1), above(EvaluationPeriods=100), "later or never"),
    (CLOUDWATCH_ALARM, above(DatapointsToAlarm=1), above(DatapointsToAlarm=3), "later or never"),
    (CLOUDWATCH_ALARM, above(Period=60), above(Period=86400), "later or never"),
    (
        CLOUDWATCH_ALARM,
        {"TreatMissingData": "breaching"},
        {"TreatMissingData": "notBreaching"},
        "data is missing",
    ),
    (CLOUDWATCH_ALARM, {"TreatMissingData": "breaching"}, {}, "data is missing"),
    (CLOUDWATCH_ALARM, {}, {"TreatMissingData": "notBreaching"}, "data is missing"),
    ("AWS::Events::Rule", {"State": "ENABLED"}, {"State": "DISABLED"}, "starts nothing"),
    ("AWS::Events::Rule", {}, {"State": "DISABLED"}, "starts nothing"),
    ("AWS::Scheduler::Schedule", {}, {"State": "DISABLED"}, "starts nothing"),
    (
        "AWS::SageMaker::Endpoint",
        {"DeploymentConfig": {"AutoRollbackConfiguration": {"Alarms": []}}},
        {"DeploymentConfig": {}},
        "rolls a deployment back",
    ),
    ("AWS::EC2::SecurityGroup", ingress("10.0.0.0/8"), ingress("0.0.0.0/0"), "every address"),
    ("AWS::EC2::SecurityGroup", ingress("10.0.0.0/8"), ingress("10.0.0.0/8", "0.0.0.0/0"), "every address"),
    ("AWS::EC2::SecurityGroupIngress", {"CidrIpv6": "fd00::/8"}, {"CidrIpv6": "::/0"}, "every address"),
    ("AWS::EC2::Subnet", {}, {"MapPublicIpOnLaunch": True}, "internet"),
    ("AWS::IAM::Role", {"PermissionsBoundary": "a"}, {}, "boundary"),
    (
        FUNCTION,
        {"Environment": {"Variables": {"ALLOWED_ORIGINS": "https://a"}}},
        {"Environment": {"Variables": {"ALLOWED_ORIGINS": "https://a,*"}}},
        "every origin",
    ),
    (
        BUCKET,
        {"CorsConfiguration": {"CorsRules": [{"AllowedOrigins": ["https://a"]}]}},
        {"CorsConfiguration": {"CorsRules": [{"AllowedOrigins": ["*"]}]}},
        "every origin",
    ),
    ("AWS::Cognito::UserPool", {"AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True}}, {}, "sign up"),
    (
        "AWS::Cognito::UserPool",
        {"Policies": {"PasswordPolicy": {"MinimumLength": 12}}},
        {"Policies": {"PasswordPolicy": {"MinimumLength": 6}}},
        "shorter passwords",
    ),
    (
        "AWS::CodeBuild::Project",
        {"Environment": {"PrivilegedMode": False}},
        {"Environment": {"PrivilegedMode": True}},
        "privileges",
    ),
    (
        "AWS::ECS::TaskDefinition",
        {"ContainerDefinitions": [{"Name": "a", "ReadonlyRootFilesystem": True}]},
        {"ContainerDefinitions": [{"Name": "a"}]},
        "can be written",
    ),
    (
        "AWS::EC2::LaunchTemplate",
        {"LaunchTemplateData": {"MetadataOptions": {"HttpTokens": "required"}}},
        {"LaunchTemplateData": {"MetadataOptions": {"HttpTokens": "optional"}}},
        "IMDSv1",
    ),
    (
        "AWS::SageMaker::NotebookInstance",
        {"InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": "2"}},
        {},
        "IMDSv1",
    ),
    (
        "AWS::AppSync::GraphQLApi",
        {"AuthenticationType": "AWS_IAM"},
        {"AuthenticationType": "API_KEY"},
        "an API key is enough",
    ),
    ("AWS::ApiGatewayV2::Route", {"AuthorizerId": "a"}, {}, "requests are not authorized"),
    ("AWS::ApiGateway::RestApi", {"DisableExecuteApiEndpoint": True}, {}, "its own endpoint"),
    (
        "AWS::CloudFront::Distribution",
        {"DistributionConfig": {"WebACLId": "a"}},
        {"DistributionConfig": {}},
        "no web ACL",
    ),
    (
        "AWS::CloudFront::Distribution",
        {"DistributionConfig": {"DefaultCacheBehavior": {"ViewerProtocolPolicy": "https-only"}}},
        {"DistributionConfig": {"DefaultCacheBehavior": {"ViewerProtocolPolicy": "allow-all"}}},
        "without TLS",
    ),
    (
        "AWS::OpenSearchService::Domain",
        {"DomainEndpointOptions": {"EnforceHTTPS": True}},
        {"DomainEndpointOptions": {}},
        "without TLS",
    ),
    (BUCKET, {"ObjectLockEnabled": True}, {}, "no longer locked"),
    (
        "AWS::ApiGateway::Stage",
        {"MethodSettings": [{"DataTraceEnabled": False}]},
        {"MethodSettings": [{"DataTraceEnabled": True}]},
        "bodies of requests",
    ),
    ("AWS::CloudTrail::Trail", {"IsLogging": True}, {"IsLogging": False}, "no longer complete"),
    ("AWS::Cognito::UserPool", {"MfaConfiguration": "ON"}, {"MfaConfiguration": "OFF"}, "password is enough"),
    (
        "AWS::WAFv2::WebACL",
        {"Rules": [{"Action": {"Block": {}}}]},
        {"Rules": [{"Action": {"Count": {}}}]},
        "",
    ),
]


DISTRIBUTION = "AWS::CloudFront::Distribution"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
CLASSIC = "AWS::ElasticLoadBalancing::LoadBalancer"
OLD_POLICIES = (
    "2016-08",
    "TLS-1-0-2015-04",
    "TLS-1-1-2017-01",
    "FS-2018-06",
    "FS-1-1-2019-08",
    "TLS13-1-0-2021-06",
)
NEW_POLICIES = ("TLS-1-2-2017-01", "FS-1-2-Res-2020-10", "TLS13-1-2-2021-06", "TLS13-1-3-2021-06")


def viewers(policy: str) -> dict[str, Any]:
    return {"DistributionConfig": {"ViewerCertificate": {"MinimumProtocolVersion": policy}}}


def origin(*protocols: str) -> dict[str, Any]:
    custom = {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": [*protocols]}
    return {"DistributionConfig": {"Origins": [{"Id": "shop", "CustomOriginConfig": custom}]}}


def classic(policy: str) -> dict[str, Any]:
    attributes = [{"Name": "Reference-Security-Policy", "Value": policy}]
    return {
        "Policies": [{"PolicyName": "p", "PolicyType": "SSLNegotiationPolicyType", "Attributes": attributes}]
    }


def search(policy: str) -> dict[str, Any]:
    return {"DomainEndpointOptions": {"TLSSecurityPolicy": policy}}


@pytest.mark.parametrize(("type", "old", "new", "words"), WEAKER)
def test_a_setting_that_protects_less_is_told(
    changed: Callable[..., str], type: str, old: Any, new: Any, words: str
) -> None:
    told = changed(type, old, new)

    assert any(words in reason for reason in reasons(told, TITLE))
    assert "weakens security" in told
    assert not broken_links(told)


@pytest.mark.parametrize(
    ("type", "old", "new", "words"), [one for one in WEAKER if one[0] not in ("AWS::Logs::LogGroup",)]
)
def test_the_way_back_is_none(changed: Callable[..., str], type: str, old: Any, new: Any, words: str) -> None:
    assert reasons(changed(type, new, old), TITLE) == []


@pytest.mark.parametrize(
    ("type", "old", "new"),
    [
        (BUCKET, kms(), kms({"Fn::GetAtt": ["Other", "Arn"]})),
        (BUCKET, {"AccessControl": "Private"}, {}),
        (BUCKET, {"CorsConfiguration": {"CorsRules": []}}, {}),
        (BUCKET, {}, public_access(BLOCKED)),
        (BUCKET, public_access(dict.fromkeys(BLOCKED, False)), {}),
        (BUCKET, {}, public_access({flag: {"Ref": "Blocked"} for flag in BLOCKED})),
        ("AWS::EC2::SecurityGroup", ingress("10.0.0.0/8"), ingress("12.0.0.0/8", "fc00::/7")),
        ("AWS::ApiGateway::DomainName", {}, {"SecurityPolicy": "TLS_1_2"}),
        ("AWS::ApiGateway::Stage", methods(path="/a", LoggingLevel="INFO"), methods(LoggingLevel="INFO")),
        ("AWS::ApiGateway::Stage", methods(CachingEnabled=True), {}),
        ("AWS::KMS::Key", {"EnableKeyRotation": True}, {"EnableKeyRotation": {"Ref": "Rotated"}}),
        ("AWS::Logs::LogGroup", {"RetentionInDays": 30}, {"RetentionInDays": 90}),
        ("AWS::Logs::LogGroup", {"RetentionInDays": 30}, {}),
        (METHOD, {"AuthorizationType": "AWS_IAM"}, {"AuthorizationType": "CUSTOM"}),
        ("AWS::ApiGateway::DomainName", {"SecurityPolicy": "TLS_1_2"}, {"SecurityPolicy": "TLS_1_3"}),
        ("AWS::EC2::SecurityGroup", ingress("0.0.0.0/0"), ingress("0.0.0.0/0", Description="web")),
        ("AWS::EC2::SecurityGroup", ingress("10.0.0.0/8"), ingress("10.0.0.0/16")),
        (FUNCTION, {"VpcConfig": {"SubnetIds": ["a", "b"]}}, {"VpcConfig": {"SubnetIds": ["a"]}}),
        (
            FUNCTION,
            {"Environment": {"Variables": {"ALLOWED_ORIGINS": "https://a"}}},
            {"Environment": {"Variables": {"ALLOWED_ORIGINS": "https://a,https://b"}}},
        ),
        (FUNCTION, {"Environment": {"Variables": {"Protocol": "HTTPS"}}}, {}),
        ("AWS::CloudWatch::Alarm", {"AlarmActions": ["a"]}, {"AlarmActions": ["b"]}),
        (CLOUDWATCH_ALARM, {"Threshold": 1}, {"Threshold": 2}),
        (CLOUDWATCH_ALARM, above(Threshold=1), above(Threshold={"Ref": "Limit"})),
        (CLOUDWATCH_ALARM, above(Threshold=1), above(Threshold="1.0")),
        (CLOUDWATCH_ALARM, below(Threshold=1), below(Threshold=2)),
        ("AWS::Events::Rule", {"State": "ENABLED"}, {}),
        ("AWS::Events::Rule", {"State": "DISABLED"}, {"State": "DISABLED", "Description": "off"}),
        ("AWS::SageMaker::Pipeline", step(EnableNetworkIsolation=True), step()),
        ("AWS::SageMaker::Model", {"EnableNetworkIsolation": True}, {"EnableNetworkIsolation": "true"}),
        ("AWS::SQS::Queue", {"SqsManagedSseEnabled": True}, {}),
    ],
)
def test_a_change_that_only_looks_like_it_is_none(
    changed: Callable[..., str], type: str, old: Any, new: Any
) -> None:
    assert reasons(changed(type, old, new), TITLE) == []


def test_an_alarm_that_watches_the_other_side_is_told_both_ways(changed: Callable[..., str]) -> None:
    for old, new in ((above(Threshold=1), below(Threshold=1)), (below(Threshold=1), above(Threshold=1))):
        assert "the other side of its threshold" in reasons(changed(CLOUDWATCH_ALARM, old, new), TITLE)[0]


@pytest.fixture(scope="module")
def schemas() -> Mapping[str, str]:
    """The text of every resource type's schema."""
    folder = Path(str(files("cfnlint"))) / "data" / "schemas"
    digests = json.loads((folder / "providers" / "us-east-1.json").read_text())
    return {type: (folder / "resources" / f"{one}.json").read_text() for type, one in digests.items()}


def test_rules_name_properties_that_exist(schemas: Mapping[str, str]) -> None:
    def exists(name: str, types: tuple[str, ...]) -> bool:
        members = [f'"{member}"' for member in name.split(".")]
        texts = (text for type, text in schemas.items() if type.startswith(types))
        return any(all(member in text for member in members) for text in texts)

    assert [name for one in SETTINGS for name in one.names if not exists(name, one.types)] == []
    assert [one.name for one in RETENTIONS if not exists(one.name, one.types)] == []


def test_guards_and_stores_are_types_that_exist(schemas: Mapping[str, str]) -> None:
    assert {*GUARDS, *STORES} - {*schemas} == set()
    assert [
        (type, name)
        for type, guard in GUARDS.items()
        for name in guard.guards
        if f'"{name}"' not in schemas[type]
    ] == []


def test_the_step_of_a_pipeline_is_named(changed: Callable[..., str]) -> None:
    told = changed(
        "AWS::SageMaker::Pipeline", step(EnableNetworkIsolation=True), step(EnableNetworkIsolation=False)
    )

    assert reasons(told, TITLE) == [
        "`shop` `Thing` SageMaker Pipeline: network isolation is off: step `Fit` `EnableNetworkIsolation` "
        "`true` → `false` ([Network and access](#shop-network-and-access))"
    ]


def test_encryption_that_goes_as_a_whole_is_one_reason(changed: Callable[..., str]) -> None:
    assert len(reasons(changed(BUCKET, kms(), {}), TITLE)) == 1


@pytest.mark.parametrize(
    ("type", "properties", "told"),
    [
        ("AWS::Lambda::Url", {"AuthType": "NONE"}, True),
        ("AWS::Lambda::Url", {"AuthType": "AWS_IAM"}, False),
        ("AWS::EC2::SecurityGroup", ingress("0.0.0.0/0"), True),
        ("AWS::EC2::SecurityGroup", ingress("10.0.0.0/8"), False),
        ("AWS::RDS::DBInstance", {"PubliclyAccessible": True}, True),
        (BUCKET, {"AccessControl": "PublicRead"}, True),
        (BUCKET, {}, False),
        (BUCKET, public_access(BLOCKED), False),
        (BUCKET, public_access(dict.fromkeys(BLOCKED, False)), True),
        (BUCKET, public_access(dict.fromkeys(BLOCKED, "false")), True),
        ("AWS::EC2::SecurityGroup", ingress("0.0.0.0/1", "128.0.0.0/1"), True),
        ("AWS::ApiGateway::DomainName", {"SecurityPolicy": "TLS_1_0"}, True),
        ("AWS::ApiGatewayV2::DomainName", apiv2_domain("TLS_1_0"), True),
        ("AWS::ApiGateway::DomainName", {"SecurityPolicy": "TLS_1_2"}, False),
        *(
            (DISTRIBUTION, viewers(policy), True)
            for policy in ("SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016")
        ),
        *(
            (DISTRIBUTION, viewers(policy), False)
            for policy in ("TLSv1.2_2018", "TLSv1.2_2021", "TLSv1.3_2025")
        ),
        (DISTRIBUTION, origin("TLSv1.2", "TLSv1"), True),
        (DISTRIBUTION, origin("SSLv3"), True),
        (DISTRIBUTION, origin("TLSv1.2"), False),
        *((LISTENER, {"SslPolicy": f"ELBSecurityPolicy-{policy}"}, True) for policy in OLD_POLICIES),
        *((LISTENER, {"SslPolicy": f"ELBSecurityPolicy-{policy}"}, False) for policy in NEW_POLICIES),
        (LISTENER, {"SslPolicy": {"Ref": "Policy"}}, False),
        (CLASSIC, classic("ELBSecurityPolicy-2016-08"), True),
        (CLASSIC, classic("ELBSecurityPolicy-TLS-1-2-2017-01"), False),
        ("AWS::OpenSearchService::Domain", search("Policy-Min-TLS-1-0-2019-07"), True),
        ("AWS::OpenSearchService::Domain", search("Policy-Min-TLS-1-2-PFS-2023-10"), False),
        ("AWS::Elasticsearch::Domain", search("Policy-Min-TLS-1-0-2019-07"), True),
        (METHOD, {"HttpMethod": "GET", "AuthorizationType": "NONE"}, True),
        (METHOD, {"HttpMethod": "GET", "AuthorizationType": "AWS_IAM"}, False),
        (METHOD, {"HttpMethod": "GET", "AuthorizationType": "NONE", "ApiKeyRequired": True}, False),
        (METHOD, {"HttpMethod": "OPTIONS", "AuthorizationType": "NONE"}, False),
        ("AWS::ApiGatewayV2::Route", {"RouteKey": "GET /x"}, True),
        ("AWS::KMS::Key", {}, False),
        (FUNCTION, {}, False),
    ],
)
def test_of_new_resources_only_what_opens_is_told(
    diff: Callable[..., str], type: str, properties: Any, told: bool
) -> None:
    added = diff(Declared(), Declared({"Thing": {"Type": type, "Properties": properties}}))

    assert bool(reasons(added, TITLE)) is told
    assert not broken_links(added)


@pytest.mark.parametrize(
    ("type", "new", "words"),
    [
        (BUCKET, public_access({**BLOCKED, "RestrictPublicBuckets": False}), "public access"),
        (BUCKET, public_access({"BlockPublicAcls": True}), "public access"),
        ("AWS::S3::AccessPoint", public_access({"BlockPublicPolicy": False}), "public access"),
        ("AWS::ApiGateway::DomainName", {"SecurityPolicy": "TLS_1_0"}, "TLS before 1.2"),
    ],
)
def test_what_is_stated_less_strict_than_the_default_is_told(
    changed: Callable[..., str], type: str, new: Any, words: str
) -> None:
    [reason] = reasons(changed(type, {}, new), TITLE)

    assert words in reason


def test_a_new_api_may_be_open(diff: Callable[..., str]) -> None:
    api = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a"}}
    method = {
        "Type": METHOD,
        "Properties": {"HttpMethod": "GET", "RestApiId": {"Ref": "Api"}, "AuthorizationType": "NONE"},
    }

    whole = diff(Declared(), Declared({"Api": api, "Method": method}))
    one_more = diff(Declared({"Api": api}), Declared({"Api": api, "Method": method}))

    assert reasons(whole, TITLE) == []
    assert len(reasons(one_more, TITLE)) == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"DeletionPolicy": "Retain"}, {"DeletionPolicy": "Delete"}, True),
        ({"DeletionPolicy": "Retain"}, {}, True),
        ({"UpdateReplacePolicy": "Retain"}, {"UpdateReplacePolicy": "Delete"}, True),
        ({"DeletionPolicy": "Delete"}, {"DeletionPolicy": "Retain"}, False),
    ],
)
def test_data_that_would_no_longer_be_kept_is_told(
    diff: Callable[..., str], old: Any, new: Any, told: bool
) -> None:
    for type, counts in ((BUCKET, told), (FUNCTION, False)):
        sides = [Declared({"Thing": {"Type": type, **attributes}}) for attributes in (old, new)]
        assert bool(reasons(diff(*sides), TITLE)) is counts


def test_termination_protection_is_told(diff: Callable[..., str]) -> None:
    protected = Declared(properties={"terminationProtection": True})

    assert reasons(diff(protected, Declared()), TITLE) == [
        "`shop`: no longer protected from deletion ([The stack itself](#shop-the-stack-itself))"
    ]
    assert reasons(diff(Declared(), protected), TITLE) == []


ALARM = {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Threshold": 1}


def alarm(function: str = "Function", **more: Any) -> dict[str, Any]:
    dimensions = [{"Name": "FunctionName", "Value": {"Ref": function}}]
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": {**ALARM, "Dimensions": dimensions, **more}}


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ({"Function": {"Type": FUNCTION}}, True),
        ({"Function": {"Type": FUNCTION}, "Moved": alarm()}, False),
        ({"Function": {"Type": FUNCTION}, "Moved": alarm(Threshold=5)}, False),
        ({"Function": {"Type": FUNCTION}, "Other": alarm(MetricName="Throttles")}, True),
        ({}, False),
    ],
    ids=["it goes", "it moves", "it moves and changes", "another one comes", "what it watches goes, too"],
)
def test_a_removed_alarm_is_told_unless_nothing_is_left_unwatched(
    diff: Callable[..., str], new: Any, told: bool
) -> None:
    old = {"Function": {"Type": FUNCTION}, "Alarm": alarm()}

    assert bool(reasons(diff(Declared(old), Declared(new)), TITLE)) is told


@pytest.mark.parametrize(
    "type",
    [
        "AWS::CloudTrail::Trail",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::EC2::FlowLog",
        "AWS::GuardDuty::Detector",
        "AWS::SecretsManager::RotationSchedule",
        "AWS::WAFv2::WebACLAssociation",
    ],
)
def test_a_removed_guard_is_told(diff: Callable[..., str], type: str) -> None:
    told = diff(Declared({"Guard": {"Type": type, "Properties": {}}}), Declared())

    assert len(reasons(told, TITLE)) == 1
