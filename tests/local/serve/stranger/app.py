import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_sqs as sqs

app = cdk.App()
stack = cdk.Stack(app, "Prices")
sqs.Queue(stack, "Jobs")
dynamodb.Table(stack, "Seen", partition_key={"name": "id", "type": dynamodb.AttributeType.STRING})
ec2.Vpc(stack, "Net", max_azs=2)
full_access = iam.ManagedPolicy.from_aws_managed_policy_name("AmazonSageMakerFullAccess")
to_sagemaker = iam.ServicePrincipal("sagemaker.amazonaws.com")
role = iam.Role(stack, "Role", assumed_by=to_sagemaker, managed_policies=[full_access])
commit = "3f1c9a4e0b7d5268c1f09e8a7b6d5c4f3e2a1b09"
archive = assets.Asset(stack, "Archive", path="model.tar.gz", asset_hash=commit)
archive.grant_read(role)
image = f"683313688378.dkr.ecr.{stack.region}.{stack.url_suffix}/sagemaker-xgboost:3.2-0"
container = {"image": image, "modelDataUrl": archive.s3_object_url, "environment": {"VERBOSE": True, "N": 2}}
model = sagemaker.CfnModel(stack, "Model", execution_role_arn=role.role_arn, primary_container=container)
variant = {"variantName": "all", "modelName": model.attr_model_name, "initialInstanceCount": 1}
variant |= {"instanceType": "ml.m5.large", "initialVariantWeight": 1}
config = sagemaker.CfnEndpointConfig(stack, "Config", production_variants=[variant])
sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_config_name=config.attr_endpoint_config_name)
app.synth()
