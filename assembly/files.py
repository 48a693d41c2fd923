"""Reads the JSON files of a cloud assembly."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assembly.errors import AssemblyError
from assembly.file_kind import kind
from assembly.project import synthesis

_KINDS: Mapping[type[Any], str] = {dict: "JSON object", list: "JSON array", str: "string"}


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a regular file; raises AssemblyError."""
    try:
        if path.exists() and not path.is_file():
            raise AssemblyError(f"{path} is {kind(path)}, not a file; {again()}")
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise AssemblyError(f"there is no {path}; {again()}") from None
    except OSError as error:
        raise AssemblyError(f"{path} cannot be read: {error.strerror}; {again()}") from None
    except (ValueError, RecursionError) as error:
        raise AssemblyError(f"{path} is not JSON: {error}; {again()}") from None
    return expect(dict, content, "the document", path)


def expect[T](wanted: type[T], value: Any, what: str, where: Path | str) -> T:
    """The value; raises AssemblyError where a file of the assembly holds another kind of value."""
    if not isinstance(value, wanted):
        raise AssemblyError(f"{where}: {what} should be a {_KINDS[wanted]}; {again()}")
    return value


def again() -> str:
    """The advice for an assembly that is not as CDK writes it."""
    return f"run `{synthesis()}`"
