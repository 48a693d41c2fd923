"""What each file of a tree knows of the others, read and never imported.

What no reading shows: a name that is put together at run time from its first part on (`ROOM + '.api'`), a
function that is passed on under another name (`f = import_module`, `getattr(importlib, name)`), a command
within one text of a shell (`'python -m local'`, which messages print, too), and a path that isn't the tests'.
A module with the name of one of the standard library counts as that one.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

TESTS = "tests"
# The modules in the root, app.py above all, are a room, too.
TOP = "."
_NOT_OURS = {"build", "cdk.out", "node_modules", "__pycache__"}
_LOADERS = {"import_module", "__import__", "run_module", "find_spec", "resolve_name"}
_RUNNERS = {"exec", "eval", "compile"}
_TEMPLATE = ".py.template"
_UNKNOWN = "*"


def code_files(root: Path) -> Iterator[Path]:
    """Python under the root: modules, their templates, notebooks, and scripts that name Python at the top."""
    for path in sorted(root.iterdir()):
        if path.name in _NOT_OURS or path.is_symlink() or (path.is_dir() and path.name.startswith(".")):
            continue
        if path.is_dir():
            yield from code_files(path)
        elif path.name.endswith((".py", ".ipynb", _TEMPLATE)) or _is_script(path):
            yield path


def _is_script(path: Path) -> bool:
    if path.suffix:
        return False
    with path.open("rb") as file:
        return re.match(rb"#!.*python", file.readline()) is not None


def place(path: Path) -> Path:
    """Where a file's code runs, seen from the root: a template's where the scaffold puts what it writes."""
    return Path(*path.parts[3:]) if path.name.endswith(_TEMPLATE) else path


def room(path: Path) -> str:
    return place(path).parts[0] if len(place(path).parts) > 1 else TOP


def owners(root: Path, files: Sequence[Path]) -> Mapping[str, set[str]]:
    """Each name that an import may begin with: the rooms of which it is a module or a package."""
    found: dict[str, set[str]] = {}
    for path in files:
        if path.suffix != ".py":
            continue
        top = root / path
        while (top.parent / "__init__.py").exists():
            top = top.parent
        names = {path.parts[0] if len(path.parts) > 1 else path.stem, top.stem}
        if len(path.parts) > 2 and path.parts[0] == TESTS:
            names.add(path.parts[1])  # tests/ itself is on the path of its modules
        for name in names - sys.stdlib_module_names:
            found.setdefault(name, set()).add(room(path))
    return {name: {name} if (root / name).is_dir() else rooms for name, rooms in found.items()}


def source(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
        python = [cell for cell in cells if not cell.startswith("%%")]
        return re.sub(r"(?m)^\s*[%!].*$", "", "\n".join(python))
    return re.sub(r"\$\{?(\w+)\}?", r"\1", text) if path.name.endswith(_TEMPLATE) else text


def targets(root: Path, path: Path) -> Iterator[str]:
    """What a file knows: modules by their dotted names, and folders of the tests by their paths."""
    yield from _targets(ast.parse(source(root / path), str(path)), place(path))


def _targets(tree: ast.Module, path: Path) -> Iterator[str]:
    nodes = [*ast.walk(tree)]
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    aliases = [alias for node in imports for alias in node.names]
    loaders = _LOADERS | {one.asname for one in aliases if one.name in _LOADERS and one.asname}
    for node in nodes:
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                # A relative import begins at the folder of the file, which its path names.
                folder = path.parts[: len(path.parts) - node.level] if node.level else ()
                yield from (
                    ".".join(filter(None, (*folder, node.module, alias.name))) for alias in node.names
                )
            case ast.Call() if _name(node.func) in loaders:
                arguments = [*node.args, *(one.value for one in node.keywords)]
                yield from (_text(one).lstrip(".").replace(":", ".") for one in arguments)
            case ast.Call(func=ast.Name(id=name)) if name in _RUNNERS and node.args:
                yield from _targets(_parsed(_text(node.args[0])), path)
            case ast.List() | ast.Tuple():
                texts = [*map(_text, node.elts)]
                yield from (after for one, after in pairwise(texts) if one == "-m")
            case ast.Constant() | ast.JoinedStr() | ast.BinOp():
                yield from _folder_of_tests(_text(node))


def _folder_of_tests(text: str) -> Iterator[str]:
    """A path into the tests, from there on and with a slash at its end; a sentence that names one is none."""
    parts = text.split("/")
    if TESTS in parts and " " not in text:
        yield "/".join(filter(None, parts[parts.index(TESTS) :])) + "/"


def _text(node: ast.expr) -> str:
    """The text of an expression as far as it is written there."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr():
            return "".join(map(_text, node.values))
        case ast.BinOp(op=ast.Add()):
            return _text(node.left) + _text(node.right)
    return _UNKNOWN


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, UnicodeError):
        return ast.Module([], [])


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def violations(root: Path, may_know: Mapping[str, Sequence[str]]) -> list[str]:
    """What the tree's files know that they may not, each as `file: what`.

    Of a room, `may_know` names others or single modules of theirs. Everything of a room without a row may be
    known by none, and its own files aren't read.
    """
    files = [path.relative_to(root) for path in code_files(root)]
    whose = owners(root, files)
    found = []
    for path in files:
        if room(path) in may_know:
            known = {
                target for target in targets(root, path) if _is_wall(target, room(path), may_know, whose)
            }
            found += [f"{path}: {target}" for target in sorted(known)]
    return found


def _is_wall(
    target: str, here: str, may_know: Mapping[str, Sequence[str]], whose: Mapping[str, set[str]]
) -> bool:
    top = re.split(r"[./]", target)[0]
    rooms = whose.get(top, {TESTS} if top == TESTS else set())
    allowed = (here, *may_know[here])
    return bool(rooms) and not any(
        one in rooms or target == one or target.startswith(f"{one}.") for one in allowed
    )
