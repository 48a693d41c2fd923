"""S3's errors, by their codes."""

from collections.abc import Mapping

from local.aws.errors import AwsError

_STATUS: Mapping[str, int] = {
    "AccessDenied": 403,
    "BucketAlreadyOwnedByYou": 409,
    "BucketNotEmpty": 409,
    "InvalidAccessKeyId": 403,
    "InvalidRange": 416,
    "MethodNotAllowed": 405,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "NoSuchUpload": 404,
    "NotImplemented": 501,
    "PreconditionFailed": 412,
    "SignatureDoesNotMatch": 403,
}


def s3_error(code: str, message: str) -> AwsError:
    """The error with this code; its status is 400 where it is not one of those above."""
    return AwsError(code, message, _STATUS.get(code, 400))
