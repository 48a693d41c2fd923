"""A script-mode model from its archive, called as its container calls it."""

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from model_archive import unpack

CSV = "text/csv"


class ModelError(ValueError):
    """The script in the archive or its answer is not what a script-mode model is."""


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
