"""Serve the user's script as our image does."""

from . import handlers, server
from .environment import Environ


def main(environ: Environ) -> None:
    """Answer until the container is stopped."""
    server.run(lambda: handlers.load(environ, handlers.Conventions()), environ)
