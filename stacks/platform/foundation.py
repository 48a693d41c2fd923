"""What every workload of an environment stands on: key, buckets, the repositories of our own images."""

from typing import Any

from aws_cdk import ArnFormat, CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.constructs.api.gateway_logging import GatewayLogging
from stacks.constructs.api.user_pool import SignIn
from stacks.constructs.model.build_context import ImageSource, build_folders, image_sources
from stacks.constructs.network.network import IsolatedNetwork
from stacks.constructs.operations.alarm_topic import AlarmTopic
from stacks.constructs.operations.alarms import Alarms
from stacks.constructs.operations.log_groups import LogGroups
from stacks.constructs.storage.artifact import S3Prefix
from stacks.constructs.storage.bucket_emptying import tidy_bucket_emptying
from stacks.platform.repositories import build_repository
from stacks.policies.acknowledgement import acknowledge
from stacks.policies.idle_grant import keep_idle
from stacks.setting_parts import LONGEST_JOB_DAYS
from stacks.settings import Settings

_PULLED_BY_SERVICE = (
    "SageMaker pulls an own image on its own behalf where a model has it beside managed ones; the workloads "
    "choose which models do"
)


class Foundation(Stack):
    """`data_bucket` holds what workloads are fed, `artifact_bucket` what their pipelines write,
    `image_repositories` keep our own images, by their names, `captures` is where endpoints keep samples, and
    `checkpoints` where interrupted trainings leave what they go on from: both expire.
    `logs` makes log groups, `alarms` makes alarms. The VPC configs say where models, jobs and functions run:
    None is in no network of ours, and then `network` is None, too. Data outlives the stack where the settings
    say so. With a console whose APIs demand it, `sign_in` is the one pool of users of all of them."""

    def __init__(self, scope: Construct, id: str, *, settings: Settings, **kwargs: Any) -> None:
        super().__init__(scope, id, **kwargs)
        self._keeps_data = settings.keeps_data
        self._removal_policy = RemovalPolicy.RETAIN if self._keeps_data else RemovalPolicy.DESTROY
        self.key = kms.Key(
            self,
            "Key",
            description=f"Data, artifacts and images of slipway-{settings.env}",
            enable_key_rotation=True,
            removal_policy=self._removal_policy,
        )
        self._allow_logs_to_use_the_key()
        self.logs = LogGroups(self.key, settings.log_retention_days, self._removal_policy)
        GatewayLogging(self, "GatewayLogging")
        self.alarms = Alarms(self._build_alarm_topic(settings))
        self.network = self._build_network(settings)
        self.model_vpc_config = self.network.sagemaker if self.network else None
        self.function_vpc_config = self.network.functions if self.network else None
        # Log delivery writes with S3's own keys only, and a bucket that logs itself never comes to rest.
        self._access_logs = self._build_bucket(
            "AccessLogBucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            expiration=Duration.days(365),
        )
        self._accept_what_s3_cannot_do()
        self.data_bucket = self._build_logged_bucket("DataBucket")
        CfnOutput(self, "DataBucketName", value=self.data_bucket.bucket_name, description="Put data here")
        _tell_event_bridge(self.data_bucket)
        self.artifact_bucket = self._build_logged_bucket("ArtifactBucket")
        CfnOutput(
            self,
            "ArtifactBucketName",
            value=self.artifact_bucket.bucket_name,
            description="Pipelines write here",
        )
        self.captures = S3Prefix(self.artifact_bucket, "capture")
        self.artifact_bucket.add_lifecycle_rule(
            prefix=f"{self.captures.prefix}/",
            expiration=Duration.days(settings.serving.capture.retention_days),
        )
        # What is older than any job that still runs is of no use.
        self.checkpoints = S3Prefix(self.artifact_bucket, "checkpoints")
        self.artifact_bucket.add_lifecycle_rule(
            prefix=f"{self.checkpoints.prefix}/",
            expiration=Duration.days(LONGEST_JOB_DAYS + 2),
            noncurrent_version_expiration=Duration.days(1),
        )
        self._env = settings.env
        self.image_repositories = self._build_image_repositories()
        self.sign_in = self._build_sign_in(settings)
        keep_idle(self, "ecr:BatchGetImage", _PULLED_BY_SERVICE)
        if not self._keeps_data:
            tidy_bucket_emptying(self, self.logs)
        self._export_what_stacks_import()

    def _export_what_stacks_import(self) -> None:
        """Whoever imports it or not: CDK drops an export with the last import of it in the app, which is
        refused as long as that import is still deployed."""
        exported = [self.key.key_arn, self.alarms.topic_arn]
        for bucket in (self.data_bucket, self.artifact_bucket):
            exported += [bucket.bucket_name, bucket.bucket_arn]
        for repository in self.image_repositories.values():
            exported += [repository.repository_name, repository.repository_arn]
        if self.network:
            exported += self.network.exported
        for value in exported:
            self.export_value(value)

    def builds(self, image: ImageSource) -> S3Prefix:
        """Where the build of an image hands on what it was given."""
        return S3Prefix(self.artifact_bucket, image.build_folder(self._env))

    def _build_image_repositories(self) -> dict[str, ecr.Repository]:
        images = image_sources()
        # What a build was given is of no use once the image is in the repository.
        for folder in build_folders(images, self._env):
            self.artifact_bucket.add_lifecycle_rule(prefix=f"{folder}/", expiration=Duration.days(30))
        return {
            image.name: build_repository(
                self,
                image.name,
                name=image.repository_name(self._env),
                key=self.key,
                keeps=self._keeps_data,
            )
            for image in images
        }

    def _build_sign_in(self, settings: Settings) -> SignIn | None:
        if settings.console is None or settings.api.authorization != "cognito":
            return None
        return SignIn(
            self, "SignIn", env=settings.env, page=settings.console.url, keeps_data=self._keeps_data
        )

    def _build_alarm_topic(self, settings: Settings) -> str:
        topic = AlarmTopic(
            self, "Alarms", environment=settings.env, settings=settings.operations, key=self.key
        )
        CfnOutput(self, "AlarmTopic", value=topic.arn, description="Subscribe here to hear of alarms")
        return topic.arn

    def _build_network(self, settings: Settings) -> IsolatedNetwork | None:
        if settings.network is None:
            return None
        return IsolatedNetwork(
            self, "Network", settings=settings.network, environment=settings.env, logs=self.logs
        )

    def _accept_what_s3_cannot_do(self) -> None:
        acknowledge(
            self._access_logs,
            "NIST.800.53.R5-S3DefaultEncryptionKMS",
            "S3 delivers access logs to no bucket whose default is a key of ours",
        )
        acknowledge(
            self._access_logs,
            "CKV_AWS_18",
            "a bucket of access logs that logs its own access never comes to rest",
        )

    def _allow_logs_to_use_the_key(self) -> None:
        groups = self.format_arn(
            service="logs", resource="log-group", resource_name="*", arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(f"logs.{self.region}.{self.url_suffix}")],
                actions=[
                    "kms:Decrypt",
                    "kms:DescribeKey",
                    "kms:Encrypt",
                    "kms:GenerateDataKey",
                    "kms:GenerateDataKeyWithoutPlaintext",
                    "kms:ReEncryptFrom",
                    "kms:ReEncryptTo",
                ],
                resources=["*"],
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
            )
        )

    def _build_logged_bucket(self, id: str) -> s3.Bucket:
        return self._build_bucket(
            id,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            server_access_logs_bucket=self._access_logs,
            server_access_logs_prefix=f"{id}/",
        )

    def _build_bucket(self, id: str, *, expiration: Duration | None = None, **encryption: Any) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            id,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=Duration.days(7),
                    noncurrent_version_expiration=Duration.days(90),
                    expiration=expiration,
                )
            ],
            removal_policy=self._removal_policy,
            auto_delete_objects=not self._keeps_data,
            **encryption,
        )
        acknowledge(
            bucket,
            "NIST.800.53.R5-S3BucketReplicationEnabled",
            "one region is what the workload promises; versions guard against mistakes, a copy of customers' "
            "data elsewhere is a decision of its own",
        )
        return bucket


def _tell_event_bridge(bucket: s3.Bucket) -> None:
    """What is put into the bucket becomes an event; `event_bridge_enabled` would bring a custom resource."""
    resource = bucket.node.default_child
    if not isinstance(resource, s3.CfnBucket):
        raise TypeError(f"{bucket.node.path} declares no bucket")
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    )
