"""Whatever is wrong with arguments, files and streams is one line that says what to do, never a traceback."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from assembly_files import tags, write_assembly
from patience import PATIENCE
from pipelines import fit, write_pipeline
from runner import ROOT

from local import __main__ as command_line
from local.commands import serve
from local.http.listener import bind

# Each verb that reads an assembly, with the rest of its arguments.
READERS: Mapping[str, Sequence[str]] = {
    "train": ["shop"],
    "evaluate": ["shop"],
    "transform": ["shop", "rows.csv"],
    "models": ["shop"],
    "release": ["shop", "1"],
    "serve": ["--port", "0"],
    "chaos": ["shop"],
}
MANIFEST = {
    "artifacts": {
        "Shop": {
            "type": "aws:cloudformation:stack",
            "environment": "aws://unknown-account/eu-west-1",
            "properties": {"templateFile": "Shop.template.json"},
        }
    }
}
TYPES = {
    "Endpoint": "AWS::SageMaker::Endpoint",
    "Config": "AWS::SageMaker::EndpointConfig",
    "Pipeline": "AWS::SageMaker::Pipeline",
    "Group": "AWS::SageMaker::ModelPackageGroup",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text("1\n")
    return tmp_path


Ended = Callable[..., tuple[int, str, str]]


@pytest.fixture
def slipway(capsys: pytest.CaptureFixture[str]) -> Ended:
    """Runs a command in this process: its exit code, and what it printed."""

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = command_line.main(arguments)
        except SystemExit as ended:  # argparse's
            code = int(ended.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def is_an_error(ended: tuple[int, str, str]) -> str:
    """The one line that it is told by."""
    code, _, err = ended
    assert code in (1, 2)
    assert "Traceback" not in err
    lines = [line for line in err.splitlines() if "error: " in line]
    assert len(lines) == 1, err
    assert len(lines[0]) < 600
    return lines[0]


def template(folder: Path, content: Any) -> None:
    (folder / "cdk.out").mkdir()
    (folder / "cdk.out" / "manifest.json").write_text(json.dumps(MANIFEST))
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    (folder / "cdk.out" / "Shop.template.json").write_bytes(raw)


def of(**properties: Any) -> dict[str, Any]:
    """A template whose resources of every kind that runs have these properties."""
    return {"Resources": {name: {"Type": kind, "Properties": properties} for name, kind in TYPES.items()}}


def pipeline(definition: Any) -> dict[str, Any]:
    """A template with the pipeline of a workload."""
    text = definition if isinstance(definition, str) else json.dumps(definition)
    properties = {"PipelineDefinition": {"PipelineDefinitionBody": text}, "Tags": tags(workload="shop")}
    return {"Resources": {"Pipeline": {"Type": TYPES["Pipeline"], "Properties": properties}}}


TEMPLATES: Mapping[str, Any] = {
    "empty": b"",
    "no JSON": b"{",
    "no UTF-8": b"\xff\xfe\xfd",
    "too deep": b"[" * 200_000,
    "a list": [],
    "a text": "text",
    "null": None,
    "resources as a list": {"Resources": []},
    "resources as a text": {"Resources": "all"},
    "resources as null": {"Resources": None},
    "a resource as a list": {"Resources": {"A": []}},
    "a resource as null": {"Resources": {"A": None}},
    "a resource without type": {"Resources": {"A": {}}},
    "a type that is not text": {"Resources": {"A": {"Type": 7}}},
    "properties as a list": {"Resources": {"A": {"Type": TYPES["Endpoint"], "Properties": []}}},
    "outputs as a list": {"Resources": {}, "Outputs": []},
    "an output as a text": {"Resources": {}, "Outputs": {"A": "b"}},
    "parameters as a list": {"Resources": {}, "Parameters": []},
    "mappings as a text": {"Resources": {}, "Mappings": "all"},
    "no properties": of(),
    "properties of other types": of(
        EndpointConfigName=7, EndpointName=[], PipelineDefinition=[], ProductionVariants={}, Tags=7
    ),
    "names that are objects": of(EndpointName={"a": 1}, PipelineName={"a": 1}, ModelPackageGroupName=[1]),
    "an intrinsic of nothing": of(
        EndpointConfigName={"Ref": "None"}, PipelineName={"Ref": []}, Tags={"Ref": 1}
    ),
    "an intrinsic of a wrong form": of(EndpointName={"Fn::Join": 7}, PipelineName={"Fn::Sub": []}),
    "tags of a wrong form": of(Tags=["a"], EndpointName="slipway-dev-shop"),
    "a definition that is not JSON": pipeline("{"),
    "a definition of nothing": pipeline("[]"),
    "a definition that is too deep": pipeline("[" * 200_000),
    "steps as an object": pipeline({"Version": "2020-12-01", "Steps": {}}),
    "steps of another type": pipeline({"Version": "2020-12-01", "Steps": [7]}),
    "parameters of another type": pipeline({"Version": "2020-12-01", "Parameters": 7, "Steps": []}),
    "a step without type": pipeline({"Version": "2020-12-01", "Steps": [{"Name": "One"}]}),
    "a step of nothing": pipeline(
        {"Version": "2020-12-01", "Steps": [{"Name": "One", "Type": "Processing"}]}
    ),
}


@pytest.mark.parametrize("verb", READERS)
@pytest.mark.parametrize("content", TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_of_another_form(folder: Path, slipway: Ended, verb: str, content: Any) -> None:
    template(folder, content)
    is_an_error(slipway(verb, *READERS[verb]))


def manifest(content: Any) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "cdk.out").mkdir()
        (folder / "cdk.out" / "manifest.json").write_text(json.dumps(content))

    return write


def stack(**changes: Any) -> Callable[[Path], None]:
    return manifest({"artifacts": {"Shop": {**MANIFEST["artifacts"]["Shop"], **changes}}})


def pipe(folder: Path) -> None:
    (folder / "cdk.out").mkdir()
    os.mkfifo(folder / "cdk.out" / "manifest.json")


def folder_in_place_of_manifest(folder: Path) -> None:
    (folder / "cdk.out" / "manifest.json").mkdir(parents=True)


def no_text(folder: Path) -> None:
    (folder / "cdk.out").mkdir()
    (folder / "cdk.out" / "manifest.json").write_bytes(b"\xff\xfe")


ASSEMBLIES: Mapping[str, Callable[[Path], None]] = {
    "absent": lambda folder: None,
    "an empty folder": lambda folder: (folder / "cdk.out").mkdir(),
    "a file": lambda folder: (folder / "cdk.out").touch(),
    "a device": lambda folder: (folder / "cdk.out").symlink_to("/dev/null"),
    "a link to nowhere": lambda folder: (folder / "cdk.out").symlink_to("nowhere"),
    "a link to itself": lambda folder: (folder / "cdk.out").symlink_to("cdk.out"),
    "a manifest that is a pipe": pipe,
    "a manifest that is a folder": folder_in_place_of_manifest,
    "a manifest of no text": no_text,
    "a manifest that is a list": manifest([]),
    "artifacts as a list": manifest({"artifacts": []}),
    "an artifact as a text": manifest({"artifacts": {"Shop": "stack"}}),
    "an artifact without type": manifest({"artifacts": {"Shop": {}}}),
    "a stack without properties": manifest({"artifacts": {"Shop": {"type": "aws:cloudformation:stack"}}}),
    "properties as a list": stack(properties=[]),
    "an environment that is not text": stack(environment=7),
    "a template's name that is not text": stack(properties={"templateFile": 7}),
    "a template that is absent": stack(),
    "a template that is a device": stack(properties={"templateFile": "/dev/zero"}),
    "assets without file": manifest(
        {
            "artifacts": {
                "Shop": {**MANIFEST["artifacts"]["Shop"], "dependencies": ["A"]},
                "A": {"type": "cdk:asset-manifest"},
            }
        }
    ),
}


@pytest.mark.parametrize("verb", [*READERS, "deploy"])
@pytest.mark.parametrize("make", ASSEMBLIES.values(), ids=ASSEMBLIES)
def test_an_assembly_that_is_none(
    folder: Path, slipway: Ended, verb: str, make: Callable[[Path], None]
) -> None:
    make(folder)
    is_an_error(slipway(verb, *READERS.get(verb, ["shop"])))


@pytest.mark.parametrize("verb", READERS)
def test_a_folder_without_permission(
    folder: Path, slipway: Ended, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest(MANIFEST)(folder)

    def refuse(path: Path, *_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    # Root may read everything: the refusal is played.
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "manifest.json cannot be read: Permission denied" in is_an_error(slipway(verb, *READERS[verb]))


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


GARBAGE: Mapping[str, bytes] = {
    "empty": b"",
    "no JSON": b"{",
    "no UTF-8": b"\xff\xfe",
    "a list": b"[]",
    "null": b"null",
    "an empty object": b"{}",
    "too deep": b"[" * 200_000,
}
PACKAGE: Mapping[str, Any] = {
    "group": "slipway-dev-shop",
    "version": 1,
    "arn": "arn",
    "status": "Approved",
    "created": "now",
    "metrics": {},
    "containers": [],
}
PACKAGES: Mapping[str, bytes] = {
    **GARBAGE,
    **{
        f"{name} of another type": json.dumps({**PACKAGE, name: value}).encode()
        for name, value in {"version": "x", "status": 7, "metrics": [], "containers": 7}.items()
    },
    "a container of another type": json.dumps({**PACKAGE, "containers": [7]}).encode(),
    "one member too many": json.dumps({**PACKAGE, "color": "red"}).encode(),
}


@pytest.fixture
def registry(folder: Path) -> Path:
    write_pipeline(folder / "cdk.out", fit())
    package = folder / "build" / "registry" / "slipway-dev-shop" / "1" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text(json.dumps(PACKAGE))
    return package


@pytest.mark.parametrize("verb", [["models"], ["models", "approve", "1"], ["release", "1"]], ids=" ".join)
@pytest.mark.parametrize("content", PACKAGES.values(), ids=PACKAGES)
def test_a_record_of_the_registry_that_is_none(
    slipway: Ended, registry: Path, verb: Sequence[str], content: bytes
) -> None:
    registry.write_bytes(content)
    line = is_an_error(slipway(verb[0], "shop", *verb[1:]))
    assert "package.json is not in the format that a registration writes; restore or remove it" in line


@pytest.mark.parametrize("content", [one for one in GARBAGE.values() if one != b"{}"])
def test_a_release_that_is_none(slipway: Ended, registry: Path, folder: Path, content: bytes) -> None:
    (folder / "releases").mkdir()
    (folder / "releases" / "shop.json").write_bytes(content)
    line = is_an_error(slipway("release", "shop", "1"))
    assert "releases/shop.json is not in the format that `release` writes" in line
    assert (folder / "releases" / "shop.json").read_bytes() == content


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE)
def test_a_record_of_an_execution_that_is_none_is_passed_over(
    slipway: Ended, registry: Path, folder: Path, content: bytes
) -> None:
    record = folder / "build" / "runs" / "0123456789ab" / "execution.json"
    record.parent.mkdir(parents=True)
    record.write_bytes(content)
    code, out, err = slipway("runs", "shop")
    assert (code, err) == (0, "")
    assert out.startswith("there is no execution yet")


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


def process(folder: Path, *arguments: str | bytes, **streams: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "local", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
    )


PRINTING = [["--help"], ["models", "shop"], ["runs", "shop"], ["environments"]]


@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_full_disk_behind_standard_output(folder: Path, registry: Path, arguments: Sequence[str]) -> None:
    with Path("/dev/full").open("w") as full, process(folder, *arguments, stdout=full) as one:
        _, err = one.communicate(timeout=PATIENCE)
    assert (one.returncode, err.count(b"\n")) == (1, 1)
    assert b"error: a file or standard output: No space left on device" in err


@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_reader_that_has_gone(folder: Path, registry: Path, arguments: Sequence[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with process(folder, *arguments, stdout=writing) as one:
        os.close(writing)
        _, err = one.communicate(timeout=PATIENCE)
    assert (one.returncode, err) == (128 + signal.SIGPIPE, b"")


@pytest.mark.parametrize("closed", [0, 1, 2], ids=["input", "output", "errors"])
def test_streams_that_are_closed(folder: Path, registry: Path, closed: int) -> None:
    script = f'exec "$0" -m local models shop {closed}>&-'
    done = subprocess.run(
        ["/bin/sh", "-c", script, sys.executable],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    "arguments",
    [[b"models", b"\xff"], [b"models", b"shop", b"--assembly", b"\xff"], [b"runs", b"\xff"], [b"\xff"]],
    ids=["a workload", "an assembly", "runs", "a verb"],
)
def test_arguments_that_are_no_utf_8(folder: Path, registry: Path, arguments: Sequence[bytes]) -> None:
    with process(folder, *arguments) as one:
        _, err = one.communicate(timeout=PATIENCE)
    assert b"Traceback" not in err
    assert one.returncode in (0, 1, 2)


class Importing:
    """A process that waits in the middle of its imports."""

    def __init__(self, folder: Path) -> None:
        (folder / "slow").mkdir()
        os.mkfifo(folder / "slow" / "here")
        # The first module that a command imports beside Python's own.
        (folder / "slow" / "uvloop.py").write_text(
            f"with open({str(folder / 'slow' / 'here')!r}, 'w') as here:\n    here.write('x')\n"
            "import signal\nsignal.pause()\n"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local", "runs", "shop"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": f"{folder / 'slow'}:{ROOT}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert (folder / "slow" / "here").read_text() == "x"


@pytest.fixture
def importing(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with Importing(folder).process as one:
        yield one
        one.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_python_imports(importing: subprocess.Popen[bytes], number: signal.Signals) -> None:
    importing.send_signal(number)
    out, err = importing.communicate(timeout=PATIENCE)
    assert (out, err) == (b"", b"")
    # A shell calls both 128 + n.
    assert importing.returncode in (-number, 128 + number)


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

    def session(*_: Any) -> None:
        raise serve.AssemblyError("far enough")

    monkeypatch.setattr(serve.Fleets, "prepare", prepare)
    monkeypatch.setattr(serve, "Session", session)
    assert "far enough" in is_an_error(slipway("serve", "shop", "slipway-dev-shop", "shop", "--port", "0"))
    assert prepared == ["slipway-dev-shop"]
