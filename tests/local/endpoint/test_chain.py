"""The chain and SageMaker Runtime in front of it, seen through an unmodified boto3 client."""

import http.client
import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from live_endpoint import NAME, Live, live
from patience import PATIENCE
from processes import wait_until

from local.endpoint import runtime
from local.endpoint.answers import NOTHING, Promise
from local.endpoint.chain import LARGEST_PAYLOAD, Chain

CSV = "text/csv; charset=utf-8"
REPORT = {"BEHAVIOR": "report"}


@pytest.fixture(scope="module")
def reporting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Three containers that write down what they were sent; the first two name a media type of their own."""
    first = REPORT | {"CONTENT_TYPE": CSV}
    second = REPORT | {"CONTENT_TYPE": "Text/CSV;header=absent"}
    with live(tmp_path_factory.mktemp("reporting"), first, second, REPORT) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The second container refuses some rows."""
    folder = tmp_path_factory.mktemp("refusing")
    with live(folder, {"TAG": "a"}, {"BEHAVIOR": "refuse_bad", "TAG": "b"}) as endpoint:
        yield endpoint


def failure(call: Any, *arguments: Any, **options: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as error:
        call(*arguments, **options)
    return dict(error.value.response)


def test_the_answer_went_through_every_container_in_order(refusing: Live) -> None:
    answer = refusing.invoke(b"1\n2\n", ContentType="text/csv")
    assert answer["Body"].read() == b"1,a,b\n2,a,b\n"
    assert (answer["ContentType"], answer["InvokedProductionVariant"]) == (CSV, "AllTraffic")


def test_each_answers_media_type_reaches_the_next_container_as_it_is(reporting: Live) -> None:
    reporting.invoke(b"1\n", ContentType="text/csv")
    types = [reporting.sent_to(position)[-1]["content-type"] for position in range(3)]
    assert types == ["text/csv", CSV, "Text/CSV;header=absent"]


def test_an_answer_without_a_media_type_has_none(reporting: Live) -> None:
    assert "ContentType" not in reporting.invoke(b"1\n")
    assert "content-type" not in reporting.sent_to(0)[-1]


def test_the_callers_accept_reaches_the_last_container_only(reporting: Live) -> None:
    reporting.invoke(b"1\n", ContentType="text/csv", Accept="application/json")
    accepts = [reporting.sent_to(position)[-1].get("accept") for position in range(3)]
    assert accepts == [None, None, "application/json"]


def test_the_documented_headers_reach_every_container_and_no_other_does(reporting: Live) -> None:
    reporting.invoke(b"1\n", CustomAttributes="trace=7", InferenceId="id-1", TargetVariant="AllTraffic")
    for position in range(3):
        sent = reporting.sent_to(position)[-1]
        assert sent["x-amzn-sagemaker-custom-attributes"] == "trace=7"
        assert sent["x-amzn-sagemaker-inference-id"] == "id-1"
        assert sent["x-amzn-sagemaker-target-variant"] == "AllTraffic"
        assert not {"authorization", "x-amz-date", "user-agent"} & set(sent)


def test_requests_to_a_container_share_a_kept_connection(refusing: Live) -> None:
    pools = [container.client for container in refusing.containers]
    for _ in range(3):
        refusing.invoke()
    before = [list(pool._idle) for pool in pools]
    refusing.invoke()
    assert [list(pool._idle) for pool in pools] == before


def test_a_body_of_the_largest_size_passes_whole(reporting: Live) -> None:
    body = os.urandom(LARGEST_PAYLOAD)
    assert reporting.invoke(body)["Body"].read() == body


def test_requests_at_the_same_time_get_their_own_answers(refusing: Live) -> None:
    client, answers = refusing.client(max_pool_connections=8), {}

    def ask(number: int) -> None:
        body = b"%d\n" % number
        answers[number] = client.invoke_endpoint(EndpointName=NAME, Body=body)["Body"].read()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: b"%d,a,b\n" % number for number in range(40)}


def test_an_error_of_a_container_is_a_model_error_with_its_status_and_message(refusing: Live) -> None:
    response = failure(refusing.invoke, b"bad\n")
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert response["Error"]["Code"] == "ModelError"
    assert response["Error"]["Message"].startswith(
        'Received client error (415) from container-2 with message "no "bad" rows here". See container.log'
    )
    assert (response["OriginalStatusCode"], response["OriginalMessage"]) == (415, 'no "bad" rows here')
    assert response["LogStreamArn"] == "arn:aws:logs:eu-west-1:000000000000:log-group:shop"


