"""S3 as boto3 and the AWS command line use it, over the files that jobs read and write."""

import hashlib
import io
import os
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from laptop import BUCKET, Laptop


@pytest.fixture(scope="module")
def s3(laptop: Laptop) -> Any:
    return laptop.client("s3")


def code_of(refused: pytest.ExceptionInfo[ClientError]) -> str:
    return str(refused.value.response["Error"]["Code"])


def test_what_is_put_is_a_file_of_the_workspace_and_the_other_way_round(laptop: Laptop, s3: Any) -> None:
    folder = laptop.runner.folder / "build" / "s3" / BUCKET
    etag = s3.put_object(Bucket=BUCKET, Key="both/up.csv", Body=b"1,2\n")["ETag"]
    assert (folder / "both" / "up.csv").read_bytes() == b"1,2\n"
    assert etag == f'"{hashlib.md5(bytes([49, 44, 50, 10]), usedforsecurity=False).hexdigest()}"'

    (folder / "both" / "down.csv").write_bytes(b"3,4\n")
    assert s3.get_object(Bucket=BUCKET, Key="both/down.csv")["Body"].read() == b"3,4\n"


def test_metadata_comes_back_until_something_else_is_written_there(laptop: Laptop, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="meta/a", Body=b"a", ContentType="text/plain", Metadata={"team": "shop"})
    head = s3.head_object(Bucket=BUCKET, Key="meta/a")
    assert (head["ContentType"], head["Metadata"], head["ContentLength"]) == (
        "text/plain",
        {"team": "shop"},
        1,
    )
    (laptop.runner.folder / "build" / "s3" / BUCKET / "meta" / "a").write_bytes(b"of a job")
    head = s3.head_object(Bucket=BUCKET, Key="meta/a")
    assert (head["ContentType"], head["Metadata"]) == ("binary/octet-stream", {})


def test_a_large_file_goes_up_and_down_in_parts(s3: Any, tmp_path: Path) -> None:
    content = os.urandom(13 << 20)
    (tmp_path / "large").write_bytes(content)
    parts = TransferConfig(multipart_threshold=6 << 20, multipart_chunksize=6 << 20, max_concurrency=2)
    s3.upload_file(str(tmp_path / "large"), BUCKET, "large/object", Config=parts)
    s3.download_file(BUCKET, "large/object", str(tmp_path / "again"), Config=parts)
    assert (tmp_path / "again").read_bytes() == content


@pytest.mark.parametrize(
    ("range", "part"),
    [("bytes=0-1", b"01"), ("bytes=3-", b"3456789"), ("bytes=-2", b"89"), ("bytes=8-99", b"89")],
)
def test_a_part_of_an_object_is_read(s3: Any, range: str, part: bytes) -> None:
    s3.put_object(Bucket=BUCKET, Key="range/digits", Body=b"0123456789")
    answer = s3.get_object(Bucket=BUCKET, Key="range/digits", Range=range)
    assert (answer["Body"].read(), answer["ResponseMetadata"]["HTTPStatusCode"]) == (part, 206)


KEYS = ["list/a-b", "list/a/1", "list/a/2", "list/b", "list/ä ü+%", "list/z/1"]


@pytest.fixture(scope="module")
def listed(s3: Any) -> Any:
    for key in KEYS:
        s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
    return s3


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_keys_are_listed_in_the_order_of_s3_whatever_the_page(listed: Any, operation: str, size: int) -> None:
    pages = listed.get_paginator(operation).paginate(
        Bucket=BUCKET, Prefix="list/", PaginationConfig={"PageSize": size}
    )
    assert [one["Key"] for page in pages for one in page["Contents"]] == sorted(KEYS)


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_common_prefixes_stand_for_what_is_below_them(listed: Any, size: int) -> None:
    pages = list(
        listed.get_paginator("list_objects_v2").paginate(
            Bucket=BUCKET, Prefix="list/", Delimiter="/", PaginationConfig={"PageSize": size}
        )
    )
    prefixes = [one["Prefix"] for page in pages for one in page.get("CommonPrefixes", [])]
    assert prefixes == ["list/a/", "list/z/"]
    keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
    assert keys == ["list/a-b", "list/b", "list/ä ü+%"]


