"""`python -m echo_image serve`."""

import os

from toolkit import server
from toolkit.responses import Response


class Echo:
    """A model that answers with what it got."""

    def invoke(self, body: bytes, content_type: str, accept: str) -> Response:
        return Response(body, content_type)

    def execution_parameters(self) -> None:
        return None


server.run(Echo, os.environ)
