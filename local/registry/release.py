"""A release: the approved model package that a workload is deployed from, as `releases/<workload>.json`.

The file is committed, and synth expands it into the containers of a model. It holds what a reviewer wants to
see change: version, metrics, where the baseline of its data is, and of each container image, model data URL,
its archive's SHA-256 as `digest`, and environment. `registry` says where the version comes from: `local` or
`aws`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assembly.errors import SlipwayError
from local.registry import APPROVED, Package
from local.storage.files import write_whole, written_by
from local.terminal.printed import slipway


def content(workload: str, registry: str, package: Package) -> dict[str, Any]:
    """The release of a package; raises SlipwayError for one that is not approved."""
    if package.status != APPROVED:
        raise SlipwayError(
            f"version {package.version} of {package.group} is {package.status}; "
            f"approve it with: {slipway('models', workload, 'approve', str(package.version))}"
        )
    return {
        "workload": workload,
        "registry": registry,
        "model_package_group": package.group,
        "model_package_arn": package.arn,
        "version": package.version,
        "status": package.status,
        "metrics": dict(package.metrics),
        **({"baseline": dict(package.baseline)} if package.baseline else {}),
        "containers": [
            {
                "hostname": one.hostname,
                "image": one.image,
                "model_data_url": one.model_data_url,
                "digest": one.digest,
                "environment": dict(one.environment),
            }
            for one in package.containers
        ],
    }


def write(path: Path, release: Mapping[str, Any]) -> None:
    """Write the file, whole."""
    write_whole(path, json.dumps(release, indent=2) + "\n")


def read(path: Path) -> dict[str, Any] | None:
    """The release that a file holds, None when there is no file."""
    if not path.exists():
        return None
    with written_by("`release`", path):
        release: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        dict(release.get("metrics", {}).items())
        for one in release.get("containers", []):
            dict(one.items())["hostname"]
    return release
