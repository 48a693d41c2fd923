"""A workload's record: what is to be known of it without its stacks.

Each module of stacks/workloads/ holds one, `WORKLOAD = Workload(...)`, whose arguments are literals. They are
read from the module's source: to import it would load the CDK, which takes a second.
"""

import ast
import json
import keyword
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1]
_PACKAGE = "stacks.workloads"
# Stacks, endpoints, folders, modules and functions are called by it; SageMaker ends an endpoint's name at 63.
_NAME = re.compile(r"[a-z][a-z0-9]{0,19}")
_NO_NAMES = {*keyword.kwlist, *keyword.softkwlist, "shared"}
# What the platform keeps in the buckets, beside the folder of each workload.
_PREFIXES = {"batch", "capture", "checkpoints", "mlflow", "studio", "workbench"}


class WorkloadError(ValueError):
    """A workload that cannot be declared as it is written; the message names its module."""


def check_name(name: str) -> str:
    """The name, if a workload may have it; raises WorkloadError."""
    if not _NAME.fullmatch(name) or name in _NO_NAMES:
        raise WorkloadError(
            f"a workload cannot be called {name!r}: expected 1 to 20 lower-case letters and digits, a letter "
            "first; it must not be a Python keyword"
        )
    if name in _PREFIXES:
        raise WorkloadError(
            f"a workload cannot be called {name!r}: the buckets have a prefix {name}/ already"
        )
    return name


@dataclass(frozen=True)
class Workload:
    """`summary` says what it does and `model` what its containers are, for people. Its two stacks are classes
    in the module that holds the record: of a workload called fraud, FraudTraining and FraudServing.

    `data` is what training data are called in the data bucket; a folder of files ends with a slash.
    `containers` are the hostnames of its model's containers in their order. `example` is a request that its
    endpoint accepts, text, or a document that is sent as JSON. `environments` are the images whose own
    environments its jobs and its containers need on a laptop, unless an option says otherwise; without any
    they run in `.venv`. `weights` are pretrained weights that its training begins with, as they are called in
    the data bucket and below build/data/weights. `options` are the settings that no other workload has:
    each with its possible values, the default first. `shares_work` says that its scripts can run on several
    instances, each with a part of the work. `trains_for_templates` says that a synth on a laptop trains it
    first where it is not trained yet, if it needs no environment of its own.
    """

    name: str
    summary: str
    model: str
    data: str
    containers: Sequence[str]
    example: str | Mapping[str, Any]
    example_type: str = "text/csv"
    environments: Sequence[str] = ()
    weights: str = ""
    options: Mapping[str, Sequence[str | bool]] = field(default_factory=dict)
    shares_work: bool = False
    trains_for_templates: bool = True

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def sample(self) -> str:
        """What the seeded generator writes below build/data: a file, or a folder where data are one."""
        return self.name if self.data.endswith("/") else f"{self.name}.txt"

    @property
    def request(self) -> str:
        """The example as it is sent."""
        if isinstance(self.example, str):
            return self.example
        return json.dumps(self.example, separators=(",", ":"))

    def stacks(self) -> tuple[Any, Any]:
        """The classes of the training and the serving stack; loads the CDK."""
        module = import_module(f"{_PACKAGE}.{self.name}")
        training, serving = (f"{self.name.capitalize()}{part}" for part in ("Training", "Serving"))
        return getattr(module, training), getattr(module, serving)

    def choose(self, given: Mapping[str, object]) -> dict[str, str | bool]:
        """The value of each option; the command line of the CDK gives true and false as text.

        Raises ValueError for an option that there is not, or a value that is none of its own.
        """
        if unknown := sorted(given.keys() - self.options.keys()):
            raise ValueError(f"{self.name}.{unknown[0]}: there is no such option")
        return {
            name: _choice(f"{self.name}.{name}", given.get(name, values[0]), values)
            for name, values in self.options.items()
        }


def _choice(key: str, given: object, values: Sequence[str | bool]) -> str | bool:
    texts = {value if isinstance(value, str) else json.dumps(value): value for value in values}
    text = given if isinstance(given, str) else json.dumps(given)
    if text not in texts:
        raise ValueError(f"{key}: expected {' or '.join(texts)}, got {text}")
    return texts[text]


@cache
def workloads(folder: Path = FOLDER) -> tuple[Workload, ...]:
    """The records of all workloads by their names; raises WorkloadError."""
    return tuple(read(path) for path in sorted(folder.glob("*.py")) if not path.stem.startswith("_"))


def read(path: Path) -> Workload:
    """The record in a module's source; raises WorkloadError for one that is missing or cannot be read."""
    place = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    try:
        check_name(path.stem)
        record = Workload(**_arguments(path.read_text("utf-8")))
    except (SyntaxError, TypeError, ValueError) as error:
        raise WorkloadError(f"{place}: {error}") from None
    if record.name != path.stem:
        raise WorkloadError(f"{place}: the record's name is {record.name!r}; expected that of the module")
    return record


def _arguments(source: str) -> dict[str, Any]:
    for node in ast.parse(source).body:
        match node:
            case ast.Assign(targets=[ast.Name("WORKLOAD")], value=ast.Call(args=[], keywords=keywords)):
                return {str(one.arg): _literal(one) for one in keywords}
    raise ValueError("expected a record, `WORKLOAD = Workload(name=..., ...)`")


def _literal(argument: ast.keyword) -> Any:
    try:
        return ast.literal_eval(argument.value)
    except ValueError:
        raise ValueError(f"{argument.arg} of the record has to be a literal") from None