def test_an_object_is_copied_and_several_are_deleted(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="copy/ä 1", Body=b"copied", Metadata={"a": "b"})
    s3.copy_object(Bucket=BUCKET, Key="copy/2", CopySource={"Bucket": BUCKET, "Key": "copy/ä 1"})
    copy = s3.get_object(Bucket=BUCKET, Key="copy/2")
    assert (copy["Body"].read(), copy["Metadata"]) == (b"copied", {"a": "b"})

    both = [{"Key": "copy/ä 1"}, {"Key": "copy/2"}, {"Key": "copy/none"}]
    assert len(s3.delete_objects(Bucket=BUCKET, Delete={"Objects": both})["Deleted"]) == 3
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix="copy/")["KeyCount"] == 0


def test_a_bucket_of_a_client_lives_until_it_is_deleted(s3: Any) -> None:
    place = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket="of-a-client", CreateBucketConfiguration=place)
    assert s3.get_bucket_location(Bucket="of-a-client")["LocationConstraint"] == "eu-west-1"
    s3.put_object(Bucket="of-a-client", Key="a", Body=io.BytesIO(b"a"))
    with pytest.raises(ClientError) as refused:
        s3.delete_bucket(Bucket="of-a-client")
    assert code_of(refused) == "BucketNotEmpty"

    s3.delete_object(Bucket="of-a-client", Key="a")
    s3.delete_bucket(Bucket="of-a-client")
    with pytest.raises(ClientError) as refused:
        s3.head_bucket(Bucket="of-a-client")
    assert code_of(refused) == "404"


def test_a_presigned_url_needs_no_client(laptop: Laptop) -> None:
    s3 = laptop.client("s3", config=Config(signature_version="s3v4"))
    s3.put_object(Bucket=BUCKET, Key="signed/a b", Body=b"signed")
    url = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "signed/a b"})
    with urllib.request.urlopen(url) as answer:  # noqa: S310
        assert answer.read() == b"signed"


@pytest.mark.parametrize(
    ("operation", "arguments", "code"),
    [
        ("get_object", {"Key": "none"}, "NoSuchKey"),
        ("head_object", {"Key": "none"}, "404"),
        ("get_object", {"Bucket": "nobodys", "Key": "none"}, "NoSuchBucket"),
        ("put_object", {"Bucket": "nobodys", "Key": "a", "Body": b""}, "NoSuchBucket"),
        ("list_objects_v2", {"Bucket": "nobodys"}, "NoSuchBucket"),
        ("list_objects_v2", {"ContinuationToken": "ä"}, "InvalidArgument"),
        ("put_object", {"Key": "../escaped", "Body": b"a"}, "InvalidArgument"),
        ("put_object", {"Key": "a//b", "Body": b"a"}, "InvalidArgument"),
        ("put_object", {"Key": "folder/", "Body": b""}, "InvalidArgument"),
        ("put_object", {"Key": "wrong/object/below", "Body": b""}, "InvalidArgument"),
        ("put_object", {"Key": "wrong", "Body": b""}, "InvalidArgument"),
        ("put_object", {"Key": "a", "Body": b"a", "ContentMD5": "AAAAAAAAAAAAAAAAAAAAAA=="}, "BadDigest"),
        ("put_object", {"Key": "a", "Body": b"a", "ChecksumCRC32": "AAAAAA=="}, "BadDigest"),
        ("get_object", {"Key": "wrong/object", "Range": "bytes=9-"}, "InvalidRange"),
        ("get_object", {"Key": "wrong/object", "IfMatch": '"0"'}, "PreconditionFailed"),
        ("put_object", {"Key": "wrong/object", "Body": b"a", "IfNoneMatch": "*"}, "PreconditionFailed"),
        ("put_object", {"Key": "wrong/object", "Body": b"a", "IfMatch": '"0"'}, "PreconditionFailed"),
        ("put_object", {"Key": "none", "Body": b"a", "IfMatch": '"0"'}, "NoSuchKey"),
        ("put_object", {"Key": "none", "Body": b"a", "IfNoneMatch": '"0"'}, "NotImplemented"),
        ("get_object", {"Key": "wrong/object", "VersionId": "1"}, "NotImplemented"),
        ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}}, "NotImplemented"),
        ("create_bucket", {"Bucket": BUCKET}, "BucketAlreadyOwnedByYou"),
        (
            "create_bucket",
            {"Bucket": "elsewhere", "CreateBucketConfiguration": {"LocationConstraint": "us-west-2"}},
            "IllegalLocationConstraintException",
        ),
        ("delete_bucket", {"Bucket": "shop-data"}, "BucketNotEmpty"),
        ("upload_part", {"Key": "a", "UploadId": "0" * 32, "PartNumber": 1, "Body": b""}, "NoSuchUpload"),
        ("abort_multipart_upload", {"Key": "a", "UploadId": "../../x"}, "NoSuchUpload"),
    ],
)
def test_a_wrong_request_has_the_code_of_s3(s3: Any, operation: str, arguments: Any, code: str) -> None:
    s3.put_object(Bucket=BUCKET, Key="wrong/object", Body=b"digits")
    with pytest.raises(ClientError) as refused:
        getattr(s3, operation)(**{"Bucket": BUCKET, **arguments})
    assert code_of(refused) == code
    assert s3.get_object(Bucket=BUCKET, Key="wrong/object")["Body"].read() == b"digits"


