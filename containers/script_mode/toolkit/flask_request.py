"""Flask around a script's functions: in the managed image they run within a Flask request."""

import ast
import importlib
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import received

_FLASK = "flask"
INVOCATIONS, EXECUTION_PARAMETERS = "/invocations", "/execution-parameters"
_METHODS = {INVOCATIONS: "POST", EXECUTION_PARAMETERS: "GET"}
_OF_THE_CONNECTION = (
    b"connection",
    b"expect",
    b"keep-alive",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
)


def import_if_used(code: Path) -> None:
    """Import Flask at start where any file of the script's folder imports it, be it within a function."""
    if any(_imports_flask(path) for path in code.rglob("*.py")):
        try:
            importlib.import_module(_FLASK)
        except ModuleNotFoundError as error:
            # The script may do without; if not, its own import names the module that is missing.
            if error.name != _FLASK:
                raise


def around(function: Callable[..., Any], path: str) -> Callable[..., Any]:
    """The function within a Flask request to `path`, so that `flask.jsonify`, `flask.request` etc. work.

    The request is the one that the server received, with its headers and its body. It is the function itself,
    which then pays nothing, where nobody has imported Flask.
    """
    if _FLASK not in sys.modules:
        return function
    app = sys.modules[_FLASK].Flask("inference")

    def called(*arguments: Any) -> Any:
        headers, body = received.request.get()
        sent = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers if _passed(name)]
        with app.test_request_context(path, method=_METHODS[path], data=body, headers=sent):
            return function(*arguments)

    return called


def answered(function: Callable[..., Any], *arguments: Any) -> Any:
    """What the function returns; of an exception that Flask answers itself, as `flask.abort` raises it, that.

    Werkzeug may have been imported without Flask, by a script that raises its exceptions.
    """
    try:
        return function(*arguments)
    except Exception as error:
        exceptions = sys.modules.get("werkzeug.exceptions")
        if exceptions is None or not isinstance(error, exceptions.HTTPException):
            raise
        return error.get_response()


def _passed(name: bytes) -> bool:
    """Whether the web server in front of Flask hands the header on; it hands the body on whole."""
    return name not in _OF_THE_CONNECTION and b"_" not in name


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
