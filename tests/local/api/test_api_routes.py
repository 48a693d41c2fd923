"""Paths and methods to an API's methods."""

import pytest
from apis import declared_api

from local.api.declaration import Api, Function, Method
from local.api.refusals import Refused
from local.api.routes import match

FUNCTION = Function("f", "arn:aws:lambda:r:0:function:f", "s3://b/k", "m.h", {}, 3, 128, 1, "log")
RESOURCES = {
    "/": ["GET"],
    "/churn": ["POST", "ANY"],
    "/churn/{id}": ["GET"],
    "/churn/latest": ["PUT"],
    "/files/{name+}": ["GET"],
    "/{proxy+}": ["ANY"],
}


def method(path: str, verb: str) -> Method:
    return Method(path, "id", verb, "NONE", None, False, FUNCTION, 29)


def api(resources: dict[str, list[str]]) -> Api:
    declared = {path: {verb: method(path, verb) for verb in verbs} for path, verbs in resources.items()}
    return declared_api(declared)


@pytest.mark.parametrize(
    ("verb", "path", "found", "parameters"),
    [
        ("GET", "/", ("/", "GET"), {}),
        ("POST", "/churn", ("/churn", "POST"), {}),
        ("POST", "/churn/", ("/churn", "POST"), {}),
        ("DELETE", "/churn", ("/churn", "ANY"), {}),
        ("GET", "/churn/7%2F8", ("/churn/{id}", "GET"), {"id": "7%2F8"}),
        ("PUT", "/churn/latest", ("/churn/latest", "PUT"), {}),
        ("GET", "/churn/7/8", ("/{proxy+}", "ANY"), {"proxy": "churn/7/8"}),
        ("GET", "/files/a/b.txt", ("/files/{name+}", "GET"), {"name": "a/b.txt"}),
        ("PATCH", "/other", ("/{proxy+}", "ANY"), {"proxy": "other"}),
        ("GET", "/../churn", ("/{proxy+}", "ANY"), {"proxy": "../churn"}),
    ],
)
def test_the_narrowest_resource_is_chosen(
    verb: str, path: str, found: tuple[str, str], parameters: dict[str, str]
) -> None:
    matched = match(api(RESOURCES), verb, path)
    assert ((matched.method.path, matched.method.http_method), matched.parameters) == (found, parameters)


@pytest.mark.parametrize(
    ("verb", "path"), [("POST", "/churn/latest"), ("PUT", "/churn/7"), ("TRACE", "/churn"), ("POST", "/")]
)
def test_a_method_that_the_narrowest_resource_lacks_is_answered_as_missing_authentication(
    verb: str, path: str
) -> None:
    with pytest.raises(Refused, match="MISSING_AUTHENTICATION_TOKEN"):
        match(api(RESOURCES), verb, path)


def test_without_a_catch_all_an_unknown_path_is_answered_as_missing_authentication() -> None:
    with pytest.raises(Refused, match="MISSING_AUTHENTICATION_TOKEN"):
        match(api({"/churn": ["POST"]}), "POST", "/other")
