"""What a target is, and how it says that a parser is wrong."""

import importlib
import shutil
import sys
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from stacks.workloads.shared.record import workloads

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "quality" / "fuzz" / "corpus"
WORK = ROOT / "build" / "fuzz"

# Side by side on the path as in a function's asset, an archive of script-mode source, an image.
FOLDERS = (
    *sorted(str(path.relative_to(ROOT)) for path in (*ROOT.glob("lambda/*/"), *ROOT.glob("model_code/*/*/"))),
    *("containers/script_mode", "containers/stand_ins"),
)
# How the modules of each workload begin.
OF_WORKLOADS = tuple(f"{one.name}_" for one in workloads())

Parse = Callable[[bytes], None]


class WrongResultError(Exception):
    """A parser took what it should refuse, or gave something else than what was written."""


@dataclass(frozen=True)
class Target:
    """The parser of a format, or the parsers that read it in turn, under a name.

    `parser` says so to people. `load` imports what is run and gives what runs it on one input.

    A run raises nothing for an input that is refused as the parser documents it; whatever it raises is a
    fault. `modules` are the prefixes of the modules whose coverage guides the fuzzer.
    """

    name: str
    parser: str
    modules: tuple[str, ...]
    load: Callable[[], Parse]

    @property
    def corpus(self) -> Path:
        return CORPUS / self.name


def require(holds: bool, what: str) -> None:
    """Raise WrongResultError unless it holds."""
    if not holds:
        raise WrongResultError(what)


def together(*parses: Parse) -> Parse:
    """Gives each input to every one of several readers of a format."""

    def parse(data: bytes) -> None:
        for one in parses:
            one(data)

    return parse


def find_modules() -> None:
    """Put the folders of the functions, the scripts and the images on the path, behind what is there."""
    sys.path.extend(str(ROOT / folder) for folder in FOLDERS if str(ROOT / folder) not in sys.path)


def row_apis() -> dict[str, Any]:
    """The modules of the functions that send rows to their endpoints, by their workloads."""
    find_modules()
    apis = {one.name: importlib.import_module(f"{one.name}_api") for one in workloads()}
    return {name: api for name, api in apis.items() if api.PREDICTION.content_type == "text/csv"}


def scratch_for(parse: Parse, folder: Path) -> Parse:
    """The same, whose folder is removed with it."""
    weakref.finalize(parse, shutil.rmtree, folder, ignore_errors=True)
    return parse


def reads_file[Found](
    name: str, read: Callable[[Path], Found], refusal: type[Exception], hold: Callable[[Found], None]
) -> Parse:
    """Reads each input from a file of this name; `hold` looks at what is not refused."""
    path = Path(tempfile.mkdtemp(prefix="fuzz-"), name)

    def parse(data: bytes) -> None:
        path.write_bytes(data)
        try:
            found = read(path)
        except refusal:
            return
        hold(found)

    return scratch_for(parse, path.parent)


def script(folder: str) -> ModuleType:
    """The module `inference` of a folder of model_code: each has one of that name, whichever is loaded."""
    path = str(ROOT / "model_code" / folder)
    loaded = sys.modules.pop("inference", None)
    sys.path.insert(0, path)
    try:
        return importlib.import_module("inference")
    finally:
        sys.path.remove(path)
        sys.modules.pop("inference", None)
        if loaded is not None:
            sys.modules["inference"] = loaded
