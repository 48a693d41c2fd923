"""Each script folder runs with nothing but itself and what its image has installed."""

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from model_scripts import MODEL_CODE, as_archived
from patience import PATIENCE

# What is for an image with an environment of its own is imported by the tests of that image.
HEAVY = {
    MODEL_CODE / "translation" / "hugging_face",
    MODEL_CODE / "emoji" / "train_tensorflow",
    MODEL_CODE / "emoji" / "train_torch",
}
FOLDERS = sorted({path.parent for path in MODEL_CODE.rglob("*.py")} - HEAVY)
SERVING = [folder for folder in FOLDERS if (folder / "inference.py").exists()]

IMPORT = """
import importlib.util, json, sys
folder, *names = sys.argv[1:]
sys.path.insert(0, folder)
for name in names:
    spec = importlib.util.spec_from_file_location("imported_" + name.strip("_"), f"{folder}/{name}.py")
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
print(json.dumps({"files": [file for file in files if file], "modules": [*sys.modules]}))
"""


def imported(folder: Path, *names: str) -> dict[str, list[str]]:
    result = subprocess.run(
        [sys.executable, "-I", "-B", "-c", IMPORT, str(folder), *names],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd="/",
    )
    assert result.stderr == ""
    loaded: dict[str, list[str]] = json.loads(result.stdout)
    return loaded


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(MODEL_CODE)))
def test_a_folder_imports_itself_and_what_is_installed(folder: Path, tmp_path: Path) -> None:
    folder = as_archived(folder, tmp_path / "code")
    allowed = [
        folder,
        *(Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    ]
    allowed += [path.resolve() for path in allowed]
    names = [path.stem for path in sorted(folder.glob("*.py"))]
    strangers = [
        file
        for file in imported(folder, *names)["files"]
        if not any(Path(file).is_relative_to(path) for path in allowed)
    ]
    assert strangers == []


@pytest.mark.parametrize("folder", SERVING, ids=lambda folder: folder.name)
def test_serving_loads_no_library_that_is_slow_to_import_or_large(folder: Path, tmp_path: Path) -> None:
    """Four containers are to be ready within 1.5 s and 150 MB."""
    folder = as_archived(folder, tmp_path / "code")
    modules = {name.partition(".")[0] for name in imported(folder, "inference")["modules"]}
    assert modules & {"pandas", "scipy", "sklearn", "xgboost", "matplotlib"} == set()
