"""What the managed scikit-learn image does with a request, traps included.

A script that works here works there. Three things differ from the image unless SLIPWAY_MANAGED_BEHAVIOR=1:
an exception that carries a 4xx `status` is answered with it, an answer without a content type is labeled as
the caller asked, with a warning in the log, and an Accept is read as HTTP says: of weights, a list or a range
the script gets the type that it prefers, and without an output_fn what accepts none of the types that the
image writes is 406. The managed image answers 500 and `text/html`, and hands the header on as it stands.
"""

import io
import json
import logging
from typing import Any

import numpy as np
from toolkit import codecs, content_types, csv_dialect, negotiation, responses, results
from toolkit.handlers import Conventions
from toolkit.responses import Response

logger = logging.getLogger("scikit_learn_image")

_TEXT = (content_types.CSV, content_types.JSON)

_SERVER_ERROR = (
    b"<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n"
    b"<h1>Internal Server Error</h1>\n<p>The container failed on this request; its log has the trace.</p>\n"
)


class UnsupportedType(Exception):
    """The image's own functions read and write this type only when it is spelt exactly so."""

    def __init__(self, header: str) -> None:
        super().__init__(
            f"{header} is not one of text/csv, application/json, application/x-npy, spelt exactly so; "
            "write an input_fn or output_fn that takes it"
        )


class ManagedConventions(Conventions):
    """The managed image's behavior to the letter."""

    default_accept = content_types.JSON

    def accept(self, header: str, default: str, offered: tuple[str, ...]) -> str:
        return default if header in ("", content_types.ANY) else header

    def content_type(self, header: str) -> str:
        return header or content_types.JSON

    def body(self, body: bytes, content_type: str) -> str | bytes:
        return body.decode(errors="replace") if content_type in _TEXT else body

    def input_fn(self, body: str | bytes, content_type: str) -> Any:
        """The default input_fn: single precision for text, and one row comes out as one dimension."""
        if isinstance(body, bytes):
            if content_type == content_types.NPY:
                return np.load(io.BytesIO(body), allow_pickle=False)
            raise UnsupportedType(content_type)
        if content_type == content_types.JSON:
            return np.array(json.loads(body)).astype(np.float32)
        return np.array(csv_dialect.read(body)).squeeze().astype(np.float64).astype(np.float32)

    def output_fn(self, prediction: Any, accept: str) -> Any:
        if accept not in (*_TEXT, content_types.NPY):
            raise UnsupportedType(accept)
        return codecs.encode(prediction, accept), accept

    def response(self, result: Any, accept: str) -> Response:
        return results.response(result, content_types.HTML)

    def failure(self, error: Exception) -> Response:
        responses.log_failure(error)
        return Response(_SERVER_ERROR, content_types.with_charset(content_types.HTML), 500)


class StrictConventions(ManagedConventions):
    """The same, but errors of the caller's keep their status and CSV is not called HTML."""

    def __init__(self) -> None:
        self._warned = False

    def accept(self, header: str, default: str, offered: tuple[str, ...]) -> str:
        """As HTTP says. The image's own output_fn gets a type without parameters, and one that it writes.

        A script's output_fn gets a header that HTTP refuses as it stands, as in the image, and may refuse it.
        """
        try:
            chosen = negotiation.preferred(header, default, offered)
        except negotiation.NotAcceptable:
            if offered:
                raise
            return header
        return content_types.media_type(chosen) if offered else chosen

    def response(self, result: Any, accept: str) -> Response:
        if not isinstance(result, str | bytes):
            return super().response(result, accept)
        if not self._warned:
            self._warned = True
            logger.warning(
                "output_fn returned a body alone: the managed image labels that text/html, "
                "which the next container refuses. Return (body, accept)."
            )
        return results.response(result, accept)

    def failure(self, error: Exception) -> Response:
        if responses.caller_status(error) is not None:
            return responses.failure(error)
        return super().failure(error)
