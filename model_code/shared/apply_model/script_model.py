"""A script-mode model from its archive, called as its container calls it."""

import importlib.util
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from types import ModuleType

CSV = "text/csv"
LARGEST_FILE = 256 * 1024 * 1024
MOST_FILES = 1000


class ModelError(ValueError):
    """The archive, the script in it or its answer is not what a script-mode model is."""


class ScriptModel:
    """The model in an archive, unpacked into `folder`; its script is imported from `code/inference.py`."""

    def __init__(self, archive: Path, folder: Path) -> None:
        unpack(archive, folder)
        self._script = _import(folder / "code")
        self._model = self._script.model_fn(str(folder))

    def apply(self, rows: Sequence[str]) -> list[str]:
        """One line of output for each row. What the script refuses comes as its own exception."""
        body = "".join(row + "\n" for row in rows)
        prediction = self._script.predict_fn(self._script.input_fn(body, CSV), self._model)
        answer = self._script.output_fn(prediction, CSV)
        body, content_type = answer if isinstance(answer, tuple) else (answer, CSV)
        if content_type.split(";")[0].strip().lower() != CSV:
            raise ModelError(f"the script answers {content_type}; expected {CSV}")
        text = body.decode() if isinstance(body, bytes) else body
        lines = text.removesuffix("\n").split("\n")
        if len(lines) != len(rows):
            raise ModelError(f"the script answers {len(lines)} lines for {len(rows)} rows")
        return lines


def unpack(archive: Path, folder: Path) -> None:
    """Write the archive's regular files below `folder`; refuses links, devices and names that lead out."""
    with tarfile.open(archive) as tar:
        for count, member in enumerate(tar, 1):
            name = PurePosixPath(member.name)
            if member.isdir():
                continue
            if not member.isfile() or name.is_absolute() or ".." in name.parts or "\\" in member.name:
                raise ModelError(f"{archive.name}: {member.name!r} is not a file with a plain relative name")
            if member.size > LARGEST_FILE or count > MOST_FILES:
                raise ModelError(f"{archive.name}: too large at {member.name!r}")
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content := tar.extractfile(member):
                path.write_bytes(content.read())


def _import(code: Path) -> ModuleType:
    path = code / "inference.py"
    if not path.is_file():
        raise ModelError("no code/inference.py in the archive; expected a complete script-mode model")
    # As the container does: the script finds its siblings.
    sys.path.insert(0, str(code))
    spec = importlib.util.spec_from_file_location("inference", path)
    if spec is None or spec.loader is None:
        raise ModelError(f"{path.name} is not a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules["inference"] = module
    spec.loader.exec_module(module)
    return module
