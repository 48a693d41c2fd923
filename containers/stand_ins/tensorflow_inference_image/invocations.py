"""SageMaker's layer over TensorFlow Serving: /invocations, with a script of the archive or without one."""

from collections.abc import Callable

from toolkit import content_types, received
from toolkit.responses import Response

from . import passed_on, target
from .script import Script
from .target import Target, WrongAttribute

# Answers a request to TensorFlow Serving: method, path, body.
Rest = Callable[[str, str, bytes], Response]

_LINES = (content_types.JSON, content_types.JSON_LINES)


class InvocationModel:
    """What answers invocations: the script, or what the image does where an archive has none."""

    def __init__(self, rest: Rest, default_model: str, script: Script | None = None) -> None:
        self._rest = rest
        self._default_model = default_model
        self._script = script

    def invoke(self, body: bytes, content_type: str, accept: str) -> Response:
        attributes = _attributes()
        try:
            named = Target.of(attributes)
            if self._script is not None:
                return self._script.answer(body, content_type, accept, attributes, named)
            request = passed_on.request(body, content_type)
        except WrongAttribute as error:
            return Response(passed_on.refusal(str(error)), content_types.JSON, 400)
        except passed_on.UnsupportedType as error:
            return Response(passed_on.refusal(str(error)), content_types.JSON, 415)
        return _in_lines(self._rest("POST", named.path(self._default_model), request), accept)

    def execution_parameters(self) -> Response | None:
        return None


def _attributes() -> str | None:
    for name, value in received.request.get().headers:
        if name == target.HEADER:
            return value.decode("latin-1")
    return None


def _in_lines(answer: Response, accept: str) -> Response:
    """The answer on one line where the caller names JSON or JSON lines, as batch transform needs it."""
    if not any(accepted.strip() in _LINES for accepted in accept.split(",")):
        return answer
    return answer._replace(body=answer.body.replace(b"\n", b""))
