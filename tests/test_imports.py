"""Who may know whom: every import of the tree is read, and nothing is imported.

walls.py says what is seen, and what no reading can see.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import walls

ROOT = Path(__file__).resolve().parents[1]

# Each room with what its files may know besides it: rooms, or single modules of them, also by the bare names
# under which they are imported. What runs in a container, a function or a notebook travels alone.
ROOMS: Mapping[str, Sequence[str]] = {
    walls.TOP: ["stacks"],  # app.py
    "assembly": [],
    "stacks": [],
    # docs/decisions/strict-http.md, docs/decisions/iam.md
    "local": ["assembly", "containers.script_mode.toolkit.strict_http", "rehearsal.iam"],
    "review": ["assembly"],
    "rehearsal": ["assembly"],
    "model_code": [],
    "containers": [],
    "lambda": ["bank_encoding", "translation_text"],  # copied beside the function by its carries.txt
    "web": [],
    "workbench": ["review"],  # the notebook calls it in a clone, as a command
    "kubeflow": [],  # a cluster runs it
    "scripts": ["assembly", "local", "stacks", "prediction_service.openapi"],  # openapi.json is generated
    "scaffold": ["stacks.workloads.shared.record", "tests/"],  # it writes tests, and reads their names
    "quality": [
        *("assembly", "containers", "lambda", "local", "model_code"),
        *("rehearsal", "review", "scripts", "stacks"),
    ],
}


def test_no_file_knows_what_it_may_not() -> None:
    assert walls.violations(ROOT, ROOMS) == []


def without_a_row(root: Path) -> set[str]:
    return {walls.room(path.relative_to(root)) for path in walls.code_files(root)} - {*ROOMS, walls.TESTS}


def test_every_folder_of_code_is_a_room() -> None:
    assert without_a_row(ROOT) == set()


def test_a_folder_with_code_only_below_its_own_folders_is_a_room(tmp_path: Path) -> None:
    plant(tmp_path, "tools/sub/deep/one.py")

    assert without_a_row(tmp_path) == {"tools"}


# What a repository of these rooms has to be known.
TREE = (
    "app.py",
    "assembly/__init__.py",
    "assembly/stack.py",
    "local/__init__.py",
    "local/api/worker.py",
    "stacks/__init__.py",
    "stacks/workloads/shared/record.py",
    "review/__init__.py",
    "quality/__init__.py",
    "containers/script_mode/toolkit/__init__.py",
    "containers/script_mode/toolkit/server.py",
    "containers/stand_ins/xgboost_image/__init__.py",
    "lambda/shared/prediction_service/__init__.py",
    "lambda/predict_churn/churn_contract.py",
    "model_code/pca/inference.py",
    "tests/one_customer.py",
    "tests/inference.py",
    "tests/handlers/gateway.py",
    "tests/mutants/operators.py",
)
# What each file may not import or name, and what is found of it.
PLANTED: Mapping[str, Mapping[str, str]] = {
    "app.py": {
        "import local.api": "local.api",
        "from tests import patience": "tests.patience",
    },
    "other_root_module.py": {"import local": "local"},
    "quality/resilience/abuse.py": {
        "import one_customer": "one_customer",
        "from one_customer import ROW": "one_customer.ROW",
        "import importlib\nimportlib.import_module('one_customer')": "one_customer",
        "__import__('one_customer')": "one_customer",
        "import mutants": "mutants",
        "from mutants import operators": "mutants.operators",
        "from ...tests import patience": "tests.patience",
    },
    "quality/fuzz/targets/files.py": {
        "def late():\n    from tests.handlers import gateway": "tests.handlers.gateway"
    },
    "quality/bench/data.py": {"import tests": "tests"},
    "quality/checks/sub/one.py": {
        "FOLDERS = ('tests/handlers', 'elsewhere')": "tests/handlers/",
        "FOLDER = '../tests/lambda'": "tests/lambda/",
        "FOLDER = './tests'": "tests/",
        "FOLDER = f'{R}/tests/lambda'": "tests/lambda/",
        "FOLDER = R + '/tests/lambda'": "tests/lambda/",
    },
    "scripts/demo.py": {"from pathlib import Path\nHERE = Path() / 'tests'": "tests/"},
    "scripts/demo": {"#!/usr/bin/env python3\nimport one_customer": "one_customer"},
    "stacks/workloads/churn.py": {
        "from local import api": "local.api",
        "from importlib import import_module as load\nload('local.api')": "local.api",
        "import_module(name='local.api')": "local.api",
        "import_module('.api', 'local')": "local",
        "import_module(f'local.api')": "local.api",
        "import_module(f'local.{name}')": "local.*",
        "import_module('local.' + name)": "local.*",
        "import runpy\nrunpy.run_module('local.api')": "local.api",
        "exec('import local.api')": "local.api",
        "importlib.util.find_spec('local.api')": "local.api",
        "pkgutil.resolve_name('local.api:worker')": "local.api.worker",
        "command = [sys.executable, '-m', 'local', 'serve']": "local",
        "command = (*before, '-m', 'local.api')": "local.api",
    },
    "local/serve.py": {
        "import stacks.settings": "stacks.settings",
        "from containers.script_mode.toolkit import server": "containers.script_mode.toolkit.server",
        "from quality.fuzz import target": "quality.fuzz.target",
        "import prediction_service": "prediction_service",
        "import xgboost_image": "xgboost_image",
    },
    "model_code/churn/fit.py": {
        "import local": "local",
        "import prediction_service": "prediction_service",
        "import toolkit": "toolkit",
        "import churn_contract": "churn_contract",
    },
    "containers/script_mode/toolkit/one.py": {"import prediction_service": "prediction_service"},
    "lambda/shared/one.py": {"import stacks": "stacks", "import toolkit.server": "toolkit.server"},
    "assembly/stack.py": {
        "from local.errors import JobError": "local.errors.JobError",
        "import prediction_service": "prediction_service",
    },
    "scaffold/__main__.py": {
        "from tests import patience": "tests.patience",
        "A = 'tests/lambda'": "tests/lambda/",
    },
    "review/rows.py": {"import quality.checks": "quality.checks"},
    "rehearsal/iam/roles.py": {"import local": "local"},
    "web/page.py": {"import assembly": "assembly"},
    "scaffold/templates/common/lambda/predict_NAME/NAME_api.py.template": {
        "from ${name}_contract import SCORE\nimport toolkit": "toolkit",
    },
    "workbench/one.ipynb": {
        '{"cells": [{"cell_type": "code", "source": ["!make\\n", "import local"]}]}': "local",
    },
}


def plant(root: Path, path: str, text: str = "") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for path in TREE:
        plant(tmp_path, path)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [(path, text, found) for path, texts in PLANTED.items() for text, found in texts.items()],
)
def test_a_planted_import_is_found(tree: Path, path: str, text: str, found: str) -> None:
    plant(tree, path, text)

    assert walls.violations(tree, ROOMS) == [f"{path}: {found}"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app.py", "from stacks.workloads.shared.record import workloads"),
        ("quality/bench/one.py", '"""What tests/handlers asks for."""'),
        ("quality/bench/one.py", "import inference"),
        ("quality/bench/one.py", "import importlib\nimportlib.import_module(f'{1}_api')"),
        ("quality/bench/one.py", "from local import api"),
        ("quality/bench/one.py", "import local.terminal.phase"),
        ("quality/bench/one.py", "from . import gateway"),
        ("scaffold/__main__.py", "from stacks.workloads.shared import record"),
        ("scaffold/__main__.py", "HERE = ROOT / 'tests'"),
        ("local/http/listener.py", "from containers.script_mode.toolkit import strict_http"),
        ("local/http/listener.py", "from containers.script_mode.toolkit.strict_http import StrictProtocol"),
        ("model_code/pca/fit.py", "from inference import COLUMNS"),
        ("tests/quality/test_one.py", "import one_customer"),
        ("scaffold/templates/common/tests/test_NAME.py.template", "import one_customer"),
    ],
)
def test_what_may_be_known_is_let_be(tree: Path, path: str, text: str) -> None:
    plant(tree, path, text)

    assert walls.violations(tree, ROOMS) == []


def test_a_file_that_is_no_python_is_named(tree: Path) -> None:
    plant(tree, "local/broken.py", "def one(:")

    with pytest.raises(SyntaxError, match=r"broken\.py"):
        walls.violations(tree, ROOMS)
