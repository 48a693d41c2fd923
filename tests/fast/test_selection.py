"""Which tests `make test-fast` runs, for changes in trees of a few tests."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from selection import OF_EVERY_CHANGE, TOO_LONG, modules, selected

ROOT = Path(__file__).resolve().parents[2]
TEXTS = {
    "tests/conftest.py": "import pytest\n",
    "tests/test_imports.py": "",
    "tests/jobs.py": "from tuner_image import train\n",
    "tests/local/conftest.py": "from shop import Project\n",
    "tests/local/shop.py": "import local\n",
    "tests/depot/http/test_clients.py": "from depot.http.client import Client\n",
    "tests/depot/http/test_servers.py": "",
    "tests/local/serve/test_serve.py": "from depot.http import server\n",
    "tests/local/serve/test_session.py": "import shop\n",
    "tests/local/commands/test_train.py": "from depot.http import client\n",
    "tests/containers/test_tuner.py": "from tuner_image.train import main\n",
    "tests/containers/test_jobs.py": "    import jobs\n",
    "tests/model_code/test_split.py": 'load("plum/split/__main__")\n',
    "tests/stacks/test_app.py": "",
}


@pytest.mark.parametrize(
    ("changed", "tests"),
    [
        (
            ["depot/http/client.py"],
            [
                "tests/depot/http/test_clients.py",
                "tests/local/serve/test_serve.py",
                "tests/depot/http/test_servers.py",
            ],
        ),
        (
            ["containers/tuner_image/train.py"],
            ["tests/containers/test_tuner.py", "tests/containers/test_jobs.py"],
        ),
        (["model_code/plum/split/split.py"], ["tests/model_code/test_split.py"]),
        (["model_code/pear/split/split.py"], ["tests/model_code/test_split.py"]),
        (["app.py"], ["tests/stacks/test_app.py"]),
        (["tests/local/serve/test_session.py"], ["tests/local/serve/test_session.py"]),
        (["tests/local/shop.py"], ["tests/local/serve/test_session.py"]),
        (
            ["tests/depot/http/conftest.py"],
            ["tests/depot/http/test_clients.py", "tests/depot/http/test_servers.py"],
        ),
        (["tests/depot/http/test_that_is_gone.py", "README.md"], []),
        (["tests/local/commands/test_train.py"], []),
    ],
    ids=lambda one: one[0] if one else "none",
)
def test_the_nearest_tests_come_first(changed: Sequence[str], tests: Sequence[str]) -> None:
    assert selected(TEXTS, changed) == ["tests/test_imports.py", *tests]


def test_a_file_that_two_changes_lead_to_stands_where_the_nearer_one_puts_it() -> None:
    found = selected(TEXTS, ["depot/http/client.py", "tests/depot/http/test_servers.py"])
    assert found[1] == "tests/depot/http/test_servers.py"
    assert len(found) == len({*found})


def test_nothing_is_run_for_no_change() -> None:
    assert selected(TEXTS, []) == []


def test_what_is_named_here_is_there() -> None:
    texts = modules(ROOT)
    assert {*OF_EVERY_CHANGE} <= texts.keys()
    for begin in TOO_LONG:
        assert any(one.startswith(begin) for one in texts), begin


@pytest.mark.parametrize("room", ["assembly", "local", "review", "stacks", "lambda", "model_code", "quality"])
def test_each_room_has_tests_that_see_it(room: str) -> None:
    [first, *_] = sorted(path for path in (ROOT / room).rglob("*.py") if path.name != "__init__.py")
    found = selected(modules(ROOT), [first.relative_to(ROOT).as_posix()])
    assert {*found} - {*OF_EVERY_CHANGE}
