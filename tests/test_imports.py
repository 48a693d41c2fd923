"""Who may know whom: every import of the tree is read, and nothing is imported."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Each room with what it may import of others: rooms or single modules. What runs in a container, a function
# or a notebook travels alone.
ROOMS: Mapping[str, Sequence[str]] = {
    "assembly": [],
    "stacks": [],
    "local": ["assembly", "containers.script_mode.toolkit.strict_http"],  # docs/decisions/strict-http.md
    "review": ["assembly"],
    "model_code": [],
    "containers": [],
    "lambda": [],
    "workbench": [],
    "scripts": ["assembly", "local", "stacks"],
    "scaffold": ["stacks.workloads.shared.record"],
    "quality": ["assembly", "local", "review", "scripts", "stacks"],
}
# Folders whose modules are imported by their bare names.
TRAVELS_ALONE = (
    "model_code",
    "containers",
    "lambda",
    "workbench",
    "scripts",
    "quality",
)
TESTS = "tests"


def modules(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*.py") if not {"node_modules", "__pycache__"} & set(path.parts))


def imported(tree: ast.AST) -> Iterator[str]:
    """The modules that a file imports, also those that it names to importlib."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif isinstance(node, ast.Call) and _name(node.func) in ("import_module", "__import__"):
            yield from (one.value for one in node.args[:1] if _is_text(one))


def folders_named(tree: ast.AST) -> Iterator[str]:
    """The texts of a file that are paths into the tests, and no sentences: what sys.path is given."""
    for node in ast.walk(tree):
        if _is_text(node):
            parts = node.value.split("/")
            if parts[0] == TESTS and not any(" " in part for part in parts):
                yield node.value


def violations(root: Path, rooms: Mapping[str, Sequence[str]] = ROOMS) -> list[str]:
    """What the tree's files know that they may not, each as `file: what`."""
    bare = {path.stem for folder in TRAVELS_ALONE for path in modules(root / folder)}
    of_tests = {path.stem for path in modules(root / TESTS)} - bare - set(rooms) | {TESTS}
    found = []
    for room, may_know in rooms.items():
        for path in modules(root / room):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            wrong = {name for name in imported(tree) if _root(name) in of_tests or _root(name) in rooms}
            wrong -= {name for name in wrong if any(_is_of(name, one) for one in (room, *may_know))}
            names = {*map(_root, wrong), *folders_named(tree)}
            found += [f"{path.relative_to(root)}: {name}" for name in sorted(names)]
    return found


def _root(module: str) -> str:
    return module.partition(".")[0]


def _is_of(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_no_file_knows_what_it_may_not() -> None:
    assert violations(ROOT) == []


def test_every_folder_of_code_is_a_room() -> None:
    ours = {path.parent for path in ROOT.glob("*/*.py")} | {ROOT / "model_code", ROOT / "lambda"}
    named = {path.name for path in ours if not path.is_symlink()}
    assert named - {TESTS, "build", "cdk.out", "node_modules", ".venv"} <= set(ROOMS)


# What each file may not import or name, and whose it is.
PLANTED: Mapping[str, Mapping[str, str]] = {
    "quality/resilience/abuse.py": {
        "import one_customer": "one_customer",
        "from one_customer import ROW": "one_customer",
        "import importlib\nimportlib.import_module('one_customer')": "one_customer",
        "__import__('one_customer')": "one_customer",
    },
    "quality/fuzz/targets/files.py": {"def late():\n    from tests.handlers import gateway": "tests"},
    "quality/bench/data.py": {"import tests": "tests"},
    "quality/checks/sub/one.py": {"FOLDERS = ('tests/handlers', 'elsewhere')": "tests/handlers"},
    "scripts/demo.py": {"from pathlib import Path\nHERE = Path() / 'tests'": "tests"},
    "stacks/workloads/churn.py": {"from local import assembly": "local"},
    "local/serve.py": {
        "import stacks.settings": "stacks",
        "from containers.script_mode.toolkit import server": "containers",
        "from quality.fuzz import target": "quality",
    },
    "model_code/churn/fit.py": {"import local": "local"},
    "lambda/shared/one.py": {"import stacks": "stacks"},
    "assembly/stack.py": {"from local.errors import JobError": "local"},
    "review/rows.py": {"import quality.checks": "quality"},
}


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [(path, text, found) for path, texts in PLANTED.items() for text, found in texts.items()],
)
def test_a_planted_import_is_found(tmp_path: Path, path: str, text: str, found: str) -> None:
    for name in ("tests/one_customer.py", "tests/handlers/gateway.py", path):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / path).write_text(text)

    assert violations(tmp_path) == [f"{path}: {found}"]


@pytest.mark.parametrize(
    "text",
    [
        '"""What tests/handlers asks for."""',
        "import inference",
        "import importlib\nimportlib.import_module(f'{1}_api')",
        "from local import assembly",
        "import local.terminal.phase",
        "from . import gateway",
    ],
)
def test_what_may_be_known_is_let_be(tmp_path: Path, text: str) -> None:
    for name in (
        "tests/inference.py",
        "tests/gateway.py",
        "model_code/pca/inference.py",
        "quality/bench/one.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "quality" / "bench" / "one.py").write_text(text)

    assert violations(tmp_path) == []
