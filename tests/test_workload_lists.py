"""Workloads are listed by their records and nowhere else: every literal of the product is read.

A collection, an import or a line of make or shell that names two workloads is such a list, also where the
names are parts of paths or of modules. Sentences are not: docstrings, comments and messages name several.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from assemblies import MODELS, ROOT

_WORD = re.compile(r"[A-Za-z0-9]+")
# What git keeps besides the code that somebody writes: inputs, templates that are planted with faults.
_NO_CODE = ("tests/", "fuzz/corpus/", "quality/fuzz/corpus/", "docs/")


def named(text: str) -> set[str]:
    """The workloads that are words of the text, or of a path or an identifier; none in a sentence."""
    return set() if " " in text.strip() else {*_WORD.findall(text)} & MODELS.keys()


def lists(source: str) -> Iterator[int]:
    """The lines of Python at which a collection, an import or a row of alternatives names several."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Tuple() | ast.List() | ast.Set():
                parts = node.elts
            case ast.Dict():
                parts = [key for key in node.keys if key]
            case ast.Import() | ast.ImportFrom():
                parts = [ast.Constant(one.name.replace("_", "/")) for one in node.names]
            case ast.Compare() | ast.BoolOp():
                parts = [*ast.iter_child_nodes(node)]  # type: ignore[list-item]
            case _:
                continue
        if len(set().union(*map(_of_part, parts))) > 1:
            yield node.lineno


def _of_part(node: ast.expr) -> set[str]:
    """What an element names; of a collection within it, or a part of an `or`, what that names."""
    match node:
        case ast.Constant(value=str(text)):
            return named(text.replace("_", "/"))
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return named(name.replace("_", "/"))
        case ast.Starred() | ast.Tuple() | ast.List() | ast.Set() | ast.Compare():
            return set().union(*map(_of_part, ast.iter_child_nodes(node)))  # type: ignore[arg-type]
    return set()


def lines(text: str) -> Iterator[int]:
    """The lines of make or shell that name several, their comments apart."""
    for number, line in enumerate(text.splitlines(), start=1):
        code = re.split(r"(?:^|\s)#", line)[0]
        if len({*_WORD.findall(code.replace("_", " "))} & MODELS.keys()) > 1:
            yield number


def product(root: Path) -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    code = [name for name in names if not name.startswith(_NO_CODE) and (root / name).is_file()]
    return [root / name for name in code if Path(name).suffix in {".py", ".sh", ".mk", ".yml", ".yaml", ""}]


def found(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}:{number}"
        for path in product(root)
        for number in (lists if path.suffix == ".py" else lines)(path.read_text(encoding="utf-8"))
    ]


def test_no_list_of_workloads_is_written_by_hand() -> None:
    assert found(ROOT) == []


FIRST, SECOND, *_ = MODELS


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", f"WORKLOADS = ('{FIRST}', '{SECOND}')"),
        ("a.py", f"for one in ['{FIRST}', 'other', '{SECOND}']:\n    print(one)"),
        ("a.py", f"GATES = {{'{FIRST}': 1, '{SECOND}': 2}}"),
        ("a.py", f"Name = Literal['{FIRST}', '{SECOND}']"),
        ("a.py", f"from stacks.workloads import {FIRST}, {SECOND}"),
        ("a.py", f"import {FIRST}_api, {SECOND}_api"),
        ("a.py", f"for api in ({FIRST}_api, {SECOND}_api):\n    print(api)"),
        ("a.py", f"FOLDERS = ('lambda/predict_{FIRST}', 'model_code/{SECOND}/encode')"),
        ("a.py", f"STACKS = (*('foundation', '{FIRST}-serving'), '{SECOND}-serving')"),
        ("a.py", f"x = name == '{FIRST}' or name == '{SECOND}'"),
        ("Makefile", f"TRAINED_HERE := {FIRST} {SECOND}"),
        ("scripts/run", f"for w in {FIRST} {SECOND}; do :; done"),
        (".github/workflows/x.yml", f"workload: [{FIRST}, {SECOND}]"),
    ],
)
def test_a_planted_list_is_found(tmp_path: Path, name: str, text: str) -> None:
    assert found(planted(tmp_path, name, text)) == [f"{name}:1"]


def planted(folder: Path, name: str, text: str) -> Path:
    """A repository of one file."""
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"{text}\n")
    return folder


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", f"WORKLOAD = '{FIRST}'"),
        ("a.py", f'"""Both {FIRST} and {SECOND} have it."""'),
        ("a.py", f"raise ValueError('neither {FIRST} nor {SECOND}', '{FIRST}')"),
        ("a.py", f"EXAMPLES = ('{FIRST}', 'the {SECOND} too')"),
        ("Makefile", f"WORKLOAD ?= {FIRST} # or {SECOND}"),
    ],
)
def test_one_name_and_sentences_are_no_list(tmp_path: Path, name: str, text: str) -> None:
    assert found(planted(tmp_path, name, text)) == []
