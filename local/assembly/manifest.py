"""Reads the files of a synthesised cloud assembly."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.assembly.place import Place
from local.errors import AssemblyError

# They stand for what the assembly leaves open, as CDK does for a stack without an environment.
LOCAL_ACCOUNT = "000000000000"
LOCAL_REGION = "us-east-1"


@dataclass(frozen=True)
class Asset:
    """A staged file, or a staged folder that is published as a zip, and the hash that the manifest gives."""

    path: Path
    zipped: bool
    hash: str = ""


@dataclass(frozen=True)
class StackFiles:
    """What the manifest says about one stack."""

    name: str
    place: Place
    template: Mapping[str, Any]


def read_stacks(folder: Path) -> list[StackFiles]:
    """The stacks of the assembly, in the manifest's order.

    Raises AssemblyError when the folder holds no assembly, or a nested one.
    """
    stacks = []
    for name, artifact in _artifacts(folder).items():
        if artifact["type"] == "cdk:cloud-assembly":
            nested = artifact.get("properties", {}).get("directoryName", name)
            raise AssemblyError(
                f"{folder}: the assembly nests another one, {name}; name that: --assembly {folder / nested}"
            )
        if artifact["type"] == "aws:cloudformation:stack":
            properties = artifact["properties"]
            place = _place(artifact["environment"])
            template = read_json(folder / properties["templateFile"])
            stacks.append(StackFiles(properties.get("stackName", name), place, template))
    if not stacks:
        raise AssemblyError(f"{folder} declares no stack; run `make synth`")
    return stacks


def read_assets(folder: Path, place: Place) -> dict[str, Asset]:
    """The file assets of all stacks by the S3 URI that they would be published to."""
    assets = {}
    for artifact in _artifacts(folder).values():
        if artifact["type"] != "cdk:asset-manifest":
            continue
        for hash, file in read_json(folder / artifact["properties"]["file"]).get("files", {}).items():
            source = file["source"]
            # A source that is a command is run at publishing time; nothing is staged for it.
            if "path" in source:
                asset = Asset(folder / source["path"], source.get("packaging") == "zip", hash)
                for destination in file["destinations"].values():
                    bucket = _fill_in(destination["bucketName"], place)
                    assets[f"s3://{bucket}/{destination['objectKey']}"] = asset
    return assets


def read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise AssemblyError(f"there is no {path}; run `make synth`") from None
    except ValueError as error:
        raise AssemblyError(f"{path} is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise AssemblyError(f"{path} holds no JSON object")
    return content


def _artifacts(folder: Path) -> dict[str, Any]:
    artifacts: dict[str, Any] = read_json(folder / "manifest.json").get("artifacts", {})
    return artifacts


def _place(environment: str) -> Place:
    account, _, region = environment.removeprefix("aws://").partition("/")
    return Place(
        LOCAL_REGION if region in ("", "unknown-region") else region,
        LOCAL_ACCOUNT if account == "unknown-account" else account,
    )


def _fill_in(text: str, place: Place) -> str:
    for placeholder, value in (
        ("${AWS::AccountId}", place.account),
        ("${AWS::Region}", place.region),
        ("${AWS::Partition}", place.partition),
    ):
        text = text.replace(placeholder, value)
    return text
