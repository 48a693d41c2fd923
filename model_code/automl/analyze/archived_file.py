"""Files that lie beside modules: in a folder, or in the zip that a processing job runs."""

from importlib.machinery import ModuleSpec
from pathlib import Path


def content(path: str | Path, spec: ModuleSpec | None) -> bytes:
    """The file's content; `spec` is that of a module beside it. Raises OSError where there is none."""
    get_data = getattr(spec.loader if spec else None, "get_data", None)
    if get_data is None:
        raise OSError(f"{path} cannot be read: nothing has loaded a module beside it")
    return bytes(get_data(str(path)))
