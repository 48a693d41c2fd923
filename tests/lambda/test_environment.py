"""The function's settings: what is missing or wrong is named at the cold start, before any request."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from gateway import ENVIRONMENT
from prediction_service.environment import Environment, EnvironmentFault

LAMBDA = Path(__file__).parents[2] / "lambda"


def test_the_defaults_nest_within_the_functions_and_the_gateways_timeouts() -> None:
    environment = Environment.read(ENVIRONMENT)

    assert (environment.connect_timeout_seconds, environment.read_timeout_seconds) == (2, 18)
    assert environment.total_max_attempts == 2
    assert environment.allowed_origins == ("https://app.example.com", "https://admin.example.com")


def test_other_variables_are_left_alone() -> None:
    assert Environment.read({**ENVIRONMENT, "AWS_REGION": "eu-west-1"}) == Environment.read(ENVIRONMENT)


@pytest.mark.parametrize("name", list(ENVIRONMENT))
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(EnvironmentFault, match=rf"{name}: Field required"):
        Environment.read({key: value for key, value in ENVIRONMENT.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENDPOINT_NAME", ""),
        ("ENDPOINT_NAME", "a b"),
        ("ENDPOINT_NAME", "x" * 64),
        ("ALLOWED_ORIGINS", ""),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "null"),
        ("ALLOWED_ORIGINS", "https://app.example.com/"),
        ("ALLOWED_ORIGINS", "https://app.example.com:443"),
        ("ALLOWED_ORIGINS", "http://app.example.com"),
        ("ALLOWED_ORIGINS", "https://*.example.com"),
        ("ALLOWED_ORIGINS", "https://app.example.com,"),
        ("CONNECT_TIMEOUT_SECONDS", "0"),
        ("READ_TIMEOUT_SECONDS", "nan"),
        ("READ_TIMEOUT_SECONDS", "60"),
        ("TOTAL_MAX_ATTEMPTS", "0"),
        ("TOTAL_MAX_ATTEMPTS", "two"),
        ("MAX_BODY_BYTES", "10000000"),
        ("MAX_ROWS", "-1"),
    ],
)
def test_a_variable_out_of_range_is_named(name: str, value: str) -> None:
    with pytest.raises(EnvironmentFault, match=name):
        Environment.read({**ENVIRONMENT, name: value})


def test_timeouts_that_outlast_the_function_are_refused() -> None:
    with pytest.raises(EnvironmentFault, match="must total less than 25 s"):
        Environment.read({**ENVIRONMENT, "CONNECT_TIMEOUT_SECONDS": "2", "READ_TIMEOUT_SECONDS": "23"})


@pytest.mark.parametrize(
    "origin", ["http://localhost:8000", "http://127.0.0.1:8000", "https://app.example.com:8443"]
)
def test_a_page_on_this_machine_may_be_an_origin_without_tls(origin: str) -> None:
    assert Environment.read({**ENVIRONMENT, "ALLOWED_ORIGINS": origin}).allowed_origins == (origin,)


def test_the_function_does_not_start_without_its_settings() -> None:
    path = os.pathsep.join(str(LAMBDA / folder) for folder in ("shared", "predict_churn"))
    started = subprocess.run(
        [sys.executable, "-c", "import predict_churn"],
        env={"PYTHONPATH": path, "AWS_DEFAULT_REGION": "eu-west-1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode == 1
    assert "EnvironmentFault: invalid environment variables: ENDPOINT_NAME: Field required" in started.stderr
