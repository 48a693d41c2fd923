"""Wrong calls of SageMaker's API: each is refused with AWS's error code, and what is wrong is named."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from laptop import BUCKET, Laptop, training
from wrong_calls import CALLS, CONTAINER, MALFORMED, TAGS, UNKNOWN, Call


def send(client: Any, operation: str, body: bytes) -> Any:
    """Send a body to an operation, signed, whatever botocore's model says."""

    def replace(request: Any, **_: Any) -> None:
        request.data = body
        request.headers.replace_header("X-Amz-Target", f"SageMaker.{operation}")

    client.meta.events.register_first("before-sign.sagemaker", replace)
    try:
        return client.list_models()
    finally:
        client.meta.events.unregister("before-sign.sagemaker", replace)


@pytest.fixture(scope="module")
def there(laptop: Laptop) -> Iterator[Any]:
    """A client that checks nothing, and a training job and a model that are there."""
    sagemaker = laptop.client("sagemaker")
    sagemaker.create_training_job(**training("there"))
    sagemaker.create_model(ModelName="there", PrimaryContainer=CONTAINER)
    laptop.wait(
        sagemaker.describe_training_job, "TrainingJobStatus", until=("Completed",), TrainingJobName="there"
    )
    yield sagemaker
    sagemaker.delete_model(ModelName="there")


@pytest.mark.parametrize(("call", "code", "message"), CALLS)
def test_a_wrong_call_is_refused_with_the_code_of_aws(
    there: Any, call: Call, code: str, message: str
) -> None:
    operation, arguments = call
    with pytest.raises(ClientError) as refused:
        send(there, operation, json.dumps(arguments).encode())

    error = refused.value.response["Error"]
    assert (error["Code"], refused.value.response["ResponseMetadata"]["HTTPStatusCode"]) == (code, 400), error
    assert message in error["Message"]


def test_no_more_jobs_wait_than_the_limit(laptop: Laptop) -> None:
    from local.aws.errors import AwsError
    from local.sagemaker_api.queue import AT_A_TIME, MOST_WAITING, Queue

    queue = Queue(lambda stopping, on_phase: pytest.fail("nothing runs"))
    queue._futures = {("job", str(one)): Waiting() for one in range(MOST_WAITING + AT_A_TIME)}  # type: ignore[misc]
    with pytest.raises(AwsError, match="limit of jobs that wait here is 100") as refused:
        queue.demand_room()
    assert refused.value.code == "ResourceLimitExceeded"


class Waiting:
    """A future that is not done."""

    def done(self) -> bool:
        return False


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"aws_secret_access_key": "another"}, "InvalidSignatureException"),
        ({"aws_access_key_id": "AKIAEXAMPLE"}, "InvalidSignatureException"),
        ({"aws_session_token": "token"}, "InvalidSignatureException"),
        ({"region_name": "us-west-2"}, "InvalidSignatureException"),
    ],
)
def test_a_call_with_other_keys_is_refused(laptop: Laptop, keys: dict[str, str], code: str) -> None:
    with pytest.raises(ClientError, match="set the keys with `slipway env`") as refused:
        laptop.client("sagemaker", **keys).list_models()
    assert refused.value.response["Error"]["Code"] == code


GROUP = {"logGroupName": "/aws/sagemaker/TrainingJobs"}


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "code"),
    [
        ("logs", "DescribeLogStreams", {"logGroupName": "/aws/nobody"}, "ResourceNotFoundException"),
        ("logs", "GetLogEvents", {**GROUP, "logStreamName": "x/algo-1"}, "ResourceNotFoundException"),
        ("logs", "DescribeLogStreams", {**GROUP, "nextToken": "x"}, "InvalidParameterException"),
        ("iam", "GetRole", {"RoleName": "nobody"}, "NoSuchEntity"),
        ("s3", "GetObject", {"Bucket": "nobodys-bucket", "Key": "x"}, "NoSuchBucket"),
        ("s3", "GetObject", {"Bucket": BUCKET, "Key": "nothing"}, "NoSuchKey"),
        ("s3", "DeleteBucket", {"Bucket": "nobodys-bucket"}, "NoSuchBucket"),
        ("sagemaker-runtime", "InvokeEndpoint", {"EndpointName": "nobody", "Body": b""}, "ValidationError"),
    ],
)
def test_the_other_services_refuse_with_codes_of_their_own(
    laptop: Laptop, service: str, operation: str, arguments: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        laptop.client(service)._make_api_call(operation, arguments)
    assert refused.value.response["Error"]["Code"] == code, refused.value


def test_a_resource_has_at_most_fifty_tags(there: Any) -> None:
    arn = there.describe_model(ModelName="there")["ModelArn"]
    there.add_tags(ResourceArn=arn, Tags=TAGS[:50])
    with pytest.raises(ClientError, match="at most 50 tags; with these it would have 51") as refused:
        there.add_tags(ResourceArn=arn, Tags=TAGS[50:])
    assert refused.value.response["Error"]["Code"] == "ResourceLimitExceeded"


@pytest.mark.parametrize(
    ("service", "code"),
    [
        ("s3", "SignatureDoesNotMatch"),
        ("sts", "SignatureDoesNotMatch"),
        ("logs", "InvalidSignatureException"),
    ],
)
def test_every_service_wants_the_keys(laptop: Laptop, service: str, code: str) -> None:
    calls = {"s3": "ListBuckets", "sts": "GetCallerIdentity", "logs": "DescribeLogStreams"}
    with pytest.raises(ClientError) as refused:
        laptop.client(service, aws_secret_access_key="another")._make_api_call(
            calls[service], {"logGroupName": "x"} if service == "logs" else {}
        )
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert refused.value.response["Error"]["Code"] == code


def test_a_call_without_a_signature_is_refused(laptop: Laptop) -> None:
    connection = http.client.HTTPConnection(laptop.state["url"].removeprefix("http://"))
    connection.request("POST", "/", b"{}", {"X-Amz-Target": "SageMaker.ListModels"})
    answer = connection.getresponse()
    assert answer.status == 403
    assert json.loads(answer.read())["__type"] == "MissingAuthenticationTokenException"
    connection.close()


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(laptop: Laptop, body: bytes) -> None:
    with pytest.raises(ClientError) as refused:
        send(laptop.client("sagemaker"), "ListModels", body)
    assert refused.value.response["Error"]["Code"] == MALFORMED


def test_an_operation_that_nobody_knows_is_refused_with_those_that_there_are(laptop: Laptop) -> None:
    with pytest.raises(
        ClientError, match="The operation Dance is unknown; implemented are: AddTags"
    ) as refused:
        send(laptop.client("sagemaker"), "Dance", b"{}")
    assert refused.value.response["Error"]["Code"] == UNKNOWN
