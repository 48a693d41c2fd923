"""Nothing that an API, a file or a person says runs in the console's page or breaks it."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from opened_console import Opened
from played_console import Answer, PlayedConsole

HOSTILE = [
    "<script>window.taken = 1</script>",
    "<img src=x onerror='window.taken = 1'>",
    "<svg onload='window.taken = 1'>",
    "<svg><script href='data:text/javascript,window.taken=1' /></svg>",
    "<iframe srcdoc='<script>parent.taken = 1</script>'></iframe>",
    "</textarea></title><script>window.taken = 1</script>",
    "\"><body onload='window.taken = 1'>",
    "javascript:window.taken = 1",
    "data:text/html,<script>opener.taken = 1</script>",
    "'; window.taken = 1; //",
    "${window.taken = 1}",
    "{{constructor.constructor('window.taken = 1')()}}",
    "<style>* { display: none }</style>",
    "<base href='http://localhost:9/'>",
    "<meta http-equiv=refresh content='0;url=http://localhost:9/'>",
    "<form action='http://localhost:9/'><input name=key></form>",
    "__proto__",
    "\u202eright to left\u0000\u0007\ufeff\ud7ff",
    "Z" + "\u0301" * 500,
    "A" * 1_000_000,
]


ADDED = "return document.querySelectorAll('main :is(script, iframe, img, style, base, meta)').length"


def unharmed(page: Opened) -> tuple[Any, ...]:
    """What ran, what was added to the page, what its policy refused, and how much it shows at most."""
    length = page.run("return document.querySelector('main').textContent.length")
    return page.run("return window.taken"), page.run(ADDED), page.violations, length < 300_000


UNHARMED = (None, 0, [], True)


def whole(page: Opened) -> None:
    """The page is unharmed, and still goes where its links lead."""
    assert unharmed(page) == UNHARMED
    page.press("nav a", "Bank")
    page.wait_for("[name=job]")


def test_hostile_answers_are_shown_as_text(page: Opened, console: PlayedConsole) -> None:
    page.open("churn")
    for number, text in enumerate(HOSTILE):
        found = {"predictions": [{"churn": text, text[:40]: text, "number": f"answer {number}."}]}
        console.answers["churn"] = lambda _, found=found: Answer.of(found)  # type: ignore[misc]
        page.press("form button.main")
        page.wait_for_element_with(".result dd .big", f"answer {number}.")

        assert page.wait_for(".big").get_attribute("textContent")[:40] == text[:40]
        assert (text[:40], unharmed(page)) == (text[:40], UNHARMED)
    whole(page)


def test_hostile_problems_are_shown_as_text(page: Opened, console: PlayedConsole) -> None:
    page.open("churn")
    for number, text in enumerate(HOSTILE):
        errors = [{"column": "phone", "detail": text}, {"column": text, "detail": text}, text, None]
        problem = {"title": text, "detail": text, "errors": errors, "requestId": f"request {number}."}
        console.answers["churn"] = lambda _, problem=problem: Answer.of(problem, 422)  # type: ignore[misc]
        page.press("form button.main")
        page.wait_for_element_with(".problem .soft", f"request {number}.")

        assert page.wait_for("#field-phone-error").get_attribute("textContent")[:40] == text[:40]
        assert (text[:40], unharmed(page)) == (text[:40], UNHARMED)
    whole(page)


def poisoned(value: Any, text: str) -> Any:
    """The document with the text in the place of every one of its own but what places are called by."""
    if isinstance(value, dict):
        kept = ("status", "started", "end", "time")
        return {name: each if name in kept else poisoned(each, text) for name, each in value.items()}
    if isinstance(value, list):
        return [poisoned(each, text) for each in value]
    return text if isinstance(value, str) else value


@pytest.mark.parametrize("text", [HOSTILE[1], HOSTILE[16], HOSTILE[17], HOSTILE[19]], ids=str.__len__)
def test_hostile_documents_are_shown_as_text(page: Opened, console: PlayedConsole, text: str) -> None:
    views = {
        "runs": "data/runs.json",
        "experiments": "data/experiments/churn.json",
        "monitoring": "data/monitoring/churn.json",
        "deployed": "data/deployed.json",
    }
    for document in views.values():
        console.documents[document] = poisoned(console.documents[document], text[:20_000])
    for view in views:
        page.open(view)
        page.wait_for("main .card")
        whole(page)


SHAPES = [None, [], {}, {"runs": None}, {"runs": [{}]}, {"runs": [{"steps": [{}]}]}, "text", 1]


def test_documents_of_another_shape_leave_the_page_whole(page: Opened, console: PlayedConsole) -> None:
    for document in SHAPES:
        console.documents["data/runs.json"] = document
        page.open("runs")
        page.wait_for("main .card, main .notice")
        assert (document, unharmed(page)) == (document, UNHARMED)
    whole(page)


ANSWERS = {
    "not JSON": [b"<html><script>window.taken = 1</script></html>", b"", b"[]", b"null", b"x" * 100_000],
    "Response as JSON": [b"{}", b'{"predictions": null}', b'{"predictions": [null, 1, [], "x"]}'],
    "more than 8 MB": [b"x" * 9_000_000],
}


@pytest.mark.parametrize("expected", ANSWERS)
def test_answers_of_another_form_are_said_and_leave_the_page_whole(
    page: Opened, console: PlayedConsole, expected: str
) -> None:
    for body in ANSWERS[expected]:
        console.answers["churn"] = lambda _, body=body: Answer(body)  # type: ignore[misc]
        page.open("churn")
        page.press("form button.main")
        page.wait_for_text(expected)
        assert (body[:40], unharmed(page)) == (body[:40], UNHARMED)
    whole(page)


def test_an_error_that_is_no_problem_document_has_its_status(page: Opened, console: PlayedConsole) -> None:
    console.answers["churn"] = lambda _: Answer(b"<h1>Bad Gateway</h1>", 502, {"content-type": "text/html"})
    page.open("churn")
    page.press("form button.main")
    page.wait_for_text("Status 502")
    whole(page)


def test_a_call_is_signed_as_botocore_signs_it(page: Opened) -> None:
    url = "https://abc.execute-api.eu-central-1.amazonaws.com/prod/churn?b=2&a=1%20x"
    now, body = datetime(2026, 12, 1, 3, 4, 5, tzinfo=UTC), '{"customers": ["ä"]}'
    signed = page.browser.execute_async_script(
        "const [url, body, now, done] = arguments;"
        "import('/sigv4.js').then(async ({ signed }) => done(await signed("
        "{accessKey: 'dummy', secretKey: 'secret', sessionToken: 'token'},"
        "'eu-central-1', url, body, {}, new Date(now))));",
        url,
        body,
        now.isoformat(),
    )

    request = AWSRequest(
        "POST", url, {"X-Amz-Date": signed["x-amz-date"], "X-Amz-Security-Token": "token"}, body.encode()
    )
    request.context["timestamp"] = signed["x-amz-date"]
    signer = SigV4Auth(Credentials("dummy", "secret", "token"), "execute-api", "eu-central-1")
    expected = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    assert signed["x-amz-date"] == "20261201T030405Z"
    assert signed["Authorization"].rpartition("Signature=")[2] == expected


def test_keys_are_asked_for_and_kept_in_memory_only(page: Opened, console: PlayedConsole) -> None:
    console.documents["config.json"]["auth"] = {"type": "api-key"}
    page.open("churn")
    page.press("form.card:not(.session) button.main")
    page.wait_for_text("Sign in first.")
    page.wait_for("[name=key]").send_keys("a-key")
    page.press(".session button.main")
    page.press("form.card:not(.session) button.main")
    page.wait_for_text("0.97")

    assert console.requests[-1][1]["x-api-key"] == "a-key"
    assert page.run("return [document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
    page.open("churn")
    page.wait_for("[name=key]")


def test_a_sign_in_goes_by_code_and_pkce_and_its_token_authorizes_the_calls(
    page: Opened, console: PlayedConsole
) -> None:
    domain = f"{console.url}api/bank"
    console.documents["config.json"]["auth"] = {
        "type": "cognito",
        "domain": domain,
        "clientId": "client",
        "redirect": console.url,
    }
    console.answers["bank"] = lambda _: Answer.of({"id_token": "a.b.c", "expires_in": 300})
    page.open("churn")
    # In the place of the sign-in page: what it would send back. The page is loaded anew, as by a redirect.
    page.press("section button.main", "Sign in")
    page.wait_for_text("{")
    asked = {name: one for name, [one] in parse_qs(page.run("return location.search")[1:]).items()}
    page.browser.get(f"{console.url}?code=the-code&state={asked['state']}")
    page.wait_for_text("Slipway")
    page.press("nav a", "Churn")
    page.press("form button.main")
    page.wait_for_text("0.97")

    sent = {
        name: one
        for name, [one] in parse_qs(
            next(body for api, _, body in console.requests if b"the-code" in body).decode()
        ).items()
    }
    challenge = urlsafe_b64encode(sha256(sent["code_verifier"].encode()).digest()).decode().rstrip("=")
    assert (asked["code_challenge"], asked["code_challenge_method"], asked["response_type"]) == (
        challenge,
        "S256",
        "code",
    )
    assert (sent["grant_type"], sent["client_id"], sent["redirect_uri"]) == (
        "authorization_code",
        "client",
        console.url,
    )
    assert console.requests[-1][1]["authorization"] == "Bearer a.b.c"
    assert page.run(
        "return [document.cookie, localStorage.length, sessionStorage.length, location.search]"
    ) == ["", 0, 0, ""]


def test_a_sign_in_that_comes_back_with_another_state_is_refused(
    page: Opened, console: PlayedConsole
) -> None:
    console.documents["config.json"]["auth"] = {
        "type": "cognito",
        "domain": f"{console.url}api/bank",
        "clientId": "client",
    }
    page.browser.get("about:blank")
    page.browser.get(f"{console.url}?code=the-code&state=another")

    page.wait_for_text("The sign-in failed.")
    assert console.requests == []
    assert (
        json.loads(
            page.run("return JSON.stringify(Object.fromEntries(new URLSearchParams(location.search)))")
        )
        == {}
    )
