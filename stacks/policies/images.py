"""Which container images a template may name."""

import json
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from stacks.policies.templates import Templates

_ROOT = Path(__file__).resolve().parents[2]
_URI = re.compile(
    r"(?P<account>[^/]+)\.dkr\.ecr\.(?P<region>[^/]+?)\.(?:amazonaws\.com(?:\.cn)?|\$\{AWS::URLSuffix\})"
    r"/(?P<repository>[^:@]+)(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_CONTENT_TAG = re.compile(r"[0-9a-f]{16,64}")


def fault_of(uri: str, templates: Templates) -> str | None:
    """Why a URI may lead to another image tomorrow; None for a digest, for a content tag in a repository of
    the templates whose tags are immutable, and for a managed image as versions.toml pins it."""
    match = _URI.fullmatch(uri)
    if not match:
        return f"is {uri!r}, which is not a URI of an ECR image"
    account, region, repository, tag, digest = match.groups()
    if digest:
        return None
    if (account, repository, tag) in _managed_images(region):
        return None
    if not _CONTENT_TAG.fullmatch(tag or ""):
        return f"is {uri!r}, whose tag {tag or 'latest'!r} can move"
    owners = [
        resource
        for resource in templates.of_type("AWS::ECR::Repository")
        if repository in (resource.get("RepositoryName"), resource.text())
    ]
    if not any(owner.get("ImageTagMutability") == "IMMUTABLE" for owner in owners):
        return f"is {uri!r}, of no declared repository with immutable tags"
    return None


@cache
def _managed_images(region: str) -> frozenset[tuple[str, str, str]]:
    """Account, repository and tag of each image that versions.toml takes from AWS.

    Read from the SDK's tables without the help of `stacks.constructs`, so that a mistake there shows.
    """
    pins = tomllib.loads((_ROOT / "versions.toml").read_text())["images"].values()
    found = [
        (row, _tag(pin["version"], row, scope, processor))
        for pin in pins
        if "framework" in pin
        for scope, table in _tables(pin["framework"])
        if (row := _row(table["versions"], pin["version"]))
        for processor in table.get("processors") or row.get("processors") or [None]
    ]
    return frozenset(
        (row["registries"][region], row["repository"], tag)
        for row, tag in found
        if region in row["registries"]
    )


def _tables(framework: str) -> Iterable[tuple[str, dict[str, Any]]]:
    """The tables of a framework, by their scope; one for all of them counts for training and inference."""
    path = distribution("sagemaker-core").locate_file(f"sagemaker/core/image_uri_config/{framework}.json")
    document: dict[str, Any] = json.loads(Path(str(path)).read_text())
    return [("any", document)] if "versions" in document else document.items()


def _row(versions: dict[str, Any], version: str) -> dict[str, Any] | None:
    pytorch, separator, transformers = version.partition("-transformers")
    row: dict[str, Any] | None = (
        versions.get(transformers, {}).get(f"pytorch{pytorch}") if separator else versions.get(version)
    )
    return row


def _tag(version: str, row: dict[str, Any], scope: str, processor: str | None) -> str:
    parts = [version, processor, *row.get("py_versions", [])[:1]]
    if system := row.get("container_version", {}).get(processor):
        parts.append(system)
    if scope == "inference_graviton":
        own = row["repository"].startswith("sagemaker-")
        parts.insert(1 if own else len(parts), "arm64" if own else "sagemaker")
    return "-".join(part for part in parts if part)
