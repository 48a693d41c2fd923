"""A static page: a private bucket behind CloudFront, which alone may read it."""

from typing import Any

from aws_cdk import Annotations, Duration, RemovalPolicy
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.policies.acknowledgement import acknowledge
from stacks.setting_parts import Console

_FRESH = Duration.minutes(1)
_CONFIG = "config.json"


class Site(Construct):
    """The page at the domain of the settings. `config` is the text of its config.json, which no file holds:
    a function at the edge answers with it. What is put into `bucket` is shown within a minute."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Console,
        headers: cloudfront.ResponseHeadersPolicy,
        config: str,
        keeps_data: bool,
    ) -> None:
        super().__init__(scope, id)
        self._removal = RemovalPolicy.RETAIN if keeps_data else RemovalPolicy.DESTROY
        self.bucket = self._build_bucket(self._build_key())
        origin = origins.S3BucketOrigin.with_origin_access_control(
            self.bucket,
            # Without the right to list, S3 answers 403 for what is not there, as a firewall does.
            origin_access_levels=[cloudfront.AccessLevel.READ, cloudfront.AccessLevel.LIST],
        )
        behavior: dict[str, Any] = {
            "viewer_protocol_policy": cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            "allowed_methods": cloudfront.AllowedMethods.ALLOW_GET_HEAD,
            "cache_policy": self._build_cache_policy(),
            "response_headers_policy": headers,
        }
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=settings.domain,
            domain_names=[settings.domain],
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", settings.certificate),
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            default_root_object="index.html",
            default_behavior=cloudfront.BehaviorOptions(origin=origin, **behavior),
            additional_behaviors={
                _CONFIG: cloudfront.BehaviorOptions(
                    origin=origin,
                    function_associations=[
                        cloudfront.FunctionAssociation(
                            event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
                            function=self._build_config(config),
                        )
                    ],
                    **behavior,
                )
            },
            web_acl_id=settings.firewall,
            enable_logging=True,
            log_bucket=s3.Bucket.from_bucket_name(self, "LogBucket", settings.log_bucket),
            log_file_prefix=f"cloudfront/{settings.domain}/",
        )
        # The key's policy names any distribution of the account: one names its bucket, which names the key.
        Annotations.of(self.distribution).acknowledge_warning(
            "@aws-cdk/aws-cloudfront-origins:wildcardKeyPolicyForOac"
        )
        self._accept(settings)

    def _build_key(self) -> kms.Key:
        return kms.Key(
            self,
            "Key",
            description="The console's page and data",
            enable_key_rotation=True,
            removal_policy=self._removal,
        )

    def _build_bucket(self, key: kms.Key) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=Duration.days(7),
                    noncurrent_version_expiration=Duration.days(90),
                )
            ],
            removal_policy=self._removal,
        )
        for finding in ("AwsSolutions-S1", "NIST.800.53.R5-S3BucketLoggingEnabled", "CKV_AWS_18"):
            acknowledge(bucket, finding, "CloudFront logs who reads the page; nobody else may")
        acknowledge(
            bucket,
            "NIST.800.53.R5-S3BucketReplicationEnabled",
            "the page is in the repository, and is put here again",
        )
        return bucket

    def _build_cache_policy(self) -> cloudfront.CachePolicy:
        return cloudfront.CachePolicy(
            self,
            "Cache",
            default_ttl=_FRESH,
            max_ttl=_FRESH,
            min_ttl=Duration.seconds(0),
            enable_accept_encoding_gzip=True,
            enable_accept_encoding_brotli=True,
        )

    def _build_config(self, config: str) -> cloudfront.Function:
        # A JSON text is an expression of JavaScript.
        code = (
            "function handler() { return { statusCode: 200, statusDescription: 'OK', headers: {"
            " 'content-type': { value: 'application/json; charset=utf-8' },"
            " 'cache-control': { value: 'no-store' } },"
            f" body: JSON.stringify({config}) }}; }}"
        )
        return cloudfront.Function(
            self,
            "Config",
            code=cloudfront.FunctionCode.from_inline(code),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )

    def _accept(self, settings: Console) -> None:
        accepted = {"AwsSolutions-CFR1": "whoever signs in may do so from any country"}
        if settings.firewall is None:
            reason = "an environment without real customers: the page is static, and the APIs authorize"
            accepted |= {"AwsSolutions-CFR2": reason, "CKV_AWS_68": reason}
        for finding, reason in accepted.items():
            acknowledge(self.distribution, finding, reason)
