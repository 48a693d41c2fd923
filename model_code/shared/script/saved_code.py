"""The code of a model: a model archive is complete, nothing is fetched when it is served."""

import shutil
from pathlib import Path


def save_code(program: Path, folder: Path) -> None:
    """Copy every module beside this one into `folder`, but for the training program itself."""
    folder.mkdir(exist_ok=True)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.name not in (program.name, Path(__file__).name):
            shutil.copyfile(path, folder / path.name)
