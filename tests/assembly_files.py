"""Writes small cloud assemblies by hand, so that the runner's tests need no synth."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assembly.manifest import EMPTY

REGION = "eu-west-1"
TRAINING_IMAGE = f"000000000000.dkr.ecr.{REGION}.amazonaws.com/fake:1"


def write_assembly(
    folder: Path,
    resources: Mapping[str, Any],
    *,
    environment: str = f"aws://unknown-account/{REGION}",
    template: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
    nested: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    stack: str = "Shop",
) -> Path:
    """Add one stack to the assembly in a folder; `template` holds sections beside the resources."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest_path = folder / "manifest.json"
    manifest = json.loads(manifest_path.read_text()) if manifest_path.exists() else {"artifacts": {}}
    manifest["artifacts"][f"{stack}.assets"] = {
        "type": "cdk:asset-manifest",
        "properties": {"file": f"{stack}.assets.json"},
    }
    manifest["artifacts"][stack] = {
        "type": "aws:cloudformation:stack",
        "environment": environment,
        "properties": {"templateFile": f"{stack}.template.json"},
        "dependencies": [f"{stack}.assets"],
        "metadata": dict(metadata or {}),
    }
    write_json(manifest_path, manifest)
    write_json(folder / f"{stack}.assets.json", {"files": files or {}})
    write_json(folder / f"{stack}.template.json", {**(template or {}), "Resources": resources})
    for name, body in (nested or {}).items():
        write_json(folder / name, body)
    return folder


def write_empty(folder: Path, workload: str, reason: str) -> None:
    """Add the stack of a workload that declares nothing yet, marked as its app marks it."""
    mark = {"type": EMPTY, "data": {"workload": workload, "reason": reason}}
    stack = workload.title()
    write_assembly(folder, {}, stack=stack, metadata={f"/{stack}": [mark]})


def file_asset(path: str, key: str, packaging: str = "file") -> dict[str, Any]:
    """An entry of an asset manifest, published into the bootstrap bucket."""
    return {
        "source": {"path": path, "packaging": packaging},
        "destinations": {
            "current": {"bucketName": "cdk-assets-${AWS::AccountId}-${AWS::Region}", "objectKey": key}
        },
    }


def tags(**values: str) -> list[dict[str, str]]:
    """A resource's Tags."""
    return [{"Key": key, "Value": value} for key, value in values.items()]


def write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def write_versions(folder: Path) -> Path:
    """A table of images in which `TRAINING_IMAGE` is the program of tests/local/training_image."""
    path = folder / "versions.toml"
    program = Path(__file__).parent / "local" / "training_image"
    path.write_text(
        f'[images.fake]\nrepository = "fake"\nmodule = "training_image"\npath = ["{program}"]\n',
        encoding="utf-8",
    )
    return path
