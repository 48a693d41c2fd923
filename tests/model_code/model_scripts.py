"""Importing the scripts of model_code, which are not packages, and running them as their containers do."""

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from patience import PATIENCE

from stacks.constructs.storage.carried import carried

ROOT = Path(__file__).parents[2]
MODEL_CODE = ROOT / "model_code"
SHARED = MODEL_CODE / "shared" / "script"
REAL_FILE = ROOT.parent / "shared" / "data" / "churn.txt"

# Every folder has its own: these are imported below a name that says which one.
SAME_NAMES = ("__main__", "fit", "inference")


@cache
def load(path: str) -> Any:
    """The module `churn/pca/fit` or the like."""
    file = MODEL_CODE / f"{path}.py"
    before = [*sys.path]
    sys.path[:0] = [
        str(folder) for folder in (file.parent, *sorted({one.parent for one in _beside(file.parent)}))
    ]
    try:
        if file.stem not in SAME_NAMES:
            return importlib.import_module(file.stem)
        name = path.replace("/", "_")
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec and spec.loader, file
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = before
    return module


def as_archived(folder: Path, target: Path) -> Path:
    """The folder as its image gets it: with the modules that are archived beside its own."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("__pycache__"))
    for module in _beside(folder):
        shutil.copy(module, target)
    return target


def _beside(folder: Path) -> list[Path]:
    """A script's source is archived together with the shared modules, every folder with those it carries."""
    serves = (folder / "inference.py").exists() or folder == SHARED
    return [*carried(folder), *(SHARED.glob("*.py") if serves else [])]


def run(
    path: str, *arguments: object, environ: Mapping[str, object] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a script or a folder of model_code in a Python that sees nothing but it and what is installed."""
    # -I would drop the script's own folder, so what it drops is dropped here.
    environment = {"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    script = MODEL_CODE / path
    with TemporaryDirectory() as scratch:
        folder = as_archived(script.parent if script.is_file() else script, Path(scratch, "code"))
        return subprocess.run(
            [
                *(sys.executable, "-s", "-W", "error"),
                str(folder / script.name if script.is_file() else folder),
                *map(str, arguments),
            ],
            env={**environment, **{name: str(value) for name, value in (environ or {}).items()}},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )


def names_of_the_same(first: Path, second: Path) -> list[str]:
    """The names of the files of two folders that have to be the same, byte for byte."""

    def content(folder: Path) -> dict[Path, bytes]:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder): path.read_bytes() for path in files}

    assert content(first) == content(second)
    return [path.name for path in content(first)]
