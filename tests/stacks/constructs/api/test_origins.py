"""One rule of what an origin is, in the settings and in the function's environment, which cannot share it."""

from collections.abc import Mapping
from typing import Any

import pytest
from prediction_service.environment import Environment, EnvironmentFault

from stacks.settings import Settings, SettingsError

TAKEN = [
    "https://app.example.com",
    "https://app.example.com:8443",
    "https://app.example.com:80",
    "https://app.example.com:1",
    "https://app.example.com:65535",
    "https://xn--bcher-kva.example",
    "https://localhost",
    "https://10.0.0.1:4443",
    "http://localhost",
    "http://localhost:443",
    "http://localhost:3000",
    "http://127.0.0.1:8000",
]
REFUSED = [
    "",
    "*",
    "null",
    "https://",
    "https://*.example.com",
    "http://app.example.com",
    "https://app.example.com/",
    "https://app.example.com/page",
    "https://app.example.com?",
    "https://app.example.com:443",
    "https://app.example.com:0443",
    "https://app.example.com:",
    "https://app.example.com:0",
    "https://app.example.com:65536",
    "https://app.example.com:x",
    "http://localhost:80",
    "http://127.0.0.1:80",
    "http://127.0.0.2",
    "HTTPS://app.example.com",
    "https://App.example.com",
    "https://app.example.com.",
    "https://app..example.com",
    "https://-app.example.com",
    "https://app_1.example.com",
    "https://bücher.example",
    "https://user@app.example.com",
    "https://app.example.com https://other.example.com",
    "https://app.example.com\n",
    "app.example.com",
    "//app.example.com",
    f"https://{'a' * 250}.com",
]


def in_settings(context: Mapping[str, Any], *origins: Any) -> tuple[str, ...]:
    dev = context["environments"]["dev"]
    changed = {**dev, "api": {**dev["api"], "allowed_origins": list(origins)}}
    found = Settings.from_mapping({**context, "environments": {**context["environments"], "dev": changed}})
    return tuple(found.api.allowed_origins)


def in_function(*origins: str) -> tuple[str, ...]:
    variables = {"ENDPOINT_NAME": "slipway-dev-churn", "ALLOWED_ORIGINS": ",".join(origins)}
    return tuple(Environment.read(variables).allowed_origins)


@pytest.mark.parametrize("origin", TAKEN)
def test_what_a_browser_sends_is_taken_by_both(context: Mapping[str, Any], origin: str) -> None:
    assert in_settings(context, origin) == in_function(origin) == (origin,)


@pytest.mark.parametrize("origin", REFUSED)
def test_what_no_browser_sends_is_refused_by_both_in_the_same_words(
    context: Mapping[str, Any], origin: str
) -> None:
    good = "https://app.example.com"
    with pytest.raises(SettingsError, match=r"^api\.allowed_origins\.1: ") as by_settings:
        in_settings(context, good, origin)
    if "\n" in origin:
        # The function's list is separated by commas, and spaces around them are its own.
        return
    with pytest.raises(EnvironmentFault, match=r"ALLOWED_ORIGINS\.1: ") as by_function:
        in_function(good, origin)
    if len(origin) <= 253:
        rule = "an origin is https://host or https://host:port as a browser sends it"
        assert rule in str(by_settings.value)
        assert rule in str(by_function.value)


@pytest.mark.parametrize("origin", [7, None, ["https://app.example.com"]])
def test_a_setting_that_is_no_text_is_no_origin(context: Mapping[str, Any], origin: Any) -> None:
    with pytest.raises(SettingsError, match=r"^api\.allowed_origins\.0: "):
        in_settings(context, origin)