def test_of_those_that_want_to_write_an_object_first_one_does(s3: Any) -> None:
    def write(content: str) -> str | None:
        try:
            s3.put_object(Bucket=BUCKET, Key="first", Body=content.encode(), IfNoneMatch="*")
        except ClientError as error:
            assert error.response["Error"]["Code"] == "PreconditionFailed"
            return None
        return content

    with ThreadPoolExecutor(4) as pool:
        written = [one for one in pool.map(write, "abcd") if one]
    assert [s3.get_object(Bucket=BUCKET, Key="first")["Body"].read().decode()] == written


def test_an_upload_in_parts_replaces_only_what_it_is_to_replace(s3: Any) -> None:
    tag = s3.put_object(Bucket=BUCKET, Key="replaced", Body=b"old")["ETag"]
    upload = {"Bucket": BUCKET, "Key": "replaced"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    parts = [{"PartNumber": 1, "ETag": s3.upload_part(**upload, PartNumber=1, Body=b"new")["ETag"]}]
    with pytest.raises(ClientError) as refused:
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, IfNoneMatch="*")
    assert code_of(refused) == "PreconditionFailed"
    assert s3.get_object(Bucket=BUCKET, Key="replaced")["Body"].read() == b"old"
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, IfMatch=tag)
    assert s3.get_object(Bucket=BUCKET, Key="replaced")["Body"].read() == b"new"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([{"PartNumber": 1, "ETag": "wrong"}], "InvalidPart"),
        ([{"PartNumber": 3, "ETag": "{2}"}], "InvalidPart"),
        ([{"PartNumber": 2, "ETag": "{2}"}, {"PartNumber": 1, "ETag": "{1}"}], "InvalidPartOrder"),
        ([{"PartNumber": 1, "ETag": "{1}"}, {"PartNumber": 2, "ETag": "{2}"}], "EntityTooSmall"),
    ],
)
def test_an_upload_that_is_not_whole_becomes_no_object(s3: Any, parts: Any, code: str) -> None:
    upload = {"Bucket": BUCKET, "Key": f"parts/{code}"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    tags = {
        f"{{{number}}}": s3.upload_part(**upload, PartNumber=number, Body=b"%d" % number)["ETag"]
        for number in (1, 2)
    }
    named = [{**one, "ETag": tags.get(one["ETag"], one["ETag"])} for one in parts]
    with pytest.raises(ClientError) as refused:
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": named})

    assert code_of(refused) == code
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix=f"parts/{code}")["KeyCount"] == 0
    s3.abort_multipart_upload(**upload)
