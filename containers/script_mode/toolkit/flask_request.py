"""Flask around a script's functions: in the managed image they run within a Flask request."""

import ast
import importlib
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

_FLASK = "flask"


def import_if_used(code: Path) -> None:
    """Import Flask at start where any file of the script's folder imports it, be it within a function."""
    if any(_imports_flask(path) for path in code.rglob("*.py")):
        try:
            importlib.import_module(_FLASK)
        except ModuleNotFoundError as error:
            # The script may do without; if not, its own import names the module that is missing.
            if error.name != _FLASK:
                raise


def around(function: Callable[..., Any]) -> Callable[..., Any]:
    """`transform(model, body, content_type, accept)`, for which `flask.jsonify`, `flask.request` etc. work.

    It is the function itself, which then pays nothing, where nobody has imported Flask.
    """
    if _FLASK not in sys.modules:
        return function
    app = sys.modules[_FLASK].Flask("inference")

    def called(model: Any, body: str | bytes, content_type: str, accept: str) -> Any:
        headers = {"Accept": accept}
        with app.test_request_context(
            "/invocations", method="POST", data=body, content_type=content_type, headers=headers
        ):
            return function(model, body, content_type, accept)

    return called


def around_execution_parameters(function: Callable[[], Any]) -> Callable[[], Any]:
    """The same for `execution_parameters_fn()`."""
    if _FLASK not in sys.modules:
        return function
    app = sys.modules[_FLASK].Flask("inference")

    def called() -> Any:
        with app.test_request_context("/execution-parameters"):
            return function()

    return called


def _imports_flask(path: Path) -> bool:
    try:
        source = path.read_bytes()
        if _FLASK.encode() not in source:
            return False
        with warnings.catch_warnings(action="ignore"):
            nodes = list(ast.walk(ast.parse(source)))
    except (OSError, SyntaxError, ValueError):
        # Whoever imports the file says what is wrong with it.
        return False
    return any(_is_import(node) for node in nodes)


def _is_import(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name.partition(".")[0] == _FLASK for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.level == 0 and (node.module or "").partition(".")[0] == _FLASK
    # The name that `import_module` or `__import__` is given.
    return isinstance(node, ast.Constant) and node.value == _FLASK
