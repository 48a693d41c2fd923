"""A request's body against the models of its method, as API Gateway's request validator sees it."""

import json
from collections.abc import Mapping
from typing import Any

from local.api.declaration import Method
from local.api.refusals import Refused
from local.api.request import Request


class Validator:
    """The models of one method; a body of a media type that has none passes."""

    def __init__(self, method: Method) -> None:
        # Takes longer to import than other commands take to run.
        from jsonschema import Draft4Validator  # noqa: PLC0415

        self._models: Mapping[str, Any] = {
            media.lower(): Draft4Validator(schema) for media, schema in method.models.items()
        }

    def check(self, request: Request) -> None:
        """Refuses a body that is not JSON or not as the model says."""
        model = self._models.get(request.media_type)
        if model is None:
            return
        try:
            text = request.body.decode("utf-8", "replace")
            content = json.loads(text, parse_int=_number, parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise Refused("BAD_REQUEST_BODY", "the body is not JSON") from None
        if (error := next(model.iter_errors(content), None)) is not None:
            # Its message would repeat what was sent.
            place = "/".join(str(part) for part in error.schema_path)
            raise Refused("BAD_REQUEST_BODY", f"the body does not match the model: {place}")


def _refuse(text: str) -> None:
    raise ValueError(f"{text} is not JSON")


def _number(text: str) -> int | float:
    # Python refuses to convert very long integers; the model asks for no exact one.
    return int(text) if len(text) < 100 else float(text)
