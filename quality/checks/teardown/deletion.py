"""What the deletion of each resource type leaves behind."""

from collections.abc import Callable, Iterator, Mapping

from quality.checks.teardown import logs
from quality.checks.teardown.remainder import Kind, Remainder
from stacks.policies.definition import steps
from stacks.policies.templates import Resource

type Finder = Callable[[Resource], Iterator[Remainder]]

_EMPTIES_BUCKETS = "Custom::S3AutoDeleteObjects"
_KEEPING = ("Retain", "RetainExceptOnCreate", "Snapshot")
# How CloudFormation, or the service behind it, is told to refuse a deletion.
_PROTECTION = ("DeletionProtection", "DeletionProtectionEnabled", "EnableTerminationProtection")


def left_behind(resource: Resource) -> Iterator[Remainder]:
    """What stays of a resource, or because of it, once its stack is gone."""
    kept = {resource.attributes.get(name) for name in ("DeletionPolicy", "UpdateReplacePolicy")}
    if kept & set(_KEEPING):
        yield Remainder.at(resource, Kind.RETAINED)
    if any(str(resource.get(name)).lower() in ("active", "true") for name in _PROTECTION):
        yield Remainder.at(resource, Kind.PROTECTED)
    if resource.attributes.get("DeletionPolicy") not in _KEEPING:
        yield from FINDERS.get(resource.type, _unknown)(resource)


def _nothing(resource: Resource) -> Iterator[Remainder]:
    yield from ()


def _unknown(resource: Resource) -> Iterator[Remainder]:
    is_custom = resource.type.startswith("Custom::") or resource.type == "AWS::CloudFormation::CustomResource"
    yield Remainder.at(resource, Kind.NO_DELETION if is_custom else Kind.UNKNOWN)


def _bucket(bucket: Resource) -> Iterator[Remainder]:
    if not any(
        bucket.is_named_in(one.get("BucketName")) for one in bucket.templates.of_type(_EMPTIES_BUCKETS)
    ):
        yield Remainder.at(bucket, Kind.NOT_EMPTIED)


def _repository(repository: Resource) -> Iterator[Remainder]:
    if repository.get("EmptyOnDelete") is not True:
        yield Remainder.at(repository, Kind.NOT_EMPTIED)


def _key(key: Resource) -> Iterator[Remainder]:
    yield Remainder.at(key, Kind.KEY_WAITS)


def _account(account: Resource) -> Iterator[Remainder]:
    yield Remainder.at(account, Kind.ACCOUNT_SETTING)
    yield from logs.of_gateways_account(account)


def _package_group(group: Resource) -> Iterator[Remainder]:
    yield Remainder.at(group, Kind.BLOCKED)


def _domain(domain: Resource) -> Iterator[Remainder]:
    if domain.get("HomeEfsFileSystemCreation") != "Disabled":
        yield Remainder.at(domain, Kind.FILE_SYSTEM, "AWS::EFS::FileSystem")


def _space(space: Resource) -> Iterator[Remainder]:
    # Its app is a person's, who starts it from the page.
    yield Remainder.at(space, Kind.BLOCKED)
    yield from logs.of_space(space)


def _cluster(cluster: Resource) -> Iterator[Remainder]:
    yield Remainder.at(cluster, Kind.MADE_IN_CLUSTER)
    yield from logs.of_cluster(cluster)


def _state_machine(machine: Resource) -> Iterator[Remainder]:
    if "createAutoMLJob" in str(machine.get("DefinitionString")):
        yield Remainder.at(machine, Kind.MADE_BY_EXECUTIONS, "AWS::SageMaker::Model")
        for group in ("ProcessingJobs", "TrainingJobs", "TransformJobs"):
            yield Remainder.at(machine, Kind.LOG_GROUP, f"/aws/sagemaker/{group}")
    yield from logs.of_state_machine(machine)


def _pipeline(pipeline: Resource) -> Iterator[Remainder]:
    kinds = {step.type for step in steps(pipeline)}
    if "Model" in kinds:
        yield Remainder.at(pipeline, Kind.MADE_BY_EXECUTIONS, "AWS::SageMaker::Model")
    yield from logs.of_jobs(pipeline, kinds)


