"""Where AWS keeps its managed images: the SageMaker SDK's tables, by scope, instance type and accelerator."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Literal

# Their images' tags name a version of the Neuron SDK, too.
_NEURON = ("inf", "trn")
_GRAVITON = re.compile(r"[a-z]+\d+g[a-z]*")


@dataclass(frozen=True)
class Use:
    """What an image is used for: its scope, which for processing jobs of ours is training, the instance types
    that it has to run on, and the Elastic Inference accelerator beside them, if there is one."""

    scope: Literal["training", "inference", "monitoring"]
    instance_types: Sequence[str]
    accelerator_type: str | None = None


@dataclass(frozen=True)
class Location:
    """An image's registry, by its account, its repository and its tag, which may be empty."""

    account: str
    repository: str
    tag: str


def locate(framework: str, version: str, region: str, use: Use) -> Location:
    """The one image of a framework's version that serves the use.

    Raises ValueError when there is none, and when the instance types take different ones: a template names
    one.
    """
    found = {one: _locate(framework, version, region, use, one) for one in use.instance_types}
    if len(set(found.values())) > 1:
        each = ", ".join(f"{one}: {location.tag}" for one, location in found.items())
        raise ValueError(
            f"{framework} {version} has one image for each kind of instance ({each}); offer one kind"
        )
    return next(iter(found.values()))


def _locate(framework: str, version: str, region: str, use: Use, instance_type: str) -> Location:
    family = instance_type.split(".")[1]
    if family.startswith(_NEURON):
        raise ValueError(
            f"{framework} on {instance_type}: images for Inferentia and Trainium are not supported"
        )
    scope = _scope(use, family)
    table = _table(framework, scope)
    rows = _by_tag(table["versions"])
    if version not in rows:
        raise ValueError(f"{framework} has no image {version} for {scope}; it has {', '.join(rows)}")
    row = rows[version]
    if region not in row["registries"]:
        raise ValueError(f"AWS keeps no {framework} image {version} in region {region}")
    processor = _processor(table.get("processors") or row.get("processors"), family)
    if processor == "none":
        raise ValueError(f"{framework} {version} has no image for {scope} on {instance_type}")
    system = row.get("container_version", {}).get(processor)
    parts = [version, processor, *row.get("py_versions", [])[:1], system]
    if scope == "inference_graviton":
        # Two ways to name them: a repository of their own, or a mark in the tag.
        shared = row["repository"].startswith("sagemaker-")
        parts = [version, "arm64", *parts[1:]] if shared else [*parts, "sagemaker"]
    return Location(row["registries"][region], row["repository"], "-".join(filter(None, parts)))


def _scope(use: Use, family: str) -> str:
    if use.accelerator_type:
        return "eia"
    if _GRAVITON.fullmatch(family):
        return f"{use.scope}_graviton"
    return use.scope


def _table(framework: str, scope: str) -> dict[str, Any]:
    # Importing sagemaker.core.image_uris would cost 2 s of CPU; its tables are plain files.
    path = distribution("sagemaker-core").locate_file(f"sagemaker/core/image_uri_config/{framework}.json")
    tables: dict[str, Any] = json.loads(Path(str(path)).read_text())
    # One table for several scopes lists them; otherwise there is a table for each.
    known: Sequence[str] = tables.get("scope", [*tables])
    if scope not in known:
        raise ValueError(f"{framework} has no images for {scope}; it has some for {', '.join(known)}")
    return tables if "scope" in tables else dict(tables[scope])


def _processor(available: Sequence[str] | None, family: str) -> str | None:
    """What the tag says of the processor: nothing where the image is one for all."""
    if not available:
        return None
    kind = "gpu" if family.startswith(("g", "p")) else "cpu"
    return next((one for one in (family, kind) if one in available), "none")


def _by_tag(versions: Mapping[str, Any]) -> dict[str, Any]:
    """The table's rows by the beginning of their images' tags: Hugging Face's are by two versions."""
    return {
        f"{name.removeprefix('pytorch')}-transformers{version}" if name else version: row
        for version, entry in versions.items()
        for name, row in ({"": entry} if "registries" in entry else entry).items()
        if "registries" in row and (not name or name.startswith("pytorch"))
    }
