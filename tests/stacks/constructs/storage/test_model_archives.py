"""The template names each model's archive by its content."""

from pathlib import Path

import pytest
from assemblies import HOSTNAMES, Assembly

from local.errors import ArchiveError
from local.storage.archive import require_hash


def archives(assembly: Assembly) -> dict[str, Path]:
    """The staged archives of models by the hashes that the asset manifests give them."""
    return {
        asset.hash: asset.path
        for stack in assembly.stacks.values()
        for asset in stack.assets
        if asset.hash_is_of_content
    }


def test_each_archive_is_the_one_that_the_asset_manifest_names(dev: Assembly, tmp_path: Path) -> None:
    found = archives(dev)
    assert len(found) >= len(HOSTNAMES)
    for hash, path in found.items():
        require_hash(path, hash)
        changed = tmp_path / path.name
        changed.write_bytes(path.read_bytes() + b"\n")
        with pytest.raises(ArchiveError, match="not match the asset manifest's hash"):
            require_hash(changed, hash)
