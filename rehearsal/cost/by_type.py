"""What each type of resource costs; a type that is in neither table is named in the bill as not priced."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from assembly.cloud_assembly import Assembly
from assembly.errors import AssemblyError
from assembly.resources import Resource
from rehearsal.cost.charges import Charge, Per, monthly
from rehearsal.cost.jobs import clusters
from rehearsal.cost.prices import Prices

type Pricing = Callable[[Resource, Prices, Assembly], Iterable[Charge]]


def _endpoint(endpoint: Resource, prices: Prices, declared: Assembly) -> Iterable[Charge]:
    wanted = endpoint.known("EndpointConfigName")
    configs = [
        one for one in declared.resources("AWS::SageMaker::EndpointConfig") if one.known_name == wanted
    ]
    for config in configs:
        for variant in config.known("ProductionVariants") or []:
            yield from _variant(endpoint.name, variant, prices, declared)


def _variant(
    endpoint: str, variant: Mapping[str, Any], prices: Prices, declared: Assembly
) -> Iterable[Charge]:
    key, count = variant["InstanceType"], int(variant["InitialInstanceCount"])
    target = f"endpoint/{endpoint}/variant/{variant['VariantName']}"
    limits = [
        int(one.known("MaxCapacity"))
        for one in declared.resources("AWS::ApplicationAutoScaling::ScalableTarget")
        if one.known("ResourceId") == target
    ]
    hours, what = prices.usage.hours, f"endpoint, {count} {key}"
    yield from monthly(prices, what, key, count * hours, max([count, *limits]) * hours)
    yield Charge(what, Per.BLUE_GREEN, prices.usd(key) * count, key)


def _pipeline(pipeline: Resource, prices: Prices, _: Assembly) -> Iterable[Charge]:
    usage, purpose = prices.usage, pipeline.tags.get("purpose")
    body = (pipeline.known("PipelineDefinition") or {}).get("PipelineDefinitionBody")
    if not isinstance(body, str):
        raise AssemblyError("its definition is not in the template as text")
    try:
        started = clusters(body)
    except ValueError as error:
        raise AssemblyError(str(error)) from None
    for one in started:
        jobs = one.instances * one.jobs
        if purpose == "monitoring":
            hours = jobs * usage.daily_job_minutes / 60
            yield from monthly(prices, "monitoring, a run a day", one.instance_type, hours * 30)
            continue
        usd = prices.usd(one.instance_type) * jobs * usage.job_minutes / 60
        per = Per.SCORING if purpose == "batch" else Per.TRAINING
        yield Charge(f"{one.step}, {jobs} {one.instance_type}", per, usd, one.instance_type)
        if per is Per.TRAINING:
            hours = jobs * usage.job_minutes / 60 * usage.training_runs
            yield from monthly(prices, f"training, {usage.training_runs:g} runs", one.instance_type, hours)


def _function(function: Resource, prices: Prices, _: Assembly) -> Iterable[Charge]:
    # Functions of no workload run at deployments only.
    if "workload" in function.tags:
        memory = int(function.known("MemorySize") or 128) / 1024
        seconds = memory * prices.usage.request_ms / 1000 * 1_000_000
        yield Charge("function, requests", Per.PREDICTIONS, prices.usd("lambda.request"), "lambda.request")
        compute = prices.usd("lambda.gb-second") * seconds
        yield Charge("function, compute", Per.PREDICTIONS, compute, "lambda.gb-second")


def _api(_: Resource, prices: Prices, __: Assembly) -> Iterable[Charge]:
    key = "apigateway.request"
    yield Charge("API, requests", Per.PREDICTIONS, prices.usd(key), key)


def _web_acl(acl: Resource, prices: Prices, _: Assembly) -> Iterable[Charge]:
    rules = len(acl.known("Rules") or [])
    yield from monthly(prices, "firewall", "wafv2.web-acl", 1)
    yield from monthly(prices, f"firewall, {rules} rules", "wafv2.rule", rules)
    yield Charge("firewall, requests", Per.PREDICTIONS, prices.usd("wafv2.request"), "wafv2.request")


def _alarm(alarm: Resource, prices: Prices, _: Assembly) -> Iterable[Charge]:
    metrics = [one for one in alarm.known("Metrics") or [] if "MetricStat" in one]
    yield from monthly(prices, "alarms", "cloudwatch.alarm-metric", max(len(metrics), 1))


def _vpc_endpoint(endpoint: Resource, prices: Prices, _: Assembly) -> Iterable[Charge]:
    if endpoint.known("VpcEndpointType") == "Interface":
        zones = len(endpoint.known("SubnetIds") or [None])
        key = "ec2.interface-endpoint"
        yield from monthly(
            prices, f"interface endpoints in {zones} zone{'s' * (zones > 1)}", key, zones * prices.usage.hours
        )


def _notebook(notebook: Resource, prices: Prices, _: Assembly) -> Iterable[Charge]:
    kind, hours = notebook.known("InstanceType"), prices.usage.notebook_hours
    yield from monthly(prices, f"notebook, {hours:g} hours of {kind}", kind, hours, prices.usage.hours)
    yield from monthly(
        prices, "notebook, volume", "sagemaker.volume", int(notebook.known("VolumeSizeInGB") or 5)
    )


def _space(space: Resource, prices: Prices, _: Assembly) -> Iterable[Charge]:
    settings = space.known("SpaceSettings") or {}
    app = settings.get("JupyterLabAppSettings", {}).get("DefaultResourceSpec", {})
    volume = settings.get("SpaceStorageSettings", {}).get("EbsStorageSettings", {})
    kind, hours = app.get("InstanceType", "ml.t3.medium"), prices.usage.notebook_hours
    yield from monthly(prices, f"Studio, {hours:g} hours of {kind}", kind, hours, prices.usage.hours)
    yield from monthly(prices, "Studio, volumes", "sagemaker.volume", int(volume.get("EbsVolumeSizeInGb", 5)))


def _build(_: Resource, prices: Prices, __: Assembly) -> Iterable[Charge]:
    usage = prices.usage
    minutes = usage.image_builds * usage.image_build_minutes
    yield from monthly(prices, f"image builds, {usage.image_builds:g}", "codebuild.minute", minutes)
    yield from monthly(prices, f"image builds, {usage.image_builds:g}", "codepipeline.minute", minutes)


def _fixed(what: str, key: str, quantity: Callable[[Prices], float] = lambda _: 1) -> Pricing:
    def price(_: Resource, prices: Prices, __: Assembly) -> Iterable[Charge]:
        return monthly(prices, what, key, quantity(prices))

    return price


PRICED: Mapping[str, Pricing] = {
    "AWS::ApiGateway::RestApi": _api,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::CompositeAlarm": _fixed("alarms", "cloudwatch.composite-alarm"),
    "AWS::CloudWatch::Dashboard": _fixed("dashboard", "cloudwatch.dashboard"),
    "AWS::CodeBuild::Project": _build,
    "AWS::EC2::VPCEndpoint": _vpc_endpoint,
    "AWS::ECR::Repository": _fixed("images", "ecr.storage", lambda prices: prices.usage.image_gb),
    "AWS::EKS::Cluster": _fixed("cluster", "eks.cluster", lambda prices: prices.usage.hours),
    "AWS::KMS::Key": _fixed("key", "kms.key"),
    "AWS::Lambda::Function": _function,
    "AWS::Logs::LogGroup": _fixed("logs", "logs.ingested", lambda prices: prices.usage.log_gb),
    "AWS::S3::Bucket": _fixed("buckets", "s3.standard", lambda prices: prices.usage.bucket_gb),
    "AWS::SageMaker::Endpoint": _endpoint,
    "AWS::SageMaker::NotebookInstance": _notebook,
    "AWS::SageMaker::Pipeline": _pipeline,
    "AWS::SageMaker::Space": _space,
    "AWS::WAFv2::WebACL": _web_acl,
}

# Without a price of their own: AWS bills what they are part of, or nothing at all.
FREE = frozenset(
    {
        "AWS::ApiGateway::Account",
        "AWS::ApiGateway::ApiKey",
        "AWS::ApiGateway::Authorizer",
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGateway::GatewayResponse",
        "AWS::ApiGateway::Method",
        "AWS::ApiGateway::Model",
        "AWS::ApiGateway::RequestValidator",
        "AWS::ApiGateway::Resource",
        "AWS::ApiGateway::Stage",
        "AWS::ApiGateway::UsagePlan",
        "AWS::ApiGateway::UsagePlanKey",
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::Budgets::Budget",  # the first two of an account
        "AWS::CloudFormation::Stack",
        "AWS::CloudFormation::WaitCondition",
        "AWS::CloudFormation::WaitConditionHandle",
        "AWS::CloudFront::CachePolicy",
        "AWS::CloudFront::Distribution",  # the first ten million requests and terabyte a month
        "AWS::CloudFront::Function",  # the first two million calls a month
        "AWS::CloudFront::OriginAccessControl",
        "AWS::CloudFront::ResponseHeadersPolicy",
        "AWS::CodeDeploy::Application",  # for Lambda
        "AWS::CodeDeploy::DeploymentGroup",
        "AWS::CodePipeline::Pipeline",  # by the minute, with its project
        "AWS::Cognito::UserPoolDomain",
        "AWS::EC2::FlowLog",  # as ingested logs
        "AWS::EC2::RouteTable",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::Subnet",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPC",
        "AWS::EKS::AccessEntry",
        "AWS::EKS::PodIdentityAssociation",
        "AWS::Events::Rule",  # events of AWS's services
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::Lambda::Alias",
        "AWS::Lambda::Permission",
        "AWS::Lambda::Version",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",  # the first thousand emails a month
        "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
        "AWS::SageMaker::Domain",  # its spaces are billed
        "AWS::SageMaker::EndpointConfig",
        "AWS::SageMaker::Model",
        "AWS::SageMaker::ModelPackageGroup",
        "AWS::SageMaker::NotebookInstanceLifecycleConfig",
        "AWS::SageMaker::StudioLifecycleConfig",
        "AWS::SageMaker::UserProfile",
        "AWS::WAFv2::LoggingConfiguration",
        "AWS::WAFv2::WebACLAssociation",
        "Custom::S3AutoDeleteObjects",
    }
)
