"""The repositories of our own images."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

# What a rule before it matches, no later rule expires: a release keeps its image by a tag `release-...`.
_IMAGE_LIFECYCLE = [
    ecr.LifecycleRule(
        rule_priority=1,
        tag_status=ecr.TagStatus.TAGGED,
        tag_prefix_list=["release-"],
        max_image_count=10_000,
        description="released: kept",
    ),
    ecr.LifecycleRule(
        rule_priority=2,
        tag_status=ecr.TagStatus.TAGGED,
        tag_pattern_list=["*"],
        max_image_count=50,
        description="built from a commit: the newest 50",
    ),
    ecr.LifecycleRule(
        rule_priority=3,
        tag_status=ecr.TagStatus.UNTAGGED,
        max_image_age=Duration.days(14),
        description="untagged: two weeks",
    ),
]


def build_repository(
    scope: Construct, image: str, *, name: str, key: kms.IKey, keeps: bool
) -> ecr.Repository:
    """The repository of an image, `<Image>Repository` in the scope; it outlives its stack if it `keeps`."""
    repository = ecr.Repository(
        scope,
        f"{''.join(word.capitalize() for word in image.split('-'))}Repository",
        repository_name=name,
        image_tag_mutability=ecr.TagMutability.IMMUTABLE,
        image_scan_on_push=True,
        encryption=ecr.RepositoryEncryption.KMS,
        encryption_key=key,
        lifecycle_rules=_IMAGE_LIFECYCLE,
        removal_policy=RemovalPolicy.RETAIN if keeps else RemovalPolicy.DESTROY,
        empty_on_delete=not keeps,
    )
    # An own image among managed ones in one model is pulled by the service, not by the role alone.
    repository.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("sagemaker.amazonaws.com")],
            actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(scope).account}},
        )
    )
    return repository
