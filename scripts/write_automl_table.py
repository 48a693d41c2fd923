"""Writes the request and the answer of the AutoML API from the schema that a training has found.

Those of the last training (`make train WORKLOAD=automl`) and a row of its test part become schema.json,
example.csv, automl_table.py and openapi.json in lambda/predict_automl.
"""

import argparse
import csv
import json
import keyword
import re
import subprocess
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import assembly  # noqa: E402 - found by the path above
from assembly.errors import SlipwayError  # noqa: E402
from local.pipeline.held_out import HeldOut  # noqa: E402
from local.storage.files import write_whole  # noqa: E402
from local.storage.workspace import Workspace  # noqa: E402

FOLDER = ROOT / "lambda" / "predict_automl"
_WORKLOAD = "automl"
_COMMAND = "python scripts/write_automl_table.py"
_LONGEST_NAME = 64
_OF_MODELS = frozenset(dir(BaseModel))
_HEAD = '''\
# ruff: noqa: E501 - a row may be long
"""The table's columns without its target, in its order, and the target's labels.

Generated from schema.json: `{command}`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[float, Field(allow_inf_nan=False)]
# A cell of the table: what its transformers have not seen counts as unknown.
Text = Annotated[str, Field(max_length=2048, pattern=r"^[^\\r\\n]*$")]

TARGET = {target}
EXAMPLE_ROW = {example}
Label = Literal[{labels}]


class Row(BaseModel):
    """One row. Every field is required; numbers are JSON numbers, not strings."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

'''


def module(schema: Mapping[str, Any], example: Sequence[str]) -> str:
    """The module's text; `example` has a cell for each column. Raises ValueError where it has not."""
    columns = schema["columns"]
    if len(example) != len(columns):
        raise ValueError(f"expected an example with {len(columns)} cells, got {len(example)}")
    head = _HEAD.format(
        command=_COMMAND,
        target=_text(schema["target"]),
        example=_text(",".join(map(_cell, example))),
        labels=", ".join(_text(one) for one in schema["labels"]),
    )
    fields = zip(names([one["name"] for one in columns]), columns, strict=True)
    return _formatted(head + "".join(f"    {name}: {_annotation(one)}\n" for name, one in fields))


def names(columns: Sequence[str]) -> list[str]:
    """A name of a field for each column: its letters and digits, or `column_3` where these make none that no
    other column has, are a name that Python or pydantic's models use, or are longer than 64 characters."""
    found: list[str] = []
    for number, column in enumerate(columns, start=1):
        plain = unicodedata.normalize("NFKD", column.casefold()).encode("ascii", "ignore").decode()
        name = re.sub(r"[^a-z0-9]+", "_", plain.replace("'", "")).strip("_")
        taken = name in found or not name.isidentifier() or keyword.iskeyword(name)
        taken = taken or len(name) > _LONGEST_NAME or name.startswith("model_") or name in _OF_MODELS
        # Such names are those of columns by their number, whatever a column is called.
        taken = taken or re.fullmatch(r"column_\d+", name) is not None
        found.append(f"column_{number}" if taken else name)
    return found


def _annotation(column: Mapping[str, Any]) -> str:
    kind = "Number" if column["type"] == "numeric" else "Text"
    if kind == "Number" and column["missing"]:
        kind = "Number | None"
    return f"Annotated[{kind}, Field(title={_text(column['name'])})]"


def _text(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)


def _cell(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if any(mark in value for mark in ',"\r\n') else value


def _formatted(source: str) -> str:
    command = [
        sys.executable,
        "-m",
        "ruff",
        "format",
        "--stdin-filename",
        str(FOLDER / "automl_table.py"),
        "-",
    ]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 1 if --check finds a stale module, or no training has left a schema."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assembly", type=Path, default=ROOT / "cdk.out", help="the synthesized assembly")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the module is stale")
    options = parser.parse_args(arguments)
    files = {name: FOLDER / name for name in ("schema.json", "example.csv", "automl_table.py")}
    try:
        if options.check:
            return _check(files)
        schema, row = _of_last_training(options.assembly)
        text = module(json.loads(schema), next(csv.reader([row])))
    except (SlipwayError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for path, content in zip(files.values(), (schema, row, text), strict=True):
        write_whole(path, content)
    subprocess.run([sys.executable, ROOT / "scripts/write_openapi.py", FOLDER.name], check=True)
    return 0


def _check(files: Mapping[str, Path]) -> int:
    [row] = csv.reader(files["example.csv"].read_text("utf-8").splitlines())
    if module(json.loads(files["schema.json"].read_bytes()), row) == files["automl_table.py"].read_text(
        "utf-8"
    ):
        return 0
    print(f"error: {files['automl_table.py']} is stale; run: {_COMMAND}", file=sys.stderr)
    return 1


def _of_last_training(folder: Path) -> tuple[str, str]:
    """The schema as text, and a row of the test part."""
    held_out = HeldOut.of_last_training(assembly.load(folder), Workspace(), _WORKLOAD)
    [rows] = held_out.rows
    with rows.open(encoding="utf-8") as lines:
        return (held_out.inputs["analysis"] / "schema.json").read_text("utf-8"), lines.readline()


if __name__ == "__main__":
    sys.exit(main())
