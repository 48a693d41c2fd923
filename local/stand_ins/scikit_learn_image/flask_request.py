"""Flask around a script's functions: in the managed image they run within a Flask request."""

import sys
from typing import Any

from toolkit.handlers import Transform


def within_flask(transform: Transform) -> Transform:
    """The functions, for which `flask.jsonify`, `flask.request` and the like work."""
    # Only a script that has imported Flask pays for it.
    app = sys.modules["flask"].Flask("inference")

    def called(model: Any, body: str | bytes, content_type: str, accept: str) -> Any:
        headers = {"Accept": accept}
        with app.test_request_context(
            "/invocations", method="POST", data=body, content_type=content_type, headers=headers
        ):
            return transform(model, body, content_type, accept)

    return called
