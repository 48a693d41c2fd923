"""The template names each model's archive by its content."""

import shutil
from pathlib import Path

import pytest
from assemblies import HOSTNAMES, Assembly

from local.archive import require_named_content
from local.errors import ArchiveError


def archives(assembly: Assembly, folder: Path) -> list[Path]:
    """The staged archives under the names that they are published by."""
    found = []
    for path in assembly.folder.glob("asset.*.tar.gz"):
        found.append(folder / f"{path.name.split('.')[1]}.gz")
        shutil.copyfile(path, found[-1])
    return found


def test_each_archive_is_the_one_that_the_template_names(dev: Assembly, tmp_path: Path) -> None:
    models = [path for path in archives(dev, tmp_path) if path.stat().st_size < 100]
    assert len(models) >= len(HOSTNAMES)
    for path in models:
        require_named_content(path)
        path.write_bytes(path.read_bytes() + b"\n")
        with pytest.raises(ArchiveError, match="not the archive that the template names"):
            require_named_content(path)
