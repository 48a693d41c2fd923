"""The ARNs of the resources that each type creates, updates and deletes.

`{name}` is the resource's name, which begins as its stack's, `{generated}` a name or an id that may begin
otherwise, `{id}` what the templates don't say, `{here}` the region and the account.
"""

from collections.abc import Mapping, Sequence
from typing import Final

_API = ("arn:aws:apigateway:{region}::/restapis/{id}", "arn:aws:apigateway:{region}::/tags/{id}")
_SAGEMAKER = "arn:aws:sagemaker:{here}:"
_WEB_ACL = "arn:aws:wafv2:{here}:regional/"

FORMS: Final[Mapping[str, Sequence[str]]] = {
    "AWS::ApiGateway::Account": ("arn:aws:apigateway:{region}::/account",),
    **dict.fromkeys(
        (
            f"AWS::ApiGateway::{one}"
            for one in ("Deployment", "GatewayResponse", "Method", "Model", "RequestValidator", "Resource")
        ),
        _API,
    ),
    "AWS::ApiGateway::RestApi": ("arn:aws:apigateway:{region}::/restapis", *_API),
    "AWS::ApiGateway::Stage": ("arn:aws:apigateway:{region}::/restapis/{id}/stages/{id}", *_API),
    "AWS::ApplicationAutoScaling::ScalableTarget": (
        "arn:aws:application-autoscaling:{here}:scalable-target/{id}",
        # Those of target tracking.
        "arn:aws:cloudwatch:{here}:alarm:TargetTracking-{id}",
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": (
        "arn:aws:application-autoscaling:{here}:scalable-target/{id}",
    ),
    "AWS::Budgets::Budget": ("arn:aws:budgets::{account}:budget/{id}",),
    "AWS::CloudFormation::WaitCondition": (),
    "AWS::CloudFormation::WaitConditionHandle": (),
    "AWS::CloudWatch::Alarm": ("arn:aws:cloudwatch:{here}:alarm:{name}",),
    "AWS::CloudWatch::Dashboard": ("arn:aws:cloudwatch::{account}:dashboard/{name}",),
    "AWS::CodeBuild::Project": ("arn:aws:codebuild:{here}:project/{generated}",),
    "AWS::CodeDeploy::Application": ("arn:aws:codedeploy:{here}:application:{name}",),
    "AWS::CodeDeploy::DeploymentGroup": (
        "arn:aws:codedeploy:{here}:deploymentgroup:{name}/{id}",
        "arn:aws:codedeploy:{here}:deploymentconfig:{id}",
    ),
    "AWS::CodePipeline::Pipeline": (
        "arn:aws:codepipeline:{here}:{name}",
        # A stage.
        "arn:aws:codepipeline:{here}:{name}/{id}",
    ),
    "AWS::EC2::FlowLog": ("arn:aws:ec2:{here}:vpc-flow-log/{id}",),
    "AWS::EC2::RouteTable": ("arn:aws:ec2:{here}:route-table/{id}",),
    "AWS::EC2::SecurityGroup": (
        "arn:aws:ec2:{here}:security-group/{id}",
        "arn:aws:ec2:{here}:security-group-rule/{id}",
        "arn:aws:ec2:{here}:network-interface/{id}",
    ),
    "AWS::EC2::SecurityGroupIngress": ("arn:aws:ec2:{here}:security-group-rule/{id}",),
    "AWS::EC2::Subnet": ("arn:aws:ec2:{here}:subnet/{id}",),
    "AWS::EC2::SubnetRouteTableAssociation": (),
    "AWS::EC2::VPC": ("arn:aws:ec2:{here}:vpc/{id}",),
    "AWS::EC2::VPCEndpoint": ("arn:aws:ec2:{here}:vpc-endpoint/{id}",),
    "AWS::ECR::Repository": ("arn:aws:ecr:{here}:repository/{name}",),
    "AWS::Events::Rule": ("arn:aws:events:{here}:rule/{name}",),
    "AWS::IAM::ManagedPolicy": ("arn:aws:iam::{account}:policy/{name}",),
    "AWS::IAM::Policy": (),
    "AWS::IAM::Role": ("arn:aws:iam::{account}:role/{name}",),
    "AWS::KMS::Key": ("arn:aws:kms:{here}:key/{generated}",),
    "AWS::Lambda::Alias": (),
    "AWS::Lambda::Function": (
        "arn:aws:lambda:{here}:function:{name}",
        # An alias or a version.
        "arn:aws:lambda:{here}:function:{name}:{id}",
    ),
    "AWS::Lambda::Permission": (),
    "AWS::Lambda::Version": (),
    "AWS::Logs::LogGroup": ("arn:aws:logs:{here}:log-group:{name}",),
    "AWS::S3::Bucket": ("arn:aws:s3:::{name}", "arn:aws:s3:::{name}/{id}"),
    "AWS::S3::BucketPolicy": (),
    "AWS::SNS::Subscription": (),
    "AWS::SNS::Topic": ("arn:aws:sns:{here}:{name}",),
    "AWS::SNS::TopicPolicy": (),
    "AWS::SageMaker::Domain": (_SAGEMAKER + "domain/{id}", _SAGEMAKER + "app/{id}/{id}/{id}/{id}"),
    "AWS::SageMaker::Space": (_SAGEMAKER + "space/{id}/{id}",),
    "AWS::SageMaker::UserProfile": (_SAGEMAKER + "user-profile/{id}/{id}",),
    "AWS::SageMaker::Endpoint": (_SAGEMAKER + "endpoint/{name}",),
    "AWS::SageMaker::EndpointConfig": (_SAGEMAKER + "endpoint-config/{generated}",),
    "AWS::SageMaker::Model": (_SAGEMAKER + "model/{generated}",),
    "AWS::SageMaker::ModelPackageGroup": (_SAGEMAKER + "model-package-group/{name}",),
    "AWS::SageMaker::NotebookInstance": (_SAGEMAKER + "notebook-instance/{name}",),
    "AWS::SageMaker::NotebookInstanceLifecycleConfig": (
        _SAGEMAKER + "notebook-instance-lifecycle-config/{generated}",
    ),
    "AWS::SageMaker::Pipeline": (_SAGEMAKER + "pipeline/{name}",),
    "AWS::WAFv2::LoggingConfiguration": (),
    "AWS::WAFv2::WebACL": (_WEB_ACL + "webacl/{id}/{id}", _WEB_ACL + "managedruleset/{id}/{id}"),
    "AWS::WAFv2::WebACLAssociation": (),
    "Custom::S3AutoDeleteObjects": (),
}
