"""The console's page and the APIs are one origin of this machine, with the headers of an outside list."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest
from assemblies import ROOT, Assembly
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from in_background import in_background
from live_api import KEYS
from patience import PATIENCE

import assembly as assemblies
from local.api.apis import Apis
from local.api.gateway import Gateway
from local.console.data import Data
from local.console.site import Site
from local.http.listener import bind, listening
from local.storage.workspace import Workspace

# Of OWASP's Secure Headers Project: what it proposes for every answer; HTTPS is CloudFront's. It proposes
# `no-referrer`, `nosniff`, `none` and `deny`, and policies that allow nothing of others.
PROPOSED = {
    "x-frame-options": "deny",
    "x-content-type-options": "nosniff",
    "x-permitted-cross-domain-policies": "none",
    "referrer-policy": "no-referrer",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
# The same list's headers that tell about a server.
TELLING = ("server", "x-powered-by", "via", "x-aspnet-version", "set-cookie")


class Echo:
    """In the place of the function: it says which path it was asked for."""

    async def invoke(self, event: Mapping[str, Any], request_id: str) -> Any:
        return {"statusCode": 200, "body": json.dumps([event["path"], event["requestContext"]["path"]])}


@pytest.fixture(scope="module")
def port(dev: Assembly, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder, page = tmp_path_factory.mktemp("build"), tmp_path_factory.mktemp("web")
    (page / "index.html").write_text("<!doctype html><title>Slipway</title>")
    (page / "view.js").write_text("export const one = 1;")
    (page / "secret.json").write_text("{}")
    (page / "headers.json").write_text((ROOT / "web/headers.json").read_text())
    (page / "out.js").symlink_to(ROOT / "README.md")
    declared = assemblies.load(dev.folder)
    apis = Apis(declared, folder, print).apis
    [api] = [one for one in apis if one.address.workload == "churn"]
    functions = {one.arn: Echo() for one in api.functions}
    data = Data(declared, Workspace(folder), apis, ["churn"])
    site = Site(data, {"churn": Gateway(api, functions, folder / "access.log", print)}, page)

    with bind(0) as listener:

        async def serve(ready: Callable[[], None], stop: asyncio.Event) -> None:
            async with listening(site, listener):
                ready()
                await stop.wait()

        with in_background("the console", serve):
            yield int(listener.getsockname()[1])


@pytest.fixture
def ask(port: int) -> Callable[..., tuple[HTTPResponse, bytes]]:
    def send(
        method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[HTTPResponse, bytes]:
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            connection.request(method, path, body, {**(headers or {})})
            answer = connection.getresponse()
            return answer, answer.read()

    return send


type Ask = Callable[..., tuple[HTTPResponse, bytes]]


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/view.js", "text/javascript; charset=utf-8"),
        ("/config.json", "application/json; charset=utf-8"),
        ("/data/runs.json", "application/json; charset=utf-8"),
    ],
)
def test_the_page_and_its_data_are_there(ask: Ask, path: str, media_type: str) -> None:
    answer, body = ask("GET", path)
    assert (answer.status, answer.getheader("content-type")) == (200, media_type)
    head, nothing = ask("HEAD", path)
    assert (head.getheader("content-length"), nothing) == (str(len(body)), b"")


@pytest.mark.parametrize(
    "path",
    [
        *("/secret.json", "/headers.json", "/none.js", "/../README.md", "/%2e%2e/README.md", "/out.js"),
        *(
            "//etc/passwd",
            "/data/../config.json",
            "/api/none/prod/none",
            "/data/openapi/..%2fx.json",
            "/%00.js",
        ),
    ],
)
def test_nothing_else_is_there(ask: Ask, path: str) -> None:
    answer, body = ask("GET", path)
    assert (answer.status, body) == (404, b"not found\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_the_page_is_only_read(ask: Ask, method: str) -> None:
    assert ask(method, "/config.json")[0].status == 405


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "localhost.evil:1"])
def test_a_name_of_another_site_that_leads_here_gets_nothing(ask: Ask, host: str) -> None:
    answer, body = ask("GET", "/config.json", headers={"Host": host})
    assert answer.status == 403
    assert b"region" not in body


@pytest.mark.parametrize("path", ["/", "/view.js", "/config.json", "/none"])
def test_every_answer_has_the_headers_of_owasps_list(ask: Ask, path: str) -> None:
    headers = {name.lower(): value for name, value in ask("GET", path)[0].getheaders()}
    assert {name: headers[name].lower() for name in PROPOSED} == PROPOSED
    assert not {*TELLING} & {*headers}
    policy = dict(one.split(maxsplit=1) for one in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert all(policy[name] == "'none'" for name in ("base-uri", "form-action", "frame-ancestors"))
    assert "unsafe" not in headers["content-security-policy"]
    assert "camera=()" in headers["permissions-policy"]


def test_a_call_is_signed_for_the_address_that_the_page_calls(ask: Ask, port: int) -> None:
    path, body = "/api/churn/prod/churn", b"a,b"
    request = AWSRequest("POST", f"http://127.0.0.1:{port}{path}", {"Content-Type": "text/csv"}, body)
    SigV4Auth(KEYS, "execute-api", "eu-central-1").add_auth(request)

    answer, found = ask("POST", path, body, dict(request.headers.items()))

    assert (answer.status, json.loads(found)) == (200, ["/churn", "/prod/churn"])


def test_a_call_without_a_signature_is_refused(ask: Ask) -> None:
    assert ask("POST", "/api/churn/prod/churn", b"a,b")[0].status == 401


def test_a_signature_for_another_path_is_refused(ask: Ask, port: int) -> None:
    request = AWSRequest("POST", f"http://127.0.0.1:{port}/prod/churn", {"Content-Type": "text/csv"}, b"a")
    SigV4Auth(KEYS, "execute-api", "eu-central-1").add_auth(request)
    answer, _ = ask("POST", "/api/churn/prod/churn", b"a", dict(request.headers.items()))
    assert answer.status == 401
