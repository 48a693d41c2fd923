"""An assembly, a registry or a release that is none is told in one line, never by a traceback."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from assembly_files import tags
from ended import PACKAGE, TYPES, Ended, is_an_error

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


GARBAGE: Mapping[str, bytes] = {
    "empty": b"",
    "no JSON": b"{",
    "no UTF-8": b"\xff\xfe",
    "a list": b"[]",
    "null": b"null",
    "an empty object": b"{}",
    "too deep": b"[" * 200_000,
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
