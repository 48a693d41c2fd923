"""What protects less than before, each rule with a near miss that is none."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from protected_settings import BLOCKED, BUCKET, FUNCTION, METHOD, TITLE, ingress, public_access, within
from verdicts import broken_links, reasons

KEY = {"Fn::GetAtt": ["Key", "Arn"]}


def kms(key: Any = KEY) -> dict[str, Any]:
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    return encrypted(by_default)


def encrypted(by_default: dict[str, Any]) -> dict[str, Any]:
    rule = {"ServerSideEncryptionByDefault": by_default}
    return {"BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]}}


def methods(*, path: str = "/*", **settings: Any) -> dict[str, Any]:
    return {"MethodSettings": [{"ResourcePath": path, "HttpMethod": "*", **settings}]}


def step(**arguments: Any) -> dict[str, Any]:
    steps = [{"Name": "Fit", "Type": "Training", "Arguments": arguments}] if arguments else []
    return {"PipelineDefinition": {"PipelineDefinitionBody": json.dumps({"Steps": steps})}}


CLUSTER = "AWS::EKS::Cluster"
CLOUDWATCH_ALARM = "AWS::CloudWatch::Alarm"


def above(*, operator: str = "GreaterThanOrEqualToThreshold", **properties: Any) -> dict[str, Any]:
    return {"ComparisonOperator": operator, **properties}


def below(**properties: Any) -> dict[str, Any]:
    return above(operator="LessThanThreshold", **properties)


# type, path, before, after, what is said of it.
SETTINGS_OF_TYPES: list[tuple[str, str, Any, Any, str]] = [
    (BUCKET, "VersioningConfiguration.Status", "Enabled", "Suspended", "not kept"),
    ("AWS::SageMaker::NotebookInstance", "DirectInternetAccess", "Disabled", "Enabled", "internet"),
    ("AWS::SageMaker::Domain", "AppNetworkAccessType", "VpcOnly", "PublicInternetOnly", "internet"),
    (CLUSTER, "ResourcesVpcConfig.EndpointPublicAccess", False, True, "answers to the internet"),
    (CLUSTER, "ResourcesVpcConfig.PublicAccessCidrs.0", "10.0.0.0/8", "0.0.0.0/0", "every address"),
    (CLUSTER, "AccessConfig.AuthenticationMode", "API", "API_AND_CONFIG_MAP", "config map"),
    (CLUSTER, "AccessConfig.BootstrapClusterCreatorAdminPermissions", False, True, "administers it"),
    (CLUSTER, "DeletionProtection", True, False, "no longer protected from deletion"),
    ("AWS::SageMaker::Space", "SpaceSettings.RemoteAccess", "DISABLED", "ENABLED", "other machines"),
    ("AWS::ApiGateway::Stage", "MethodSettings.0.LoggingLevel", "INFO", "OFF", "less is logged"),
    ("AWS::ApiGateway::RestApi", "EndpointConfiguration.Types.0", "PRIVATE", "REGIONAL", "no longer private"),
    ("AWS::ApiGateway::DomainName", "SecurityPolicy", "TLS_1_2", "TLS_1_0", "older version of TLS"),
    (CLOUDWATCH_ALARM, "TreatMissingData", "breaching", "notBreaching", "data is missing"),
    (FUNCTION, "Environment.Variables.ALLOWED_ORIGINS", "https://a", "https://a,*", "every origin"),
    (BUCKET, "CorsConfiguration.CorsRules.0.AllowedOrigins.0", "https://a", "*", "every origin"),
    ("AWS::Cognito::UserPool", "Policies.PasswordPolicy.MinimumLength", 12, 6, "shorter passwords"),
    ("AWS::CodeBuild::Project", "Environment.PrivilegedMode", False, True, "privileges"),
    ("AWS::AppSync::GraphQLApi", "AuthenticationType", "AWS_IAM", "API_KEY", "an API key is enough"),
    ("AWS::CloudFront::Distribution", "DistributionConfig", {"WebACLId": "a"}, {}, "no web ACL"),
    ("AWS::OpenSearchService::Domain", "DomainEndpointOptions", {"EnforceHTTPS": True}, {}, "without TLS"),
    ("AWS::ApiGateway::Stage", "MethodSettings.0.DataTraceEnabled", False, True, "bodies of requests"),
    ("AWS::WAFv2::WebACL", "Rules.0.Action", {"Block": {}}, {"Count": {}}, ""),
]
# type, properties before, after, what is said of it.
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
    (BUCKET, {"LoggingConfiguration": {"LogFilePrefix": "a"}}, {}, "no longer logged"),
    (
        BUCKET,
        {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
        {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}},
        "access lists",
    ),
    (CLUSTER, {"EncryptionConfig": [{"Resources": ["secrets"]}]}, {}, "encryption"),
    (CLUSTER, {"Logging": {"ClusterLogging": {"EnabledTypes": [{"Type": "api"}]}}}, {}, "no longer logged"),
    ("AWS::ECR::Repository", {"ImageTagMutability": "IMMUTABLE"}, {}, "moved to other images"),
    ("AWS::ECR::Repository", {"ImageScanningConfiguration": {"ScanOnPush": True}}, {}, "no longer scanned"),
    ("AWS::SageMaker::Model", {"EnableNetworkIsolation": True}, {}, "network isolation"),
    ("AWS::SageMaker::Model", {"VpcConfig": {"Subnets": ["a"]}}, {}, "no longer in the VPC"),
    ("AWS::SageMaker::EndpointConfig", {"KmsKeyId": KEY}, {}, "encryption"),
    ("AWS::SageMaker::NotebookInstance", {"RootAccess": "Disabled"}, {}, "root access"),
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
    ("AWS::Cognito::UserPool", {"AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True}}, {}, "sign up"),
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
    ("AWS::ApiGatewayV2::Route", {"AuthorizerId": "a"}, {}, "requests are not authorized"),
    ("AWS::ApiGateway::RestApi", {"DisableExecuteApiEndpoint": True}, {}, "its own endpoint"),
    (
        "AWS::CloudFront::Distribution",
        {"DistributionConfig": {"DefaultCacheBehavior": {"ViewerProtocolPolicy": "https-only"}}},
        {"DistributionConfig": {"DefaultCacheBehavior": {"ViewerProtocolPolicy": "allow-all"}}},
        "without TLS",
    ),
    (BUCKET, {"ObjectLockEnabled": True}, {}, "no longer locked"),
    ("AWS::CloudTrail::Trail", {"IsLogging": True}, {"IsLogging": False}, "no longer complete"),
    ("AWS::Cognito::UserPool", {"MfaConfiguration": "ON"}, {"MfaConfiguration": "OFF"}, "password is enough"),
    *(
        (type, within(path, old), within(path, new), words)
        for type, path, old, new, words in SETTINGS_OF_TYPES
    ),
]


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
