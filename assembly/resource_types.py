"""The resource types that the runner knows, and what a reference to each of them gives.

`RUN`: read and acted on. `DECLARED`: has no local effect, but others may refer to it. A resource of
any other type is refused with its logical id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ResourceType:
    """Names and attributes of one type, as format strings over partition, suffix, region, account and name.

    `name_property` holds the physical name when the template gives one. `ref` is what Ref returns,
    `attributes` what Fn::GetAtt does.
    """

    name_property: str | None = None
    ref: str = "{name}"
    attributes: Mapping[str, str] = field(default_factory=dict)


def _sagemaker(kind: str, name_property: str) -> ResourceType:
    arn = f"arn:{{partition}}:sagemaker:{{region}}:{{account}}:{kind}/{{name}}"
    return ResourceType(name_property, ref=arn, attributes={name_property: "{name}"})


_DATA_QUALITY_JOB = "arn:{partition}:sagemaker:{region}:{account}:data-quality-job-definition/{name}"

RUN: Mapping[str, ResourceType] = {
    "AWS::ApiGateway::ApiKey": ResourceType(),
    "AWS::ApiGateway::Authorizer": ResourceType(),
    "AWS::ApiGateway::Deployment": ResourceType(),
    "AWS::ApiGateway::GatewayResponse": ResourceType(),
    "AWS::ApiGateway::Method": ResourceType(),
    "AWS::ApiGateway::Model": ResourceType("Name"),
    "AWS::ApiGateway::RequestValidator": ResourceType(),
    "AWS::ApiGateway::Resource": ResourceType(),
    "AWS::ApiGateway::RestApi": ResourceType(
        attributes={"RestApiId": "{name}", "RootResourceId": "{name}-root"}
    ),
    "AWS::ApiGateway::Stage": ResourceType("StageName"),
    "AWS::ApiGateway::UsagePlan": ResourceType(),
    "AWS::ApiGateway::UsagePlanKey": ResourceType(),
    "AWS::Cognito::UserPool": ResourceType(
        attributes={"Arn": "arn:{partition}:cognito-idp:{region}:{account}:userpool/{name}"},
    ),
    "AWS::Cognito::UserPoolClient": ResourceType(),
    # Run when an API calls it; the one that empties buckets has nothing to do here.
    "AWS::Lambda::Function": ResourceType(
        "FunctionName",
        attributes={"Arn": "arn:{partition}:lambda:{region}:{account}:function:{name}"},
    ),
    "AWS::Lambda::Permission": ResourceType(),
    "AWS::S3::Bucket": ResourceType(
        "BucketName",
        attributes={
            "Arn": "arn:{partition}:s3:::{name}",
            "DomainName": "{name}.s3.{suffix}",
            "RegionalDomainName": "{name}.s3.{region}.{suffix}",
        },
    ),
    "AWS::SageMaker::Model": _sagemaker("model", "ModelName"),
    "AWS::SageMaker::EndpointConfig": _sagemaker("endpoint-config", "EndpointConfigName"),
    "AWS::SageMaker::Endpoint": _sagemaker("endpoint", "EndpointName"),
    "AWS::SageMaker::Pipeline": ResourceType("PipelineName"),
    "AWS::SageMaker::ModelPackageGroup": ResourceType(
        "ModelPackageGroupName",
        ref="arn:{partition}:sagemaker:{region}:{account}:model-package-group/{name}",
        attributes={
            "ModelPackageGroupArn": "arn:{partition}:sagemaker:{region}:{account}:model-package-group/{name}"
        },
    ),
    "AWS::CloudFormation::Stack": ResourceType(
        ref="arn:{partition}:cloudformation:{region}:{account}:stack/{name}/local"
    ),
}

DECLARED: Mapping[str, ResourceType] = {
    "AWS::ApiGateway::Account": ResourceType(),
    "AWS::ApplicationAutoScaling::ScalableTarget": ResourceType(),
    "AWS::ApplicationAutoScaling::ScalingPolicy": ResourceType("PolicyName"),
    "AWS::Budgets::Budget": ResourceType(),
    "AWS::CloudFormation::WaitCondition": ResourceType(),
    "AWS::CloudFormation::WaitConditionHandle": ResourceType(),
    # The page is served here by the runner itself.
    "AWS::CloudFront::CachePolicy": ResourceType(),
    "AWS::CloudFront::Distribution": ResourceType(attributes={"DomainName": "{name}.cloudfront.net"}),
    "AWS::CloudFront::Function": ResourceType(
        "Name", attributes={"FunctionARN": "arn:{partition}:cloudfront::{account}:function/{name}"}
    ),
    "AWS::CloudFront::OriginAccessControl": ResourceType(attributes={"Id": "{name}"}),
    "AWS::CloudFront::ResponseHeadersPolicy": ResourceType(),
    "AWS::CloudWatch::Alarm": ResourceType(
        "AlarmName", attributes={"Arn": "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}"}
    ),
    "AWS::CloudWatch::Dashboard": ResourceType("DashboardName"),
    "AWS::CodeBuild::Project": ResourceType(
        "Name", attributes={"Arn": "arn:{partition}:codebuild:{region}:{account}:project/{name}"}
    ),
    "AWS::CodeDeploy::Application": ResourceType("ApplicationName"),
    "AWS::CodeDeploy::DeploymentGroup": ResourceType("DeploymentGroupName"),
    "AWS::CodePipeline::Pipeline": ResourceType("Name"),
    "AWS::Cognito::UserPoolDomain": ResourceType("Domain"),
    "AWS::EC2::FlowLog": ResourceType(),
    "AWS::EC2::RouteTable": ResourceType(),
    "AWS::EC2::SecurityGroup": ResourceType("GroupName", attributes={"GroupId": "sg-{name}"}),
    "AWS::EC2::SecurityGroupIngress": ResourceType(),
    "AWS::EC2::Subnet": ResourceType(),
    "AWS::EC2::SubnetRouteTableAssociation": ResourceType(),
    "AWS::EC2::VPC": ResourceType(),
    "AWS::EC2::VPCEndpoint": ResourceType(),
    "AWS::ECR::Repository": ResourceType(
        "RepositoryName",
        attributes={
            "Arn": "arn:{partition}:ecr:{region}:{account}:repository/{name}",
            "RepositoryUri": "{account}.dkr.ecr.{region}.{suffix}/{name}",
        },
    ),
    # What runs in a cluster is not run here: the API that its pipelines call is.
    "AWS::EKS::AccessEntry": ResourceType(),
    "AWS::EKS::Cluster": ResourceType(
        "Name",
        attributes={
            "Arn": "arn:{partition}:eks:{region}:{account}:cluster/{name}",
            "ClusterSecurityGroupId": "sg-{name}",
        },
    ),
    "AWS::EKS::PodIdentityAssociation": ResourceType(),
    "AWS::Events::Rule": ResourceType(
        "Name", attributes={"Arn": "arn:{partition}:events:{region}:{account}:rule/{name}"}
    ),
    "AWS::IAM::ManagedPolicy": ResourceType(
        "ManagedPolicyName", ref="arn:{partition}:iam::{account}:policy/{name}"
    ),
    "AWS::IAM::Policy": ResourceType("PolicyName"),
    "AWS::IAM::Role": ResourceType(
        "RoleName", attributes={"Arn": "arn:{partition}:iam::{account}:role/{name}"}
    ),
    "AWS::KMS::Key": ResourceType(
        attributes={"Arn": "arn:{partition}:kms:{region}:{account}:key/{name}", "KeyId": "{name}"}
    ),
    # Who calls an alias reaches the function itself: of its versions this machine has the one packaged.
    "AWS::Lambda::Alias": ResourceType(
        "FunctionName", ref="arn:{partition}:lambda:{region}:{account}:function:{name}"
    ),
    "AWS::Lambda::Version": ResourceType(attributes={"Version": "1"}),
    "AWS::Logs::LogGroup": ResourceType(
        "LogGroupName", attributes={"Arn": "arn:{partition}:logs:{region}:{account}:log-group:{name}:*"}
    ),
    "AWS::S3::BucketPolicy": ResourceType(),
    "AWS::SageMaker::DataQualityJobDefinition": ResourceType(
        "JobDefinitionName", ref=_DATA_QUALITY_JOB, attributes={"JobDefinitionArn": _DATA_QUALITY_JOB}
    ),
    # Nothing of Studio runs here: `make notebook` opens JupyterLab.
    "AWS::SageMaker::Domain": ResourceType(
        "DomainName",
        ref="d-{name}",
        attributes={
            "DomainArn": "arn:{partition}:sagemaker:{region}:{account}:domain/d-{name}",
            "DomainId": "d-{name}",
        },
    ),
    "AWS::SageMaker::MlflowApp": ResourceType(
        "Name",
        ref="arn:{partition}:sagemaker:{region}:{account}:mlflow-app/{name}",
        attributes={"Arn": "arn:{partition}:sagemaker:{region}:{account}:mlflow-app/{name}"},
    ),
    "AWS::SageMaker::MonitoringSchedule": _sagemaker("monitoring-schedule", "MonitoringScheduleName"),
    "AWS::SageMaker::NotebookInstance": _sagemaker("notebook-instance", "NotebookInstanceName"),
    "AWS::SageMaker::NotebookInstanceLifecycleConfig": _sagemaker(
        "notebook-instance-lifecycle-config", "NotebookInstanceLifecycleConfigName"
    ),
    "AWS::SageMaker::Space": ResourceType("SpaceName"),
    "AWS::SageMaker::UserProfile": ResourceType("UserProfileName"),
    "AWS::SNS::Subscription": ResourceType(),
    "AWS::SNS::Topic": ResourceType("TopicName", ref="arn:{partition}:sns:{region}:{account}:{name}"),
    "AWS::SNS::TopicPolicy": ResourceType(),
    "AWS::StepFunctions::StateMachine": ResourceType(
        "StateMachineName", ref="arn:{partition}:states:{region}:{account}:stateMachine:{name}"
    ),
    "AWS::WAFv2::LoggingConfiguration": ResourceType(),
    "AWS::WAFv2::WebACL": ResourceType(
        "Name", attributes={"Arn": "arn:{partition}:wafv2:{region}:{account}:regional/webacl/{name}/local"}
    ),
    "AWS::WAFv2::WebACLAssociation": ResourceType(),
    "Custom::S3AutoDeleteObjects": ResourceType(),
}


def find(type_name: str) -> ResourceType | None:
    """The entry for a CloudFormation type, or None when the type is refused."""
    return RUN.get(type_name) or DECLARED.get(type_name)
