"""InvokeEndpoint's members are held to the lengths and patterns of AWS's own API model."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.loaders import Loader

from local.endpoint.request_limits import ENDPOINT_NAME, HEADERS, Limit, violation


@pytest.fixture(scope="module")
def model() -> Mapping[str, Any]:
    found: Mapping[str, Any] = Loader().load_service_model("sagemaker-runtime", "service-2")["shapes"]
    return found


def test_every_header_of_the_api_has_the_limits_of_its_shape(model: Mapping[str, Any]) -> None:
    expected = {}
    for name, member in model["InvokeEndpointInput"]["members"].items():
        if member.get("location") == "header":
            shape = model[member["shape"]]
            expected[member["locationName"].lower()] = Limit(
                name, shape["max"], shape["pattern"], shape.get("min", 0), shape.get("sensitive", False)
            )
    assert expected == HEADERS
    name_shape = model["EndpointName"]
    assert Limit("EndpointName", name_shape["max"], name_shape["pattern"]) == ENDPOINT_NAME


PREFIX = "x-amzn-sagemaker-"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("inference-id", "a" * 64),
        ("inference-id", "an id, with words"),
        ("custom-attributes", ""),
        ("custom-attributes", "a=1; b=2" + "c" * 1016),
        ("session-id", "NEW_SESSION"),
        ("session-id", "a" * 256),
        ("target-variant", "All-Traffic"),
        ("target-model", "a/b.tar.gz"),
        ("inference-component", "a-"[:1]),
    ],
)
def test_what_the_api_accepts_is_accepted(header: str, value: str) -> None:
    assert violation("shop", {f"{PREFIX}{header}": value}) is None


@pytest.mark.parametrize(
    ("header", "value", "constraint"),
    [
        ("inference-id", "a" * 65, "have length less than or equal to 64"),
        ("inference-id", "", "have length greater than or equal to 1"),
        ("inference-id", " a", "satisfy regular expression pattern: "),
        ("inference-id", "a\u00e4", "satisfy regular expression pattern: "),
        ("custom-attributes", "a" * 1025, "have length less than or equal to 1024"),
        ("custom-attributes", "\u00e4", "satisfy regular expression pattern: "),
        ("session-id", "a" * 257, "have length less than or equal to 256"),
        ("session-id", "NEW_SESSIONS", "satisfy regular expression pattern: "),
        ("session-id", "", "satisfy regular expression pattern: "),
        ("target-variant", "a" * 64, "have length less than or equal to 63"),
        ("target-variant", "a_b", "satisfy regular expression pattern: "),
        ("target-variant", "a-", "satisfy regular expression pattern: "),
        ("target-model", "", "have length greater than or equal to 1"),
        ("target-container-hostname", "a.b", "satisfy regular expression pattern: "),
        ("inference-component", "a-", "satisfy regular expression pattern: "),
        ("enable-explanations", "a" * 65, "have length less than or equal to 64"),
        ("prefix-aware-id", "a" * 65, "have length less than or equal to 64"),
    ],
)
def test_what_the_api_refuses_is_refused_in_its_words(header: str, value: str, constraint: str) -> None:
    found = violation("shop", {f"{PREFIX}{header}": value})
    assert found is not None
    assert found.startswith("1 validation error detected: Value ")
    assert f"failed to satisfy constraint: Member must {constraint}" in found


@pytest.mark.parametrize("name", ["a" * 64, "a_b", "a-", ""])
def test_an_endpoint_s_name_is_one_that_the_api_accepts(name: str) -> None:
    assert violation(name, {}) is not None


def test_a_sensitive_value_is_not_repeated() -> None:
    found = violation("shop", {f"{PREFIX}custom-attributes": "secret" * 200})
    assert found is not None and "secret" not in found