ERRORS = {
    "a container fails": ({"BEHAVIOR": "fail"}, 424, "Received server error (500) from container-1"),
    "a container is too slow": ({"BEHAVIOR": "slow"}, 424, "Your invocation timed out while waiting"),
    "a container dies": (
        {"BEHAVIOR": "die"},
        424,
        "the connection was closed before the answer was complete",
    ),
    "a container answers no HTTP": ({"BEHAVIOR": "babble"}, 424, "the answer is not HTTP"),
    "a container ends its answer early": ({"BEHAVIOR": "truncate"}, 424, "the connection was closed before"),
    "a container answers too much": ({"BEHAVIOR": "flood"}, 424, "is larger than 6291456 bytes"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_a_container_does_wrong_is_a_model_error(name: str, tmp_path: Path) -> None:
    environment, status, message = ERRORS[name]
    patience = 0.5 if environment["BEHAVIOR"] == "slow" else PATIENCE
    with live(tmp_path, environment, timeout=patience) as endpoint:
        response = failure(endpoint.invoke)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert message in response["Error"]["Message"]


BODIES = {
    "a blank line at the end": (b"1\n2\n\n", b"1,x,y\n2,x,y\n"),
    "a blank line at the beginning": (b"\n1\n", b"1,x,y\n"),
    "CRLF twice": (b"1\r\n\r\n2\r\n\r\n", b"1,x,y\n2,x,y\n"),
    "a line of spaces": (b"1\n   \n2", b"1,x,y\n2,x,y\n"),
    "a line of tabs": (b"1\n\t\n2", b"1,x,y\n2,x,y\n"),
    "a quoted line feed": (b'"a\nb",1\n', b'"a\nb",1,x,y\n'),
}


def test_a_promise_of_an_answer_a_record_counts_records_and_not_lines(tmp_path: Path) -> None:
    tags = ({"BEHAVIOR": "records", "TAG": tag} for tag in "xy")
    with live(tmp_path, *tags, promise=Promise(one_per_record=True, finite=True)) as endpoint:
        for body, expected in BODIES.values():
            assert endpoint.invoke(body, ContentType="text/csv")["Body"].read() == expected


def test_a_lost_record_breaks_the_promise_of_the_container_that_lost_it(tmp_path: Path) -> None:
    promise = Promise(one_per_record=True)
    with live(tmp_path, {"TAG": "a"}, {"BEHAVIOR": "drop_rows"}, promise=promise) as endpoint:
        response = failure(endpoint.invoke, b"1\n2\n", ContentType="text/csv")
    assert response["OriginalStatusCode"] == 502
    assert 'from container-2 with message "expected 2 predictions, got 1"' in response["Error"]["Message"]


@pytest.mark.parametrize("promise", [NOTHING, Promise(one_per_record=True), Promise(finite=True)])
def test_what_is_no_number_is_refused_only_between_containers_that_promise_numbers(
    promise: Promise, tmp_path: Path
) -> None:
    with live(tmp_path, {"TAG": "nan"}, {"TAG": "b"}, promise=promise) as endpoint:
        if promise.finite:
            response = failure(endpoint.invoke, b"1\n", ContentType="text/csv")
            assert "from container-1" in response["Error"]["Message"]
        else:
            assert endpoint.invoke(b"1\n", ContentType="text/csv")["Body"].read() == b"1,nan,b\n"


def test_a_container_that_is_gone_makes_the_service_unavailable(tmp_path: Path) -> None:
    with live(tmp_path, {"TAG": "a"}, {"TAG": "b"}) as endpoint:
        endpoint.invoke()
        second = endpoint.containers[1]
        assert second.pid is not None
        os.kill(second.pid, signal.SIGKILL)
        assert wait_until(lambda: not second.running)
        response = failure(endpoint.invoke)
    assert response["Error"]["Code"] == "ServiceUnavailable"
    assert response["Error"]["Message"].startswith("container-2 is not running")


def test_a_container_that_listens_no_more_makes_the_service_unavailable(tmp_path: Path) -> None:
    with live(tmp_path, {"BEHAVIOR": "deafen"}) as endpoint:
        endpoint.invoke()
        response = failure(endpoint.invoke)
    assert response["Error"]["Code"] == "ServiceUnavailable"
    assert response["Error"]["Message"].startswith("container-1 cannot be reached")


def test_a_container_that_keeps_no_connection_is_given_a_new_one_each_time(tmp_path: Path) -> None:
    with live(tmp_path, {"BEHAVIOR": "close_after_answer"}) as endpoint:
        assert [endpoint.invoke(b"1\n")["Body"].read() for _ in range(5)] == [b"1,x\n"] * 5


def test_an_endpoint_that_is_not_ready_says_so(reporting: Live) -> None:
    chain, reporting.endpoint.chain = reporting.endpoint.chain, None
    try:
        response = failure(reporting.invoke)
    finally:
        reporting.endpoint.chain = chain
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (
        "ModelNotReadyException",
        429,
    )


INVALID: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown endpoint": ({"EndpointName": "other"}, "Endpoint other of account 000000000000 not found"),
    "an unknown variant": ({"TargetVariant": "Blue"}, "Variant Blue of endpoint"),
    "a target model": ({"TargetModel": "model.tar.gz"}, "TargetModel is for multi-model endpoints"),
    "a target container": ({"TargetContainerHostname": "pca"}, "TargetContainerHostname is for"),
    "too long attributes": (
        {"CustomAttributes": "a" * 1025},
        "Value at 'customAttributes' failed",
    ),
    "a long inference id": (
        {"InferenceId": "a" * 65},
        "at 'inferenceId' failed to satisfy constraint",
    ),
    "a session that is not a name": ({"SessionId": "a_b"}, "Value 'a_b' at 'sessionId' failed to satisfy"),
    "a variant that is not a name": (
        {"TargetVariant": "-"},
        "Value '-' at 'targetVariant' failed to satisfy",
    ),
    "explanations": (
        {"EnableExplanations": "`true`"},
        "EnableExplanations is for endpoints with",
    ),
    "too large a body": ({"Body": bytes(LARGEST_PAYLOAD + 1)}, "less than or equal to 6291456"),
    "a far too large body": ({"Body": bytes(40 << 20)}, "less than or equal to 6291456"),
}


@pytest.mark.parametrize("name", INVALID)
def test_a_wrong_request_is_a_validation_error(name: str, reporting: Live) -> None:
    arguments, message = INVALID[name]
    request = {"EndpointName": NAME, "Body": b"1\n"} | arguments
    response = failure(reporting.client().invoke_endpoint, **request)
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (
        "ValidationError",
        400,
    )
    assert message in response["Error"]["Message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/endpoints/{NAME}/invocations"),
        ("POST", f"/endpoints/{NAME}/invocations/"),
        ("POST", f"/endpoints/a/../{NAME}/invocations"),
        ("POST", "/"),
    ],
)
def test_any_other_operation_is_unknown(method: str, path: str, reporting: Live) -> None:
    connection = http.client.HTTPConnection(reporting.url.removeprefix("http://"))
    connection.request(method, path, body=b"")
    answer = connection.getresponse()
    assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (404, "UnknownOperationException")
    connection.close()


def test_a_fault_of_the_runners_own_is_an_internal_failure_without_details(
    reporting: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Chain, "invoke", None)
    response = failure(reporting.invoke)
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (
        "InternalFailure",
        500,
    )
    assert response["Error"]["Message"] == "The runner failed; its own log says where."


def test_every_answer_has_a_request_id_of_its_own(reporting: Live) -> None:
    ids = {reporting.invoke()["ResponseMetadata"]["RequestId"] for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize(
    "begun", [b"Content-Length: 9\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n9\r\na"]
)
def test_a_body_that_stays_short_is_a_validation_error_after_a_while(
    begun: bytes, reporting: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "BODY_SECONDS", 0.1)
    with socket.create_connection(
        ("127.0.0.1", int(reporting.url.rpartition(":")[2])), timeout=PATIENCE
    ) as caller:
        caller.sendall(f"POST /endpoints/{NAME}/invocations HTTP/1.1\r\nHost: h\r\n".encode() + begun)
        with http.client.HTTPResponse(caller) as answer:
            answer.begin()
            assert answer.status == 400
            assert json.loads(answer.read())["Message"] == "The body did not arrive within 0.1 s."
