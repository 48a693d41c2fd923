"""TensorFlow Serving's REST API: `/v1/models/<name>[/versions/<n>|/labels/<label>][:<method>|/metadata]`."""

import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from toolkit import content_types
from toolkit.responses import Response

from . import metadata
from .json_writer import error_body
from .models import Models
from .predict import METHODS
from .servable import Version
from .status import ServingError, invalid

_MODEL = r"/v1/models/(?P<name>[^/:]+)"
_VERSION = r"(?:/versions/(?P<version>[0-9]+)|/labels/(?P<label>[^/:]+))?"
_INFERENCE = re.compile(rf"{_MODEL}{_VERSION}:(?P<method>classify|regress|predict)", re.IGNORECASE)
_ABOUT = re.compile(rf"/v1/models(?:/(?P<name>[^/:]+))?{_VERSION}(?:/(?P<about>metadata))?", re.IGNORECASE)
_ANY = re.compile(r"/v1/.*", re.IGNORECASE)
_LARGEST_VERSION = 2**63 - 1


class _Target(NamedTuple):
    """Which model a path names, and what of it."""

    name: str
    version: int | None
    label: str | None
    what: str


class _VersionTooLarge(Exception):
    """A version that is no int64 ends a request before it has an answer's text."""


class RestApi:
    """The REST API of the models of one container."""

    def __init__(self, models: Models) -> None:
        self._models = models

    def answer(self, method: str, path: str, body: bytes) -> Response:
        """The answer to any request; `path` comes without a query. Whatever a body holds is answered."""
        if _ANY.fullmatch(path) is None:
            return Response(b"", status=404)
        try:
            return _json(self._document(method, path, body), 200)
        except _VersionTooLarge:
            return Response(b"", content_types.JSON, 400)
        except ServingError as error:
            return _json(error_body(error.message), error.http_status)
        except RecursionError:
            # TensorFlow Serving's own parser recurses until its process ends.
            return _json(error_body("JSON Parse error: the document is nested too deeply"), 400)

    def _document(self, method: str, path: str, body: bytes) -> str:
        if method == "POST" and (found := _INFERENCE.fullmatch(path)):
            target = _target(found, found["method"].lower())
            return METHODS[target.what](body, lambda: self._version(target))
        if method == "GET" and (found := _ABOUT.fullmatch(path)):
            target = _target(found, found["about"] or "")
            if not target.name:
                raise invalid("Missing model name in request.")
            if target.what:
                return metadata.metadata(self._version(target))
            return metadata.status(self._models.states(target.name, target.version, target.label))
        raise invalid(f"Malformed request: {method} {path}")

    def _version(self, target: _Target) -> Version:
        return self._models.version(target.name, target.version, target.label)


def _target(found: re.Match[str], what: str) -> _Target:
    version = found["version"]
    if version is not None and (len(version.lstrip("0")) > 19 or int(version) > _LARGEST_VERSION):
        raise _VersionTooLarge
    label = found["label"]
    return _Target(
        _unescaped(found["name"] or ""),
        None if version is None else int(version),
        None if label is None else _unescaped(label),
        what,
    )


def _unescaped(text: str) -> str:
    return unquote_to_bytes(text).decode("utf-8", "surrogateescape")


def _json(document: str, status: int) -> Response:
    return Response(document.encode("utf-8", "surrogateescape"), content_types.JSON, status)