FINDERS: Mapping[str, Finder] = {
    **dict.fromkeys(
        (
            "AWS::ApiGateway::ApiKey",
            "AWS::ApiGateway::Authorizer",
            "AWS::ApiGateway::Deployment",
            "AWS::ApiGateway::GatewayResponse",
            "AWS::ApiGateway::Method",
            "AWS::ApiGateway::Model",
            "AWS::ApiGateway::RequestValidator",
            "AWS::ApiGateway::Resource",
            "AWS::ApiGateway::RestApi",
            "AWS::ApiGateway::UsagePlan",
            "AWS::ApiGateway::UsagePlanKey",
            "AWS::ApplicationAutoScaling::ScalableTarget",
            "AWS::ApplicationAutoScaling::ScalingPolicy",
            "AWS::Budgets::Budget",
            "AWS::CloudFormation::WaitCondition",
            "AWS::CloudFormation::WaitConditionHandle",
            "AWS::CloudFront::CachePolicy",
            "AWS::CloudFront::Distribution",
            "AWS::CloudFront::Function",
            "AWS::CloudFront::OriginAccessControl",
            "AWS::CloudFront::ResponseHeadersPolicy",
            "AWS::CloudWatch::Alarm",
            "AWS::CloudWatch::Dashboard",
            "AWS::CodeDeploy::Application",
            "AWS::CodeDeploy::DeploymentGroup",
            "AWS::CodePipeline::Pipeline",
            "AWS::Cognito::UserPool",
            "AWS::Cognito::UserPoolClient",
            "AWS::Cognito::UserPoolDomain",
            "AWS::EC2::RouteTable",
            "AWS::EC2::SecurityGroup",
            "AWS::EC2::SecurityGroupIngress",
            "AWS::EC2::Subnet",
            "AWS::EC2::SubnetRouteTableAssociation",
            "AWS::EC2::VPC",
            "AWS::EC2::VPCEndpoint",
            "AWS::EKS::AccessEntry",
            "AWS::EKS::PodIdentityAssociation",
            "AWS::Events::Rule",
            "AWS::IAM::ManagedPolicy",
            "AWS::IAM::Policy",
            "AWS::IAM::Role",
            "AWS::Lambda::Alias",
            "AWS::Lambda::Permission",
            "AWS::Lambda::Version",
            "AWS::Logs::LogGroup",
            "AWS::S3::BucketPolicy",
            "AWS::SNS::Subscription",
            "AWS::SNS::Topic",
            "AWS::SNS::TopicPolicy",
            "AWS::SageMaker::DataQualityJobDefinition",
            "AWS::SageMaker::EndpointConfig",
            "AWS::SageMaker::MlflowApp",
            "AWS::SageMaker::Model",
            "AWS::SageMaker::NotebookInstanceLifecycleConfig",
            "AWS::SageMaker::UserProfile",
            "AWS::WAFv2::WebACL",
            "AWS::WAFv2::WebACLAssociation",
            _EMPTIES_BUCKETS,
        ),
        _nothing,
    ),
    "AWS::ApiGateway::Account": _account,
    "AWS::ApiGateway::Stage": logs.of_stage,
    "AWS::CodeBuild::Project": logs.of_project,
    "AWS::EC2::FlowLog": logs.of_flow_log,
    "AWS::ECR::Repository": _repository,
    "AWS::EKS::Cluster": _cluster,
    "AWS::KMS::Key": _key,
    "AWS::Lambda::Function": logs.of_function,
    "AWS::S3::Bucket": _bucket,
    "AWS::SageMaker::Domain": _domain,
    "AWS::SageMaker::Endpoint": logs.of_endpoint,
    "AWS::SageMaker::ModelPackageGroup": _package_group,
    "AWS::SageMaker::MonitoringSchedule": logs.of_schedule,
    "AWS::SageMaker::NotebookInstance": logs.of_notebook,
    "AWS::SageMaker::Pipeline": _pipeline,
    "AWS::SageMaker::Space": _space,
    "AWS::StepFunctions::StateMachine": _state_machine,
    "AWS::WAFv2::LoggingConfiguration": logs.of_firewall,
}
