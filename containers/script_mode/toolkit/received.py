"""The request that is being answered, as the server received it."""

from contextvars import ContextVar
from typing import NamedTuple

from .responses import Headers


class Received(NamedTuple):
    """Headers with their names in lower case, and the whole body."""

    headers: Headers = ()
    body: bytes = b""


_NOTHING = Received()

# A model is given the body and two headers; what else a script asks for (`flask.request`) is read from here.
request: ContextVar[Received] = ContextVar("request", default=_NOTHING)
