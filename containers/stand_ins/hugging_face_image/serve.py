"""Serve the archive's `code/inference.py` as the image does; it has no training of its own here."""

from toolkit import content_types, environment, handlers, server
from toolkit.environment import Environ
from toolkit.handlers import Conventions
from toolkit.intake import Limits

_DEFAULTS = {environment.PROGRAM: "inference.py", environment.SUBMIT_DIRECTORY: "/opt/ml/model/code"}


class HuggingFaceConventions(Conventions):
    """JSON both ways unless the caller says otherwise."""

    default_accept = content_types.JSON

    def content_type(self, header: str) -> str:
        return header or content_types.JSON


def main(environ: Environ) -> None:
    """Answer until the container is stopped; on a worker thread, so that /ping is answered meanwhile."""
    chosen = {**_DEFAULTS, **environ}
    server.run(
        lambda: handlers.load(chosen, HuggingFaceConventions()), environ, limits=Limits(inline_bytes=0)
    )
