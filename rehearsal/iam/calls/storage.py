"""What reading and writing in S3 comes to: the objects, their listing, and the key that encrypts them."""

from collections.abc import Iterator

from rehearsal.iam.calls import pages
from rehearsal.iam.calls.call import Call, Caller, Context

_SOME_FILE = "part-0.csv"


def is_object(key: str) -> bool:
    """Whether a key names one object, and not what lies below a prefix: it ends like a file's name."""
    return "." in key.rpartition("/")[2]


def split(uri: str) -> tuple[str, str]:
    """Bucket and key of an S3 URI."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def gets(caller: Caller, uri: str, purpose: str, page: str) -> Iterator[Call]:
    """The one object, or one below the prefix, is fetched."""
    bucket, key = split(uri)
    name = key if is_object(key) else f"{key.rstrip('/')}/{_SOME_FILE}"
    object_arn = f"{caller.inventory.bucket_arn(bucket)}/{name}"
    yield caller.call("s3:GetObject", object_arn, purpose, page, leaves_by="s3")
    yield from _by_key(caller, bucket, object_arn, "kms:Decrypt", purpose)


def reads(caller: Caller, uri: str, purpose: str, page: str) -> Iterator[Call]:
    """What begins with the key is listed, then fetched, as SageMaker does with an S3Prefix."""
    bucket, key = split(uri)
    yield lists(caller, bucket, key, purpose, page)
    yield from gets(caller, uri, purpose, page)


def lists(caller: Caller, bucket: str, prefix: str, purpose: str, page: str) -> Call:
    arn = caller.inventory.bucket_arn(bucket)
    listed = {"s3:prefix": prefix}
    return caller.call("s3:ListBucket", arn, purpose, page, listed, leaves_by="s3")


def writes(caller: Caller, uri: str, purpose: str, page: str) -> Iterator[Call]:
    """Objects are put below the prefix: large ones in parts, which are taken back when one fails."""
    bucket, key = split(uri)
    name = key if is_object(key) else f"{key.rstrip('/')}/{_SOME_FILE}"
    object_arn = f"{caller.inventory.bucket_arn(bucket)}/{name}"
    yield caller.call("s3:PutObject", object_arn, purpose, page, leaves_by="s3")
    in_parts = f"{purpose}, in parts"
    yield caller.call("s3:AbortMultipartUpload", object_arn, in_parts, pages.S3_PARTS, leaves_by="s3")
    yield from _by_key(caller, bucket, object_arn, "kms:GenerateDataKey", purpose)
    yield from _by_key(caller, bucket, object_arn, "kms:Decrypt", in_parts)


def _by_key(caller: Caller, bucket: str, object_arn: str, action: str, purpose: str) -> Iterator[Call]:
    """S3 uses the bucket's key as the one who calls it. A key of S3's own needs no permission."""
    key = caller.inventory.bucket_keys.get(bucket)
    if key is None:
        return
    by_bucket = bucket in caller.inventory.bucket_key_enabled
    what = caller.inventory.bucket_arn(bucket) if by_bucket else object_arn
    yield caller.call(action, key, purpose, pages.S3_KEYS, by_service(caller, "s3", {"aws:s3:arn": what}))


def by_service(caller: Caller, service: str, encryption_context: Context) -> Context:
    """What a call of KMS carries that a service makes for the caller."""
    place = caller.inventory.place
    return {
        "kms:CallerAccount": place.account,
        "kms:ViaService": f"{service}.{place.region}.{place.suffix}",
        "kms:EncryptionContextKeys": tuple(encryption_context),
        **{f"kms:EncryptionContext:{name}": value for name, value in encryption_context.items()},
    }
