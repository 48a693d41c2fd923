"""Which container images a template may name."""

import json
import re
import tomllib
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
        return f"is {uri!r}, which is no URI of an ECR image"
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
    rows = ((pin["version"], _row(pin["framework"], pin["version"])) for pin in pins if "framework" in pin)
    return frozenset(
        (row["registries"][region], row["repository"], _tag(version, row))
        for version, row in rows
        if region in row["registries"]
    )


def _row(framework: str, version: str) -> dict[str, Any]:
    path = distribution("sagemaker-core").locate_file(f"sagemaker/core/image_uri_config/{framework}.json")
    table = json.loads(Path(str(path)).read_text())
    versions = table.get("inference", table)["versions"]
    pytorch, separator, transformers = version.partition("-transformers")
    row: dict[str, Any] = versions[transformers][f"pytorch{pytorch}"] if separator else versions[version]
    return row


def _tag(version: str, row: dict[str, Any]) -> str:
    if system := row.get("container_version", {}).get("cpu"):
        return f"{version}-cpu-{row['py_versions'][0]}-{system}"
    return "-".join([version, *row.get("processors", [])[:1], *row.get("py_versions", [])[:1]])
