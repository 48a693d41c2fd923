"""Reads the files of a synthesized cloud assembly."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assembly.errors import AssemblyError
from assembly.file_kind import kind
from assembly.place import Place
from assembly.project import synthesis

# They stand for what the assembly leaves open, as CDK does for a stack without an environment.
LOCAL_ACCOUNT = "000000000000"
LOCAL_REGION = "us-east-1"
# What our stacks call a model's archive, which they give the file's SHA-256 as its hash.
_OWN_ARCHIVES = "artifacts/"
_KINDS: Mapping[type[Any], str] = {dict: "object", str: "text"}


@dataclass(frozen=True)
class Asset:
    """A staged file, or a staged folder that is published as a zip, with the manifest's hash and name."""

    path: Path
    zipped: bool
    hash: str = ""
    display_name: str = ""

    @property
    def hash_is_of_content(self) -> bool:
        """Whether the hash follows from the file. In other people's apps it may be anything: a commit's."""
        return self.display_name.startswith(_OWN_ARCHIVES)


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
        properties = expect(dict, artifact.get("properties", {}), f"properties of {name}", folder)
        if artifact["type"] == "cdk:cloud-assembly":
            nested = properties.get("directoryName", name)
            raise AssemblyError(
                f"{folder}: the assembly nests another one, {name}; name that: --assembly {folder / nested}"
            )
        if artifact["type"] == "aws:cloudformation:stack":
            file_name = expect(str, properties.get("templateFile"), f"templateFile of {name}", folder)
            place = _place(expect(str, artifact.get("environment"), f"environment of {name}", folder))
            template = read_json(folder / file_name)
            stacks.append(StackFiles(str(properties.get("stackName", name)), place, template))
    if not stacks:
        raise AssemblyError(f"{folder} declares no stack; {_again()}")
    return stacks


def read_assets(folder: Path, place: Place) -> dict[str, Asset]:
    """The file assets of all stacks by the S3 URI that they would be published to."""
    assets = {}
    for name, artifact in _artifacts(folder).items():
        if artifact["type"] != "cdk:asset-manifest":
            continue
        properties = expect(dict, artifact.get("properties", {}), f"properties of {name}", folder)
        path = folder / expect(str, properties.get("file"), f"file of {name}", folder)
        for key, file in expect(dict, read_json(path).get("files", {}), "files", path).items():
            try:
                # A source that is a command is run at publishing time; nothing is staged for it.
                if "path" in file["source"]:
                    asset = Asset(
                        folder / file["source"]["path"],
                        file["source"].get("packaging") == "zip",
                        key,
                        str(file.get("displayName", "")),
                    )
                    for destination in file["destinations"].values():
                        bucket = _fill_in(destination["bucketName"], place)
                        assets[f"s3://{bucket}/{destination['objectKey']}"] = asset
            except (AttributeError, KeyError, TypeError):
                raise AssemblyError(f"{path}: the asset {key} is not as CDK writes it; {_again()}") from None
    return assets


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a regular file; raises AssemblyError."""
    try:
        if path.exists() and not path.is_file():
            raise AssemblyError(f"{path} is {kind(path)}, no file; {_again()}")
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise AssemblyError(f"there is no {path}; {_again()}") from None
    except OSError as error:
        raise AssemblyError(f"{path} cannot be read: {error.strerror}; {_again()}") from None
    except (ValueError, RecursionError) as error:
        raise AssemblyError(f"{path} is not JSON: {error}; {_again()}") from None
    return expect(dict, content, "the document", path)


def expect[T](wanted: type[T], value: Any, what: str, where: Path) -> T:
    """The value; raises AssemblyError where a file of the assembly holds another kind of value."""
    if not isinstance(value, wanted):
        raise AssemblyError(f"{where}: {what} is no {_KINDS[wanted]}; {_again()}")
    return value


def _again() -> str:
    return f"run `{synthesis()}`"


def _artifacts(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    artifacts = expect(dict, read_json(path).get("artifacts", {}), "artifacts", path)
    for name, artifact in artifacts.items():
        expect(str, expect(dict, artifact, name, path).get("type"), f"type of {name}", path)
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
