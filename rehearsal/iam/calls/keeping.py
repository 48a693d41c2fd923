"""What services call around what is kept: the key of logs, access logs, flow logs, emptied buckets."""

from collections.abc import Iterator

from rehearsal.iam.calls import pages
from rehearsal.iam.calls.call import Call, Caller, of_service
from rehearsal.iam.calls.parts import logs
from rehearsal.iam.inventory import Inventory
from rehearsal.iam.request import Values

_OF_LOGS = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


def keeping_calls(inventory: Inventory) -> Iterator[Call]:
    """The calls for each log group with a key, bucket with access logs, flow log and emptied bucket."""
    yield from _log_keys(inventory)
    yield from _access_logs(inventory)
    yield from _flow_logs(inventory)
    yield from _emptied(inventory)


def _log_keys(inventory: Inventory) -> Iterator[Call]:
    place = inventory.place
    for group in inventory.resources("AWS::Logs::LogGroup"):
        if key := group.properties.get("KmsKeyId"):
            arn = inventory.arn("logs", f"log-group:{group.name}")
            caller = of_service(inventory, f"logs.{place.region}.{place.suffix}", inventory.path(group), arn)
            carries: dict[str, Values] = {
                "kms:CallerAccount": place.account,
                "kms:EncryptionContext:aws:logs:arn": arn,
                "kms:EncryptionContextKeys": ("aws:logs:arn",),
            }
            yield from caller.calls(_OF_LOGS, key, "encrypts its log", pages.LOG_KEYS, carries)


def _access_logs(inventory: Inventory) -> Iterator[Call]:
    for bucket in inventory.resources("AWS::S3::Bucket"):
        configuration = bucket.properties.get("LoggingConfiguration", {})
        if target := configuration.get("DestinationBucketName"):
            source = inventory.bucket_arn(bucket.name)
            caller = of_service(inventory, "logging.s3.amazonaws.com", inventory.path(bucket), source)
            log = f"{inventory.bucket_arn(target)}/{configuration.get('LogFilePrefix', '')}2026-11-30-example"
            yield caller.call("s3:PutObject", log, "delivers the access log", pages.S3_LOGS)


def _flow_logs(inventory: Inventory) -> Iterator[Call]:
    for one in inventory.resources("AWS::EC2::FlowLog"):
        if role := one.properties.get("DeliverLogsPermissionArn"):
            path, arn = inventory.path(one), inventory.arn("ec2", f"vpc-flow-log/{one.name}")
            yield of_service(inventory, "vpc-flow-logs.amazonaws.com", path, arn).assumes(
                role, pages.FLOW_LOGS
            )
            group = one.properties["LogGroupName"]
            for call in logs(Caller(inventory, role, path), group, pages.FLOW_LOGS):
                # The group is there, and the documented policy is for all groups of an account.
                if call.request.action != "logs:CreateLogGroup":
                    yield call


def _emptied(inventory: Inventory) -> Iterator[Call]:
    """CDK's function deletes what a bucket holds before the bucket goes, and lets nobody write meanwhile."""
    functions = {
        inventory.arn("lambda", f"function:{one.name}"): one
        for one in inventory.resources("AWS::Lambda::Function")
    }
    for one in inventory.resources("Custom::S3AutoDeleteObjects"):
        function = functions.get(one.properties["ServiceToken"])
        if function is None:
            continue
        caller = Caller(inventory, function.properties["Role"], inventory.path(one))
        bucket = inventory.bucket_arn(one.properties["BucketName"])
        purpose, page = "empties the bucket", pages.S3_EMPTYING
        in_bucket = (
            "s3:GetBucketPolicy",
            "s3:GetBucketTagging",
            "s3:ListBucketVersions",
            "s3:PutBucketPolicy",
        )
        yield from caller.calls(in_bucket, bucket, purpose, page)
        yield from caller.calls(
            ("s3:DeleteObject", "s3:DeleteObjectVersion"), f"{bucket}/example", purpose, page
        )
