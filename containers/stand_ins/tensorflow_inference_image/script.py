"""The archive's code/inference.py: `handler`, or `input_handler` and `output_handler`."""

import io
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from toolkit import content_types, handlers, packages, responses
from toolkit.errors import ContainerProblem
from toolkit.responses import Response

from .json_writer import quoted
from .target import Target

logger = logging.getLogger("tensorflow_inference_image")

PROGRAM = "inference.py"
_LIBRARY = "lib"

# Posts a request to TensorFlow Serving; what it gives is what `output_handler` gets.
Post = Callable[[str, Any], Any]


class Context(NamedTuple):
    """What a handler is told of a request; the fields, and their order, are the image's."""

    model_name: str | None
    model_version: str | None
    method: str | None
    rest_uri: str
    grpc_port: str
    channel: Any
    custom_attributes: str | None
    request_content_type: str
    accept_header: str
    content_length: int | None


class NoGrpc:
    """The channel of a context: the stand-in has no gRPC, and says so of whatever is done with it."""

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedError("the stand-in has no gRPC: post to context.rest_uri")


def find(code: Path) -> Path | None:
    """The archive's script, if it has one; else the log says what of its code is without effect."""
    path = code / PROGRAM
    if path.is_file():
        return path
    for name in (_LIBRARY, packages.REQUIREMENTS):
        if (code / name).exists():
            logger.warning("%s/%s is without effect: there is no %s", code.name, name, PROGRAM)
    return None


def load(path: Path, post: Post) -> Callable[[Any, Context], Any]:
    """The script's handler. `code/lib` is on its path; nothing of a requirements.txt is installed.

    The log names what of it is missing. Refuses (ContainerProblem) a script without handlers.
    """
    code = path.parent
    library = code / _LIBRARY
    if library.is_dir():
        sys.path.insert(0, str(library))
        if (code / packages.REQUIREMENTS).is_file():
            logger.warning("loading modules in %s, ignoring %s", library, packages.REQUIREMENTS)
    else:
        packages.warn_of_unmet(code)
    return _handler(handlers.import_script(code, PROGRAM), post)


def _handler(module: ModuleType, post: Post) -> Callable[[Any, Context], Any]:
    handler: Callable[[Any, Context], Any] | None = getattr(module, "handler", None)
    if handler is not None:
        return handler
    to_request = getattr(module, "input_handler", None)
    to_answer = getattr(module, "output_handler", None)
    if to_request is None or to_answer is None:
        raise ContainerProblem(
            f"Handlers are not implemented correctly in user script. {PROGRAM} needs handler(data, context), "
            "or input_handler(data, context) and output_handler(response, context)."
        )

    def both(data: Any, context: Context) -> Any:
        response = post(context.rest_uri, to_request(data, context))
        return to_answer(response, context)

    return both


class Script:
    """A handler behind the server.

    What it raises is answered with its text, as the image answers it, and the log has no text: it may repeat
    the request. An exception with a 4xx status, falcon's HTTPErrors among them, keeps its status;
    with SLIPWAY_MANAGED_BEHAVIOR=1 every exception is a 500, as in the image.
    """

    def __init__(
        self, handler: Callable[[Any, Context], Any], rest: str, default_model: str, *, managed: bool
    ) -> None:
        self._handler = handler
        self._rest = rest
        self._default_model = default_model
        self._managed = managed

    def answer(
        self, body: bytes, content_type: str, accept: str, attributes: str | None, target: Target
    ) -> Response:
        context = Context(
            target.name,
            target.version,
            target.method,
            self._rest + target.path(self._default_model),
            "",
            NoGrpc(),
            attributes,
            content_type or content_types.JSON,
            accept or content_types.JSON,
            len(body),
        )
        try:
            return _response(self._handler(io.BytesIO(body), context))
        except Exception as error:
            return self._failure(error)

    def _failure(self, error: Exception) -> Response:
        status = None if self._managed else _own_status(error)
        text = str(error) if status is None else _told(error)
        if status is None:
            responses.log_failure(error)
        document = f'{{"error": {quoted(text)}}}'
        return Response(document.encode(errors="backslashreplace"), content_types.JSON, status or 500)


def _response(result: Any) -> Response:
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise ContainerProblem(
            f"The handler returned {type(result).__name__}; expected a pair of body and content type."
        )
    body, content_type = result
    if isinstance(body, str):
        body = body.encode()
    if not isinstance(body, bytes | bytearray) or not isinstance(content_type, str | None):
        raise ContainerProblem(
            f"The handler returned a pair of {type(body).__name__} and {type(content_type).__name__}; "
            "expected str or bytes, and a content type."
        )
    return Response(bytes(body), _header(content_type or content_types.JSON))


def _header(content_type: str) -> str:
    if not content_type.isascii() or not content_type.isprintable():
        raise ContainerProblem("The handler's content type has a line break, or more than ASCII.")
    return content_type


def _own_status(error: Exception) -> int | None:
    """The status from 400 to 499 that the error claims; falcon's say it as `400 Bad Request`."""
    status = responses.caller_status(error)
    if status is None and type(error).__module__.partition(".")[0] == "falcon":
        code = str(getattr(error, "status", "")).partition(" ")[0]
        status = int(code) if code.isdigit() and 400 <= int(code) <= 499 else None
    return status


def _told(error: Exception) -> str:
    """What falcon tells a caller of its errors, else the error's own text."""
    told = getattr(error, "description", None) or getattr(error, "title", None)
    return told if isinstance(told, str) else str(error)
