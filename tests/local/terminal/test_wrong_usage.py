"""Whatever is wrong with arguments, files and streams is one line that says what to do, never a traceback."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from assembly_files import tags, write_assembly
from ended import TYPES, Ended, is_an_error

from local.commands import serve
from local.http.listener import bind

pytestmark = pytest.mark.usefixtures("folder")


@pytest.mark.parametrize("port", ["99999", "65536", "-1", "8080x", "1.5", "", "٣", "9" * 5000])
@pytest.mark.parametrize("verb", [["serve"], ["image", "xgboost", "serve"]], ids=["serve", "image"])
def test_a_port_that_is_none(slipway: Ended, verb: Sequence[str], port: str) -> None:
    line = is_an_error(slipway(*verb, f"--port={port}"))
    assert "expected a port from 0 to 65535, got" in line[-90:]


def test_the_port_after_the_last_one_is_named() -> None:
    with pytest.raises(serve.listener.UsageError, match="port 65536 is above 65535"):
        bind(65_536)


@pytest.mark.parametrize(
    "arguments",
    [
        *([], ["none"], ["train"], ["serve", "--time-scale", "0"], ["serve", "--engine", "none"]),
        *(["runs", "shop", "--last", "0"], ["runs", "shop", "--last", "x"], ["models", "shop", "approve"]),
        *(["release", "shop", "x"], ["release", "shop", "1.5"], ["evaluate", "shop", "--splits", "1"]),
        *(["chaos", "shop", "--faults", "x"], ["chaos", "shop", "--times", "0"]),
        *(["train", "shop", "--set", "x"], ["train", "shop", "--set-from", "absent.json"]),
        *(["train", "shop", "--set-from", "/dev/null"], ["train", "shop", "--set-from", "."]),
        *(
            ["invoke", "shop", "--row", "1", "--accept", "a\nb"],
            ["invoke", "shop"],
            ["image", "none", "serve"],
        ),
        *(["invoke", "shop", "--row", "1", "--content-type", "é"], ["image", "xgboost", "none"]),
        ["image", "xgboost", "serve", "--folder", "absent"],
        ["image", "xgboost", "serve", "--env", "x"],
        *(["train", "shop", "--data", ""], ["evaluate", "shop", "--data", ""], ["serve", "--assembly", ""]),
        *(["transform", "shop", ""], ["transform", "shop", "rows.csv", "--output", ""]),
    ],
    ids=" ".join,
)
def test_arguments_that_are_none(slipway: Ended, arguments: Sequence[str]) -> None:
    is_an_error(slipway(*arguments))


@pytest.mark.parametrize(
    ("arguments", "same"),
    [
        (("models", "shop", "--registry", "local", "approve"), ("models", "shop", "approve")),
        (("models", "shop", "--registry", "local", "approve", "3"), ("models", "shop", "approve", "3")),
        (("models", "shop", "approve", "--registry", "local", "3"), ("models", "shop", "approve", "3")),
        (("invoke", "shop", "--accept", "text/csv", "rows.csv"), ("invoke", "shop", "rows.csv")),
        (("serve", "shop", "--port", "0", "other"), ("serve", "shop", "other")),
        (("transform", "--join", "shop", "--output", "x", "rows.csv"), ("transform", "shop", "rows.csv")),
    ],
    ids=" ".join,
)
def test_options_may_stand_between_the_arguments(
    slipway: Ended, arguments: Sequence[str], same: Sequence[str]
) -> None:
    told = is_an_error(slipway(*arguments))

    assert "unrecognized" not in told
    assert told == is_an_error(slipway(*same))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("release", "shop", "x"), "argument VERSION: expected a whole number above 0, got 'x'"),
        (("models", "shop", "approve", "0"), "argument VERSION: expected a whole number above 0, got '0'"),
        (("image", "xgboost", "run"), "argument {serve,train}: invalid choice: 'run'"),
        (("image",), "required: IMAGE, {serve,train}"),
        (("invoke", "shop", "rows.csv", "--row", "3"), "expected either FILE or --row ROW"),
        (("chaos", "shop", "--report", "-"), "standard output is taken by the report on screen; name a file"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_an_error_names_the_argument_as_the_help_does(
    slipway: Ended, arguments: Sequence[str], words: str
) -> None:
    assert words in is_an_error(slipway(*arguments))


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (OSError(28, "No space left on device", "build/x"), "build/x: No space left on device; make room"),
        (PermissionError(13, "Permission denied", b"build/\xff"), "Permission denied; check who owns it"),
        (OSError(28, "No space left on device"), "a file or standard output: No space left on device"),
        (IsADirectoryError(21, "Is a directory", "build"), "build: Is a directory"),
        (UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"), "files in UTF-8"),
    ],
)
def test_what_the_system_refuses_is_named(
    slipway: Ended, monkeypatch: pytest.MonkeyPatch, raised: Exception, said: str
) -> None:
    def fail(arguments: Any) -> int:
        raise raised

    monkeypatch.setattr("local.commands.runs.read_all", lambda *_: fail(None))
    assert said in is_an_error(slipway("runs", "shop"))


def test_an_endpoint_that_is_named_twice_is_served_once(
    slipway: Ended, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resources: dict[str, Any] = {
        "Model": {
            "Type": "AWS::SageMaker::Model",
            "Properties": {"ModelName": "m", "Containers": [{"ContainerHostname": "one", "Image": "x/y:1"}]},
        },
        "Config": {
            "Type": TYPES["Config"],
            "Properties": {
                "EndpointConfigName": "c",
                "ProductionVariants": [{"VariantName": "AllTraffic", "ModelName": "m"}],
            },
        },
        "Endpoint": {
            "Type": TYPES["Endpoint"],
            "Properties": {
                "EndpointName": "slipway-dev-shop",
                "EndpointConfigName": "c",
                "Tags": tags(workload="shop"),
            },
        },
    }
    write_assembly(folder / "cdk.out", resources)
    prepared: list[str] = []

    def prepare(fleets: Any, declared: Any, endpoint: Any) -> Any:
        prepared.append(endpoint.name)
        return SimpleNamespace(declared=endpoint)

    def session(*_: Any, **__: Any) -> None:
        raise serve.AssemblyError("far enough")

    monkeypatch.setattr(serve.Fleets, "prepare", prepare)
    monkeypatch.setattr(serve, "Session", session)
    assert "far enough" in is_an_error(slipway("serve", "shop", "slipway-dev-shop", "shop", "--port", "0"))
    assert prepared == ["slipway-dev-shop"]
