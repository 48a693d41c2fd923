"""Pages in a real browser call the API: one of an allowed origin scores a customer, another is blocked."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from assemblies import Assembly
from live_api import LiveApi, live_api
from selenium import webdriver

from quality.resilience.wrong_input.customer import CUSTOMER

FETCH = """
const [url, headers, body, done] = arguments;
fetch(url, {method: "POST", headers, body}).then(
  async (it) => done({status: it.status, type: it.headers.get("content-type"), body: await it.text()}),
  (error) => done({blocked: error.name}),
);
"""


class Page(BaseHTTPRequestHandler):
    """An empty page, whatever is asked for."""

    def do_GET(self) -> None:
        content = b"<!doctype html><title>page</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: pytest's output is for failures."""


@contextmanager
def site() -> Iterator[str]:
    """The origin of a page, while it is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def origins() -> Iterator[tuple[str, str, str]]:
    """Two origins that the API allows, and one that it does not."""
    with site() as first, site() as second, site() as other:
        yield first, second, other


@pytest.fixture(scope="module")
def api(
    synth: Callable[..., Assembly],
    context: Mapping[str, Any],
    origins: tuple[str, str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[LiveApi]:
    # By a key: a page has none to sign with that it could keep to itself.
    settings = context["environments"]["dev"]["api"]
    own = {**settings, "authorization": "api_key", "allowed_origins": list(origins[:2])}
    synthesized = synth("dev", api=own)
    with live_api(synthesized.folder, tmp_path_factory.mktemp("api"), "slipway-dev-churn") as live:
        yield live


def fetched(browser: webdriver.Chrome, api: LiveApi, origin: str, **changes: str) -> Any:
    """What a page of the origin gets for a customer: status, type and body, or why it gets nothing."""
    browser.get(origin)
    _, _, key = (api.served.curl or "").partition("X-Api-Key: ")
    headers = {"Content-Type": "application/json", "X-Api-Key": key.partition("'")[0], **changes}
    body = json.dumps({"customers": [CUSTOMER]})
    return browser.execute_async_script(FETCH, f"{api.served.url}/churn", headers, body)


def requests(api: LiveApi) -> list[tuple[str, str]]:
    lines = [json.loads(line) for line in Path(api.served.access_log).read_text().splitlines()]
    return [(line["method"], line["status"]) for line in lines]


@pytest.mark.parametrize("position", [0, 1])
def test_a_page_of_an_allowed_origin_scores_a_customer(
    browser: webdriver.Chrome, api: LiveApi, origins: tuple[str, str, str], position: int
) -> None:
    answer = fetched(browser, api, origins[position])
    assert (answer["status"], answer["type"]) == (200, "application/json")
    assert json.loads(answer["body"]) == {"predictions": [{"churn": True, "score": 0.97}]}
    assert requests(api)[-2:] == [("OPTIONS", "204"), ("POST", "200")]


def test_a_page_of_another_origin_is_blocked_before_it_can_send_a_customer(
    browser: webdriver.Chrome, api: LiveApi, origins: tuple[str, str, str]
) -> None:
    assert fetched(browser, api, origins[2]) == {"blocked": "TypeError"}
    assert requests(api)[-1] == ("OPTIONS", "204")


def test_a_page_can_read_why_its_request_was_wrong(
    browser: webdriver.Chrome, api: LiveApi, origins: tuple[str, str, str]
) -> None:
    answer = fetched(browser, api, origins[1], **{"Content-Type": "text/plain"})
    assert (answer["status"], answer["type"]) == (415, "application/problem+json")


def test_what_the_gateway_refuses_is_readable_for_the_first_origin_only(
    browser: webdriver.Chrome, api: LiveApi, origins: tuple[str, str, str]
) -> None:
    answer = fetched(browser, api, origins[0], **{"X-Api-Key": "wrong"})
    assert (answer["status"], answer["type"]) == (401, "application/problem+json")
    assert fetched(browser, api, origins[1], **{"X-Api-Key": "wrong"}) == {"blocked": "TypeError"}
